"""An action as a form: its fields in words, what each may be answered with, and what is settled.

The form belongs to one choice on one case: what the choice is about (a restriction, a deadline, a
kind of advice) is settled by it, and not asked again.
"""

from typing import Any, NamedTuple

from domain.calendar import CalendarDoesNotCover
from domain.policy import Step
from domain.vocabulary import (
    ActionName,
    Outcome,
    Scope,
)
from gateway.action_words import ACTIONS
from gateway.clauses import Option
from gateway.compose import CLASSES, SET_FOR_YOU, takes_files
from gateway.field_words import FieldKind, words_of
from gateway.form_choices import SCOPES, FormChoices, FormSetting
from gateway.wording import day, spoken

_SETTLED_BY = {
    # What `Choice.about` names, for each action.
    ActionName.SEEK_EXTERNAL_ADVICE: "kind",
    ActionName.STEP_DOWN: "to",
    ActionName.CLOSE: "outcome",
    ActionName.RECORD_RESPONSE: "kind",
    ActionName.SHARE_CODE: "with_role",
    ActionName.CONFIRM_RESTRICTION: "restriction",
    ActionName.VARY_RESTRICTION: "restriction",
    ActionName.REVIEW_RESTRICTION: "restriction",
    ActionName.LIFT_RESTRICTION: "restriction",
    ActionName.COMPLETE_FOLLOW_UP: "deadline",
    ActionName.EXTEND_FOLLOW_UP: "deadline",
    ActionName.TAKE_FOLLOW_UP: "deadline",
    ActionName.RESCHEDULE_MEETING: "meeting",
    ActionName.CANCEL_MEETING: "meeting",
    ActionName.HOLD_MEETING: "meeting",
    ActionName.STOP_MEETING: "meeting",
    ActionName.RECORD_MEETING: "meeting",
    ActionName.CONSENT_TO_RECORDING: "meeting",
    ActionName.RECORD_REFERRAL_OUTCOME: "referral",
    ActionName.WITHDRAW_CONSENT: "referral",
    ActionName.REVIEW_CONFIDENTIALITY: "disclosure",
    ActionName.REMOVE_ADJUSTMENT: "adjustment",
    ActionName.RECORD_POSTING: "letter",
}
# What the rules demand though the input leaves it open.
_ASKED = {
    "reason": frozenset(
        {
            *(
                name
                for name, cls in CLASSES.items()
                if {"clauses", "follow_up", "reason"} <= set(cls.model_fields)
            ),
            ActionName.CANCEL_MEETING,
            ActionName.EXTEND_FOLLOW_UP,
            ActionName.REMOVE_ADJUSTMENT,
        }
    ),
    "contact": frozenset({ActionName.RESTRICT_ACCESS}),
    "contact_through": frozenset({ActionName.RESTRICT_ACCESS}),
    "meetings": frozenset({ActionName.RESTRICT_ACCESS}),
    "review_on": frozenset({ActionName.RESTRICT_ACCESS}),
}


_SETS_A_REVIEW = (ActionName.RESTRICT_ACCESS, ActionName.REVIEW_RESTRICTION)


class FormField(NamedTuple):
    """One question. `value` is the answer that stands there at first, as it would be typed."""

    name: str
    kind: FieldKind
    label: str
    hint: str
    required: bool
    options: tuple[Option, ...] = ()
    value: Any = None


class ActionForm(NamedTuple):
    """A whole form. `settled` are the fields that the choice answers; `about` says in words what
    it is about, "" where it is about the case as such."""

    action: ActionName
    choice: str
    heading: str
    does: str
    button: str
    about: str
    fields: tuple[FormField, ...]
    settled: dict[str, Any]
    takes_files: bool

    def field(self, name: str) -> FormField | None:
        """The question with this name, if it is asked."""
        return next((field for field in self.fields if field.name == name), None)


def form_for(setting: FormSetting) -> ActionForm:
    """The form for one choice on a case. Raises KeyError for an action that has none."""
    return _Form(setting).form()


class _Form(FormChoices):
    def form(self) -> ActionForm:
        words = ACTIONS[self._action]
        settled = self._settled()
        asked = [
            name
            for name in CLASSES[self._action].model_fields
            if name not in SET_FOR_YOU and name not in settled and self._makes_sense(name)
        ]
        return ActionForm(
            action=self._action,
            choice=self._choice.about or "",
            heading=self._choice.title if self._step or self._choice.about else words.heading,
            does=words.does,
            button=words.button,
            about=self._about(),
            fields=tuple(self._field(name) for name in asked),
            settled=settled,
            takes_files=takes_files(self._action),
        )

    def _settled(self) -> dict[str, Any]:
        about = self._choice.about
        settled: dict[str, Any] = {}
        if self._action is ActionName.RESTRICT_ACCESS:
            settled["interim"] = about == "interim"
            if self._step and self._step.restriction and len(self._step.restriction.scopes) == 1:
                settled["scopes"] = [self._step.restriction.scopes[0].value]
        elif self._action in _SETTLED_BY and about is not None:
            settled[_SETTLED_BY[self._action]] = about
        if self._action is ActionName.CLOSE and about != Outcome.TRANSFERRED.value:
            settled["procedure"] = None
        return settled

    def _makes_sense(self, name: str) -> bool:
        if name == "follow_up":
            return bool(self._case.results)
        if name == "meeting":
            return any(meeting.coming for meeting in self._case.meetings)
        if name == "signed_as":
            return False  # typed by whoever signs on a page of their own
        if name == "starts_on":
            return self._choice.about != "interim"
        if name == "collection":
            return self._limits_the_site()
        if name == "answer" and self._action is ActionName.CONFIRM_RESTRICTION:
            restriction = self._case.restriction(self._choice.about or "")
            return restriction is not None and bool(restriction.representations)
        return True

    def _limits_the_site(self) -> bool:
        if self._step and self._step.restriction:
            return Scope.SITE in self._step.restriction.scopes
        restriction = self._case.restriction(self._choice.about or "")
        return restriction is not None and Scope.SITE in restriction.terms.scopes

    def _field(self, name: str) -> FormField:
        words = words_of(self._action, name)
        label, hint = words.label, words.hint
        if name == "reason" and self._action is ActionName.DECIDE_NOT_TO_ACT:
            label, hint = "Why does nothing need to be done?", ""
        if name == "clauses" and self._rests_on_clauses:
            hint = self._how_to_choose()
        latest = self._latest_review() if name == "review_on" else None
        if latest is not None and self._action is ActionName.VARY_RESTRICTION:
            hint = "Leave this empty to keep the day. It can be brought forward only."
        if latest is not None:
            hint = f"{hint} At the latest on {day(latest)}.".strip()
        return FormField(
            name=name,
            kind=words.kind,
            label=label,
            hint=hint,
            required=self._required(name),
            options=self.options(name, words.kind),
            value=self._value(name, latest),
        )

    @property
    def _rests_on_clauses(self) -> bool:
        return {"clauses", "reason"} <= set(CLASSES[self._action].model_fields)

    def _how_to_choose(self) -> str:
        below = ", or a follow-up below" if self._case.results else ""
        ticked = " What the concern was about is ticked already." if self._case.clauses else ""
        return f"Choose at least one{below}.{ticked}"

    def _required(self, name: str) -> bool:
        if CLASSES[self._action].model_fields[name].is_required():
            return True
        if name == "answer" or self._action in _ASKED.get(name, ()):
            return True
        if name == "collection":
            return self._action is ActionName.RESTRICT_ACCESS
        if name == "consented_on" or (name == "procedure" and self._choice.about == "transferred"):
            return True
        if name == "by":
            return self._action is ActionName.CONSENT_TO_RECORDING
        return name in ("agreed", "kind")

    # What stands there at first

    def _value(self, name: str, latest: Any) -> Any:
        match name:
            case "clauses":
                return list(self._case.clauses) if self._rests_on_clauses else []
            case "severity":
                return self._case.severity.value
            case "minutes" if self._action is ActionName.SCHEDULE_MEETING:
                return 60
            case "review_on" if self._action in _SETS_A_REVIEW:
                return latest
            case "posted_on" | "occurred_on":
                return self._setting.today
            case "scopes" if self._step and self._step.restriction:
                return [scope.value for scope in self._step.restriction.scopes]
            case "by" if self._action is ActionName.SIGN_CODE:
                return self._case.advocate or self._case.family
        return None

    def _latest_review(self) -> Any:
        step: Step | None = self._step
        restriction = self._case.restriction(self._choice.about or "")
        if restriction is not None and self._action is ActionName.VARY_RESTRICTION:
            return restriction.terms.review_on
        if restriction is not None:
            step = self._ladder.by_stage.get(restriction.step)
        if step is None or step.restriction is None:
            return None
        try:
            return self._setting.calendar.add(self._setting.today, step.restriction.review_within)
        except CalendarDoesNotCover:
            return None

    def _about(self) -> str:
        about, case = self._choice.about, self._case
        if about is None:
            return ""
        if (restriction := case.restriction(about)) is not None:
            limited = ", ".join(SCOPES[scope].lower() for scope in restriction.terms.scopes)
            return f"The restriction on: {limited} ({spoken(restriction.status)})."
        if (deadline := case.deadline(about)) is not None:
            words = self._setting.due.get(about, about)
            return f"{words.capitalize()}, due {day(deadline.due_on)}."
        if (meeting := case.meeting(about)) is not None:
            on = self._setting.calendar.local_date(meeting.at)
            return f"The meeting on {day(on)}."
        if (letter := case.letter(about)) is not None:
            on = self._setting.calendar.local_date(letter.prepared_at)
            return f"The letter “{spoken(letter.kind)}” of {day(on)}."
        return ""
