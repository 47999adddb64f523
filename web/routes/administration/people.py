"""The list of people: found by name or role, and added to."""

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from domain.office import GIVEN
from domain.vocabulary import Role
from gateway.enrolling import DetailRefused
from storage.people import Person, PersonNotFound
from web.cookies import office_of
from web.forms import Form
from web.pages import page, see
from web.routes.administration.common import ADMINISTRATION, PEOPLE, enrolling, role_items
from web.viewer import Administrator, Viewer
from web.words import counted

router = APIRouter(prefix="/administration/people")
AT_ONCE = 50
_ROLES = [role.value for role in GIVEN]


@router.get("")
async def people(
    request: Request,
    viewer: Administrator,
    role: str = "",
    page_number: int = 1,
    added: int = 0,
) -> HTMLResponse:
    """Everybody at the school, or those who hold one role, by name."""
    form = Form.filled(role=role if role in _ROLES else "")
    everybody = await _everybody(request, viewer)
    wanted = form.value("role")
    found = [one for one in everybody if not wanted or Role(wanted) in one.roles]
    return _list(request, form, found, len(everybody), page_number, added=added)


@router.post("")
async def search(request: Request, viewer: Administrator) -> HTMLResponse:
    """Those whose name or address has these letters in it.

    A name does not belong in an address, so the answer comes at once and not at one of its own.
    """
    form = await Form.read(request)
    name = form.text("name", missing="Enter part of a name or of an e-mail address")
    everybody = await _everybody(request, viewer)
    if not form.is_right:
        return _list(request, form, everybody, len(everybody), 1)
    near: list[Person] = []
    wanted = name.casefold()
    found = [
        one
        for one in everybody
        if wanted in one.name.casefold() or wanted in (one.email or "").casefold()
    ]
    if not found:
        try:
            await office_of(request).stores.people.find(viewer.school, name)
        except PersonNotFound as error:
            near = list(error.near)
    return _list(request, form, found, len(everybody), 1, searched=name, near=near)


@router.get("/add")
async def add(request: Request, viewer: Administrator) -> HTMLResponse:
    """Asks who is to be added."""
    return _add(request, Form())


@router.post("/add")
async def added(request: Request, viewer: Administrator) -> Response:
    """Adds a person, who is on the register from then on."""
    form = await Form.read(request)
    name = form.text("name", missing="Enter their name", longest=200)
    email = form.text("email", longest=254)
    roles = form.choices("roles", _ROLES, missing="Choose what they are to the school")
    if form.is_right:
        async with form.refusals():
            try:
                person = await enrolling(request, viewer).add(
                    name,
                    email,
                    [Role(role) for role in roles],
                    viewer.actor,
                    action_id=form.action_id,
                )
                return see(f"/administration/people/{person}?done=added")
            except DetailRefused as refused:
                for field, sentence in refused.fields.items():
                    form.error(field, sentence)
    return _add(request, form)


def _add(request: Request, form: Form) -> HTMLResponse:
    return page(
        request,
        "administration/person-add.html",
        title="Add a person",
        breadcrumbs=[ADMINISTRATION, PEOPLE],
        form=form,
        roles=role_items(),
    )


async def _everybody(request: Request, viewer: Viewer) -> list[Person]:
    everybody = await office_of(request).stores.people.everybody(viewer.school)
    present = [one for one in everybody if not one.erased]
    return sorted(present, key=lambda one: (one.name.casefold(), one.id))


def _list(
    request: Request,
    form: Form,
    found: list[Person],
    count: int,
    number: int,
    *,
    searched: str = "",
    near: list[Person] | None = None,
    added: int = 0,
) -> HTMLResponse:
    were = counted(added, "person was", "people were")
    pages = max(1, -(-len(found) // AT_ONCE))
    number = min(max(1, number), pages)
    shown = found if searched else found[(number - 1) * AT_ONCE : number * AT_ONCE]
    return page(
        request,
        "administration/people.html",
        title="People and roles",
        breadcrumbs=[ADMINISTRATION],
        form=form,
        people=shown,
        found=len(found),
        count=count,
        searched=searched,
        near=near or [],
        done_words=f"{were} added, each with an entry on the register." if added else "",
        roles=[{"value": "", "text": "Everybody"}, *role_items()],
        number=number,
        pages=pages,
    )
