"""Sending letters: the words that were approved, as PDF and as e-mail, handed over once."""

from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import NamedTuple

import structlog
from temporalio import activity

from activities.handing_over import HandedOver, HandingOver, Parcel
from correspondence.correspondents import Happening
from correspondence.invitations import entry_of, method_of
from correspondence.writer import LetterWriter
from documents.calendar_entry import Entry, as_ics
from documents.code_copy import CodeCopy, copy_of
from documents.letter_forms import as_html, as_plain
from documents.letters import as_pdf
from domain.case import Case
from domain.contracts import (
    DRAFT_LETTERS,
    SEND_LETTER,
    LetterJob,
    LetterOutcome,
    LettersDrafted,
    LettersWanted,
)
from domain.evolve import evolve
from domain.letter_rules import letters_of_relief
from domain.letters import LetterText
from storage.people import People, PersonNotFound
from storage.record import Record
from storage.shelf import Shelf
from storage.texts import TextNotFound, Texts

NO_ADDRESS = "no_address"  # the status of a letter to somebody who has no e-mail address (any more)

log = structlog.get_logger(__name__)


class Rendered(NamedTuple):
    """A letter in the three forms that go out together, with the same words; and what is enclosed
    with it."""

    pdf: bytes
    plain: str
    html: str
    code: CodeCopy | None = None


class Letters:
    """Sends the letters of cases. `now` gives the moment of sending, aware, in UTC."""

    def __init__(
        self,
        people: People,
        texts: Texts,
        record: Record,
        shelf: Shelf,
        writer: LetterWriter,
        post: HandingOver,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        on_sent: Callable[[str], None] = lambda kind: None,
    ) -> None:
        self._people = people
        self._texts = texts
        self._record = record
        self._shelf = shelf
        self._writer = writer
        self._post = post
        self._now = now
        self._on_sent = on_sent

    @activity.defn(name=SEND_LETTER)
    async def send_letter(self, job: LetterJob) -> LetterOutcome:
        """Hands one letter over, unless an attempt before this one did.

        A mail server that is away, busy or full raises, and the workflow tries again. Where an
        attempt was cut off in the middle of the conversation, nobody can tell whether the letter
        was taken: it is handed over again under the same Message-ID, and said to be sent perhaps
        twice.
        """
        letter = job.letter
        parcel = Parcel(job.message_id, job.school, job.reference, letter.id, letter.to)
        handed = await self._post.earlier(parcel)
        if handed is not None:
            return _outcome(handed)
        try:
            message = await self._message(job)
        except _CannotReach as error:
            return _outcome(await self._post.give_up(parcel, error.status))
        handed = await self._post.hand_over(parcel, message)
        if handed.refused is None:
            self._on_sent(letter.kind)
        return _outcome(handed)

    @activity.defn(name=DRAFT_LETTERS)
    async def draft_letters(self, wanted: LettersWanted) -> LettersDrafted:
        """Words the letters that tell of relief which came by itself, and keeps their words."""
        happening = await self._happening(wanted)
        letters = []
        for due in letters_of_relief(wanted.case, wanted.events):
            try:
                draft = await self._writer.draft(due, happening)
                letters.append(await self._writer.put_away(draft, draft.text, happening))
            except PersonNotFound:
                log.warning("letter:addressee:missing", kind=due.kind)
        return LettersDrafted(letters=tuple(letters))

    async def _happening(self, wanted: LettersWanted) -> Happening:
        case, first = wanted.case, wanted.events[0]
        events = await self._record.events_of(case.school, case.reference)
        before: Case | None = None
        for stored in events:
            if stored.event.sequence == first.sequence:
                break
            before = evolve(before, stored.event)
        return Happening(
            policy=await self._shelf.policy(case.policy_digest),
            calendar=await self._shelf.calendar(case.calendar_digest),
            before=before,
            after=case,
            events=wanted.events,
            actor=None,
            at=first.at,
        )

    async def _message(self, job: LetterJob) -> EmailMessage:
        try:
            person = await self._people.person(job.letter.to)
            text = LetterText.model_validate_json(await self._texts.read(job.letter.text))
        except (PersonNotFound, TextNotFound):
            raise _CannotReach(NO_ADDRESS) from None  # they were erased meanwhile
        if person.email is None:
            raise _CannotReach(NO_ADDRESS)
        now = self._now()
        case = await self._as_written(job)
        return letter_message(
            text,
            await self._rendered(case, text, now),
            to=person.email,
            sender=self._post.sender,
            message_id=job.message_id,
            at=now,
            entry=await self._entry(case, job),
        )

    async def _as_written(self, job: LetterJob) -> Case:
        """The case as it was when the letter was written: what is put with a letter is what the
        letter says."""
        case: Case | None = None
        for stored in await self._record.events_of(job.school, job.reference):
            case = evolve(case, stored.event)
            if case.letter(job.letter.id):
                break
        assert case is not None, "a case is on the record before its letters are"
        return case

    async def _entry(self, case: Case, job: LetterJob) -> Entry | None:
        """What goes into the reader's calendar with a letter about a meeting."""
        method, meeting = method_of(job.letter), case.meeting(job.letter.about)
        if method is None or meeting is None:
            return None
        return await entry_of(
            self._people,
            self._texts,
            case,
            meeting,
            school=await self._name(case.school),
            sender=self._post.sender,
            method=method,
            stamp=job.letter.prepared_at,
            to=job.letter.to,
        )

    async def _rendered(self, case: Case, text: LetterText, at: datetime) -> Rendered:
        templates = self._writer.templates(case.school)
        code: CodeCopy | None = None
        kind = templates.letters.get(text.kind)
        if kind is not None and kind.encloses_the_code:
            policy = await self._shelf.policy(case.policy_digest)
            code = copy_of(policy, school=await self._name(case.school), at=at)
        pdf = as_pdf(text, templates, at=at)
        return Rendered(pdf=pdf, plain=as_plain(text), html=as_html(text), code=code)

    async def _name(self, school: str) -> str:
        details = await self._writer.details(school)
        return details.name or school


class _CannotReach(Exception):
    def __init__(self, status: str) -> None:
        self.status = status
        super().__init__(status)


def _outcome(handed: HandedOver) -> LetterOutcome:
    return LetterOutcome(
        at=handed.at,
        digest=handed.digest,
        refused=handed.refused,
        perhaps_twice=handed.perhaps_twice,
    )


def letter_message(
    text: LetterText,
    rendered: Rendered,
    *,
    to: str,
    sender: str,
    message_id: str,
    at: datetime,
    entry: Entry | None = None,
) -> EmailMessage:
    """A letter as an e-mail: plain text, the same as HTML, and the PDF with it.

    A calendar entry stands beside the text, where mail programs look for an invitation, and once
    more as a file, for those that don't.
    """
    message = EmailMessage()
    message["Message-ID"] = f"<{message_id}>"
    message["Date"] = format_datetime(at)
    message["From"] = sender
    message["To"] = to
    message["Subject"] = f"{text.subject} ({text.reference})"
    message["Content-Language"] = text.language
    message.set_content(rendered.plain)
    message.add_alternative(rendered.html, subtype="html")
    if entry is not None:
        _put_in_alternative(message, entry)
    message.add_attachment(
        rendered.pdf, maintype="application", subtype="pdf", filename=f"{text.reference}.pdf"
    )
    if rendered.code is not None:
        _enclose(message, rendered.code)
    if entry is not None:
        message.add_attachment(
            as_ics(entry), maintype="application", subtype="ics", filename="meeting.ics"
        )
    return message


def _enclose(message: EmailMessage, code: CodeCopy) -> None:
    """The code as a PDF, and as plain text, which a small screen or a screen reader may prefer."""
    message.add_attachment(
        code.pdf, maintype="application", subtype="pdf", filename=f"{code.name}.pdf"
    )
    message.add_attachment(code.plain, filename=f"{code.name}.txt")


def _put_in_alternative(message: EmailMessage, entry: Entry) -> None:
    """The entry as text/calendar with its method (RFC 6047), as base64: its lines end in CRLF."""
    method = {"method": entry.method.value, "charset": "utf-8"}
    message.add_alternative(
        as_ics(entry), maintype="text", subtype="calendar", cte="base64", params=method
    )
