"""Merkle roots: one digest for a list, of which any part can later be shown to belong to it without all the others.

The tree is that of RFC 6962, with BLAKE2b in place of SHA-256: leaves and nodes are hashed with different first bytes,
so that no leaf can pass for a node, and a list of odd length repeats nobody.
"""

import hashlib
from collections.abc import Sequence

_LEAF = b"\x00"
_NODE = b"\x01"


def root_of(leaves: Sequence[bytes]) -> str:
    """The root, 32 bytes in hexadecimal digits; of no leaves, the digest of nothing.

    >>> root_of([b"a", b"b", b"c"]) == root_of([b"a", b"b", b"c", b"c"])
    False
    """
    if not leaves:
        return _digest(b"").hex()
    # Level by level, the last one of an odd number goes up as it is: that is the tree of RFC 6962.
    level = [_digest(_LEAF + leaf) for leaf in leaves]
    while len(level) > 1:
        paired = [_digest(_NODE + left + right) for left, right in zip(level[::2], level[1::2], strict=False)]
        level = paired + level[len(paired) * 2 :]
    return level[0].hex()


def _digest(octets: bytes) -> bytes:
    return hashlib.blake2b(octets, digest_size=32).digest()
