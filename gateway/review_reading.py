"""Reading a governors' review: each case as the reader may see it, beside what the record says."""

from datetime import datetime
from typing import NamedTuple

from domain import review as rules
from domain.access import Sight
from domain.actions import TextRef
from domain.events import GovernorReviewed
from domain.review import CaseInReview, Review
from domain.review_facts import RecordSays, what_the_record_says
from domain.views import Viewed
from gateway.reading import NO_LONGER_KEPT, Reading, Seen
from gateway.reviews import may
from gateway.stores import Stores
from storage.people import PersonNotFound
from storage.texts import TextNotFound


class CaseShown(NamedTuple):
    """One case of a review as somebody may see it, beside what the record says of it.

    `findings` and `answer` are the words, where there are any and the reader may read them.
    `reviewed_before` counts what governors recorded on the case itself.
    """

    case: CaseInReview
    seen: Seen
    says: RecordSays
    findings: str | None
    answer: str | None
    reviewed_before: int


def may_read_reviews(reading: Reading) -> None:
    """Refuses those whom reviews are not for. Raises ActionRefused."""
    if not reading.at_the_machine:
        may(reading.viewer, rules.MAY_SEE, "A governors' review")


async def case_shown(
    stores: Stores, school: str, review: Review, reference: str, reading: Reading, now: datetime
) -> CaseShown:
    """One case of a review, as the reader may see it; that they look is written down.

    What the record says is counted as it stood when the review was closed, or at `now`. Findings
    and answers are written for all governors, so they are read without the names in the case too.
    Raises ReviewNotFound, ActionRefused or LookUnrecorded.
    """
    may_read_reviews(reading)
    case = rules.case_of(review, reference)
    seen = await reading.case(reference, Viewed.REVIEW)
    stored = await stores.record.events_of(school, reference)
    events = [one.event for one in stored]
    reads = seen.sight in (Sight.WHOLE, Sight.WITHOUT_NAMES)
    findings = case.finding.findings if case.finding and reads else None
    answer = case.answer.answer if case.answer and reads else None
    return CaseShown(
        case=case,
        seen=seen,
        says=what_the_record_says(seen.ladder, events, review.closed_at or now),
        findings=await _text(stores, findings),
        answer=await _text(stores, answer),
        reviewed_before=sum(isinstance(one.fact, GovernorReviewed) for one in events),
    )


async def _text(stores: Stores, ref: TextRef | None) -> str | None:
    if ref is None:
        return None
    try:
        return await stores.texts.read(ref)
    except (TextNotFound, PersonNotFound):
        return NO_LONGER_KEPT
