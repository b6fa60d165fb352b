"""Cores find each other's chain and agree on one, whoever stalls and lies among them."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from lydite_subjects.coin.node.effects import Send
from lydite_subjects.coin.node.wire import (
    BlockMessage,
    GetData,
    HeadersMessage,
    Inventory,
    Message,
    blocks,
)
from lydite_subjects.coin.spec.blocks import Block
from lydite_subjects.coin.spec.chain import Change
from lydite_subjects.coin.spec.errors import RuleBroken
from tests.subjects.coin.node.pump import EASY, Pump, chain_of, mined
from tests.subjects.coin.node.stranger import LONG, Stranger, kinds


def test_a_newcomer_syncs_from_three_of_whom_one_stalls_and_one_lies() -> None:
    pump = Pump()
    for _ in range(3):
        pump.add(LONG)
    newcomer = pump.add(bootstrap=[0, 1, 2])
    pump.tampers[1] = lambda message: () if isinstance(message, BlockMessage) else (message,)
    wrong = mined(EASY, LONG[0].header, 2, memo=b"wrong")
    pump.tampers[2] = lambda message: (
        (BlockMessage(Block(message.block.header, wrong.transactions, message.block.index)),)
        if isinstance(message, BlockMessage)
        else (message,)
    )

    took_s = pump.run(60, until=lambda: newcomer.chain.tip.height == 2_500)

    assert newcomer.chain.tip.hash == LONG[-1].hash
    assert took_s < 30
    why = [drop.why.partition(":")[0] for core, drop in pump.drops if core == 3]
    assert "wrong-body" in why
    assert newcomer.download.waiting == 0


def test_bodies_come_from_several_peers_and_go_to_the_chain_in_batches() -> None:
    pump = Pump()
    served = [0, 0, 0]
    for number in range(3):
        pump.add(LONG)

        def counted(message: Message, number: int = number) -> Sequence[Message]:
            served[number] += isinstance(message, BlockMessage)
            return (message,)

        pump.tampers[number] = counted
    newcomer = pump.add(bootstrap=[0, 1, 2])
    batches: list[int] = []
    add_blocks = newcomer.chain.add_blocks

    def batched(blocks: Sequence[Block], now_s: int) -> Change:
        batches.append(len(blocks))
        return add_blocks(blocks, now_s)

    newcomer.chain.add_blocks = batched  # type: ignore[method-assign]

    pump.run(10, until=lambda: newcomer.chain.tip.height == 2_500)

    assert newcomer.chain.tip.height == 2_500
    assert min(served) > 400
    assert sum(served) == 2_500
    assert len(batches) < 15


def test_a_partition_ends_with_one_tip() -> None:
    pump = Pump()
    for number in range(4):
        pump.add(LONG[:50], bootstrap=[each for each in range(4) if each != number])
    pump.run(10)
    for one in (0, 1):
        for other in (2, 3):
            pump.sever(one, other)
    for _ in range(20):
        pump.mine(0, memo=b"left")
        pump.flow()
    for _ in range(21):
        pump.mine(3, memo=b"right")
        pump.flow()
    assert len(pump.tips()) == 2

    pump.cut.clear()
    pump.run(400, until=lambda: len(pump.tips()) == 1)

    assert pump.tips() == {pump.cores[3].chain.tip.hash}
    assert pump.cores[0].chain.tip.height == 71
    assert pump.cores[0].counts["blocks_disconnected"] == 20
    assert not [drop for _, drop in pump.drops if drop.ban_s]


def test_a_new_block_reaches_everybody_at_once_and_nobody_twice() -> None:
    pump = Pump()
    for number in range(5):
        pump.add(LONG[:10], bootstrap=[each for each in range(5) if each != number])
    pump.run(5)
    bodies: list[Message] = []

    def noted(message: Message) -> Sequence[Message]:
        if isinstance(message, BlockMessage):
            bodies.append(message)
        return (message,)

    pump.tampers = dict.fromkeys(range(5), noted)

    block = pump.mine(2)
    pump.flow()

    assert pump.tips() == {block.hash}
    assert len(bodies) == 4


def test_an_orphan_block_is_not_kept_and_leads_to_its_parents() -> None:
    pump = Pump()
    core = pump.add(LONG[:5])
    stranger = Stranger(pump).greet()

    asked = stranger.say(BlockMessage(LONG[9]))
    assert kinds(asked) == ["getheaders"]
    asked = stranger.say(HeadersMessage(tuple(each.header for each in LONG[5:10])))
    assert asked == [GetData(blocks([each.hash for each in LONG[5:10]]))]
    stranger.say(*map(BlockMessage, LONG[5:10]))

    assert core.chain.tip.hash == LONG[9].hash


def test_headers_before_a_checkpoint_bring_no_bodies() -> None:
    pump = Pump(params=replace(EASY, checkpoints={100: LONG[99].hash}))
    pump.add()
    stranger = Stranger(pump).greet(LONG[-1].hash, 2_500)

    assert "getdata" not in kinds(stranger.say(HeadersMessage(tuple(each.header for each in LONG[:99]))))
    assert "getdata" in kinds(stranger.say(HeadersMessage(tuple(each.header for each in LONG[99:120]))))

    fork = chain_of(EASY, 100, memo=b"fork")
    stranger.say(HeadersMessage(tuple(each.header for each in fork)))
    assert stranger.why.startswith("bad-header")
    assert "checkpoint" in stranger.why


def test_an_announcement_that_was_lost_is_made_good() -> None:
    pump = Pump()
    pump.add(LONG[:10])
    pump.add(LONG[:10], bootstrap=[0])
    pump.run(5)
    pump.tampers[0] = lambda message: () if isinstance(message, HeadersMessage | Inventory) else (message,)
    pump.mine(0)
    pump.flow()
    assert len(pump.tips()) == 2
    pump.tampers.clear()

    pump.run(120, until=lambda: len(pump.tips()) == 1)

    assert len(pump.tips()) == 1


def test_a_block_of_the_future_is_refused_and_nobody_is_blamed() -> None:
    pump = Pump(now_s=EASY.genesis_time_s)
    core = pump.add()
    stranger = Stranger(pump).greet()
    far = LONG[: (EASY.future_s_max // EASY.spacing_s) + 10]

    for at in range(0, len(far), 500):
        stranger.say(HeadersMessage(tuple(each.header for each in far[at : at + 500])))

    assert not stranger.why
    assert core.chain.headers.best.height == EASY.future_s_max // EASY.spacing_s


def test_a_block_that_breaks_a_rule_costs_its_sender_the_connection() -> None:
    pump = Pump()
    core = pump.add(LONG[:5])
    greedy = mined(EASY, LONG[4].header, 6, paid=EASY.subsidy + 1)
    stranger = Stranger(pump).greet()

    stranger.say(HeadersMessage((greedy.header,)), BlockMessage(greedy))

    assert stranger.why.startswith("bad-block: a block that breaks a rule (block ")
    assert "reward" in stranger.why
    assert stranger.ban_s == 3_600
    assert core.chain.tip.hash == LONG[4].hash
    again = Stranger(pump, 51).greet()
    again.say(HeadersMessage((greedy.header,)))
    assert again.why.startswith("bad-header")


def test_a_block_found_here_is_told_and_a_bad_one_is_refused() -> None:
    pump = Pump()
    core = pump.add(LONG[:5])
    stranger = Stranger(pump).greet(LONG[4].hash, 5)

    with pytest.raises(RuleBroken, match="reward"):
        core.submit_block(mined(EASY, LONG[4].header, 6, paid=EASY.subsidy + 1), pump.now_s)
    effects = core.submit_block(LONG[5], pump.now_s)

    assert Send(stranger.id, HeadersMessage((LONG[5].header,))) in effects
