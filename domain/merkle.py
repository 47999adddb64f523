"""Merkle trees as in RFC 6962: hashes, proofs, and what a proof shows (RFC 9162, section 2.1).

A tree of `size` leaves falls into *perfect subtrees*. The node at `level` and `position` is the
root of the perfect subtree over the leaves from `position << level` on, `1 << level` of them; level
0 holds the leaf hashes. A perfect subtree never changes once it is full, so whoever keeps such
nodes can prove anything about the tree as it is and as it was, and needs a few dozen of them.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()
_LEAF = b"\x00"
_NODE = b"\x01"

Nodes = Callable[[int, int], bytes]
"""Gives the hash (32 bytes) of the full perfect subtree at (level, position)."""


class BadProof(ValueError):
    """The proof does not show what it should; the message says how."""


class NoSuchTree(ValueError):
    """Something was asked about a place or a size that the tree does not have."""


def leaf_hash(data: bytes) -> bytes:
    """SHA-256(0x00 ‖ data): the hash of a leaf. RFC 6962, section 2.1."""
    return hashlib.sha256(_LEAF + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 ‖ left ‖ right): the hash of an inner node. RFC 6962, section 2.1."""
    return hashlib.sha256(_NODE + left + right).digest()


class Node(NamedTuple):
    """A place in the tree: the perfect subtree number `position` of its `level`."""

    level: int
    position: int


def perfect_subtrees(first: int, end: int) -> Iterator[Node]:
    """The fewest perfect subtrees that hold the leaves from `first` to before `end`, in order."""
    while first < end:
        by_place = (first & -first).bit_length() - 1 if first else end.bit_length()
        level = min(by_place, (end - first).bit_length() - 1)
        yield Node(level, first >> level)
        first += 1 << level


def root_of(nodes: Nodes, size: int) -> bytes:
    """The root of the tree's first `size` leaves. Raises NoSuchTree for a negative size."""
    if size < 0:
        raise NoSuchTree(f"A tree has no {size} leaves.")
    return _hash_of_range(nodes, 0, size) if size else EMPTY_ROOT


def inclusion_proof(nodes: Nodes, position: int, size: int) -> list[bytes]:
    """The audit path of the leaf at `position` (from 0) in the tree of the first `size` leaves.

    RFC 6962, section 2.1.1: from the leaf up. Raises NoSuchTree where the tree has no such leaf.
    """
    if not 0 <= position < size:
        raise NoSuchTree(f"A tree of {size} leaves has no leaf {position}.")
    path = []
    first, end = 0, size
    while end - first > 1:
        middle = first + _split(end - first)
        if position < middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((first, middle))
            first = middle
    return [_hash_of_range(nodes, *beside) for beside in reversed(path)]


def consistency_proof(nodes: Nodes, old_size: int, size: int) -> list[bytes]:
    """What shows that the tree of `size` leaves begins with the tree of `old_size` leaves.

    RFC 6962, section 2.1.2. Nothing has to be shown (an empty proof) where the sizes are equal, or
    the old tree is empty. Raises NoSuchTree where the old tree is not within the new one.
    """
    if not 0 <= old_size <= size:
        raise NoSuchTree(f"A tree of {size} leaves does not begin with one of {old_size}.")
    if old_size in (0, size):
        return []
    path = []
    first, end = 0, size
    whole = True  # whether the old tree is the subtree that we look at, and so is known
    while old_size != end:
        middle = first + _split(end - first)
        if old_size <= middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((first, middle))
            first, whole = middle, False
    if not whole:
        path.append((first, end))
    return [_hash_of_range(nodes, *part) for part in reversed(path)]


def root_from_inclusion(position: int, size: int, leaf: bytes, proof: Sequence[bytes]) -> bytes:
    """The root of a tree of `size` leaves that has the leaf hash `leaf` at `position`.

    RFC 9162, section 2.1.3.2. Raises BadProof where the proof fits no such tree.
    """
    if not 0 <= position < size:
        raise BadProof(f"A tree of {size} leaves has no leaf {position}.")
    _check_hashes(leaf, *proof)
    place, last = position, size - 1
    found = leaf
    for beside in proof:
        if last == 0:
            raise BadProof("The proof is too long for a tree of this size.")
        if place & 1 or place == last:
            found = node_hash(beside, found)
            while not place & 1 and place:
                place >>= 1
                last >>= 1
        else:
            found = node_hash(found, beside)
        place >>= 1
        last >>= 1
    if last != 0:
        raise BadProof("The proof is too short for a tree of this size.")
    return found


def verify_inclusion(
    position: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes
) -> None:
    """Returns if the tree with `root` has the leaf hash `leaf` at `position`. Raises BadProof."""
    if root_from_inclusion(position, size, leaf, proof) != root:
        raise BadProof("The proof leads to another root: this is not in the tree at that place.")


def verify_consistency(
    old_size: int, size: int, old_root: bytes, root: bytes, proof: Sequence[bytes]
) -> None:
    """Returns if the tree with `root` begins with the tree that had `old_root`. Raises BadProof.

    RFC 9162, section 2.1.4.2.
    """
    _check_hashes(old_root, root, *proof)
    if not 0 <= old_size <= size:
        raise BadProof(f"A tree of {size} leaves does not begin with one of {old_size}.")
    if old_size in (0, size):
        known = EMPTY_ROOT if old_size == 0 else root
        if proof or old_root != known:
            raise BadProof("The roots of the same tree differ.")
        return
    steps = list(proof)
    if old_size & (old_size - 1) == 0:
        steps.insert(0, old_root)  # a perfect old tree is its own first step
    if not steps:
        raise BadProof("The proof is empty.")
    place, last = old_size - 1, size - 1
    while place & 1:
        place >>= 1
        last >>= 1
    before = after = steps[0]
    for beside in steps[1:]:
        if last == 0:
            raise BadProof("The proof is too long for trees of these sizes.")
        if place & 1 or place == last:
            before = node_hash(beside, before)
            after = node_hash(beside, after)
            while not place & 1 and place:
                place >>= 1
                last >>= 1
        else:
            after = node_hash(after, beside)
        place >>= 1
        last >>= 1
    if last != 0:
        raise BadProof("The proof is too short for trees of these sizes.")
    if before != old_root:
        raise BadProof("The proof leads to another old root.")
    if after != root:
        raise BadProof("The new tree does not begin with the old one.")


class Growing:
    """A tree that only grows, held by the roots of its perfect subtrees: a few dozen hashes.

    `on_full` is told of every perfect subtree that fills up, leaves included: (level, position,
    hash). `subtrees` are the roots of a tree of `size` leaves, in the order of
    `perfect_subtrees(0, size)`, to go on from. Raises NoSuchTree where there are too few or many.
    """

    def __init__(
        self,
        size: int = 0,
        subtrees: Iterable[bytes] = (),
        on_full: Callable[[int, int, bytes], None] = lambda level, position, digest: None,
    ) -> None:
        self._size = size
        self._subtrees = list(subtrees)
        self._on_full = on_full
        if len(self._subtrees) != size.bit_count():
            raise NoSuchTree(f"{len(self._subtrees)} subtrees make no tree of {size} leaves.")

    @property
    def size(self) -> int:
        """How many leaves there are."""
        return self._size

    @property
    def root(self) -> bytes:
        """The root of the tree as it stands."""
        return _joined(self._subtrees)

    @property
    def subtrees(self) -> tuple[bytes, ...]:
        """The roots of its perfect subtrees, from left to right."""
        return tuple(self._subtrees)

    def append(self, leaf: bytes) -> None:
        """Adds a leaf by its hash (see `leaf_hash`)."""
        position = self._size
        level = 0
        self._on_full(level, position, leaf)
        while position & 1:
            leaf = node_hash(self._subtrees.pop(), leaf)
            position >>= 1
            level += 1
            self._on_full(level, position, leaf)
        self._subtrees.append(leaf)
        self._size += 1


def _split(size: int) -> int:
    """The largest power of two that is smaller than `size` (RFC 6962: k)."""
    return 1 << ((size - 1).bit_length() - 1)


def _hash_of_range(nodes: Nodes, first: int, end: int) -> bytes:
    return _joined([nodes(*subtree) for subtree in perfect_subtrees(first, end)])


def _joined(subtrees: Sequence[bytes]) -> bytes:
    """The root over perfect subtrees that shrink from left to right."""
    if not subtrees:
        return EMPTY_ROOT
    *rest, found = subtrees
    for beside in reversed(rest):
        found = node_hash(beside, found)
    return found


def _check_hashes(*hashes: bytes) -> None:
    if any(len(one) != HASH_BYTES for one in hashes):
        raise BadProof(f"A hash in the proof is not {HASH_BYTES} bytes long.")
