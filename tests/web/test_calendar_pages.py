"""The school's calendar and its codes on pages: seen, foreseen, and adopted."""

from datetime import date
from pathlib import Path

import pytest

from domain.office_events import CodeAdopted, SchoolCalendarAdopted
from gateway.term_dates import TermDates
from settings import HERE
from tests.support.closing import a_recorded_case
from tests.support.school import CALENDAR, SCHOOL
from tests.web.site import Site, hidden, words

CALENDAR_PAGE = "/administration/calendar"
CODES = "/administration/codes"
SAMPLE = (HERE / "terms" / "sample.yaml").read_text(encoding="utf-8")


def changed_dates(day: date) -> bytes:
    return f'{SAMPLE}  - {{kind: closure, name: "A flood", date: {day}}}\n'.encode()


async def test_a_year_is_shown_with_words_for_every_day(site: Site) -> None:
    gil = await site.as_("gil")

    answer = await gil.get(f"{CALENDAR_PAGE}?year=2026")

    said = words(answer.text)
    assert "School year 2026/27" in said
    assert "October 2026" in said
    assert "28 HT , Autumn half-term 2026" in said
    assert "25 BH , Christmas Day" in said
    assert "School year 2027/28" in words((await gil.get(f"{CALENDAR_PAGE}?year=2027")).text)
    assert (await gil.get(f"{CALENDAR_PAGE}?year=1999")).status_code == 200


async def test_changed_dates_are_foreseen_then_adopted_by_the_school_and_its_cases(
    acting_site: Site,
) -> None:
    gil = await acting_site.as_("gil")
    reference = await acting_site.open_case()
    cases = await acting_site.office.cases(SCHOOL)
    before = await cases.show(reference)
    day = min(one.due_on for one in before.deadlines)
    file = ("dates.yaml", changed_dates(day), "text/yaml")

    foreseen = await gil.send_form(f"{CALENDAR_PAGE}/change", files={"file": file})

    said = words(foreseen.text)
    assert foreseen.status_code == 200
    assert "Nothing was changed yet" in said
    assert "Closure A flood Not there Added." in said
    assert reference in said
    assert await TermDates(acting_site.school.stores, SCHOOL).current() == CALENDAR

    done = await gil.post(f"{CALENDAR_PAGE}/adopt", data=hidden(foreseen.text))

    assert done.headers["location"] == f"{CALENDAR_PAGE}?moved=1&left_as_it_was=0"
    assert "1 case moved to them" in words((await gil.get(done.headers["location"])).text)
    after = await cases.show(reference)
    assert {one.due_on for one in after.deadlines} != {one.due_on for one in before.deadlines}
    (entry,) = await acting_site.school.stores.registrar.entries(SCHOOL)
    assert isinstance(entry.event.fact, SchoolCalendarAdopted)
    again = await gil.send_form(CALENDAR_PAGE, to=f"{CALENDAR_PAGE}/go-on")
    assert again.headers["location"] == f"{CALENDAR_PAGE}?moved=0&left_as_it_was=0"


async def test_while_the_service_is_away_nothing_is_lost(site: Site) -> None:
    gil = await site.as_("gil")
    await a_recorded_case(site.school, "EP-2026-0001")
    file = ("dates.yaml", changed_dates(date(2027, 3, 1)), "text/yaml")
    foreseen = await gil.send_form(f"{CALENDAR_PAGE}/change", files={"file": file})

    away = await gil.post(f"{CALENDAR_PAGE}/adopt", data=hidden(foreseen.text))

    assert away.status_code == 503
    assert "Nothing was lost" in words(away.text)
    assert 'name="contents"' in away.text
    assert await TermDates(site.school.stores, SCHOOL).current() == CALENDAR


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("dates.docx", b"x", "its name ends in .yaml"),
        ("dates.yaml", b"school: EP\nterms: 3\n", "Write a list here"),
        ("dates.yaml", b"x" * 600_000, "too large"),
    ],
)
async def test_a_file_that_can_not_be_used_is_told_with_its_lines(
    site: Site, name: str, content: bytes, says: str
) -> None:
    gil = await site.as_("gil")

    answer = await gil.send_form(
        f"{CALENDAR_PAGE}/change", files={"file": (name, content, "text/plain")}
    )

    assert answer.status_code == 422
    assert says in words(answer.text)
    nothing = await gil.send_form(f"{CALENDAR_PAGE}/change", to=f"{CALENDAR_PAGE}/adopt")
    assert nothing.status_code == 422


async def test_a_code_is_read_with_its_ladder_and_a_newer_version_adopted(
    site: Site, tmp_path: Path
) -> None:
    pack = (HERE / "policies" / "eleanor-palmer-advocates.yaml").read_text(encoding="utf-8")
    newer = pack.replace('version: "1.0"', 'version: "1.1"').replace(
        "Looking back on it", "Looking back"
    )
    for name, text in {"now.yaml": pack, "newer.yaml": newer}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    site.office.settings = site.office.settings.model_copy(update={"policies_dir": tmp_path})
    await a_recorded_case(site.school, "EP-2026-0001")
    gil = await site.as_("gil")
    code = f"{CODES}/eleanor-palmer-advocates"

    assert "In force for new cases" in words((await gil.get(CODES)).text)
    shown = await gil.get(f"{code}/1.0")
    assert "ep.expect.speech" in shown.text
    drawn = await gil.get(f"{code}/1.0/ladder/advocate_conduct.svg")
    assert drawn.headers["content-type"].startswith("image/svg+xml")
    differs = words((await gil.get(f"{code}/difference?old=1.0&new=1.1")).text)
    assert "Version 1.0 1.1" in differs

    foreseen = words((await gil.get(f"{code}/1.1/adopt")).text)
    assert "1 open case stays under version 1.0" in foreseen
    assert "opened under version 1.1 instead of 1.0" in foreseen
    done = await gil.send_form(f"{code}/1.1/adopt")
    assert done.headers["location"] == f"{CODES}?adopted=eleanor-palmer-advocates"
    (entry,) = await site.school.stores.registrar.entries(SCHOOL)
    assert isinstance(entry.event.fact, CodeAdopted)
    assert entry.event.fact.version == "1.1"
    for missing in ("/9.9", "/1.0/ladder/school.svg", "/9.9/adopt"):
        assert (await gil.get(f"{code}{missing}")).status_code == 404
    assert (await gil.get(f"{CODES}/nothing/1.0")).status_code == 404


async def test_a_pack_with_a_fault_is_told_and_keeps_nothing_else_from_being_shown(
    site: Site, tmp_path: Path
) -> None:
    (tmp_path / "broken.yaml").write_text("policy: Broken Pack\n", encoding="utf-8")
    site.office.settings = site.office.settings.model_copy(update={"policies_dir": tmp_path})
    gil = await site.as_("gil")

    said = words((await gil.get(CODES)).text)

    assert "broken.yaml, line 1" in said
    assert "In force for new cases" in said


async def test_a_code_that_was_sent_is_proved_foreseen_and_adopted(site: Site) -> None:
    gil = await site.as_("gil")
    pack = (HERE / "policies" / "eleanor-palmer-advocates.yaml").read_bytes()
    newer = pack.replace(b'version: "1.0"', b'version: "2.0"')

    broken = await gil.send_form(
        f"{CODES}/send", files={"file": ("code.yaml", b"policy: Broken Pack\n", "text/yaml")}
    )
    assert broken.status_code == 422
    assert "Line 1" in words(broken.text)
    same = await gil.send_form(f"{CODES}/send", files={"file": ("code.yaml", pack, "text/yaml")})
    assert "There is nothing to adopt" in words(same.text)
    foreseen = await gil.send_form(
        f"{CODES}/send", files={"file": ("code.yaml", newer, "text/yaml")}
    )
    assert "Version 1.0 2.0" in words(foreseen.text)
    assert await site.school.stores.registrar.entries(SCHOOL) == []

    done = await gil.post(f"{CODES}/adopt", data=hidden(foreseen.text))

    assert done.headers["location"] == f"{CODES}?adopted=eleanor-palmer-advocates"
    (current,) = await site.school.stores.shelf.current_policies(SCHOOL)
    assert current.version == "2.0"
    nothing = await gil.send_form(f"{CODES}/send", to=f"{CODES}/adopt")
    assert nothing.status_code == 422
