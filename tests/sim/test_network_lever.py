"""The network lever bends roads and names, and each opposite heals what it should."""

import asyncio
from typing import Any

import pytest

from lydite.model import milliseconds, seconds
from lydite.world import Link, Map, World
from tests.sim.playing import PORT, ask, echo, play

STEADY = Map(otherwise=Link(latency_ns=milliseconds(10), jitter_ns=0))


class Listener(asyncio.DatagramProtocol):
    """Remembers what arrives, and when."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.got: list[tuple[int, bytes]] = []

    def datagram_received(self, data: bytes, addr: object) -> None:
        self.got.append((self.world.now_ns, data))


async def datagrams(world: World, count: int, listener: Listener) -> None:
    """Send so many datagrams from the tester to host a, one a millisecond."""

    async def listen(_argv: Any) -> None:
        loop = asyncio.get_running_loop()
        await loop.create_datagram_endpoint(lambda: listener, local_addr=("0.0.0.0", PORT))
        await asyncio.Event().wait()

    await world.start("a", listen)
    await asyncio.sleep(0.1)
    loop = asyncio.get_running_loop()
    sender, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, remote_addr=("a", PORT))
    for number in range(count):
        sender.sendto(b"%04d" % number)
        await asyncio.sleep(0.001)


def test_block_is_one_way_and_cut_is_both() -> None:
    async def trial(world: World) -> None:
        await world.start("a", echo, ready=PORT)
        reader, writer = await asyncio.open_connection("a", PORT)
        with world.network.block("a", "tester"):
            writer.write(b"one way\n")
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(1):
                    await reader.readline()
        assert await reader.readline() == b"ONE WAY\n"
        world.network.cut("tester", "a")
        world.network.heal("tester", "a")
        assert await ask(reader, writer) == b"HELLO\n"

    play(trial)


def test_two_cuts_are_healed_by_two_lifts_or_one_heal() -> None:
    async def trial(world: World) -> None:
        await world.start("a", echo, ready=PORT)
        reader, writer = await asyncio.open_connection("a", PORT)
        first, second = world.network.cut("tester", "a"), world.network.cut("*", "tester")
        first.lift()
        first.lift()
        writer.write(b"x\n")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(2):
                await reader.readline()
        second.lift()
        assert await reader.readline() == b"X\n"

    play(trial)


def test_what_was_held_is_released_in_order_and_at_once() -> None:
    async def trial(world: World) -> None:
        await world.start("a", echo, ready=PORT)
        reader, writer = await asyncio.open_connection("a", PORT)
        with world.network.hold("tester", "a"):
            for number in range(5):
                writer.write(b"%d\n" % number)
            await asyncio.sleep(3)
            released = world.now_ns
        got = [await reader.readline() for _ in range(5)]
        assert got == [b"0\n", b"1\n", b"2\n", b"3\n", b"4\n"]
        assert world.now_ns - released < milliseconds(30)

    play(trial, regions=STEADY)


def test_delay_adds_up() -> None:
    async def trial(world: World) -> None:
        await world.start("a", echo, ready=PORT)
        reader, writer = await asyncio.open_connection("a", PORT)
        with (
            world.network.delay("a", "tester", milliseconds(100)),
            world.network.delay("a", "tester", milliseconds(200)),
        ):
            begun = world.now_ns
            await ask(reader, writer)
            assert world.now_ns - begun == pytest.approx(milliseconds(620), abs=100_000)
        begun = world.now_ns
        await ask(reader, writer)
        assert world.now_ns - begun == pytest.approx(milliseconds(20), abs=100_000)

    play(trial, regions=STEADY)


@pytest.mark.parametrize(("rate", "low", "high"), [(0.0, 500, 500), (0.3, 300, 400), (1.0, 0, 0)])
def test_datagrams_are_lost_at_the_rate(rate: float, low: int, high: int) -> None:
    got: list[int] = []

    async def trial(world: World) -> None:
        listener = Listener(world)
        world.host("a")
        world.network.lose("tester", "a", rate)
        await datagrams(world, 500, listener)
        await asyncio.sleep(1)
        got.append(len(listener.got))

    play(trial)

    assert low <= got[0] <= high


def test_streams_lose_time_and_never_bytes() -> None:
    async def trial(world: World) -> None:
        await world.start("a", echo, ready=PORT)
        reader, writer = await asyncio.open_connection("a", PORT)
        world.network.lose("tester", "a", 0.5)
        begun = world.now_ns
        for number in range(20):
            assert await ask(reader, writer, b"%d\n" % number, within=600) == b"%d\n" % number
        assert world.now_ns - begun > seconds(2)

    play(trial)


def test_datagrams_are_doubled_and_corrupted_at_the_rate() -> None:
    async def trial(world: World) -> None:
        listener = Listener(world)
        world.host("a")
        with world.network.duplicate("tester", "a", 0.5):
            await datagrams(world, 200, listener)
            await asyncio.sleep(1)
        assert 260 <= len(listener.got) <= 340
        assert len({data for _, data in listener.got}) == 200

    play(trial)

    async def corrupted(world: World) -> None:
        listener = Listener(world)
        world.host("a")
        world.network.corrupt("tester", "a", 0.5)
        await datagrams(world, 200, listener)
        await asyncio.sleep(1)
        wrong = [data for _, data in listener.got if not data.isdigit()]
        assert len(listener.got) == 200
        assert 30 <= len(wrong) <= 140

    play(corrupted)


def test_throttle_makes_bytes_take_time() -> None:
    async def trial(world: World) -> None:
        received: list[int] = []

        async def swallow(_argv: Any) -> None:
            async def answer(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
                while data := await reader.read(65536):
                    received.append(len(data))

            await asyncio.start_server(answer, "0.0.0.0", PORT)
            await asyncio.Event().wait()

        await world.start("a", swallow, ready=PORT)
        _, writer = await asyncio.open_connection("a", PORT)
        with world.network.throttle("tester", "a", 10_000):
            writer.write(b"x" * 100_000)
            await asyncio.sleep(5)
            assert sum(received) < 70_000
            await asyncio.sleep(6)
            assert sum(received) == 100_000

    play(trial)


def test_a_reset_breaks_open_connections_once() -> None:
    async def trial(world: World) -> None:
        await world.start("a", echo, ready=PORT)
        reader, writer = await asyncio.open_connection("a", PORT)
        world.network.reset("tester", "a")
        with pytest.raises(ConnectionResetError):
            await ask(reader, writer)
        reader, writer = await asyncio.open_connection("a", PORT)
        assert await ask(reader, writer) == b"HELLO\n"

    play(trial)


def test_a_forgotten_name_does_not_resolve_and_its_address_still_works() -> None:
    async def trial(world: World) -> None:
        process = await world.start("a", echo, ready=PORT)
        with world.network.forget("a"):
            with pytest.raises(OSError, match="Temporary failure in name resolution"):
                await asyncio.open_connection("a", PORT)
            await asyncio.open_connection(process.host.address, PORT)
        await asyncio.open_connection("a", PORT)

    play(trial)
