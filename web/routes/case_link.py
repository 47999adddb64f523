"""Sending a parent or an advocate a link that opens their case."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from domain.access import Sight
from gateway.case_links import role_in
from gateway.reading import Seen
from gateway.wording import acting
from storage.people import Person
from web.cookies import office_of
from web.forms import Form
from web.pages import page, see
from web.routes.cases import crumbs
from web.viewer import NoSuchCase, Staff, Viewer

router = APIRouter(prefix="/cases/{reference}/link")


@router.get("")
async def choose_party(request: Request, viewer: Staff, reference: str) -> Response:
    """Asks whom to send the link to."""
    return await _ask(request, await _seen(viewer, reference), Form())


@router.post("")
async def send(request: Request, viewer: Staff, reference: str) -> Response:
    """Sends the link by e-mail."""
    seen = await _seen(viewer, reference)
    parties = await _parties(request, seen)
    form = await Form.read(request)
    able = [one.id for one in parties if one.email]
    chosen = form.choice("person", able, missing="Choose who gets the link")
    if form.is_right:
        async with form.refusals():
            person = next(one for one in parties if one.id == chosen)
            links = office_of(request).door.case_links
            await links.send(viewer.school, reference, person, viewer.actor)
            return see(f"/cases/{reference}/link/sent")
    return await _ask(request, seen, form)


@router.get("/sent")
async def sent(request: Request, viewer: Staff, reference: str) -> Response:
    """Says that the link went out."""
    await _seen(viewer, reference)
    return page(
        request, "cases/link-sent.html", title="The link was sent", breadcrumbs=crumbs(reference)
    )


async def _seen(viewer: Viewer, reference: str) -> Seen:
    """The case, for who sees it whole. Raises NoSuchCase."""
    seen = await viewer.peek(reference)
    if seen.sight is not Sight.WHOLE:
        raise NoSuchCase()
    return seen


async def _parties(request: Request, seen: Seen) -> list[Person]:
    people = office_of(request).stores.people
    known = [await people.person(party) for party in sorted(seen.case.parties)]
    return [one for one in known if not one.erased and role_in(seen.case, one) is not None]


async def _ask(request: Request, seen: Seen, form: Form) -> Response:
    parties = await _parties(request, seen)
    return page(
        request,
        "cases/link.html",
        title="Send a link to this case",
        breadcrumbs=crumbs(seen.case.reference),
        form=form,
        reference=seen.case.reference,
        parties=[
            {
                "value": one.id,
                "text": await seen.name(one.id),
                "hint": acting(role),
            }
            for one in parties
            if one.email and (role := role_in(seen.case, one)) is not None
        ],
        unreachable=[await seen.name(one.id) for one in parties if not one.email],
    )
