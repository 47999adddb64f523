"""The read log: written before anything is shown, in order, and by nobody changed."""

import asyncio
import contextlib
import sqlite3
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import IntegrityError

from cli.audit_words import sentences_of
from domain.register import REGISTER
from domain.views import Viewed, ViewsSealed
from storage.checkpoints import Checkpoints
from storage.database import Database
from storage.ledger import Ledger
from storage.record import Record
from storage.recorder import Recorder
from storage.registrar import Registrar
from storage.signing_keys import SigningKeys
from storage.verification import verify
from storage.views import Look, LookUnrecorded, Views
from tests.storage.samples import HEAD, OPENED_AT, REFERENCE, SCHOOL, opening

TRIGGERS = {
    "sqlite": ("DROP TRIGGER views_refuse_update", "DROP TRIGGER views_refuse_delete"),
    "postgresql": ("ALTER TABLE views DISABLE TRIGGER views_refuse_change",),
}


def a_look(number: int, what: Viewed = Viewed.CASE) -> Look:
    return Look(
        id=f"look-{number}",
        at=OPENED_AT + timedelta(minutes=number),
        school=SCHOOL,
        viewer=HEAD,
        what=what,
        reference=REFERENCE,
        names=True,
    )


@pytest.fixture
def views(database: Database, tmp_path: Path) -> Views:
    return Views(database, tmp_path / "views-waiting", patience=0.2)


async def run(database: Database, *statements: str) -> None:
    async with database.writing() as connection:
        for statement in statements:
            await connection.execute(text(statement))


async def test_looks_are_kept_in_order_without_a_gap(database: Database, views: Views) -> None:
    patient = Views(database)
    await asyncio.gather(*(patient.record(a_look(number)) for number in range(8)))

    kept = await views.of_case(SCHOOL, REFERENCE)

    assert [view.position for view in kept] == list(range(1, 9))
    assert {view.id for view in kept} == {f"look-{number}" for number in range(8)}
    assert all((view.person, view.role) == (HEAD.person, HEAD.role) for view in kept)
    assert await views.check(SCHOOL) == (8, 8, None)


async def test_batches_are_sealed_on_the_register_and_chained(
    views: Views, record: Record, database: Database
) -> None:
    assert await views.seal(SCHOOL, HEAD, OPENED_AT) == 0
    for batch in range(2):
        for number in range(3):
            await views.record(a_look(10 * batch + number))
        assert await views.seal(SCHOOL, HEAD, OPENED_AT) == 3
    await views.record(a_look(99))

    seals = [one.event.fact for one in await Registrar(database).entries(SCHOOL)]

    assert [(s.batch, s.first, s.last) for s in seals if isinstance(s, ViewsSealed)] == [
        (1, 1, 3),
        (2, 4, 6),
    ]
    assert await views.check(SCHOOL) == (7, 1, None)
    assert (await record.verify(SCHOOL, REGISTER))[:3] == (0, 2, ())


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE views SET person = 'nobody'",
        "UPDATE views SET position = position + 10",
        "DELETE FROM views",
    ],
)
async def test_no_statement_changes_a_view(
    database: Database, views: Views, statement: str
) -> None:
    await views.record(a_look(1))

    with pytest.raises(IntegrityError, match=r"views are append-only: (UPDATE|DELETE)"):
        await run(database, statement)

    assert len(await views.of_case(SCHOOL, REFERENCE)) == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_sqlite_replaces_no_view(database_url: str, views: Views) -> None:
    await views.record(a_look(1))
    with contextlib.closing(sqlite3.connect(make_url(database_url).database or "")) as stranger:
        for changed in ("position, 'look-2'", "position + 1, id"):
            with pytest.raises(sqlite3.IntegrityError, match="REPLACE is refused"):
                stranger.execute(
                    f"REPLACE INTO views SELECT school, {changed}, at, 'nobody', role, what, "
                    "reference, names FROM views"
                )


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_postgresql_empties_no_read_log(database: Database, views: Views) -> None:
    await views.record(a_look(1))

    with pytest.raises(IntegrityError, match="append-only: TRUNCATE"):
        await run(database, "TRUNCATE views")


@pytest.mark.parametrize(
    ("statement", "position", "problem"),
    [
        pytest.param(
            "UPDATE views SET names = NOT names WHERE position = 2",
            1,
            "the views 1 to 3 do not match their seal, batch 1",
            id="changed",
        ),
        pytest.param(
            "UPDATE views SET role = 'king' WHERE position = 5",
            4,
            "the views 4 to 5 do not match their seal, batch 2",
            id="no word of ours",
        ),
        pytest.param("DELETE FROM views WHERE position = 2", 2, "view 2 is missing", id="gone"),
        pytest.param(
            "DELETE FROM views WHERE position > 4",
            5,
            "the end is missing: views up to 5 were sealed",
            id="cut off",
        ),
    ],
)
async def test_a_sealed_view_that_was_touched_is_named(
    database: Database, views: Views, statement: str, position: int, problem: str
) -> None:
    for number in range(5):
        await views.record(a_look(number))
        if number in (2, 4):
            await views.seal(SCHOOL, HEAD, OPENED_AT)
    kind = "sqlite" if database.is_sqlite else "postgresql"
    await run(database, *TRIGGERS[kind], statement)

    assert (await views.check(SCHOOL)).fault == (position, problem)
    found = await verify(database, SCHOOL)
    assert [one.fault for one in found.faults] == [("VIEWS", position, problem)]
    told = " ".join(sentences_of(found, one_case=False))
    assert f"the read log ({SCHOOL}), view {position}" in told


@contextlib.asynccontextmanager
async def somebody_else_writing(database: Database):  # type: ignore[no-untyped-def]
    """Holds what a look has to write to, as a long transaction of another process would."""
    async with database.writing() as connection:
        if not database.is_sqlite:
            await connection.execute(
                text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"),
                {"name": f"evenhand/views/{SCHOOL}"},
            )
        yield


async def test_a_look_that_the_database_cannot_take_waits_and_is_entered_once(
    database: Database, tmp_path: Path
) -> None:
    folder = tmp_path / "views-waiting"
    told: list[str] = []
    views = Views(database, folder, told.append, patience=0.05)
    async with somebody_else_writing(database):
        await views.record(a_look(1))
        await views.record(a_look(2))

    assert told == [REFERENCE, REFERENCE]
    [first, second] = sorted(folder.iterdir())
    assert stat.S_IMODE(first.stat().st_mode) == 0o600
    again = second.read_bytes()

    await views.record(a_look(3))

    assert [(view.id, view.at) for view in await views.of_case(SCHOOL, REFERENCE)] == [
        (look.id, look.at) for look in map(a_look, (1, 2, 3))
    ]
    assert list(folder.iterdir()) == []
    second.write_bytes(again)  # as if the process had died before it could remove the file
    assert await views.enter_waiting() == 1
    assert len(await views.of_case(SCHOOL, REFERENCE)) == 3


async def test_a_seal_covers_what_waited(database: Database, views: Views) -> None:
    async with somebody_else_writing(database):
        await views.record(a_look(1))

    assert await views.seal(SCHOOL, HEAD, OPENED_AT) == 1


async def test_nobody_looks_unseen(database: Database, tmp_path: Path) -> None:
    in_the_way = tmp_path / "a-file"
    in_the_way.touch()
    for views in (Views(database, None, patience=0.05), Views(database, in_the_way / "folder")):
        views._patience = 0.05
        async with somebody_else_writing(database):
            with pytest.raises(LookUnrecorded, match=f"{REFERENCE} is written down before"):
                await views.record(a_look(1))

    assert await Views(database).of_case(SCHOOL, REFERENCE) == []


async def test_a_waiting_line_that_cannot_be_read_stays_and_stops_nobody(
    views: Views, tmp_path: Path
) -> None:
    (tmp_path / "views-waiting").mkdir()
    torn = tmp_path / "views-waiting" / "torn.json"
    torn.write_text('{"school": ')

    await views.record(a_look(1))

    assert torn.exists()
    assert len(await views.of_case(SCHOOL, REFERENCE)) == 1


async def test_a_checkpoint_seals_who_looked_and_covers_the_seal(
    database: Database, views: Views, recorder: Recorder
) -> None:
    await recorder.record(opening())
    await views.record(a_look(1))
    async with somebody_else_writing(database):
        await views.record(a_look(2))
    checkpoints = Checkpoints(database, Ledger(database), views)
    keys = SigningKeys({"first": bytes(32)})

    first = await checkpoints.make(SCHOOL, keys, OPENED_AT + timedelta(days=1))
    again = await checkpoints.make(SCHOOL, keys, OPENED_AT + timedelta(days=2))
    await views.record(a_look(3))
    third = await checkpoints.make(SCHOOL, keys, OPENED_AT + timedelta(days=3))

    assert (first.new, again.new, third.new) == (True, False, True)
    assert await views.check(SCHOOL) == (3, 0, None)
    entries = await Registrar(database).entries(SCHOOL)
    sealed = [one.event.fact for one in entries if isinstance(one.event.fact, ViewsSealed)]
    assert [(seal.first, seal.last) for seal in sealed] == [(1, 2), (3, 3)]
    # Two events of the case, the key that was adopted, and the seals.
    assert (first.signed.checkpoint.size, third.signed.checkpoint.size) == (4, 5)
