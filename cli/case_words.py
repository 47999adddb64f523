"""A case, its timeline and its choices as they are printed at a terminal."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from domain.calendar import SchoolCalendar
from domain.case import Case
from domain.choices import Choice
from domain.policy import Ladder
from domain.vocabulary import Rule
from gateway.reading import Seen
from gateway.wording import (
    day,
    moment,
    names_of_deadlines,
    sentence,
    spoken,
    stage_title,
)
from storage.record import StoredEvent


def print_case(
    out: Console,
    case: Case,
    ladder: Ladder,
    calendar: SchoolCalendar,
    people: Mapping[str, str],
    adjustments: Sequence[str],
    due: Mapping[str, str],
) -> None:
    """How the case stands, what is due, and who is concerned."""
    title = stage_title(ladder, case.stage)
    outcome = f": {spoken(case.outcome)}" if case.outcome else ""
    out.print(f"[bold]{case.reference}[/]  {spoken(case.track)}, severity {spoken(case.severity)}")
    # What was agreed with a person stands at the head, for the life of the case.
    for adjustment in adjustments:
        out.print(f"[bold]Agreed adjustment:[/] {escape(adjustment)}")
    since = day(calendar.local_date(case.stage_since))
    out.print(f"Stands at [bold]{escape(title)}[/]{outcome}, since {since}.")
    if case.rung is not case.stage and not case.closed:
        out.print(f"It holds the rung “{escape(stage_title(ladder, case.rung))}” meanwhile.")
    if case.content_restricted:
        out.print("It was transferred to its own procedure; its content is restricted.")
    step = ladder.by_stage.get(case.stage)
    if step:
        out.print(f"[dim]{escape(step.next)}[/]")
    for label, name in people.items():
        out.print(f"{label}: {escape(name)}")
    for restriction in case.restrictions:
        terms = restriction.terms
        scopes = ", ".join(spoken(scope) for scope in terms.scopes)
        out.print(
            f"Restriction {restriction.id} ({spoken(restriction.status)}): {scopes}; "
            f"review by {day(terms.review_on)}"
        )
    for meeting in case.meetings:
        if meeting.coming:
            out.print(f"Meeting {meeting.id}: {moment(calendar, meeting.at)}")
    if case.deadlines:
        out.print("\n[bold]Due[/]")
    for deadline in sorted(case.deadlines, key=lambda one: one.due_at):
        needed = ", before the case can close" if deadline.blocks_closing else ""
        line = f"{deadline.id:>5}  {day(deadline.due_on)}: {due[deadline.id]}{needed}"
        out.print(Padding(escape(line), (0, 0, 0, 2)))


async def print_events(
    out: Console,
    seen: Seen,
    calendar: SchoolCalendar,
    stored: Sequence[StoredEvent],
    *,
    texts: bool,
) -> None:
    """Each event under its day: the hash, what happened, and who did it."""
    names = names_of_deadlines(one.event for one in stored)
    last = None
    for one in stored:
        event = one.event
        today = calendar.local_date(event.at)
        if today != last:
            out.print(f"\n[bold]{day(today)}[/]")
            last = today
        actor = event.actor
        by = "by itself" if actor.person == "system" else await seen.name(actor.person, actor.role)
        words = escape(sentence(seen.ladder, event, names))
        told = [f"{words} [dim]· {escape(by)}[/]"]
        if texts:
            told += [
                f"[dim]{spoken(kind)}:[/] {escape(text)}"
                for kind, text in (await seen.texts_of(event)).items()
            ]
        out.print(_hanging(f"[dim]{one.hash[:12]}[/]", "\n".join(told)))


def _hanging(label: str, words: str) -> Table:
    """A line whose further lines stand under its words, not under its label."""
    line = Table.grid(padding=(0, 2))
    line.add_row("", label, words)
    return line


def print_choices(out: Console, choices: Sequence[Choice]) -> None:
    """What may be done first, then what others may do, then the rest with each rule's reason."""
    elsewhere = [one for one in choices if one.rule is Rule.AUTHORITY and one.who_may]
    asked = [one for one in choices if one.asked_for]
    if asked:
        out.print("\n[bold]A meeting was asked for[/]")
    for choice in asked:
        out.print(_offered(choice))
    out.print("\n[bold]May be done now[/]")
    for choice in choices:
        if choice.allowed and choice not in asked:
            out.print(_offered(choice))
    refused = [one for one in choices if not one.allowed and one not in elsewhere]
    if refused:
        out.print("\n[bold]Not now, and why[/]")
    for choice in refused:
        out.print(f"  {escape(choice.title)} [dim]({spoken(choice.rule or '')})[/]")
        why = choice.why_not
        if choice.not_before and (from_ := _day_of(choice.not_before)) not in why:
            why += f" From {from_}."
        out.print(Padding(f"[dim]{escape(why)}[/]", (0, 0, 0, 4)))
    if elsewhere:
        out.print("\n[bold]For others to do[/]")
    for choice in elsewhere:
        roles = ", ".join(spoken(role) for role in choice.who_may)
        out.print(Padding(f"{escape(choice.title)}: [dim]{roles}[/]", (0, 0, 0, 2)))


def _offered(choice: Choice) -> str:
    about = f" {choice.about}" if choice.about else ""
    return f"  {escape(choice.title)}  [dim]{choice.action.value}{escape(about)}[/]"


def _day_of(when: datetime | date) -> str:
    return day(when.date() if isinstance(when, datetime) else when)
