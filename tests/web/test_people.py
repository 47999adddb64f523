"""An administrator keeps the list of people: found, added, corrected, given roles, brought in."""

import re

import pytest

from domain.office_events import PersonAdded, PersonCorrected, RolesSet
from domain.register import RegisterFact
from domain.vocabulary import Role
from tests.support.outbox import Outbox
from tests.support.school import SCHOOL
from tests.web.site import Site, hidden, words

PEOPLE = "/administration/people"
CSV = "name,e-mail,roles\nZoë Bell,zoe@home.example,parent\nBo Gray,,\n"


async def facts(site: Site) -> list[RegisterFact]:
    entries = await site.school.stores.registrar.entries(SCHOOL)
    return [entry.event.fact for entry in entries]


async def test_people_are_found_by_role_and_by_part_of_a_name(site: Site) -> None:
    gil = await site.as_("gil")

    said = words((await gil.get(PEOPLE)).text)
    assert "9 people" in said
    said = words((await gil.get(f"{PEOPLE}?role=governor")).text)
    assert "Elif Demir" in said
    assert "Cara Lindqvist" not in said
    assert "Nobody holds this role yet" in words(
        (await gil.get(f"{PEOPLE}?role=line_manager")).text
    )

    found = await gil.send_form(PEOPLE, {"name": "lind"})
    assert found.status_code == 200
    assert "lind" not in str(found.url)
    assert "Cara Lindqvist" in found.text
    assert "Elif Demir" not in found.text
    near = words((await gil.send_form(PEOPLE, {"name": "Lindkvist"})).text)
    assert "Nobody’s name or address has “Lindkvist” in it. Did you mean: Cara Lindqvist" in near
    empty = await gil.send_form(PEOPLE, {"name": " "})
    assert empty.status_code == 422


async def test_a_long_list_comes_in_pages(site: Site) -> None:
    for number in range(60):
        await site.school.stores.people.add_person(SCHOOL, f"Zed {number:02}", roles=[Role.PARENT])
    gil = await site.as_("gil")

    first, second = (await gil.get(PEOPLE)).text, (await gil.get(f"{PEOPLE}?page_number=2")).text

    assert "Zed 40" in first
    assert "Zed 59" not in first
    assert "Zed 59" in second
    assert (await gil.get(f"{PEOPLE}?page_number=99")).text.count("Zed 59") == 1


async def test_a_person_is_added_once_however_often_the_form_is_sent(site: Site) -> None:
    gil = await site.as_("gil")
    form = hidden((await gil.get(f"{PEOPLE}/add")).text)
    fields = form | {"name": "Nia Rhys", "email": "nia@home.example", "roles": ["staff", "parent"]}

    answers = [await gil.post(f"{PEOPLE}/add", data=fields) for _ in range(2)]

    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["location"] for answer in answers}) == 1
    (added,) = await facts(site)
    assert isinstance(added, PersonAdded)
    assert added.roles == (Role.STAFF, Role.PARENT)
    shown = await gil.get(answers[0].headers["location"])
    assert "They are on the list" in words(shown.text)
    assert "Nia" not in str(shown.url)
    assert "Nia" not in re.findall("<title>(.*?)</title>", shown.text)[0]


async def test_what_is_wrong_stands_at_its_field_and_what_was_typed_is_kept(site: Site) -> None:
    gil = await site.as_("gil")

    answer = await gil.send_form(
        f"{PEOPLE}/add", {"name": "Nia Rhys", "email": "cara@rowan-hill.example"}
    )

    assert answer.status_code == 422
    assert 'href="#roles"' in answer.text
    answer = await gil.send_form(
        f"{PEOPLE}/add",
        {"name": "Nia Rhys", "email": "cara@rowan-hill.example", "roles": "staff"},
    )
    assert answer.status_code == 422
    assert 'href="#email"' in answer.text
    assert 'value="Nia Rhys"' in answer.text
    assert "is the address of Cara Lindqvist" in words(answer.text)
    assert await facts(site) == []


async def test_a_name_is_put_right(site: Site) -> None:
    gil, hana = await site.as_("gil"), site.school.people["hana"]

    answer = await gil.send_form(f"{PEOPLE}/{hana}/details", {"name": "Hana Nováková", "email": ""})

    assert answer.headers["location"] == f"{PEOPLE}/{hana}?done=corrected"
    assert await facts(site) == [PersonCorrected(person=hana, details=("name", "email"))]
    assert "They are written to on paper" not in words((await gil.get(PEOPLE)).text)
    assert "Hana Nováková" in (await gil.get(f"{PEOPLE}/{hana}")).text


async def test_roles_change_after_a_check_that_says_what_that_means(site: Site) -> None:
    gil, cara = await site.as_("gil"), site.school.people["cara"]
    hers = await site.as_("cara")
    address = f"{PEOPLE}/{cara}/roles"

    check = await gil.send_form(address, {"roles": ["staff", "governor"], "step": "check"})
    said = words(check.text)
    assert "Gains staff, governor" in said
    assert "Loses headteacher" in said
    assert "Nobody else is headteacher" in said
    assert await facts(site) == []

    sure = hidden(check.text) | {"roles": ["staff", "governor"], "step": "set"}
    done = await gil.post(address, data=sure)
    assert done.headers["location"].endswith("?done=roles")
    assert await facts(site) == [
        RolesSet(person=cara, was=(Role.HEADTEACHER,), roles=(Role.STAFF, Role.GOVERNOR))
    ]
    assert "Gil Navarro" in words((await gil.get(f"{PEOPLE}/{cara}")).text)
    assert (await hers.get("/today")).status_code == 303


async def test_the_last_administrator_is_told_why_they_stay_one(site: Site) -> None:
    gil, his = await site.as_("gil"), site.school.people["gil"]
    address = f"{PEOPLE}/{his}/roles"

    check = await gil.send_form(address, {"roles": "staff", "step": "check"})
    assert "These are your own roles" in words(check.text)
    refused = await gil.post(address, data=hidden(check.text) | {"roles": "staff", "step": "set"})

    assert refused.status_code == 409
    assert "keeps one administrator at least" in words(refused.text)
    assert await facts(site) == []


@pytest.mark.parametrize("person", ["nobody", "at-the-machine"])
async def test_somebody_unknown_or_of_another_school_is_not_there(site: Site, person: str) -> None:
    gil = await site.as_("gil")
    eve = await site.school.stores.people.add_person("another-school", "Eve Elsewhere")

    for who in (person, eve):
        for page in ("", "/details", "/roles"):
            assert (await gil.get(f"{PEOPLE}/{who}{page}")).status_code == 404


async def test_a_list_is_tried_line_by_line_then_brought_in_whole(site: Site) -> None:
    gil = await site.as_("gil")

    tried = await gil.send_form(
        f"{PEOPLE}/import", files={"file": ("l.csv", CSV.encode(), "text/csv")}
    )
    said = words(tried.text)
    assert tried.status_code == 200
    assert "Nobody was added yet" in said
    assert "It names no role" in said
    assert "/import/all" not in tried.text

    tried = await gil.send_form(
        f"{PEOPLE}/import",
        {"default": "parent"},
        files={"file": ("l.csv", CSV.encode(), "text/csv")},
    )
    assert "Would be added 2 people: 2 as parent" in words(tried.text)
    report = await gil.post(f"{PEOPLE}/import/report", data=hidden(tried.text))
    assert report.headers["content-disposition"] == 'attachment; filename="contacts-tried.csv"'
    assert "Zoë Bell,zoe@home.example,parent" in report.text

    done = await gil.post(f"{PEOPLE}/import/all", data=hidden(tried.text))
    assert done.headers["location"] == f"{PEOPLE}?added=2"
    assert "2 people were added" in words((await gil.get(done.headers["location"])).text)
    again = await gil.post(f"{PEOPLE}/import/all", data=hidden(tried.text))
    assert len(await facts(site)) == 2
    assert again.status_code in (303, 422)
    assert "Zoë Bell,zoe@home.example,parent" in (await gil.get(f"{PEOPLE}/list.csv")).text


@pytest.mark.parametrize(
    ("file", "says"),
    [
        (None, "Choose the file"),
        (("l.csv", b"", "text/csv"), "The file is empty"),
        (("l.xlsx", b"PK\x03\x04", "text/csv"), "a spreadsheet, not CSV"),
    ],
)
async def test_a_file_that_can_not_be_read_is_told_at_its_field(
    site: Site, file: object, says: str
) -> None:
    gil = await site.as_("gil")

    answer = await gil.send_form(f"{PEOPLE}/import", files={"file": file} if file else None)

    assert answer.status_code == 422
    assert says in words(answer.text)


async def test_what_did_not_come_from_the_page_is_not_brought_in(site: Site) -> None:
    gil = await site.as_("gil")
    form = hidden((await gil.get(f"{PEOPLE}/import")).text)

    for contents in ("", "x", "eJw="):
        answer = await gil.post(f"{PEOPLE}/import/all", data=form | {"contents": contents})
        assert answer.status_code == 422
        assert "Choose it again" in words(answer.text)


async def test_somebody_is_invited_by_e_mail_locked_and_let_in_again(
    acting_site: Site, outbox: Outbox
) -> None:
    gil, ben = await acting_site.as_("gil"), acting_site.school.people["ben"]
    address = f"{PEOPLE}/{ben}/access"
    assert "An invitation goes to ben@rowan-hill.example" in words((await gil.get(address)).text)

    done = await gil.send_form(address, {"act": "invite"})

    assert done.headers["location"] == f"{address}?done=invite"
    (letter,) = outbox.messages
    assert letter["To"] is not None
    assert "ben@rowan-hill.example" in letter["To"]
    said = words((await gil.get(address)).text)
    assert "they have not chosen a password yet" in said
    assert "Invited" in words((await gil.get(f"{PEOPLE}/{ben}")).text)
    await gil.send_form(address, {"act": "lock"})
    assert "Locked: they can’t sign in" in words((await gil.get(address)).text)
    await gil.send_form(address, {"act": "unlock"})
    assert "Invited;" in words((await gil.get(address)).text)


async def test_families_are_told_to_need_no_account(site: Site) -> None:
    gil = await site.as_("gil")
    hana, his = site.school.people["hana"], site.school.people["gil"]

    assert "need no account" in words((await gil.get(f"{PEOPLE}/{hana}/access")).text)
    refused = await gil.send_form(f"{PEOPLE}/{hana}/access", {"act": "invite"})
    assert refused.status_code in (409, 422)
    assert (await gil.send_form(f"{PEOPLE}/{his}/access")).status_code == 422
