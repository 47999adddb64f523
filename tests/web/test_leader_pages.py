"""A leader's day over HTTP: today, the list, a case, a step with its letter, a concern."""

import asyncio
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from gateway.errors import ServiceUnreachable
from gateway.wording import names_of_deadlines, sentence
from settings import HERE
from tests.support.outbox import Outbox
from tests.support.school import SCHOOL
from tests.web.conftest import a_site
from tests.web.filling import fields_of, filled
from tests.web.site import Browser, Site, hidden, words

REASON = "The same happened again two days after we had talked."


async def begin(browser: Browser, address: str, fields: Mapping[str, object]) -> str:
    """Answers the questions at `address`; returns where the pages lead next."""
    answer = await browser.send_form(address, dict(fields))
    assert answer.status_code == 303, words(answer.text)
    return str(answer.headers["location"])


async def test_today_says_what_to_do_where_there_is_nothing(site: Site) -> None:
    cara = await site.as_("cara")

    said = words((await cara.get("/today")).text)

    assert "Nothing needs anybody today" in said
    assert "Raise a concern" in said


async def test_a_step_is_taken_with_its_letter_and_a_last_check(
    acting_site: Site, outbox: Outbox
) -> None:
    reference = await acting_site.open_case()
    cara = await acting_site.as_("cara")
    today = words((await cara.get("/today")).text)
    assert reference in today
    assert "Idris" not in today  # names are shown once a case is opened

    case = await cara.get(f"/cases/{reference}")
    said = words(case.text)
    assert case.status_code == 200
    assert "Idris Bello" in said
    assert "Spoke over the class teacher" in said
    assert "A concern is raised" in said

    where = await begin(
        cara,
        f"/cases/{reference}/do/remind_informally?step=informal_reminder",
        {"reason": REASON, "clauses": ["ep.expect.speech"]},
    )
    assert where.endswith("/letters")
    shown = await cara.get(where)
    assert "Idris Bello" in shown.text
    changed = {
        name: value.replace("two days", "three days")
        for name, value in textareas(shown.text).items()
    }
    letter = {**changed, "letter-0-send": "yes"}
    where = await begin(cara, where, letter)
    assert where.endswith("/check")

    check = words((await cara.get(where)).text)
    assert "The case moves from" in check
    assert "by e-mail to idris@rowan-hill.example" in check
    assert "with your changes" in check
    assert "There is no undo" in check
    assert re.search(r"\(in \d+ school days\): Has working together become easier", check)

    where = await begin(cara, where, {})
    done = words((await cara.get(where)).text)
    assert "Undo is not offered, because a letter goes out with this" in done
    after = words((await cara.get(f"/cases/{reference}")).text)
    assert "It stands at: A quiet word about the code" in after


async def test_a_letter_that_lacks_what_it_must_hold_stays_on_the_page(acting_site: Site) -> None:
    reference = await acting_site.open_case()
    cara = await acting_site.as_("cara")
    where = await begin(
        cara,
        f"/cases/{reference}/do/remind_informally?step=informal_reminder",
        {"reason": REASON, "clauses": ["ep.expect.speech"]},
    )
    fields = textareas((await cara.get(where)).text)
    emptied = dict.fromkeys(fields, "") | {"letter-0-send": "yes"}

    refused = await cara.send_form(where, emptied)

    assert refused.status_code == 422
    assert "does not say" in words(refused.text)
    left_out = await cara.send_form(where, emptied | {"letter-0-send": ""})
    check = words((await cara.get(str(left_out.headers["location"]))).text)
    assert "Not sent, as you chose" in check


async def test_somebody_acted_meanwhile_and_nothing_typed_is_lost(acting_site: Site) -> None:
    reference = await acting_site.open_case()
    cara = await acting_site.as_("cara")
    address = f"/cases/{reference}/do/remind_informally?step=informal_reminder"
    where = await begin(cara, address, {"reason": REASON, "clauses": ["ep.expect.speech"]})
    check = where.replace("/letters", "/check")
    shown = hidden((await cara.get(check)).text)
    cases = await acting_site.office.cases(SCHOOL)
    await cases.act(reference, "acknowledge", {}, acting_site.school.actor("ben"))

    stale = await cara.post(check, data=shown)

    assert stale.status_code == 409
    said = words(stale.text)
    assert "Somebody acted on" in said
    assert "The concern was acknowledged" in said
    assert REASON in said
    assert "A quiet word" not in " ".join(await happened(acting_site, reference))
    again = await cara.post(check.replace("/check", "/seen"), data=hidden(stale.text))
    assert REASON in (await cara.get(str(again.headers["location"]))).text
    done = await cara.send_form(check, {})
    assert "/done/" in str(done.headers["location"])


async def test_sent_twice_it_is_done_once(acting_site: Site) -> None:
    reference = await acting_site.open_case()
    ben = await acting_site.as_("ben")
    where = await begin(ben, f"/cases/{reference}/do/add_note", {"text": "Spoke with the office."})
    shown = hidden((await ben.get(where)).text)

    first = await ben.post(where, data=shown)
    second = await ben.post(where, data=shown)

    assert first.headers["location"].startswith(f"/cases/{reference}/done/")
    assert second.headers["location"] == first.headers["location"]
    said = await happened(acting_site, reference)
    assert said.count("A note was added") == 1


async def test_while_temporal_is_away_pages_are_there_and_nothing_is_lost(
    acting_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = await acting_site.open_case()
    ben = await acting_site.as_("ben")
    where = await begin(ben, f"/cases/{reference}/do/add_note", {"text": "Spoke with the office."})

    async def away(school: str) -> None:
        raise ServiceUnreachable("Temporal", "127.0.0.1:7233", "Start it.")

    with monkeypatch.context() as patch:
        patch.setattr(acting_site.office, "cases", away)
        answer = await ben.send_form(where, {})
        assert answer.status_code == 503
        assert "Nothing was lost" in words(answer.text)
        assert "Spoke with the office." in answer.text
        assert (await ben.get("/today")).status_code == 200
    assert "You have not finished" in words((await ben.get("/today")).text)
    assert (await ben.send_form(where, {})).status_code == 303


async def test_what_is_refused_is_told_with_its_rule(acting_site: Site) -> None:
    reference = await acting_site.open_case()
    ben = await acting_site.as_("ben")

    why = words((await ben.get(f"/cases/{reference}/next")).text)
    refused = await ben.get(f"/cases/{reference}/do/warn?step=warning")

    assert "The rule: one rung at a time" in why or "For others to do" in why
    assert refused.status_code == 409
    assert "headteacher" in words(refused.text)


async def test_a_search_by_name_puts_no_name_into_an_address(acting_site: Site) -> None:
    reference = await acting_site.open_case()
    cara = await acting_site.as_("cara")

    found = await cara.send_form("/cases", {"search": "bello"}, to="/cases/search")

    where = str(found.headers["location"])
    assert "ello" not in where
    page = words((await cara.get(where)).text)
    assert "Cases in which Idris Bello has a part" in page
    assert reference in page
    exact = await cara.send_form("/cases", {"search": reference.lower()}, to="/cases/search")
    assert exact.headers["location"] == f"/cases/{reference}"
    nobody = await cara.send_form("/cases", {"search": "Zebedee"}, to="/cases/search")
    assert nobody.status_code == 422
    assert 'value="Zebedee"' in nobody.text
    governor = await acting_site.as_("elif")
    asked = await governor.send_form("/cases", {"search": "bello"}, to="/cases/search")
    assert "without names" in words(asked.text)


async def test_a_list_is_filtered_and_saved(acting_site: Site) -> None:
    reference = await acting_site.open_case(severity="serious")
    cara = await acting_site.as_("cara")

    some = words((await cara.get("/cases?severity=serious")).text)
    none = words((await cara.get("/cases?severity=minor&opened_from=2026-01-01")).text)
    saved = await cara.send_form(
        "/cases?severity=serious", {"view_name": "Grave ones"}, to="/cases/views"
    )

    assert "1 case as you asked" in some
    assert reference in some
    assert "No case that you may see is like that" in none
    assert saved.headers["location"] == "/cases?severity=serious"
    assert "Grave ones" in words((await cara.get("/cases")).text)
    assert "Grave ones" not in (await (await acting_site.as_("ben")).get("/cases")).text


async def test_a_concern_is_raised_once_with_its_evidence(acting_site: Site) -> None:
    asha = await acting_site.as_("asha")
    address = "/concerns/new/eleanor-palmer-advocates/advocate_conduct"
    typed = {
        "respondent": "Idris Bello",
        "family": "Hana Novak",
        "narrative": "He filmed us on his phone.",
        "witnesses": "Two parents at the door.",
        "severity": "moderate",
        "clauses": ["ep.expect.recording"],
        **dict(
            zip(
                ("occurred_on-day", "occurred_on-month", "occurred_on-year"),
                (1, 9, 2026),
                strict=True,
            )
        ),
    }
    wrong = await asha.send_form(address, typed | {"respondent": "Hana Novak", "severity": ""})
    assert wrong.status_code == 422
    said = words(wrong.text)
    assert "Hana Novak is not known here as a advocate" in said
    assert "Choose how serious it is" in said
    assert "He filmed us on his phone." in wrong.text

    evidence = {"files": ("<b>what he sent.txt", b"I have it all on film.", "text/plain")}
    sent = await asha.send_form(address, typed, files=evidence)
    where = str(sent.headers["location"])
    shown = hidden((await asha.get(where)).text)
    first, second = await asyncio.gather(asha.post(where, data=shown), asha.post(where, data=shown))

    reference = next(
        one.headers["location"].rpartition("/")[2]
        for one in (first, second)
        if one.status_code == 303
    )
    third = await asha.post(where, data=shown)
    assert third.headers["location"] == f"/concerns/raised/{reference}"
    cara = await acting_site.as_("cara")
    assert words((await cara.get("/cases")).text).count("EP-2026-0") == 1
    page = await cara.get(f"/cases/{reference}")
    assert "Who else saw or heard it: Two parents at the door." in page.text
    assert "<b>what he sent" not in page.text
    (link,) = re.findall(rf'/cases/{reference}/files/[^"]+', page.text)
    file = await cara.get(link)
    assert file.content == b"I have it all on film."
    assert file.headers["content-disposition"].startswith("attachment; filename=")
    assert file.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in file.headers["content-security-policy"]
    raiser = await asha.get(f"/cases/{reference}")
    assert "You see this case without names" in words(raiser.text)


async def test_clauses_are_offered_while_one_types(site: Site) -> None:
    asha = await site.as_("asha")
    address = "/concerns/new/eleanor-palmer-advocates/advocate_conduct"
    typed = {
        "policy": "eleanor-palmer-advocates",
        "track": "advocate_conduct",
        "narrative": "He filmed us on his phone.",
    }

    offered = await asha.send_form(address, typed, to="/concerns/clauses")
    found = await asha.send_form(address, typed | {"then": "find"})
    page = await asha.get(str(found.headers["location"]).partition("#")[0])

    assert offered.json()[0] == {"clause": "ep.expect.recording", "words": ["filmed"]}
    assert "you wrote: filmed" in page.text
    assert "He filmed us on his phone." in page.text


def textareas(html: str) -> dict[str, str]:
    """What stands in the larger fields of a page, by their names."""
    found = re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>\n(.*?)</textarea>', html, re.DOTALL)
    return dict(found)


async def happened(site: Site, reference: str) -> list[str]:
    """What the record says of a case, in words."""
    record = site.school.stores.record
    case = await record.case_state(SCHOOL, reference)
    policy = await site.school.stores.shelf.policy(case.policy_digest)
    events = [one.event for one in await record.events_of(SCHOOL, reference)]
    names = names_of_deadlines(events)
    return [sentence(policy.by_track[case.track], event, names) for event in events]


async def test_every_kind_of_concern_can_be_raised_under_every_code(
    sqlite_url: str, tmp_path: Path
) -> None:
    codes = tuple(file.stem for file in (HERE / "policies").glob("*.yaml"))
    async with a_site(sqlite_url, tmp_path, codes) as site:
        cara = await site.as_("cara")
        kinds = re.findall(r'href="(/concerns/new/[^"]+)"', (await cara.get("/concerns/new")).text)
        assert len(kinds) >= 4

        for kind in kinds:
            about = "Idris Bello" if kind.endswith("advocate_conduct") else "Hana Novak"
            typed = filled(fields_of((await cara.get(kind)).text))
            typed |= {
                "respondent": about,
                "family": "Hana Novak",
                "named": "",
                "received_on-day": "",
            }
            typed |= {"received_on-month": "", "received_on-year": ""}
            where = await begin(cara, kind, typed)

            check = await cara.get(where)

            assert check.status_code == 200, kind
            assert "Check before the concern is raised" in check.text
            assert "What falls due because of it" in check.text
