"""Streams whose roads are in the way: what waits, when it is tried again, and when TCP gives up."""

import asyncio
import errno
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from lydite.model import SECOND, milliseconds, seconds
from lydite.world import Link, Map, World
from tests.sim.playing import PORT, play

STEADY = Map(otherwise=Link(latency_ns=milliseconds(10), jitter_ns=0))
QUARTER = 924.0
"""How many seconds TCP goes on without an answer."""


class Sink:
    """A server that reads when it is told to, and never answers."""

    def __init__(self) -> None:
        self.reading = asyncio.Event()
        self.taken = 0
        self.errors: list[int | None] = []

    async def main(self, _argv: Any) -> None:
        async def answer(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
            try:
                await self.reading.wait()
                while data := await reader.read(1000):
                    self.taken += len(data)
            except OSError as error:
                self.errors.append(error.errno)

        await asyncio.start_server(answer, "0.0.0.0", PORT)
        await asyncio.Event().wait()


async def fill(writer: asyncio.StreamWriter) -> "asyncio.Task[None]":
    """Write until the writer must wait for room; what waits."""
    for _ in range(60):
        writer.write(b"x" * 10_000)
    draining = asyncio.create_task(writer.drain())
    await asyncio.sleep(1)
    assert not draining.done()
    return draining


@pytest.mark.parametrize(
    ("verb", "way", "waits_for"),
    [
        ("cut", ("tester", "a"), 12.6),
        ("block", ("a", "tester"), 12.6),
        ("hold", ("tester", "a"), 10.0),
    ],
)
def test_news_of_room_waits_until_the_road_is_open(verb: str, way: tuple[str, str], waits_for: float) -> None:
    async def trial(world: World) -> None:
        sink = Sink()
        await world.start("a", sink.main, ready=PORT)
        _, writer = await asyncio.open_connection("a", PORT)
        draining = await fill(writer)
        begun = world.now_ns
        with getattr(world.network, verb)(*way):
            sink.reading.set()
            await asyncio.sleep(10)
            assert sink.taken == 600_000
            assert not draining.done()
        await draining
        # A cut loses the news: TCP asks after 0.2, 0.6, 1.4, 3.0, 6.2 and 12.6 seconds.
        assert (world.now_ns - begun) / 1e9 == pytest.approx(waits_for, abs=0.1)

    play(trial, regions=STEADY)


def test_a_writer_that_hears_nothing_waits_for_room_although_there_is_some() -> None:
    async def trial(world: World) -> None:
        sink = Sink()
        sink.reading.set()
        await world.start("a", sink.main, ready=PORT)
        _, writer = await asyncio.open_connection("a", PORT)
        with world.network.block("a", "tester"):
            for _ in range(30):
                writer.write(b"x" * 10_000)
                await asyncio.sleep(0.1)
            assert sink.taken == 300_000
            draining = asyncio.create_task(writer.drain())
            await asyncio.sleep(10)
            assert not draining.done()
        await draining
        for _ in range(60):
            writer.write(b"x" * 10_000)
            await writer.drain()

    play(trial, regions=STEADY)


async def seconds_until_lost(world: World, act: Callable[[], Awaitable[object]]) -> float:
    begun = world.now_ns
    with pytest.raises(TimeoutError) as caught:
        await act()
    assert caught.value.errno == errno.ETIMEDOUT
    return (world.now_ns - begun) / SECOND


@pytest.mark.parametrize("verb", ["cut", "hold", "block"])
def test_what_is_never_acknowledged_times_out(verb: str) -> None:
    async def trial(world: World) -> None:
        sink = Sink()
        sink.reading.set()
        await world.start("a", sink.main, ready=PORT)
        reader, writer = await asyncio.open_connection("a", PORT)
        writer.write(b"heard of")
        await asyncio.sleep(1)
        with getattr(world.network, verb)("a", "tester"):
            await asyncio.sleep(100)
            writer.write(b"not heard of")
            assert await seconds_until_lost(world, reader.read) == pytest.approx(QUARTER, abs=0.1)

    play(trial, regions=STEADY)


def test_what_was_on_its_way_when_the_road_was_cut_times_out() -> None:
    async def trial(world: World) -> None:
        sink = Sink()
        sink.reading.set()
        await world.start("a", sink.main, ready=PORT)
        reader, writer = await asyncio.open_connection("a", PORT)
        writer.write(b"on its way")
        await asyncio.sleep(0.005)
        world.network.cut("tester", "a")
        assert await seconds_until_lost(world, reader.read) == pytest.approx(QUARTER, abs=0.1)
        assert sink.taken == len(b"on its way")

    play(trial, regions=STEADY)


def test_a_writer_that_asks_for_room_and_gets_no_answer_times_out() -> None:
    async def trial(world: World) -> None:
        await world.start("a", Sink().main, ready=PORT)
        reader, writer = await asyncio.open_connection("a", PORT)
        draining = await fill(writer)
        world.network.cut("tester", "a")
        assert await seconds_until_lost(world, reader.read) == pytest.approx(QUARTER, abs=0.1)
        with pytest.raises(OSError, match="timed out"):
            await draining

    play(trial, regions=STEADY)


def test_a_half_closed_end_that_is_not_heard_times_out() -> None:
    async def trial(world: World) -> None:
        await world.start("a", Sink().main, ready=PORT)
        reader, writer = await asyncio.open_connection("a", PORT)
        world.network.block("a", "tester")
        writer.write_eof()
        assert await seconds_until_lost(world, reader.read) == pytest.approx(QUARTER, abs=0.1)

    play(trial, regions=STEADY)


def test_who_has_sent_nothing_over_a_cut_road_does_not_time_out() -> None:
    async def trial(world: World) -> None:
        sink = Sink()
        sink.reading.set()
        await world.start("a", sink.main, ready=PORT)
        reader, writer = await asyncio.open_connection("a", PORT)
        writer.write(b"acknowledged")
        await asyncio.sleep(1)
        with world.network.cut("tester", "a"):
            writer.transport.set_write_buffer_limits(high=1000)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(reader.read(), 2000)
        writer.write(b"and more")
        await asyncio.sleep(1)
        assert sink.taken == len(b"acknowledgedand more")

    play(trial, regions=STEADY)


def test_a_road_that_opens_in_time_saves_the_connection() -> None:
    async def trial(world: World) -> None:
        sink = Sink()
        sink.reading.set()
        await world.start("a", sink.main, ready=PORT)
        reader, writer = await asyncio.open_connection("a", PORT)
        for _ in range(3):
            with world.network.block("a", "tester"):
                writer.write(b"x")
                await asyncio.sleep(800)
            await asyncio.sleep(200)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.read(), 500)
        assert sink.taken == 3

    play(trial, regions=STEADY)


@pytest.mark.parametrize("end", ["killed", "closed"])
@pytest.mark.parametrize(("lasting", "hears"), [(800, "the end"), (900, "nothing")])
def test_what_nobody_owns_any_more_is_sent_for_a_quarter_of_an_hour(
    end: str, lasting: float, hears: str
) -> None:
    async def trial(world: World) -> None:
        async def last_words(_argv: Any) -> None:
            async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                await asyncio.sleep(10)
                writer.write(b"farewell")
                if end == "closed":
                    writer.close()

            await asyncio.start_server(answer, "0.0.0.0", PORT)
            await asyncio.Event().wait()

        await world.start("a", last_words, ready=PORT)
        reader, writer = await asyncio.open_connection("a", PORT)
        with world.network.cut("tester", "a"):
            await asyncio.sleep(20)
            if end == "killed":
                world.process.crash("a")
            await asyncio.sleep(lasting - 10)
        if hears == "the end":
            assert await reader.read() == b"farewell"
            return
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.read(), 500)
        # Its kernel has forgotten the connection, and says so when it is asked.
        writer.write(b"are you there?")
        with pytest.raises(ConnectionResetError):
            await reader.read()

    play(trial, regions=STEADY)


def test_a_forgotten_connection_is_reset_when_the_other_end_is_closed() -> None:
    async def trial(world: World) -> None:
        sink = Sink()
        sink.reading.set()
        await world.start("a", sink.main, ready=PORT)
        reader, writer = await asyncio.open_connection("a", PORT)
        with world.network.cut("tester", "a"):
            world.process.crash("a")
            await asyncio.sleep(1000)
        writer.write_eof()
        with pytest.raises(ConnectionResetError):
            await reader.read()

    play(trial, regions=STEADY)


@pytest.mark.parametrize("verb", ["crash", "power_off"])
def test_a_reset_that_the_cut_has_swallowed_comes_again(verb: str) -> None:
    async def trial(world: World) -> None:
        await world.start("a", Sink().main, ready=PORT)
        reader, writer = await asyncio.open_connection("a", PORT)
        with world.network.block("a", "tester"):
            with getattr(world.process, verb)("a"):
                await asyncio.sleep(1)
                writer.write(b"nobody reads this")
                await asyncio.sleep(1)
            await asyncio.sleep(1)
        begun = world.now_ns
        with pytest.raises(ConnectionResetError):
            await reader.read()
        assert world.now_ns - begun < seconds(5)

    play(trial, regions=STEADY)


def test_stalled_connections_go_the_same_way_in_every_run() -> None:
    async def trial(world: World) -> None:
        sink = Sink()
        await world.start("a", sink.main, ready=PORT)
        _, writer = await asyncio.open_connection("a", PORT)
        draining = await fill(writer)
        with world.network.lose("tester", "a", 0.5), world.network.cut("tester", "a"):
            sink.reading.set()
            await asyncio.sleep(10)
        await draining

    assert play(trial, seed=3).digest == play(trial, seed=3).digest
