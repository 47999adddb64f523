"""Choosing a password: by an invitation, by a link for who forgot one, and at the first start."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from gateway.account_errors import PasswordRefused
from gateway.first_start import SetUpAsked
from web.arriving import KNOWN_FOR, arrive, origin_of, slowed
from web.cookies import BROWSER, keep, office_of
from web.forms import Form
from web.pages import page, see

router = APIRouter()


@router.get("/invitation/{token}")
async def invitation(request: Request, token: str) -> Response:
    """Asks who was invited to choose a password; the link is not used up by looking at it."""
    person = await office_of(request).door.accounts.invited(token)
    return _choose(request, Form(), "Choose a password", person.email)


@router.post("/invitation/{token}")
async def take_up(request: Request, token: str) -> Response:
    """Opens the account, and signs its person in."""
    slowed(request)
    door = office_of(request).door
    person = await door.accounts.invited(token)
    form = await Form.read(request)
    password = chosen_password(form)
    if form.is_right:
        async with form.refusals():
            try:
                await door.accounts.accept(token, password)
                came = await door.signing_in.with_password(
                    person.email or "", password, origin_of(request)
                )
                return await arrive(request, came, "/")
            except PasswordRefused as error:
                form.error("password", str(error))
    return _choose(request, form, "Choose a password", person.email)


@router.get("/sign-in/forgotten")
async def forgotten(request: Request) -> Response:
    """Asks for the address of somebody who forgot their password."""
    return page(request, "sign-in/forgotten.html", title="Choose a new password", form=Form())


@router.post("/sign-in/forgotten")
async def send_reset(request: Request) -> Response:
    """Sends a link, if there is such an account; the answer is the same if not."""
    slowed(request)
    form = await Form.read(request)
    email = form.text("email", missing="Enter your e-mail address", longest=320)
    if email and "@" not in email:
        form.error("email", "Enter an e-mail address, such as name@school.example")
    if form.is_right:
        office_of(request).door.signing_in.forgotten(email, origin_of(request))
        return see("/sign-in/sent")
    return page(request, "sign-in/forgotten.html", title="Choose a new password", form=form)


@router.get("/sign-in/sent")
async def reset_sent(request: Request) -> Response:
    """Says that a link is on its way, if there is such an account."""
    return page(request, "sign-in/sent.html", title="Look at your e-mail")


@router.get("/reset/{token}")
async def new_password(request: Request, token: str) -> Response:
    """Asks for a new password; the link is not used up by looking at it."""
    person = await office_of(request).door.signing_in.resetting(token)
    return _choose(request, Form(), "Choose a new password", person.email)


@router.post("/reset/{token}")
async def reset(request: Request, token: str) -> Response:
    """Sets the new password, and signs its person out everywhere."""
    slowed(request)
    door = office_of(request).door
    person = await door.signing_in.resetting(token)
    form = await Form.read(request)
    password = chosen_password(form)
    if form.is_right:
        async with form.refusals():
            try:
                marks = await door.signing_in.reset(token, password, origin_of(request))
                response = see("/sign-in/changed")
                keep(request, response, BROWSER, marks, KNOWN_FOR)
                return response
            except PasswordRefused as error:
                form.error("password", str(error))
    return _choose(request, form, "Choose a new password", person.email)


@router.get("/sign-in/changed")
async def password_changed(request: Request) -> Response:
    """Says that the password was changed, and where to go on."""
    return page(request, "sign-in/changed.html", title="Your password was changed")


@router.get("/set-up/{token}")
async def set_up(request: Request, token: str) -> Response:
    """Asks the first administrator who they are, and what the school is called."""
    await office_of(request).door.first_start.check(token)
    return await _set_up(request, Form())


@router.post("/set-up/{token}")
async def begin(request: Request, token: str) -> Response:
    """Makes the school and its administrator, and signs them in."""
    slowed(request)
    door = office_of(request).door
    await door.first_start.check(token)
    form = await Form.read(request)
    there = await office_of(request).stores.shelf.schools()
    school = terms = None
    if not there:
        school = form.text("school", missing="Enter the school's name", longest=120)
        terms = form.choice("terms", door.first_start.terms(), missing="Choose term dates")
    name = form.text("name", missing="Enter your name", longest=120)
    email = form.text("email", missing="Enter your e-mail address", longest=320)
    if email and "@" not in email:
        form.error("email", "Enter an e-mail address, such as name@school.example")
    password = chosen_password(form)
    if form.is_right:
        async with form.refusals():
            try:
                await door.first_start.begin(
                    token, SetUpAsked(name, email, password, school, terms)
                )
                came = await door.signing_in.with_password(email, password, origin_of(request))
                return await arrive(request, came, "/")
            except PasswordRefused as error:
                form.error("password", str(error))
    return await _set_up(request, form)


async def _set_up(request: Request, form: Form) -> Response:
    there = await office_of(request).stores.shelf.schools()
    terms = office_of(request).door.first_start.terms()
    return page(
        request,
        "sign-in/set-up.html",
        title="Set Evenhand up",
        form=form,
        terms=None if there else [{"value": k, "text": v} for k, v in terms.items()],
    )


def chosen_password(form: Form) -> str:
    """A password that was typed twice alike; what is wrong is noted on the form."""
    password, again = form.value("password"), form.value("again")
    if not password:
        form.error("password", "Choose a password")
    elif password != again:
        form.error("again", "Type the same password again")
    return password


def _choose(request: Request, form: Form, title: str, email: str | None) -> Response:
    return page(request, "sign-in/choose.html", title=title, form=form, email=email)
