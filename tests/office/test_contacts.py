"""Contacts from a spreadsheet: read whatever saved it, or refused clearly; all or nothing."""

from collections.abc import AsyncIterator

import pytest

from domain.contacts import Standing, Weighed
from domain.office_events import PersonAdded
from domain.vocabulary import Role
from gateway.contacts import (
    Contacts,
    ContactsUnreadable,
    NotReady,
    as_csv,
    for_a_spreadsheet,
    report_as_csv,
)
from gateway.enrolling import Enrolling
from gateway.errors import ActionRefused
from storage.tables import PersonRow
from tests.support.school import SCHOOL, SchoolInTest, a_school

LIST = """Name,E-mail,Roles
Zoë Ångström,zoe@home.example,parent
Pat O’Neill,pat@home.example,"staff, governor"
"""


@pytest.fixture
async def school(sqlite_url: str) -> AsyncIterator[SchoolInTest]:
    """A school on SQLite."""
    async with a_school(sqlite_url) as one:
        yield one


@pytest.fixture
def contacts(school: SchoolInTest) -> Contacts:
    """The door for lists of contacts."""
    return Contacts(Enrolling(school.stores, SCHOOL))


async def weighed(contacts: Contacts, *lines: str) -> list[Weighed]:
    text = "\n".join(("name,e-mail,roles", *lines))
    return list((await contacts.dry_run(text.encode())).lines)


@pytest.mark.parametrize(
    ("content", "read_as", "separator"),
    [
        pytest.param(LIST.encode(), "UTF-8", "commas", id="utf-8"),
        pytest.param(LIST.encode("utf-8-sig"), "UTF-8", "commas", id="with its mark"),
        pytest.param(LIST.encode("cp1252"), "Windows-1252", "commas", id="windows-1252"),
        pytest.param(LIST.encode("utf-16"), "UTF-16", "commas", id="utf-16"),
        pytest.param(
            b"sep=;\r\n" + LIST.replace('"', "").replace(", ", "/").replace(",", ";").encode(),
            "UTF-8",
            "semicolons",
            id="excel's semicolons",
        ),
        pytest.param(
            LIST.replace(", ", "|").replace(",", "\t").encode(), "UTF-8", "tabs", id="tabs"
        ),
    ],
)
async def test_whatever_a_spreadsheet_saves_is_read(
    contacts: Contacts, content: bytes, read_as: str, separator: str
) -> None:
    dry_run = await contacts.dry_run(content)

    assert (dry_run.read_as, dry_run.separator) == (read_as, separator)
    assert dry_run.ready
    assert [(line.name, line.email, line.roles) for line in dry_run.lines] == [
        ("Zoë Ångström", "zoe@home.example", (Role.PARENT,)),
        ("Pat O’Neill", "pat@home.example", (Role.STAFF, Role.GOVERNOR)),
    ]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(
            "name\nRené Bo\n".encode("mac-roman"), "letters make no sense", id="an old Mac's"
        ),
        pytest.param("name\nAndré Bo\n".encode("cp850"), "letters make no sense", id="DOS"),
        pytest.param(b"name\nZo\x81\n", "neither UTF-8 nor Windows-1252", id="no such letter"),
        pytest.param(b"PK\x03\x04rest", "a spreadsheet, not CSV", id="a workbook"),
        pytest.param(b"name\0,", "not a text file", id="binary"),
        pytest.param(b"", "is empty", id="empty"),
        pytest.param(b"name,roles\n", "only headings", id="only headings"),
        pytest.param(b"Ann,parent\n", "names the columns: name, e-mail, roles", id="no headings"),
        pytest.param(b"name,name\nA,B\n", "Two columns are called", id="a column twice"),
        pytest.param(b'name\n"Ann\n', "Line 2 can't be taken apart", id="an open quotation mark"),
        pytest.param(
            b"name,roles\nSmith, Ann,parent\n", "Line 2 has more columns", id="a comma in a name"
        ),
        pytest.param(b"name\n" + b"Ann Bell\n" * 5001, "more than 5000 lines", id="too long"),
        pytest.param(b"name\n" + b"x" * 2**21, "at most 2 MB", id="too large"),
    ],
)
async def test_what_can_not_be_read_is_refused_with_what_to_do(
    contacts: Contacts, content: bytes, says: str
) -> None:
    with pytest.raises(ContactsUnreadable, match=says):
        await contacts.dry_run(content)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (",a@home.example,parent", "The name is missing"),
        ("=1+1,a@home.example,parent", "would take it for a formula"),
        ("Ann\ufffd,a@home.example,parent", "Letters of the name were lost"),
        ("Ann Bell,ann-at-home,parent", "“ann-at-home” is not an e-mail address"),
        ("Ann Bell,a@home.example,parnt", "There is no role “parnt”. Did you mean parent"),
        ("Ann Bell,a@home.example,system", "There is no role “system”"),
        ("Ann Bell,a@home.example,", "It names no role"),
        ("Ann Bell,CARA@rowan-hill.example,parent", "the address of Cara Lindqvist"),
        ("Cara  lindqvist,,parent", "Somebody called Cara lindqvist is there already"),
    ],
)
async def test_a_line_at_fault_refuses_the_whole_list(
    contacts: Contacts, school: SchoolInTest, line: str, says: str
) -> None:
    fault, good = await weighed(contacts, line, "Bo Good,bo@home.example,parent")

    assert fault.line == 2
    assert fault.standing is Standing.REFUSED
    assert says in " ".join(fault.faults)
    assert good.standing is Standing.ADDED
    before = await school.stores.people.everybody(SCHOOL)
    with pytest.raises(NotReady, match="1 line is refused"):
        await contacts.bring_in(
            f"name,e-mail,roles\n{line}\nBo Good,bo@home.example,parent".encode(),
            school.actor("gil"),
        )
    assert await school.stores.people.everybody(SCHOOL) == before


async def test_somebody_twice_in_a_list_is_told_with_the_first_line(contacts: Contacts) -> None:
    _, same_address, _, same_name, namesake = await weighed(
        contacts,
        "Ann Bell,ann@home.example,parent",
        "Ann Bell-Gray,ANN@home.example,parent",
        "Bo Gray,,parent",
        "bo gray,,parent",
        "Ann Bell,other@home.example,parent",
    )

    assert same_address.faults == ("ANN@home.example stands in line 2 already.",)
    assert same_name.faults[0].startswith("bo gray stands in line 4 already")
    assert namesake.standing is Standing.ADDED


async def test_whoever_is_there_already_is_left_as_they_are(
    contacts: Contacts, school: SchoolInTest
) -> None:
    same, more, namesake = await weighed(
        contacts,
        "Hana Novák,hana@rowan-hill.example,parent",
        "Asha Karim,asha@rowan-hill.example,headteacher",
        "Asha Karim,asha@home.example,parent",
    )

    assert (same.standing, same.notes) == (Standing.ALREADY_THERE, ())
    assert more.standing is Standing.ALREADY_THERE
    assert "They hold staff, and keep that" in more.notes[0]
    assert namesake.standing is Standing.ADDED
    assert "Somebody of this name is there already" in namesake.notes[0]
    with pytest.raises(NotReady, match="everybody in the file is there already"):
        await contacts.bring_in(
            b"name,e-mail,roles\nHana Novak,hana@rowan-hill.example,parent", school.actor("gil")
        )


async def test_columns_of_other_programs_are_understood(contacts: Contacts) -> None:
    dry_run = await contacts.dry_run(
        b"Forename;Surname;Year group;Email Address\nAnn;Bell;3B;ann@home.example\n",
        default=(Role.PARENT,),
    )

    assert dry_run.left_out == ("Year group",)
    assert dry_run.lines[0].name == "Ann Bell"
    assert dry_run.lines[0].roles == (Role.PARENT,)


async def test_an_import_counts_once_and_stands_on_the_register_without_names(
    contacts: Contacts, school: SchoolInTest
) -> None:
    gil = school.actor("gil")

    added = await contacts.bring_in(LIST.encode(), gil, action_id="once")

    people = [await school.stores.people.person(person) for person in added]
    assert [one.name for one in people] == ["Zoë Ångström", "Pat O’Neill"]
    entries = await school.stores.registrar.entries(SCHOOL)
    assert [entry.event.fact for entry in entries] == [
        PersonAdded(person=added[0], roles=(Role.PARENT,)),
        PersonAdded(person=added[1], roles=(Role.STAFF, Role.GOVERNOR)),
    ]
    assert not any("Zoë".encode() in entry.content for entry in entries)
    again = await Enrolling(school.stores, SCHOOL).add_all([], gil, action_id="once")
    assert again == added
    with pytest.raises(ActionRefused, match="You do not hold the role"):
        await contacts.bring_in(b"name,roles\nBo,parent", school.actor("cara", Role.ADMINISTRATOR))


async def test_a_fault_in_the_middle_of_an_import_leaves_nobody_behind(
    contacts: Contacts, school: SchoolInTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await school.stores.people.everybody(SCHOOL)
    taken = before[0].id
    monkeypatch.setattr("secrets.token_hex", lambda count: taken.removeprefix("person-"))

    with pytest.raises(Exception, match=f"UNIQUE constraint failed: {PersonRow.__tablename__}"):
        await contacts.bring_in(LIST.encode(), school.actor("gil"))

    assert await school.stores.people.everybody(SCHOOL) == before
    assert await school.stores.registrar.entries(SCHOOL) == []


async def test_what_goes_to_a_spreadsheet_is_no_formula_and_comes_back_as_it_was(
    contacts: Contacts, school: SchoolInTest
) -> None:
    assert [for_a_spreadsheet(cell) for cell in ("=1", "+1", "-1", "@x", "\tx", "Ann", "")] == [
        "'=1", "'+1", "'-1", "'@x", "'\tx", "Ann", ""
    ]  # fmt: skip
    await school.stores.people.add_person(
        SCHOOL, "=HYPERLINK(1)", "=cmd@home.example", [Role.PARENT]
    )

    written = as_csv(await school.stores.people.everybody(SCHOOL))

    assert b"\r\n'=HYPERLINK(1),'=cmd@home.example,parent" in written
    dry_run = await contacts.dry_run(written)
    standing = {line.name: line.standing for line in dry_run.lines}
    assert standing.pop("=HYPERLINK(1)") is Standing.REFUSED
    assert set(standing.values()) == {Standing.ALREADY_THERE}
    assert b",refused,'=HYPERLINK(1),'=cmd@home.example," in report_as_csv(dry_run)
