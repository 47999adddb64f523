"""What a parent or an advocate does themselves: on a case of theirs, or with a new concern."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from domain.access import OUTSIDE
from domain.actions import Actor
from domain.calendar import Span
from domain.contracts import Acted
from domain.errors import EvenhandError
from domain.letters import LetterProblem
from domain.policy import Clause, Ladder, Policy
from domain.vocabulary import ActionName, DutyKind, Role, Severity, Track
from gateway.attachments import Attachment
from gateway.cases import Cases
from gateway.letters import Sending
from gateway.stores import Stores
from storage.case_lists import CaseFilter, Sighted
from storage.people import Person, PersonAlreadyThere, PersonNotFound

EMAIL = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;]+")
"""What an e-mail address looks like."""
A_DAY = timedelta(days=1)
_LATELY = 50  # cases that one person raised in a day


class CannotBeNamed(EvenhandError):
    """Somebody can't be added as an advocate from here."""

    def __init__(self) -> None:
        super().__init__(
            "We can’t add this person here. Please talk to the school’s office, who can help."
        )


class Raisable(NamedTuple):
    """A kind of concern that somebody may raise: under which code, and about what.

    `promises` are the clauses that bind the school or service. `acknowledged_within` is the time
    in which it says that it has the concern; None where the code does not promise one.
    """

    policy: str
    title: str
    track: Track
    promises: tuple[Clause, ...]
    acknowledged_within: Span | None

    @property
    def about_a_service(self) -> bool:
        """Whether it is about a parent partnership service, and not about a school."""
        return self.track is Track.SERVICE_CONCERN


class Concern(NamedTuple):
    """A concern as it was typed. `about` is the name of whom it is about, if it is one person;
    `about_the_head`: it is the headteacher, or the manager of the service."""

    narrative: str
    severity: Severity
    occurred_on: date | None = None
    promises: tuple[str, ...] = ()
    about: str = ""
    about_the_head: bool = False
    family: str | None = None
    advocate: str | None = None


class Raised(NamedTuple):
    """A concern that was raised. `again`: it had been raised by the same form before."""

    reference: str
    again: bool


async def raisables(stores: Stores, school: str, role: Role) -> list[Raisable]:
    """The kinds of concern that somebody in this role may raise about the school or service."""
    return [
        Raisable(
            policy=policy.policy,
            title=policy.title,
            track=ladder.track,
            promises=tuple(
                one for one in policy.clauses if one.binds is not None and one.binds not in OUTSIDE
            ),
            acknowledged_within=_acknowledged_within(ladder),
        )
        for policy in await stores.shelf.current_policies(school)
        for ladder in policy.ladders
        if ladder.respondent is None and role in ladder.raised_by
    ]


def _acknowledged_within(ladder: Ladder) -> Span | None:
    found = (duty.within for duty in ladder.duties if duty.kind is DutyKind.ACKNOWLEDGE)
    return next(found, None)


class FamilyActs:
    """A parent's or an advocate's hand: `actor` is who they are, `cases` their school's cases."""

    def __init__(self, stores: Stores, cases: Cases, school: str, actor: Actor) -> None:
        self._stores = stores
        self._cases = cases
        self._school = school
        self._actor = actor

    async def act(
        self,
        reference: str,
        action: ActionName,
        fields: Mapping[str, Any],
        *,
        action_id: str,
        attachments: Sequence[Attachment] = (),
    ) -> Acted:
        """Does an action; the school's letter about it goes out with it. Raises what `Cases.act`
        does, save LetterProblem: no fault in a letter keeps a family from being heard."""
        for letters in (Sending.AS_DRAFTED, Sending.NONE):
            try:
                return await self._cases.act(
                    reference,
                    action.value,
                    fields,
                    self._actor,
                    action_id=action_id,
                    letters=letters,
                    attachments=attachments,
                )
            except LetterProblem:
                if letters is Sending.NONE:
                    raise
        raise AssertionError("the last attempt returns or raises")

    async def ask(
        self, reference: str, action: ActionName, reason: str, *, action_id: str, **fields: Any
    ) -> Acted:
        """Takes the reader's own concern further, or back, for a reason in their words.

        It rests on what the concern is about; where nobody said which promise that is, on the code
        as a whole. Raises what `act` does.
        """
        case = await self._stores.record.case_state(self._school, reference)
        policy = await self._stores.shelf.policy(case.policy_digest)
        clauses = list(case.clauses) or [_as_a_whole(policy).id]
        given = {"reason": reason, "clauses": clauses, **fields}
        return await self.act(reference, action, given, action_id=action_id)

    async def stop_sharing(self, reference: str, *, action_id: str) -> Acted:
        """Takes the reader's consent to the referral under way back. Raises what `act` does."""
        case = await self._stores.record.case_state(self._school, reference)
        open_now = (one.id for one in case.referrals if one.open)
        fields = {"referral": next(open_now, "none")}  # the rules say so where there is none
        return await self.act(reference, ActionName.WITHDRAW_CONSENT, fields, action_id=action_id)

    async def name_advocate(
        self, reference: str, name: str, email: str, *, action_id: str
    ) -> Acted:
        """Names an advocate who has agreed to it; somebody new becomes known to the school.

        Raises CannotBeNamed for somebody who works at the school and for the reader themselves,
        and what `act` does.
        """
        advocate = await self._known_by(email)
        if advocate is None:
            person = await self._added(name, email, action_id)
        else:
            person = advocate.id
            if person == self._actor.person or advocate.roles - OUTSIDE:
                raise CannotBeNamed()
            if Role.ADVOCATE not in advocate.roles:
                await self._stores.people.set_roles(person, {*advocate.roles, Role.ADVOCATE})
        fields = {"advocate": person}
        return await self.act(reference, ActionName.APPOINT_ADVOCATE, fields, action_id=action_id)

    async def raise_concern(
        self,
        kind: Raisable,
        concern: Concern,
        now: datetime,
        *,
        action_id: str,
        attachments: Sequence[Attachment] = (),
    ) -> Raised:
        """Opens a case about the school or the service; the same form, sent twice, opens one.
        Raises what `Cases.open` does."""
        if before := await self.raised_before(action_id, now):
            return Raised(before, again=True)
        fields: dict[str, Any] = {
            "track": kind.track.value,
            "severity": concern.severity.value,
            "narrative": _with_whom(concern),
            "clauses": list(concern.promises),
            "named": await self._named(kind, concern),
        }
        given = {
            "occurred_on": concern.occurred_on,
            "family": concern.family,
            "advocate": concern.advocate,
        }
        fields |= {name: value for name, value in given.items() if value}
        opened = await self._cases.open(
            kind.policy, fields, self._actor, action_id=action_id, attachments=attachments
        )
        return Raised(opened.reference, again=False)

    async def raised_before(self, action_id: str, now: datetime) -> str | None:
        """The reference of the concern that the reader raised with this act in the last day."""
        own = Sighted(self._school, self._actor.person, frozenset())
        lately = CaseFilter(opened_from=now - A_DAY)
        entries, _ = await self._stores.lists.cases(own, lately, limit=_LATELY)
        references = [entry.reference for entry in entries]
        cases = await self._stores.record.states_of(self._school, references)
        return next((one.reference for one in cases if action_id in one.recent_actions), None)

    async def _known_by(self, email: str) -> Person | None:
        wanted = email.strip().casefold()
        try:
            found = await self._stores.people.find(self._school, wanted)
        except PersonNotFound:
            return None
        same = [one for one in found if (one.email or "").casefold() == wanted]
        return next((one for one in same if Role.ADVOCATE in one.roles), next(iter(same), None))

    async def _added(self, name: str, email: str, action_id: str) -> str:
        # The same form, sent twice, adds one person.
        person = f"person-{hashlib.sha256(action_id.encode()).hexdigest()[:16]}"
        try:
            return await self._stores.people.add_person(
                self._school, name, email, [Role.ADVOCATE], person=person
            )
        except PersonAlreadyThere:
            return person

    async def _named(self, kind: Raisable, concern: Concern) -> list[str]:
        """Whom the concern is about, where they are known: so that they don't deal with it.

        Nothing tells whoever raises it whether a name was known.
        """
        named: list[str] = []
        if concern.about_the_head:
            head = Role.LINE_MANAGER if kind.about_a_service else Role.HEADTEACHER
            named += await self._stores.people.holders_of(self._school, head)
        wanted = " ".join(concern.about.split()).casefold()
        if wanted:
            everybody = await self._stores.people.everybody(self._school)
            named += [
                one.id
                for one in everybody
                if not one.erased and one.name.casefold() == wanted and one.roles - OUTSIDE
            ]
        return list(dict.fromkeys(named))


def _as_a_whole(policy: Policy) -> Clause:
    return next((one for one in policy.clauses if one.binds is None), policy.clauses[0])


def _with_whom(concern: Concern) -> str:
    about = " ".join(concern.about.split())
    return f"{concern.narrative}\n\nIt is about: {about}" if about else concern.narrative
