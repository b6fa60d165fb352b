"""The memory pool: transactions that no block has yet, and that could be in the next one.

Whatever is in the pool keeps the law together with the connected chain and the rest of the pool: all of it could be
mined, in the order of `selected`. That no two of them spend the same coin follows, and so does that there is room for
a limit on what a node holds that nobody has worked for.

What the law leaves open is policy (`POLICIES`): nodes may differ in it.

The pool follows its chain by `changed`. Blocks that were connected take their transactions out, and with them
whatever spends the same coins. Blocks that were disconnected give theirs back; and what was built on these, or on
rewards, is judged again. Signatures are judged once: they are over the coins that they spend, whatever the chain is.
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from lydite_subjects.coin.spec.chain import Change
from lydite_subjects.coin.spec.coins import Coin, View
from lydite_subjects.coin.spec.errors import RuleBroken
from lydite_subjects.coin.spec.orphans import Orphans
from lydite_subjects.coin.spec.params import Params
from lydite_subjects.coin.spec.rules import check_amounts, check_signatures, check_transaction
from lydite_subjects.coin.spec.transactions import Outpoint, Transaction
from lydite_subjects.coin.spec.waiting import Entry, Pooled, Waiting

__all__ = ["POLICIES", "Mempool", "MissingParents", "Pooled"]

POLICIES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "loose-coinbase": "A coinbase is a part of its block, and nothing by itself.",
        "conflict": "Of two transactions that spend the same coin the first one stays.",
        "confirmed": "What is in a block need not wait for one.",
        "fee-too-low": "A transaction pays something for the room that it takes.",
        "chain-too-long": "A transaction builds on few others that wait, or judging it would take long.",
        "pool-full": "When there is no room, those stay that pay most for it.",
    }
)
"""What the pool asks for beside the law, each in one sentence."""

POOL_BYTES_MAX: Final = 5_000_000
RATE_MIN: Final = 1
"""Grains a byte."""
FAMILY_MAX: Final = 25
"""How many a transaction and those that it builds on may be."""
_LOOKED_FOR: Final = 16
"""At so many outputs of a transaction it is looked whether a block has it already."""


class MissingParents(RuleBroken):
    """A transaction that spends what is not there. Its rule is `missing-coin`."""

    def __init__(self, transaction: Transaction, missing: list[Outpoint]) -> None:
        self.parents = tuple(dict.fromkeys(each.txid for each in missing))
        expected = f"a coin at {missing[0]}"
        where = f"transaction {transaction.txid.hex()}"
        super().__init__("missing-coin", expected=expected, found="none, or a spent one", where=where)


class Mempool:
    """What waits for a block; a `height` is always that of the chain's tip."""

    def __init__(self, params: Params, *, bytes_max: int = POOL_BYTES_MAX, rate_min: int = RATE_MIN) -> None:
        self._params = params
        self._bytes_max = bytes_max
        self._rate_min = rate_min
        self._waiting = Waiting()
        self._orphans = Orphans()
        self._arrivals = 0

    # What can be asked

    def get(self, txid: bytes) -> Pooled | None:
        """One that waits."""
        entry = self._waiting.get(txid)
        return None if entry is None else entry.pooled

    def __contains__(self, txid: bytes) -> bool:
        return self._waiting.get(txid) is not None

    def __len__(self) -> int:
        return len(self._waiting)

    def descendants(self, txid: bytes) -> list[bytes]:
        """What builds on one that waits. Right after it was added these are the orphans that have waited for it."""
        entry = self._waiting.get(txid)
        return [] if entry is None else [each.txid for each in self._waiting.descendants(entry)]

    def selected(self, bytes_max: int) -> list[Transaction]:
        """What to mine, those first that pay most, each after those that it builds on, in at most so many bytes."""
        order, left = self._waiting.order(), bytes_max
        if self.bytes <= left:
            return [each.pooled.tx for each in order]
        found: dict[bytes, Transaction] = {}
        for entry in order:
            if entry.pooled.size <= left and all(parent in found for parent in entry.parents):
                found[entry.txid] = entry.pooled.tx
                left -= entry.pooled.size
        return list(found.values())

    # What comes in

    def add(self, transaction: Transaction, chain_view: View, height: int) -> Pooled:
        """Takes a transaction in, with the orphans that have waited for it; one that is there is answered as it is.

        What cannot be taken in raises `RuleBroken`, by the law or by policy. If the rule is `missing-coin`, it is kept
        for a while, and taken in with the transaction or the block that it waits for.
        """
        there = self.get(transaction.txid)
        if there is not None:
            return there
        check_transaction(transaction)
        if transaction.is_coinbase:
            raise _refused("loose-coinbase", "a transaction that spends something", "a coinbase", transaction)
        try:
            entry = self._judged(transaction, chain_view, height)
        except MissingParents as error:
            self._keep_orphan(transaction, error, chain_view)
            raise
        self._put(entry)
        self._adopt([transaction.txid], chain_view, height)
        # An orphan pays for itself and not for what it has waited for, so that may have had to go.
        if transaction.txid not in self:
            raise _refused("pool-full", "more grains a byte than others", entry.value, transaction)
        return entry.pooled

    def changed(self, change: Change, view: View, height: int) -> None:
        """Follows the chain, whose coins the view shows as they are now."""
        if not (change.disconnected or len(self) or len(self._orphans)):
            return
        confirmed = {each.txid: None for block in change.connected for each in block.transactions}
        for block in change.connected:
            for transaction in block.transactions[1:]:
                self._confirm(transaction)
                self._drop_conflicts(transaction)
        if change.disconnected:
            self._restore(change, confirmed, view, height)
        self._adopt(confirmed, view, height)

    # Judging

    def _judged(self, transaction: Transaction, view: View, height: int) -> Entry:
        """A transaction that comes from anybody."""
        spent = self._spent(transaction, view, height)
        entry = self._entry(transaction, spent, height)
        pooled = entry.pooled
        if pooled.fee < self._rate_min * pooled.size:
            expected = f"at least {self._rate_min * pooled.size} grains for {pooled.size} bytes"
            raise _refused("fee-too-low", expected, pooled.fee, transaction)
        family = self._family(transaction)
        if family > FAMILY_MAX:
            expected = f"at most {FAMILY_MAX} waiting ones, itself among them"
            raise _refused("chain-too-long", expected, family, transaction)
        # Last, because it takes by far the longest.
        check_signatures(transaction, spent, self._params)
        return entry

    def _entry(self, transaction: Transaction, spent: list[Coin], height: int) -> Entry:
        fee = check_amounts(transaction, spent, height + 1, self._params)
        self._arrivals += 1
        pooled = Pooled(transaction, fee, transaction.size)
        return Entry(pooled, self._arrivals, spends_reward=any(each.coinbase for each in spent))

    def _spent(self, transaction: Transaction, view: View, height: int) -> list[Coin]:
        """The coins that it spends, of the chain or of those that wait."""
        found: list[Coin] = []
        missing: list[Outpoint] = []
        for each in transaction.inputs:
            spender = self._waiting.spender(each.outpoint)
            if spender is not None:
                expected = f"a coin at {each.outpoint} that nothing else spends"
                raise _refused("conflict", expected, f"it spent by {spender.hex()}", transaction)
            coin = self._coin(each.outpoint, view, height)
            if coin is None:
                missing.append(each.outpoint)
            else:
                found.append(coin)
        if missing:
            raise MissingParents(transaction, missing)
        return found

    def _coin(self, outpoint: Outpoint, view: View, height: int) -> Coin | None:
        parent = self.get(outpoint.txid)
        if parent is None:
            return view.coin(outpoint)
        if outpoint.output >= len(parent.tx.outputs):
            return None
        amount, owner = parent.tx.outputs[outpoint.output]
        return Coin(amount, owner, height + 1, coinbase=False)

    def _family(self, transaction: Transaction) -> int:
        """How many it and those that it builds on are."""
        found: dict[bytes, None] = {transaction.txid: None}
        for each in transaction.inputs:
            parent = self._waiting.get(each.outpoint.txid)
            if parent is not None and parent.txid not in found:
                found[parent.txid] = None
                found.update(dict.fromkeys([one.txid for one in self._waiting.ancestors(parent)]))
        return len(found)

    # Coming and going

    def _put(self, entry: Entry) -> None:
        """Puts one in, and lets go of what is worth least while there is no room; that may be the new one."""
        self._waiting.put(entry)
        gone: list[Entry] = []
        while self._waiting.bytes > self._bytes_max:
            gone.append(self._waiting.let_go())
            if gone[-1] is entry:
                # All of the others are worth more, or too small to make room for it.
                for other in reversed(gone[:-1]):
                    self._waiting.put(other)
                expected = f"more grains a byte than others, in at most {self._bytes_max:,} bytes"
                raise _refused("pool-full", expected, f"{entry.value:.3f}", entry.pooled.tx)

    def _confirm(self, transaction: Transaction) -> None:
        entry = self._waiting.get(transaction.txid)
        if entry is not None:
            self._waiting.take(entry)

    def _drop_conflicts(self, transaction: Transaction) -> None:
        """What spends the coins of a transaction in a block can never be mined, and nothing that is built on it."""
        for each in transaction.inputs:
            spender = self._waiting.spender(each.outpoint)
            entry = None if spender is None else self._waiting.get(spender)
            if entry is not None:
                self._waiting.drop(entry)

    def _restore(self, change: Change, confirmed: Mapping[bytes, None], view: View, height: int) -> None:
        """Takes back what was disconnected, and judges again what that may have changed.

        They were lawful, and somebody may rely on them: policy is not asked, as long as there is room.
        """
        back: list[Transaction] = []
        shaken = self._waiting.reward_spenders()
        for block in reversed(change.disconnected):
            for index, transaction in enumerate(block.transactions):
                if transaction.txid in confirmed:
                    continue
                shaken += self._built_on(transaction)
                if index:
                    back.append(transaction)
        again = [one for each in shaken if each.txid in self for one in self._waiting.drop(each)]
        again.sort(key=lambda each: each.arrival)
        for transaction in [*back, *[each.pooled.tx for each in again]]:
            try:
                self._put(self._entry(transaction, self._spent(transaction, view, height), height))
            except RuleBroken:
                continue
        self._adopt([each.txid for each in back], view, height)

    def _built_on(self, transaction: Transaction) -> list[Entry]:
        spenders = (
            self._waiting.spender(transaction.outpoint(index)) for index in range(len(transaction.outputs))
        )
        found = (self._waiting.get(each) for each in spenders if each is not None)
        return [each for each in found if each is not None]

    # Orphans

    def _keep_orphan(self, transaction: Transaction, error: MissingParents, view: View) -> None:
        if any(
            view.coin(transaction.outpoint(index))
            for index in range(min(len(transaction.outputs), _LOOKED_FOR))
        ):
            found = "one in a block"
            raise _refused("confirmed", "a transaction that no block has", found, transaction) from error
        self._wait(transaction, error.parents)

    def _adopt(self, txids: Iterable[bytes], view: View, height: int) -> None:
        """Takes in the orphans that have waited for these, and those that have waited for them."""
        queue = deque(txids)
        while queue and len(self._orphans):
            parent = queue.popleft()
            for orphan in self._orphans.take(parent):
                if orphan.txid in self:
                    continue
                try:
                    self._put(self._judged(orphan, view, height))
                except MissingParents as error:
                    if parent not in error.parents:
                        self._wait(orphan, error.parents)
                except RuleBroken:
                    continue
                else:
                    queue.append(orphan.txid)

    def _wait(self, transaction: Transaction, parents: Sequence[bytes]) -> None:
        # If a parent is here and what it made is not, or never was, there is nothing to wait for.
        if not any(each in self for each in parents):
            self._orphans.keep(transaction, parents)

    # How much there is; last, because `bytes` means something else from here on

    @property
    def orphans(self) -> int:
        """How many are held back because what they spend is not known."""
        return len(self._orphans)

    @property
    def orphan_bytes(self) -> int:
        """How many bytes those have."""
        return self._orphans.bytes

    @property
    def bytes(self) -> int:
        """How many bytes they have together."""
        return self._waiting.bytes


def _refused(rule: str, expected: object, found: object, transaction: Transaction) -> RuleBroken:
    return RuleBroken(rule, expected=expected, found=found, where=f"transaction {transaction.txid.hex()}")
