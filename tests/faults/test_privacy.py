"""Names, addresses and what people wrote are nowhere in clear: looked for in the raw bytes."""

import contextlib
import sqlite3
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from documents.report.formats import Format
from documents.report.writing import write
from domain.actions import Actor
from domain.contracts import TASK_QUEUE
from domain.policy import Policy
from domain.register import ErasureRepeated
from domain.vocabulary import Channel, ErasureGround, LetterStatus, Role
from gateway.attachments import Attachment
from gateway.bundle import export
from gateway.cases import Cases
from gateway.copies import FOR_THE_SCHOOL
from gateway.erasure import Erasing
from gateway.errors import AttachmentRefused
from gateway.gathering import Choices
from gateway.letters import Sending
from gateway.report import report_on_term
from gateway.stores import open_stores
from gateway.subject_access import SubjectAccess
from storage.erased_list import ErasedList
from storage.payload_codec import encrypted_converter
from tests.faults.raw_bytes import found_in, found_in_files, found_in_message, unpacked
from tests.faults.servers import (
    WorkerProcess,
    opening_soon,
    reminders_of,
    reminding_today,
    until_found,
)
from tests.support.outbox import Outbox
from tests.support.school import (
    AUDIT_KEYS,
    MASTER_KEY,
    PEOPLE,
    POLICY,
    SCHOOL,
    SchoolInTest,
    a_school,
)
from tests.support.temporal import running_temporal
from tests.workflows.conftest import KEYRING

ERASED = "Zoë Brontë"  # in JSON, and in e-mails, her name may be spelt with escapes
WRITTEN = (
    "Quarrelsome marmalade at the gate.",
    "Because of the marmalade, as he admits.",
    "Marmalade was never mentioned, says the other side.",
    "Here is the label of the jar.",
)
ENCLOSED = "Only crabapple was ever on the label, as anybody can see."
CALLED = "Crabapple label for Mrs Lindqvist.txt"
HER_WORDS = "Gooseberry was all that I ever brought."
HERS = ("Zoë Brontë", "Zoë", "Brontë", "zoe.bronte@rowan-hill.example", HER_WORDS, "gooseberry")
HER_ADDRESS = HERS[3]
SECRETS = (
    *(name for name in PEOPLE),
    *(name.split()[1] for name in PEOPLE),
    *(f"{name.split()[0].lower()}@rowan-hill.example" for name in PEOPLE),
    *HERS,
    *WRITTEN,
    "marmalade",
    "crabapple",
    ENCLOSED,
    CALLED,
)


async def exports_of(school: SchoolInTest, reference: str, folder: Path) -> None:
    """Writes into `folder` whatever a school may hand out, of a case in which she had a part: a
    copy for somebody else, the record for an outsider, the report for governors."""
    folder.mkdir()
    stores, now = school.stores, datetime.now(UTC)
    # No list holds the name of somebody who was erased: the school says what else to take out.
    choices = Choices(redact=(ERASED, *ERASED.split(), HER_ADDRESS))
    access = SubjectAccess(stores, SCHOOL)
    await access.give("Idris Bello", school.actor("gil"), choices, folder / "copy")
    await stores.checkpoints.make(SCHOOL, AUDIT_KEYS, now)
    await export(stores.database, SCHOOL, folder / "case.zip", case=reference)
    await export(stores.database, SCHOOL, folder / "since.zip", since=now - timedelta(days=1))
    days = (now.date() - timedelta(days=1), now.date() + timedelta(days=1))
    report = await report_on_term(stores, SCHOOL, now, days=days)
    for form in Format:
        (folder / f"report.{form.value}").write_bytes(write(report, form))


async def keys_of(school: SchoolInTest, person: str) -> list[bytes]:
    """The wrapped key and the encrypted name and address, as they are stored."""
    hers = text("SELECT wrapped_key, name, email FROM persons WHERE id = :id")
    async with school.stores.database.reading() as connection:
        row = (await connection.execute(hers, {"id": person})).one()
    return [bytes(value) for value in row]


def going_at_once(policy: Policy) -> Policy:
    """The code, with letters that go on any day of the year, and today's reminder."""
    letters = ("informal-reminder", "formal-reminder", "meeting-invitation")
    return reminding_today(policy).model_copy(update={"urgent_letters": letters})


class Correspondence:
    """A case about which people write to each other, Zoë among them."""

    def __init__(self, school: SchoolInTest, cases: Cases, zoe: str) -> None:
        self.school = school
        self.cases = cases
        self.zoe = school.actor("hana").model_copy(update={"person": zoe})
        self.reference = ""

    async def act(self, who: str | Actor, action: str, **fields: Any) -> None:
        """Somebody acts, and is written to; the letters have gone when this returns."""
        actor = self.school.actor(who) if isinstance(who, str) else who
        attachments = fields.pop("attachments", ())
        await self.cases.act(
            self.reference,
            action,
            fields,
            actor,
            letters=Sending.AS_DRAFTED,
            attachments=attachments,
        )
        await until_found("its letters have gone", self._nothing_waits)

    async def _nothing_waits(self) -> bool:
        letters = (await self.cases.show(self.reference)).letters
        assert all(letter.channel is Channel.EMAIL for letter in letters)
        return all(letter.status is LetterStatus.SENT for letter in letters)

    async def written(self) -> None:
        """Everything that people write before she is erased."""
        concern = self.school.concern(narrative=WRITTEN[0], family=ERASED)
        opened = await self.cases.open(POLICY, concern, self.school.actor("asha"))
        self.reference = opened.reference
        why = {"reason": WRITTEN[1], "clauses": ["ep.expect.speech"]}
        await self.cases.drafts(self.reference, "remind_informally", why, self.school.actor("cara"))
        await self.act("cara", "remind_informally", **why)
        await self.act("idris", "record_response", text=WRITTEN[2])
        label = [Attachment(CALLED, ENCLOSED.encode())]
        await self.act("idris", "record_response", text=WRITTEN[3], attachments=label)
        script = [Attachment(CALLED, b"#!/bin/sh crabapple")]
        with pytest.raises(AttachmentRefused):
            await self.act("idris", "record_response", text=WRITTEN[3], attachments=script)
        await self.act(self.zoe, "record_response", text=HER_WORDS)
        in_three_weeks = datetime.now(UTC) + timedelta(days=21)
        agreed = "On the telephone, where marmalade was spoken of."
        meeting = {"at": in_three_weeks, "place": WRITTEN[3], "purpose": WRITTEN[0]}
        await self.act("cara", "schedule_meeting", out_of_term_agreed=agreed, **meeting)
        shared = {"shared": ["name", "contact", "summary"], "summary": HER_WORDS}
        await self.act(self.zoe, "refer_to_sendiass", **shared)

    async def goes_on(self) -> None:
        """What is written about it without her."""
        await self.act("cara", "add_note", text=WRITTEN[0])
        why = {"reason": WRITTEN[1], "clauses": ["ep.expect.speech"]}
        await self.act("cara", "remind_formally", **why)


async def test_nothing_personal_lies_anywhere_in_clear(tmp_path: Path, outbox: Outbox) -> None:
    data = tmp_path / "data"
    data.mkdir()
    url = f"sqlite+aiosqlite:///{data / 'evenhand.db'}"
    with running_temporal(data) as server:
        client = await server.connect(encrypted_converter(KEYRING))
        async with a_school(url, calendar=opening_soon(8), as_adopted=going_at_once) as school:
            zoe = await school.stores.people.add_person(SCHOOL, ERASED, HER_ADDRESS, [Role.PARENT])
            keys = await keys_of(school, zoe)
            worker = WorkerProcess(data, url, server.port, outbox.port)
            await worker.start()
            try:
                case = Correspondence(school, school.cases(client, TASK_QUEUE), zoe)
                await case.written()

                async def reminded() -> list[int]:
                    return await reminders_of(school, case.reference)

                await until_found("a reminder", reminded)
                assert (await school.stores.record.verify()).holds
                before = found_in_files(data, SECRETS)
                there = [path for path in data.iterdir() if has_any(path, keys)]
                to_her = [one for one in outbox.messages if one["To"] == HER_ADDRESS]
                until_then = len(outbox.messages)

                await erase(school, data, zoe)

                # The case goes on without her, in the same worker.
                await case.goes_on()
                assert (await school.stores.record.verify()).holds
                histories = [
                    await client.get_workflow_handle(found.id, run_id=found.run_id).fetch_history()
                    async for found in client.list_workflows()
                ]
                metrics = worker.metrics()
                await exports_of(school, case.reference, tmp_path / "exports")
                left = [path for path in data.iterdir() if has_any(path, keys)]
                left_in_clear = found_in_files(data, SECRETS)
            finally:
                worker.stop()
    faults = [*before, *left_in_clear, *found_in_files(data, SECRETS)]
    faults += found_in("metrics", metrics, SECRETS)
    for history in histories:
        faults += found_in("history", history.to_json().encode(), SECRETS)
        spelt_out = b"".join(event.SerializeToString() for event in history.events)
        faults += found_in("history", spelt_out, SECRETS)
    exports = tmp_path / "exports"
    (exports / f"copy-{FOR_THE_SCHOOL}").unlink()  # it says what was taken out
    as_sent = sorted((exports / "copy").glob("*.eml"))
    assert as_sent
    for path in as_sent:
        # A letter to him says what it said, as he has had it since; what she wrote is not in it.
        letter = message_from_bytes(path.read_bytes(), policy=policy.default)
        assert isinstance(letter, EmailMessage)
        assert not found_in_message(path.name, letter, [HER_WORDS, "gooseberry", HER_ADDRESS])
        path.unlink()
    faults += found_in_files(exports, HERS)
    for name in ("case.zip", "since.zip", *(f"report.{form.value}" for form in Format)):
        # These are for outsiders and for governors: nobody at all is in them.
        for inside in unpacked((exports / name).read_bytes()):
            faults += found_in(name, inside, SECRETS)
    for message in outbox.messages:
        if not message.is_multipart():
            # A reminder is addressed to somebody; what it says names nobody and quotes nothing.
            faults += found_in("a reminder", str(message["Subject"]).encode(), SECRETS)
            faults += found_in("a reminder", str(message.get_content()).encode(), SECRETS)
    for message in outbox.messages[until_then:]:
        faults += found_in_message("a message after her erasure", message, HERS)
    names = {path.name for path in data.iterdir()}
    assert names >= {"evenhand.db", "temporal.db", "worker.log", "erased.list"}
    assert there  # the check looks where the keys are
    assert not left
    # Letters went, to her too, and the check finds her in them; and one went after her erasure.
    assert found_in_message("her invitation", to_her[-1], HERS)
    assert any(message.is_multipart() for message in outbox.messages[until_then:])
    assert len(histories) >= 3  # the case, its meeting, and its referral
    assert not sorted(set(faults))


def has_any(path: Path, keys: list[bytes]) -> bool:
    content = path.read_bytes()
    return any(key in content for key in keys)


async def erase(school: SchoolInTest, data: Path, person: str) -> None:
    """Two people erase a third, whose case is still open."""
    erasing = Erasing(school.stores, ErasedList(data / "erased.list"), SCHOOL)
    why = f"{ERASED} was never to be written about; a court says so. {WRITTEN[0]}"
    asked = await erasing.request(person, ErasureGround.UNLAWFUL, why, school.actor("gil"))
    destroyed = await erasing.confirm(asked, school.actor("cara"))
    assert (destroyed.listed, destroyed.overwritten) == (True, True)


async def test_a_restored_database_gives_nobody_back_once_the_worker_starts(
    tmp_path: Path, outbox: Outbox
) -> None:
    database = tmp_path / "evenhand.db"
    url = f"sqlite+aiosqlite:///{database}"
    older = tmp_path / "older.db"
    async with a_school(url) as school:
        hana = school.people["hana"]
        with (
            contextlib.closing(sqlite3.connect(database)) as source,
            contextlib.closing(sqlite3.connect(older)) as copy,
        ):
            source.backup(copy)
        await erase(school, tmp_path, hana)
    older.replace(database)

    with running_temporal(tmp_path) as server:
        worker = WorkerProcess(tmp_path, url, server.port, outbox.port)
        await worker.start()
        worker.stop()

    stores = open_stores(url, MASTER_KEY)
    try:
        assert (await stores.people.person(hana)).erased
        [entry] = await stores.registrar.entries(SCHOOL)
        assert entry.event.fact == ErasureRepeated(people=(hana,), references=())
        assert (await stores.record.verify()).holds
    finally:
        await stores.close()
