"""What goes around: answers to questions, and transactions that are told and asked for."""

from dataclasses import replace

import pytest

from lydite_subjects.coin.node.effects import Drop, Send
from lydite_subjects.coin.node.wire import (
    BlockMessage,
    GetData,
    GetHeaders,
    HeadersMessage,
    Inventory,
    NotFound,
    TransactionMessage,
    blocks,
    transactions,
)
from lydite_subjects.coin.spec.blocks import Block
from lydite_subjects.coin.spec.errors import RuleBroken
from tests.subjects.coin.node.pump import EASY, KEY, Pump, chain_of, mined, payment
from tests.subjects.coin.node.stranger import LONG, Stranger, kinds


def test_what_is_asked_for_is_sent_in_parts_and_what_is_not_here_is_said() -> None:
    pump = Pump()
    core = pump.add(LONG[:300])
    stranger = Stranger(pump).greet()

    first = stranger.say(GetData(blocks([*(each.hash for each in LONG[:200]), bytes(32)])))
    rest = [each.message for each in core.continued(stranger.id) if isinstance(each, Send)]

    assert len(first) == 128
    assert [each.block.hash for each in [*first, *rest] if isinstance(each, BlockMessage)] == [
        each.hash for each in LONG[:200]
    ]
    assert rest[-1] == NotFound(blocks([bytes(32)]))


def test_headers_are_told_of_connected_blocks_only() -> None:
    pump = Pump()
    core = pump.add(LONG[:10])
    core.chain.add_headers([each.header for each in LONG[10:50]], pump.now_s)
    stranger = Stranger(pump).greet()

    (answer,) = stranger.say(GetHeaders((LONG[4].hash,)))
    (short,) = stranger.say(GetHeaders((LONG[4].hash,), LONG[6].hash))

    assert answer == HeadersMessage(tuple(each.header for each in LONG[5:10]))
    assert short == HeadersMessage(tuple(each.header for each in LONG[5:7]))


def test_who_asks_for_more_than_it_reads_is_stopped() -> None:
    pump = Pump()
    pump.add(LONG[:10])
    stranger = Stranger(pump).greet()

    for _ in range(12):
        stranger.say(GetData(blocks([LONG[0].hash] * 1_000)))

    assert stranger.why.startswith("greedy")
    assert len(stranger.heard) < 200


# Transactions


def paying() -> tuple[Pump, list[Block]]:
    pump = Pump()
    for number in range(3):
        pump.add(LONG[:20], bootstrap=[each for each in range(3) if each < number])
    pump.run(5)
    return pump, LONG[:20]


def test_a_transaction_reaches_everybody_and_a_double_spend_nobody() -> None:
    pump, chain = paying()
    honest = payment(EASY, chain[3].transactions[0])
    double = payment(EASY, chain[3].transactions[0], fee=2_000)

    pump.perform(0, pump.cores[0].submit_transaction(honest))
    pump.run(3)
    assert all(honest.txid in core.mempool for core in pump.cores)
    with pytest.raises(RuleBroken, match="conflict"):
        pump.cores[0].submit_transaction(double)
    stranger = Stranger(pump).greet()
    stranger.say(Inventory(transactions([double.txid])), TransactionMessage(double))
    pump.run(10)

    assert not any(double.txid in core.mempool for core in pump.cores)
    assert not stranger.why
    assert stranger.say(Inventory(transactions([double.txid]))) == []


def test_a_forged_signature_is_punished_and_the_true_one_is_had_from_another() -> None:
    pump = Pump()
    core = pump.add(LONG[:20])
    true = payment(EASY, LONG[3].transactions[0])
    forged = replace(true, inputs=(true.inputs[0]._replace(signature=bytes(64)),))
    liar, honest = Stranger(pump, 1).greet(), Stranger(pump, 2).greet()

    assert kinds(liar.say(Inventory(transactions([true.txid])))) == ["getdata"]
    assert honest.say(Inventory(transactions([true.txid]))) == []
    effects = core.received(liar.id, TransactionMessage(forged), pump.now_s)

    assert forged.txid == true.txid
    assert Send(honest.id, GetData(transactions([true.txid]))) in effects
    assert any(isinstance(each, Drop) and each.why.startswith("bad-transaction") for each in effects)
    honest.say(TransactionMessage(true))
    assert true.txid in core.mempool


def test_one_peer_is_asked_at_a_time_and_then_another() -> None:
    pump = Pump()
    core = pump.add(LONG[:20])
    wanted = payment(EASY, LONG[3].transactions[0])
    slow, other = Stranger(pump, 1).greet(), Stranger(pump, 2).greet()
    slow.say(Inventory(transactions([wanted.txid])))
    other.say(Inventory(transactions([wanted.txid])))

    for _ in range(4):
        assert core.tick(pump.now_s) == []
    effects = core.tick(pump.now_s)

    assert effects == [Send(other.id, GetData(transactions([wanted.txid])))]


def test_an_orphan_leads_to_its_parent_and_both_are_told() -> None:
    pump = Pump()
    core = pump.add(LONG[:20])
    parent = payment(EASY, LONG[3].transactions[0], owner=KEY.public.owner)
    child = payment(EASY, parent)
    stranger, other = Stranger(pump, 1).greet(), Stranger(pump, 2).greet()
    stranger.say(Inventory(transactions([child.txid])))

    assert stranger.say(TransactionMessage(child)) == [GetData(transactions([parent.txid]))]
    effects = core.received(stranger.id, TransactionMessage(parent), pump.now_s)

    assert effects == [Send(other.id, Inventory(transactions([parent.txid, child.txid])))]


def test_what_a_reorganisation_takes_back_is_told_again() -> None:
    pump = Pump()
    core = pump.add(LONG[:20])
    paid = payment(EASY, LONG[3].transactions[0])
    other = chain_of(EASY, 2, upon=LONG[19], memo=b"other")
    core.submit_block(mined(EASY, LONG[19].header, 21, [paid]), pump.now_s)
    stranger = Stranger(pump).greet()

    told = stranger.say(HeadersMessage(tuple(each.header for each in other)), *map(BlockMessage, other))

    assert core.chain.tip.hash == other[-1].hash
    assert told[-1] == Inventory(transactions([paid.txid]))


def test_a_new_peer_is_told_of_the_pool() -> None:
    pump = Pump()
    core = pump.add(LONG[:20])
    core.submit_transaction(payment(EASY, LONG[3].transactions[0]))

    stranger = Stranger(pump).greet()

    assert "inv" in kinds(stranger.tick())
