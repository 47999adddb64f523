"""The command `evenhand rehearse`: plays a story and prints its dated timeline."""

import asyncio
import json
import sys
import textwrap
from datetime import date
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from domain.policy import Policy
from gateway.wording import day, spoken
from rehearsal.letters import write_letters
from rehearsal.play import Audience, Rehearsed, Told, ToldRefusal, UnmetExpectation, play
from rehearsal.story import StoryFile, load_story, wrong_policy
from rehearsal.world import World
from settings import Settings
from storage.policy_files import load_policy
from storage.term_files import load_calendar

DONE, UNMET = 0, 1
WIDTH = 100  # of a line of an error, in characters


def rehearse(
    settings: Settings,
    policy: Path,
    story: Path | None,
    start: date | None,
    letters: Path | None = None,
    *,
    as_json: bool,
) -> int:
    """Plays `story` (by default the one that ships with the pack) and prints what happened.

    The letters that went out are written to the folder `letters`, if there is to be one.

    Returns the exit code: 0, or 1 where the story's expectations or the trail failed. Raises
    PolicyFileError, TermFileError or CalendarError where a file can't be used.
    """
    pack = load_policy(policy)
    file = load_story(story or settings.stories_dir / f"{pack.policy}.yaml")
    if file.story.policy != pack.policy:
        raise wrong_policy(file.path, file.story.policy, pack.policy)
    if start is not None:
        file = file.model_copy(update={"story": file.story.model_copy(update={"start": start})})
    calendar = load_calendar(_calendar(settings, file))
    out = Console(soft_wrap=False, highlight=False)
    shown = _Shown(out, pack, many=_several_cases(file)) if not as_json else None
    audience = shown.audience() if shown else Audience()
    if shown:
        shown.begin(file)
    try:
        result = asyncio.run(
            play(
                file,
                pack,
                calendar,
                audience,
                letters=settings.letters_dir,
                at_the_end=partial(_write, letters) if letters else None,
            )
        )
    except UnmetExpectation as unmet:
        if as_json:
            print(_as_json(unmet.so_far, unmet=str(unmet)))
        else:
            sentence = f"Not as the story expects. {unmet}"
            print(textwrap.fill(sentence, WIDTH, break_on_hyphens=False), file=sys.stderr)
        return UNMET
    if as_json:
        print(_as_json(result))
    elif shown:
        shown.end(result)
    return DONE if result.verified else UNMET


async def _write(folder: Path, world: World) -> None:
    write_letters(folder, world.post.letters)


def _as_json(result: Rehearsed, **more: str) -> str:
    told = result.model_dump(mode="json", exclude={"reminders", "letters"})
    return json.dumps(told | more, indent=2, ensure_ascii=False)


def _calendar(settings: Settings, file: StoryFile) -> Path:
    beside = file.path.parent / file.story.calendar
    return beside if beside.exists() else settings.terms_dir / file.story.calendar


def _several_cases(file: StoryFile) -> bool:
    return len({step.case for step in file.story.steps if step.action}) > 1


class _Shown:
    """The timeline for people: a heading for each day, a line for each thing that happened."""

    def __init__(self, out: Console, policy: Policy, *, many: bool) -> None:
        self._out = out
        self._policy = policy
        self._many = many
        self._day: date | None = None

    def audience(self) -> Audience:
        return Audience(event=self._event, refusal=self._refusal, note=self._note)

    def begin(self, file: StoryFile) -> None:
        self._out.print(f"[bold]{escape(file.story.title)}[/]")
        pack = f"{self._policy.title}, version {self._policy.version} ({self._policy.policy})"
        self._out.print(escape(pack))

    def end(self, result: Rehearsed) -> None:
        self._out.print()
        for track, stages in result.stages_reached.items():
            reached = ", ".join(spoken(stage) for stage in stages)
            self._out.print(f"Stages reached ({spoken(track)}): {reached}.")
        self._out.print(
            f"{len(result.events)} events; {result.reminders} reminders and "
            f"{result.letters} letters sent; "
            f"{len(result.refusals)} actions refused, as the story expected."
        )
        verdict = (
            "[green]The trail is whole: every event matches its hash, first to last.[/]"
            if result.verified
            else "[bold red]The trail does not verify.[/]"
        )
        self._out.print(verdict)

    def _heading(self, when: date, school_day: int | None) -> None:
        if when == self._day:
            return
        self._day = when
        count = "" if school_day is None else f"  [dim]school day {school_day}[/]"
        self._out.print(f"\n[bold]{day(when)}[/]{count}")

    def _event(self, told: Told) -> None:
        self._heading(told.date, told.school_day)
        case = f"{told.case}: " if self._many else ""
        words = escape(f"{case}{told.words}")
        line = f"[bold]{words}[/]" if told.stage else words
        self._line(f"[dim]{told.hash[:12]}[/]", f"{line} [dim]{escape(told.by)}[/]")

    def _refusal(self, told: ToldRefusal) -> None:
        case = f"{told.case}: " if self._many else ""
        self._heading(told.date, None)
        self._line(
            "[yellow]refused[/]",
            f"{escape(case)}{spoken(told.action)} by the {spoken(told.role)} "
            f"[yellow]({spoken(told.rule)})[/]\n[dim]{escape(told.sentence)}[/]",
        )

    def _line(self, label: str, words: str) -> None:
        """Further lines stand under the words, not under the label."""
        line = Table.grid(padding=(0, 2))
        line.add_column(width=0)
        line.add_column(width=12)
        line.add_column()
        line.add_row("", label, words)
        self._out.print(line)

    def _note(self, words: str) -> None:
        self._out.print(f"\n[italic]{escape(words)}[/]")
