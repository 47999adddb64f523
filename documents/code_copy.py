"""A copy of a code for a family and its advocate to keep: each point in short, with its place."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from documents.typesetting import typeset
from domain.letter_facts import BEYOND, clause_facts
from domain.policy import Clause, Policy
from domain.spoken import day
from domain.vocabulary import Role, Track

TEMPLATE = Path(__file__).resolve().parent / "code_copy.typ"
_ASKED = {
    Role.PARENT: "What we ask of parents and carers",
    Role.ADVOCATE: "What we ask of advocates",
    Role.LOCAL_AUTHORITY_OFFICER: "What the local authority does",
}
_ABOUT = "What this code is for"
_OURS = "What you can expect of us"
_ADDED = "What we have added"


class Group(NamedTuple):
    """The points of one side: each is a whole sentence, and where it stands."""

    heading: str
    points: tuple[tuple[str, str], ...]


class CodeCopy(NamedTuple):
    """A code as it is given to people: as a tagged PDF, and as plain text with the same words."""

    name: str  # the name of its files, without what says of which kind they are
    pdf: bytes
    plain: str


def copy_of(policy: Policy, *, school: str, at: datetime) -> CodeCopy:
    """The copy of a code that goes with a letter, as `school` gives it; `at` has a time zone."""
    return CodeCopy(policy.policy, as_pdf(policy, school=school, at=at), as_plain(policy, school))


def as_pdf(policy: Policy, *, school: str, at: datetime) -> bytes:
    """The code as a tagged PDF (PDF/UA-1); the same code and moment give the same bytes."""
    data: dict[str, Any] = {
        "title": policy.title,
        "about": _about(policy, school),
        "groups": [
            {
                "heading": group.heading,
                "points": [{"text": text, "place": place} for text, place in group.points],
            }
            for group in groups_of(policy)
        ],
    }
    return typeset(TEMPLATE, data, title=policy.title, at=at)


def as_plain(policy: Policy, school: str) -> str:
    """The code as plain text."""
    blocks = [policy.title, *_about(policy, school)]
    for group in groups_of(policy):
        points = "\n".join(f"- {text} [{place}]" for text, place in group.points)
        blocks += [group.heading, points]
    return "\n\n".join(blocks) + "\n"


def groups_of(policy: Policy) -> tuple[Group, ...]:
    """The points of a code by whom they bind, in the code's own order; what it says of both sides
    comes first, and what the school has added to its code last."""
    found: dict[str, list[tuple[str, str]]] = {_ABOUT: [], _OURS: []}
    found |= {heading: [] for heading in _ASKED.values()} | {_ADDED: []}
    for heading, clause in _sorted(policy):
        facts = clause_facts(policy, clause.id)
        found[heading].append((facts.text, facts.place))
    return tuple(Group(heading, tuple(points)) for heading, points in found.items() if points)


def _sorted(policy: Policy) -> Iterator[tuple[str, Clause]]:
    for clause in policy.clauses:
        if clause.place.startswith(BEYOND):
            yield _ADDED, clause
        elif clause.binds is None:
            yield _ABOUT, clause
        else:
            yield _ASKED.get(clause.binds, _OURS), clause


def _about(policy: Policy, school: str) -> tuple[str, ...]:
    service = all(ladder.track is Track.SERVICE_CONCERN for ladder in policy.ladders)
    kept = "These are the standards" if service else "This is the code of conduct"
    return (
        f"{kept} that {school} keeps to. Version {policy.version}, in effect from "
        f"{day(policy.effective_from)}.",
        "Each point is told in short, with its place in the code. Where the words differ, the code "
        f"itself counts: “{policy.source.title}” ({policy.source.published_by}).",
    )
