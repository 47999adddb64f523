"""A governors' review from the draw to its end, and the termly report, over HTTP."""

from datetime import UTC, datetime

from tests.support.school import CALENDAR
from tests.web.site import Browser, Site, hidden, words
from tests.web.test_record_pages import result_of

FOUND = {
    "proportionate": "yes",
    "timely": "partly",
    "heard": "not_applicable",
    "signposted": "not_applicable",
    "recorded": "yes",
    "findings": "The family waited nine days\nfor an answer to their letter.",
}


def this_term() -> str:
    today = datetime.now(UTC).date()
    return [term for term in CALENDAR.terms if term.start <= today][-1].name


async def a_review(site: Site) -> tuple[str, str]:
    """The reference of a case, and the address of a review in which it is."""
    reference = await site.open_case()
    dafydd = await site.as_("dafydd")
    drawn = await dafydd.send_form(
        "/reviews/new",
        {"term": this_term(), "share": "100", "seeded": "agreed", "seed": "three dice: 4 1 6"},
    )
    assert drawn.status_code == 303, words(drawn.text)
    return reference, drawn.headers["location"].partition("?")[0]


async def given(site: Site, review: str, reference: str, to: str) -> str:
    dafydd = await site.as_("dafydd")
    fields = {"case": reference, "to": site.school.people[to]}
    answer = await dafydd.send_form(f"{review}/assign", fields)
    return answer.headers.get("location", "") or words(answer.text)


async def recorded(browser: Browser, where: str) -> None:
    check = await browser.send_form(f"{where}/finding", FOUND)
    assert "A finding is recorded once, and can't be changed" in words(check.text)
    fields = hidden(check.text) | {"step": "record"}
    done = await browser.post(f"{where}/finding", data=fields)
    assert done.status_code == 303, words(done.text)


async def test_a_review_is_drawn_with_its_seed_and_drawn_again(acting_site: Site) -> None:
    reference, review = await a_review(acting_site)
    elif_ = await acting_site.as_("elif")

    said = words((await elif_.get(review)).text)
    assert "three dice: 4 1 6 Agreed beforehand" in said
    assert reference in said
    checked = await elif_.send_form(review, to=f"{review}/check")
    assert "comes out the same" in await result_of(elif_, checked.headers["location"])


async def test_a_governor_sees_names_once_the_case_is_theirs(acting_site: Site) -> None:
    reference, review = await a_review(acting_site)
    elif_ = await acting_site.as_("elif")
    where = f"{review}/cases/{reference}"

    before = words((await elif_.get(where)).text)
    assert "Asha Karim" not in before
    assert "Spoke over the class teacher" not in before
    assert "Concern raised" in before

    assert (await given(acting_site, review, reference, "elif")).endswith("?done=assigned")
    after = words((await elif_.get(where)).text)
    assert "Asha Karim" in after
    assert "Spoke over the class teacher" in after
    assert reference in words((await elif_.get("/reviews")).text)


async def test_a_finding_is_looked_at_again_recorded_answered_and_closed(acting_site: Site) -> None:
    reference, review = await a_review(acting_site)
    await given(acting_site, review, reference, "elif")
    elif_ = await acting_site.as_("elif")
    where = f"{review}/cases/{reference}"

    await recorded(elif_, where)
    assert "Nothing is left for you to do" in words((await elif_.get("/reviews")).text)
    cara = await acting_site.as_("cara")
    assert "wait for the school's answer" in words((await cara.get("/reviews")).text)
    answered = await cara.send_form(f"{where}/answer", {"answer": "True, and we are sorry."})
    assert answered.status_code == 303, words(answered.text)
    said = words((await elif_.get(where)).text)
    assert "The family waited nine days for an answer" in said
    assert "True, and we are sorry." in said

    dafydd = await acting_site.as_("dafydd")
    closed = await dafydd.send_form(f"{review}/close")
    assert closed.status_code == 303, words(closed.text)
    assert "Asha Karim" not in words((await elif_.get(where)).text)


async def test_an_incomplete_finding_is_shown_again_as_it_was(acting_site: Site) -> None:
    reference, review = await a_review(acting_site)
    await given(acting_site, review, reference, "elif")
    elif_ = await acting_site.as_("elif")

    fields = FOUND | {"findings": "", "timely": ""}
    answer = await elif_.send_form(f"{review}/cases/{reference}/finding", fields)

    assert answer.status_code == 422
    assert 'href="#timely"' in answer.text
    assert 'href="#findings"' in answer.text
    assert 'name="proportionate" type="radio" value="yes" checked' in answer.text


async def test_closing_early_needs_a_reason(acting_site: Site) -> None:
    reference, review = await a_review(acting_site)
    dafydd = await acting_site.as_("dafydd")

    refused = await dafydd.send_form(f"{review}/close")
    assert refused.status_code == 422
    assert f"Without a finding, or without the school's answer: {reference}" in words(refused.text)
    closed = await dafydd.send_form(f"{review}/close", {"reason": "The governor has moved away."})
    assert closed.status_code == 303


async def test_who_has_a_part_in_a_case_is_not_given_it(acting_site: Site) -> None:
    reference = await acting_site.open_case(raised_by="dafydd")
    _, review = await a_review(acting_site)

    said = await given(acting_site, review, reference, "dafydd")

    assert "They have a part in this case" in said, said


async def test_the_report_stands_in_the_page_and_as_files(acting_site: Site) -> None:
    for _ in range(2):
        await acting_site.open_case()
    elif_ = await acting_site.as_("elif")

    begun = await elif_.send_form("/report", {"term": this_term()})
    assert begun.status_code == 303
    where = begun.headers["location"]
    said = await result_of(elif_, where)
    assert "Report on concerns" in said
    assert "Cases opened [c]" in said  # two are too few to be told
    assert "Idris" not in said
    plot = await elif_.get(f"{where}/plot/stages")
    assert plot.headers["content-type"] == "image/svg+xml"
    assert plot.text.startswith("<svg")
    for kind, begins in (("pdf", b"%PDF"), ("html", b"<!DOCTYPE html>"), ("csv", b"\xef\xbb\xbf")):
        file = await elif_.get(f"{where}/file/{kind}")
        assert file.content.startswith(begins)
        assert "attachment" in file.headers["content-disposition"]
