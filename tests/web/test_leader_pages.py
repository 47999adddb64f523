"""A leader's day over HTTP: today, the list, a case, and a step taken with its letter."""

import re

from tests.support.outbox import Outbox
from tests.web.site import Browser, Site, words

REASON = "The same happened again two days after we had talked."


async def begin(browser: Browser, address: str, fields: dict[str, object]) -> str:
    """Answers the questions at `address`; returns where the pages lead next."""
    answer = await browser.send_form(address, fields)
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
        for name, value in re.findall(
            r'<textarea[^>]* name="([^"]+)"[^>]*>\n(.*?)</textarea>', shown.text, re.DOTALL
        )
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
