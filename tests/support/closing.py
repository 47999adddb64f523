"""Cases that were put on the record without a workflow: open, closed or settled, with texts."""

from typing import Any

from domain.actions import TextRef
from domain.case import Case
from domain.contracts import RecordEvents
from tests.rules.building import Story
from tests.support.school import SCHOOL, SchoolInTest

OPEN, CLOSED, SETTLED = "open", "closed", "settled"


async def a_recorded_case(
    school: SchoolInTest, reference: str, stands: str = OPEN, **changed: Any
) -> Case:
    """A case about the advocate Idris, who acts for Hana, raised by Asha in September 2026.

    Its narrative, a note that names Hana, and the reason for closing it are about Idris; what Hana
    answered is under her own key.
    """

    async def a_text(who: str, kind: str, words: str) -> TextRef:
        person = changed.get(who) or school.people[who]
        return await school.stores.texts.store(person, SCHOOL, reference, kind, words)

    concern: dict[str, Any] = {
        "respondent": school.people["idris"],
        "family": school.people["hana"],
        "narrative": await a_text("idris", "narrative", "Quarrelsome marmalade at the gate."),
    }
    fields = {name: value for name, value in changed.items() if name not in school.people}
    story = Story(by=school.actor("asha"), reference=reference, **concern | fields)
    head = school.actor("cara")
    note = await a_text("idris", "note", "I rang Hana Novak about the marmalade.")
    story.do("add_note", head, text=note)
    if story.case.family == school.people["hana"]:
        reply = await a_text("hana", "reply", "There never was any marmalade.")
        story.do("record_response", school.actor("hana"), kind="reply", text=reply)
    if stands != OPEN:
        story.do("acknowledge", head)
        for owed in [one.id for one in story.case.deadlines if one.blocks_closing]:
            story.do("complete_follow_up", head, deadline=owed, result=note)
        reason = await a_text("idris", "reason", "Idris Bello and I talked it over.")
        story.do("close", head, outcome="resolved", reason=reason)
    if stands == SETTLED:
        story.wait("6 calendar months")
        assert story.case.settled
    await school.stores.recorder.record(RecordEvents(events=tuple(story.events), case=story.case))
    return story.case
