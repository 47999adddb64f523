"""One person: what is known of them, what they may do and since when, and changing either."""

from collections.abc import Sequence

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from domain.office import GIVEN
from domain.signing_in import MAY_HAVE_AN_ACCOUNT
from domain.views import AT_THE_MACHINE
from domain.vocabulary import Role
from gateway.accounts import AccountState
from gateway.enrolling import DetailRefused
from storage.people import Person
from web.cookies import office_of
from web.forms import Form
from web.pages import Crumb, page, see
from web.routes.administration.access import account_line
from web.routes.administration.common import (
    ADMINISTRATION,
    PEOPLE,
    enrolling,
    person_of,
    role_items,
)
from web.viewer import Administrator

router = APIRouter(prefix="/administration/people/{person}")
DONE = {
    "added": "They are on the list, and the register says so.",
    "corrected": "What is known of them was put right.",
    "roles": "Their roles were set, and the register says so.",
    "same": "Nothing was changed: it was so already.",
}
_ROLES = [role.value for role in GIVEN]


@router.get("")
async def show(
    request: Request, viewer: Administrator, person: str, done: str = ""
) -> HTMLResponse:
    """What is known of a person, and what they held since when."""
    found = await person_of(request, viewer, person)
    calendar = await viewer.calendar()
    history = []
    for held in reversed(await enrolling(request, viewer).history(person)):
        if held.by == AT_THE_MACHINE:
            by = "the administrator at the machine"
        else:
            by = await office_of(request).stores.people.name_or_id(held.by.person)
        history.append((held, by))
    return page(
        request,
        "administration/person.html",
        title="A person",
        breadcrumbs=[ADMINISTRATION, PEOPLE],
        person=found,
        access=await _access(request, found),
        history=history,
        calendar=calendar,
        done=DONE.get(done, ""),
        is_self=found.id == viewer.session.person,
    )


@router.get("/details")
async def details(request: Request, viewer: Administrator, person: str) -> HTMLResponse:
    """Asks for the name and the address as they should be."""
    found = await person_of(request, viewer, person)
    return _details(request, found, Form.filled(name=found.name, email=found.email or ""))


@router.post("/details")
async def correct(request: Request, viewer: Administrator, person: str) -> Response:
    """Puts a name or an address right."""
    found = await person_of(request, viewer, person)
    form = await Form.read(request)
    name = form.text("name", missing="Enter their name", longest=200)
    email = form.text("email", longest=254)
    if form.is_right:
        async with form.refusals():
            try:
                changed = await enrolling(request, viewer).correct(
                    person, name, email, viewer.actor, action_id=form.action_id
                )
                return _back(person, "corrected" if changed else "same")
            except DetailRefused as refused:
                for field, sentence in refused.fields.items():
                    form.error(field, sentence)
    return _details(request, found, form)


@router.get("/roles")
async def roles(request: Request, viewer: Administrator, person: str) -> HTMLResponse:
    """Asks what a person may do."""
    found = await person_of(request, viewer, person)
    form = Form.filled(roles=[role.value for role in found.roles])
    return _roles(request, found, form)


@router.post("/roles")
async def set_roles(request: Request, viewer: Administrator, person: str) -> Response:
    """Shows what would change, and once that was seen, sets the roles."""
    found = await person_of(request, viewer, person)
    form = await Form.read(request)
    wanted = frozenset(Role(role) for role in form.choices("roles", _ROLES))
    if form.value("step") == "change":
        return _roles(request, found, form)
    if wanted == found.roles:
        return _back(person, "same")
    people = enrolling(request, viewer)
    if form.value("step") == "set":
        async with form.refusals():
            await people.set_roles(person, wanted, viewer.actor, action_id=form.action_id)
            if person == viewer.session.person and viewer.session.role not in wanted:
                return see("/account")
            return _back(person, "roles")
        return _roles(request, found, form)
    return page(
        request,
        "administration/person-roles-check.html",
        title="Check the change",
        breadcrumbs=_crumbs(person),
        form=form,
        person=found,
        wanted=_in_order(wanted),
        gained=_in_order(wanted - found.roles),
        lost=_in_order(found.roles - wanted),
        alone=await people.left_without(person, wanted),
        is_self=person == viewer.session.person,
    )


def _back(person: str, done: str) -> Response:
    return see(f"/administration/people/{person}?done={done}")


def _crumbs(person: str) -> list[Crumb]:
    return [ADMINISTRATION, PEOPLE, ("A person", f"/administration/people/{person}")]


def _details(request: Request, person: Person, form: Form) -> HTMLResponse:
    return page(
        request,
        "administration/person-details.html",
        title="Put a name or an address right",
        breadcrumbs=_crumbs(person.id),
        form=form,
        person=person,
    )


def _roles(request: Request, person: Person, form: Form) -> HTMLResponse:
    return page(
        request,
        "administration/person-roles.html",
        title="What a person may do",
        breadcrumbs=_crumbs(person.id),
        form=form,
        person=person,
        roles=role_items(),
    )


def _in_order(roles: frozenset[Role]) -> Sequence[Role]:
    return [role for role in GIVEN if role in roles]


async def _access(request: Request, person: Person) -> str:
    line = await account_line(request, person)
    if line is None:
        may = person.roles & MAY_HAVE_AN_ACCOUNT
        return "Not invited yet" if may else "Needs no account: a link opens their case"
    return {
        AccountState.INVITED: "Invited",
        AccountState.ACTIVE: "Has an account",
        AccountState.LOCKED: "Locked",
    }[line.state]
