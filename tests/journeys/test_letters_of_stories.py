"""Every letter of every story, as it reached somebody: true, whole, and to the right person."""

import io
import re
from datetime import timedelta

import pytest
from pypdf import PdfReader

from documents.specimen_story import SAMPLE
from domain.letters import Part
from domain.spoken import day
from domain.vocabulary import RestrictionStatus, Role, Track
from tests.documents.test_typesetting import tags
from tests.support.stories import CALENDAR, PACKS, Sent, played

# Whose part as an advocate each story limits, whoever speaks for the family by then.
LIMITED = {
    "eleanor-palmer-advocates": ("Idris Bello",),
    "fleet-families-and-advocates": ("Kofi Mensah",),
    "thomas-coram-families-and-advocates": ("Kezia Grant",),
}
every_pack = pytest.mark.parametrize("pack", PACKS)


def letters(pack: str) -> list[Sent]:
    return played(pack).letters


@every_pack
def test_a_letter_is_to_whom_the_record_says_and_to_nobody_else(pack: str) -> None:
    assert letters(pack)
    for sent in letters(pack):
        assert sent.message["To"] == sent.email, sent
        assert sent.plain.startswith(f"{sent.name}\n"), sent
        assert f"\nDear {sent.name},\n" in sent.plain, sent
        assert f"({sent.case.reference})" in sent.message["Subject"], sent
        assert f"Our reference: {sent.case.reference}\n" in sent.plain, sent
        others = {one.case.reference for one in letters(pack)} - {sent.case.reference}
        assert not [other for other in others if other in sent.plain], sent


@every_pack
def test_no_letter_shows_what_a_template_is_made_of(pack: str) -> None:
    for sent in letters(pack):
        left = re.search(
            r"[{}]|\bNone\b|Undefined|that adopts th|\.\s\.|no longer known", sent.plain
        )
        assert left is None, f"{sent}: {left}"


@every_pack
def test_a_window_to_be_heard_stands_in_letters_on_that_limit_alone(pack: str) -> None:
    for sent in letters(pack):
        asked = "Please let us have your answer by" in sent.plain
        expected = sent.letter.kind in ("intention-to-restrict", "interim-restriction")
        assert asked is expected, sent
        if asked:
            assert sent.letter.to == sent.case.respondent, sent


@every_pack
def test_nobody_but_the_person_it_limits_is_sent_the_terms_of_a_limit(pack: str) -> None:
    for sent in letters(pack):
        if re.search(r"\b(This limits|It limits|what it limited):", sent.plain):
            assert sent.letter.to == sent.case.respondent, sent


@every_pack
def test_whoever_is_asked_to_answer_is_not_thanked_for_a_concern(pack: str) -> None:
    for sent in letters(pack):
        answers = sent.letter.to == sent.case.respondent
        said = sent.plain.lower()
        if answers and sent.case.track in (Track.PARENT_CONDUCT, Track.ADVOCATE_CONDUCT):
            assert "your concern" not in said, sent
        if "does not accuse you" in said:
            assert answers, sent


@every_pack
def test_a_signpost_names_the_advocate_who_is_limited_and_says_how_long(pack: str) -> None:
    played_ = played(pack)
    for sent in played_.of_kind("signpost"):
        assert sent.letter.to == sent.case.family, sent
        if sent.case.respondent is None:
            continue
        restriction = [one for one in sent.case.restrictions if one.took_effect][-1]
        if restriction.open:
            assert "There is a limit on how" in sent.plain, sent
            assert f"ends on {day(restriction.terms.review_on)}" in sent.plain, sent
        else:
            assert "There was a limit on how" in sent.plain, sent
            assert "It ended on" in sent.plain, sent
        limited = next(one for one in LIMITED[pack] if one in sent.plain)
        assert re.search(rf"limit on how {limited} c(an|ould) act for you", sent.plain), sent


@every_pack
def test_a_limit_that_ended_says_how(pack: str) -> None:
    for sent in played(pack).of_kind("lifting"):
        ended = next(one for one in sent.case.restrictions if one.id == sent.letter.about)
        if not ended.took_effect:
            assert "It never applied." in sent.plain or "it never applied" in sent.plain, sent
            assert "renewed" not in sent.plain.split("What our code says")[0], sent
        elif ended.status is RestrictionStatus.LAPSED:
            assert "so it has ended by itself" in sent.plain, sent
        else:
            assert "We have lifted the limit" in sent.plain, sent


@every_pack
def test_the_code_comes_with_the_letter_that_says_so(pack: str) -> None:
    policy = played(pack).policy
    for sent in letters(pack):
        claims = "comes with this letter" in sent.plain
        codes = [file for file in sent.attached("pdf") if file[0] == f"{policy.policy}.pdf"]
        assert claims == bool(codes) == (sent.letter.kind in ("share-code", "sign-request")), sent
        for _, pdf in codes:
            document = PdfReader(io.BytesIO(pdf), strict=True)
            said = " ".join(" ".join(page.extract_text() for page in document.pages).split())
            assert {"/H1", "/H2", "/L"} <= tags(pdf)
            assert f"Version {policy.version}" in said
            for clause in policy.clauses:
                assert " ".join(clause.text.split()) in said, clause.id


@every_pack
def test_a_letter_leaves_families_in_peace_unless_it_is_urgent(pack: str) -> None:
    for sent in letters(pack):
        day_sent = CALENDAR.local_date(sent.at)
        if sent.letter.urgent:
            assert sent.at - sent.letter.prepared_at < timedelta(minutes=1), sent
        elif sent.case.track is Track.SERVICE_CONCERN:
            assert CALENDAR.next_working_moment(sent.at) == sent.at, sent
        else:
            assert not CALENDAR.quiet(sent.at), sent
        # It bears the day on which it went, whenever it was written.
        assert f"\n\n{day(day_sent)}\nOur reference:" in sent.plain, sent


@every_pack
def test_a_letter_says_all_that_its_kind_must_say(pack: str) -> None:
    for sent in letters(pack):
        kind = played(pack).templates.letters[sent.letter.kind]
        text = played(pack).texts[sent.letter.text.id]
        to_a_family = sent.letter.to in (sent.case.family, sent.case.advocate, sent.case.respondent)
        for part in kind.parts:
            if part is Part.INDEPENDENT_ADVICE and sent.letter.kind != "signpost":
                there = text.part(part) is not None
                assert there is (played(pack).policy.sendiass and is_family(pack, sent)), sent
                continue
            passage = text.part(part)
            assert passage is not None, f"{sent}: {part}"
            assert passage.blocks, f"{sent}: {part}"
            # What was approved is what went out.
            assert passage.heading is not None
            assert f"\n{passage.heading}\n" in sent.plain, sent
        assert to_a_family or not text.part(Part.INDEPENDENT_ADVICE), sent
        assert SAMPLE.complaints is not None
        assert SAMPLE.complaints.how in sent.plain, sent


def is_family(pack: str, sent: Sent) -> bool:
    return bool({Role.PARENT, Role.ADVOCATE} & played(pack).roles[sent.letter.to])


@every_pack
def test_what_was_agreed_with_a_person_stands_at_the_head_of_their_letters(pack: str) -> None:
    for sent in letters(pack):
        agreed = any(one.person == sent.letter.to for one in sent.case.adjustments)
        assert ("\nAgreed with you:\n" in sent.plain) is agreed, sent


@every_pack
def test_nobodys_own_words_are_given_to_anybody_who_does_not_speak_for_them(pack: str) -> None:
    for sent in letters(pack):
        for_them = {sent.case.family, sent.case.advocate, sent.case.raised_by}
        if "In your own words:" in sent.plain or "In the words of" in sent.plain:
            assert sent.case.respondent is None, sent
            assert sent.letter.to in for_them, sent


@every_pack
def test_an_entry_for_the_calendar_comes_with_letters_that_change_one(pack: str) -> None:
    methods = {
        "meeting-invitation": "REQUEST",
        "meeting-cancelled": "CANCEL",
        "meeting-left-out": "CANCEL",
    }
    latest: dict[tuple[str, str], int] = {}
    for sent in letters(pack):
        entries = sent.attached("ics")
        assert bool(entries) is (sent.letter.kind in methods), sent
        for _, content in entries:
            text = content.decode().replace("\r\n ", "")
            assert f"METHOD:{methods[sent.letter.kind]}" in text, sent
            assert sent.email is not None
            assert sent.email in text, sent
            sequence = int(re.findall(r"SEQUENCE:(\d+)", text)[0])
            (uid,) = re.findall(r"UID:(\S+)", text)
            # A calendar takes a change of an entry that it has only where the number rose.
            assert sequence > latest.get((uid, sent.letter.to), -1), sent
            latest[uid, sent.letter.to] = sequence


@every_pack
def test_a_letter_is_a_tagged_pdf_with_the_reference(pack: str) -> None:
    for sent in letters(pack):
        name, pdf = sent.attached("pdf")[0]
        assert name == f"{sent.case.reference}.pdf"
        document = PdfReader(io.BytesIO(pdf), strict=True)
        assert len(document.pages) <= 2, sent
        said = "".join("".join(page.extract_text() for page in document.pages).split())
        assert "".join(sent.name.split()) in said, sent
        assert sent.case.reference in said, sent
        assert "".join(SAMPLE.address).replace(" ", "") in said.replace(",", ""), sent
        assert {"/Document", "/H1", "/H2", "/P"} <= tags(pdf), sent


def test_the_stories_show_every_letter_that_goes_by_email() -> None:
    shown = {sent.letter.kind for pack in PACKS for sent in letters(pack)}
    every = set(played(PACKS[0]).templates.letters)

    assert every - shown == {"referral"}  # advice is asked for on paper
