"""A governors' review, and a case in it, as they are printed at a terminal or told as JSON."""

import json
from typing import Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from cli.desk import Desk
from domain.calendar import SchoolCalendar
from domain.review import CaseInReview, Review, tally
from domain.review_events import Checklist
from gateway.reading import Reading
from gateway.review_reading import CaseShown
from gateway.review_words import QUESTIONS, facts, progress
from gateway.wording import day, spoken


def told_review(review: Review) -> dict[str, Any]:
    """A review as JSON: the draw, and how far each case has come."""
    told: dict[str, Any] = review.drawn.model_dump(mode="json")
    return told | {
        "drawn_at": review.drawn_at.isoformat(),
        "drawn_by": review.drawn_by.model_dump(mode="json"),
        "cases": [told_case(review, one) for one in review.cases.values()],
        "tally": tally(review),
        "outstanding": review.outstanding,
        "closed_at": review.closed_at.isoformat() if review.closed_at else None,
    }


def told_case(review: Review, case: CaseInReview) -> dict[str, Any]:
    """A case of a review as JSON, without a text."""
    return {
        "reference": case.reference,
        "always": case.always,
        "assigned": case.assigned,
        "checklist": case.finding.checklist.model_dump(mode="json") if case.finding else None,
        "found_at": case.found_at.isoformat() if case.found_at else None,
        "answered_at": case.answered_at.isoformat() if case.answered_at else None,
        "progress": progress(review, case),
    }


def print_review(
    out: Console, review: Review, calendar: SchoolCalendar, names: dict[str, str]
) -> None:
    """A review: how it was drawn, its cases, and the findings so far."""
    drawn = review.drawn
    out.print(f"[bold]{review.id}[/]  {day(drawn.first_day)} to {day(drawn.last_day)}")
    when = day(calendar.local_date(review.drawn_at))
    seed = "given" if drawn.seed_given else "made at random"
    out.print(f"Drawn on {when} by the {spoken(review.drawn_by.role)}.")
    out.print(
        f"[dim]{drawn.population} cases in the period; {len(drawn.always)} always, and "
        f"{drawn.share} of the rest: {len(drawn.chosen)}. Seed ({seed}): {escape(drawn.seed)}[/]"
    )
    if review.closed_at:
        out.print(f"Closed on {day(calendar.local_date(review.closed_at))}.")
    table = Table(box=None, header_style="bold")
    for heading in ("Case", "Why", "Governor", "Stands at"):
        table.add_column(heading, no_wrap=heading == "Case")
    for case in review.cases.values():
        why = "restriction or advice" if case.always else "drawn"
        governor = names.get(case.assigned or "", "")
        table.add_row(case.reference, why, escape(governor), progress(review, case))
    out.print(table)
    if any(case.finding for case in review.cases.values()):
        out.print("\n[bold]Findings so far[/]")
        for question, counts in tally(review).items():
            given = ", ".join(f"{spoken(one)} {count}" for one, count in counts.items() if count)
            out.print(f"  {question}: {given}")


async def show_case(
    desk: Desk, review: Review, shown: CaseShown, reading: Reading, *, as_json: bool
) -> None:
    """A case of a review: each question, what the record says to it, and what was found."""
    said = facts(shown.seen.ladder, shown.says)
    if as_json:
        told = told_case(review, shown.case) | {
            "review": review.id,
            "facts": {question: list(lines) for question, lines in said.items()},
            "counted": _plain(shown.says),
            "findings": shown.findings,
            "answer": shown.answer,
            "reviewed_on_the_case": shown.reviewed_before,
        }
        typer.echo(json.dumps(told))
        return
    out = Console(highlight=False)
    case = shown.case
    out.print(f"[bold]{case.reference}[/] in {review.id}: {progress(review, case)}")
    if case.assigned:
        out.print(f"Governor: {escape(await desk.name(case.assigned))}")
    for question, asked in QUESTIONS.items():
        found = getattr(case.finding.checklist, question) if case.finding else None
        out.print(f"\n[bold]{asked}[/]" + (f" {spoken(found)}" if found else ""))
        for line in said[question]:
            out.print(Padding(f"[dim]{escape(line)}[/]", (0, 0, 0, 2)))
    if shown.reviewed_before:
        out.print(f"\nGovernors' findings on the case itself: {shown.reviewed_before}.")
    for label, words in (("What the governor found", shown.findings), ("Answer", shown.answer)):
        if words is not None:
            out.print(f"\n[bold]{label}[/]")
            out.print(Padding(escape(words), (0, 0, 0, 2)))
    if case.finding is None and case.assigned == reading.viewer.person:
        names = " ".join(f"{question}=" for question in Checklist.model_fields)
        out.print(
            f"\nRecord it: evenhand review find {review.id} {case.reference} {names}findings="
        )


def _plain(value: Any) -> Any:
    """Named tuples as objects, all the way down."""
    if hasattr(value, "_asdict"):
        return {name: _plain(one) for name, one in value._asdict().items()}
    return [_plain(one) for one in value] if isinstance(value, tuple) else value
