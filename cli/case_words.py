"""A case, its timeline and its choices as they are printed at a terminal."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding

from cli.desk import Desk
from domain.actions import TextRef
from domain.calendar import SchoolCalendar
from domain.case import Case
from domain.choices import Choice
from domain.events import Event
from domain.policy import Ladder
from gateway.wording import (
    day,
    names_of_deadlines,
    sentence,
    spoken,
    stage_title,
)
from storage.record import StoredEvent
from storage.texts import TextNotFound


def print_case(
    out: Console,
    case: Case,
    ladder: Ladder,
    calendar: SchoolCalendar,
    people: Mapping[str, str],
    adjustments: Sequence[str],
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
    if case.deadlines:
        out.print("\n[bold]Due[/]")
    for deadline in sorted(case.deadlines, key=lambda one: one.due_at):
        needed = ", before the case can close" if deadline.blocks_closing else ""
        out.print(
            f"  {deadline.id:>4}  {day(deadline.due_on)}: {spoken(deadline.kind)}, "
            f"{spoken(deadline.about)}{needed}"
        )


async def print_events(
    desk: Desk,
    out: Console,
    ladder: Ladder,
    calendar: SchoolCalendar,
    stored: Sequence[StoredEvent],
    *,
    texts: bool,
) -> None:
    """Each event under its day: the hash, what happened, and who did it."""
    names = names_of_deadlines(one.event for one in stored)
    who: dict[str, str] = {}
    last = None
    for one in stored:
        event = one.event
        today = calendar.local_date(event.at)
        if today != last:
            out.print(f"\n[bold]{day(today)}[/]")
            last = today
        if event.actor.person not in who:
            who[event.actor.person] = await desk.name(event.actor.person)
        by = "by itself" if event.actor.person == "system" else who[event.actor.person]
        words = escape(sentence(ladder, event, names))
        line = f"[dim]{one.hash[:12]}[/]  {words} [dim]· {escape(by)}[/]"
        out.print(Padding(line, (0, 0, 0, 2)))
        if texts:
            for kind, ref in _texts_in(event):
                out.print(Padding(await _text(desk, kind, ref), (0, 0, 0, 16)))


def _texts_in(event: Event) -> Iterable[tuple[str, TextRef]]:
    for name in type(event.fact).model_fields:
        value = getattr(event.fact, name)
        if isinstance(value, TextRef):
            yield name, value


async def _text(desk: Desk, kind: str, ref: TextRef) -> str:
    try:
        return f"[dim]{kind}:[/] {escape(await desk.stores.texts.read(ref))}"
    except TextNotFound:
        return f"[dim]{kind}: no longer kept[/]"


def print_choices(out: Console, choices: Sequence[Choice]) -> None:
    """What may be done first, then the rest with the reason for each refusal."""
    out.print("\n[bold]May be done now[/]")
    for choice in choices:
        if choice.allowed:
            about = f" ({choice.about})" if choice.about else ""
            out.print(f"  {escape(choice.title)}  [dim]{choice.action.value}{escape(about)}[/]")
    out.print("\n[bold]Not now, and why[/]")
    for choice in choices:
        if not choice.allowed:
            when = f" From {_moment(choice)}." if choice.not_before else ""
            out.print(f"  {escape(choice.title)} [dim]({spoken(choice.rule or '')})[/]")
            out.print(Padding(f"[dim]{escape(choice.why_not)}{when}[/]", (0, 0, 0, 4)))


def _moment(choice: Choice) -> str:
    when = choice.not_before
    return day(when.date() if isinstance(when, datetime) else when) if when else ""
