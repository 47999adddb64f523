"""What a school reads before a person's copy goes out: everything that was taken out, and left."""

from collections import Counter
from dataclasses import dataclass, field

from domain.redaction import Redacted

_AROUND = 40  # characters shown on either side of a doubt


@dataclass(kw_only=True)
class SecondLook:
    """What was decided about each text, place by place. It names people: it is the school's own."""

    letters: list[str] = field(default_factory=list)  # each letter, with the name behind it
    replaced: list[tuple[str, str, str]] = field(default_factory=list)  # place, words, instead
    doubts: list[tuple[str, str, str]] = field(default_factory=list)  # place, words around, why
    withheld: list[tuple[str, str]] = field(default_factory=list)  # place, why
    included: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, place: str, original: str, redacted: Redacted) -> None:
        """Notes what was taken out of a text, and what was left in doubt."""
        for one in redacted.replacements:
            self.replaced.append((place, one.original, one.shown))
        for doubt in redacted.doubts:
            before = original[max(doubt.start - _AROUND, 0) : doubt.start]
            after = original[doubt.end : doubt.end + _AROUND]
            words = " ".join(f"{before}»{doubt.original}«{after}".split())
            self.doubts.append((place, words, doubt.why))

    def text(self, school: str, made: str) -> str:
        """All of it as plain text, to be read at the school and kept there."""
        lines = [
            "FOR THE SCHOOL ONLY. DO NOT GIVE THIS TO THE PERSON: it holds other people's names.",
            "",
            f"{school}, {made}",
            "",
            "Somebody must read the copy before it goes out. Names of people whom the school has",
            "on its list were taken out of it; a name that no list holds (a child's, a",
            "neighbour's) was not, because nothing tells it from any other word. Take one out by",
            "making the copy again with --redact WORD.",
        ]
        lines += _part("WHO IS WHO", self.letters)
        lines += _part(
            f"LOOK AGAIN AT THESE ({len(self.doubts)})",
            [f"{place}: {why}: {words}" for place, words, why in self.doubts],
        )
        lines += _part("WITHHELD", [f"{place}: {why}" for place, why in self.withheld])
        lines += _part("INCLUDED THOUGH IT WOULD BE WITHHELD", self.included)
        counted = [
            f"{place}: “{words}” became “{instead}”" + (f", {times} times" if times > 1 else "")
            for (place, words, instead), times in Counter(self.replaced).items()
        ]
        lines += _part(f"TAKEN OUT ({len(self.replaced)})", counted)
        lines += _part("NOTES", self.notes)
        return "\n".join(lines) + "\n"


def _part(heading: str, lines: list[str]) -> list[str]:
    return ["", heading, *([f"- {line}" for line in lines] or ["- nothing"])]
