"""What a node keeps: headers, bodies, undo data, and the coins of the connected chain.

A `Ledger` is where a `Chain` puts what it knows, and where it finds it again after its process was killed. There are
two: `Memory`, and the one over SQL of the package `store`. The law does not know which of them it has.

Three things it may hold that are not the same:

- **known** headers: all that were ever accepted, side chains included (`headers`, `add_headers`);
- **kept** bodies: those that have arrived, in any order, of any chain (`bodies`, `has_block`, `block`);
- the **connected** chain: from the genesis to `tip`, each block with its undo data, and its coins. Whatever is asked by
  height, by transaction, or by owner is told about this chain only.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from lydite_subjects.coin.spec.blocks import Block, Header
from lydite_subjects.coin.spec.coins import Coin, Undo, View
from lydite_subjects.coin.spec.headers import Entry
from lydite_subjects.coin.spec.transactions import Outpoint, Transaction


class Located(NamedTuple):
    """A transaction of the connected chain, and the block that it is in."""

    transaction: Transaction
    height: int
    block_hash: bytes
    place: int
    """How many bytes of the block come before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one commit does: all of it, or nothing.

    The order of doing: headers are made known, bodies are kept, blocks are disconnected, blocks are connected, coins
    are changed, and the tip is set. A block may be in `new_blocks` and in `connected`; a transaction may be in
    `disconnected` and, by another block, in `connected` again.
    """

    tip: Entry
    """The last block of the connected chain afterwards."""
    headers: tuple[Entry, ...] = ()
    """Headers to make known, as `add_headers` does."""
    new_blocks: tuple[tuple[Entry, Block], ...] = ()
    """Bodies to keep, none of them kept before; their headers are known, or in `headers`."""
    disconnected: tuple[Entry, ...] = ()
    """Tip first. Their bodies stay; their undo data is not needed any more."""
    connected: tuple[tuple[Entry, Block, Undo], ...] = ()
    """Lowest first; the first one is a child of what is left of the chain."""
    coins: Mapping[Outpoint, Coin | None] = field(default_factory=dict)
    """What becomes of the coins: None for one that was there and goes, a coin for one that is there afterwards
    (a new one, or one in place of another: insert or replace)."""


class Ledger(View, Protocol):
    """What a chain asks of the place where it keeps things.

    Whatever changes it is durable when it returns: after a `kill -9` at any moment it holds what was returned from,
    and of what was not, all or nothing. Its errors are `CoinError`s.
    """

    @property
    def network(self) -> str:
        """The name of the network that it was made for."""
        ...

    # What a chain needs.

    def tip(self) -> bytes | None:
        """The hash of the last connected block; None before the first commit."""
        ...

    def height(self) -> int:
        """The height of the last connected block; -1 before the first commit."""
        ...

    def hash_at(self, height: int) -> bytes | None:
        """The hash of the connected block of that height."""
        ...

    def headers(self) -> Iterator[tuple[Header, int]]:
        """All known headers with their heights, the genesis first: in order of height, and of one height in the
        order in which they were added."""
        ...

    def add_headers(self, entries: Sequence[Entry]) -> None:
        """Makes headers known, parents before children; those that are known already are let be."""
        ...

    def bodies(self, hashes: Sequence[bytes]) -> set[bytes]:
        """Those of these blocks whose bodies are kept: one question for many blocks."""
        ...

    def has_block(self, block_hash: bytes) -> bool:
        """Is the body of this block kept?"""
        ...

    def block(self, block_hash: bytes) -> Block | None:
        """A block whose body is kept, with its height as its index, connected or not."""
        ...

    def undo(self, block_hash: bytes) -> Undo | None:
        """The undo data of a connected block."""
        ...

    def coin(self, outpoint: Outpoint) -> Coin | None:
        """The coin there, of the connected chain."""
        ...

    def coins(self, outpoints: Sequence[Outpoint]) -> dict[Outpoint, Coin]:
        """Those of these coins that are there: one question for many coins. The outpoints are thousands, all
        different, and many of them are of coins that are not there."""
        ...

    def mark_invalid(self, block_hash: bytes, reason: str) -> None:
        """Notes that a block breaks the law. Its descendants are not noted: that follows."""
        ...

    def invalid(self) -> dict[bytes, str]:
        """The blocks that were noted so, and why."""
        ...

    def commit(self, step: Step) -> None:
        """Does one step, all of it or nothing."""
        ...

    def close(self) -> None:
        """Lets go of files and connections; closing twice is fine."""
        ...

    # What people ask.

    def transaction(self, txid: bytes) -> Located | None:
        """A transaction of the connected chain."""
        ...

    def balance(self, owner: bytes) -> int:
        """The sum of an owner's coins, unripe rewards included."""
        ...

    def unspent(self, owner: bytes, limit: int, after: Outpoint | None = None) -> list[tuple[Outpoint, Coin]]:
        """An owner's coins in the order of their outpoints, at most so many, from behind `after` on."""
        ...

    def history(
        self, owner: bytes, limit: int, before_height: int | None = None, before_place: int = 0
    ) -> list[Located]:
        """The transactions that pay an owner or spend coins of theirs: the latest first (in one block the last one
        first), at most so many, and only from below `before_height`, or of that height before `before_place`."""
        ...
