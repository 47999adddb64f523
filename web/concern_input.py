"""From what was typed about a concern to the fields of the concern."""

from datetime import time
from typing import Any, NamedTuple

from fastapi import Request

from domain.calendar import SchoolCalendar
from domain.policy import Ladder, Policy
from domain.vocabulary import Role, Severity, Track
from gateway.wording import spoken
from storage.people import PersonNotFound
from web.cookies import office_of
from web.forms import Form
from web.viewer import Viewer

_ABOUT = {
    Track.PARENT_CONDUCT: "A parent or carer",
    Track.ADVOCATE_CONDUCT: "An advocate who speaks for a family",
    Track.SCHOOL_CONCERN: "The school",
    Track.SERVICE_CONCERN: "A parent partnership service",
}


class Kind(NamedTuple):
    """A kind of concern that somebody may raise: under which code, on which ladder."""

    policy: Policy
    ladder: Ladder

    @property
    def address(self) -> str:
        """Where its questions are asked."""
        return f"/concerns/new/{self.policy.policy}/{self.ladder.track}"

    @property
    def about(self) -> str:
        """Whom it is about, in words."""
        return _ABOUT[self.ladder.track]


async def concern_fields(
    request: Request, viewer: Viewer, kind: Kind, form: Form
) -> dict[str, Any]:
    """The fields of the concern; what is missing or wrong is noted on the form."""
    office = office_of(request)
    calendar = await viewer.calendar()
    respondent = kind.ladder.respondent
    who = _Naming(request, viewer, form)
    fields: dict[str, Any] = {"track": kind.ladder.track.value}
    if respondent is not None:
        fields["respondent"] = await who.one(
            "respondent", f"Enter the name of the {spoken(respondent)}", respondent
        )
    family = "Enter the name of the parent they speak for"
    needed = family if respondent is Role.ADVOCATE else ""
    fields["family"] = await who.one("family", needed, Role.PARENT)
    fields["named"] = await who.several("named")
    fields["narrative"] = _narrative(form)
    fields["severity"] = form.choice(
        "severity", [one.value for one in Severity], "Choose how serious it is"
    )
    known = [clause.id for clause in kind.policy.clauses]
    fields["clauses"] = form.choices("clauses", known)
    fields |= _when(form, calendar, calendar.local_date(office.now()))
    return {name: value for name, value in fields.items() if value not in (None, "", [])}


def _narrative(form: Form) -> str:
    what = form.text("narrative", "Say what happened")
    saw = form.text("witnesses", longest=2000)
    return f"{what}\n\nWho else saw or heard it: {saw}" if what and saw else what


def _when(form: Form, calendar: SchoolCalendar, today: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    happened = form.day("occurred_on", "Enter the day on which it happened")
    if happened and happened > today:
        form.error("occurred_on", "The day must be today or in the past")
    heard = form.day("received_on")
    if heard and heard > today:
        form.error("received_on", "The day must be today or in the past")
    if heard and happened and heard < happened:
        form.error("received_on", "The school can't have heard of it before it happened")
    if happened:
        found["occurred_on"] = happened.isoformat()
    if heard and heard < today:
        found["received_at"] = calendar.instant(heard, time(12)).isoformat()
    return found


class _Naming:
    """Finds the people who were named on a form."""

    def __init__(self, request: Request, viewer: Viewer, form: Form) -> None:
        self._people = office_of(request).stores.people
        self._school = viewer.school
        self._form = form

    async def one(self, name: str, missing: str, role: Role) -> str | None:
        words = self._form.text(name, missing, 200)
        return await self._id(name, words, role) if words else None

    async def several(self, name: str) -> list[str]:
        lines = self._form.text(name).splitlines()
        found = [await self._id(name, line.strip(), None) for line in lines if line.strip()]
        return [one for one in found if one]

    async def _id(self, name: str, words: str, role: Role | None) -> str | None:
        try:
            found = [one for one in await self._people.find(self._school, words) if not one.erased]
        except PersonNotFound as error:
            near = ", ".join(person.name for person in error.near)
            hint = f" Did you mean {near}?" if near else ""
            self._form.error(
                name, f"Nobody here is called “{words}”.{hint} The office can add somebody new"
            )
            return None
        exact = [one for one in found if words.casefold() in (one.name.casefold(), one.email)]
        fitting = [one for one in exact or found if role is None or role in one.roles]
        if len(fitting) == 1:
            return fitting[0].id
        if not fitting:
            assert role is not None, "without a role, everybody fits"
            self._form.error(name, f"{words} is not known here as a {spoken(role)}")
            return None
        told_apart = ", ".join(f"{one.name} ({one.email or one.id})" for one in fitting[:5])
        self._form.error(name, f"Several people are called that: {told_apart}. Give the address")
        return None
