"""Draws a ladder, as Mermaid for a wiki and as an SVG picture for everybody."""

from domain.ladder_picture import svg
from domain.ladder_words import RAISED, asides, captions, rungs, skip_caption
from domain.policy import Ladder, Step

__all__ = ["mermaid", "svg"]


def mermaid(ladder: Ladder) -> str:
    """The ladder as a Mermaid flowchart: rungs from the bottom up, the ways out beside them."""
    lines = ["flowchart BT", f'  raised(["{_escaped(RAISED)}"])']
    for step in ladder.steps:
        opening, closing = ("([", "])") if step.aside else ("[", "]")
        lines.append(f'  {step.id.value}{opening}"{_label(ladder, step)}"{closing}')
    for rung in rungs(ladder):
        word = rung.action.value.replace("_", " ")
        lines += [f"  {source.value} -->|{word}| {rung.id.value}" for source in rung.follows]
    for skip in ladder.skips:
        why = _escaped(skip_caption(skip))
        lines += [
            f'  raised -. "{why}" .-> {stage.value}'
            for stage in skip.to
            if not ladder.by_stage[stage].aside
        ]
    for aside in asides(ladder):
        sources = " & ".join(source.value for source in aside.follows)
        lines.append(f"  {sources} <--> {aside.id.value}")
    return "\n".join(lines) + "\n"


def _label(ladder: Ladder, step: Step) -> str:
    said = [f"<b>{_escaped(step.title)}</b>", *map(_escaped, captions(ladder, step))]
    return "<br/>".join(said)


def _escaped(text: str) -> str:
    # Mermaid's own entity codes; the ampersand of an HTML entity would end a node.
    for character, code in (("#", "#35;"), ('"', "#quot;"), ("<", "#lt;"), (">", "#gt;")):
        text = text.replace(character, code)
    return text
