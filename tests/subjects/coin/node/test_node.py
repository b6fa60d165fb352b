"""Nodes on real sockets of the loopback: they meet, sync, relay, put up with strangers, and end cleanly."""

import asyncio
import random
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import pytest

from lydite_subjects.coin.node.effects import Address
from lydite_subjects.coin.node.frames import FrameReader, frame
from lydite_subjects.coin.node.node import Node
from lydite_subjects.coin.node.settings import Limits, Settings
from lydite_subjects.coin.node.wire import (
    BlockMessage,
    GetHeaders,
    HeadersMessage,
    Message,
    Ping,
    Pong,
    Verack,
    Version,
)
from lydite_subjects.coin.spec.blocks import Block
from lydite_subjects.coin.spec.chain import Chain
from lydite_subjects.coin.spec.errors import CoinError, RuleBroken
from lydite_subjects.coin.spec.memory import Memory
from lydite_subjects.coin.spec.mempool import Mempool
from tests.subjects.coin.node.pump import EASY, KEY, chain_of, mined, payment

pytestmark = pytest.mark.timeout(60)

CHAIN = chain_of(EASY, 400)
HOST = "127.0.0.1"


def made(name: str, blocks: Sequence[Block], bootstrap: Sequence[Node], limits: Limits | None = None) -> Node:
    chain = Chain.open(EASY, Memory(EASY.name))
    chain.add_blocks(blocks, EASY.genesis_time_s + 1_000_000)
    called = tuple(Address(HOST, each.port) for each in bootstrap)
    return Node(
        chain, Mempool(EASY), Settings(node_id=name, bootstrap=called, limits=limits or Limits()), host=HOST
    )


@asynccontextmanager
async def running(*nodes: Node) -> AsyncIterator[None]:
    try:
        yield
    finally:
        for node in nodes:
            await node.stop()


async def until(holds: Callable[[], object]) -> None:
    while not holds():
        await asyncio.sleep(0.01)


@pytest.mark.asyncio
async def test_three_nodes_meet_sync_and_relay_and_end_without_a_trace() -> None:
    first = made("first", CHAIN, [])
    await first.start()
    second = made("second", [], [first])
    third = made("third", CHAIN[:100], [first])
    nodes = (first, second, third)
    async with running(*nodes):
        await second.start()
        await third.start()

        await until(lambda: {node.chain.tip.hash for node in nodes} == {CHAIN[-1].hash})
        # The second and the third learn of each other from the first.
        await until(lambda: all(node.status()["active_peers"] >= 2 for node in nodes))

        paid = payment(EASY, CHAIN[3].transactions[0])
        assert second.submit_transaction(paid).tx == paid
        await until(lambda: all(paid.txid in node.mempool for node in nodes))
        block = mined(EASY, CHAIN[-1].header, 401, [paid], paid=EASY.subsidy + 1_000)
        assert third.submit_block(block) is third.chain.tip
        await until(lambda: {node.chain.tip.hash for node in nodes} == {block.hash})
        assert all(paid.txid not in node.mempool for node in nodes)
        with pytest.raises(RuleBroken):
            first.submit_transaction(paid)

        status = first.status()
        assert status["node_id"] == "first"
        assert status["blockchain_length"] == 402
        assert status["tip"] == block.hash.hex()
        assert not status["syncing"]
        assert {each["node_id"] for each in first.peers()} == {"second", "third"}
        assert second.counts()["blocks_connected"] == 401
        assert first.counts()["troubles"] == 0

    assert len(asyncio.all_tasks()) == 1
    assert not any(node.peers() for node in nodes)


async def greeted(node: Node) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection(HOST, node.port)
    tip = node.chain.tip
    say(writer, Version(1, "dev", "stranger", tip.height, tip.hash, random.getrandbits(63), 9, 0), Verack())
    return reader, writer


def say(writer: asyncio.StreamWriter, *messages: Message) -> None:
    writer.write(b"".join(frame(each, EASY.magic) for each in messages))


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "garbage",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"LyCm" + bytes(20),
        b"LyCdversion\0\0\0\0\0\xff\xff\xff\xff" + bytes(40),
        random.Random(1).randbytes(4_000),
    ],
    ids=["http", "another network", "oversized", "noise"],
)
async def test_garbage_ends_its_connection_and_nothing_else(garbage: bytes) -> None:
    node = made("node", CHAIN[:5], [])
    async with running(node):
        await node.start()
        reader, writer = await greeted(node)
        other, writer_of_other = await asyncio.open_connection(HOST, node.port)

        writer_of_other.write(garbage)
        writer_of_other.write_eof()

        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await other.readexactly(1)
        say(writer, Ping(77))
        frames, heard = FrameReader(EASY.magic), list[Message]()
        while Pong(77) not in heard:
            heard += frames.feed(await reader.read(65_536))
        writer.close()
        writer_of_other.close()


@pytest.mark.asyncio
async def test_who_asks_and_does_not_read_is_disconnected() -> None:
    node = made("node", CHAIN, [], Limits(messages_at_once=1_000_000))
    async with running(node):
        await node.start()
        _, writer = await greeted(node)
        assert isinstance(writer.transport, asyncio.Transport)
        writer.transport.pause_reading()
        await until(lambda: node.status()["active_peers"])

        for _ in range(2_000):
            say(writer, GetHeaders((CHAIN[0].header.previous,)))
        await until(lambda: not node.peers())

        writer.close()
    assert node.counts()["bytes_sent"] < 40_000_000


@pytest.mark.asyncio
async def test_a_port_that_is_in_use_is_told_and_stopping_is_always_possible() -> None:
    with socket.create_server((HOST, 0)) as taken:
        node = made("node", [], [])
        node.settings = Settings(node_id="node", port=taken.getsockname()[1])

        with pytest.raises(OSError, match="in use"):
            await node.start()

        await node.stop()
        await node.stop()


@pytest.mark.asyncio
async def test_a_node_goes_on_when_its_peers_are_away_and_finds_them_when_they_are_back() -> None:
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
    chain = Chain.open(EASY, Memory(EASY.name))
    settings = Settings(node_id="node", bootstrap=(Address(HOST, port), Address("unknown.invalid", 1)))
    node = Node(chain, Mempool(EASY), settings, host=HOST)
    async with running(node):
        await node.start()
        await asyncio.sleep(0.1)
        late = made("late", CHAIN, [])
        late.settings = Settings(node_id="late", port=port)
        async with running(late):
            await late.start()

            await until(lambda: node.chain.tip.hash == CHAIN[-1].hash)


@pytest.mark.asyncio
async def test_a_name_that_no_host_can_have_is_no_mistake_of_the_node() -> None:
    chain = Chain.open(EASY, Memory(EASY.name))
    settings = Settings(node_id="node", bootstrap=(Address("a" * 64, 1),))
    node = Node(chain, Mempool(EASY), settings, host=HOST)
    async with running(node):
        await node.start()
        await until(lambda: node.trusted.found()[0]["failed_calls"])

        assert node.trusted.found()[0]["trouble"] == "a name that no host can have"


def test_what_waits_for_its_parents_is_counted() -> None:
    node, now_s = made("node", CHAIN[:5], []), EASY.genesis_time_s + 1_000_000
    first = payment(EASY, CHAIN[1].transactions[0], owner=KEY.public.owner)
    second = payment(EASY, first)

    def counted() -> tuple[int, int, int]:
        told = node.status()
        return told["orphan_transactions"], told["orphan_bytes"], told["orphan_blocks"]

    assert counted() == (0, 0, 0)
    with pytest.raises(RuleBroken, match="missing-coin"):
        node.submit_transaction(second)
    node.core.opened(1, Address("10.0.0.9", 0), None, now_s)
    node.core.received(1, Version(1, "dev", "x", 8, CHAIN[7].hash, 9, 9, 0), now_s)
    node.core.received(1, Verack(), now_s)
    node.core.received(1, HeadersMessage(tuple(each.header for each in CHAIN[5:8])), now_s)
    node.core.received(1, BlockMessage(CHAIN[7]), now_s)
    assert counted() == (1, second.size, 1)
    node.chain.add_blocks([CHAIN[6]], now_s)
    assert counted() == (1, second.size, 2)

    node.submit_transaction(first)
    for block in CHAIN[5:8]:
        node.core.received(1, BlockMessage(block), now_s)
    node.core.tick(now_s)

    assert node.chain.tip.hash == CHAIN[7].hash
    assert counted() == (0, 0, 0)


@pytest.mark.asyncio
async def test_a_ledger_that_fails_is_told_of_and_asked_again(capsys: pytest.CaptureFixture[str]) -> None:
    first = made("first", CHAIN, [])
    await first.start()
    second = made("second", [], [first])
    commit, failures = second.chain.ledger.commit, [CoinError("the disk refuses")] * 3

    def failing(step: object) -> None:
        if failures:
            raise failures.pop()
        commit(step)  # type: ignore[arg-type]

    second.chain.ledger.commit = failing  # type: ignore[method-assign]
    async with running(first, second):
        await second.start()

        await until(lambda: second.chain.tip.hash == CHAIN[-1].hash)

    assert second.counts()["troubles"] == 3
    assert capsys.readouterr().err == "second: the disk refuses\n"
