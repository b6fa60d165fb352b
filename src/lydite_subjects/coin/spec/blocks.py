"""Blocks: a header that is hashed until it is small enough, and the transactions that it commits to.

The hash of a header is read as a number, most significant byte first, and shown as 64 hexadecimal digits in the
same order: a block that took much work begins with zeros.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from lydite_subjects.coin.spec.encoding import HASH_BYTES, Reader, count, decoded, from_hex, hash256
from lydite_subjects.coin.spec.params import Params
from lydite_subjects.coin.spec.transactions import (
    NOTHING,
    Output,
    Transaction,
    coinbase,
    read_transaction,
)

HEADER: Final = struct.Struct("<I32s32sQII")
"""Version, previous hash, Merkle root, time, bits, nonce: 84 bytes."""
NONCE_MAX: Final = 0xFFFF_FFFF
TRANSACTIONS_MAX: Final = 100_000
UNOWNED: Final = bytes(20)
"""Whom the output of the first block belongs to: nobody has that key."""


class Header(NamedTuple):
    """What is hashed."""

    version: int
    previous: bytes
    root: bytes
    time_s: int
    bits: int
    nonce: int

    def encode(self) -> bytes:
        """Its 84 bytes."""
        return HEADER.pack(*self)

    @property
    def hash(self) -> bytes:
        """Its hash; it is computed each time."""
        return hash256(HEADER.pack(*self))


@dataclass(frozen=True, slots=True)
class Block:
    """A header, and the transactions that its root is made of; the first one is the coinbase."""

    header: Header
    transactions: tuple[Transaction, ...]
    index: int = 0
    """Its height: how many blocks come before it. Not hashed: it follows from the chain, and from its coinbase."""
    _kept: dict[str, bytes] = field(default_factory=dict, init=False, repr=False, compare=False, hash=False)

    @property
    def hash(self) -> bytes:
        """The hash of its header."""
        kept = self._kept.get("hash")
        if kept is None:
            kept = self._kept["hash"] = self.header.hash
        return kept

    @property
    def previous_hash(self) -> str:
        """Which block comes before it."""
        return self.header.previous.hex()

    @property
    def nonce(self) -> int:
        """What its miner has found."""
        return self.header.nonce

    def calculate_hash(self) -> str:
        """Its hash as 64 hexadecimal digits."""
        return self.hash.hex()

    def encode(self) -> bytes:
        """Its bytes: the header, and its transactions."""
        kept = self._kept.get("bytes")
        if kept is None:
            parts = [self.header.encode(), count(len(self.transactions))]
            parts += [each.encode() for each in self.transactions]
            kept = self._kept["bytes"] = b"".join(parts)
        return kept

    def as_plain(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            **header_as_plain(self.header),
            "index": self.index,
            "transactions": [each.as_plain() for each in self.transactions],
        }


def header_as_plain(header: Header) -> dict[str, Any]:
    """The JSON form of a header."""
    return {
        "hash": header.hash.hex(),
        "version": header.version,
        "previous_hash": header.previous.hex(),
        "merkle_root": header.root.hex(),
        "timestamp": header.time_s,
        "bits": f"{header.bits:08x}",
        "nonce": header.nonce,
    }


def read_header(reader: Reader) -> Header:
    """A header from the front of some bytes."""
    return Header(*HEADER.unpack(reader.raw(HEADER.size, "header")))


def read_block(reader: Reader, index: int = 0) -> Block:
    """A block from the front of some bytes."""
    header = read_header(reader)
    return Block(header, reader.many(read_transaction, TRANSACTIONS_MAX, "transactions of a block"), index)


def block_from_bytes(data: bytes, index: int = 0) -> Block:
    """A block that takes up all of the bytes."""
    return decoded(data, lambda reader: read_block(reader, index), "block")


def block_from_hex(text: object, index: int = 0) -> Block:
    """A block from its bytes in hexadecimal digits."""
    return block_from_bytes(from_hex(text, "block"), index)


def merkle_root(hashes: Sequence[bytes]) -> bytes:
    """The root of a tree over these hashes, in their order.

    A level with an odd number of hashes carries the last one up as it is. It is not paired with itself: then a list
    and the same list with its end repeated would have the same root (CVE-2012-2459).
    """
    level = list(hashes)
    if not level:
        return NOTHING
    while len(level) > 1:
        paired = [hash256(level[at] + level[at + 1]) for at in range(0, len(level) - 1, 2)]
        level = paired + level[2 * len(paired) :]
    return level[0]


def root_of(transactions: Sequence[Transaction]) -> bytes:
    """What a header commits to: all bytes of all transactions, signatures included."""
    return merkle_root([each.seal for each in transactions])


def genesis(params: Params) -> Block:
    """The first block of a network: it follows from the parameters, and nobody has mined it."""
    first = coinbase(0, [Output(params.subsidy, UNOWNED)], f"lydite coin, {params.name}".encode())
    header = Header(1, bytes(HASH_BYTES), root_of([first]), params.genesis_time_s, params.easiest_bits, 0)
    return Block(header, (first,), 0)
