"""What one person is given: everything held about them, in words, without other people's names.

Each field is as it is to be read: sentences, names of things and dates in words, with the moments
beside them for programs.
"""

from datetime import date

from pydantic import AwareDatetime

from domain.policy import Frozen


class HeldText(Frozen):
    """Something that was written. `text` is None where it is left out, and `left_out` says why."""

    kind: str  # such as “Reason”
    text: str | None
    left_out: str | None = None


class HeldFile(Frozen):
    """A file that came with something, or a letter as it was sent.

    `put_as` is its name in the copy, and `digest` the SHA-256 (hex) of its bytes; both are None
    where it is left out, and `left_out` says why. `called` is what the reader called it.
    """

    what: str  # such as “a PDF, 340 kB”
    called: str | None = None
    put_as: str | None = None
    digest: str | None = None
    left_out: str | None = None


class HeldEvent(Frozen):
    """Something that happened: when, what, and by whom (None: it followed from something else)."""

    at: AwareDatetime
    day: str
    time: str
    what: str
    by: str | None
    clauses: tuple[str, ...] = ()
    texts: tuple[HeldText, ...] = ()
    files: tuple[HeldFile, ...] = ()


class HeldRestriction(Frozen):
    """What is, or was, limited for whom, until which review, and how to keep in touch."""

    limits: str
    stands: str  # such as “in force”
    starts: str
    review: str
    texts: tuple[HeldText, ...]


class HeldNotice(Frozen):
    """A notice that was sent to the reader. `digest` is the SHA-256 (hex) of what was sent."""

    day: str
    about: str
    digest: str


class HeldDue(Frozen):
    """Something that is still to happen, and the day."""

    on: date
    day: str
    what: str


class HeldCase(Frozen):
    """A case in which the reader has a part. Without its content where that is withheld."""

    reference: str
    code: str
    about: str
    parts: tuple[str, ...]
    opened: str
    closed: str | None
    stands: str
    withheld: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()
    adjustments: tuple[HeldText, ...] = ()
    restrictions: tuple[HeldRestriction, ...] = ()
    representations: tuple[HeldText, ...] = ()
    notices: tuple[HeldNotice, ...] = ()
    next: tuple[HeldDue, ...] = ()
    what_happens_next: str | None = None
    kept: str
    looked: tuple[str, ...] = ()
    events: tuple[HeldEvent, ...] = ()


class Right(Frozen):
    """Something that the reader may ask for, and how."""

    title: str
    text: str


class Held(Frozen):
    """A person's copy."""

    school: str
    made_at: AwareDatetime
    made: str
    name: str
    address: str | None
    roles: tuple[str, ...]
    added: str
    account: tuple[str, ...] = ()  # how they sign in, and links that were sent to them
    request: str | None
    how_to_read: tuple[str, ...]
    people: tuple[str, ...]  # each letter in the copy, with what that person is
    cases: tuple[HeldCase, ...]
    entries: tuple[HeldEvent, ...]  # of the register
    rights: tuple[Right, ...]
