"""The chain: bodies in any order, reorganisations, blocks that break the law."""

from dataclasses import replace

import pytest

from lydite_subjects.coin.spec.blocks import Block
from lydite_subjects.coin.spec.bodies import Bodies
from lydite_subjects.coin.spec.chain import Chain, Change
from lydite_subjects.coin.spec.errors import RuleBroken
from lydite_subjects.coin.spec.headers import Headers, UnknownParent
from lydite_subjects.coin.spec.memory import Memory
from lydite_subjects.coin.spec.transactions import Output
from tests.subjects.coin.spec.mint import LATE_S, QUICK, block, coin_of, line, owner, pay, reward
from tests.subjects.coin.spec.standing import GENESIS, Counting, assert_stands, begun, hashes


def test_an_empty_ledger_gets_the_genesis() -> None:
    chain = begun()

    assert_stands(chain, [])
    assert chain.tip is chain.headers.genesis
    assert chain.coin(GENESIS.transactions[0].outpoint(0)) is not None


def test_blocks_are_connected_in_one_call_with_few_questions_and_one_step() -> None:
    ledger = Counting()
    chain = Chain.open(QUICK, ledger)
    trunk = line(QUICK, 50)
    spent = [pay(QUICK, [coin_of(each)], Output(1, owner(1))) for each in trunk[:20]]
    ledger.asked.clear()
    more = [block(QUICK, trunk[-1], *spent)]

    change = chain.add_blocks([*trunk, *more], LATE_S)

    assert ledger.asked == ["coins", "commit"]
    assert hashes(change.connected) == hashes([*trunk, *more])
    assert (change.disconnected, change.refused, change.tip) == ((), {}, chain.tip)
    assert_stands(chain, [*trunk, *more])


def test_a_block_comes_back_with_its_height_whatever_it_was_given_with() -> None:
    (one,) = line(QUICK, 1)

    change = begun().add_blocks([replace(one, index=77)], LATE_S)

    assert change.connected == (one,)
    assert change.connected[0].index == 1


def test_what_is_here_already_changes_nothing() -> None:
    trunk = line(QUICK, 3)
    chain = begun(trunk)

    change = chain.add_blocks([*trunk, trunk[0]], LATE_S)

    assert change == Change(tip=chain.tip)


def test_bodies_may_come_in_any_order_in_one_call() -> None:
    trunk = line(QUICK, 6)

    change = begun().add_blocks([trunk[each] for each in (5, 2, 0, 4, 1, 3)], LATE_S)

    assert hashes(change.connected) == hashes(trunk)
    assert not change.refused


def test_a_body_whose_parent_is_unknown_is_refused_and_may_come_again() -> None:
    one, two = line(QUICK, 2)
    chain = begun()

    first = chain.add_blocks([two], LATE_S)
    chain.add_blocks([one], LATE_S)
    second = chain.add_blocks([two], LATE_S)

    assert isinstance(first.refused[two.hash], UnknownParent)
    assert second.connected == (two,)


def test_bodies_that_come_before_their_parents_wait_and_are_wanted_no_more() -> None:
    trunk = line(QUICK, 6)
    chain = begun()
    chain.add_headers([each.header for each in trunk], LATE_S)
    assert [each.hash for each in chain.wanted(4)] == hashes(trunk[:4])

    change = chain.add_blocks(trunk[3:5], LATE_S)
    assert (change.connected, chain.tip.height) == ((), 0)
    assert [each.hash for each in chain.wanted(10)] == hashes([*trunk[:3], trunk[5]])
    assert chain.has_block(trunk[3].hash)
    assert not chain.has_block(trunk[0].hash)
    assert chain.block(trunk[3].hash) == trunk[3]
    change = chain.add_blocks(trunk[:3], LATE_S)

    assert hashes(change.connected) == hashes(trunk[:5])
    assert [each.hash for each in chain.wanted(10)] == hashes(trunk[5:])


def test_more_work_wins_and_the_coins_are_those_of_the_new_branch() -> None:
    trunk = line(QUICK, 3)
    to_one = pay(QUICK, [coin_of(trunk[0])], Output(QUICK.subsidy, owner(1)))
    to_two = pay(QUICK, [coin_of(trunk[0])], Output(QUICK.subsidy, owner(2)))
    left = [block(QUICK, trunk[-1], to_one, memo=b"left")]
    right = [block(QUICK, trunk[-1], to_two, memo=b"right")]
    right += line(QUICK, 1, right[-1])
    chain = begun(trunk, left)

    same = chain.add_blocks(right[:1], LATE_S)
    assert (same.connected, same.disconnected) == ((), ())
    assert_stands(chain, [*trunk, *left])
    change = chain.add_blocks(right[1:], LATE_S)

    assert hashes(change.disconnected) == hashes(left)
    assert hashes(change.connected) == hashes(right)
    assert_stands(chain, [*trunk, *right])
    assert chain.ledger.balance(owner(1)) == 0
    assert chain.ledger.balance(owner(2)) == QUICK.subsidy
    assert chain.ledger.transaction(to_one.txid) is None
    located = chain.ledger.transaction(to_two.txid)
    assert located is not None
    assert located.block_hash == right[0].hash


def test_the_same_payment_on_both_branches_is_moved_to_the_new_one() -> None:
    trunk = line(QUICK, 3)
    payment = pay(QUICK, [coin_of(trunk[0])], Output(QUICK.subsidy, owner(1)))
    left = [block(QUICK, trunk[-1], payment, memo=b"left")]
    right = line(QUICK, 1, trunk[-1], memo=b"right")
    right += [block(QUICK, right[-1], payment)]
    chain = begun(trunk, left)

    chain.add_blocks(right, LATE_S)

    assert_stands(chain, [*trunk, *right])
    coin = chain.coin(payment.outpoint(0))
    assert coin is not None
    assert coin.height == 5
    assert [each.height for each in chain.ledger.history(owner(1), 10)] == [5]


def test_back_and_forth_between_two_branches() -> None:
    trunk = line(QUICK, 3)
    payment = pay(QUICK, [coin_of(trunk[0])], Output(QUICK.subsidy, owner(1)))
    again = pay(QUICK, [(payment.outpoint(0), payment.outputs[0], 1)], Output(QUICK.subsidy, owner(2)))
    left = [block(QUICK, trunk[-1], payment, again, memo=b"left")]
    left += line(QUICK, 6, left[-1])
    right = [block(QUICK, trunk[-1], memo=b"right")]
    right += [block(QUICK, right[-1], payment)]
    right += [block(QUICK, right[-1], again)]
    right += line(QUICK, 4, right[-1])
    chain = begun(trunk)

    for count in range(1, 7):
        chain.add_blocks(left[: count + count % 2], LATE_S)
        chain.add_blocks(right[: count + 1 - count % 2], LATE_S)
        branch, length = (left, count + count % 2) if count % 2 else (right, count + 1)
        assert_stands(chain, [*trunk, *branch[:length]])


def test_a_bad_block_with_the_most_work_is_refused_with_what_is_built_on_it() -> None:
    trunk = line(QUICK, 2)
    good = line(QUICK, 2, trunk[-1], memo=b"good")
    bad = [block(QUICK, trunk[-1], first=reward(QUICK, 3, extra=1))]
    bad += line(QUICK, 4, bad[-1])
    chain = begun(trunk, good)

    change = chain.add_blocks(bad[:4], LATE_S)

    assert change.refused[bad[0].hash].rule == "reward"
    assert [change.refused[each.hash].rule for each in bad[1:4]] == ["known-invalid"] * 3
    assert (change.connected, change.disconnected) == ((), ())
    assert_stands(chain, [*trunk, *good])
    assert chain.headers.best is chain.tip
    assert chain.add_blocks(bad[4:], LATE_S).refused[bad[4].hash].rule == "known-invalid"
    assert chain.add_blocks(bad[:1], LATE_S).refused[bad[0].hash].rule == "known-invalid"
    assert not chain.has_block(bad[0].hash)


def test_what_is_good_of_a_chain_with_a_bad_block_is_connected() -> None:
    trunk = line(QUICK, 5)
    bad = [block(QUICK, trunk[-1], first=reward(QUICK, 6, extra=1))]
    bad += line(QUICK, 2, bad[-1])
    chain = begun()

    change = chain.add_blocks([*trunk, *bad], LATE_S)

    assert hashes(change.connected) == hashes(trunk)
    assert set(change.refused) == set(hashes(bad))
    assert_stands(chain, trunk)


def test_a_header_chain_with_the_most_work_and_a_bad_body_does_not_stop_a_node() -> None:
    trunk = line(QUICK, 2)
    bad = [block(QUICK, trunk[-1], reward(QUICK, 3, to=1), memo=b"bad")]
    bad += line(QUICK, 5, bad[-1])
    good = line(QUICK, 3, trunk[-1], memo=b"good")
    chain = begun(trunk)
    chain.add_headers([each.header for each in (*bad, *good)], LATE_S)
    assert [each.hash for each in chain.wanted(2)] == hashes(bad[:2])

    change = chain.add_blocks(bad[:1], LATE_S)

    assert change.refused[bad[0].hash].rule == "coinbase-only-first"
    assert [each.hash for each in chain.wanted(9)] == hashes(good)
    assert hashes(chain.add_blocks(good, LATE_S).connected) == hashes(good)


def test_a_bad_block_found_late_takes_down_the_bodies_that_waited_for_it() -> None:
    trunk = line(QUICK, 2)
    bad = [block(QUICK, trunk[-1], first=reward(QUICK, 3, extra=1))]
    bad += line(QUICK, 3, bad[-1])
    good = line(QUICK, 1, trunk[-1], memo=b"good")
    chain = begun(trunk, good)
    chain.add_headers([each.header for each in bad], LATE_S)
    chain.add_blocks(bad[1:], LATE_S)

    change = chain.add_blocks(bad[:1], LATE_S)

    assert change.refused[bad[0].hash].rule == "reward"
    assert_stands(chain, [*trunk, *good])
    assert_stands(Chain.open(QUICK, chain.ledger), [*trunk, *good])


def test_another_body_behind_a_right_header_does_not_harm_the_right_one() -> None:
    trunk = line(QUICK, 3)
    payments = [pay(QUICK, [coin_of(each)], Output(1, owner(1))) for each in trunk[:2]]
    right = block(QUICK, trunk[-1], *payments)
    longer = Block(right.header, (*right.transactions, right.transactions[-1]), 4)
    unsigned = replace(payments[0], inputs=(payments[0].inputs[0]._replace(signature=b""),))
    other = Block(right.header, (right.transactions[0], unsigned, payments[1]), 4)
    chain = begun(trunk)

    for wrong in (longer, other):
        change = chain.add_blocks([wrong], LATE_S)
        assert change.refused[right.hash].rule == "merkle-root"
        assert chain.headers.invalid(right.hash) is None
        assert [each.hash for each in chain.wanted(5)] == [right.hash]

    assert hashes(chain.add_blocks([right], LATE_S).connected) == [right.hash]


def test_a_block_from_the_future_is_taken_when_its_time_has_come() -> None:
    (one,) = line(QUICK, 1)
    early_s = one.header.time_s - QUICK.future_s_max - 1
    chain = begun()

    assert chain.add_blocks([one], early_s).refused[one.hash].rule == "time-too-new"
    assert chain.add_blocks([one], early_s + 1).connected == (one,)


def test_of_equal_work_the_branch_that_was_complete_first_stays() -> None:
    trunk = line(QUICK, 2)
    left, right = line(QUICK, 2, trunk[-1], memo=b"left"), line(QUICK, 2, trunk[-1], memo=b"right")
    chain = begun(trunk)
    chain.add_headers([each.header for each in (*left, *right)], LATE_S)
    assert chain.headers.best.hash == left[-1].hash

    chain.add_blocks(right, LATE_S)
    chain.add_blocks(left, LATE_S)

    assert_stands(chain, [*trunk, *right])
    assert_stands(Chain.open(QUICK, chain.ledger), [*trunk, *right])


def test_headers_before_a_bad_one_stay() -> None:
    trunk = line(QUICK, 3)
    far = block(QUICK, trunk[1], time_s=LATE_S * 2)
    ledger = Memory(QUICK.name)
    chain = Chain.open(QUICK, ledger)

    with pytest.raises(RuleBroken, match="time-too-new"):
        chain.add_headers([each.header for each in (*trunk[:2], far, trunk[2])], LATE_S)

    assert chain.headers.best.hash == trunk[1].hash
    assert len(list(ledger.headers())) == 3
    entries = chain.add_headers([each.header for each in trunk], LATE_S)
    assert [each.height for each in entries] == [1, 2, 3]


def test_below_a_known_checkpoint_no_signature_is_asked_for() -> None:
    trunk = line(QUICK, 3)
    unsigned = replace(pay(QUICK, [coin_of(trunk[0])], Output(1, owner(1))))
    unsigned = replace(unsigned, inputs=(unsigned.inputs[0]._replace(signature=b"", public=b""),))
    made = block(QUICK, trunk[-1], unsigned)
    last = block(QUICK, made)
    params = replace(QUICK, checkpoints={5: last.hash})

    unseen = begun(trunk, params=params).add_blocks([made], LATE_S)
    assert unseen.refused[made.hash].rule == "owner"
    chain = begun(trunk, params=params)
    chain.add_headers([made.header, last.header], LATE_S)

    assert chain.add_blocks([made, last], LATE_S).connected == (made, last)


def test_a_long_chain_is_connected_in_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lydite_subjects.coin.spec.chain.STEP_BLOCKS", 4)
    left, right = line(QUICK, 6, memo=b"left"), line(QUICK, 17, memo=b"right")
    ledger = Counting()
    chain = Chain.open(QUICK, ledger)
    chain.add_headers([each.header for each in right], LATE_S)
    chain.add_blocks(left, LATE_S)
    chain.add_blocks(right[1:], LATE_S)
    ledger.asked.clear()

    change = chain.add_blocks(right[:1], LATE_S)

    assert hashes(change.connected) == hashes(right)
    assert hashes(change.disconnected) == hashes(left[::-1])
    # Seven blocks, until there is more work than before, and then four at a time.
    assert ledger.asked.count("commit") == 4
    assert_stands(chain, right)


def test_few_bodies_are_held_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    trunk = line(QUICK, 10)
    monkeypatch.setattr("lydite_subjects.coin.spec.bodies.WAITING_BYTES_MAX", 3 * len(trunk[0].encode()))
    bodies = Bodies([Headers(QUICK, GENESIS.header).genesis])

    for each in trunk:
        bodies.hold(each)

    assert [bodies.held(each.hash) for each in trunk] == [None] * 7 + trunk[7:]
    chain = begun()
    chain.add_headers([each.header for each in trunk], LATE_S)
    chain.add_blocks(trunk[1:], LATE_S)
    assert hashes(chain.add_blocks(trunk[:1], LATE_S).connected) == hashes(trunk)
