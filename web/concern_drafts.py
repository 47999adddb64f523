"""A concern that a parent or an advocate is still writing, kept between its pages."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from starlette.requests import Request

from domain.case import Case
from domain.vocabulary import ActionName, Role, Severity
from gateway.attachments import Attachment, check_attachments
from gateway.errors import AttachmentRefused
from gateway.family_acts import Concern, Raisable, raisables
from storage.record import CaseNotFound
from storage.unfinished import KeptFile, UnfinishedNotFound
from web.cookies import office_of
from web.forms import Form
from web.viewer import NoSuchCase, Viewer

NOBODY, THE_HEAD, SOMEBODY = "nobody", "head", "somebody"
HOW_GRAVE = {
    Severity.MINOR.value: "It bothers us, but it is not urgent",
    Severity.MODERATE.value: "It matters a lot to us",
    Severity.SERIOUS.value: "It is very serious for us or for our child",
    Severity.SAFETY.value: "Somebody is not safe",
}


class ConcernDraft(NamedTuple):
    """What was typed so far: the fields of the pages by name, and the files that go with it.

    `id` is that of the act which raises it. `kinds` are what the viewer may raise.
    """

    id: str
    content: dict[str, Any]
    files: tuple[KeptFile, ...]
    kinds: dict[str, Raisable]

    @property
    def kind(self) -> Raisable | None:
        """What the concern is about; the one there is, or the one that was chosen."""
        if len(self.kinds) == 1:
            return next(iter(self.kinds.values()))
        return self.kinds.get(str(self.content.get("kind")))

    @property
    def form(self) -> Form:
        """A form that begins with what was typed."""
        return Form.filled(**self.content)

    @property
    def promises(self) -> tuple[str, ...]:
        """The promises that were ticked, in the code's words."""
        ticked = self.content.get("promises", [])
        clauses = self.kind.promises if self.kind else ()
        return tuple(clause.text for clause in clauses if clause.id in ticked)

    @property
    def occurred_on(self) -> date | None:
        """When it happened, if that was said."""
        return self.form.day("when")

    def said(self, name: str) -> str:
        """What was typed into a field."""
        return str(self.content.get(name, ""))

    def concern(self, viewer: Viewer, linked: Case | None) -> Concern:
        """The concern as it is raised; `linked` is the case whose link the viewer came by."""
        family, advocate = _for_whom(viewer, linked)
        return Concern(
            narrative=self.said("words"),
            severity=Severity(self.said("severity")),
            occurred_on=self.occurred_on,
            promises=tuple(self.content.get("promises", ())),
            about=self.said("name") if self.said("whom") == SOMEBODY else "",
            about_the_head=self.said("whom") == THE_HEAD,
            family=family,
            advocate=advocate,
        )


def _for_whom(viewer: Viewer, linked: Case | None) -> tuple[str | None, str | None]:
    """The family and the advocate on the new case: an advocate speaks for whom they speak on the
    case that they came from."""
    person = viewer.actor.person
    if viewer.actor.role is Role.PARENT:
        return person, None
    speaks = linked is not None and linked.advocate == person
    return (linked.family if linked is not None and speaks else None), person


class ConcernDrafts:
    """The drafts of one viewer."""

    def __init__(self, request: Request, viewer: Viewer) -> None:
        self._office = office_of(request)
        self._viewer = viewer
        self._person = viewer.actor.person

    async def linked(self) -> Case | None:
        """The case whose link the viewer came by, if they came by one."""
        reference = self._viewer.session.reference
        if reference is None:
            return None
        try:
            return await self._office.stores.record.case_state(self._viewer.school, reference)
        except CaseNotFound:
            return None

    async def kinds(self) -> dict[str, Raisable]:
        """What the viewer may raise; under the code of the case that a link opened, if it has
        this. Raises NoSuchCase where there is nothing."""
        found = await raisables(self._office.stores, self._viewer.school, self._viewer.actor.role)
        case = await self.linked()
        same = [one for one in found if case is not None and one.policy == case.policy]
        if not found:
            raise NoSuchCase()
        return {f"{one.policy}/{one.track.value}": one for one in same or found}

    async def find(self, draft: str) -> ConcernDraft:
        """The viewer's draft with this id. Raises NoSuchCase where they have none."""
        try:
            found = await self._office.stores.unfinished.find(
                self._viewer.school, self._person, draft, self._office.now()
            )
        except UnfinishedNotFound as error:
            raise NoSuchCase() from error
        if found.action != ActionName.RAISE_CONCERN or found.actor != self._viewer.actor:
            raise NoSuchCase()
        return ConcernDraft(found.id, found.content, found.files, await self.kinds())

    async def keep(self, draft: str, content: dict[str, Any]) -> None:
        """Keeps what was typed. Raises NoSuchCase where the id is somebody else's."""
        try:
            await self._office.stores.unfinished.keep(
                self._viewer.school,
                self._viewer.actor,
                ActionName.RAISE_CONCERN.value,
                content,
                self._office.now(),
                id_=draft,
            )
        except UnfinishedNotFound as error:
            raise NoSuchCase() from error

    async def add(self, draft: ConcernDraft, files: Sequence[Attachment]) -> None:
        """Keeps files, once each is found to be what it says. Raises AttachmentRefused."""
        limits = self._office.attachment_limits
        checked = check_attachments(files, limits)
        if len(files) + len(draft.files) > limits.files:
            raise AttachmentRefused(
                f"{len(files) + len(draft.files)} files are more than the {limits.files} that may "
                "come with one concern. You can send the rest later, with a message."
            )
        for file in checked:
            await self._office.stores.unfinished.add_file(
                self._viewer.school,
                self._person,
                draft.id,
                file.name,
                file.media_type,
                file.content,
            )

    async def remove(self, draft: ConcernDraft, file: str) -> None:
        """Takes a file away again."""
        unfinished = self._office.stores.unfinished
        await unfinished.remove_file(self._viewer.school, self._person, draft.id, file)

    async def contents(self, draft: ConcernDraft) -> list[Attachment]:
        """The files as they go with the concern."""
        kept = await self._office.stores.unfinished.contents(self._person, draft.id)
        return [Attachment(file.name, content) for file, content in kept]

    async def give_up(self, draft: str) -> None:
        """Forgets what was typed."""
        await self._office.stores.unfinished.give_up(self._viewer.school, self._person, draft)
