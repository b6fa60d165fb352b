"""Roots stand for exactly one list."""

import hashlib
from itertools import pairwise

import pytest

from lydite.statements.merkle import root_of

LEAVES = [bytes([number]) for number in range(9)]


def by_the_book(leaves: list[bytes]) -> bytes:
    """The tree of RFC 6962, as that tells it: cut at the largest power of two below the length."""
    if not leaves:
        return hashlib.blake2b(b"", digest_size=32).digest()
    if len(leaves) == 1:
        return hashlib.blake2b(b"\x00" + leaves[0], digest_size=32).digest()
    cut = 1 << ((len(leaves) - 1).bit_length() - 1)
    both = by_the_book(leaves[:cut]) + by_the_book(leaves[cut:])
    return hashlib.blake2b(b"\x01" + both, digest_size=32).digest()


@pytest.mark.parametrize("count", range(10))
def test_the_tree_is_that_of_rfc_6962(count: int) -> None:
    assert root_of(LEAVES[:count]) == by_the_book(LEAVES[:count]).hex()


def test_no_two_lists_have_one_root() -> None:
    lists = [LEAVES[:count] for count in range(10)]
    lists += [[*LEAVES[:4], LEAVES[3]], [LEAVES[1], LEAVES[0]], [b"".join(LEAVES)], [b"", b""]]

    roots = sorted(root_of(leaves) for leaves in lists)

    assert all(one != other for one, other in pairwise(roots))


def test_a_node_does_not_pass_for_a_leaf() -> None:
    left, right = (hashlib.blake2b(b"\x00" + leaf, digest_size=32).digest() for leaf in LEAVES[:2])

    assert root_of([left + right]) != root_of(LEAVES[:2])
