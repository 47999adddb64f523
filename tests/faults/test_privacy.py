"""Names, addresses and what people wrote are nowhere in clear: looked for in the raw bytes."""

import base64
import contextlib
import json
import quopri
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from domain.contracts import TASK_QUEUE, case_workflow_id
from domain.register import ErasureRepeated
from domain.vocabulary import ErasureGround, Role
from gateway.attachments import Attachment
from gateway.erasure import Erasing
from gateway.errors import AttachmentRefused
from gateway.gathering import Choices
from gateway.stores import open_stores
from gateway.subject_access import SubjectAccess
from storage.erased_list import ErasedList
from storage.payload_codec import encrypted_converter
from tests.faults.servers import (
    WorkerProcess,
    opening_soon,
    reminders_of,
    reminding_today,
    until_found,
)
from tests.support.outbox import Outbox
from tests.support.school import MASTER_KEY, PEOPLE, POLICY, SCHOOL, SchoolInTest, a_school
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
HERS = ("Zoë Brontë", "Zoë", "Brontë", "zoe.bronte@rowan-hill.example")
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


def spellings(secret: str) -> Iterator[bytes]:
    """The secret as it might lie in a file: in either UTF, escaped, in hex, and in base64 at each
    alignment."""
    plain = secret.encode()
    yield plain
    yield secret.encode("latin-1")
    yield secret.encode("utf-16-le")
    yield secret.encode("utf-16-be")
    yield plain.hex().encode()
    yield plain.hex().upper().encode()
    yield json.dumps(secret)[1:-1].encode()
    yield "".join(f"\\u{ord(letter):04x}" for letter in secret).encode()
    yield quopri.encodestring(plain).rstrip(b"=\n")
    for skipped in range(3):
        # Only whole groups of three bytes have a spelling of their own in base64.
        whole = plain[skipped : skipped + (len(plain) - skipped) // 3 * 3]
        if len(whole) >= 6:
            yield base64.b64encode(whole)
            yield base64.urlsafe_b64encode(whole)


def found_in(where: str, content: bytes, secrets: Iterable[str] = SECRETS) -> list[str]:
    return [
        f"{secret} in {where}"
        for secret in secrets
        if any(spelling in content for spelling in spellings(secret))
    ]


def found_in_files(folder: Path, secrets: Iterable[str] = SECRETS) -> list[str]:
    """What lies in clear in any file of the folder: databases, their logs, the worker's lines."""
    return [
        fault
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        for fault in found_in(str(path.relative_to(folder)), path.read_bytes(), secrets)
    ]


async def exports_of(school: SchoolInTest, folder: Path) -> None:
    """Writes into `folder` whatever a school may hand out, of cases in which she had a part."""
    folder.mkdir()
    access = SubjectAccess(school.stores, SCHOOL)
    await access.give("Idris Bello", school.actor("gil"), Choices(), folder / "copy")


async def keys_of(school: SchoolInTest, person: str) -> list[bytes]:
    """The wrapped key and the encrypted name and address, as they are stored."""
    hers = text("SELECT wrapped_key, name, email FROM persons WHERE id = :id")
    async with school.stores.database.reading() as connection:
        row = (await connection.execute(hers, {"id": person})).one()
    return [bytes(value) for value in row]


def test_every_spelling_is_looked_for() -> None:
    hidden = "Zoë Brontë"
    for content in (
        f"x{hidden}x".encode(),
        hidden.encode("utf-16"),
        json.dumps({"name": hidden}).encode(),
        base64.b64encode(f"ab{hidden}".encode()),
        hidden.encode().hex().encode(),
        quopri.encodestring(hidden.encode()),
    ):
        assert found_in("a file", content, [hidden])
    assert not found_in("a file", b"Zo and Bront", [hidden])


async def test_nothing_personal_lies_anywhere_in_clear(tmp_path: Path, outbox: Outbox) -> None:
    data = tmp_path / "data"
    data.mkdir()
    url = f"sqlite+aiosqlite:///{data / 'evenhand.db'}"
    with running_temporal(data) as server:
        client = await server.connect(encrypted_converter(KEYRING))
        async with a_school(url, calendar=opening_soon(8), as_adopted=reminding_today) as school:
            zoe = await school.stores.people.add_person(SCHOOL, ERASED, HERS[-1], [Role.PARENT])
            keys = await keys_of(school, zoe)
            worker = WorkerProcess(data, url, server.port, outbox.port)
            await worker.start()
            try:
                cases = school.cases(client, TASK_QUEUE)
                concern = school.concern(narrative=WRITTEN[0], family=ERASED)
                opened = await cases.open(POLICY, concern, school.actor("asha"))
                reference = opened.reference
                why = {"reason": WRITTEN[1], "clauses": ["ep.expect.speech"]}
                head = school.actor("cara")
                await cases.act(reference, "remind_informally", why, head)
                reply = {"text": WRITTEN[2]}
                await cases.act(reference, "record_response", reply, school.actor("idris"))
                label = [Attachment(CALLED, ENCLOSED.encode())]
                idris, reply = school.actor("idris"), {"text": WRITTEN[3]}
                await cases.act(reference, "record_response", reply, idris, attachments=label)
                script = [Attachment(CALLED, b"#!/bin/sh crabapple")]
                with pytest.raises(AttachmentRefused):
                    await cases.act(reference, "record_response", reply, idris, attachments=script)
                hers = school.actor("hana").model_copy(update={"person": zoe})
                await cases.act(reference, "record_response", reply, hers)

                async def reminded() -> list[int]:
                    return await reminders_of(school, reference)

                await until_found("a reminder", reminded)
                assert (await school.stores.record.verify()).holds
                before = found_in_files(data)
                there = [path for path in data.iterdir() if has_any(path, keys)]

                await erase(school, data, zoe)

                # The case goes on without her, in the same worker.
                await cases.act(reference, "add_note", {"text": WRITTEN[0]}, head)
                assert (await school.stores.record.verify()).holds
                handle = client.get_workflow_handle(case_workflow_id(SCHOOL, reference))
                history = await handle.fetch_history()
                metrics = worker.metrics()
                await exports_of(school, tmp_path / "exports")
                left = [path for path in data.iterdir() if has_any(path, keys)]
            finally:
                worker.stop()
    faults = [*before, *found_in_files(data), *found_in("metrics", metrics)]
    faults += found_in("history", history.to_json().encode())
    faults += found_in("history", b"".join(e.SerializeToString() for e in history.events))
    faults += found_in_files(tmp_path / "exports", HERS)
    # A reminder is addressed to somebody; what it says names nobody and quotes nothing.
    for message in outbox.messages:
        faults += found_in("a reminder", str(message["Subject"]).encode())
        faults += found_in("a reminder", str(message.get_content()).encode())
        faults += found_in("a reminder", bytes(message), HERS)
    names = {path.name for path in data.iterdir()}
    assert names >= {"evenhand.db", "temporal.db", "worker.log", "erased.list"}
    assert there  # the check looks where the keys are
    assert not left
    assert outbox.messages
    assert not faults


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
