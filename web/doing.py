"""An action that somebody is in the middle of: its form, what was typed, and its letters."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from fastapi import Request

from correspondence.writer import Draft
from domain.calendar import SchoolCalendar
from domain.choices import Choice
from domain.letters import LetterText
from domain.policy import Policy
from domain.vocabulary import ActionName, Stage
from gateway.action_forms import ActionForm, form_for
from gateway.attachments import Attachment, check_attachments
from gateway.compose import action_named
from gateway.drafting import Drafting, Foreseen
from gateway.errors import AttachmentRefused, BadRequest
from gateway.foreseen import key_of
from gateway.form_choices import FormSetting
from gateway.letter_pages import edited
from gateway.letters import Approved
from gateway.reading import Seen
from gateway.wording import names_of_deadlines
from storage.unfinished import Unfinished, UnfinishedNotFound
from web.action_input import as_begun, read_action
from web.cookies import office_of
from web.forms import ACTION_ID, Form
from web.security import CSRF_FIELD
from web.viewer import NoSuchCase, Viewer

_NOT_KEPT = (CSRF_FIELD, ACTION_ID, "seen", "then")


class Doing(NamedTuple):
    """One action on one case, as one viewer may do it."""

    seen: Seen
    policy: Policy
    calendar: SchoolCalendar
    choice: Choice
    form: ActionForm

    @property
    def reference(self) -> str:
        """The case's reference."""
        return self.seen.case.reference


async def doing(
    request: Request, viewer: Viewer, seen: Seen, action: str, step: str, about: str
) -> Doing:
    """The action that a choice on the case leads to, allowed or not. Raises NoSuchCase where the
    case has no such choice."""
    office, case = office_of(request), seen.case
    try:
        name = action_named(action)
    except BadRequest as error:
        raise NoSuchCase() from error
    choices = await viewer.choices(case.reference)
    choice = _chosen(choices, name, step, about)
    policy = await office.stores.shelf.policy(case.policy_digest)
    calendar = await office.stores.shelf.calendar(case.calendar_digest)
    stored = await office.stores.record.events_of(case.school, case.reference)
    people = await office.stores.people.everybody(case.school)
    present = sorted((one for one in people if not one.erased), key=lambda one: one.name)
    setting = FormSetting(
        policy=policy,
        calendar=calendar,
        case=case,
        choice=choice,
        people=tuple(present),
        due=names_of_deadlines(one.event for one in stored),
        names_shown=seen.names_shown,
        today=calendar.local_date(office.now()),
    )
    return Doing(seen, policy, calendar, choice, form_for(setting))


def _chosen(choices: tuple[Choice, ...], name: ActionName, step: str, about: str) -> Choice:
    for choice in choices:
        stage: Stage | None = choice.step
        if (choice.action, stage or "", choice.about or "") == (name, step, about):
            return choice
    raise NoSuchCase()


async def begun(request: Request, viewer: Viewer, id_: str, reference: str | None) -> Unfinished:
    """What the viewer has typed under this id, for this case. Raises NoSuchCase."""
    office = office_of(request)
    try:
        found = await office.stores.unfinished.find(
            viewer.school, viewer.actor.person, id_, office.now()
        )
    except UnfinishedNotFound as error:
        raise NoSuchCase() from error
    if found.reference != reference:
        raise NoSuchCase()
    return found


def kept_typed(form: Form) -> dict[str, list[str]]:
    """What is worth keeping of a form."""
    return {name: values for name, values in form.typed.items() if name not in _NOT_KEPT}


def form_of(kept: Unfinished) -> Form:
    """The form as it was typed."""
    return Form(kept.content["typed"] | {ACTION_ID: [kept.id]})


def fresh_form(form: ActionForm) -> Form:
    """The form before anybody typed."""
    return Form(as_begun(form))


async def keep_files(request: Request, viewer: Viewer, form: Form, kept: str) -> None:
    """Keeps the files that were sent with a form; what can't be taken is noted on it."""
    office = office_of(request)
    sent = await form.attachments("files")
    if not sent:
        return
    there = await office.stores.unfinished.contents(viewer.actor.person, kept)
    known = [Attachment(one.name, content, one.media_type.value) for one, content in there]
    try:
        checked = check_attachments([*known, *sent], office.attachment_limits)
    except AttachmentRefused as error:
        form.error("files", " ".join(error.findings))
        return
    for file in checked[len(known) :]:
        await office.stores.unfinished.add_file(
            viewer.school, viewer.actor.person, kept, file.name, file.media_type, file.content
        )


async def files_of(request: Request, viewer: Viewer, kept: Unfinished) -> list[Attachment]:
    """The files that go with what was typed."""
    found = await office_of(request).stores.unfinished.contents(viewer.actor.person, kept.id)
    return [Attachment(one.name, content, one.media_type.value) for one, content in found]


async def foreseen(request: Request, viewer: Viewer, now: Doing, kept: Unfinished) -> Foreseen:
    """What the action would do now, with what was typed.

    Raises ActionRefused, BadRequest, LetterProblem, PersonNotFound.
    """
    office = office_of(request)
    drafting = Drafting(office.stores, viewer.school, now=office.now)
    return await drafting.foresee(
        now.reference,
        now.form.action.value,
        read_action(form_of(kept), now.form, now.calendar),
        viewer.actor,
        seen=kept.content["seen"],
    )


def prefix_of(number: int) -> str:
    """Under which name the fields of a letter stand, by its place among the drafts."""
    return f"letter-{number}"


def chosen_letters(
    drafts: tuple[Draft, ...], content: Mapping[str, Any]
) -> dict[str, LetterText | None]:
    """Each letter's words by its key, as they were edited; None for one that is not sent.

    Raises BadRequest where what was typed can't be read.
    """
    kept: dict[str, dict[str, Any]] = content.get("letters", {})
    chosen: dict[str, LetterText | None] = {}
    for draft in drafts:
        one = kept.get(key_of(draft))
        if one is None:
            chosen[key_of(draft)] = draft.text
        elif not one["send"]:
            chosen[key_of(draft)] = None
        else:
            chosen[key_of(draft)] = edited(draft.text, "letter", one["typed"].get)
    return chosen


def approved(drafts: tuple[Draft, ...], chosen: Mapping[str, LetterText | None]) -> list[Approved]:
    """The letters that go out, as whoever acts has read them."""
    letters = []
    for draft in drafts:
        text = chosen[key_of(draft)]
        if text is not None:
            assert draft.due.to is not None, "a draft has an addressee"
            letters.append(Approved(draft.due.kind, draft.due.to, text, draft.due.about))
    return letters
