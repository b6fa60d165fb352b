"""A memory pool and its chain, and payments for them."""

from collections.abc import Sequence
from typing import Final

import pytest

from lydite_subjects.coin.spec.blocks import Block, genesis
from lydite_subjects.coin.spec.chain import Chain, Change
from lydite_subjects.coin.spec.errors import RuleBroken
from lydite_subjects.coin.spec.memory import Memory
from lydite_subjects.coin.spec.mempool import Mempool
from lydite_subjects.coin.spec.rules import check_block
from lydite_subjects.coin.spec.transactions import Outpoint, Output, Transaction
from tests.subjects.coin.spec.mint import LATE_S, QUICK, block, coin_of, line, owner, pay

FEE: Final = 10_000
MINTED: Final = line(QUICK, 12)
"""Empty blocks: the rewards of the first ones are ripe on top of them."""

Spent = tuple[Outpoint, Output, int]


class World:
    """A chain and the pool that follows it."""

    def __init__(self, *, bytes_max: int = 5_000_000, rate_min: int = 1) -> None:
        self.chain = Chain.open(QUICK, Memory(QUICK.name))
        self.pool = Mempool(QUICK, bytes_max=bytes_max, rate_min=rate_min)
        self.connect(*MINTED)

    def connect(self, *blocks: Block) -> Change:
        change = self.chain.add_blocks(blocks, LATE_S)
        assert not change.refused, change.refused
        self.pool.changed(change, self.chain, self.chain.tip.height)
        return change

    def add(self, *transactions: Transaction) -> None:
        for each in transactions:
            self.pool.add(each, self.chain, self.chain.tip.height)

    def refused(self, transaction: Transaction) -> RuleBroken:
        with pytest.raises(RuleBroken) as caught:
            self.add(transaction)
        return caught.value

    def txids(self) -> list[bytes]:
        found = [each.txid for each in self.pool.selected(self.pool.bytes)]
        assert len(found) == len(self.pool)
        return found

    def mined(self, *, parent: Block | None = None) -> Block:
        """The pool as a block; it is lawful, or the pool is not."""
        tip = parent or self.chain.block(self.chain.tip.hash)
        assert tip is not None
        found = block(QUICK, tip, *self.pool.selected(900_000))
        check_block(found, QUICK)
        return found

    def is_minable(self) -> bool:
        change = self.chain.add_blocks([self.mined()], LATE_S)
        return not change.refused


def reward(index: int) -> Spent:
    return coin_of(MINTED[index])


def spend(*spent: Spent, fee: int = FEE, to: int = 0, parts: int = 1) -> Transaction:
    """All of these coins to one owner, in some outputs, but for a fee."""
    total = sum(output.amount for _, output, _ in spent) - fee
    made = [Output(total // parts, owner(to)) for _ in range(parts - 1)]
    made.append(Output(total - sum(each.amount for each in made), owner(to)))
    return pay(QUICK, spent, *made)


def output(transaction: Transaction, index: int = 0, of: int = 0) -> Spent:
    return transaction.outpoint(index), transaction.outputs[index], of


def generations(first: Transaction, count: int) -> list[Transaction]:
    found = [first]
    while len(found) < count:
        found.append(spend(output(found[-1])))
    return found


def fork(height: int, *bodies: Sequence[Transaction]) -> list[Block]:
    """Another branch from this height on, of blocks with these payments."""
    parent, found = MINTED[height - 1] if height else genesis(QUICK), []
    for body in bodies:
        parent = block(QUICK, parent, *body, memo=b"fork")
        found.append(parent)
    return found
