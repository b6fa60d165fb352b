"""The law: a broken rule is told by its name, and what is right at the border of a rule is right."""

from dataclasses import replace
from typing import Final

import pytest

from lydite_subjects.coin.spec.amounts import MONEY_MAX
from lydite_subjects.coin.spec.blocks import Block, root_of
from lydite_subjects.coin.spec.coins import Coin
from lydite_subjects.coin.spec.errors import RuleBroken
from lydite_subjects.coin.spec.headers import Headers
from lydite_subjects.coin.spec.keys import verify
from lydite_subjects.coin.spec.rules import (
    BODY_RULES,
    PASSING_RULES,
    RULES,
    TRANSACTION_BYTES_MAX,
    check_block,
    check_inputs,
    check_transaction,
    connect,
)
from lydite_subjects.coin.spec.transactions import Input, Outpoint, Output, Transaction, coinbase
from tests.subjects.coin.spec.broken import (
    BREAKS,
    CHAIN,
    FIVE,
    FOUR,
    GENESIS,
    ONE,
    SOMEWHERE,
    THREE,
    Example,
    bare,
    coins_after,
    connected,
    headed,
    payment_of,
)
from tests.subjects.coin.spec.mint import LATE_S, QUICK, block, coin_of, mined, owner, pay, reward

EXAMPLES: Final = [(rule, example) for rule, examples in BREAKS.items() for example in examples]


@pytest.mark.parametrize(
    ("rule", "example"), EXAMPLES, ids=[f"{rule}-{each.__name__}" for rule, each in EXAMPLES]
)
def test_a_broken_rule_is_told_by_its_name_and_with_both_sides(rule: str, example: Example) -> None:
    with pytest.raises(RuleBroken) as caught:
        example()

    assert caught.value.rule == rule
    assert str(caught.value.expected) != str(caught.value.found)
    assert all(part in str(caught.value) for part in (rule, "expected ", "found "))


def test_every_rule_has_an_example() -> None:
    assert list(BREAKS) == [rule for rule in RULES if rule in BREAKS]
    assert set(RULES) == set(BREAKS)
    assert set(RULES) >= BODY_RULES | PASSING_RULES


# What is right at the border


def test_a_header_at_the_border_of_every_rule_is_right() -> None:
    made = block(QUICK, FIVE, time_s=THREE.header.time_s + 1)

    headed(made.header, now_s=made.header.time_s - QUICK.future_s_max)


def test_a_first_block_of_a_period_may_go_back_a_little() -> None:
    params = replace(QUICK, retarget_blocks=6, timewarp_s_max=5)
    headers = Headers(params, GENESIS.header)
    for each in CHAIN:
        headers.add(each.header, LATE_S)
    bits = headers.next_bits(headers.best)

    made = block(params, FIVE, time_s=FIVE.header.time_s - 5, bits=bits)

    assert headers.add(made.header, LATE_S).height == 6


def test_other_blocks_of_a_period_may_go_back_to_the_median() -> None:
    made = block(QUICK, FIVE, time_s=FIVE.header.time_s - 5)

    headed(made.header, params=replace(QUICK, timewarp_s_max=0))


def test_a_transaction_at_the_border_of_every_rule_is_right() -> None:
    check_transaction(bare(SOMEWHERE, outputs=(Output(MONEY_MAX - 1, bytes(20)), Output(1, bytes(20)))))
    check_transaction(coinbase(1, [Output(0, bytes(20))], b"x" * 96))
    check_transaction(coinbase(1, [Output(1, bytes(20))]))


def test_the_largest_transaction_is_right() -> None:
    room, one = TRANSACTION_BYTES_MAX - 4 - 1 - 36 - 3 - 2, 28
    short = bare(SOMEWHERE, outputs=tuple([Output(1, bytes(20))] * (room // one)))
    filled = replace(short, inputs=(short.inputs[0]._replace(signature=bytes(room % one)),))

    assert len(filled.encode()) == TRANSACTION_BYTES_MAX
    check_transaction(filled)


def test_a_block_of_the_largest_size_is_right() -> None:
    made = block(QUICK, FIVE, payment_of())

    check_block(made, replace(QUICK, block_bytes_max=len(made.encode())))


def test_a_ripe_reward_is_spent_and_what_is_left_over_is_the_fee() -> None:
    made = block(QUICK, FIVE, payment_of(FOUR, fee=10), first=reward(QUICK, 6, extra=10))

    undo, fees = connected(made)

    assert fees == 10
    assert undo == (Coin(QUICK.subsidy, owner(0), 4, coinbase=True),)


def test_a_reward_may_leave_something_to_nobody() -> None:
    _, fees = connected(block(QUICK, FIVE, payment_of(fee=10), first=reward(QUICK, 6, extra=-5)))

    assert fees == 10


def test_a_payment_may_spend_what_was_made_just_before_it() -> None:
    first = payment_of()
    second = pay(QUICK, [(first.outpoint(0), first.outputs[0], 1)], Output(1, owner(2)))

    undo, _ = connected(block(QUICK, FIVE, first, second))

    assert undo == (
        Coin(QUICK.subsidy, owner(0), 1, coinbase=True),
        Coin(QUICK.subsidy, owner(1), 6, coinbase=False),
    )


@pytest.mark.parametrize(
    "made",
    [
        block(QUICK, FIVE, first=reward(QUICK, 6, extra=1)),
        block(QUICK, FIVE, first=reward(QUICK, 7)),
        block(QUICK, FIVE, pay(QUICK, [coin_of(ONE)], Output(1, owner(1))), bare(SOMEWHERE)),
    ],
)
def test_a_block_that_breaks_a_rule_leaves_the_coins_as_they_were(made: Block) -> None:
    overlay = coins_after(CHAIN)
    before = dict(overlay.changes)

    with pytest.raises(RuleBroken):
        connect(made, 6, overlay, QUICK)

    assert overlay.changes == before


def test_without_signatures_everything_else_is_still_judged() -> None:
    outpoint, output, _ = coin_of(ONE)
    unsigned = Transaction((Input(outpoint),), (Output(output.amount, owner(1)),))

    _, fees = connected(block(QUICK, FIVE, unsigned), signatures=False)
    assert fees == 0

    too_much = Transaction((Input(outpoint),), (Output(output.amount + 1, owner(1)),))
    with pytest.raises(RuleBroken, match="overspent"):
        connected(block(QUICK, FIVE, too_much), signatures=False)


def test_each_input_needs_its_own_owner() -> None:
    coins = [(outpoint, Output(5, owner(number)), number) for number, outpoint in enumerate(_points(3))]
    spent = [Coin(5, owner(number), 1, coinbase=False) for number in range(3)]
    payment = pay(QUICK, coins, Output(10, owner(4)))

    assert check_inputs(payment, spent, 9, QUICK) == 5
    for index in range(3):
        forged = list(payment.inputs)
        forged[index] = forged[index]._replace(signature=forged[index - 1].signature)
        with pytest.raises(RuleBroken, match=rf"signature of input {index}"):
            check_inputs(replace(payment, inputs=tuple(forged)), spent, 9, QUICK)


def test_the_example_of_a_header_without_work_would_be_right_with_it() -> None:
    header = mined(block(QUICK, FIVE).header)

    headed(header)
    assert not verify(b"", b"", bytes(32))
    assert root_of(ONE.transactions) == ONE.header.root


def _points(count: int) -> list[Outpoint]:
    return [Outpoint(SOMEWHERE.txid, index) for index in range(count)]
