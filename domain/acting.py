"""Who acts, what every action carries, and how it names people, texts and files.

Texts never travel here. `TextRef` names a text that is stored elsewhere, encrypted, and commits
to its content with a salted hash; people are named by their ids.
"""

from typing import Annotated

from pydantic import Field

from domain.policy import Frozen, Identifier
from domain.vocabulary import Channel, MediaType, Role

PersonId = Annotated[str, Field(min_length=1, max_length=64)]


Minutes = Annotated[int, Field(ge=5, le=480)]


class TextRef(Frozen):
    """A stored text: its id, and the salted SHA-256 (hex) that commits to what it says."""

    id: Annotated[str, Field(min_length=1, max_length=64)]
    commitment: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class FileRef(Frozen):
    """A stored file: its id, the salted SHA-256 (hex) that commits to what is in it, its type, and
    its size in bytes. What it was called is kept with the file itself."""

    id: Annotated[str, Field(min_length=1, max_length=64)]
    commitment: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    media_type: MediaType
    size: Annotated[int, Field(ge=1)]


class Actor(Frozen):
    """Who acts, and in which capacity."""

    person: PersonId
    role: Role


SYSTEM = Actor(person="system", role=Role.SYSTEM)


class LetterToSend(Frozen):
    """A letter that goes out with an action, in the words that the person who acts has approved.

    `kind` is the letter's id, such as `formal-reminder`; `edited` says that the words are not the
    draft's own. `about` is the meeting that it concerns; None: what the action is about.
    """

    kind: Identifier
    to: PersonId
    channel: Channel = Channel.EMAIL
    text: TextRef
    edited: bool = False
    about: str | None = None


class BaseAction(Frozen):
    """What every action carries.

    `id` is made by the client, so that a retry acts once. `seen` is the sequence number of the
    last event that the actor had seen, or None where they did not look; a newer case refuses,
    unless a letter or reminder went out since and nothing else happened.
    `letters` go out once the action is on the record.
    """

    id: Annotated[str, Field(min_length=1, max_length=64)]
    seen: int | None = None
    letters: tuple[LetterToSend, ...] = ()


class Decision(BaseAction):
    """An action that needs a reason, and a clause or a follow-up's result."""

    reason: TextRef | None = None
    clauses: tuple[Identifier, ...] = ()
    follow_up: str | None = None  # the id of a completed deadline whose result this rests on


class Move(Decision):
    """A decision that takes the case to a step."""
