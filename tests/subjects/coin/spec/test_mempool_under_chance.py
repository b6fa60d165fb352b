"""The memory pool under chance: payments, double payments, orphans, blocks and reorganisations in any order.

After each of them the pool is what a simple one would be: a new one that is given, in the order of their arrival, what
the old one had and what the chain gave back.
"""

import random

import pytest

from lydite_subjects.coin.spec.blocks import Block
from lydite_subjects.coin.spec.chain import Chain, Change
from lydite_subjects.coin.spec.errors import RuleBroken
from lydite_subjects.coin.spec.memory import Memory
from lydite_subjects.coin.spec.mempool import Mempool
from lydite_subjects.coin.spec.transactions import Outpoint, Output, Transaction
from tests.subjects.coin.spec.mint import LATE_S, QUICK, block, coin_of, line, owner, pay

MINTED = line(QUICK, 8)


class Walk:
    """One story, and what came of it."""

    def __init__(self, seed: int) -> None:
        self.draws = random.Random(seed)
        self.chain = Chain.open(QUICK, Memory(QUICK.name))
        self.chain.add_blocks(MINTED, LATE_S)
        # Room is short for one in three.
        self.is_short = seed % 3 == 0
        self.pool = Mempool(QUICK, bytes_max=2_000 if self.is_short else 5_000_000)
        self.outputs = [coin_of(each) for each in MINTED[:6]]
        self.held: list[Transaction] = []
        self.done = {"pay": 0, "hold": 0, "tell": 0, "mine": 0, "fork": 0, "refused": 0, "back": 0}

    def step(self) -> None:
        what = self.draws.choices(["pay", "hold", "tell", "mine", "fork"], [20, 3, 5, 3, 2])[0]
        self.done[what] += 1
        match what:
            case "pay":
                self.offer(self.payment())
            case "hold":
                # Its children may be told before it is.
                self.held.append(self.payment())
            case "tell":
                if self.held:
                    self.offer(self.held.pop(self.draws.randrange(len(self.held))))
            case "mine":
                self.extend(self.tip, 1)
            case _:
                depth = self.draws.randint(1, 3)
                base = self.tip
                for _ in range(depth):
                    base = self.body(base.header.previous)
                self.extend(base, depth + 1)
        self.look()

    @property
    def tip(self) -> Block:
        return self.body(self.chain.tip.hash)

    def body(self, block_hash: bytes) -> Block:
        found = self.chain.block(block_hash)
        assert found is not None
        return found

    def payment(self) -> Transaction:
        spent = self.draws.sample(self.outputs[-12:], self.draws.randint(1, 3))
        total = sum(output.amount for _, output, _ in spent)
        fee = min(self.draws.choice([0, 200, 1_000, 10_000, 100_000]), total - 2)
        first = self.draws.randint(1, total - fee - 1)
        made = [Output(first, owner(0)), Output(total - fee - first, owner(0))]
        found = pay(QUICK, spent, *made)
        self.outputs += [(found.outpoint(index), made[index], 0) for index in range(2)]
        return found

    def offer(self, transaction: Transaction) -> None:
        try:
            self.pool.add(transaction, self.chain, self.chain.tip.height)
        except RuleBroken:
            self.done["refused"] += 1

    def extend(self, parent: Block, count: int) -> None:
        """Blocks on top of a parent, each with some of what waits and some that nobody was told of."""
        waiting = self.waiting()
        for _ in range(count):
            candidates = [each for each in [*waiting, *self.held] if self.draws.random() < 0.5]
            parent = self.mined(parent, candidates)
            change = self.chain.add_blocks([parent], LATE_S)
            assert not change.refused
            expected = self.simple(change)
            orphans = {each.txid for each, _ in self.pool._orphans._waiting.values()}
            self.done["back"] += sum(len(each.transactions) - 1 for each in change.disconnected)
            self.pool.changed(change, self.chain, self.chain.tip.height)
            self.compare(expected, orphans)
        self.outputs.append(coin_of(parent))

    def mined(self, parent: Block, candidates: list[Transaction]) -> Block:
        """A lawful child with as many of these as there may be."""
        view = self.chain_of(parent)
        taken = Mempool(QUICK, rate_min=0)
        chosen = []
        for each in candidates:
            try:
                taken.add(each, view, view.tip.height)
            except RuleBroken:
                continue
            chosen.append(each)
        return block(QUICK, parent, *chosen, memo=self.draws.randbytes(4))

    def simple(self, change: Change) -> Mempool:
        """What the pool should be after a change: slow, and easy to believe."""
        found = Mempool(QUICK, rate_min=0)
        back = [each for gone in reversed(change.disconnected) for each in gone.transactions[1:]]
        for each in [*back, *self.waiting()]:
            try:
                found.add(each, self.chain, self.chain.tip.height)
            except RuleBroken:
                continue
        return found

    def compare(self, expected: Mempool, orphans: set[bytes]) -> None:
        there, wanted = ({each.txid for each in one.selected(one.bytes)} for one in (self.pool, expected))
        if not self.is_short:
            assert wanted <= there
        # Nothing else is new but orphans that have found their parents.
        assert there - wanted <= orphans

    def look(self) -> None:
        """All of the pool could be mined, and its books are right."""
        selected = self.pool.selected(self.pool.bytes)
        assert len(selected) == len(self.pool)
        assert sum(each.size for each in selected) == self.pool.bytes <= self.pool._bytes_max
        spent: list[Outpoint] = [each.outpoint for one in selected for each in one.inputs]
        assert len(set(spent)) == len(spent)
        proof = Mempool(QUICK, rate_min=0)
        for each in selected:
            proof.add(each, self.chain, self.chain.tip.height)
        trial = self.chain_of(self.tip)
        assert not trial.add_blocks([block(QUICK, self.tip, *selected)], LATE_S).refused

    def chain_of(self, last: Block) -> Chain:
        """A chain that ends with this block."""
        path, here = list[Block](), last
        while here.index:
            path.append(here)
            here = self.body(here.header.previous)
        found = Chain.open(QUICK, Memory(QUICK.name))
        found.add_blocks(path[::-1], LATE_S)
        return found

    def waiting(self) -> list[Transaction]:
        """The pool in the order of arrival."""
        entries = self.pool._waiting.order()
        return [each.pooled.tx for each in sorted(entries, key=lambda each: each.arrival)]


@pytest.mark.parametrize("seed", range(18))
def test_the_pool_is_what_a_simple_one_would_be(seed: int) -> None:
    walk = Walk(seed)

    for _ in range(80):
        walk.step()

    assert min(walk.done[each] for each in ("mine", "pay", "refused")) > 0


def test_the_stories_have_what_they_are_about() -> None:
    walks = [Walk(seed) for seed in range(4)]

    for each in walks:
        for _ in range(80):
            each.step()

    for what in ("fork", "back", "tell", "hold"):
        assert sum(each.done[what] for each in walks) > 3, what


def test_two_pools_that_hear_the_same_mine_the_same() -> None:
    one, other = Walk(5), Walk(5)

    for _ in range(40):
        one.step()
        other.step()

        assert one.pool.selected(3_000) == other.pool.selected(3_000)
