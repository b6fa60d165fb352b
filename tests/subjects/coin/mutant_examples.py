"""Of each planted bug an example: the honest program does what is asserted, the one with the bug does not.

This module is imported anew with each bug; whatever it imports of the coin has the bug then.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from lydite_subjects.coin.spec.blocks import Block, genesis
from lydite_subjects.coin.spec.chain import Chain
from lydite_subjects.coin.spec.coins import Coin, encode_undo, undo_from_bytes
from lydite_subjects.coin.spec.errors import RuleBroken
from lydite_subjects.coin.spec.headers import Headers
from lydite_subjects.coin.spec.ledger import Step
from lydite_subjects.coin.spec.memory import Memory
from lydite_subjects.coin.spec.mempool import Mempool
from lydite_subjects.coin.spec.mining import template
from lydite_subjects.coin.spec.orphans import ORPHANS_MAX
from lydite_subjects.coin.spec.params import Params
from lydite_subjects.coin.spec.rules import check_block, check_inputs, check_transaction
from lydite_subjects.coin.spec.transactions import Input, Outpoint, Output, Transaction
from lydite_subjects.coin.store import SqlLedger, open_ledger
from tests.subjects.coin.spec.mint import LATE_S, QUICK, block, coin_of, line, mined, owner, pay

Example = Callable[[Path], None]
EXAMPLES: Final[dict[str, Example]] = {}
GENESIS: Final = genesis(QUICK)
TRUNK: Final = line(QUICK, 4)
ONE: Final = coin_of(TRUNK[0])
TWO: Final = coin_of(TRUNK[1])
HALF: Final = QUICK.subsidy // 2
FEE: Final = 2_000


def shows(mutant: str) -> Callable[[Example], Example]:
    """An example of what this bug does."""

    def noted(example: Example) -> Example:
        EXAMPLES[mutant] = example
        return example

    return noted


def broken(call: Callable[[], object]) -> str:
    """The rule that a call has found to be broken; none if it was content."""
    try:
        call()
    except RuleBroken as error:
        return error.rule
    return ""


def pooled(transaction: Transaction) -> str:
    """The rule by which a pool refuses a payment; none if it takes it."""
    pool, chain = Mempool(QUICK), begun()
    return broken(lambda: pool.add(transaction, chain, chain.tip.height))


def begun(*more: Block, ledger: Memory | SqlLedger | None = None, params: Params = QUICK) -> Chain:
    """A chain with some blocks."""
    chain = Chain.open(params, ledger or Memory(params.name))
    assert not chain.add_blocks([*TRUNK, *more], LATE_S).refused
    return chain


def moved(transaction: Transaction, outpoint: Outpoint) -> Transaction:
    """The same payment with its signature, out of another output."""
    return replace(transaction, inputs=(transaction.inputs[0]._replace(outpoint=outpoint),))


# Transactions


@shows("value_overflow")
def two_huge_outputs_are_refused(_: Path) -> None:
    huge = Output(2**63 - 1, owner(1))
    payment = pay(QUICK, [ONE], huge, huge)

    assert broken(lambda: check_transaction(payment)) == "output-amount"
    assert pooled(payment) == "output-amount"


@shows("duplicate_inputs")
def a_payment_that_spends_a_coin_twice_is_refused(_: Path) -> None:
    payment = pay(QUICK, [ONE, ONE], Output(QUICK.subsidy, owner(1)))

    assert pooled(payment) == "input-repeated"


@shows("fee_overflow")
def a_payment_of_more_than_it_spends_is_refused(_: Path) -> None:
    payment = pay(QUICK, [ONE], Output(QUICK.subsidy + 1, owner(1)))
    coin = Coin(QUICK.subsidy, owner(0), 1, coinbase=True)

    assert broken(lambda: check_inputs(payment, [coin], 9, QUICK)) == "overspent"
    assert pooled(payment) == "overspent"


@shows("unbound_signature")
def a_signature_for_one_output_is_none_for_its_neighbour(_: Path) -> None:
    split = pay(QUICK, [ONE], Output(HALF, owner(1)), Output(HALF, owner(1)))
    payment = pay(QUICK, [(split.outpoint(0), split.outputs[0], 1)], Output(HALF - FEE, owner(2)))
    stolen = moved(payment, split.outpoint(1))
    coin = Coin(HALF, owner(1), 5, coinbase=False)

    assert broken(lambda: check_inputs(payment, [coin], 6, QUICK)) == ""
    assert broken(lambda: check_inputs(stolen, [coin], 6, QUICK)) == "signature"


@shows("malleable_txid")
def the_name_of_a_payment_is_that_of_what_it_does(_: Path) -> None:
    payment = pay(QUICK, [ONE], Output(HALF, owner(1)))
    other = replace(payment, inputs=(payment.inputs[0]._replace(signature=bytes(64)),))

    assert other.seal != payment.seal
    assert other.txid == payment.txid


# Blocks and headers


def with_its_end_again() -> tuple[Block, Block]:
    """A block of three transactions, and the same one with the last of them again."""
    made = block(
        QUICK,
        TRUNK[-1],
        pay(QUICK, [ONE], Output(HALF, owner(1))),
        pay(QUICK, [TWO], Output(HALF, owner(1))),
    )
    return made, Block(made.header, (*made.transactions, made.transactions[-1]), made.index)


@shows("merkle_duplication")
def a_body_with_its_end_again_is_another_one(_: Path) -> None:
    made, longer = with_its_end_again()

    assert broken(lambda: check_block(made, QUICK)) == ""
    assert broken(lambda: check_block(longer, QUICK)) == "merkle-root"
    assert_right_body_is_taken_after(made, longer)


@shows("wrong_body_blames_header")
def a_wrong_body_says_nothing_about_the_header(_: Path) -> None:
    made, longer = with_its_end_again()

    assert_right_body_is_taken_after(made, longer)
    assert_right_body_is_taken_after(made, Block(made.header, made.transactions[:1], made.index))


def assert_right_body_is_taken_after(made: Block, wrong: Block) -> None:
    chain = begun()
    assert made.hash in chain.add_blocks([wrong], LATE_S).refused
    assert chain.headers.invalid(made.hash) is None
    assert not chain.add_blocks([made], LATE_S).refused
    assert chain.tip.hash == made.hash


PERIODIC: Final = replace(QUICK, retarget_blocks=4)


def headed(times: list[int]) -> Headers:
    """Headers of a network that retargets at every fourth one."""
    headers = Headers(PERIODIC, GENESIS.header)
    for time_s in times:
        extend(headers, time_s)
    return headers


def extend(headers: Headers, time_s: int) -> None:
    parent = headers.best
    bits = headers.next_bits(parent)
    header = GENESIS.header._replace(previous=parent.hash, time_s=PERIODIC.genesis_time_s + time_s, bits=bits)
    headers.add(mined(header), LATE_S)


@shows("time_warp")
def a_period_does_not_begin_far_before_its_parent(_: Path) -> None:
    headers = headed([5, 10, 5_000])

    assert broken(lambda: extend(headers, 50)) == "time-warp"
    assert broken(lambda: extend(headers, 4_400)) == ""


@shows("retarget_off_by_one")
def a_period_is_measured_with_the_spacing_before_it(_: Path) -> None:
    # The second period takes 20 s from the last block of the first one on, as it should, and 10 s from its own first.
    headers = headed([1, 2, 3, 13, 16, 20, 23])
    bits = headers.best.header.bits
    assert bits < PERIODIC.easiest_bits

    assert headers.next_bits(headers.best) == bits


# Forks


@shows("equal_work_tie")
def of_equal_chains_the_first_one_stays(_: Path) -> None:
    (left,), (right,) = line(QUICK, 1, TRUNK[-1], memo=b"left"), line(QUICK, 1, TRUNK[-1], memo=b"right")
    chain = begun(left)

    assert not chain.add_blocks([right], LATE_S).refused
    assert chain.tip.hash == left.hash


@shows("undo_not_applied")
def what_a_disconnected_block_has_spent_is_there_again(_: Path) -> None:
    left = block(QUICK, TRUNK[-1], pay(QUICK, [ONE], Output(HALF, owner(1))), memo=b"left")
    chain = begun(left)
    assert chain.coin(ONE[0]) is None

    chain.add_blocks(line(QUICK, 2, TRUNK[-1], memo=b"right"), LATE_S)

    assert chain.coin(ONE[0]) == Coin(QUICK.subsidy, owner(0), 1, coinbase=True)


@shows("undo_forgets_rewards")
def a_reward_is_unripe_on_another_branch_again(folder: Path) -> None:
    # It is ripe at height 6; the other branch spends it at height 5.
    young = coin_of(TRUNK[-1])
    payment = pay(QUICK, [young], Output(HALF, owner(1)))
    left = line(QUICK, 1, TRUNK[-1], memo=b"left")
    left += [block(QUICK, left[-1], payment)]
    right = [block(QUICK, TRUNK[-1], payment, memo=b"right")]
    right += line(QUICK, 2, right[-1])
    ledger = open_ledger(folder / "coin.db", QUICK)
    chain = begun(*left, ledger=ledger)

    refused = chain.add_blocks(right, LATE_S).refused

    assert right[0].hash in refused
    assert refused[right[0].hash].rule == "maturity"
    coin = Coin(1, owner(0), 1, coinbase=True)
    assert undo_from_bytes(encode_undo((coin,))) == (coin,)
    ledger.close()


@shows("immature_after_reorg")
def what_spends_a_reward_that_is_unripe_again_leaves_the_pool(_: Path) -> None:
    # A quick period, and its last block once more, but late: what follows the quick one is worth four of the others.
    params = replace(QUICK, retarget_blocks=4, maturity_blocks=4)
    chain, pool = Chain.open(params, Memory(params.name)), Mempool(params)
    trunk = [block(params, GENESIS, time_s=params.genesis_time_s + 1)]
    trunk += [block(params, trunk[-1], time_s=params.genesis_time_s + 2)]
    late = [block(params, trunk[-1], time_s=params.genesis_time_s + 90)]
    late += line(params, 2, late[-1])
    early = [block(params, trunk[-1], time_s=params.genesis_time_s + 3, memo=b"early")]
    assert not chain.add_blocks([*trunk, *late, *early], LATE_S).refused
    old, young = (pay(params, [coin_of(each)], Output(HALF, owner(1))) for each in trunk)
    for each in (old, young):
        pool.add(each, chain, chain.tip.height)
    entry = chain.headers.get(early[-1].hash)
    assert entry is not None

    hard = block(params, early[-1], bits=chain.headers.next_bits(entry))
    change = chain.add_blocks([hard], LATE_S)
    pool.changed(change, chain, chain.tip.height)

    assert change.tip.hash == hard.hash
    assert (late[-1].index, hard.index) == (5, 4)
    assert pool.selected(100_000) == [old]


@shows("conflict_after_reorg")
def what_conflicts_with_the_new_branch_leaves_the_pool(_: Path) -> None:
    split = pay(QUICK, [ONE], Output(QUICK.subsidy, owner(0)))
    trunk = block(QUICK, TRUNK[-1], split)
    coin = (split.outpoint(0), split.outputs[0], 0)
    here, there = (pay(QUICK, [coin], Output(HALF, owner(each))) for each in (1, 2))
    chain, pool = begun(trunk, *line(QUICK, 1, trunk, memo=b"left")), Mempool(QUICK)
    pool.add(here, chain, chain.tip.height)
    right = [block(QUICK, trunk, there, memo=b"right")]
    right += line(QUICK, 1, right[-1])

    change = chain.add_blocks(right, LATE_S)
    pool.changed(change, chain, chain.tip.height)

    assert change.disconnected
    assert pool.selected(100_000) == []


# What is kept


@shows("lock_limit")
def many_blocks_at_once_are_as_good_as_one_by_one(folder: Path) -> None:
    spent = pay(QUICK, [ONE], *[Output(FEE, owner(1))] * 100)
    coins = [(spent.outpoint(index), each, 1) for index, each in enumerate(spent.outputs)]
    blocks = [block(QUICK, TRUNK[-1], spent)]
    for each in range(40):
        blocks.append(block(QUICK, blocks[-1], pay(QUICK, [coins[each]], Output(1, owner(2)))))
    blocks.append(block(QUICK, blocks[-1], pay(QUICK, [TWO], Output(1, owner(2)))))
    ledger = open_ledger(folder / "coin.db", QUICK)
    chain = begun(ledger=ledger)

    assert not chain.add_blocks(blocks, LATE_S).refused
    assert chain.tip.hash == blocks[-1].hash
    ledger.close()


class Stopped(Exception):
    """The program ends here."""


@shows("coins_before_block")
def a_commit_is_done_as_a_whole_or_not_at_all(folder: Path) -> None:
    ledger = open_ledger(folder / "coin.db", QUICK)
    chain = begun(ledger=ledger)
    made = block(QUICK, TRUNK[-1], pay(QUICK, [ONE], Output(HALF, owner(1))))
    there = ledger.coin(ONE[0])
    assert there is not None
    connecting = ledger._connect

    def stopping(step: Step, numbers: dict[bytes, int]) -> None:
        connecting(step, numbers)
        raise Stopped

    ledger._connect = stopping  # type: ignore[method-assign]
    try:
        chain.add_blocks([made], LATE_S)
    except Stopped:
        ledger.close()

    again = open_ledger(folder / "coin.db", QUICK)
    assert again.height() == 4
    assert again.coin(ONE[0]) == there
    again.close()


@shows("commit_without_sync")
def a_commit_waits_for_the_disk(folder: Path) -> None:
    ledger = open_ledger(folder / "coin.db", QUICK)

    assert ledger._database.ask("PRAGMA synchronous") == [(2,)]
    ledger.close()


# What others send


@shows("orphan_memory")
def orphans_are_bounded(_: Path) -> None:
    pool, chain = Mempool(QUICK), begun()
    for number in range(ORPHANS_MAX + 5):
        orphan = Transaction((Input(Outpoint(number.to_bytes(32, "big"), 0)),), (Output(1, owner(1)),))
        assert broken(lambda: pool.add(orphan, chain, chain.tip.height)) == "missing-coin"  # noqa: B023

    assert pool.orphans == ORPHANS_MAX


# Clocks


@shows("skewed_timestamp")
def a_miner_whose_clock_is_behind_proposes_what_others_take(_: Path) -> None:
    chain = begun()

    proposed = template(chain, Mempool(QUICK), owner(0), QUICK.genesis_time_s - 3_000)

    found = Block(mined(proposed.header), proposed.transactions, proposed.index)
    assert not chain.add_blocks([found], LATE_S).refused
