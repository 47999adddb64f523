"""A ladder as an SVG picture: rungs from the bottom up, ways out on the right, skips left."""

from dataclasses import dataclass
from html import escape
from itertools import pairwise
from textwrap import wrap

from domain.ladder_words import HEADINGS, RAISED, asides, captions, grave, listed, rungs, title_of
from domain.policy import Ladder, Skip, Step
from domain.vocabulary import Stage

WIDTH = 1000
MARGIN = 28
TRUNK = 44  # where the line of the skips runs
LADDER = (188, 392)  # left edge and width of the column of rungs
ASIDES = (664, 308)
GAP = 30  # between two cards
LANE = 16  # between two lines that lead to the ways out
TITLE_LINE, CAPTION_LINE = 20, 17
INK, SOFT, PAPER, LINE = "#16222e", "#465665", "#ffffff", "#7b8a97"
STEP, LIMIT, ASIDE, SKIP = "#1f6f8b", "#a8442f", "#4d7c3a", "#8a5a00"
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
STYLE = (
    f"text{{font-family:{FONT};fill:{INK}}}"
    ".heading{font-size:21px;font-weight:700}"
    ".title{font-size:15.5px;font-weight:650}"
    f".caption{{font-size:12.5px;fill:{SOFT}}}"
    f".skip{{font-size:12px;fill:{SKIP}}}"
)
STYLE_HERE = f".here{{font-size:13px;font-weight:700;fill:{INK}}}"
HERE = "The case stands here"


@dataclass(frozen=True, kw_only=True)
class _Card:
    """A step in its place."""

    stage: Stage
    left: int
    top: int
    width: int
    height: int
    title: list[str]
    captions: list[str]
    colour: str
    here: bool = False

    @property
    def middle(self) -> int:
        return self.top + self.height // 2

    @property
    def right(self) -> int:
        return self.left + self.width

    @property
    def bottom(self) -> int:
        return self.top + self.height


def svg(ladder: Ladder, *, at: Stage | None = None) -> str:
    """The ladder as one self-contained SVG document, with a title and a description to read out.

    `at` marks the stage at which a case stands.
    """
    climbed, height = _climbed(ladder, at)
    beside = _beside(ladder, height, at)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}" role="img" aria-labelledby="title description">',
        f'<title id="title">{escape(HEADINGS[ladder.track])}</title>',
        f'<desc id="description">{escape(_read_out(ladder, at))}</desc>',
        f"<style>{STYLE}{STYLE_HERE if at else ''}</style>",
        "<defs>",
        *(_arrow_head(name, colour) for name, colour in (("up", STEP), ("skip", SKIP))),
        "</defs>",
        f'<rect width="{WIDTH}" height="{height}" rx="14" fill="{PAPER}"/>',
        _text(MARGIN, MARGIN + 20, HEADINGS[ladder.track], "heading"),
        *_lanes(ladder, climbed, beside),
        *_rises(climbed),
        *_skips(ladder, climbed),
        *(_drawn(card) for card in (*climbed.values(), *beside)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _card(
    stage: Stage,
    title: str,
    said: list[str],
    colour: str,
    left: int,
    width: int,
    at: Stage | None,
) -> _Card:
    titles = wrap(title, width // 10)
    captioned = [line for text in said for line in wrap(text, width // 7)]
    here = stage is at
    height = 22 + TITLE_LINE * (len(titles) + here) + CAPTION_LINE * len(captioned)
    return _Card(
        stage=stage,
        left=left,
        top=0,
        width=width,
        height=height,
        title=titles,
        captions=captioned,
        colour=colour,
        here=here,
    )


def _placed(card: _Card, top: int) -> _Card:
    return _Card(**{**card.__dict__, "top": top})


def _climbed(ladder: Ladder, at: Stage | None) -> tuple[dict[Stage, _Card], int]:
    """The cards of the rungs, the highest at the top, and the height of the whole picture."""
    left, width = LADDER
    raised = [f"By: {listed(ladder.raised_by)}"]
    cards = [_card(Stage.RAISED, RAISED, raised, LINE, left, width, at)]
    for step in rungs(ladder):
        colour = LIMIT if step.restriction else STEP
        cards.append(_card(step.id, step.title, captions(ladder, step), colour, left, width, at))
    top = MARGIN + 44
    placed: dict[Stage, _Card] = {}
    for card in reversed(cards):
        placed[card.stage] = _placed(card, top)
        top += card.height + GAP
    needed = sum(card.height + GAP for card in _aside_cards(ladder, at)) + MARGIN + 44
    return placed, max(top, needed) - GAP + MARGIN


def _aside_cards(ladder: Ladder, at: Stage | None) -> list[_Card]:
    left, width = ASIDES
    order = [Stage.RAISED, *(step.id for step in rungs(ladder))]
    # Those that only high rungs lead to stand highest, so that their lines stay short.
    highest_first = sorted(
        asides(ladder), key=lambda step: -min(order.index(stage) for stage in step.follows)
    )
    return [
        _card(step.id, step.title, captions(ladder, step), ASIDE, left, width, at)
        for step in highest_first
    ]


def _beside(ladder: Ladder, height: int, at: Stage | None) -> list[_Card]:
    """The cards of the ways out, spread over the height of the ladder."""
    cards = _aside_cards(ladder, at)
    free = height - MARGIN - (MARGIN + 44) - sum(card.height for card in cards)
    between = free // (len(cards) + 1) if cards else 0
    placed, top = [], MARGIN + 44 + between
    for card in cards:
        placed.append(_placed(card, top))
        top += card.height + between
    return placed


def _rises(climbed: dict[Stage, _Card]) -> list[str]:
    """The arrows from each rung to the next."""
    cards = list(climbed.values())
    x = LADDER[0] + LADDER[1] // 2
    return [
        f'<path d="M{x} {lower.top} V{upper.bottom + 4}" stroke="{STEP}" stroke-width="2.5" '
        'fill="none" marker-end="url(#up)"/>'
        for upper, lower in pairwise(cards)
    ]


def _lanes(ladder: Ladder, climbed: dict[Stage, _Card], beside: list[_Card]) -> list[str]:
    """The lines that lead from the rungs to each way out, and back."""
    parts = []
    for number, card in enumerate(beside):
        # Each way out has a lane of its own; the highest card's lane lies nearest to the ladder.
        x = ASIDES[0] - LANE * (len(beside) + 1 - number) + 4
        sources = [climbed[stage] for stage in ladder.by_stage[card.stage].follows]
        # Lines from one rung to several ways out leave it at different heights.
        ends = [source.middle + 9 * (number - (len(beside) - 1) / 2) for source in sources]
        ends_and_card = [*ends, card.middle]
        parts.append(
            f'<path d="M{x} {min(ends_and_card):g} V{max(ends_and_card):g} M{x} {card.middle} '
            f'H{card.left}" stroke="{ASIDE}" stroke-width="1.5" fill="none"/>'
        )
        for source, y in zip(sources, ends, strict=True):
            parts.append(
                f'<path d="M{source.right} {y:g} H{x}" stroke="{ASIDE}" stroke-width="1.5"/>'
                f'<circle cx="{x}" cy="{y:g}" r="3" fill="{ASIDE}"/>'
            )
    return parts


def _skips(ladder: Ladder, climbed: dict[Stage, _Card]) -> list[str]:
    """The dashed line up the left, with a branch to each rung that may be skipped to."""
    targets = [
        (climbed[stage], skip) for skip in ladder.skips for stage in skip.to if stage in climbed
    ]
    if not targets:
        return []
    raised = climbed[Stage.RAISED]
    top = min(card.middle for card, _ in targets)
    dashed = f'stroke="{SKIP}" stroke-width="2" stroke-dasharray="6 5" fill="none"'
    parts = [f'<path d="M{raised.left} {raised.middle} H{TRUNK} V{top}" {dashed}/>']
    for card, skip in targets:
        parts.append(
            f'<path d="M{TRUNK} {card.middle} H{card.left - 4}" {dashed} marker-end="url(#skip)"/>'
        )
        parts += _skip_caption(card, skip)
    return parts


def _skip_caption(card: _Card, skip: Skip) -> list[str]:
    above = wrap(f"If {grave(skip)}:", 22)
    below = wrap(listed(skip.roles), 22)
    first_line = card.middle - 8 - 14 * (len(above) - 1)
    heights = [first_line + 14 * number for number in range(len(above))]
    heights += [card.middle + 18 + 14 * number for number in range(len(below))]
    return [
        _text(TRUNK + 8, y, line, "skip") for y, line in zip(heights, [*above, *below], strict=True)
    ]


def _drawn(card: _Card) -> str:
    x = card.left + 20
    depth, edge = ("0.24", "4") if card.here else ("0.08", "1.5")
    lines = [
        f'<g><rect x="{card.left}" y="{card.top}" width="{card.width}" height="{card.height}" '
        f'rx="8" fill="{PAPER}"/>',
        f'<rect x="{card.left}" y="{card.top}" width="{card.width}" height="{card.height}" rx="8" '
        f'fill="{card.colour}" fill-opacity="{depth}" stroke="{card.colour}" '
        f'stroke-width="{edge}"/>',
        f'<rect x="{card.left}" y="{card.top}" width="7" height="{card.height}" rx="3.5" '
        f'fill="{card.colour}"/>',
    ]
    y = card.top + 10
    if card.here:
        y += TITLE_LINE
        lines.append(_text(x, y - 4, HERE, "here"))
    for line in card.title:
        y += TITLE_LINE
        lines.append(_text(x, y - 4, line, "title"))
    for line in card.captions:
        y += CAPTION_LINE
        lines.append(_text(x, y - 2, line, "caption"))
    return "".join([*lines, "</g>"])


def _text(x: int, y: int, text: str, kind: str) -> str:
    return f'<text x="{x}" y="{y}" class="{kind}">{escape(text)}</text>'


def _arrow_head(name: str, colour: str) -> str:
    return (
        f'<marker id="{name}" viewBox="0 0 10 10" refX="8" refY="5" markerWidth="11" '
        f'markerHeight="11" orient="auto" markerUnits="userSpaceOnUse">'
        f'<path d="M0 0 L10 5 L0 10 z" fill="{colour}"/></marker>'
    )


def _read_out(ladder: Ladder, at: Stage | None) -> str:
    """The whole picture in words, for somebody who does not see it."""
    said = [f"{RAISED} by {listed(ladder.raised_by)}."]
    if at is Stage.RAISED or at in ladder.by_stage:
        assert at is not None
        said.insert(0, f"The case stands at: {title_of(ladder, at)}.")
    for number, step in enumerate(rungs(ladder), start=1):
        said.append(f"Step {number}: {step.title}. {'. '.join(captions(ladder, step))}.")
    said += [_way_out(ladder, step) for step in asides(ladder)]
    return " ".join(said)


def _way_out(ladder: Ladder, step: Step) -> str:
    sources = "; ".join(title_of(ladder, stage) for stage in step.follows)
    return f"Beside the ladder, from {sources}: {step.title}. {'. '.join(captions(ladder, step))}."
