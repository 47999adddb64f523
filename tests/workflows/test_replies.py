"""What people send back, on a running case: files kept once or not at all, and who is told."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from domain.actions import FileRef
from domain.contracts import Acted
from domain.mentions import files_in
from domain.vocabulary import DeadlineKind, MediaType
from gateway.attachments import Attachment
from gateway.errors import ActionRefused, AttachmentRefused, BadRequest, NotAsRecorded
from gateway.reading import WITHHELD, Reading
from gateway.replies import attachment_of, attachments_of
from tests.replies.samples import PROGRAM, a_pdf, an_email
from tests.support.school import SCHOOL
from tests.workflows.conftest import Running
from tests.workflows.test_escalation import A_REASON, a_case

A_SCAN = Attachment("Scan for Mrs Lindqvist.pdf", a_pdf("how it was"))
A_LETTER = Attachment("about Friday.eml", an_email(("scan.pdf", a_pdf())))
MY_SIDE = {"text": "There is more to say than was said."}


async def kept(running: Running) -> list[str]:
    """The ids of all files that are kept."""
    async with running.school.stores.database.reading() as connection:
        return sorted(await connection.scalars(text("SELECT id FROM enclosures")))


async def texts(running: Running) -> int:
    async with running.school.stores.database.reading() as connection:
        return int((await connection.execute(text("SELECT count(*) FROM texts"))).scalar_one())


async def reply(running: Running, reference: str, *files: Attachment, **given: Any) -> Acted:
    return await running.cases.act(
        reference,
        given.pop("action", "record_response"),
        given.pop("fields", MY_SIDE),
        running.school.actor(given.pop("who", "idris")),
        attachments=files,
        **given,
    )


def files_of(acted: Acted) -> list[FileRef]:
    return [file for event in acted.events for file in files_in(event.fact)]


async def restricted(running: Running) -> str:
    """A case whose restriction the deputy has proposed; returns its reference."""
    reference = await a_case(running)
    cases, school = running.cases, running.school
    await cases.act(reference, "acknowledge", {}, school.actor("ben"))
    for step in ("remind_informally", "remind_formally", "warn"):
        await cases.act(reference, step, A_REASON, school.actor("cara"))
    case = await cases.show(reference)
    calendar = await school.stores.shelf.calendar(case.calendar_digest)
    today = calendar.local_date(await running.environment.get_current_time())
    terms = {
        "scopes": ["meetings"],
        "review_on": today + timedelta(days=14),
        "contact": "By e-mail to the office.",
        "contact_through": "Gil Navarro",
        "meetings": "By video call.",
    }
    await cases.act(reference, "restrict_access", A_REASON | terms, school.actor("ben"))
    return reference


async def test_files_come_with_a_reply_and_are_read_as_they_were(running: Running) -> None:
    reference = await a_case(running)

    acted = await reply(running, reference, A_SCAN, A_LETTER)

    scan, letter = files_of(acted)
    assert (scan.media_type, scan.size) == (MediaType.PDF, len(A_SCAN.content))
    assert letter.media_type is MediaType.EMAIL
    stores = running.school.stores
    machine = Reading(stores, SCHOOL)
    listed = await attachments_of(stores, machine, reference)
    assert [(one.name, one.sender) for one in listed] == [
        (A_SCAN.name, "Idris Bello"),
        (A_LETTER.name, "Idris Bello"),
    ]
    found, content = await attachment_of(stores, machine, reference, letter.id)
    assert content == A_LETTER.content  # the e-mail is kept whole
    assert found.name == A_LETTER.name
    looked = await stores.views.of_case(SCHOOL, reference)
    assert [view.what.value for view in looked] == ["attachment", "attachment"]
    assert (await stores.record.verify(SCHOOL)).holds


async def test_each_reads_the_files_that_they_may(running: Running) -> None:
    reference = await a_case(running)
    (scan,) = files_of(await reply(running, reference, A_SCAN))
    stores, school = running.school.stores, running.school

    own = await attachments_of(stores, Reading(stores, SCHOOL, school.actor("idris")), reference)
    parent = Reading(stores, SCHOOL, school.actor("hana"))
    (theirs,) = await attachments_of(stores, parent, reference)

    assert own[0].name == A_SCAN.name
    assert (theirs.name, theirs.called) == (None, WITHHELD)
    with pytest.raises(ActionRefused, match="not yours to read"):
        await attachment_of(stores, parent, reference, scan.id)
    with pytest.raises(BadRequest, match=f"Did you mean {scan.id}"):
        await attachment_of(stores, parent, reference, scan.id[:-3])


async def test_nothing_is_kept_of_a_reply_whose_file_is_not_taken(running: Running) -> None:
    reference = await a_case(running)
    before = await texts(running)

    with pytest.raises(AttachmentRefused, match="its content is a program"):
        await reply(running, reference, A_SCAN, Attachment("letter.pdf", PROGRAM))

    assert await kept(running) == []
    assert await texts(running) == before
    assert "response:recorded" not in await running.types(reference)


async def test_nothing_is_kept_of_an_action_that_is_refused(running: Running) -> None:
    reference = await a_case(running)
    before = await texts(running)

    with pytest.raises(ActionRefused):  # nothing was restricted
        await reply(running, reference, A_SCAN, action="submit_representations")
    with pytest.raises(BadRequest, match="No file goes with add_note; files go with: add"):
        await reply(running, reference, A_SCAN, action="add_note", who="ben")

    assert await kept(running) == []
    assert await texts(running) == before


async def test_a_reply_that_is_repeated_counts_once_with_its_files(running: Running) -> None:
    reference = await a_case(running)

    answers = await asyncio.gather(
        *(reply(running, reference, A_SCAN, action_id="one-click") for _ in range(3))
    )
    again = await reply(running, reference, A_SCAN, action_id="one-click")

    assert len({file.id for acted in (*answers, again) for file in files_of(acted)}) == 1
    assert await kept(running) == [files_of(again)[0].id]
    assert (await running.types(reference)).count("response:recorded") == 1


async def test_a_file_that_was_changed_is_not_given_out(running: Running) -> None:
    reference = await a_case(running)
    one, other = files_of(await reply(running, reference, A_SCAN, A_LETTER))
    stores = running.school.stores
    # As somebody with the keys and the database might: another file's content in its place.
    content = await stores.enclosures.read(other)
    await stores.enclosures.keep(
        running.school.people["idris"], SCHOOL, reference, "attachment", content, identifier=one.id
    )

    with pytest.raises(NotAsRecorded, match="not the one that was received"):
        await attachment_of(stores, Reading(stores, SCHOOL), reference, one.id)


async def test_a_late_written_side_is_kept_and_whoever_decides_is_told(running: Running) -> None:
    reference = await restricted(running)
    case = await running.cases.show(reference)
    window = next(d for d in case.deadlines if d.kind is DeadlineKind.REPRESENTATIONS)
    await running.pass_time(window.due_at + timedelta(minutes=5))

    acted = await reply(running, reference, A_SCAN, action="submit_representations")

    (said,) = [e.fact for e in acted.events if e.fact.type == "representations:submitted"]
    assert said.late
    assert files_of(acted)
    await running.pass_time(window.due_at + timedelta(days=3))
    late = [m for m in running.outbox.messages if "a written side came in late" in m["Subject"]]
    assert [message["To"] for message in late] == ["cara@rowan-hill.example"]
    assert "This came in just now" in late[0].get_content()
    types = await running.types(reference)
    assert "notice:sent" in types


async def test_a_challenge_tells_whoever_answers_and_whoever_decided(running: Running) -> None:
    reference = await a_case(running)
    await running.cases.act(reference, "remind_informally", A_REASON, running.school.actor("ben"))

    acted = await reply(running, reference, fields=MY_SIDE | {"kind": "challenge"})

    at = acted.events[0].at
    await running.pass_time(at + timedelta(days=4))
    told = [m for m in running.outbox.messages if "a decision is challenged" in m["Subject"]]
    assert [message["To"] for message in told][:2] == [
        "cara@rowan-hill.example",
        "ben@rowan-hill.example",
    ]
    assert "This came in just now" in told[0].get_content()
    assert "Somebody else answers it" in told[1].get_content()
    case = await running.cases.show(reference)
    challenge = next(d for d in case.deadlines if d.kind is DeadlineKind.CHALLENGE)
    with pytest.raises(ActionRefused, match="does not answer a challenge"):
        await running.cases.act(
            reference,
            "complete_follow_up",
            {"deadline": challenge.id, "result": "I stand by it."},
            running.school.actor("ben"),
        )
    await running.cases.act(
        reference,
        "complete_follow_up",
        {"deadline": challenge.id, "result": "I have read it all, and agree in part."},
        running.school.actor("cara"),
    )
