"""Walking many chains quickly: everything that must hold is checked, nothing is worded.

This runs in processes of its own, with the database's bare driver, and imports little: reading and
hashing a million events is all it does. What it can't vouch for it names, and `verification` looks
at that again, slowly, to say what is wrong. It must never pass what does not hold; to name a chain
that does is only slow.
"""

import gc
import hashlib
import signal
from collections.abc import Iterator
from contextlib import closing
from json.encoder import encode_basestring
from typing import NamedTuple

from domain.chain import genesis
from storage.raw_reading import End, Entered, RawAccess, Run, Segment, open_source

REGISTER = "REGISTER"  # as in domain.register, which would load much more

_OBJECTS_BETWEEN_COLLECTIONS = 200_000


class Walked(NamedTuple):
    """What was found in a segment.

    `doubtful` are the references of chains to be looked at again. `heads` is the SHA-256 over where
    each chain of the segment is said to end.
    """

    cases: int
    events: int
    entered: int
    doubtful: list[str]
    heads: bytes


def prepare_process() -> None:
    """Readies a process that does nothing but walk.

    Ctrl-C is for the process that leads: it lets what is under way end, and then says so. And rows
    by the hundred are no reason to look for cycles of garbage each time.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)


def walk(access: RawAccess, segment: Segment) -> Walked:
    """Checks every chain of a segment, in one state of the database."""
    with closing(open_source(access)) as reading:
        ends = reading.ends(segment)
        walker = _Walker(segment.school, ends, _Entries(reading.entered(segment)))
        for run in reading.runs(segment):
            walker.step(run)
        return walker.finish(heads_of(ends))


def heads_of(ends: list[End]) -> bytes:
    """SHA-256 over where chains are said to end: 32 bytes."""
    digest = hashlib.sha256()
    for end in ends:
        digest.update(f"{end.reference}\n{end.sequence}\n".encode() + end.head)
    return digest.digest()


class _Walker:
    """Goes along the runs, from chain to chain."""

    def __init__(self, school: str, ends: list[End], entries: "_Entries") -> None:
        self._school = school
        self._ends = {end.reference: end for end in ends}
        self._entries = entries
        self._seen: list[str] = []
        self._doubtful: list[str] = []
        self._events = self._entered = self._of_chain = 0
        self._previous = b""
        self._expected = 1
        self._tail = b""
        self._holds = True

    def step(self, run: Run) -> None:
        """Takes the next run: of the chain before, or the first of another."""
        if not self._seen or run.reference != self._seen[-1]:
            self._end_chain()
            self._begin_chain(run.reference)
        self._events += len(run.contents)
        self._holds = self._holds and self._agrees(run)

    @property
    def _cases(self) -> int:
        return len(self._seen) - (REGISTER in self._seen)

    def finish(self, heads: bytes) -> Walked:
        """What was found in all."""
        self._end_chain()
        doubtful = [*self._doubtful, *self._ends]
        if not self._entries.at_end:
            # The ledger names a chain that has no events, and was left behind there.
            known = [*self._seen, *self._ends, *self._entries.references()]
            doubtful = list(dict.fromkeys(known))
            self._entered = 0
        return Walked(self._cases, self._events, self._entered, doubtful, heads)

    def _begin_chain(self, reference: str) -> None:
        self._seen.append(reference)
        self._previous = genesis(self._school, reference)
        self._expected = 1
        self._tail = tail_of(self._school, reference)
        self._holds = True
        self._of_chain = 0

    def _end_chain(self) -> None:
        if not self._seen:
            return
        reference = self._seen[-1]
        end = self._ends.pop(reference, None)
        ended = end is not None and (end.sequence, end.head) == (
            self._expected - 1,
            self._previous,
        )
        done = self._entries.done(reference)  # and goes on to the next chain's entries
        if self._holds and ended and done:
            self._entered += self._of_chain
        else:
            self._doubtful.append(reference)

    def _agrees(self, run: Run) -> bool:
        if run.first != self._expected or not run.fine:
            return False
        try:
            found = [
                hashlib.sha256(previous + content).digest()
                for previous, content in zip(
                    [self._previous, *run.hashes], run.contents, strict=False
                )
            ]
            following = run.first + len(found)
            tail = self._tail
            tails = [tail + number for number in _numbers(run.first, following)]
            in_place = all(map(bytes.endswith, run.contents, tails))
        except TypeError:  # SQLite keeps text in a column of bytes, too
            return False
        entered = self._entries.take(run.reference, run.first, len(found))
        if not in_place or found != list(run.hashes) or entered != found[: len(entered)]:
            return False
        self._of_chain += len(entered)
        self._previous = found[-1]
        self._expected = following
        return True


def tail_of(school: str, reference: str) -> bytes:
    """How the canonical form of each event of a chain ends, up to its sequence number.

    The keys of canonical JSON are sorted, and these three are an event's last.
    """
    return f',"reference":{_quoted(reference)},"school":{_quoted(school)},"sequence":'.encode()


_NUMBERS = [b"%d}" % number for number in range(2000)]


def _numbers(first: int, end: int) -> list[bytes]:
    """How the sequence numbers stand at the end of an event."""
    if end <= len(_NUMBERS):
        return _NUMBERS[first:end]
    return [b"%d}" % number for number in range(first, end)]


class _Entries:
    """The ledger's entries, read along with the chains that they are of."""

    def __init__(self, entered: Iterator[Entered]) -> None:
        self._entered = entered
        self._current = next(entered, None)

    @property
    def at_end(self) -> bool:
        """Whether all were taken."""
        return self._current is None

    def take(self, reference: str, first: int, count: int) -> list[bytes]:
        """The hashes entered for a chain's `count` events from `first` on: fewer at its end."""
        found: list[bytes] = []
        while len(found) < count:
            current = self._current
            if current is None or current.reference != reference:
                break
            if current.first != first + len(found):
                break  # `done` will say that something is left
            taken = current.hashes[: count - len(found)]
            found.extend(taken)
            rest = current.hashes[len(taken) :]
            if rest:
                self._current = Entered(reference, current.first + len(taken), rest)
            else:
                self._current = next(self._entered, None)
        return found

    def done(self, reference: str) -> bool:
        """Whether nothing is left of a chain; what is left is passed over."""
        left = False
        while self._current is not None and self._current.reference == reference:
            left = True
            self._current = next(self._entered, None)
        return not left

    def references(self) -> list[str]:
        """Which chains the rest is of."""
        rest = []
        while self._current is not None:
            rest.append(self._current.reference)
            self._current = next(self._entered, None)
        return rest


def _quoted(text: str) -> str:
    return str(encode_basestring(text))  # as canonical JSON writes it
