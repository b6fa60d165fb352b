"""Of each rule of the law an example that breaks it and nothing else.

`BREAKS` has them by the name of the rule.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from lydite_subjects.coin.spec.amounts import MONEY_MAX
from lydite_subjects.coin.spec.blocks import Block, Header, genesis
from lydite_subjects.coin.spec.coins import Coin, Overlay, apply
from lydite_subjects.coin.spec.headers import Headers
from lydite_subjects.coin.spec.keys import ORDER
from lydite_subjects.coin.spec.params import Params
from lydite_subjects.coin.spec.rules import (
    TRANSACTION_BYTES_MAX,
    check_block,
    check_inputs,
    check_transaction,
    connect,
)
from lydite_subjects.coin.spec.transactions import (
    NO_OUTPOINT,
    Input,
    Outpoint,
    Output,
    Transaction,
    coinbase,
    transaction_from_bytes,
)
from tests.subjects.coin.spec.mint import LATE_S, QUICK, block, coin_of, line, of, owner, pay, reward

GENESIS: Final = genesis(QUICK)
CHAIN: Final = line(QUICK, 5)
ONE, TWO, THREE, FOUR, FIVE = CHAIN
SOMEWHERE: Final = Outpoint(b"\x07" * 32, 0)
BREAKS: Final[dict[str, list[Callable[[], object]]]] = {}

Example = Callable[[], object]


def breaks(rule: str) -> Callable[[Example], Example]:
    """An example that breaks this rule."""

    def noted(example: Example) -> Example:
        BREAKS.setdefault(rule, []).append(example)
        return example

    return noted


class Nothing:
    """No coins."""

    def coin(self, outpoint: Outpoint) -> Coin | None:
        return None


def coins_after(blocks: list[Block]) -> Overlay:
    """The coins of a chain."""
    overlay = Overlay(Nothing())
    for each in blocks:
        apply(each, each.index, overlay)
    return overlay


def connected(made: Block, *, params: Params = QUICK, signatures: bool = True) -> tuple[object, int]:
    """A block judged with all it does, after the five blocks."""
    check_block(made, params)
    return connect(made, made.index, coins_after(CHAIN), params, signatures=signatures)


def headed(header: Header, *, params: Params = QUICK, now_s: int = LATE_S, after: int = 5) -> None:
    """A header judged after some of the five blocks."""
    headers = Headers(params, genesis(params).header)
    for each in CHAIN[:after]:
        headers.add(each.header, LATE_S)
    headers.add(header, now_s)


def bare(*outpoints: Outpoint, outputs: tuple[Output, ...] = (Output(1, bytes(20)),)) -> Transaction:
    return Transaction(tuple([Input(each) for each in outpoints]), outputs)


# Headers


@breaks("unknown-parent")
def a_header_whose_parent_nobody_knows() -> None:
    headed(FIVE.header, after=3)


@breaks("known-invalid")
def a_header_on_an_invalid_one() -> None:
    headers = Headers(QUICK, GENESIS.header)
    headers.add(ONE.header, LATE_S)
    headers.mark_invalid(ONE.hash, "just so")
    headers.add(TWO.header, LATE_S)


@breaks("known-invalid")
def an_invalid_header_again() -> None:
    headers = Headers(QUICK, GENESIS.header)
    headers.add(ONE.header, LATE_S)
    headers.mark_invalid(ONE.hash, "just so")
    headers.add(ONE.header, LATE_S)


@breaks("checkpoint")
def another_block_in_place_of_a_checkpoint() -> None:
    headed(FIVE.header, params=replace(QUICK, checkpoints={5: b"\1" * 32}), after=4)


@breaks("checkpoint")
def a_branch_below_a_checkpoint() -> None:
    params = replace(QUICK, checkpoints={4: FOUR.hash})
    headed(block(QUICK, TWO, memo=b"branch").header, params=params)


@breaks("bits")
def a_header_with_easier_bits() -> None:
    headed(block(QUICK, FIVE, bits=0x2100FFFF).header)


@breaks("bits")
def a_header_with_harder_bits() -> None:
    headed(block(QUICK, FIVE, bits=0x207FFFFE).header)


@breaks("target")
def a_header_without_work() -> None:
    header = block(QUICK, FIVE).header
    nonce = next(each for each in range(100) if header._replace(nonce=each).hash[0] >= 0x80)
    headed(header._replace(nonce=nonce))


@breaks("time-too-old")
def a_time_at_the_median_of_eleven() -> None:
    headed(block(QUICK, FIVE, time_s=THREE.header.time_s).header)


@breaks("time-too-new")
def a_time_beyond_the_clock() -> None:
    made = block(QUICK, FIVE)
    headed(made.header, now_s=made.header.time_s - QUICK.future_s_max - 1)


@breaks("time-warp")
def a_first_block_of_a_period_far_back() -> None:
    params = replace(QUICK, retarget_blocks=6, timewarp_s_max=4)
    headers = Headers(params, GENESIS.header)
    for each in CHAIN:
        headers.add(each.header, LATE_S)
    parent = headers.best
    bits = headers.next_bits(parent)
    headers.add(block(params, FIVE, time_s=FIVE.header.time_s - 5, bits=bits).header, LATE_S)


# Transactions by themselves


@breaks("transaction-size")
def a_transaction_of_too_many_bytes() -> None:
    outputs = tuple([Output(1, bytes(20))] * (TRANSACTION_BYTES_MAX // 28))
    check_transaction(bare(SOMEWHERE, outputs=outputs))


@breaks("no-inputs")
def a_transaction_that_spends_nothing() -> None:
    check_transaction(bare())


@breaks("no-outputs")
def a_transaction_that_makes_nothing() -> None:
    check_transaction(bare(SOMEWHERE, outputs=()))


@breaks("output-amount")
def an_output_of_less_than_nothing() -> None:
    check_transaction(bare(SOMEWHERE, outputs=(Output(-1, bytes(20)), Output(2, bytes(20)))))


@breaks("output-amount")
def an_output_of_nothing() -> None:
    check_transaction(bare(SOMEWHERE, outputs=(Output(0, bytes(20)),)))


@breaks("output-amount")
def an_output_of_more_than_there_can_be() -> None:
    check_transaction(bare(SOMEWHERE, outputs=(Output(MONEY_MAX + 1, bytes(20)),)))


@breaks("output-amount")
def a_reward_of_less_than_nothing() -> None:
    check_transaction(coinbase(1, [Output(-1, bytes(20))]))


@breaks("outputs-sum")
def outputs_that_are_too_much_together() -> None:
    check_transaction(bare(SOMEWHERE, outputs=(Output(MONEY_MAX, bytes(20)), Output(1, bytes(20)))))


@breaks("input-repeated")
def an_input_twice() -> None:
    other = Outpoint(b"\x08" * 32, 0)
    check_transaction(bare(SOMEWHERE, other, SOMEWHERE))


@breaks("null-input")
def a_coinbase_input_among_others() -> None:
    check_transaction(bare(SOMEWHERE, NO_OUTPOINT))


@breaks("coinbase-memo")
def a_coinbase_without_a_height() -> None:
    check_transaction(Transaction((Input(NO_OUTPOINT, memo=b"abc"),), (Output(1, bytes(20)),)))


@breaks("coinbase-memo")
def a_coinbase_that_says_too_much() -> None:
    check_transaction(coinbase(1, [Output(1, bytes(20))], b"x" * 97))


# Blocks by themselves


@breaks("merkle-root")
def another_body() -> None:
    made = block(QUICK, FIVE)
    check_block(Block(made.header, (reward(QUICK, 6, to=1),), 6), QUICK)


@breaks("merkle-root")
def the_last_transaction_again() -> None:
    made = block(QUICK, FIVE, payment_of(), payment_of(ONE, TWO))
    check_block(Block(made.header, (*made.transactions, made.transactions[-1]), 6), QUICK)


@breaks("merkle-root")
def another_signature() -> None:
    payment = payment_of()
    made = block(QUICK, FIVE, payment)
    forged = replace(payment, inputs=(payment.inputs[0]._replace(signature=bytes(64)),))
    assert forged.txid == payment.txid
    check_block(Block(made.header, (made.transactions[0], forged), 6), QUICK)


@breaks("merkle-node")
def two_hashes_posing_as_a_transaction() -> None:
    # A transaction of 64 bytes: no outputs, and proofs of 20 bytes together.
    node = Transaction((Input(SOMEWHERE, signature=bytes(10), public=bytes(10)),), ())
    assert transaction_from_bytes(node.encode()) == node
    assert len(node.encode()) == 64
    check_block(of(QUICK, FIVE, node), QUICK)


@breaks("no-transactions")
def a_block_of_nothing() -> None:
    check_block(of(QUICK, FIVE), QUICK)


@breaks("block-size")
def a_block_of_too_many_bytes() -> None:
    made = block(QUICK, FIVE)
    check_block(made, replace(QUICK, block_bytes_max=len(made.encode()) - 1))


@breaks("coinbase-first")
def a_block_without_a_coinbase() -> None:
    check_block(of(QUICK, FIVE, payment_of()), QUICK)


@breaks("coinbase-first")
def a_coinbase_in_second_place() -> None:
    check_block(of(QUICK, FIVE, payment_of(), reward(QUICK, 6)), QUICK)


@breaks("coinbase-only-first")
def two_coinbases() -> None:
    check_block(block(QUICK, FIVE, reward(QUICK, 6, to=1)), QUICK)


@breaks("txid-repeated")
def the_same_payment_with_two_signatures() -> None:
    payment = payment_of()
    again = replace(payment, inputs=(payment.inputs[0]._replace(signature=bytes(64)),))
    check_block(block(QUICK, FIVE, payment, again), QUICK)


@breaks("output-amount")
def a_bad_transaction_in_a_block() -> None:
    check_block(block(QUICK, FIVE, bare(SOMEWHERE, outputs=(Output(-1, bytes(20)),))), QUICK)


# What they do to the coins


@breaks("missing-coin")
def a_coin_that_is_not_there() -> None:
    connected(block(QUICK, FIVE, pay(QUICK, [(SOMEWHERE, Output(1, owner(0)), 0)], Output(1, owner(1)))))


@breaks("missing-coin")
def a_coin_spent_by_two_transactions_of_a_block() -> None:
    connected(block(QUICK, FIVE, payment_of(), pay(QUICK, [coin_of(ONE)], Output(2, owner(2)))))


@breaks("coin-exists")
def the_same_coin_made_again() -> None:
    overlay = coins_after(CHAIN)
    connect(FIVE, 5, overlay, QUICK)


@breaks("maturity")
def a_reward_one_block_too_early() -> None:
    connected(block(QUICK, FIVE, payment_of(FIVE)))


@breaks("maturity")
def a_reward_of_the_same_block() -> None:
    first = reward(QUICK, 6)
    spending = pay(QUICK, [(first.outpoint(0), first.outputs[0], 0)], Output(1, owner(1)))
    connected(block(QUICK, FIVE, spending, first=first))


@breaks("inputs-sum")
def coins_that_are_too_much_together() -> None:
    spent = [Coin(MONEY_MAX, owner(0), 1, coinbase=False), Coin(1, owner(0), 1, coinbase=False)]
    outputs = [Output(coin.amount, coin.owner) for coin in spent]
    points = [SOMEWHERE, Outpoint(SOMEWHERE.txid, 1)]
    coins = [(point, output, 0) for point, output in zip(points, outputs, strict=True)]
    check_inputs(pay(QUICK, coins, Output(MONEY_MAX, owner(1))), spent, 9, QUICK)


@breaks("overspent")
def a_grain_more_than_was_spent() -> None:
    connected(block(QUICK, FIVE, pay(QUICK, [coin_of(ONE)], Output(QUICK.subsidy + 1, owner(1)))))


@breaks("owner")
def a_signature_by_somebody_else() -> None:
    outpoint, output, _ = coin_of(ONE)
    connected(block(QUICK, FIVE, pay(QUICK, [(outpoint, output, 1)], Output(1, owner(1)))))


@breaks("signature")
def no_signature() -> None:
    payment = payment_of()
    connected(block(QUICK, FIVE, replace(payment, inputs=(payment.inputs[0]._replace(signature=b""),))))


@breaks("signature")
def a_signature_of_another_input() -> None:
    payment = payment_of(ONE, TWO)
    one, two = payment.inputs
    swapped = (one._replace(signature=two.signature), two._replace(signature=one.signature))
    connected(block(QUICK, FIVE, replace(payment, inputs=swapped)))


@breaks("signature")
def a_signature_for_other_outputs() -> None:
    connected(block(QUICK, FIVE, replace(payment_of(), outputs=(Output(QUICK.subsidy, owner(9)),))))


@breaks("signature")
def a_signature_for_another_network() -> None:
    foreign = pay(replace(QUICK, magic=b"else"), [coin_of(ONE)], Output(1, owner(1)))
    connected(block(QUICK, FIVE, foreign))


@breaks("signature")
def the_other_signature_of_the_same_digest() -> None:
    payment = payment_of()
    found = payment.inputs[0].signature
    other = found[:32] + (ORDER - int.from_bytes(found[32:], "big")).to_bytes(32, "big")
    connected(block(QUICK, FIVE, replace(payment, inputs=(payment.inputs[0]._replace(signature=other),))))


@breaks("coinbase-height")
def a_coinbase_of_another_height() -> None:
    connected(block(QUICK, FIVE, first=reward(QUICK, 7)))


@breaks("fees-sum")
def fees_that_are_too_much_together() -> None:
    overlay = coins_after(CHAIN)
    coins = [(Outpoint(SOMEWHERE.txid, index), Output(MONEY_MAX, owner(0)), 0) for index in range(2)]
    for outpoint, output, _ in coins:
        overlay.add(outpoint, Coin(output.amount, output.owner, 1, coinbase=False))
    payments = [pay(QUICK, [each], Output(1, owner(1))) for each in coins]
    connect(block(QUICK, FIVE, *payments), 6, overlay, QUICK)


@breaks("reward")
def a_grain_more_than_subsidy_and_fees() -> None:
    connected(block(QUICK, FIVE, payment_of(fee=10), first=reward(QUICK, 6, extra=11)))


@breaks("reward")
def a_subsidy_that_was_halved_and_is_claimed_whole() -> None:
    params = replace(QUICK, halving_blocks=6)
    connected(block(QUICK, FIVE, first=reward(QUICK, 6)), params=params)


def payment_of(*spent: Block, fee: int = 0) -> Transaction:
    """Rewards of blocks (the first one), all in one output."""
    coins = [coin_of(each) for each in spent or (ONE,)]
    return pay(QUICK, coins, Output(sum(output.amount for _, output, _ in coins) - fee, owner(1)))
