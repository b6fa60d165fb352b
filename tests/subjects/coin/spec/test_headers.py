"""Headers: the best branch, first seen first, retargets, checkpoints, and what is known to be invalid."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from lydite_subjects.coin.spec.blocks import Block, genesis
from lydite_subjects.coin.spec.coins import BadLedger
from lydite_subjects.coin.spec.errors import RuleBroken
from lydite_subjects.coin.spec.headers import Entry, Headers, UnknownParent
from lydite_subjects.coin.spec.params import Params
from lydite_subjects.coin.spec.work import bits_of, retargeted, target_of, work_of
from tests.subjects.coin.spec.mint import LATE_S, QUICK, block, line

GENESIS = genesis(QUICK)


def tree(*branches: Sequence[Block], params: Params = QUICK) -> Headers:
    headers = Headers(params, genesis(params).header)
    for branch in branches:
        for each in branch:
            headers.add(each.header, LATE_S)
    return headers


def entry_of(headers: Headers, made: Block) -> Entry:
    found = headers.get(made.hash)
    assert found is not None
    return found


def grown(headers: Headers, count: int, spacing_s: int) -> Headers:
    """More headers on the best one, in steady time, each with the bits that it must have."""
    for _ in range(count):
        best = headers.best
        parent = Block(best.header, (), best.height)
        time_s, bits = best.header.time_s + spacing_s, headers.next_bits(best)
        headers.add(block(QUICK, parent, time_s=time_s, bits=bits).header, LATE_S)
    return headers


def test_a_new_tree_has_the_genesis() -> None:
    headers = tree()

    assert headers.best is headers.genesis is headers.get(GENESIS.hash)
    assert (headers.best.height, headers.best.work, headers.best.parent) == (0, 2, None)
    assert GENESIS.hash in headers
    assert len(headers) == 1


def test_work_is_added_up_from_the_genesis() -> None:
    headers = tree(line(QUICK, 3))

    assert headers.best.height == 3
    assert headers.best.work == 4 * work_of(QUICK.easiest_bits)


def test_a_known_header_is_handed_back() -> None:
    one, two = line(QUICK, 2)
    headers = tree([one, two])

    assert headers.add(one.header, 0) is headers.get(one.hash)
    assert len(headers) == 3


def test_a_header_waits_for_its_parent() -> None:
    one, two = line(QUICK, 2)
    headers = tree()

    with pytest.raises(UnknownParent) as caught:
        headers.add(two.header, LATE_S)

    assert (caught.value.block_hash, caught.value.parent) == (two.hash, one.hash)
    assert len(headers) == 1


def test_more_work_is_better_and_of_equals_the_first_stays() -> None:
    trunk = line(QUICK, 2)
    left, right = line(QUICK, 2, trunk[-1], memo=b"left"), line(QUICK, 3, trunk[-1], memo=b"right")

    headers = tree(trunk, left)
    assert headers.best.hash == left[-1].hash
    for each in right[:2]:
        headers.add(each.header, LATE_S)
        assert headers.best.hash == left[-1].hash
    headers.add(right[2].header, LATE_S)

    assert headers.best.hash == right[-1].hash
    assert [headers.at(headers.best, height).hash for height in range(6)] == [
        each.hash for each in (GENESIS, *trunk, *right)
    ]


def test_work_counts_and_not_the_number_of_blocks() -> None:
    params = replace(QUICK, retarget_blocks=4)
    slow = grown(tree(params=params), 10, params.spacing_s * 2)
    fast = grown(tree(params=params), 8, 1)
    assert fast.best.height < slow.best.height

    headers = tree(params=params)
    for source in (slow, fast):
        for each in list(source)[1:]:
            headers.add(each.header, LATE_S)

    assert headers.best.hash == fast.best.hash


def test_ancestors_and_forks_are_found_on_every_branch() -> None:
    trunk = line(QUICK, 3)
    left, right = line(QUICK, 4, trunk[-1], memo=b"left"), line(QUICK, 2, trunk[-1], memo=b"right")
    headers = tree(trunk, left, right)
    one, other = entry_of(headers, left[-1]), entry_of(headers, right[-1])

    assert headers.fork(one, other) is headers.fork(other, one) is entry_of(headers, trunk[-1])
    assert headers.fork(one, entry_of(headers, trunk[1])) is entry_of(headers, trunk[1])
    assert headers.at(other, 4) is entry_of(headers, right[0])
    assert headers.at(other, 1) is entry_of(headers, trunk[0])
    assert headers.at(other, 5) is other
    with pytest.raises(ValueError, match="expected from 0 to 5, found 6"):
        headers.at(other, 6)


def test_a_locator_is_dense_and_then_sparse() -> None:
    headers = tree(line(QUICK, 40))

    heights = [entry.height for each in headers.locator(headers.best) if (entry := headers.get(each))]

    assert heights == [40, 39, 38, 37, 36, 35, 34, 33, 32, 31, 29, 25, 17, 1, 0]
    assert headers.locator(headers.genesis) == [GENESIS.hash]


def test_a_locator_of_a_long_chain_is_short() -> None:
    headers = tree(line(QUICK, 1_000))

    assert len(headers.locator(headers.best)) < 20


def test_what_follows_a_locator_is_told_from_where_the_chains_part() -> None:
    trunk = line(QUICK, 20)
    left, right = line(QUICK, 12, trunk[-1], memo=b"left"), line(QUICK, 13, trunk[-1], memo=b"right")
    here, there = tree(trunk, left), tree(trunk, right)

    found = there.after(here.locator(here.best), 1_000)

    assert found[-1] is there.best
    assert [each.hash for each in found[-13:]] == [each.hash for each in right]
    assert len(found) <= 16
    assert [each.height for each in there.after([], 3)] == [1, 2, 3]
    assert there.after([b"\0" * 32, there.best.hash], 3) == []
    assert there.after(here.locator(here.best), 0) == []


def test_the_median_is_of_eleven_times_and_of_fewer_at_the_beginning() -> None:
    times = [3, 1, 2, 9, 8, 7, 12, 11, 10, 15, 20, 16]
    headers = Headers(QUICK, GENESIS.header)
    parent, found = headers.genesis, []
    for each in times:
        # The times of these are not judged: they are restored.
        made = block(QUICK, Block(parent.header, (), parent.height), time_s=each)
        parent = headers.restore(made.header)
        found.append(headers.median_time(parent))

    start = GENESIS.header.time_s
    expected = [sorted([start, *times[: end + 1]][-11:]) for end in range(len(times))]
    assert found == [each[len(each) // 2] for each in expected]
    assert found[-1] == sorted(times[1:])[5]


def test_bits_change_at_the_end_of_a_period_only() -> None:
    params = replace(QUICK, retarget_blocks=4)
    headers = grown(tree(params=params), 9, 1)

    bits = [headers.at(headers.best, height).header.bits for height in range(10)]

    assert bits[:4] == [params.easiest_bits] * 4
    assert bits[4:8] == [bits[4]] * 4
    assert bits[8:] == [bits[8]] * 2
    assert target_of(bits[8]) < target_of(bits[4]) < target_of(bits[0])


def test_a_period_is_measured_from_the_last_block_before_it_to_its_last_block() -> None:
    params = replace(QUICK, retarget_blocks=4, spacing_s=100)
    headers = grown(tree(params=params), 3, 50)
    first = headers.next_bits(headers.best)
    # 150 seconds from the genesis, which stands in for a block before it, to the last block.
    assert first == retargeted(params.easiest_bits, 150, params)

    grown(headers, 4, 70)

    # Four spacings, for four blocks: a measure that left one out would find 210.
    assert headers.best.height == 7
    assert headers.next_bits(headers.best) == retargeted(first, 280, params)
    assert retargeted(first, 280, params) != retargeted(first, 210, params)
    assert headers.next_bits(headers.at(headers.best, 6)) == first


def test_a_steady_chain_keeps_its_bits() -> None:
    params = replace(QUICK, retarget_blocks=4)
    headers = grown(tree(params=params), 4, 1)
    harder = headers.best.header.bits
    assert target_of(harder) < target_of(params.easiest_bits)

    grown(headers, 12, params.spacing_s)

    assert headers.at(headers.best, 8).header.bits == bits_of(target_of(harder) * 16 // 20)
    assert headers.at(headers.best, 16).header.bits == headers.at(headers.best, 12).header.bits


def test_a_chain_that_got_too_hard_gets_easier_and_never_easier_than_at_first() -> None:
    params = replace(QUICK, retarget_blocks=4)
    headers = grown(tree(params=params), 5, 1)
    harder = headers.best.header.bits

    grown(headers, 4, 1_000)
    assert target_of(headers.best.header.bits) > target_of(harder)
    grown(headers, 8, 1_000)

    assert headers.best.header.bits == params.easiest_bits


def test_what_is_built_on_an_invalid_block_is_out_of_the_race() -> None:
    trunk = line(QUICK, 2)
    left, right = line(QUICK, 5, trunk[-1], memo=b"left"), line(QUICK, 3, trunk[-1], memo=b"right")
    headers = tree(trunk, left, right)

    headers.mark_invalid(left[1].hash, "it is bad")

    assert headers.best.hash == right[-1].hash
    assert headers.invalid(left[0].hash) is None
    assert headers.invalid(left[1].hash) == "it is bad"
    assert headers.invalid(left[4].hash) == f"built on {left[1].hash.hex()}: it is bad"
    assert headers.invalid(right[2].hash) is None
    with pytest.raises(
        RuleBroken, match=r"known-invalid: expected no broken rule, found built on .* it is bad"
    ):
        headers.add(block(QUICK, left[4]).header, LATE_S)
    with pytest.raises(RuleBroken, match="known-invalid"):
        headers.add(left[3].header, LATE_S)


def test_of_what_is_left_the_first_of_equals_is_best() -> None:
    trunk = line(QUICK, 2)
    one, three = line(QUICK, 2, trunk[-1], memo=b"one"), line(QUICK, 3, trunk[-1], memo=b"three")
    two = line(QUICK, 2, trunk[-1], memo=b"two")
    headers = tree(trunk, one, two, three)

    headers.mark_invalid(three[0].hash, "bad")
    assert headers.best.hash == one[-1].hash
    headers.mark_invalid(one[1].hash, "bad")

    assert headers.best.hash == two[-1].hash


def test_only_a_known_block_can_be_invalid_and_never_the_genesis() -> None:
    headers = tree()

    for block_hash in (GENESIS.hash, b"\1" * 32):
        with pytest.raises(ValueError, match="expected a known one, not the genesis"):
            headers.mark_invalid(block_hash, "bad")


def test_a_checkpoint_vouches_for_its_ancestors_once_it_is_known() -> None:
    trunk = line(QUICK, 5)
    branch = line(QUICK, 2, trunk[0], memo=b"branch")
    params = replace(QUICK, checkpoints={2: trunk[1].hash, 4: trunk[3].hash})
    headers = tree(trunk[:1], branch[:0], params=params)
    one = entry_of(headers, trunk[0])

    assert not headers.vouched(one)
    headers.add(trunk[1].header, LATE_S)
    assert headers.vouched(one)
    assert headers.vouched(headers.best)
    headers.add(trunk[2].header, LATE_S)
    assert not headers.vouched(headers.best)
    headers.add(trunk[3].header, LATE_S)

    assert [headers.vouched(headers.at(headers.best, height)) for height in range(5)] == [True] * 5
    headers.add(trunk[4].header, LATE_S)
    assert not headers.vouched(headers.best)


def test_a_branch_that_misses_the_checkpoint_is_vouched_for_by_nobody() -> None:
    trunk = line(QUICK, 3)
    branch = line(QUICK, 3, memo=b"branch")
    headers = tree(branch[:2], trunk, params=replace(QUICK, checkpoints={3: trunk[2].hash}))

    assert headers.vouched(entry_of(headers, trunk[1]))
    assert not headers.vouched(entry_of(headers, branch[1]))
    with pytest.raises(RuleBroken, match="checkpoint"):
        headers.add(branch[2].header, LATE_S)


def test_headers_come_back_as_they_were_kept() -> None:
    trunk = line(QUICK, 3)
    branch = line(QUICK, 2, trunk[0], memo=b"branch")
    before = tree(trunk, branch)
    after = Headers(QUICK, GENESIS.header)

    for each in before:
        assert after.restore(each.header).height == each.height
    assert len(after) == len(before)
    assert after.best.hash == before.best.hash

    after.prefer(entry_of(after, branch[-1]))
    assert after.best.hash == branch[-1].hash
    after.prefer(entry_of(after, branch[0]))
    assert after.best.hash == branch[-1].hash


def test_a_kept_header_that_was_changed_is_found() -> None:
    one, two = line(QUICK, 2)
    headers = tree()
    nonce = next(each for each in range(100) if one.header._replace(nonce=each).hash[0] >= 0x80)

    with pytest.raises(BadLedger, match="found one with parent"):
        headers.restore(two.header)
    with pytest.raises(BadLedger, match="found one whose hash is too large"):
        headers.restore(one.header._replace(nonce=nonce))
