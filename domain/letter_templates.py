"""What letters are made from: their words, how they look, and what is said of the school."""

from typing import Annotated, NamedTuple

from pydantic import StringConstraints

from domain.letter_facts import CodeFacts, ComplaintsFacts, Reachable, SchoolFacts
from domain.letters import Letter, Line
from domain.policy import Frozen, Policy
from domain.vocabulary import Track


class Source(Frozen):
    """A template's text, and the file it came from, as people name it."""

    file: str
    text: str


class Logo(Frozen):
    """A picture for the letterhead, and its words for whoever can't see it."""

    file: Line  # its name, which says whether it is SVG or PNG
    content: bytes
    alt: Line


class SchoolDetails(Frozen):
    """What a school's file (`school.yaml`) tells of it. Whatever it leaves out, letters leave out.

    `name` and `noun` are the policy's where they are None.
    """

    name: Line | None = None
    noun: Line | None = None  # what it calls itself: “school”, “nursery”, “service”
    address: tuple[Line, ...] = ()
    telephone: Line | None = None
    email: Annotated[str, StringConstraints(pattern=r"^[^@\s<>]+@[^@\s<>]+$")] | None = None
    website: Line | None = None
    logo: Line | None = None  # a file beside school.yaml, .svg or .png
    logo_alt: Line | None = None
    code_read_at: Line | None = None  # where its code can be read
    complaints: ComplaintsFacts | None = None
    sendiass: Reachable | None = None  # the local service


class LetterTemplates(Frozen):
    """All that letters are made from.

    `letters` are the kinds there are, by id. `words` are Jinja templates by name
    (`warning/words.md`, `common/why.md`), `typst` Typst files by name (`layout.typ`, `letter.typ`,
    `sign-request/letter.typ`).
    """

    letters: dict[str, Letter]
    words: dict[str, Source]
    typst: dict[str, Source]
    school: SchoolDetails = SchoolDetails()
    logo: Logo | None = None

    def looks_of(self, kind: str) -> str:
        """The name of the Typst file with which letters of this kind are set."""
        own = f"{kind}/letter.typ"
        return own if own in self.typst else "letter.typ"


class Standing(NamedTuple):
    """The facts that are the same in all of a school's letters under one policy."""

    school: SchoolFacts
    code: CodeFacts
    complaints: ComplaintsFacts
    signpost: Reachable | None


def standing_facts(policy: Policy, details: SchoolDetails) -> Standing:
    """What letters under this policy say of the school (`LetterFacts(**standing._asdict(), …)`).

    `signpost` is for letters to families and their advocates; a letter to anybody else sets it to
    None. Where the school has not said how to complain or how to reach SENDIASS, a letter says who
    can tell.
    """
    of_a_service = all(ladder.track is Track.SERVICE_CONCERN for ladder in policy.ladders)
    school = SchoolFacts(
        name=details.name or policy.school,
        noun=details.noun or ("service" if of_a_service else "school"),
        address=details.address,
        telephone=details.telephone,
        email=details.email,
        website=details.website,
    )
    complaints = details.complaints or ComplaintsFacts(how=SERVICE if of_a_service else SCHOOL)
    signpost = (details.sendiass or Reachable(name="SENDIASS")) if policy.sendiass else None
    code = CodeFacts(title=policy.title, version=policy.version, read_at=details.code_read_at)
    return Standing(school, code, complaints, signpost)


SCHOOL = (
    "Please write to the headteacher or, if your complaint is about the headteacher, to the chair "
    "of governors. Our office gives you a copy of our complaints procedure."
)
SERVICE = (
    "Please write to the manager of the service or, if your complaint is about the manager, to "
    "the chair of the steering group."
)
