"""The pages of parents and advocates over HTTP: read, written to, and closed to everybody else."""

import re
from datetime import timedelta

import pytest

from domain import events as e
from domain.vocabulary import CodeAnswer, DeadlineKind, Outcome, ResponseKind, Role, Stage
from tests.replies.samples import PROGRAM, a_pdf
from tests.support.outbox import Outbox
from tests.support.told import Told
from tests.web.families import CLAUSES, a_limited_case, act, an_invited_case, facts, send, state
from tests.web.site import Site, hidden, words

HIS_SIDE = "I was frightened for the boy, and raised my voice."


async def test_a_side_with_a_file_is_sent_by_link_counts_once_and_is_seen_by_nobody_else(
    acting_site: Site,
) -> None:
    site = acting_site
    reference = await a_limited_case(site)
    idris = await site.as_("idris", reference=reference)
    page = f"/your-case/{reference}"

    shown = words((await idris.get(page)).text)
    assert "You can tell us your side until" in shown
    assert "In writing, to the headteacher." in shown
    form = await idris.get(f"{page}/your-side")
    assert "Up to 10 files, each up to 10 MB" in words(form.text)
    sent = {
        "data": hidden(form.text) | {"words": HIS_SIDE},
        "files": [("files", ("my note.pdf", a_pdf(), "application/pdf"))],
    }
    for _ in range(2):  # a double click
        answer = await idris.post(f"{page}/your-side", **sent)  # type: ignore[arg-type]
        assert answer.headers["location"] == f"{page}/done/your-side"

    (side,) = await facts(site, reference, e.RepresentationsSubmitted)
    (file,) = side.attachments
    assert "our decision answers it" in words((await idris.get(f"{page}/done/your-side")).text)
    assert HIS_SIDE in words((await idris.get(f"{page}/sent")).text)
    taken_out = await idris.get(f"{page}/files/{file.id}")
    assert taken_out.content == a_pdf()
    assert taken_out.headers["content-disposition"].startswith('attachment; filename="my note.pdf"')
    assert "sandbox" in taken_out.headers["content-security-policy"]

    hana = await site.as_("hana")
    for path in ("", "/what-happens-next", "/sent", "/answer"):
        seen = await hana.get(f"{page}{path}")
        assert seen.status_code == 200
        assert HIS_SIDE not in seen.text
        assert "Idris" not in seen.text
    assert (await hana.get(f"{page}/files/{file.id}")).status_code == 404
    letter = (await state(site, reference)).letters[0]
    assert letter.to == site.school.people["idris"]
    for path in (f"letters/{letter.id}", f"letters/{letter.id}/pdf"):
        assert (await hana.get(f"{page}/{path}")).status_code == 404
        assert (await idris.get(f"{page}/{path}")).status_code == 200
    assert (await hana.get(f"{page}/your-side")).status_code == 409


async def test_a_file_that_is_not_taken_is_told_and_nothing_that_was_typed_is_lost(
    acting_site: Site,
) -> None:
    site = acting_site
    reference = await a_limited_case(site)
    idris = await site.as_("idris", reference=reference)
    address = f"/your-case/{reference}/your-side"

    answer = await send(
        idris,
        address,
        {"words": HIS_SIDE},
        [("files", ("holiday.pdf", PROGRAM, "application/pdf"))],
    )

    assert answer.status_code == 422
    assert "“holiday.pdf” is not taken" in words(answer.text)
    assert "its content is a program" in words(answer.text)
    assert "Choose your files again" in words(answer.text)
    assert f"{HIS_SIDE}</textarea>" in answer.text
    assert "<title>Error: Tell us your side" in answer.text
    assert await facts(site, reference, e.RepresentationsSubmitted) == []

    many = [("files", (f"{number}.pdf", a_pdf(), "application/pdf")) for number in range(11)]
    answer = await send(idris, address, {"words": HIS_SIDE}, many)
    assert "11 files are more than the 10" in words(answer.text)
    assert f"{HIS_SIDE}</textarea>" in answer.text

    answer = await send(idris, address, {"words": "  "})
    assert answer.status_code == 422
    assert 'href="#words"' in answer.text


async def test_a_side_that_comes_late_is_taken_and_both_pages_say_so(acting_site: Site) -> None:
    site = acting_site
    reference = await a_limited_case(site)
    deadlines = (await state(site, reference)).deadlines
    window = next(one for one in deadlines if one.kind is DeadlineKind.REPRESENTATIONS)
    await site.pass_time(window.due_at - site.office.now() + timedelta(hours=1))
    idris = await site.as_("idris", reference=reference)
    page = f"/your-case/{reference}"

    assert "We decide by" in words((await idris.get(page)).text)
    form = words((await idris.get(f"{page}/your-side")).text)
    assert "The time for this is over. You can still send it." in form
    done = words((await send(idris, f"{page}/your-side", {"words": HIS_SIDE})).text)
    assert "it is marked as late" in done
    assert "It came late, and we read it all the same" in done

    (side,) = await facts(site, reference, e.RepresentationsSubmitted)
    assert side.late
    assert "came after the time for it" in words((await idris.get(f"{page}/sent")).text)


async def test_while_the_service_is_away_nothing_that_was_typed_is_lost(site: Site) -> None:
    told = Told(site.school, "eleanor-palmer-advocates", site.office.now())
    await told.open(
        "hana",
        "EP-2026-0007",
        track="school_concern",
        family="hana",
        severity="moderate",
        clauses=["ep.school.constructive"],
        narrative="Nobody answers.",
    )
    hana = await site.as_("hana")

    answer = await send(hana, "/your-case/EP-2026-0007/answer", {"words": "Is anybody there?"})

    assert answer.status_code == 503
    assert "Nothing was lost" in words(answer.text)
    assert "Is anybody there?</textarea>" in answer.text


async def test_the_code_is_signed_with_a_name_or_not_and_either_is_fine(acting_site: Site) -> None:
    site = acting_site
    reference, _ = await an_invited_case(site)
    idris = await site.as_("idris", reference=reference)
    address = f"/your-case/{reference}/code"

    shown = words((await idris.get(address)).text)
    assert "version 1.0" in shown
    assert "Parents may bring a friend or advocate of their choice" in shown
    unsigned = await send(idris, address, {"answer": "sign"})
    assert unsigned.status_code == 422
    assert "Type your full name" in words(unsigned.text)
    done = await send(idris, address, {"answer": "sign", "name": "Idris K. Bello"})
    assert "which version of our code you signed: 1.0" in words(done.text)
    done = await send(idris, address, {"answer": "decline"})
    assert "Nothing follows from it" in words(done.text)

    signed, declined = await facts(site, reference, e.CodeAnswered)
    assert (signed.answer, declined.answer) == (CodeAnswer.SIGNED, CodeAnswer.DECLINED)
    assert await site.school.stores.texts.read(signed.signed_as) == "Idris K. Bello"
    assert declined.signed_as is None
    hana = await site.as_("hana")
    assert (await hana.get(address)).status_code == 409, "nobody asks the parent to sign this code"


async def test_a_meeting_is_answered_moved_and_put_into_a_calendar(
    acting_site: Site, outbox: Outbox
) -> None:
    site = acting_site
    reference, meeting = await an_invited_case(site)
    hana = await site.as_("hana", reference=reference)
    here = f"/your-case/{reference}/meetings/{meeting}"

    shown = words((await hana.get(f"/your-case/{reference}")).text)
    assert "Come to the meeting, or tell us if you can’t" in shown
    shown = words((await hana.get(here)).text)
    assert "The library" in shown
    assert "Who comes You, the person who speaks for you and somebody from the school" in shown
    entry = await hana.get(f"{here}/calendar")
    assert entry.headers["content-type"].startswith("text/calendar")
    assert b"BEGIN:VEVENT" in entry.content
    assert "Choose yes or no" in words((await send(hana, f"{here}/recording")).text)
    await send(hana, f"{here}/recording", {"agrees": "no"})
    assert "You did not agree" in words((await hana.get(here)).text)
    idris = await site.as_("idris", reference=reference)
    assert "did not agree" not in words((await idris.get(here)).text)

    wrong = {"when-1-day": "1", "when-1-month": "1", "when-1-year": "2020", "when-1-hour": "9am"}
    answer = await send(hana, f"{here}/another-time", wrong)
    assert "This time is over" in words(answer.text)
    on = site.office.now().date() + timedelta(days=20)
    times = {
        "when-1-day": str(on.day),
        "when-1-month": str(on.month),
        "when-1-year": str(on.year),
        "when-1-hour": "3.30pm",
    }
    done = await send(hana, f"{here}/another-time", times)
    assert "We look for another date for the meeting" in words(done.text)

    (offered,) = await facts(site, reference, e.TimesOffered)
    assert (offered.meeting, offered.times[0].hour) == (meeting, 15)
    (response,) = await facts(site, reference, e.ResponseRecorded)
    assert response.kind is ResponseKind.CANNOT_ATTEND
    assert "You can come" in words((await hana.get(here)).text)


async def test_a_parent_names_somebody_to_speak_for_them(acting_site: Site) -> None:
    site = acting_site
    reference = await site.open_case(respondent="Idris Bello", advocate="Idris Bello")
    await act(site, reference, "ben", "remind_informally", clauses=CLAUSES, reason="A word.")
    hana = await site.as_("hana")
    address = f"/your-case/{reference}/advocate"
    given = {"name": "Joan Pritchard", "email": "joan@example.org"}

    refused = await send(hana, address, given)
    assert "Ask them first" in words(refused.text)
    assert 'value="joan@example.org"' in refused.text
    staff = given | {"email": "ben@rowan-hill.example", "agreed": "yes"}
    refused = await send(hana, address, staff)
    assert "We can’t add this person here" in words(refused.text)
    done = await send(hana, address, given | {"agreed": "yes"})
    assert "We know who speaks for you" in words(done.text)

    named = (await state(site, reference)).advocate
    assert named is not None
    person = await site.school.stores.people.person(named)
    assert (person.name, person.roles) == ("Joan Pritchard", frozenset({Role.ADVOCATE}))
    done = await send(hana, f"/your-case/{reference}/no-advocate")
    assert "alone now" in words(done.text)
    assert (await state(site, reference)).advocate is None


async def test_a_parent_asks_for_advice_and_takes_it_back(acting_site: Site) -> None:
    site = acting_site
    reference, _ = await an_invited_case(site)
    hana = await site.as_("hana")
    address = f"/your-case/{reference}/advice"

    refused = await send(hana, address, {"shared": ["name", "summary"]})
    assert "Write in a few words" in words(refused.text)
    await send(hana, address, {"shared": ["name", "summary"], "summary": "The annual review."})
    (referral,) = (await state(site, reference)).referrals
    assert [item.value for item in referral.shared] == ["name", "summary"]
    done = await send(hana, f"/your-case/{reference}/stop-sharing")
    assert "We share nothing more" in words(done.text)
    assert not (await state(site, reference)).referrals[0].open


async def test_a_concern_is_raised_by_link_goes_further_and_is_taken_back(
    acting_site: Site, outbox: Outbox
) -> None:
    site = acting_site
    reference, _ = await an_invited_case(site)
    hana = await site.as_("hana", reference=reference)

    what = "/your-case/new-concern"
    form = await hana.get(what)
    assert "What is your concern about?" not in words(form.text), "the case's own code is meant"
    assert (await send(hana, what, {"words": " "})).status_code == 422
    begun = await hana.send_form(what, {"words": "The support has not begun."})
    here = begun.headers["location"].removesuffix("/who")
    refused = await send(hana, f"{here}/who", {"whom": "somebody"})
    assert "Write their name" in words(refused.text)
    early = await hana.get(f"{here}/check")
    assert early.headers["location"] == f"{here}/who", "it asks on where an answer is missing"
    await send(hana, f"{here}/who", {"whom": "somebody", "name": "asha  karim"})
    await send(hana, f"{here}/how-much", {"severity": "serious"})
    refused = await send(hana, f"{here}/files", None, [("files", ("a.pdf", PROGRAM))])
    assert "“a.pdf” is not taken" in words(refused.text)
    assert "Choose a file first" in words((await send(hana, f"{here}/files", {"do": "add"})).text)
    for name in ("plan.pdf", "wrong.pdf"):
        chosen = [("files", (name, a_pdf()))]
        shown = await send(hana, f"{here}/files", {"do": "add"}, chosen)
    wrong = re.findall(r'name="remove" value="([^"]+)"', shown.text)[1]
    shown = await send(hana, f"{here}/files", {"remove": wrong})
    assert "wrong.pdf" not in shown.text
    await send(hana, f"{here}/promises", {"promises": ["ep.school.constructive"]})
    idris = await site.as_("idris")
    assert (await idris.get(f"{here}/check")).status_code == 404, "nobody reads another's draft"

    check = await hana.get(f"{here}/check")
    assert "The support has not begun." in words(check.text)
    assert "asha karim" in words(check.text)
    assert "plan.pdf" in check.text
    answers = [await hana.post(f"{here}/check", data=hidden(check.text)) for _ in range(2)]
    done = answers[0].headers["location"]
    assert done == answers[1].headers["location"], "a double click raises one"
    assert "We have your concern" in words((await hana.get(done)).text)
    assert (await hana.get(f"{here}/check")).status_code == 404, "nothing is kept of the draft"

    raised = done.rpartition("/")[2]
    case = await state(site, raised)
    assert case.named == (site.school.people["asha"],), "so that she does not deal with it"
    assert (case.family, case.raised_by) == (site.school.people["hana"],) * 2
    assert case.clauses == ("ep.school.constructive",)
    (opening,) = await facts(site, raised, e.Opened)
    assert len(opening.attachments) == 1
    assert (await hana.get(f"/your-case/{raised}")).status_code == 404, "the link opens one case"
    assert (await idris.get(done)).status_code == 404

    await site.office.door.later.finished()
    (mail,) = [one for one in outbox.messages if raised in one["Subject"]]
    hana = await site.browser()
    link = re.search(r"/link/\S+", mail.get_content())
    assert link is not None
    page = f"/your-case/{raised}"
    assert (await hana.send_form(link[0])).headers["location"] == page
    assert "This is the concern that you raised" in words((await hana.get(page)).text)
    ask = f"{page}/further/talk-with-staff"
    assert (await hana.get(f"{page}/further/request-panel")).status_code == 409, "not yet"
    done_page = await send(hana, ask, {"words": "I would like to talk first."})
    assert done_page.status_code == 200
    assert (await state(site, raised)).stage is Stage.STAFF_CONVERSATION
    assert "Let us talk about your concern" in words((await hana.get(page)).text)
    done_page = await send(hana, f"{page}/take-back")
    assert "You have taken your concern back" in words(done_page.text)
    assert (await state(site, raised)).outcome is Outcome.WITHDRAWN


async def test_whoever_has_several_cases_gets_a_list(acting_site: Site) -> None:
    site = acting_site
    hana = await site.as_("hana")
    assert "There is no case that is about you" in words((await hana.get("/your-case")).text)
    first = await site.open_case(advocate="Idris Bello")
    assert "There is no case" in words((await hana.get("/your-case")).text), "she was not told yet"
    await act(site, first, "ben", "remind_informally", clauses=CLAUSES, reason="A word.")
    answer = await hana.get("/your-case")
    assert answer.headers["location"] == f"/your-case/{first}"
    second = await site.open_case(advocate="Idris Bello")
    await act(site, second, "ben", "remind_informally", clauses=CLAUSES, reason="A word.")
    listed = await hana.get("/your-case")
    assert f'href="/your-case/{first}"' in listed.text
    assert f'href="/your-case/{second}"' in listed.text


@pytest.mark.parametrize("reference", ["EP-2026-9999", "nonsense", "EP-2026-0001%00"])
async def test_what_is_not_there_is_not_there(site: Site, reference: str) -> None:
    hana = await site.as_("hana")

    assert (await hana.get(f"/your-case/{reference}")).status_code in (404, 303)
    assert (await hana.get(f"/your-case/new-concern/done/{reference}")).status_code in (404, 303)
