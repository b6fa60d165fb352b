"""The memory pool: what is in it could be mined, all of it, whatever the chain does."""

from dataclasses import replace

import pytest

from lydite_subjects.coin.spec import orphans
from lydite_subjects.coin.spec.mempool import FAMILY_MAX, POLICIES, MissingParents
from lydite_subjects.coin.spec.rules import RULES
from lydite_subjects.coin.spec.transactions import Output, coinbase
from tests.subjects.coin.spec.mint import QUICK, block, coin_of, owner, pay
from tests.subjects.coin.spec.pooling import FEE, MINTED, World, generations, output, reward, spend


@pytest.fixture
def world() -> World:
    return World()


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


def test_a_child_is_not_selected_when_there_is_no_room_for_its_parent(world: World) -> None:
    parent = spend(reward(0), fee=9 * FEE, parts=50)
    child, other = spend(output(parent), fee=9 * FEE), spend(reward(1), fee=FEE)
    world.add(parent, child, other)

    assert world.pool.selected(parent.size - 1) == [other]
    assert world.pool.selected(parent.size) == [parent]


def test_a_child_is_worth_what_it_pays_when_its_parent_is_in_a_block(world: World) -> None:
    parent, other = spend(reward(0), fee=FEE), spend(reward(1), fee=6 * FEE)
    child = spend(output(parent), fee=9 * FEE)
    world.add(parent, child, other)
    before = world.txids()

    world.connect(block(QUICK, MINTED[-1], parent))

    assert before == [other.txid, parent.txid, child.txid]
    assert world.txids() == [child.txid, other.txid]
