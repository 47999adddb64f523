"""Governors at the record: a verification that holds, one that does not, checkpoints, bundles."""

import asyncio
import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from domain.checkpoint import SignedCheckpoint
from domain.vocabulary import Role
from gateway.long_tasks import Kind, LongTask, LongTasks
from tests.support.school import AUDIT_KEYS, SCHOOL
from tests.web.site import Browser, Site, words

CHANGED = """
    UPDATE events SET content = CAST(replace(CAST(content AS TEXT), 'moderate', 'serious') AS BLOB)
    WHERE reference = '{reference}' AND sequence = 1
"""


async def a_checkpoint(site: Site) -> SignedCheckpoint:
    made = await site.school.stores.checkpoints.make(SCHOOL, AUDIT_KEYS, datetime.now(UTC))
    return made.signed


async def result_of(browser: Browser, address: str) -> str:
    """What the page says once the work behind it is done."""
    async with asyncio.timeout(30):
        while "how-far" in (shown := await browser.get(address)).text:
            await asyncio.sleep(0)
    assert shown.status_code == 200, shown.text
    return words(shown.text)


async def verified(browser: Browser, **fields: str) -> str:
    answer = await browser.send_form("/record", fields, to="/record/verification")
    assert answer.status_code == 303, words(answer.text)
    return await result_of(browser, answer.headers["location"])


async def test_a_record_that_holds_is_told_up_to_where(acting_site: Site) -> None:
    await acting_site.open_case()
    signed = await a_checkpoint(acting_site)
    await acting_site.open_case()
    elif_ = await acting_site.as_("elif")

    said = await verified(elif_)

    assert "The record is whole" in said
    assert "of 2 cases: each is as it was written" in said
    assert "Checkpoint 1 holds: the record still leads to what was signed" in said
    assert f"and {signed.checkpoint.size} events" in said
    assert "came after the newest checkpoint" in said
    assert "Only a checkpoint that you keep yourself can show that" in said
    assert "Last verified on" in words((await elif_.get("/record")).text)


async def test_a_changed_event_is_named(acting_site: Site) -> None:
    reference = await acting_site.open_case()
    await a_checkpoint(acting_site)
    await tampered(acting_site, CHANGED.format(reference=reference))
    dafydd = await acting_site.as_("dafydd")

    said = await verified(dafydd)

    assert "The record does not hold" in said
    assert f"Case {reference} event 1 the content does not match its hash" in said
    assert "What to do now" in said


async def test_a_checkpoint_that_is_held_is_compared(acting_site: Site) -> None:
    reference = await acting_site.open_case()
    signed = await a_checkpoint(acting_site)
    elif_ = await acting_site.as_("elif")
    # As a mail program quotes a message that is answered, or passed on.
    message = "\n".join(f"> {line}" for line in f"Please keep this.\n\n{signed.note}".splitlines())

    assert "as you hold it" in (said := await verified(elif_, checkpoint=message))
    assert "matches: the record still contains every event" in said

    await tampered(acting_site, CHANGED.format(reference=reference))
    said = await verified(elif_, checkpoint=signed.note)
    assert "Checkpoint 1 as you hold it matches the ledger" in said
    assert "every event that it covered, unchanged" not in said

    await tampered(
        acting_site,
        "DELETE FROM checkpoints",
        "DELETE FROM ledger WHERE position > 0",
        "DELETE FROM tiles",
    )
    said = await verified(elif_, checkpoint=signed.note)
    assert "does NOT match the record" in said
    assert "The record does not hold" in said


async def test_what_is_no_checkpoint_is_refused_and_kept(acting_site: Site) -> None:
    elif_ = await acting_site.as_("elif")

    answer = await elif_.send_form(
        "/record", {"checkpoint": "a letter to the school"}, to="/record/verification"
    )

    assert answer.status_code == 422
    assert "a letter to the school" in answer.text
    assert 'href="#checkpoint"' in answer.text


async def test_a_second_press_shows_the_one_under_way(site: Site) -> None:
    go_on = asyncio.Event()

    async def work(task: LongTask) -> None:
        task.told(3, 12)
        await go_on.wait()

    actor = site.school.actor("dafydd")
    task = site.office.tasks.start(SCHOOL, Kind.VERIFICATION, work, actor)
    elif_ = await site.as_("elif")
    await site.office.tasks.wait(task, 0.01)

    assert "See how far it is" in words((await elif_.get("/record")).text)
    pressed = await elif_.send_form("/account/role", to="/record/verification")
    assert pressed.headers["location"] == f"/record/verification/{task.id}"
    shown = await elif_.get(pressed.headers["location"])
    assert "3 of 12 events" in words(shown.text)
    assert '<meta http-equiv="refresh"' in shown.text
    go_on.set()


async def test_work_that_a_restart_broke_off_is_told_as_such(site: Site) -> None:
    async def work(_: LongTask) -> None:
        await asyncio.Event().wait()

    before = site.office.tasks
    task = before.start(SCHOOL, Kind.VERIFICATION, work, site.school.actor("dafydd"))
    await before.close()
    site.office.tasks = LongTasks(site.office.settings.data_dir / "long-tasks")
    elif_ = await site.as_("elif")

    gone = await elif_.get(f"/record/verification/{task.id}")
    assert gone.status_code == 404
    assert "This was broken off" in words(gone.text)
    assert "was broken off: the service was started anew" in words(
        (await elif_.get("/record")).text
    )


async def test_results_are_kept_until_newer_ones_come(tmp_path: Path, site: Site) -> None:
    async def work(task: LongTask) -> str:
        (task.folder / "made").write_text("something")
        return "done"

    tasks, actor = site.office.tasks, site.school.actor("dafydd")
    made = []
    for _ in range(6):
        made.append(tasks.start(SCHOOL, Kind.BUNDLE, work, actor))
        await tasks.wait(made[-1], 5)

    kept = [one for one in made if tasks.find(SCHOOL, Kind.BUNDLE, one.id)]
    assert kept == made[2:]
    assert [one.folder.exists() for one in made] == [False] * 2 + [True] * 4


async def test_checkpoints_are_listed_and_given_out_as_signed(acting_site: Site) -> None:
    await acting_site.open_case()
    signed = await a_checkpoint(acting_site)
    elif_ = await acting_site.as_("elif")

    listed = words((await elif_.get("/record/checkpoints")).text)
    assert "Download checkpoint 1" in listed
    given = await elif_.get("/record/checkpoints/1")
    assert given.text == signed.note
    assert "attachment" in given.headers["content-disposition"]
    assert (await elif_.get("/record/checkpoints/99")).status_code == 404
    key = (await acting_site.school.stores.checkpoints.keys(SCHOOL))[-1]
    assert key.public.text in words((await elif_.get("/record/outside")).text)


async def test_a_bundle_of_a_case_is_made_and_taken_by_its_maker_alone(acting_site: Site) -> None:
    reference = await acting_site.open_case()
    await a_checkpoint(acting_site)
    elif_ = await acting_site.as_("elif")

    begun = await elif_.send_form("/record/bundle", {"what": "case", "reference": reference})
    assert begun.status_code == 303, words(begun.text)
    said = await result_of(elif_, begun.headers["location"])
    assert "The bundle is ready" in said
    file = await elif_.get(f"{begun.headers['location']}/file")
    with zipfile.ZipFile(io.BytesIO(file.content)) as bundle:
        assert f"cases/{reference}/events.jsonl" in bundle.namelist()
    other = await acting_site.as_("dafydd")
    assert (await other.get(f"{begun.headers['location']}/file")).status_code == 404
    _, looked = await acting_site.office.reading(SCHOOL, acting_site.school.actor("cara")).viewers(
        reference
    )
    assert any(view.what == "export" for view in looked)


async def test_who_has_a_part_in_a_case_makes_no_bundle_of_it(acting_site: Site) -> None:
    reference = await acting_site.open_case(raised_by="cara")
    await a_checkpoint(acting_site)
    cara = await acting_site.as_("cara")

    for fields in (
        {"what": "case", "reference": reference},
        {"what": "since", "since-day": "1", "since-month": "9", "since-year": "2026"},
    ):
        refused = await cara.send_form("/record/bundle", fields)
        assert refused.status_code in (409, 422), words(refused.text)


@pytest.mark.parametrize("role", [Role.STAFF, Role.PARENT])
async def test_the_record_is_not_for_everybody(site: Site, role: Role) -> None:
    who = {Role.STAFF: "asha", Role.PARENT: "hana"}[role]
    browser = await site.as_(who)

    for address in ("/record", "/record/checkpoints", "/record/bundle", "/report", "/reviews"):
        assert (await browser.get(address)).status_code == 403


async def tampered(site: Site, *statements: str) -> None:
    """Changes the database as somebody could who holds its file."""
    async with site.school.stores.database.writing() as connection:
        triggers = await connection.scalars(
            text("SELECT name FROM sqlite_master WHERE type='trigger'")
        )
        for name in triggers.all():
            await connection.execute(text(f"DROP TRIGGER {name}"))
        for statement in statements:
            await connection.execute(text(statement))
