"""The pictures of a ladder show all of it, read out well, and can't be broken by a pack's words."""

import re
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import pytest

from domain.policy import Ladder
from domain.policy_graph import mermaid, svg
from domain.vocabulary import Stage
from storage.policy_files import load_policies

ROOT = Path(__file__).parents[2]
LADDERS = {
    f"{policy.reference_prefix} {ladder.track.value}": ladder
    for policy in load_policies(ROOT / "policies")
    for ladder in policy.ladders
}
SVG = "{http://www.w3.org/2000/svg}"
every_ladder = pytest.mark.parametrize("ladder", LADDERS.values(), ids=LADDERS)


def words(ladder: Ladder) -> str:
    """All text that the picture shows, in one line."""
    root = ElementTree.fromstring(svg(ladder))
    return " ".join(text.text or "" for text in root.iter(f"{SVG}text"))


def cards(ladder: Ladder) -> list[tuple[float, float, float, float]]:
    """The left, top, right and bottom of each card."""
    root = ElementTree.fromstring(svg(ladder))
    found = []
    for group in root.iter(f"{SVG}g"):
        box = group.find(f"{SVG}rect")
        assert box is not None
        x, y, width, height = (float(box.attrib[name]) for name in ("x", "y", "width", "height"))
        found.append((x, y, x + width, y + height))
    return found


@every_ladder
def test_every_step_is_shown_with_who_may_and_its_quiet_period(ladder: Ladder) -> None:
    shown = words(ladder)

    for step in ladder.steps:
        assert step.title in shown
        assert f"Looked at again after {step.follow_up.within}" in shown
        if step.quiet_period:
            assert f"Lapses after {step.quiet_period} of quiet" in shown
    assert shown.count("Who may: ") == len(ladder.steps)


@every_ladder
def test_the_picture_has_a_name_and_a_description_to_read_out(ladder: Ladder) -> None:
    root = ElementTree.fromstring(svg(ladder))
    names = {child.tag: (child.attrib.get("id"), child.text or "") for child in root}

    assert root.attrib["role"] == "img"
    assert root.attrib["aria-labelledby"].split() == ["title", "description"]
    assert names[f"{SVG}title"][0] == "title"
    assert names[f"{SVG}desc"][0] == "description"
    for step in ladder.steps:
        assert step.title in names[f"{SVG}desc"][1]


@every_ladder
def test_no_card_lies_on_another_or_leaves_the_picture(ladder: Ladder) -> None:
    root = ElementTree.fromstring(svg(ladder))
    boxes = cards(ladder)

    assert len(boxes) == len(ladder.steps) + 1
    for left, top, right, bottom in boxes:
        assert 0 <= left < right <= float(root.attrib["width"])
        assert 0 <= top < bottom <= float(root.attrib["height"])
    for a, b in combinations(boxes, 2):
        assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


@every_ladder
def test_the_rungs_rise_from_the_bottom(ladder: Ladder) -> None:
    shown = words(ladder)
    rungs = [step.title for step in ladder.steps if not step.aside]
    places = [shown.index(title) for title in rungs]

    assert places == sorted(places, reverse=True)


@every_ladder
def test_each_skip_is_a_dashed_branch(ladder: Ladder) -> None:
    beside = {step.id for step in ladder.steps if step.aside}
    branches = sum(stage not in beside for skip in ladder.skips for stage in skip.to)

    assert svg(ladder).count('marker-end="url(#skip)"') == branches


def test_a_ladder_without_skips_or_ways_out_is_drawn_too() -> None:
    ladder = LADDERS["PP service_concern"]
    bare = ladder.model_copy(
        update={"skips": (), "steps": tuple(step for step in ladder.steps if not step.aside)}
    )

    assert "stroke-dasharray" not in svg(bare)
    assert len(cards(bare)) == 5


def test_a_packs_words_are_words_and_not_markup() -> None:
    ladder = LADDERS["EP advocate_conduct"]
    sly = ladder.steps[0].model_copy(update={"title": '<script>"a" & #b</script>'})
    changed = ladder.model_copy(update={"steps": (sly, *ladder.steps[1:])})

    assert '<script>"a" & #b</script>' in words(changed)
    assert "#lt;script#gt;#quot;a#quot; & #35;b" in mermaid(changed)
    assert "<script>" not in mermaid(changed)


@every_ladder
def test_mermaid_names_every_step_and_every_way(ladder: Ladder) -> None:
    lines = mermaid(ladder).splitlines()

    assert lines[0] == "flowchart BT"
    for step in ladder.steps:
        assert any(line.startswith(f"  {step.id.value}") and step.title in line for line in lines)
        if step.aside:
            assert f"  {' & '.join(step.follows)} <--> {step.id.value}" in lines
        else:
            word = step.action.value.replace("_", " ")
            for source in step.follows:
                assert f"  {source.value} -->|{word}| {step.id.value}" in lines
    named = {word for line in lines[1:] for word in re.findall(r"^  (\w+)", line)}
    assert named == {Stage.RAISED.value, *(step.id.value for step in ladder.steps)}


def test_the_picture_in_the_documentation_is_the_ladder_as_it_is() -> None:
    """Drawn anew by `evenhand policy graph eleanor-palmer-advocates`."""
    stored = ROOT / "docs" / "pictures" / "advocate-conduct.svg"

    assert stored.read_text(encoding="utf-8") == svg(LADDERS["EP advocate_conduct"])
