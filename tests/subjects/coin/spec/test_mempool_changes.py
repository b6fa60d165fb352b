"""The memory pool when it is full, and when its chain changes."""

import pytest

from lydite_subjects.coin.spec.chain import Chain, Change
from lydite_subjects.coin.spec.memory import Memory
from lydite_subjects.coin.spec.mempool import Mempool
from tests.subjects.coin.spec.mint import LATE_S, QUICK, block, coin_of, line
from tests.subjects.coin.spec.pooling import FEE, MINTED, World, fork, generations, output, reward, spend


@pytest.fixture
def world() -> World:
    return World()


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


def test_when_it_is_full_a_child_is_not_kept_for_a_parent_that_pays() -> None:
    size = spend(reward(0)).size
    world = World(bytes_max=3 * size)
    parent, other = spend(reward(0), fee=9 * FEE), spend(reward(1), fee=2 * FEE)
    child = spend(output(parent), fee=FEE)

    world.add(parent, child, other, spend(reward(2), fee=6 * FEE))

    assert child.txid not in world.pool
    assert {parent.txid, other.txid} <= set(world.txids())


def test_when_it_is_full_what_was_worth_little_may_be_worth_more_by_now() -> None:
    size = spend(reward(0)).size
    world = World(bytes_max=3 * size)
    parent = spend(reward(0), fee=FEE)
    child = spend(output(parent), fee=9 * FEE)
    world.add(parent, child)
    world.connect(block(QUICK, MINTED[-1], parent))

    world.add(*(spend(reward(index), fee=(5 + index) * FEE) for index in (1, 2, 3)))

    assert len(world.pool) == 3
    assert child.txid in world.pool


def test_what_has_gone_leaves_nothing_behind(world: World) -> None:
    payments, waiting = generations(spend(reward(0)), 4), world.pool._waiting

    for _ in range(100):
        world.add(*payments)
        first = waiting.get(payments[0].txid)
        assert first is not None
        waiting.drop(first)

    assert (len(world.pool), world.pool.bytes) == (0, 0)
    assert not waiting._spenders
    assert len(waiting._leaves) < 100


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


def test_a_reorganisation_gives_back_the_lowest_block_first(world: World) -> None:
    chain = generations(spend(reward(0)), 3)
    blocks = [block(QUICK, MINTED[-1], chain[0])]
    blocks += [block(QUICK, blocks[0], chain[1])]
    blocks += [block(QUICK, blocks[1], chain[2])]
    world.connect(*blocks)

    world.connect(*fork(12, [], [], [], []))

    assert world.txids() == [each.txid for each in chain]
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
