"""Term files: YAML and .ics give the same calendar, templates are overridden, faults are placed."""

import socket
from collections.abc import Callable
from datetime import date, time
from pathlib import Path

import pytest

from domain.calendar import CalendarDoesNotCover, SchoolCalendar, Span
from storage import term_files
from storage.bank_holidays import bank_holidays_in_england, known_years
from storage.term_files import (
    Finding,
    TermFileError,
    Weight,
    check_calendar,
    load_calendar,
    read_calendar,
)

SAMPLE = Path(__file__).parents[2] / "terms" / "sample.yaml"

YAML = """\
school: EP
title: One year
office_opens: 08:15
office_closes: 16:15
terms:
  - {name: Autumn term, start: 2026-09-02, end: 2026-12-18}
  - {name: Spring term, start: 2027-01-04, end: 2027-03-25}
closures:
  - {kind: half_term, name: Autumn half-term, start: 2026-10-26, end: 2026-10-30}
  - {kind: inset, name: "INSET day, 2026-09-02", date: 2026-09-02}
  - {kind: inset, name: "INSET day, 2027-01-04", date: 2027-01-04}
  - {kind: closure, name: Polling station, date: 2026-11-12}
"""

ICS = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Example//Terms//EN
X-WR-CALNAME:One year
X-EVENHAND-SCHOOL:EP
X-EVENHAND-OFFICE-OPENS:08:15
X-EVENHAND-OFFICE-CLOSES:16:15
BEGIN:VEVENT
UID:1
SUMMARY:Autumn term
DTSTART;VALUE=DATE:20260902
DTEND;VALUE=DATE:20261219
END:VEVENT
BEGIN:VEVENT
UID:2
SUMMARY:Spring term
DTSTART;VALUE=DATE:20270104
DTEND;VALUE=DATE:20270326
END:VEVENT
BEGIN:VEVENT
UID:3
SUMMARY:Autumn half-term
DTSTART;VALUE=DATE:20261026
DURATION:P5D
END:VEVENT
BEGIN:VEVENT
UID:4
SUMMARY:INSET day
DTSTART;VALUE=DATE:20260902
END:VEVENT
BEGIN:VEVENT
UID:5
SUMMARY:INSET day
DTSTART;VALUE=DATE:20270104
DTEND;VALUE=DATE:20270104
END:VEVENT
BEGIN:VEVENT
UID:6
SUMMARY:Polling station
CATEGORIES:Closure
DTSTART;VALUE=DATE:20261112
DTEND;VALUE=DATE:20261113
END:VEVENT
BEGIN:VEVENT
UID:7
SUMMARY:Half-term disco
DTSTART:20261023T170000Z
DTEND:20261023T190000Z
END:VEVENT
BEGIN:VEVENT
UID:8
SUMMARY:School closed
STATUS:CANCELLED
DTSTART;VALUE=DATE:20261204
END:VEVENT
END:VCALENDAR
"""

Write = Callable[[str, str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_file(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write_file


def only(findings: list[Finding]) -> Finding:
    assert len(findings) == 1, [str(finding) for finding in findings]
    return findings[0]


def test_the_sample_is_in_order_and_survives_json() -> None:
    calendar = load_calendar(SAMPLE)

    assert check_calendar(SAMPLE) == []
    assert calendar.coverage == (date(2026, 9, 2), date(2028, 7, 21))
    assert calendar.bank_holidays_until == date(2028, 12, 31)
    assert SchoolCalendar.model_validate_json(calendar.model_dump_json()) == calendar


def test_ics_gives_the_same_calendar_as_yaml(write: Write) -> None:
    from_yaml = load_calendar(write("own.yaml", YAML))
    from_ics = load_calendar(write("own.ics", ICS.replace("\n", "\r\n")))

    assert from_ics == from_yaml
    assert from_ics.digest == from_yaml.digest
    # 16:15 without quotes would be 975 to YAML, being minutes in base sixty.
    assert (from_yaml.office_opens, from_yaml.office_closes) == (time(8, 15), time(16, 15))
    assert from_yaml.is_school_day(date(2026, 12, 4))
    assert not from_yaml.is_school_day(date(2026, 11, 12))


def test_bank_holidays_come_from_the_library_and_never_from_the_network(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("something asked the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    bank_holidays_in_england.cache_clear()
    kept = {holiday.date: holiday.title for holiday in bank_holidays_in_england()}

    assert kept[date(2027, 12, 27)] == "Christmas Day (substitute day)"
    assert kept[date(2027, 12, 28)] == "Boxing Day (substitute day)"
    assert kept[date(2028, 1, 3)] == "New Year’s Day (substitute day)"
    assert kept[date(2026, 8, 31)] == "Summer bank holiday"  # the last Monday: not Scotland's
    assert date(2027, 12, 25) not in kept


def test_a_calendar_remembers_until_when_bank_holidays_are_known(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(term_files, "known_years", lambda: (date(2018, 1, 1), date(2026, 12, 31)))
    path = write("own.yaml", YAML)

    calendar = load_calendar(path)
    warning = only(check_calendar(path))

    assert calendar.bank_holidays_until == date(2026, 12, 31)
    assert (warning.line, warning.weight) == (7, Weight.WARNING)
    assert "known until 2026-12-31" in warning.message
    assert "2027-03-25" in warning.message
    for span in ("10 school days", "20 working days"):
        with pytest.raises(CalendarDoesNotCover):
            calendar.add(date(2026, 12, 14), Span.parse(span))


def test_the_library_knows_whole_years() -> None:
    assert known_years()[0] <= date(2026, 1, 1)
    assert known_years()[1] >= date(2028, 12, 31)


def test_an_extra_bank_holiday_closes_the_school(write: Write) -> None:
    extra = "extra_bank_holidays:\n  - {date: 2026-11-20, title: A royal occasion}\n"
    calendar = load_calendar(write("own.yaml", YAML + extra))

    assert not calendar.is_working_day(date(2026, 11, 20))
    assert not calendar.is_school_day(date(2026, 11, 20))


@pytest.mark.parametrize(("name", "text"), [("authority.ics", ICS), ("authority.yaml", YAML)])
def test_a_school_s_own_dates_override_its_authority_s(write: Write, name: str, text: str) -> None:
    write(name, text)
    calendar = load_calendar(
        write(
            "own.yaml",
            f"template: {name}\n"
            "school: FL\n"
            "terms:\n"
            "  - {name: Spring term, start: 2027-01-05, end: 2027-03-24}\n"
            'without: ["INSET day, 2027-01-04", Polling station]\n'
            "closures:\n"
            "  - {name: Boiler, kind: closure, date: 2027-01-07}\n",
        )
    )

    assert (calendar.school, calendar.title) == ("FL", "One year")
    assert calendar.office_opens == time(8, 15)
    assert [(term.start, term.end) for term in calendar.terms] == [
        (date(2026, 9, 2), date(2026, 12, 18)),
        (date(2027, 1, 5), date(2027, 3, 24)),
    ]
    assert [closure.name for closure in calendar.closures] == [
        "INSET day, 2026-09-02",
        "Autumn half-term",
        "Boiler",
    ]


def test_a_template_s_fault_is_placed_in_the_template(write: Write) -> None:
    template = write("authority.yaml", YAML.replace("2026-12-18", "2026-08-18"))
    own = write("own.yaml", "template: authority.yaml\nschool: FL\n")

    finding = only(check_calendar(own))

    assert (finding.file, finding.line) == (template, 6)
    assert "Autumn term ends on 2026-08-18, before it starts on 2026-09-02" in finding.message


def test_an_own_date_that_clashes_with_the_template_is_placed_in_the_own_file(
    write: Write,
) -> None:
    write("authority.yaml", YAML)
    own = write(
        "own.yaml",
        "template: authority.yaml\nclosures:\n"
        "  - {name: Trip, kind: closure, start: 2026-10-30, end: 2026-11-02}\n",
    )

    finding = only(check_calendar(own))

    assert (finding.file, finding.line) == (own, 3)
    assert "Autumn half-term (2026-10-26 to 2026-10-30) and Trip" in finding.message


@pytest.mark.parametrize(
    ("old", "new", "line", "field", "message"),
    [
        pytest.param(
            "start: 2027-01-04", "start: 2026-12-18", 7, "terms[1]", "overlap", id="overlap"
        ),
        pytest.param(
            "end: 2027-03-25", "end: 2027-01-03", 7, "terms[1]", "before it starts", id="reversed"
        ),
        pytest.param(
            "start: 2027-01-04",
            "start: 4 January 2027",
            7,
            "terms[1].start",
            "4 January 2027 is not a date: write it like 2026-09-02.",
            id="a date in words",
        ),
        pytest.param(
            "start: 2027-01-04", "start: 2027-02-30", 7, "terms[1].start", "not a day", id="30 Feb"
        ),
        pytest.param(
            ", end: 2027-03-25", "", 7, "terms[1].end", "end is missing: add it.", id="no end"
        ),
        pytest.param(
            "name: Spring term", "name: ''", 7, "terms[1].name", "empty", id="an empty name"
        ),
        pytest.param(
            "name: Spring term", "name: Autumn term", 7, "terms[1]", "2 times", id="one name twice"
        ),
        pytest.param(
            "kind: closure",
            "kind: holiday",
            12,
            "closures[3].kind",
            "There is no such kind: write half_term, inset, closure.",
            id="unknown kind",
        ),
        pytest.param(
            "start: 2026-10-26",
            "begin: 2026-10-26",
            9,
            "closures[0].begin",
            "'begin' is not a key of this",
            id="unknown key of an entry",
        ),
        pytest.param(
            "office_opens", "ofice_opens", 3, "ofice_opens", "did you mean office_opens?", id="typo"
        ),
        pytest.param(
            "title: One year", "school: FL", 2, "school", "written twice", id="a key twice"
        ),
        pytest.param("school: EP", "", 1, "school", "school is missing", id="no school"),
        pytest.param(
            "school: EP", "school: [EP]", 1, "school", "one value", id="a list for a value"
        ),
        pytest.param(
            "office_closes: 16:15",
            "office_closes: 8:00",
            4,
            "office_closes",
            "8:00 is not a time of day: write it like 08:30.",
            id="a short time",
        ),
        pytest.param(
            "office_closes: 16:15", "zone: London", 4, "zone", "'London' is not", id="zone"
        ),
        pytest.param(
            "date: 2026-11-12",
            "date: 2026-11-12, end: 2026-11-13",
            12,
            "closures[3]",
            "either date",
            id="date and end",
        ),
        pytest.param(
            "2026-10-26, end: 2026-10-30",
            "2026-12-18, end: 2026-12-22",
            9,
            "closures[0]",
            "outside every term",
            id="half-term outside its term",
        ),
        pytest.param("title: One year", "title: 'One", 2, "", "not YAML", id="a quote left open"),
        pytest.param(
            "title: One year", "title: a: b", 2, "", "mapping values are not allowed", id="a: b"
        ),
        pytest.param(
            "title: One year", "without: [Easter]", 2, "without[0]", "no template", id="without"
        ),
        pytest.param(
            "title: One year",
            "title: T\nextra_bank_holidays: [{date: 2026-11-20}]",
            3,
            "extra_bank_holidays[0].title",
            "title is missing",
            id="an untitled bank holiday",
        ),
        pytest.param(
            "title: One year",
            "title: T\nextra_bank_holidays: [{date: 2026-12-25, title: Xmas}]",
            3,
            "extra_bank_holidays[0]",
            "Two bank holidays stand on 2026-12-25",
            id="a bank holiday that is known already",
        ),
    ],
)
def test_a_fault_in_yaml_is_named_with_its_line_and_field(
    write: Write, old: str, new: str, line: int, field: str, message: str
) -> None:
    assert old in YAML
    path = write("own.yaml", YAML.replace(old, new, 1))

    findings = check_calendar(path)

    assert message in findings[0].message, [str(finding) for finding in findings]
    assert (findings[0].line, findings[0].field) == (line, field)
    assert findings[0].weight is Weight.ERROR
    with pytest.raises(TermFileError) as refused:
        load_calendar(path)
    assert f"{path}:{line}: " in str(refused.value)
    assert message in str(refused.value)


def test_every_fault_of_the_entries_is_found_at_once(write: Write) -> None:
    path = write("own.yaml", YAML.replace("2026-12-18", "soon").replace("inset", "training"))

    assert [(f.line, f.field) for f in check_calendar(path)] == [
        (6, "terms[0].end"),
        (10, "closures[1].kind"),
        (11, "closures[2].kind"),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "A term file is a list of keys"),
        ("- school\n", "A term file is a list of keys"),
        ("school: \x00\n", "not YAML"),
        ("school: EP\nterms: Autumn\n", "Write a list here"),
        ("school: EP\nterms: [Autumn]\n", "Write the keys name, start, end here"),
        ("school: EP\ntitle: T\nterms: []\n", "no terms"),
        ("school: EP\ntitle: T\nterms:\n", "no terms"),
        ("school: EP\ntitle: T\n", "no terms"),
    ],
)
def test_a_file_of_another_shape_is_refused(write: Write, text: str, message: str) -> None:
    assert message in check_calendar(write("own.yaml", text))[0].message


@pytest.mark.parametrize(
    ("old", "new", "line", "field", "message"),
    [
        pytest.param(
            "SUMMARY:Spring term",
            "SUMMARY:Spring term\nRRULE:FREQ=YEARLY",
            17,
            "RRULE",
            "repeats",
            id="repeats",
        ),
        pytest.param(
            "DTSTART;VALUE=DATE:20270104",
            "DTSTART:20270104T090000Z",
            17,
            "DTSTART",
            "whole days",
            id="has a time",
        ),
        pytest.param(
            "DTSTART;VALUE=DATE:20270104",
            "DTSTART;VALUE=DATE:2027-01-04",
            17,
            "DTSTART",
            "whole days",
            id="a broken date",
        ),
        pytest.param(
            "DTSTART;VALUE=DATE:20270104\n", "", 14, "DTSTART", "whole days", id="no date"
        ),
        pytest.param("DURATION:P5D", "DURATION:PT1H", 23, "DTSTART", "whole days", id="an hour"),
        pytest.param(
            "DTEND;VALUE=DATE:20270326",
            "DTEND;VALUE=DATE:20261226",
            14,
            "BEGIN",
            "before it starts",
            id="reversed",
        ),
        pytest.param(
            "SUMMARY:INSET day",
            "SUMMARY:End of term",
            28,
            "SUMMARY",
            "lasts one day",
            id="end of term",
        ),
        pytest.param(
            "X-EVENHAND-SCHOOL:EP\n", "", 1, "school", "X-EVENHAND-SCHOOL", id="no school"
        ),
        pytest.param("VERSION:2.0", "VERSION 2.0", 1, "", "not an iCalendar file", id="broken"),
    ],
)
def test_a_fault_in_ics_is_named_with_its_line_and_field(
    write: Write, old: str, new: str, line: int, field: str, message: str
) -> None:
    assert old in ICS

    finding = check_calendar(write("own.ics", ICS.replace(old, new, 1)))[0]

    assert message in finding.message
    assert (finding.line, finding.field) == (line, field)


def test_an_inset_day_on_a_weekend_is_pointed_out(write: Write) -> None:
    path = write("own.yaml", YAML.replace("date: 2026-09-02", "date: 2026-09-05"))

    warning = only(check_calendar(path))

    assert (warning.line, warning.weight) == (10, Weight.WARNING)
    assert "2026-09-05) is a Saturday" in warning.message
    assert ": warning: " in str(warning)
    assert load_calendar(path).is_school_day(date(2026, 9, 2))


def test_a_file_that_is_not_there_is_named_with_one_that_is(write: Write, tmp_path: Path) -> None:
    write("camden.yaml", YAML)

    assert "did you mean camden.yaml?" in only(check_calendar(tmp_path / "camdem.yaml")).message
    assert "check its folder" in only(check_calendar(tmp_path / "no" / "a.yaml")).message
    own = write("own.yaml", "school: EP\ntemplate: camdn.yaml\n")
    finding = only(check_calendar(own))
    assert (finding.file, finding.line, finding.field) == (own, 2, "template")
    assert "did you mean camden.yaml?" in finding.message


def test_a_template_can_t_be_its_own(write: Write) -> None:
    write("a.yaml", "template: b.yaml\n")
    finding = only(check_calendar(write("b.yaml", "template: a.yaml\nschool: EP\n")))
    assert finding.file.name == "a.yaml"
    assert "its own template" in finding.message


def test_leaving_out_what_the_template_does_not_have(write: Write) -> None:
    write("authority.yaml", YAML)
    own = write("own.yaml", "template: authority.yaml\nwithout: [Poling station]\n")
    assert "did you mean Polling station?" in only(check_calendar(own)).message


def test_other_files_are_refused(write: Write, tmp_path: Path) -> None:
    assert ".yaml, .yml or .ics" in only(check_calendar(write("terms.txt", YAML))).message
    assert "can't be read" in only(check_calendar(tmp_path)).message
    latin = tmp_path / "latin.yaml"
    latin.write_bytes(YAML.replace("Polling", "Café").encode("latin-1"))
    assert "UTF-8" in only(check_calendar(latin)).message


@pytest.mark.parametrize("name", ["terms.yaml", "/etc/terms.ics"])
def test_a_file_that_somebody_sent_is_read_like_one_in_the_folder(
    name: str, tmp_path: Path
) -> None:
    text = YAML if name.endswith("yaml") else ICS
    (tmp_path / Path(name).name).write_text(text, encoding="utf-8")

    calendar, findings = read_calendar(name, text.encode(), tmp_path)

    assert findings == []
    assert calendar == load_calendar(tmp_path / Path(name).name)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("terms.docx", b"", "its name ends in .yaml"),
        ("terms.yaml", b"\xff", "not text in UTF-8"),
        ("terms.yaml", b"[" * 5000, "nested too deeply"),
        ("terms.yaml", b"school: EP\nterms: x", "Write a list here"),
        ("terms.yaml", b"template: ../elsewhere.yaml", "no template"),
        ("terms.yaml", b"template: /etc/passwd.yaml", "no template"),
        ("terms.yaml", b"template: missing.yaml", "no template"),
    ],
)
def test_a_file_that_somebody_sent_reaches_no_further_than_the_folder(
    name: str, content: bytes, says: str, tmp_path: Path
) -> None:
    (tmp_path.parent / "elsewhere.yaml").write_text(YAML, encoding="utf-8")

    calendar, findings = read_calendar(name, content, tmp_path)

    assert calendar is None
    assert says in " ".join(str(one) for one in findings)
    assert str(tmp_path) not in " ".join(str(one) for one in findings)


def test_a_file_that_somebody_sent_may_change_a_template_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "authority.yaml").write_text(YAML, encoding="utf-8")
    own = b"template: authority.yaml\ntitle: Ours\nwithout: [Polling station]"

    calendar, _ = read_calendar("ours.yaml", own, tmp_path)

    assert calendar is not None
    assert calendar.title == "Ours"
    assert [closure.name for closure in calendar.closures] != []
    assert "Polling station" not in [closure.name for closure in calendar.closures]
