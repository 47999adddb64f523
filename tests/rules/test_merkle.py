"""Merkle trees: the published vectors of Certificate Transparency, and the RFC's own definition."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.merkle import (
    EMPTY_ROOT,
    BadProof,
    Growing,
    NoSuchTree,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    perfect_subtrees,
    root_from_inclusion,
    root_of,
    verify_consistency,
    verify_inclusion,
)

# The reference vectors that the Certificate Transparency implementations share.
INPUTS = (
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
)
LEAVES = [leaf_hash(bytes.fromhex(one)) for one in INPUTS]
ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
INCLUSION = (
    (0, 1, ()),
    (
        0,
        8,
        (
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ),
    ),
    (
        5,
        8,
        (
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ),
    ),
    (2, 3, ("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",)),
    (
        1,
        5,
        (
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ),
    ),
)
CONSISTENCY = (
    (1, 1, ()),
    (
        1,
        8,
        (
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ),
    ),
    (
        6,
        8,
        (
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ),
    ),
    (
        2,
        5,
        (
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ),
    ),
)


class Grown:
    """A tree that remembers every full subtree, as a ledger does."""

    def __init__(self, leaves: list[bytes]) -> None:
        self._nodes: dict[tuple[int, int], bytes] = {}
        self.tree = Growing(on_full=self._keep)
        for leaf in leaves:
            self.tree.append(leaf)

    def _keep(self, level: int, position: int, digest: bytes) -> None:
        self._nodes[level, position] = digest

    def __call__(self, level: int, position: int) -> bytes:
        return self._nodes[level, position]


# The definitions of RFC 6962, sections 2.1, 2.1.1 and 2.1.2, word for word and by recursion.


def mth(leaves: list[bytes]) -> bytes:
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    k = largest_power_below(len(leaves))
    return node_hash(mth(leaves[:k]), mth(leaves[k:]))


def path(m: int, leaves: list[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    k = largest_power_below(len(leaves))
    if m < k:
        return [*path(m, leaves[:k]), mth(leaves[k:])]
    return [*path(m - k, leaves[k:]), mth(leaves[:k])]


def subproof(m: int, leaves: list[bytes], known: bool) -> list[bytes]:
    if m == len(leaves):
        return [] if known else [mth(leaves)]
    k = largest_power_below(len(leaves))
    if m <= k:
        return [*subproof(m, leaves[:k], known), mth(leaves[k:])]
    return [*subproof(m - k, leaves[k:], False), mth(leaves[:k])]


def largest_power_below(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def as_hex(proof: list[bytes]) -> tuple[str, ...]:
    return tuple(one.hex() for one in proof)


@pytest.mark.parametrize("size", range(9))
def test_the_published_roots(size: int) -> None:
    grown = Grown(LEAVES)

    assert root_of(grown, size).hex() == ROOTS[size]
    assert Grown(LEAVES[:size]).tree.root.hex() == ROOTS[size]


@pytest.mark.parametrize(("position", "size", "proof"), INCLUSION)
def test_the_published_inclusion_proofs(position: int, size: int, proof: tuple[str, ...]) -> None:
    found = inclusion_proof(Grown(LEAVES), position, size)

    assert as_hex(found) == proof
    verify_inclusion(position, size, LEAVES[position], found, bytes.fromhex(ROOTS[size]))


@pytest.mark.parametrize(("old_size", "size", "proof"), CONSISTENCY)
def test_the_published_consistency_proofs(old_size: int, size: int, proof: tuple[str, ...]) -> None:
    found = consistency_proof(Grown(LEAVES), old_size, size)

    assert as_hex(found) == proof
    roots = (bytes.fromhex(ROOTS[old_size]), bytes.fromhex(ROOTS[size]))
    verify_consistency(old_size, size, *roots, found)


trees = st.integers(min_value=1, max_value=200).map(
    lambda size: [leaf_hash(bytes([number])) for number in range(size)]
)


@given(trees, st.data())
def test_proofs_are_those_that_the_rfc_defines(leaves: list[bytes], data: st.DataObject) -> None:
    size = data.draw(st.integers(min_value=1, max_value=len(leaves)))
    position = data.draw(st.integers(min_value=0, max_value=size - 1))
    old_size = data.draw(st.integers(min_value=1, max_value=size))
    grown = Grown(leaves)
    root, old_root = mth(leaves[:size]), mth(leaves[:old_size])

    included = inclusion_proof(grown, position, size)
    consistent = consistency_proof(grown, old_size, size)

    assert root_of(grown, size) == root
    assert included == path(position, leaves[:size])
    assert consistent == ([] if old_size == size else subproof(old_size, leaves[:size], True))
    verify_inclusion(position, size, leaves[position], included, root)
    verify_consistency(old_size, size, old_root, root, consistent)


@given(trees, st.data())
def test_no_changed_proof_holds(leaves: list[bytes], data: st.DataObject) -> None:
    size = len(leaves)
    position = data.draw(st.integers(min_value=0, max_value=size - 1))
    old_size = data.draw(st.integers(min_value=1, max_value=size))
    grown = Grown(leaves)
    root, old_root = mth(leaves), mth(leaves[:old_size])
    included = inclusion_proof(grown, position, size)
    consistent = consistency_proof(grown, old_size, size)
    other = bytes(32)

    for changed in changes_of(included):
        with pytest.raises(BadProof):
            verify_inclusion(position, size, leaves[position], changed, root)
    with pytest.raises(BadProof):
        verify_inclusion(position, size, other, included, root)
    for changed in changes_of(consistent):
        with pytest.raises(BadProof):
            verify_consistency(old_size, size, old_root, root, changed)
    for roots in ((other, root), (old_root, other)):
        with pytest.raises(BadProof):
            verify_consistency(old_size, size, *roots, consistent)


def changes_of(proof: list[bytes]) -> list[list[bytes]]:
    """The proof with one hash more, one fewer, one changed, or one cut short."""
    changed = [[*proof, bytes(32)], [bytes(32), *proof]]
    for number in range(len(proof)):
        before, after = proof[:number], proof[number + 1 :]
        changed += [[*before, *after], [*before, bytes(32), *after]]
        changed += [[*before, proof[number][:-1], *after]]
    return changed


@given(trees, st.integers(min_value=0, max_value=200))
def test_a_tree_goes_on_from_its_subtrees(leaves: list[bytes], stop: int) -> None:
    stop = min(stop, len(leaves))
    grown = Grown(leaves)
    resumed = Growing(stop, [grown(*place) for place in perfect_subtrees(0, stop)])
    for leaf in leaves[stop:]:
        resumed.append(leaf)

    assert (resumed.size, resumed.root) == (len(leaves), mth(leaves))


@given(st.integers(min_value=0, max_value=5000), st.integers(min_value=0, max_value=5000))
def test_perfect_subtrees_cover_a_range_once(first: int, length: int) -> None:
    covered = [
        leaf
        for level, position in perfect_subtrees(first, first + length)
        for leaf in range(position << level, (position + 1) << level)
    ]

    assert covered == list(range(first, first + length))


def test_what_a_tree_does_not_have_is_refused() -> None:
    grown = Grown(LEAVES)

    for ask in (
        lambda: root_of(grown, -1),
        lambda: inclusion_proof(grown, 3, 3),
        lambda: inclusion_proof(grown, -1, 3),
        lambda: consistency_proof(grown, 4, 3),
        lambda: consistency_proof(grown, -1, 3),
        lambda: Growing(3, LEAVES[:1]),
    ):
        with pytest.raises(NoSuchTree):
            ask()
    with pytest.raises(BadProof, match="has no leaf"):
        root_from_inclusion(8, 8, LEAVES[0], [])
    with pytest.raises(BadProof, match="does not begin with"):
        verify_consistency(9, 8, LEAVES[0], LEAVES[0], [])


def test_every_tree_begins_with_the_empty_one() -> None:
    root = bytes.fromhex(ROOTS[8])

    assert consistency_proof(Grown(LEAVES), 0, 8) == []
    verify_consistency(0, 8, EMPTY_ROOT, root, [])
    with pytest.raises(BadProof):
        verify_consistency(0, 8, root, root, [])
