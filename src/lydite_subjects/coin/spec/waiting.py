"""Waiting transactions: which of them spends what another one makes, which to mine first, and which to let go.

A miner cannot take a transaction without those that it builds on. So each one is valued by the lower of two rates, in
grains a byte: its own, and that of it together with all that it builds on. A child that pays well draws its parents
in; a parent that pays well does nothing for a child that does not.

Mined first is what has the highest value. Let go first, when room is short, is what has the lowest among those
that nothing builds on, and of equals the latest. Both orders follow from fees, sizes, and the order of arrival.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from typing import Final, NamedTuple

from lydite_subjects.coin.spec.transactions import Outpoint, Transaction

_SPARE: Final = 64
"""How much longer than twice the pool the queue of those to let go may be."""


class Pooled(NamedTuple):
    """A transaction that waits, what it pays, and how many bytes it has."""

    tx: Transaction
    fee: int
    size: int


@dataclass(slots=True, eq=False)
class Entry:
    """A transaction in its place."""

    pooled: Pooled
    arrival: int
    """How many came before it. Whatever it builds on came before it, too."""
    spends_reward: bool
    """Does it spend a coinbase's output, which may become unripe again?"""
    parents: dict[bytes, "Entry"] = field(default_factory=dict)
    children: dict[bytes, "Entry"] = field(default_factory=dict)
    fees: int = 0
    """What it and all that it builds on pay together."""
    size: int = 0
    """And how many bytes those have."""

    @property
    def txid(self) -> bytes:
        """Its name."""
        return self.pooled.tx.txid

    @property
    def value(self) -> float:
        """The lower of its two rates."""
        return min(self.pooled.fee / self.pooled.size, self.fees / self.size)


class Waiting:
    """The transactions of a pool, and how they hang together."""

    def __init__(self) -> None:
        self.bytes = 0
        self._entries: dict[bytes, Entry] = {}
        self._spenders: dict[Outpoint, bytes] = {}
        self._leaves: list[tuple[float, int, bytes]] = []
        """A heap: value, negated arrival, txid. What is in it may be out of date; what is not out of date is in it."""
        self._order: tuple[Entry, ...] | None = None

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, txid: bytes) -> Entry | None:
        """The one with this txid."""
        return self._entries.get(txid)

    def spender(self, outpoint: Outpoint) -> bytes | None:
        """The txid of the one that spends this output."""
        return self._spenders.get(outpoint)

    def reward_spenders(self) -> list[Entry]:
        """Those that spend an output of a coinbase."""
        return [each for each in self._entries.values() if each.spends_reward]

    # Who builds on whom

    def ancestors(self, entry: Entry) -> list[Entry]:
        """All that it builds on, in the order of their arrival, without itself."""
        return _reached(entry.parents.values(), up=True)

    def descendants(self, entry: Entry) -> list[Entry]:
        """All that builds on it, in the order of their arrival, without itself."""
        return _reached(entry.children.values(), up=False)

    # What comes and what goes

    def put(self, entry: Entry) -> None:
        """Puts one in that nothing here builds on."""
        transaction = entry.pooled.tx
        for each in transaction.inputs:
            parent = self._entries.get(each.outpoint.txid)
            if parent is not None:
                entry.parents[parent.txid] = parent
                parent.children[transaction.txid] = entry
            self._spenders[each.outpoint] = transaction.txid
        self._entries[transaction.txid] = entry
        self.bytes += entry.pooled.size
        self._value(entry)

    def take(self, entry: Entry) -> None:
        """Takes one out that is in a block now: what builds on it builds on the chain."""
        descendants = self.descendants(entry)
        self._unlink(entry)
        for each in descendants:
            self._value(each)

    def drop(self, entry: Entry) -> list[Entry]:
        """Takes one out with all that builds on it; they are told in the order of their arrival."""
        going = [entry, *self.descendants(entry)]
        for each in reversed(going):
            self._unlink(each)
        return going

    def let_go(self) -> Entry:
        """Takes out the one that is worth least."""
        while True:
            value, _, txid = heappop(self._leaves)
            entry = self._entries.get(txid)
            if entry is not None and not entry.children and entry.value == value:
                self._unlink(entry)
                return entry

    # What to mine

    def order(self) -> tuple[Entry, ...]:
        """All of them, the most valuable first, each after those that it builds on."""
        if self._order is None:
            self._order = tuple(self._ordered())
        return self._order

    def _ordered(self) -> list[Entry]:
        found: dict[bytes, Entry] = {}
        left = {txid: (each.fees, each.size) for txid, each in self._entries.items()}
        queue = [(-each.value, each.arrival, txid) for txid, each in self._entries.items()]
        heapify(queue)
        while queue:
            value, _, txid = heappop(queue)
            entry = self._entries[txid]
            if txid in found or -value != _value(entry, *left[txid]):
                continue
            for member in [each for each in self.ancestors(entry) if each.txid not in found] + [entry]:
                found[member.txid] = member
                # To those that build on it, it costs nothing from here on.
                for heir in self.descendants(member):
                    if heir.txid not in found:
                        fees, size = left[heir.txid]
                        fees, size = fees - member.pooled.fee, size - member.pooled.size
                        left[heir.txid] = fees, size
                        heappush(queue, (-_value(heir, fees, size), heir.arrival, heir.txid))
        return list(found.values())

    def _value(self, entry: Entry) -> None:
        """Values one anew, after it or one that it builds on has come or gone."""
        family = [entry, *self.ancestors(entry)]
        entry.fees = sum(each.pooled.fee for each in family)
        entry.size = sum(each.pooled.size for each in family)
        self._order = None
        self._queue(entry)

    def _queue(self, entry: Entry) -> None:
        if entry.children:
            return
        heappush(self._leaves, (entry.value, -entry.arrival, entry.txid))
        if len(self._leaves) > 2 * len(self._entries) + _SPARE:
            leaves = [each for each in self._entries.values() if not each.children]
            self._leaves = [(each.value, -each.arrival, each.txid) for each in leaves]
            heapify(self._leaves)

    def _unlink(self, entry: Entry) -> None:
        txid = entry.txid
        del self._entries[txid]
        self.bytes -= entry.pooled.size
        self._order = None
        for each in entry.pooled.tx.inputs:
            del self._spenders[each.outpoint]
        for child in entry.children.values():
            del child.parents[txid]
        for parent in entry.parents.values():
            del parent.children[txid]
            self._queue(parent)
        entry.parents, entry.children = {}, {}


def _value(entry: Entry, fees: int, size: int) -> float:
    return min(entry.pooled.fee / entry.pooled.size, fees / size)


def _reached(first: Iterable[Entry], *, up: bool) -> list[Entry]:
    found = {each.txid: each for each in first}
    queue: list[Entry] = list(found.values())
    while queue:
        here = queue.pop()
        for each in (here.parents if up else here.children).values():
            if each.txid not in found:
                found[each.txid] = each
                queue.append(each)
    return sorted(found.values(), key=lambda each: each.arrival)
