"""A case with everything on it that a page can show."""

from datetime import timedelta

from domain.vocabulary import Role
from gateway.letters import Sending
from tests.support.school import SCHOOL
from tests.web.site import Site


async def a_full_case(site: Site) -> str:
    """A case with a restriction, meetings, a referral, an adjustment, letters and incidents."""
    cases = await site.office.cases(SCHOOL)
    cara, ben = site.school.actor("cara"), site.school.actor("ben")
    nobody = await site.school.stores.people.add_person(
        SCHOOL, "Jelena Horvat", None, [Role.ADVOCATE]
    )
    reference = await site.open_case(severity="safety", respondent=nobody, advocate=nobody)
    calendar = await site.school.stores.shelf.calendar(
        (await cases.show(reference)).calendar_digest
    )
    now = site.office.now()
    why = {"reason": "It frightened the staff.", "clauses": ["ep.expect.respect"]}
    soon = calendar.next_open_moment(now + timedelta(days=6))
    terms = {
        "scopes": ["engagement"],
        "interim": True,
        "review_on": str(calendar.local_date(now + timedelta(days=20))),
        "contact": "In writing.",
        "contact_through": cara.person,
        "meetings": "The family comes to every review.",
    }
    for action, fields, actor in (
        ("acknowledge", {}, ben),
        ("restrict_access", why | terms, cara),
        ("schedule_meeting", {"at": soon.isoformat(), "place": "The library"}, ben),
        ("schedule_meeting", {"at": (soon + timedelta(days=1)).isoformat()}, ben),
        ("refer_to_sendiass", {"shared": ["name"], "consented_on": str(now.date())}, ben),
        ("set_confidentiality_aside", why | {"told": "The police", "what": "The threat"}, cara),
        ("agree_adjustment", {"person": "Hana Novak", "text": "Large print."}, ben),
        ("add_note", {"text": "Spoke with the office."}, ben),
    ):
        await cases.act(reference, action, fields, actor, letters=Sending.AS_DRAFTED)
    return reference
