"""Other people's names go, however they are written; the reader's own stays, and the rest too."""

import unicodedata
from collections.abc import Sequence

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.name_words import ORDINARY, PARTICLES, TITLES, name_words, words_of
from domain.redaction import Known, Redacted, Redactor, letter

READER = Known("reader", "Hana Novak", "hana.novak@rowan-hill.example", "a parent")
OTHERS = (
    Known("ben", "Ben Okafor", "ben@rowan-hill.example", "a senior leader"),
    Known("mei", "Mei-Ling Zhou", None, "the data protection officer"),
    Known("petr", "Petr Novak", None, "another parent"),
    Known("zoe", "Zoë O’Brien", None, "a member of staff"),
    Known("will", "Will Young", None, "a governor"),
    Known("lola", "Lola Okafor", None, "another parent"),
    Known("jurgen", "Dr Jürgen Müller", None, "an advocate"),
    Known("wang", "王小明", None, "another parent"),
    Known("jan", "Jan van den Berg", None, "another parent"),
)


def redacted(text: str, *also: str, shown: Sequence[str] = ()) -> Redacted:
    found = Redactor(READER, OTHERS, shown=shown, also=also).redact(text)
    assert_offsets_are_right(text, found)
    return found


def assert_offsets_are_right(text: str, found: Redacted) -> None:
    """What was taken out, put back where the offsets say, gives the text as it was."""
    pieces, at, result = [], 0, ""
    for one in found.replacements:
        assert one.start >= at
        assert text[one.start : one.end] == one.original
        result += text[at : one.start] + one.shown
        pieces.append(one)
        at = one.end
    assert result + text[at:] == found.text
    for doubt in found.doubts:
        assert text[doubt.start : doubt.end] == doubt.original


ZOE = "[person A, a member of staff]"
MEI = "[person A, the data protection officer]"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("Zoë O’Brien rang.", f"{ZOE} rang.", id="in full"),
        pytest.param("ZOE O'BRIEN RANG.", f"{ZOE} RANG.", id="capitals, no accent"),
        pytest.param("zoe\u0308 obrien rang", f"{ZOE} rang", id="accent apart, run together"),
        pytest.param("Ms O'Brien's note", f"{ZOE}'s note", id="title, surname, possessive"),
        pytest.param("Z. O’Brien’s note", f"{ZOE}’s note", id="initial"),
        pytest.param("O’Brien, Zoe: late", f"{ZOE}: late", id="surname first"),
        pytest.param("with Mei Ling today", f"with {MEI} today", id="hyphen left out"),
        pytest.param("with MeiLing today", f"with {MEI} today", id="written as one word"),
        pytest.param("with Mei\u2011Ling Zhou", f"with {MEI}", id="another hyphen"),
        pytest.param("mei.ling@home.example", f"{MEI}@home.example", id="in an address"),
        pytest.param("Mei\u00adLing", MEI, id="soft hyphen"),
        pytest.param("Herr Mueller", "Herr [person A, an advocate]", id="umlaut spelled out"),
        pytest.param("王小明说", "[person A, another parent]说", id="no spaces between words"),
        pytest.param("Mr van den Berg", "[person A, another parent]", id="particles"),
        pytest.param("BEN@Rowan-Hill.example", "[person A, a senior leader]", id="address"),
        pytest.param(
            "the Okafors",
            "the [person A, a senior leader or person B, another parent]",
            id="a surname that two have",
        ),
        pytest.param("Petr Novak rang", "[person A, another parent] rang", id="a namesake"),
        pytest.param("Will will say", "[person A, a governor] will say", id="a word and a name"),
        pytest.param("will young came", "[person A, a governor] came", id="in full, no capitals"),
        pytest.param("Then Zosia cried.", "Then [withheld] cried.", id="asked for besides"),
        pytest.param("Benjamin opened Zhous.", None, id="part of another word"),
    ],
)
def test_a_name_goes_however_it_is_written(text: str, told: str | None) -> None:
    if told is None:
        told = "Benjamin opened [person A, the data protection officer]."
    assert redacted(text, "Zosia").text == told


def test_the_readers_own_name_and_address_stay() -> None:
    text = "Hana Novak (hana.novak@rowan-hill.example): Ms Novak's note; HANA."

    found = redacted(text)

    assert found.text == text
    assert [(one.original, one.why) for one in found.doubts] == [
        ("Ms Novak", "it is the reader's own name, and somebody else's")
    ]


def test_a_letter_belongs_to_one_person_in_every_text() -> None:
    redactor = Redactor(READER, OTHERS)

    assert redactor.redact("Zoë met Mei-Ling.").text == (
        "[person A, a member of staff] met [person B, the data protection officer]."
    )
    assert redactor.redact("Zhou!").text == "[person B, the data protection officer]!"
    assert redactor.label("zoe") == "person A, a member of staff"
    assert redactor.label("gone") == "person C, somebody whose name is no longer held"
    assert redactor.label("reader") == "you"
    assert redactor.lettered == (("A", "zoe"), ("B", "mei"), ("C", "gone"))
    assert [letter(number) for number in (0, 25, 26, 51, 52, 701, 702)] == [
        *("A", "Z", "AA", "AZ", "BA", "ZZ", "AAA")
    ]


def test_those_who_are_shown_stay_and_those_who_share_their_name_do_not() -> None:
    found = redacted("Ben Okafor, Lola Okafor, Mr Okafor, ben@rowan-hill.example", shown=["ben"])

    assert found.text == (
        "Ben Okafor, [person A, another parent], [Ben Okafor, a senior leader or person A, another "
        "parent], ben@rowan-hill.example"
    )


def test_what_may_be_a_name_is_pointed_out() -> None:
    text = (
        "On Monday Hana and Kasia wrote to kasia@home.example and rang 020 7946 0000. "
        "I will ask SENDIASS on 2026-11-24."
    )
    found = redacted(text)

    assert found.text == text
    assert [(one.original, one.why) for one in found.doubts] == [
        ("Kasia", "it may be a name"),
        ("kasia@home.example", "an e-mail address of somebody"),
        ("020 7946 0000", "it may be a telephone number"),
        ("will", "it is an ordinary word, and somebody's name"),
    ]


def test_a_text_names_the_reader_only_by_what_is_theirs_alone() -> None:
    redactor = Redactor(READER, OTHERS)

    assert redactor.names_reader("HANA's bag")
    assert redactor.names_reader("write to Hana.Novak@rowan-hill.example")
    assert not redactor.names_reader("Mr Novak came")
    assert not redactor.names_reader("Ben came")


def test_names_that_no_word_can_be_told_by_are_said_to_be_so() -> None:
    redactor = Redactor(READER, [*OTHERS, Known("x", "X", None, "a parent")])

    assert set(redactor.not_searched) == {"will", "x"}


LETTERS = "abdeghklmnoprstuvzäéñøłßçþ"
WORD = st.text(LETTERS, min_size=3, max_size=8)
NAMES = st.lists(WORD.map(str.capitalize), min_size=2, max_size=3).flatmap(
    lambda words: st.sampled_from((" ".join(words), "-".join(words[:2]) + " " + words[-1]))
)
WAYS = st.sampled_from(
    (
        lambda name: name,
        str.upper,
        str.lower,
        lambda name: unicodedata.normalize("NFD", name),
        lambda name: "".join(
            c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c)
        ),
        lambda name: name.replace("-", " "),
        lambda name: name.replace("-", "\u2010"),
        lambda name: f"Mrs {name.split()[-1]}",
        lambda name: name.split()[0],
        lambda name: f"{name}'s",
        lambda name: f"{name}’s",
        lambda name: f"{name.split()[-1]}, {name.split()[0]}",
        lambda name: ".".join(name.split()) + "@home.example",
    )
)
BETWEEN = st.sampled_from((" ", " and then ", ". ", " (", "\n", ", said ", " – ", "/"))


@given(st.data())
def test_nobody_elses_name_survives_and_everything_else_does(data: st.DataObject) -> None:
    names = data.draw(st.lists(NAMES, min_size=2, max_size=5, unique=True))
    own, *rest = names
    reader = Known("reader", own, None, "a parent")
    others = [Known(f"p{i}", name, None, "another parent") for i, name in enumerate(rest)]
    secret = {word for one in others for word in name_words(one.name)}
    kept = set(name_words(own))
    known = secret | kept
    assume(not known & (ORDINARY | PARTICLES | TITLES | {"and", "then", "said", "home", "example"}))
    assume(not any(f"{a}s" in known or f"{a}es" in known for a in known))
    spoken = data.draw(st.lists(st.tuples(st.sampled_from(names), WAYS, BETWEEN), max_size=8))
    text = "".join(way(name) + between for name, way, between in spoken)

    found = Redactor(reader, others).redact(text)

    assert_offsets_are_right(text, found)
    left = text
    for one in reversed(found.replacements):
        left = f"{left[: one.start]}\x00{left[one.end :]}"
    assert not {word.folded for word in words_of(left)} & (secret - kept)
    for name, way, _ in spoken:
        if name == own and not kept & secret:
            for word in words_of(way(name)):
                if word.folded in kept:
                    assert way(name)[word.start : word.end] in found.text


@given(st.text(max_size=80), st.lists(st.text(min_size=1, max_size=12), max_size=4))
def test_any_text_and_any_names_are_borne(text: str, names: list[str]) -> None:
    others = [Known(f"p{i}", name, None, "somebody") for i, name in enumerate(names)]

    found = Redactor(READER, others, also=names[:1]).redact(text)

    assert_offsets_are_right(text, found)
