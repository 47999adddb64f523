"""What somebody may do to a case now, and why not the rest: asked of `decide` itself."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from domain import actions as a
from domain.calendar import CalendarDoesNotCover, Clock, SchoolCalendar, Span
from domain.case import TASKS, Case, Deadline
from domain.decide import decide
from domain.errors import CaseError
from domain.policy import Ladder, Policy, Step
from domain.vocabulary import (
    ActionName,
    Channel,
    CodeAnswer,
    DeadlineKind,
    LetterStatus,
    Outcome,
    Procedure,
    ReferralOutcome,
    ResponseKind,
    RestrictionStatus,
    ReviewResult,
    Role,
    Rule,
    SharedItem,
    Stage,
)

_TEXT = a.TextRef(id="probe", commitment="0" * 64)
_SOMEBODY = "somebody-with-no-part-in-it"
_ID = "probe"
_HOUR = timedelta(hours=1)
NOT_OFFERED = frozenset(
    {
        ActionName.RAISE_CONCERN,  # opens another case
        ActionName.ADOPT_CALENDAR,  # need a calendar or a policy that is not part of the case
        ActionName.ADOPT_POLICY,
        ActionName.TIME_PASSED,  # the system's own
        ActionName.RECORD_NOTICE,
        ActionName.PREPARE_LETTERS,
        ActionName.RECORD_LETTER,
        ActionName.RECORD_RETURN,
        ActionName.RECORD_REFERRAL_SENT,
    }
)


_RESPONSES = {
    ResponseKind.REPLY: "Record a response",
    ResponseKind.REQUEST_TO_MEET: "Ask to meet",
    ResponseKind.CANNOT_ATTEND: "Say that somebody cannot attend",
    ResponseKind.CHALLENGE: "Challenge the latest decision",
}
_MEETS = frozenset(
    {
        ActionName.OFFER_RESOLUTION_MEETING,
        ActionName.OFFER_MEDIATION,
        ActionName.SCHEDULE_MEETING,
    }
)


class Choice(NamedTuple):
    """One thing that could be done, and the answer of the rules.

    `about` names the restriction, deadline or meeting that it concerns, or the kind of advice or
    response. `asked_for` says that the other side asked for it. Where it is refused, `rule`,
    `why_not`, `who_may` and `not_before` are those of the refusal.
    """

    action: ActionName
    step: Stage | None
    about: str | None
    title: str
    allowed: bool
    rule: Rule | None = None
    why_not: str = ""
    who_may: tuple[Role, ...] = ()
    not_before: datetime | date | None = None
    asked_for: bool = False


class _Probe(NamedTuple):
    action: a.Action
    title: str
    about: str | None = None
    step: Stage | None = None


def available_actions(
    policy: Policy, calendar: SchoolCalendar, case: Case, actor: a.Actor, now: datetime
) -> tuple[Choice, ...]:
    """Every choice on this case for this person: the ladder's steps in order, then the rest.

    Each is tried as a complete, well-formed action, so that only its rules can refuse it: what
    a person would still have to write (a reason, a date) is taken as written.
    """
    ladder = policy.by_track[case.track]
    probes = _Probes(policy, ladder, calendar, case, actor, now)
    return tuple(_choice(policy, calendar, case, probe, actor, now) for probe in probes.all())


def well_formed_actions(
    policy: Policy, calendar: SchoolCalendar, case: Case, actor: a.Actor, now: datetime
) -> tuple[a.Action, ...]:
    """A complete action, with a made-up id and texts, for each thing that could be done."""
    ladder = policy.by_track[case.track]
    probes = _Probes(policy, ladder, calendar, case, actor, now)
    return tuple(probe.action for probe in probes.all())


def _choice(
    policy: Policy,
    calendar: SchoolCalendar,
    case: Case,
    probe: _Probe,
    actor: a.Actor,
    now: datetime,
) -> Choice:
    name = probe.action.name
    try:
        decide(policy, calendar, case, probe.action, actor, now)
    except CaseError as error:
        return Choice(
            name,
            probe.step,
            probe.about,
            probe.title,
            allowed=False,
            rule=error.rule,
            why_not=error.sentence,
            who_may=error.who_may,
            not_before=error.not_before,
        )
    asked_for = case.asked_to_meet and name in _MEETS
    return Choice(name, probe.step, probe.about, probe.title, allowed=True, asked_for=asked_for)


def _about(deadline: Deadline) -> str:
    if deadline.kind in (DeadlineKind.FOLLOW_UP, DeadlineKind.DUTY):
        return deadline.about.replace("-", " ")
    return f"{deadline.kind.value.replace('_', ' ')}, {deadline.about.replace('-', ' ')}"


class _Probes:
    """Builds a complete action for each thing that could be done."""

    def __init__(
        self,
        policy: Policy,
        ladder: Ladder,
        calendar: SchoolCalendar,
        case: Case,
        actor: a.Actor,
        now: datetime,
    ) -> None:
        self._ladder = ladder
        self._calendar = calendar
        self._case = case
        self._actor = actor
        self._now = now
        self._today = calendar.local_date(now)
        self._why = {"id": _ID, "reason": _TEXT, "clauses": (policy.clauses[0].id,)}

    def all(self) -> Iterator[_Probe]:
        """The ladder's steps, then what ends or reopens a case, then everything else."""
        for step in self._ladder.steps:
            yield from self._step(step)
        yield from self._endings()
        yield from self._restrictions()
        yield from self._deadlines()
        yield from self._meetings()
        yield from self._families()
        yield from self._records()

    def _step(self, step: Step) -> Iterator[_Probe]:
        why = self._why
        if step.restriction:
            scopes = step.restriction.scopes
            terms = {
                "scopes": scopes,
                "review_on": self._review_on(self._today, step),
                "contact": _TEXT,
                "contact_through": _SOMEBODY,
                "meetings": _TEXT,
                "collection": _TEXT,
            }
            for interim in (False, True):
                action = a.RestrictAccess.model_validate(why | terms | {"interim": interim})
                title = f"{step.title}, at once" if interim else step.title
                yield _Probe(action, title, "interim" if interim else None, step.id)
        elif step.advice:
            for kind in step.advice:
                advice = a.SeekExternalAdvice.model_validate(why | {"kind": kind})
                title = f"{step.title}: {kind.value.replace('_', ' ')}"
                yield _Probe(advice, title, kind.value, step.id)
        else:
            given = why | {"name": step.action}
            if step.by_agreement:
                given |= {"agreed": True}
            yield _Probe(a.ACTION.validate_python(given), step.title, None, step.id)

    def _review_on(self, start: date, step: Step) -> date:
        assert step.restriction is not None
        try:
            return self._calendar.add(start, step.restriction.review_within)
        except CalendarDoesNotCover:
            return start  # `decide` says what is wrong with the calendar

    def _endings(self) -> Iterator[_Probe]:
        why, case = self._why, self._case
        rungs = [step for step in self._ladder.steps if not step.aside]
        below = [Stage.RAISED, *(step.id for step in rungs)]
        held = below.index(case.rung)
        lower = below[: held + (case.stage is not case.rung)] or [Stage.RAISED]
        for stage in lower:
            step = self._ladder.by_stage.get(stage)
            title = f"Step down to: {step.title if step else 'raised'}"
            yield _Probe(a.StepDown.model_validate(why | {"to": stage}), title, stage.value)
        yield _Probe(a.Lapse.model_validate(why), "Let the case lapse")
        for outcome in self._ladder.outcomes:
            if outcome is Outcome.LAPSED:
                continue  # by the action lapse, above
            given = why | {"outcome": outcome}
            if outcome is Outcome.TRANSFERRED:
                given |= {"procedure": Procedure.CHILD_PROTECTION}
            close = a.Close.model_validate(given)
            title = f"Close the case: {outcome.value.replace('_', ' ')}"
            yield _Probe(close, title, outcome.value)
        yield _Probe(a.Reopen.model_validate(why), "Reopen the case")
        yield _Probe(a.DecideNotToAct.model_validate(why), "Decide not to act, and say why")

    def _restrictions(self) -> Iterator[_Probe]:
        why = self._why
        yield _Probe(
            a.SubmitRepresentations(id=_ID, text=_TEXT), "Send a written side (representations)"
        )
        for restriction in self._case.open_restrictions:
            here = {"restriction": restriction.id}
            step = self._ladder.by_stage[restriction.step]
            latest = self._review_on(self._today, step)
            if restriction.status is not RestrictionStatus.IN_FORCE:
                starts = max(restriction.terms.starts_on, self._today)
                if restriction.status is RestrictionStatus.INTERIM:
                    starts = restriction.terms.starts_on
                given = why | here | {"answer": _TEXT, "review_on": self._review_on(starts, step)}
                confirm = a.ConfirmRestriction.model_validate(given)
                yield _Probe(confirm, "Confirm the restriction", restriction.id)
            else:
                given = why | here | {"result": ReviewResult.CONTINUE, "review_on": latest}
                review = a.ReviewRestriction.model_validate(given)
                yield _Probe(review, "Review the restriction", restriction.id)
            vary = a.VaryRestriction.model_validate(why | here | {"contact": _TEXT})
            yield _Probe(vary, "Vary the restriction", restriction.id)
            lift = a.LiftRestriction.model_validate(why | here)
            yield _Probe(lift, "Lift the restriction", restriction.id)

    def _deadlines(self) -> Iterator[_Probe]:
        for deadline in self._case.deadlines:
            if deadline.kind not in TASKS:
                continue
            about = _about(deadline)
            here = {"id": _ID, "deadline": deadline.id}
            complete = a.CompleteFollowUp.model_validate(here | {"result": _TEXT})
            yield _Probe(complete, f"Record as done: {about}", deadline.id)
            longer = Span(amount=1, clock=Clock.SCHOOL_DAYS)
            extend = a.ExtendFollowUp.model_validate(here | {"by": longer, "reason": _TEXT})
            yield _Probe(extend, f"Give more time: {about}", deadline.id)
            yield _Probe(a.TakeFollowUp.model_validate(here), f"Take on: {about}", deadline.id)

    def _meetings(self) -> Iterator[_Probe]:
        later = self._next_week()
        schedule = a.ScheduleMeeting(id=_ID, at=later, attendees=(_SOMEBODY,))
        yield _Probe(schedule, "Arrange a meeting")
        yield _Probe(a.OfferTimes(id=_ID, times=(later,)), "Say which times suit")
        for meeting in self._case.meetings:
            here = {"id": _ID, "meeting": meeting.id}
            if meeting.owes_record:
                record = a.RecordMeeting.model_validate(
                    here | {"discussed": _TEXT, "decided": _TEXT}
                )
                yield _Probe(record, "Keep the meeting's record", meeting.id)
            if not meeting.coming:
                continue
            apart = self._open_moment(later + timedelta(hours=2))
            move = a.RescheduleMeeting.model_validate(here | {"at": apart, "reason": _TEXT})
            yield _Probe(move, "Move the meeting", meeting.id)
            off = a.CancelMeeting.model_validate(here | {"reason": _TEXT})
            yield _Probe(off, "Call the meeting off", meeting.id)
            yield _Probe(a.HoldMeeting.model_validate(here), "Meeting was held", meeting.id)
            stop = a.StopMeeting.model_validate(self._why | here)
            yield _Probe(stop, "Stop the meeting", meeting.id)
            answer = a.ConsentToRecording.model_validate(here | {"consents": True})
            yield _Probe(answer, "Answer about being recorded", meeting.id)

    def _next_week(self) -> datetime:
        """A moment about a week on at which the school is open, if the calendar knows one."""
        return self._open_moment(self._now + timedelta(days=7))

    def _open_moment(self, moment: datetime) -> datetime:
        """The first moment from then on at which a meeting of an hour can begin: the school is
        open, and nobody meets on this case already."""
        try:
            moment = self._calendar.next_open_moment(moment)
            for meeting in sorted(self._case.meetings, key=lambda one: one.at):
                if meeting.coming and meeting.at < moment + _HOUR and moment < meeting.ends_at:
                    moment = self._calendar.next_open_moment(meeting.ends_at)
        except CalendarDoesNotCover:
            pass  # `decide` says what is wrong with the calendar
        return moment

    def _families(self) -> Iterator[_Probe]:
        yield _Probe(a.Acknowledge(id=_ID), "Acknowledge the concern")
        yield _Probe(a.AppointAdvocate(id=_ID, advocate=_SOMEBODY), "Name an advocate")
        for role in (Role.PARENT, Role.ADVOCATE):
            share = a.ShareCode(id=_ID, with_role=role)
            yield _Probe(share, f"Share the code with the {role.value}", role.value)
        signer = self._actor.person if self._actor.person in self._case.parties else None
        signer = signer or self._case.advocate or self._case.family
        sign = a.SignCode(id=_ID, answer=CodeAnswer.SIGNED, by=signer)
        yield _Probe(sign, "Record the answer to signing the code")
        yield _Probe(a.Signpost(id=_ID, to=_SOMEBODY), "Signpost the family to SENDIASS")
        yield from self._confidences()
        yield _Probe(a.AgreeAdjustment(id=_ID, person=_SOMEBODY, text=_TEXT), "Agree an adjustment")
        for adjustment in self._case.adjustments:
            remove = a.RemoveAdjustment(id=_ID, adjustment=adjustment.id, reason=_TEXT)
            yield _Probe(remove, "Remove an adjustment", adjustment.id)

    def _confidences(self) -> Iterator[_Probe]:
        yield _Probe(a.EndAdvocacy(id=_ID), "Record that there is no advocate any more")
        yield _Probe(a.OfferAccompaniment(id=_ID, how=_TEXT), "Offer another way not to be alone")
        refer = a.ReferToSendiass(id=_ID, shared=(SharedItem.NAME,), consented_on=self._today)
        yield _Probe(refer, "Refer the family to SENDIASS, as they agreed")
        for referral in self._case.referrals:
            if referral.open:
                here = {"id": _ID, "referral": referral.id}
                outcome = here | {"outcome": ReferralOutcome.ADVICE_GIVEN}
                ended = a.RecordReferralOutcome.model_validate(outcome)
                yield _Probe(ended, "Record what came of the referral", referral.id)
                back = a.WithdrawConsent.model_validate(here)
                yield _Probe(back, "Take consent to the referral back", referral.id)
        aside = a.SetConfidentialityAside.model_validate(self._why | {"told": _TEXT, "what": _TEXT})
        yield _Probe(aside, "Set confidentiality aside, to protect somebody")
        for one in self._case.disclosures:
            if not one.reviewed:
                look = a.ReviewConfidentiality(id=_ID, disclosure=one.id, agrees=True)
                yield _Probe(look, "Look at what was told without consent", one.id)

    def _records(self) -> Iterator[_Probe]:
        yield _Probe(
            a.AddIncident(id=_ID, occurred_on=self._today, severity=self._case.severity),
            "Add an incident",
        )
        yield _Probe(a.AddNote(id=_ID, text=_TEXT), "Add a note")
        for kind, title in _RESPONSES.items():
            yield _Probe(a.RecordResponse(id=_ID, kind=kind, text=_TEXT), title, kind.value)
        yield _Probe(a.Assign(id=_ID, to=_SOMEBODY), "Give the case an owner")
        yield _Probe(a.DeclareConflict(id=_ID), "Declare a conflict of interest")
        yield _Probe(a.ReviewByGovernor(id=_ID, findings=_TEXT), "Record a governor's findings")
        size = self._ladder.panel_size
        if size:
            members = tuple(f"{_SOMEBODY}-{number}" for number in range(size))
            panel = a.AssignPanel(id=_ID, members=members, independent=members[0])
            yield _Probe(panel, "Set the panel")
        yield _Probe(a.SeeNames(id=_ID), "See the names")
        for letter in self._case.letters:
            if letter.channel is Channel.POST and letter.status is LetterStatus.PREPARED:
                posted = a.RecordPosting(id=_ID, letter=letter.id, posted_on=self._today)
                yield _Probe(posted, "Record that a letter was posted", letter.id)
