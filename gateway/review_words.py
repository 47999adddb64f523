"""What the record says to each question of the checklist, in words for a governor."""

from collections import Counter
from collections.abc import Iterable

from domain.policy import Ladder
from domain.review import CaseInReview, Review
from domain.review_facts import (
    HeardOn,
    Proportionate,
    Recorded,
    RecordSays,
    Signposted,
    Timely,
)
from gateway.wording import spoken, stage_title

QUESTIONS = {
    "proportionate": "Was each step in proportion to what had happened?",
    "timely": "Was everything done in time?",
    "heard": "Was the respondent heard before a decision against them?",
    "signposted": "Was the family told of SENDIASS where that was owed?",
    "recorded": "Does the record say what was decided, and why?",
}
"""The checklist, as it is put to a governor."""


def facts(ladder: Ladder, says: RecordSays) -> dict[str, list[str]]:
    """For each question, sentences that say what was counted from the case's events."""
    return {
        "proportionate": _proportionate(ladder, says.proportionate),
        "timely": _timely(says.timely),
        "heard": [_heard(one) for one in says.heard] or ["No restriction was proposed."],
        "signposted": [_signposted(says.signposted)],
        "recorded": _recorded(says.recorded),
    }


def progress(review: Review, case: CaseInReview) -> str:
    """How far a case of a review has come, in a word or two."""
    if case.answer is not None:
        return "answered"
    if case.finding is not None:
        wanted = case.calls_for_an_answer and review.closed is None
        return "answer awaited" if wanted else "found"
    if review.closed is not None:
        return "no finding"
    return "assigned" if case.assigned else "to be assigned"


def _proportionate(ladder: Ladder, found: Proportionate) -> list[str]:
    steps = ", ".join(stage_title(ladder, step) for step in found.steps) or "none"
    said = [
        f"Gravest severity: {spoken(found.severity)}; incidents: {found.incidents}.",
        f"Steps taken: {steps}.",
    ]
    for stage, with_reason in found.skipped:
        why = "with a reason on the record" if with_reason else "WITHOUT a reason"
        said.append(f"Skipped, {why}: {stage_title(ladder, stage)}.")
    if not found.skipped:
        said.append("No rung was skipped.")
    said += [f"Restriction {one} started at once, as interim." for one in found.interim]
    return said


def _timely(found: Timely) -> list[str]:
    said = [f"Follow-ups and duties done in time: {len(found.on_time)}; late: {len(found.late)}."]
    for label, about in (
        ("Late", found.late),
        ("Overdue and still open", found.overdue),
        ("Given more time", found.extended),
        ("Missed, so that a restriction lapsed or a window closed", found.missed),
    ):
        if about:
            said.append(f"{label}: {_counted(about)}.")
    return said


def _heard(one: HeardOn) -> str:
    received = f"representations received: {one.representations}"
    closed = ""
    if one.window_closed and not one.representations:
        closed = "; the window to be heard had closed"
    if not one.confirmed:
        return f"Restriction {one.restriction}: not confirmed; {received}{closed}."
    when = "after the respondent was heard" if one.heard_first else "BEFORE they were heard"
    answered = ""
    if one.representations:
        answered = "; they were answered" if one.answered else "; they were NOT answered"
    return f"Restriction {one.restriction}: confirmed {when}; {received}{answered}{closed}."


def _signposted(found: Signposted) -> str:
    if not found.owed:
        told = f" The family was told {found.done} times all the same." if found.done else ""
        return f"Signposting was not owed in this case.{told}"
    in_time = "in time" if found.on_time else "NOT in time"
    return f"Signposting was owed, and was done {in_time} (times told: {found.done})."


def _recorded(found: Recorded) -> list[str]:
    return [
        f"Decisions by people: {found.decisions}; with a reason on the record: "
        f"{found.with_reason}.",
        f"Texts that the record commits to: {found.texts}.",
        f"Meetings held, or stopped on the way: {found.meetings_held}; written up: "
        f"{found.meetings_written_up}.",
    ]


def _counted(about: Iterable[str]) -> str:
    return ", ".join(
        f"{spoken(one)} ({times} times)" if times > 1 else spoken(one)
        for one, times in Counter(about).items()
    )
