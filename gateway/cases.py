"""Acting on cases and reading them: what the CLI, the API and the pages all call."""

import contextlib
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import uuid4

from temporalio.client import Client

from domain.actions import SYSTEM, Action, Actor, FileRef, RaiseConcern, RecordReturn, TextRef
from domain.case import Case
from domain.choices import Choice, available_actions
from domain.contracts import Acted, Refusal
from domain.decide import decide
from domain.errors import CaseError
from domain.review import REVIEW_TYPES, ever_assigned
from domain.vocabulary import ActionName
from gateway import compose
from gateway.attachments import LIMITS, Attachment, AttachmentLimits, Checked, check_attachments
from gateway.bounces import Bounce
from gateway.case_workflows import CaseWorkflows
from gateway.drafting import Drafting
from gateway.errors import ActionRefused, BadRequest
from gateway.letters import LettersChosen, Sending
from gateway.persons import about
from gateway.stores import Stores
from gateway.telemetry import Metrics
from storage.people import PersonIsErased
from storage.record import StoredEvent

PATIENCE = timedelta(seconds=20)  # then an accepted action is said to be waiting


class Opened(NamedTuple):
    """A case that was opened: its reference, and how it stands."""

    reference: str
    acted: Acted


class Cases(Drafting):
    """One school's cases. `now` gives the present moment, aware, in UTC; `limits` are those on the
    files that come with a reply."""

    def __init__(
        self,
        stores: Stores,
        client: Client,
        school: str,
        *,
        task_queue: str,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        metrics: Metrics | None = None,
        patience: timedelta = PATIENCE,
        limits: AttachmentLimits = LIMITS,
    ) -> None:
        super().__init__(stores, school, now=now)
        self._workflows = CaseWorkflows(client, school, task_queue=task_queue, patience=patience)
        self._metrics = metrics
        self._limits = limits

    async def open(
        self,
        policy: str,
        fields: Mapping[str, Any],
        actor: Actor,
        *,
        action_id: str | None = None,
        attachments: Sequence[Attachment] = (),
    ) -> Opened:
        """Opens a case under the school's current version of `policy` (an id).

        `fields` are those of `raise_concern`, and `attachments` the evidence that comes with it.
        However often it is asked for with one `action_id`, one case is opened.
        Raises BadRequest, AttachmentRefused, ActionRefused, PersonNotFound, ServiceUnreachable, or
        StillWaiting once the case is sure to be opened.
        """
        files = self._checked(ActionName.RAISE_CONCERN, attachments)
        rules = await self._policy(policy)
        await self.check_actor(actor)
        calendar = await self._stores.shelf.calendar_of(self._school)
        id_ = action_id or str(uuid4())
        year = calendar.local_date(self._now()).year
        # The real reference is given out once nothing can refuse the case any more.
        not_yet = f"{rules.reference_prefix}-{year}-0000"
        fixed = {"id": id_, "school": self._school, "reference": not_yet}
        texts: list[TextRef | FileRef] = []
        about = (self._subject(fields, actor),)
        action = await self._compose(ActionName.RAISE_CONCERN, fields, fixed, texts, about)
        assert isinstance(action, RaiseConcern)
        try:
            decide(rules, calendar, None, action, actor, self._now())
            reference = await self._stores.references.allocate(
                self._school, rules.reference_prefix, year, action_id=id_
            )
            action = action.model_copy(update={"reference": reference})
            await self._stores.texts.belong_to(list(texts), reference)
            kept = await self._keep_files(reference, about, files, texts)
            action = action.model_copy(update={"attachments": kept})
            acted = await self._workflows.start(rules, calendar.digest, action, actor)
        except CaseError as error:
            await self._discard(texts)
            raise ActionRefused(Refusal.of(error)) from error
        except ActionRefused:
            await self._discard(texts)
            raise
        # Sent twice, it opened the case once, and that cites the texts of the first time.
        first, *_ = await self._stores.record.events_of(self._school, reference)
        told = first.event.model_dump_json()
        await self._discard([text for text in texts if text.id not in told])
        return Opened(reference, acted)

    async def act(
        self,
        reference: str,
        action: str,
        fields: Mapping[str, Any],
        actor: Actor,
        *,
        action_id: str | None = None,
        seen: int | None = None,
        letters: LettersChosen = Sending.NONE,
        attachments: Sequence[Attachment] = (),
    ) -> Acted:
        """Does an action to a case. `seen` is the last event that the person had seen; `letters`
        are those that go out with it, and `attachments` the files that came with a reply.

        Raises CaseNotFound, BadRequest, AttachmentRefused, LetterProblem, ActionRefused (nothing
        was done, and nothing is kept of what was typed or sent), PersonNotFound,
        ServiceUnreachable, RecordAlarm, or StillWaiting, after which the action counts once however
        often it is repeated with the same id.
        """
        case = await self._stores.record.case_state(self._school, reference)
        await self.check_actor(actor)
        name = compose.action_named(action)
        if compose.is_opening(name):
            raise BadRequest("A concern is raised by opening a case, not on one that is open.")
        files = self._checked(name, attachments)
        id_ = action_id or str(uuid4())
        texts: list[TextRef | FileRef] = []
        fixed: dict[str, Any] = {"id": id_, "seen": seen}
        if name is ActionName.ASSIGN_PANEL:
            fixed["seen_elsewhere"] = await self._have_seen_names(reference)
        fresh: dict[str, str] = {}
        composed = await self._compose(name, fields, fixed, texts, about(case, actor), case, fresh)
        try:
            composed = await self._with_letters(case, composed, actor, fresh, letters, texts)
            composed = await self._with_files(case, composed, actor, files, texts)
        except Exception:
            await self._discard(texts)
            raise
        began = time.perf_counter()
        try:
            acted = await self._workflows.update(reference, composed, actor)
        except ActionRefused as error:
            await self._discard(texts)
            if self._metrics:
                seconds = time.perf_counter() - began
                self._metrics.action_refused(name.value, error.refusal.rule.value, seconds)
            raise
        # A repeated action is answered with what the first one did, which cites its own texts.
        told = acted.model_dump_json()
        await self._discard([text for text in texts if text.id not in told])
        if self._metrics:
            self._metrics.action_accepted(name.value, time.perf_counter() - began)
        return acted

    def _checked(self, name: ActionName, attachments: Sequence[Attachment]) -> list[Checked]:
        if attachments and not compose.takes_files(name):
            taking = ", ".join(sorted(one.value for one in ActionName if compose.takes_files(one)))
            raise BadRequest(f"No file goes with {name.value}; files go with: {taking}.")
        return check_attachments(attachments, self._limits)

    async def _with_files(
        self,
        case: Case,
        action: Action,
        actor: Actor,
        files: Sequence[Checked],
        stored: list[TextRef | FileRef],
    ) -> Action:
        if not files:
            return action
        kept = await self._keep_files(case.reference, about(case, actor), files, stored)
        return action.model_copy(update={"attachments": kept})

    async def _keep_files(
        self,
        reference: str,
        about: Sequence[str],
        files: Sequence[Checked],
        stored: list[TextRef | FileRef],
    ) -> tuple[FileRef, ...]:
        if not files:
            return ()
        person = await self._keeper(about)
        kept = []
        for file in files:
            ref = await self._stores.enclosures.keep_attachment(
                person, self._school, reference, file.name, file.media_type, file.content
            )
            stored.append(ref)
            kept.append(ref)
        return tuple(kept)

    async def letter_returned(self, bounce: Bounce) -> tuple[str, Acted]:
        """Records that a letter came back; returns its case's reference, and how that stands.

        Raises BadRequest where no letter of this school has the Message-ID, and what `act` does.
        """
        found = await self._stores.deliveries.letter_of(bounce.message_id)
        if found is None or found[0] != self._school:
            raise BadRequest(f"No letter of this school has the Message-ID {bounce.message_id}.")
        _, reference, letter = found
        action = RecordReturn(
            id=f"letter-{letter}-returned",
            letter=letter,
            status=bounce.status,
            returned_at=self._now(),
        )
        return reference, await self._workflows.update(reference, action, SYSTEM)

    async def next(self, reference: str, actor: Actor) -> tuple[Choice, ...]:
        """What the actor may do to the case now, and why not the rest. Raises CaseNotFound."""
        return await choices_for(self._stores, self._school, reference, actor, self._now())

    async def show(self, reference: str) -> Case:
        """The case as the record has it. Raises CaseNotFound, with near references."""
        return await self._stores.record.case_state(self._school, reference)

    async def timeline(self, reference: str) -> list[StoredEvent]:
        """Every event of the case, the oldest first. Raises CaseNotFound."""
        return await self._stores.record.events_of(self._school, reference)

    def _subject(self, fields: Mapping[str, Any], actor: Actor) -> str:
        about = fields.get("respondent") or fields.get("family")
        return str(about) if about else actor.person

    async def _compose(
        self,
        name: ActionName,
        fields: Mapping[str, Any],
        fixed: Mapping[str, Any],
        texts: list[TextRef | FileRef],
        about: Sequence[str],
        case: Case | None = None,
        fresh: dict[str, str] | None = None,
    ) -> Action:
        async def put_away(kind: str, text: str) -> TextRef:
            person = await self._keeper(about)
            where = case.reference if case else str(fixed["reference"])
            ref = await self._stores.texts.store(person, self._school, where, kind, text)
            texts.append(ref)
            if fresh is not None:
                fresh[ref.id] = text
            return ref

        return await compose.compose(
            name, fields, fixed, find_person=self.find_person, put_away=put_away
        )

    async def _keeper(self, about: Sequence[str]) -> str:
        for person in about[:-1]:
            with contextlib.suppress(PersonIsErased):
                return await self.find_person(person)
        return await self.find_person(about[-1])

    async def _have_seen_names(self, reference: str) -> tuple[str, ...]:
        """Those who were shown the names in a case, or were given it in a governors' review."""
        views = await self._stores.views.of_case(self._school, reference)
        entries = await self._stores.registrar.entries(self._school, about=REVIEW_TYPES)
        given = ever_assigned((one.event for one in entries), reference)
        return tuple(sorted(given | {view.person for view in views if view.names}))

    async def _with_letters(
        self,
        case: Case,
        action: Action,
        actor: Actor,
        fresh: Mapping[str, str],
        chosen: LettersChosen,
        texts: list[TextRef | FileRef],
    ) -> Action:
        if chosen is Sending.NONE:
            return action
        happens = await self._happening(case, action, actor)
        if not happens.events:
            return action  # it was done before, and its letters went out then
        letters = await self._letters.approve(happens, action, fresh, chosen)
        texts += [letter.text for letter in letters]
        return action.model_copy(update={"letters": letters})

    async def _discard(self, stored: Iterable[TextRef | FileRef]) -> None:
        # Only after a certain refusal: where an answer is missing, the record may cite them yet.
        for ref in stored:
            if isinstance(ref, FileRef):
                await self._stores.enclosures.discard(ref)
            else:
                await self._stores.texts.discard(ref)


async def choices_for(
    stores: Stores, school: str, reference: str, actor: Actor, now: datetime
) -> tuple[Choice, ...]:
    """What somebody may do to a case at `now`, from the record alone. Raises CaseNotFound."""
    case = await stores.record.case_state(school, reference)
    policy = await stores.shelf.policy(case.policy_digest)
    calendar = await stores.shelf.calendar(case.calendar_digest)
    return available_actions(policy, calendar, case, actor, now)
