"""Working out a school's Merkle tree anew from its ledger, quickly, part by part.

A part is 65,536 neighbouring entries: two levels of tiles. Each can be worked out by itself, in a
process of its own; what they come to is joined in `joined_roots`.
"""

import hashlib
from collections.abc import Iterable, Sequence
from contextlib import closing
from typing import NamedTuple

from domain.merkle import Growing, node_hash, perfect_subtrees
from storage.raw_reading import RawAccess, Source, open_source

PART_HEIGHT = 16
PART = 1 << PART_HEIGHT  # entries
_WIDTH = 256  # hashes of a tile
_HASH = 32


class Part(NamedTuple):
    """What a part of the tree came to.

    `subtrees` are, for each size asked for, the roots of the perfect subtrees of the part's leaves
    up to it; `gap` is the first position at which the ledger has no entry, `stray` the first one
    whose leaf is not the one kept in the tiles; `tiles_fit` whether all kept hashes are right.
    """

    first: int
    entries: int
    subtrees: dict[int, list[bytes]]
    gap: int | None
    stray: int | None
    tiles_fit: bool


def work_out(access: RawAccess, school: str, first: int, sizes: Sequence[int]) -> Part:
    """The part from position `first` on; `sizes` are those of whole trees, each within the part."""
    with closing(open_source(access)) as source:
        positions, hashes = source.leaves(school, first, PART)
        gap = _gap(first, positions)
        if gap is not None:
            hashes = hashes[: gap - first]
        try:
            levels = _levels(hashes)
        except TypeError:  # SQLite keeps whatever it is given, in any column
            return Part(first, 0, {}, first, first, tiles_fit=False)
        subtrees = {
            size: [
                levels[level][position]
                for level, position in perfect_subtrees(0, size - first)
                if level < len(levels)
            ]
            for size in sizes
            if size - first <= len(hashes)
        }
        stray, fit = _compare_tiles(source, school, first, levels)
        return Part(first, len(hashes), subtrees, gap, stray, fit)


def joined_roots(parts: Iterable[Part]) -> dict[int, bytes]:
    """The root of the whole tree at each size that the parts were asked for."""
    roots: dict[int, bytes] = {}
    whole: list[bytes] = []  # the roots of whole parts, in order
    for part in parts:
        for size, subtrees in part.subtrees.items():
            roots[size] = _root(whole, subtrees)
        full = part.subtrees.get(part.first + PART)
        if full is None:
            break
        whole.append(full[0])
    return roots


def _root(whole: Sequence[bytes], subtrees: Sequence[bytes]) -> bytes:
    above = Growing()
    for one in whole:
        above.append(one)  # a tree over the parts' roots is the tree's upper half
    found: bytes | None = None
    for one in reversed(subtrees):
        found = one if found is None else node_hash(one, found)
    if found is None:
        return above.root
    for one in reversed(above.subtrees):
        found = node_hash(one, found)
    return found


def _gap(first: int, positions: Sequence[int]) -> int | None:
    if not positions or positions[-1] == first + len(positions) - 1:
        return None if not positions or positions[0] == first else first
    return next(
        expected for expected, position in enumerate(positions, start=first) if position != expected
    )


def _levels(hashes: Sequence[bytes]) -> list[list[bytes]]:
    """The leaves, and over them each level of full subtrees."""
    sha256 = hashlib.sha256
    row = [sha256(b"\x00" + one).digest() for one in hashes]
    levels = [row]
    while len(row) > 1:
        pairs = iter(row)
        row = [
            sha256(b"\x01" + left + right).digest()
            for left, right in zip(pairs, pairs, strict=False)
        ]
        levels.append(row)
    return levels


def _compare_tiles(
    source: Source, school: str, first: int, levels: Sequence[Sequence[bytes]]
) -> tuple[int | None, bool]:
    """The first leaf that is kept otherwise, and whether all kept hashes of the part are right."""
    stray = None
    fit = True
    tiles = source.tiles(school, 0, first // _WIDTH, PART // _WIDTH)
    for start in range(0, len(levels[0]), _WIDTH):
        right = b"".join(levels[0][start : start + _WIDTH])
        kept = tiles.pop((first + start) // _WIDTH, b"")
        if kept != right:
            fit = False
            if stray is None:
                stray = first + start + _first_difference(right, kept)
    if tiles:
        fit = False
    if len(levels) > 8:
        above = source.tiles(school, 1, first // PART, 1).get(first // PART, b"")
        fit = fit and above == b"".join(levels[8])
    return stray, fit


def _first_difference(right: bytes, kept: bytes) -> int:
    for at in range(0, len(right), _HASH):
        if kept[at : at + _HASH] != right[at : at + _HASH]:
            return at // _HASH
    return 0
