"""A ledger in memory: for tests, and for models that exchange messages and keep nothing when they end.

It does what `store` does over SQL, and passes the same suite.

What people ask for by owner and by transaction is indexed as it is committed, so that reading stays quick in trials
with many payments.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from lydite_subjects.coin.spec.blocks import HEADER, Block, Header
from lydite_subjects.coin.spec.coins import BadLedger, Coin, Undo
from lydite_subjects.coin.spec.encoding import count
from lydite_subjects.coin.spec.headers import Entry
from lydite_subjects.coin.spec.ledger import Ledger, Located, Step
from lydite_subjects.coin.spec.transactions import Outpoint


class _Place(NamedTuple):
    """Where a transaction is: in which block, behind how many of its bytes, and which one of it."""

    height: int
    place: int
    number: int


class Memory(Ledger):
    """What a chain keeps, as long as the process lives."""

    def __init__(self, network: str) -> None:
        self._network = network
        self._headers: dict[bytes, tuple[Header, int]] = {}
        self._blocks: dict[bytes, Block] = {}
        self._undo: dict[bytes, Undo] = {}
        self._invalid: dict[bytes, str] = {}
        self._connected: list[bytes] = []
        self._coins: dict[Outpoint, Coin] = {}
        self._owned: dict[bytes, dict[Outpoint, Coin]] = {}
        self._places: dict[bytes, _Place] = {}
        """By txid."""
        self._histories: dict[bytes, list[_Place]] = {}
        """By owner, the places of their transactions, in order."""

    @property
    def network(self) -> str:
        """The name of the network that it was made for."""
        return self._network

    def tip(self) -> bytes | None:
        """The hash of the last connected block."""
        return self._connected[-1] if self._connected else None

    def height(self) -> int:
        """The height of the last connected block; -1 before the first commit."""
        return len(self._connected) - 1

    def hash_at(self, height: int) -> bytes | None:
        """The hash of the connected block of that height."""
        return self._connected[height] if 0 <= height < len(self._connected) else None

    def headers(self) -> Iterator[tuple[Header, int]]:
        """All known headers with their heights, in order of height."""
        return iter(sorted(self._headers.values(), key=lambda each: each[1]))

    def add_headers(self, entries: Sequence[Entry]) -> None:
        """Makes headers known."""
        self._add_headers(entries)

    def bodies(self, hashes: Sequence[bytes]) -> set[bytes]:
        """Those of these blocks whose bodies are kept."""
        return {each for each in hashes if each in self._blocks}

    def has_block(self, block_hash: bytes) -> bool:
        """Is the body of this block kept?"""
        return block_hash in self._blocks

    def block(self, block_hash: bytes) -> Block | None:
        """A block whose body is kept."""
        return self._blocks.get(block_hash)

    def undo(self, block_hash: bytes) -> Undo | None:
        """The undo data of a connected block."""
        return self._undo.get(block_hash)

    def coin(self, outpoint: Outpoint) -> Coin | None:
        """The coin there."""
        return self._coins.get(outpoint)

    def coins(self, outpoints: Sequence[Outpoint]) -> dict[Outpoint, Coin]:
        """Those of these coins that are there."""
        there = self._coins
        return {each: there[each] for each in outpoints if each in there}

    def mark_invalid(self, block_hash: bytes, reason: str) -> None:
        """Notes that a block breaks the law."""
        self._invalid.setdefault(block_hash, reason)

    def invalid(self) -> dict[bytes, str]:
        """The blocks that were noted so, and why."""
        return dict(self._invalid)

    def commit(self, step: Step) -> None:
        """Does one step, after a look at whether it fits: a step that does not changes nothing."""
        self._refuse_misfit(step)
        self._add_headers(step.headers)
        for entry, block in step.new_blocks:
            self._blocks[entry.hash] = block
        for entry in step.disconnected:
            self._disconnect(entry)
        for entry, block, undo in step.connected:
            self._connect(entry, block, undo)
        for outpoint, coin in step.coins.items():
            before = self._coins.pop(outpoint, None)
            if before is not None:
                del self._owned[before.owner][outpoint]
            if coin is not None:
                self._coins[outpoint] = coin
                self._owned.setdefault(coin.owner, {})[outpoint] = coin

    def close(self) -> None:
        """Nothing is open."""

    def transaction(self, txid: bytes) -> Located | None:
        """A transaction of the connected chain."""
        place = self._places.get(txid)
        return None if place is None else self._located(place)

    def balance(self, owner: bytes) -> int:
        """The sum of an owner's coins."""
        return sum(coin.amount for coin in self._owned.get(owner, {}).values())

    def unspent(self, owner: bytes, limit: int, after: Outpoint | None = None) -> list[tuple[Outpoint, Coin]]:
        """An owner's coins in the order of their outpoints."""
        found = sorted(self._owned.get(owner, {}).items())
        return [each for each in found if after is None or each[0] > after][: max(limit, 0)]

    def history(
        self, owner: bytes, limit: int, before_height: int | None = None, before_place: int = 0
    ) -> list[Located]:
        """An owner's transactions, the latest first."""
        places = self._histories.get(owner, [])
        end = len(places) if before_height is None else bisect_left(places, (before_height, before_place))
        return [self._located(place) for place in reversed(places[max(end - max(limit, 0), 0) : end])]

    def _located(self, located: _Place) -> Located:
        height, place, number = located
        block_hash = self._connected[height]
        return Located(self._blocks[block_hash].transactions[number], height, block_hash, place)

    def _add_headers(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            self._headers.setdefault(entry.hash, (entry.header, entry.height))

    def _connect(self, entry: Entry, block: Block, undo: Undo) -> None:
        self._connected.append(entry.hash)
        self._undo[entry.hash] = undo
        for place, txid, owners in _touched(entry, block, undo):
            self._places[txid] = place
            for owner in owners:
                self._histories.setdefault(owner, []).append(place)

    def _disconnect(self, entry: Entry) -> None:
        block, undo = self._blocks[entry.hash], self._undo.pop(entry.hash)
        for _, txid, owners in reversed(_touched(entry, block, undo)):
            del self._places[txid]
            for owner in owners:
                self._histories[owner].pop()
        self._connected.pop()

    def _refuse_misfit(self, step: Step) -> None:
        left = len(self._connected) - len(step.disconnected)
        going = [entry.hash for entry in reversed(step.disconnected)]
        if left < 0 or self._connected[left:] != going:
            raise BadLedger(
                f"a step: expected to disconnect from the tip down, found {len(going)} other blocks"
            )
        for at, (entry, _, _) in enumerate(step.connected):
            below = step.connected[at - 1][0].hash if at else self.hash_at(left - 1)
            if entry.height != left + at or (entry.height and entry.header.previous != below):
                raise BadLedger(f"a step: expected a child of the block before, found height {entry.height}")
        last = step.connected[-1][0].hash if step.connected else self.hash_at(left - 1)
        if step.tip.hash != last:
            raise BadLedger("a step: expected the last block as its tip, found another one")


def _touched(entry: Entry, block: Block, undo: Undo) -> list[tuple[_Place, bytes, list[bytes]]]:
    """Of each transaction of a block: its place, its txid, and whom it pays or takes from."""
    found, at = [], 0
    place = HEADER.size + len(count(len(block.transactions)))
    for index, transaction in enumerate(block.transactions):
        owners = [owner for _, owner in transaction.outputs]
        if index:
            owners += [coin.owner for coin in undo[at : at + len(transaction.inputs)]]
            at += len(transaction.inputs)
        found.append((_Place(entry.height, place, index), transaction.txid, list(dict.fromkeys(owners))))
        place += transaction.size
    return found
