"""Contacts from a spreadsheet: sent, tried line by line, then brought in all together."""

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from domain.contacts import Standing
from domain.office import GIVEN
from domain.vocabulary import Role
from gateway.contacts import (
    HEADINGS,
    MOST_BYTES,
    Contacts,
    ContactsUnreadable,
    DryRun,
    NotReady,
    as_csv,
    report_as_csv,
)
from web.cookies import office_of
from web.forms import Form
from web.kept import NotKept, TooMuchToKeep, keep, kept
from web.pages import page, see
from web.routes.administration.common import ADMINISTRATION, PEOPLE, enrolling, role_items
from web.viewer import Administrator, Viewer
from web.words import counted

router = APIRouter(prefix="/administration/people")
TITLE = "Add people from a spreadsheet"
_ROLES = [role.value for role in GIVEN]
_AGAIN = "The file did not come back with the page. Choose it again."


@router.get("/import")
async def choose(request: Request, viewer: Administrator) -> HTMLResponse:
    """Asks for the file."""
    return _choose(request, Form())


@router.post("/import")
async def dry_run(request: Request, viewer: Administrator) -> HTMLResponse:
    """Says what would become of each line; nobody is added."""
    form = await Form.read(request)
    files = await form.attachments("file", missing="Choose the file")
    default = _default(form)
    if not form.is_right:
        return _choose(request, form)
    try:
        found = await _contacts(request, viewer).dry_run(files[0].content, default)
        packed = keep(files[0].content)
    except ContactsUnreadable as error:
        form.error("file", str(error))
        return _choose(request, form)
    except TooMuchToKeep:
        form.error("file", "The file is too large to be tried at once. Import it in parts.")
        return _choose(request, form)
    return _weighed(request, Form.filled(default=form.value("default")), found, packed)


@router.post("/import/report")
async def report(request: Request, viewer: Administrator) -> Response:
    """The dry run, line by line, for a spreadsheet."""
    form = await Form.read(request)
    try:
        content = kept(form.value("contents"), MOST_BYTES)
        found = await _contacts(request, viewer).dry_run(content, _default(form))
    except (NotKept, ContactsUnreadable):
        form.error("file", _AGAIN)
        return _choose(request, form)
    return _download(report_as_csv(found), "contacts-tried.csv")


@router.post("/import/all")
async def bring_in(request: Request, viewer: Administrator) -> Response:
    """Adds everybody who is not there yet: all of them, or nobody."""
    form = await Form.read(request)
    contacts, default = _contacts(request, viewer), _default(form)
    try:
        content = kept(form.value("contents"), MOST_BYTES)
    except NotKept:
        form.error("file", _AGAIN)
        return _choose(request, form)
    async with form.refusals():
        try:
            added = await contacts.bring_in(
                content, viewer.actor, default, action_id=form.action_id
            )
            return see(f"/administration/people?added={len(added)}")
        except NotReady as error:
            # Somebody added people while this page was looked at.
            form.refuse(str(error))
    return _weighed(request, form, await contacts.dry_run(content, default), form.value("contents"))


@router.get("/list.csv")
async def list_(request: Request, viewer: Administrator) -> Response:
    """Everybody at the school, as a list that a spreadsheet reads and that can be imported."""
    everybody = await office_of(request).stores.people.everybody(viewer.school)
    return _download(as_csv(everybody), "people.csv")


def _contacts(request: Request, viewer: Viewer) -> Contacts:
    return Contacts(enrolling(request, viewer))


def _default(form: Form) -> list[Role]:
    chosen = form.choice("default", _ROLES)
    return [Role(chosen)] if chosen else []


def _choose(request: Request, form: Form) -> HTMLResponse:
    return page(
        request,
        "administration/contacts.html",
        title=TITLE,
        breadcrumbs=[ADMINISTRATION, PEOPLE],
        form=form,
        headings=HEADINGS,
        roles=[{"value": "", "text": "None: such a line is refused"}, *role_items()],
    )


def _weighed(request: Request, form: Form, found: DryRun, packed: str) -> HTMLResponse:
    adding = found.count(Standing.ADDED)
    held = {
        role: sum(line.standing is Standing.ADDED and role in line.roles for line in found.lines)
        for role in GIVEN
    }
    return page(
        request,
        "administration/contacts-tried.html",
        title="What would become of each line",
        breadcrumbs=[ADMINISTRATION, PEOPLE, (TITLE, "/administration/people/import")],
        form=form,
        dry_run=found,
        contents=packed,
        adding=counted(adding, "person", "people"),
        there=found.count(Standing.ALREADY_THERE),
        refused=found.count(Standing.REFUSED),
        held=[(role, count) for role, count in held.items() if count],
    )


def _download(content: bytes, name: str) -> Response:
    return Response(
        content,
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )
