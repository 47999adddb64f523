"""Links by e-mail that open one case to a parent or an advocate, once."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from web.arriving import origin_of, slowed
from web.cookies import SESSION, office_of, remember
from web.forms import Form
from web.pages import page, see

router = APIRouter()


@router.get("/link")
async def ask_for_link(request: Request) -> Response:
    """Asks for a case's reference and an address, to send a link to."""
    return page(request, "links/ask.html", title="Ask for a link to your case", form=Form())


@router.post("/link")
async def send_link(request: Request) -> Response:
    """Sends a link, if it is the address of somebody whose case it is; says the same if not."""
    slowed(request)
    form = await Form.read(request)
    reference = form.text("case", missing="Enter the case's reference", longest=40)
    email = form.text("email", missing="Enter your e-mail address", longest=320)
    if email and "@" not in email:
        form.error("email", "Enter an e-mail address, such as name@example.org")
    if form.is_right:
        links = office_of(request).door.case_links
        links.asked_for(reference, email, origin_of(request).network)
        return see("/link/sent")
    return page(request, "links/ask.html", title="Ask for a link to your case", form=form)


@router.get("/link/sent")
async def link_sent(request: Request) -> Response:
    """Says that a link is on its way, if the two belong together."""
    return page(request, "links/sent.html", title="Look at your e-mail")


@router.get("/link/{token}")
async def look_at_link(request: Request, token: str) -> Response:
    """Shows a button: programs that look through e-mail open links, and must not use them up."""
    reference = await office_of(request).door.case_links.look_at(token)
    return page(request, "links/open.html", title="Open your case", reference=reference)


@router.post("/link/{token}")
async def open_link(request: Request, token: str) -> Response:
    """Uses the link up, and opens the case."""
    slowed(request)
    office = office_of(request)
    opened = await office.door.case_links.open(token)
    if earlier := request.cookies.get(SESSION):
        await office.sessions.end(earlier)
    response = see(f"/your-case/{opened.reference}")
    remember(request, response, opened.token)
    return response


@router.post("/link/{token}/again")
async def send_another(request: Request, token: str) -> Response:
    """Sends a new link to the address that this one was sent to."""
    slowed(request)
    await office_of(request).door.case_links.send_another(token, origin_of(request).network)
    return see("/link/sent")
