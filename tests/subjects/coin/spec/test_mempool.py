"""The memory pool: what is in it could be mined, all of it, whatever the chain does."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import pytest

from lydite_subjects.coin.spec import orphans
from lydite_subjects.coin.spec.blocks import Block, genesis
from lydite_subjects.coin.spec.chain import Chain, Change
from lydite_subjects.coin.spec.errors import RuleBroken
from lydite_subjects.coin.spec.memory import Memory
from lydite_subjects.coin.spec.mempool import FAMILY_MAX, POLICIES, Mempool, MissingParents
from lydite_subjects.coin.spec.rules import RULES, check_block
from lydite_subjects.coin.spec.transactions import Outpoint, Output, Transaction, coinbase
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


@pytest.fixture
def world() -> World:
    return World()


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


# Coming in


def test_a_payment_waits_with_its_fee_and_its_size(world: World) -> None:
    payment = spend(reward(0))

    pooled = world.pool.add(payment, world.chain, world.chain.tip.height)

    assert pooled == (payment, FEE, payment.size)
    assert world.pool.get(payment.txid) == pooled
    assert payment.txid in world.pool
    assert (len(world.pool), world.pool.bytes) == (1, payment.size)
    assert world.is_minable()


def test_one_that_is_there_is_answered_as_the_first_time(world: World) -> None:
    payment = spend(reward(0))
    first = world.pool.add(payment, world.chain, world.chain.tip.height)

    again = world.pool.add(replace(payment), world.chain, world.chain.tip.height)

    assert again is first
    assert len(world.pool) == 1


def test_what_the_law_refuses_is_refused(world: World) -> None:
    payment = spend(reward(0))
    forged = replace(payment, inputs=(payment.inputs[0]._replace(signature=bytes(64)),))
    richer = spend(reward(0), fee=-1)

    assert world.refused(forged).rule == "signature"
    assert world.refused(richer).rule == "overspent"
    assert world.refused(replace(payment, outputs=())).rule == "no-outputs"
    assert world.refused(replace(payment, outputs=(Output(0, owner(0)),))).rule == "output-amount"
    assert world.refused(replace(payment, inputs=payment.inputs * 2)).rule == "input-repeated"
    assert world.txids() == []
    assert world.pool.orphans == 0


def test_a_coinbase_by_itself_is_refused(world: World) -> None:
    error = world.refused(coinbase(13, [Output(QUICK.subsidy, owner(0))]))

    assert error.rule == "loose-coinbase"


def test_a_reward_is_spent_from_the_block_on_in_which_it_is_ripe(world: World) -> None:
    # The next block has height 13: rewards up to height 11 are ripe there.
    ripe, unripe = MINTED[10], MINTED[11]

    world.add(spend(coin_of(ripe)))

    assert world.refused(spend(coin_of(unripe))).rule == "maturity"
    assert world.is_minable()


def test_of_two_payments_of_one_coin_the_first_stays(world: World) -> None:
    first, second = spend(reward(0)), spend(reward(0), reward(1), fee=50 * FEE)
    world.add(first)

    error = world.refused(second)

    assert error.rule == "conflict"
    assert first.txid.hex() in str(error)
    assert world.txids() == [first.txid]


def test_a_payment_that_pays_too_little_for_its_size_is_refused() -> None:
    world = World(rate_min=3)
    size = spend(reward(0)).size

    world.add(spend(reward(0), fee=3 * size))
    error = world.refused(spend(reward(1), fee=3 * size - 1))

    assert error.rule == "fee-too-low"
    assert f"{3 * size} grains" in str(error)


def test_what_was_spent_in_a_block_is_missing(world: World) -> None:
    world.connect(block(QUICK, MINTED[-1], spend(reward(0))))

    assert world.refused(spend(reward(0), fee=2 * FEE)).rule == "missing-coin"


def test_what_is_in_a_block_is_refused_and_not_waited_for(world: World) -> None:
    payment = spend(reward(0))
    world.connect(block(QUICK, MINTED[-1], payment))

    assert world.refused(payment).rule == "confirmed"
    assert world.pool.orphans == 0


def test_every_rule_of_the_pool_is_told_in_a_sentence() -> None:
    assert not POLICIES.keys() & RULES.keys()
    assert all(each.endswith(".") for each in POLICIES.values())


# Unconfirmed chains


def test_what_waits_can_be_spent_by_what_waits(world: World) -> None:
    chain = generations(spend(reward(0)), 5)

    world.add(*chain)

    assert world.txids() == [each.txid for each in chain]
    assert world.is_minable()


def test_a_chain_that_waits_has_a_limit(world: World) -> None:
    chain = generations(spend(reward(0)), FAMILY_MAX + 1)
    world.add(*chain[:-1])

    assert world.refused(chain[-1]).rule == "chain-too-long"
    assert len(world.pool) == FAMILY_MAX

    world.connect(block(QUICK, MINTED[-1], chain[0]))
    world.add(chain[-1])
    assert world.is_minable()


def test_a_family_is_counted_once_however_it_is_tied(world: World) -> None:
    top = spend(reward(0), parts=8)
    middle = [spend(output(top, index)) for index in range(8)]
    bottom = spend(*map(output, middle))

    world.add(top, *middle, bottom)

    assert world.pool.descendants(top.txid) == [each.txid for each in [*middle, bottom]]
    assert world.is_minable()


def test_an_output_that_a_waiting_parent_does_not_have_is_missing_for_good(world: World) -> None:
    parent = spend(reward(0))
    world.add(parent)
    nowhere = pay(QUICK, [(parent.outpoint(1), Output(FEE, owner(0)), 0)], Output(1, owner(0)))

    assert world.refused(nowhere).rule == "missing-coin"
    assert world.pool.orphans == 0


# Orphans


def test_an_orphan_is_taken_in_with_its_parents(world: World) -> None:
    one, two = spend(reward(0)), spend(reward(1))
    child = spend(output(one), output(two))
    grandchild = spend(output(child))

    errors = [world.refused(each) for each in (grandchild, child)]
    world.add(one)
    before = world.txids()
    world.add(two)

    assert [each.rule for each in errors] == ["missing-coin"] * 2
    assert isinstance(errors[1], MissingParents)
    assert errors[1].parents == (one.txid, two.txid)
    assert before == [one.txid]
    assert set(world.txids()) == {each.txid for each in (one, two, child, grandchild)}
    assert world.pool.descendants(two.txid) == [child.txid, grandchild.txid]
    assert (world.pool.orphans, world.pool.orphan_bytes) == (0, 0)
    assert world.is_minable()


def test_an_orphan_is_taken_in_with_the_block_that_has_its_parent(world: World) -> None:
    parent = spend(reward(0))
    child = spend(output(parent))
    world.refused(child)

    world.connect(block(QUICK, MINTED[-1], parent))

    assert world.txids() == [child.txid]
    assert world.pool.orphans == 0


def test_an_orphan_that_is_in_the_same_block_as_its_parent_is_let_go(world: World) -> None:
    parent = spend(reward(0))
    child = spend(output(parent))
    world.refused(child)

    world.connect(block(QUICK, MINTED[-1], parent, child))

    assert (len(world.pool), world.pool.orphans) == (0, 0)


def test_a_forged_copy_of_an_orphan_does_not_keep_the_right_one_out(world: World) -> None:
    parent = spend(reward(0))
    child = spend(output(parent))
    forged = replace(child, inputs=(child.inputs[0]._replace(signature=bytes(64)),))
    world.refused(forged)
    world.refused(child)

    world.add(parent)

    assert forged.txid == child.txid
    assert world.pool.get(child.txid) == (child, FEE, child.size)


def test_an_orphan_that_comes_twice_is_kept_once(world: World) -> None:
    child = spend(output(spend(reward(0))))

    world.refused(child)
    world.refused(replace(child))

    assert (world.pool.orphans, world.pool.orphan_bytes) == (1, child.size)


def test_orphans_are_bounded_in_number_and_the_oldest_go_first(world: World) -> None:
    parents = [spend(reward(0), fee=FEE + number) for number in range(orphans.ORPHANS_MAX + 5)]
    children = [spend(output(each)) for each in parents]
    for each in children:
        world.refused(each)

    assert world.pool.orphans == orphans.ORPHANS_MAX
    assert world.pool.orphan_bytes == sum(each.size for each in children[5:])

    world.add(parents[5])
    assert world.txids() == [parents[5].txid, children[5].txid]


def test_an_orphan_that_was_let_go_does_not_come_back(world: World) -> None:
    parents = [spend(reward(0), fee=FEE + number) for number in range(orphans.ORPHANS_MAX + 1)]
    for each in parents:
        world.refused(spend(output(each)))

    world.add(parents[0])

    assert world.txids() == [parents[0].txid]


def test_orphans_are_bounded_in_bytes(world: World) -> None:
    parent = spend(reward(0), parts=100)
    for number in range(30):
        made = [Output(1 + number, owner(0)) for _ in range(2_000)]
        world.refused(pay(QUICK, [output(parent, number)], *made))

    assert world.pool.orphan_bytes <= orphans.ORPHAN_BYTES_MAX
    assert world.pool.orphan_bytes > orphans.ORPHAN_BYTES_MAX - 2 * 64_000
    assert world.pool.orphans < 30


# What to mine


def test_those_that_pay_most_for_their_size_are_first(world: World) -> None:
    payments = [spend(reward(index), fee=fee) for index, fee in enumerate([2 * FEE, 9 * FEE, FEE, 5 * FEE])]
    large = spend(reward(4), fee=9 * FEE, parts=50)

    world.add(*payments, large)

    order = [payments[index].txid for index in (1, 3, 0, 2)]
    assert [each for each in world.txids() if each != large.txid] == order
    assert world.txids()[-1] == large.txid


def test_a_child_that_pays_well_draws_its_parent_in(world: World) -> None:
    parent, other = spend(reward(0), fee=FEE), spend(reward(1), fee=3 * FEE)
    child = spend(output(parent), fee=9 * FEE)

    world.add(parent, other, child)

    assert world.txids() == [parent.txid, child.txid, other.txid]


def test_a_parent_that_pays_well_does_nothing_for_a_child_that_does_not(world: World) -> None:
    parent, other = spend(reward(0), fee=9 * FEE), spend(reward(1), fee=3 * FEE)
    child = spend(output(parent), fee=FEE)

    world.add(parent, other, child)

    assert world.txids() == [parent.txid, other.txid, child.txid]


def test_a_second_child_does_not_pay_for_what_the_first_has_paid_for(world: World) -> None:
    parent = spend(reward(0), fee=FEE, parts=2)
    first, second = (spend(output(parent, index), fee=fee) for index, fee in enumerate([9 * FEE, 4 * FEE]))
    other = spend(reward(1), fee=3 * FEE)

    world.add(parent, other, second, first)

    assert world.txids() == [each.txid for each in (parent, first, second, other)]


def test_what_is_selected_fits_and_has_its_parents(world: World) -> None:
    chains = [generations(spend(reward(index), fee=(index + 1) * FEE), 4) for index in range(5)]
    for chain in chains:
        world.add(*chain)
    size = chains[0][0].size

    for limit in range(0, world.pool.bytes + size, size // 2):
        found = world.pool.selected(limit)
        there = [each.txid for each in found]
        assert sum(each.size for each in found) <= limit
        assert len(found) == min(limit // size, 20)
        for chain in chains:
            mine = [each.txid for each in chain if each.txid in there]
            assert mine == [each.txid for each in chain[: len(mine)]]


# Full


def test_when_it_is_full_what_pays_least_goes() -> None:
    size = spend(reward(0)).size
    world = World(bytes_max=3 * size)
    payments = [spend(reward(index), fee=fee * FEE) for index, fee in enumerate([3, 2, 4, 5])]

    world.add(*payments)

    assert world.txids() == [payments[index].txid for index in (3, 2, 0)]
    assert world.pool.bytes == 3 * size
    assert world.is_minable()


def test_when_it_is_full_one_that_pays_no_more_is_refused_and_nothing_is_lost() -> None:
    size = spend(reward(0)).size
    world = World(bytes_max=3 * size)
    world.add(*(spend(reward(index), fee=fee * FEE) for index, fee in enumerate([3, 2, 4])))
    before = world.txids()

    same = world.refused(spend(reward(3), fee=2 * FEE))
    # It would need the room of two, and pays more than only one of them.
    large = world.refused(spend(reward(4), fee=5 * FEE, parts=8))

    assert [same.rule, large.rule] == ["pool-full", "pool-full"]
    assert world.txids() == before
    assert world.pool.bytes == 3 * size


def test_a_transaction_larger_than_the_pool_is_refused() -> None:
    world = World(bytes_max=100)

    assert world.refused(spend(reward(0))).rule == "pool-full"
    assert (len(world.pool), world.pool.bytes) == (0, 0)


def test_when_it_is_full_a_parent_is_kept_for_a_child_that_pays() -> None:
    size = spend(reward(0)).size
    world = World(bytes_max=3 * size)
    parent, other = spend(reward(0), fee=FEE), spend(reward(1), fee=2 * FEE)
    child = spend(output(parent), fee=9 * FEE)

    world.add(parent, other, child, spend(reward(2), fee=6 * FEE))

    assert other.txid not in world.pool
    assert {parent.txid, child.txid} <= set(world.txids())


def test_when_it_is_full_a_family_goes_from_its_end() -> None:
    size = spend(reward(0)).size
    world = World(bytes_max=4 * size)
    family = generations(spend(reward(0), fee=FEE), 4)
    world.add(*family)

    for index, left in enumerate([3, 2, 1, 0], start=1):
        world.add(spend(reward(index), fee=9 * FEE))
        assert [each.txid in world.pool for each in family] == [True] * left + [False] * (4 - left)
    assert world.is_minable()


def test_a_small_child_that_pays_well_does_not_hold_the_room_of_a_large_parent() -> None:
    parent = spend(reward(0), fee=9_000, parts=200)
    child = spend(output(parent), fee=4 * FEE)
    world = World(bytes_max=parent.size + child.size)
    world.add(parent, child)

    # The child alone would be worth more than each of these; with its parent it is worth less.
    newcomers = [spend(reward(index), fee=FEE) for index in (1, 2)]
    world.add(*newcomers)

    assert child.txid not in world.pool
    assert parent.txid not in world.pool
    assert set(world.txids()) == {each.txid for each in newcomers}


def test_an_orphan_that_costs_its_parent_the_room_leaves_neither_by_half() -> None:
    size = spend(reward(0)).size
    world = World(bytes_max=2 * size)
    world.add(spend(reward(1), fee=9 * FEE))
    parent = spend(reward(0), fee=FEE)
    world.refused(spend(output(parent), fee=2 * FEE))

    world.add(parent)

    assert parent.txid in world.pool
    assert len(world.pool) == 2


# The chain changes


def test_what_is_in_a_block_waits_no_more_and_its_children_do(world: World) -> None:
    chain = generations(spend(reward(0)), 3)
    other = spend(reward(1))
    world.add(*chain, other)

    world.connect(block(QUICK, MINTED[-1], chain[0]))

    assert set(world.txids()) == {each.txid for each in (*chain[1:], other)}
    assert world.is_minable()


def test_what_conflicts_with_a_block_goes_with_all_that_is_built_on_it(world: World) -> None:
    chain = generations(spend(reward(0)), 3)
    other = spend(reward(1))
    world.add(*chain, other)

    world.connect(block(QUICK, MINTED[-1], spend(reward(0), fee=2 * FEE)))

    assert world.txids() == [other.txid]
    assert world.pool.bytes == other.size
    assert world.is_minable()


def test_a_payment_that_lost_to_a_block_does_not_come_back_with_its_coin(world: World) -> None:
    lost, won = spend(reward(0)), spend(reward(0), fee=2 * FEE)
    world.add(lost)
    world.connect(block(QUICK, MINTED[-1], won))

    world.connect(*fork(12, [], []))

    assert world.txids() == [won.txid]
    assert world.refused(lost).rule == "conflict"


def test_a_reorganisation_gives_back_what_it_takes_out_of_blocks(world: World) -> None:
    chain, other = generations(spend(reward(0)), 3), spend(reward(1))
    world.connect(block(QUICK, MINTED[-1], *chain[:2]))
    world.add(chain[2], other)

    change = world.connect(*fork(12, [], []))

    assert len(change.disconnected) == 1
    assert set(world.txids()) == {each.txid for each in (*chain, other)}
    assert world.is_minable()


def test_a_reorganisation_keeps_out_what_both_branches_have(world: World) -> None:
    both, one = spend(reward(0)), spend(reward(1))
    child = spend(output(both))
    world.connect(block(QUICK, MINTED[-1], both, one))
    world.add(child)

    world.connect(*fork(12, [both], []))

    assert set(world.txids()) == {one.txid, child.txid}
    assert world.is_minable()


def test_a_reorganisation_drops_what_conflicts_with_the_new_branch(world: World) -> None:
    mine, theirs = spend(reward(0)), spend(reward(0), fee=2 * FEE)
    child = spend(output(mine))
    world.connect(block(QUICK, MINTED[-1], mine))
    world.add(child)

    world.connect(*fork(12, [theirs], []))

    assert world.txids() == []
    assert world.is_minable()


def test_a_reorganisation_takes_the_rewards_of_its_blocks_away(world: World) -> None:
    ours = line(QUICK, 3, MINTED[-1])
    world.connect(*ours)
    spender = spend(coin_of(ours[0]), reward(0))
    child = spend(output(spender))
    world.add(spender, child)

    world.connect(*fork(12, [], [], [], []))

    assert world.txids() == []
    assert world.pool.orphans == 0


def test_a_shorter_chain_of_more_work_makes_rewards_unripe(world: World) -> None:
    # Nothing here can be shorter and have more work, so the change is told as it would be.
    spender, other = spend(coin_of(MINTED[10])), spend(reward(0))
    child = spend(output(spender))
    world.add(spender, other, child)
    below = Chain.open(QUICK, Memory(QUICK.name))
    below.add_blocks(MINTED[:11], LATE_S)

    world.pool.changed(Change(tip=below.tip, disconnected=(MINTED[11],)), below, below.tip.height)

    assert world.txids() == [other.txid]


def test_what_comes_back_from_a_block_need_not_pay(world: World) -> None:
    free = spend(reward(0), fee=0)
    assert world.refused(free).rule == "fee-too-low"
    world.connect(block(QUICK, MINTED[-1], free))

    world.connect(*fork(12, [], []))

    assert world.txids() == [free.txid]


def test_an_orphan_is_taken_in_with_what_comes_back_from_a_block(world: World) -> None:
    parent = spend(reward(0))
    child = spend(output(parent))
    world.refused(child)
    # A block that the pool was not told of when it came.
    change = Change(tip=world.chain.tip, disconnected=(block(QUICK, MINTED[-1], parent),))

    world.pool.changed(change, world.chain, world.chain.tip.height)

    assert set(world.txids()) == {parent.txid, child.txid}


def test_a_signature_is_looked_at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    chain = generations(spend(reward(0)), 3)
    world.connect(block(QUICK, MINTED[-1], chain[0]))
    world.add(*chain[1:])
    monkeypatch.setattr("lydite_subjects.coin.spec.mempool.check_signatures", None)

    world.connect(*fork(12, [], []))

    assert set(world.txids()) == {each.txid for each in chain}


def test_a_pool_that_is_empty_takes_no_time_for_blocks(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Mempool, "_confirm", None)

    world.connect(block(QUICK, MINTED[-1]))

    assert len(world.pool) == 0
