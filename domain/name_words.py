"""Names as the words they are made of, whatever their case, accents, hyphens and apostrophes."""

import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

TITLES = frozenset(
    """
    mr mrs ms miss mx master dr doctor sir dame lord lady prof professor rev revd reverend father
    sister imam rabbi canon
    """.split()
)
PARTICLES = frozenset(
    """
    a ab af al ap bin bint binti d da dal de del della den der des di do dos du e el ibn la las
    le los mac mc o of san st te ten ter the und ul v van vom von y zu
    """.split()
)
"""Parts of a name that are never a name alone."""

ORDINARY = frozenset(
    """
    a abbey able ace ah ai all amber an and angel any apple april archer are art as ash at august
    autumn bailey baker bank banks barber bay be bean bee begum bell best bird bishop black blue
    bond bower bowl branch bright brook brooks brown buck bush butler by cage call can carpenter
    carter chance chase child church clay close coach cook cooper cope corner cross crystal daisy
    dale dance dawn day days dean desire do don down drew duke dyer early earl east eat else even
    ever eve fair faith farmer field finch fish fisher flint flower ford forest foot fox frank free
    french friend frost gale gates gay general gift glad go gold good grace grant gray green grey
    guy hall hand hands hardy harm harp hay hazel head heart heath heather her here hill him his
    holly home honey hood hope house hunt hunter i if in ink iris is it ivy jack jade jay jean jet
    job joy june just justice keen key king kind knight lake lamb lane large law lawn lay less lily
    little long love low major man may march marina mark marks marsh mason may mercy mild mill
    miller mine mist more moss much my neat new no noble noon nor north not now oak ocean old olive
    on one only or our own page paige park parker parson patience peace pearl penny pepper piece
    pike plum police pool poor pop porter potter prince price proud prudence queen rain read ready
    reason red reed reeve rich rise river robin rob rock root rose row ruby rush sage sands sandy
    savage say school see sharp shepherd short silver singer skill sky small smart smith snow so
    some song south speed spring star stark steel still stock stone stormy street strong such sue
    summer summers sunny swan sweet taylor teacher thing thorn tiger to too trinity turner tutor up
    us vale victor victory violet walk walker wall wards ward waters wave way we weaver webb well
    wells west what wheeler while white who why will willow win winter wise with wolf wood woods
    word worth wright yet yes you young
    """.split()
)
"""Words of everyday English that are names too: taken for a name only with a capital."""

FAMILIAR = (
    frozenset(
        """
    monday tuesday wednesday thursday friday saturday sunday january february march april may june
    july august september october november december christmas easter diwali eid english england
    britain british wales welsh scotland polish school primary academy council sendiass send ehcp
    headteacher head chair governor governors clerk year key stage reception ofsted english maths
    """.split()
    )
    | TITLES
)
"""Words that are written with a capital and name nobody."""

_LETTERS = re.compile(r"[^\W\d_]+")
_UNDECOMPOSED = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
)
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]"
)


class Word(NamedTuple):
    """A run of letters in a text: folded for comparison, and where it stands in the text."""

    folded: str
    start: int
    end: int


def name_words(name: str) -> tuple[str, ...]:
    """The words of a name, folded, without its titles: `Dr Zoë O’Brien` is zoe, o, brien."""
    words = tuple(word.folded for word in words_of(name))
    return tuple(word for word in words if word not in TITLES) or words


def spellings(folded: str) -> tuple[str, ...]:
    """What a word of a text may be a spelling of: itself, a plural or a bare possessive."""
    found = [folded]
    if len(folded) > 3 and folded.endswith("s"):
        found.append(folded[:-1])
        if folded.endswith("es") and len(folded) > 4:
            found.append(folded[:-2])
    return (*found, *(plain for one in found if (plain := without_digraphs(one)) not in found))


def without_digraphs(folded: str) -> str:
    """A word as it is with accents folded away: Müller is Mueller where a keyboard lacks the ü."""
    return re.sub(r"(?<=[aou])e|a(?=a)", "", folded)


def words_of(text: str, unspaced_names: Iterable[str] = ()) -> list[Word]:
    """The words of a text, in order. `unspaced_names` are found inside words, too."""
    folded, places = _fold(text)
    spans = [found.span() for found in _LETTERS.finditer(folded)]
    within = sorted(
        (found.start(), found.end())
        for name in unspaced_names
        for found in re.finditer(re.escape(name), folded)
    )
    if within:
        spans = sorted([*within, *_apart(spans, within)])
    return [
        Word(folded[start:end], places[start], _end(text, places[end - 1])) for start, end in spans
    ]


def unspaced(names: Iterable[str]) -> list[str]:
    """Those names that are written in a script without spaces between words."""
    return [name for name in names if len(name) > 1 and _UNSPACED.search(name)]


def _fold(text: str) -> tuple[str, list[int]]:
    """The text in lower case without accents, and for each letter its place in the text."""
    folded: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        for letter in _folded(character):
            folded.append(letter)
            places.append(place)
    return "".join(folded), places


def _folded(character: str) -> str:
    if character.isascii():
        return character.lower()
    plain = unicodedata.normalize("NFKD", character).casefold().translate(_UNDECOMPOSED)
    return "".join(c for c in plain if unicodedata.category(c) not in ("Mn", "Cf", "Me"))


def _end(text: str, last: int) -> int:
    # Accents that follow as marks of their own go with their letter.
    end = last + 1
    while end < len(text) and unicodedata.category(text[end]) in ("Mn", "Me"):
        end += 1
    return end


def _apart(
    spans: Iterable[tuple[int, int]], within: Iterable[tuple[int, int]]
) -> list[tuple[int, int]]:
    """What is left of the words once the names inside them are taken out."""
    names = list(within)
    left = []
    for start, end in spans:
        at = start
        for first, last in names:
            if first >= at and last <= end:
                if first > at:
                    left.append((at, first))
                at = last
        if at < end:
            left.append((at, end))
    return left
