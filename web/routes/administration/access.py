"""Whether a person can sign in: inviting them, and locking and opening their account."""

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from domain.signing_in import MAY_HAVE_AN_ACCOUNT
from gateway.accounts import AccountLine
from storage.people import Person
from web.cookies import office_of
from web.forms import Form
from web.pages import page, see
from web.routes.administration.common import ADMINISTRATION, PEOPLE, person_of
from web.viewer import Administrator

router = APIRouter(prefix="/administration/people/{person}/access")
ACTS = {
    "invite": "An invitation is on its way. Its link works once, for seven days.",
    "lock": "The account is locked, and they are signed out everywhere.",
    "unlock": "The account is open again.",
    "second-factor": "The second factor is removed. They set it up anew when they sign in.",
}


async def account_line(request: Request, person: Person) -> AccountLine | None:
    """A person's account, if they have one."""
    lines = await office_of(request).door.accounts.of_school(person.school)
    return next((one for one in lines if one.person.id == person.id), None)


@router.get("")
async def show(
    request: Request, viewer: Administrator, person: str, done: str = ""
) -> HTMLResponse:
    """How the account stands, and what may be done about it."""
    found = await person_of(request, viewer, person)
    return await _access(request, viewer, found, Form(), done)


@router.post("")
async def act(request: Request, viewer: Administrator, person: str) -> Response:
    """Invites the person, or changes their account."""
    found = await person_of(request, viewer, person)
    form = await Form.read(request)
    accounts = office_of(request).door.accounts
    async with form.refusals():
        match form.choice("act", ACTS, missing="Choose what to do"):
            case "invite":
                await accounts.invite(found, viewer.actor)
            case "lock":
                await accounts.lock(found, viewer.actor)
            case "unlock":
                await accounts.unlock(found, viewer.actor)
            case "second-factor":
                await accounts.reset_second_factor(found, viewer.actor)
        if form.is_right:
            return see(f"/administration/people/{person}/access?done={form.value('act')}")
    return await _access(request, viewer, found, form)


async def _access(
    request: Request, viewer: Administrator, person: Person, form: Form, done: str = ""
) -> HTMLResponse:
    return page(
        request,
        "administration/person-access.html",
        title="Signing in",
        breadcrumbs=[
            ADMINISTRATION,
            PEOPLE,
            ("A person", f"/administration/people/{person.id}"),
        ],
        form=form,
        person=person,
        account=await account_line(request, person),
        may_have_one=bool(person.roles & MAY_HAVE_AN_ACCOUNT),
        is_self=person.id == viewer.session.person,
        calendar=await viewer.calendar(),
        done=ACTS.get(done, ""),
    )
