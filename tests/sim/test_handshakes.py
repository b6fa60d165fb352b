"""Handshakes that go wrong: whoever connects gives up, is reset, or finds the other end changed."""

import asyncio
import errno
from typing import Any

import pytest

from lydite.model import milliseconds, seconds
from lydite.world import Link, Map, World
from tests.sim.playing import PORT, ask, echo, play

STEADY = Map(otherwise=Link(latency_ns=milliseconds(10), jitter_ns=0))


class Guests:
    """A server that counts whom it has taken and whom it has lost."""

    def __init__(self) -> None:
        self.came = 0
        self.left = 0

    async def main(self, _argv: Any) -> None:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.came += 1
            try:
                await reader.read()
            finally:
                self.left += 1
                writer.close()

        await asyncio.start_server(answer, "0.0.0.0", PORT)
        await asyncio.Event().wait()


def test_who_gives_up_a_handshake_leaves_no_half_open_connection() -> None:
    async def trial(world: Any) -> None:
        guests = Guests()
        await world.start("a", guests.main, ready=PORT)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.015):
                await asyncio.open_connection("a", PORT)
        await asyncio.sleep(1)
        assert (guests.came, guests.left) == (1, 1)
        assert not world.network_model._streams

    play(trial, regions=STEADY)


@pytest.mark.parametrize("way", [("tester", "a"), ("a", "tester")])
def test_a_handshake_over_a_cut_way_leaves_nothing_behind(way: tuple[str, str]) -> None:
    async def trial(world: Any) -> None:
        guests = Guests()
        await world.start("a", guests.main, ready=PORT)
        begun = world.now_ns
        with world.network.block(*way), pytest.raises(TimeoutError) as caught:
            await asyncio.open_connection("a", PORT)
        assert caught.value.errno == errno.ETIMEDOUT
        assert world.now_ns - begun == seconds(127)
        assert guests.came == 0
        assert not world.network_model._streams

    play(trial)


@pytest.mark.parametrize("way", [("tester", "a"), ("a", "tester")])
def test_a_handshake_that_is_held_for_too_long_times_out(way: tuple[str, str]) -> None:
    async def trial(world: Any) -> None:
        await world.start("a", echo, ready=PORT)
        begun = world.now_ns
        world.network.hold(*way)
        with pytest.raises(TimeoutError) as caught:
            await asyncio.open_connection("a", PORT)
        assert caught.value.errno == errno.ETIMEDOUT
        assert world.now_ns - begun == seconds(127)

    play(trial)


def test_a_held_handshake_goes_on_at_the_moment_of_release() -> None:
    async def trial(world: World) -> None:
        await world.start("a", echo, ready=PORT)
        with world.network.hold("tester", "a"):
            task = asyncio.create_task(asyncio.open_connection("a", PORT))
            await asyncio.sleep(2.5)
            released = world.now_ns
        reader, writer = await task
        assert world.now_ns - released == milliseconds(20)
        assert await ask(reader, writer) == b"HELLO\n"

    play(trial, regions=STEADY)


def test_a_reset_in_the_middle_of_a_handshake_is_told() -> None:
    async def trial(world: World) -> None:
        await world.start("a", echo, ready=PORT)
        task = asyncio.create_task(asyncio.open_connection("a", PORT))
        await asyncio.sleep(0.015)
        world.network.reset("tester", "a")
        with pytest.raises(ConnectionResetError):
            await task

    play(trial, regions=STEADY)


@pytest.mark.parametrize("down", ["crash", "power_off"])
def test_a_host_that_goes_down_in_the_middle_of_a_handshake(down: str) -> None:
    async def trial(world: World) -> None:
        await world.start("a", echo, ready=PORT)
        task = asyncio.create_task(asyncio.open_connection("a", PORT))
        await asyncio.sleep(0.015)
        getattr(world.process, down)("a")
        reader, writer = await task
        if down == "crash":
            assert await reader.read() == b""
            return
        world.process.power_on("a")
        writer.write(b"x\n")
        with pytest.raises(ConnectionResetError):
            await reader.read()

    play(trial, regions=STEADY)


def test_half_closing_towards_a_host_that_was_off_meanwhile_ends_in_a_reset() -> None:
    async def trial(world: World) -> None:
        await world.start("a", echo, ready=PORT)
        reader, writer = await asyncio.open_connection("a", PORT)
        with world.process.power_off("a"):
            await asyncio.sleep(1)
        await asyncio.sleep(1)
        writer.write_eof()
        with pytest.raises(ConnectionResetError):
            await reader.read()

    play(trial)


def test_a_connection_in_the_queue_of_a_closed_server_is_reset() -> None:
    taken: list[int] = []

    async def closing(_argv: Any) -> None:
        def answer(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
            taken.append(1)

        server = await asyncio.start_server(answer, "0.0.0.0", PORT)
        asyncio.get_running_loop().call_later(2, server.close)
        await asyncio.Event().wait()

    async def trial(world: World) -> None:
        await world.start("a", closing, ready=PORT)
        await asyncio.sleep(1)
        with world.process.pause("a"):
            await asyncio.sleep(2)
            reader, _ = await asyncio.open_connection("a", PORT)
        with pytest.raises(ConnectionResetError):
            await reader.read()
        assert not taken

    play(trial)


def test_a_datagram_that_is_held_is_one_datagram_and_refusals_do_not_pass_a_block() -> None:
    errors: list[Exception] = []

    class Watching(asyncio.DatagramProtocol):
        def error_received(self, exc: Exception) -> None:
            errors.append(exc)

    async def trial(world: World) -> None:
        world.host("a")
        loop = asyncio.get_running_loop()
        sender, _ = await loop.create_datagram_endpoint(Watching, remote_addr=("a", PORT))
        with world.network.block("a", "tester"):
            sender.sendto(b"x")
            await asyncio.sleep(1)
        assert not errors
        with world.network.hold("tester", "a"):
            sender.sendto(b"x")
            await asyncio.sleep(1)
            assert not errors
        await asyncio.sleep(1)
        assert [type(error) for error in errors] == [ConnectionRefusedError]

    play(trial)


def test_a_program_that_stops_its_loop_ends_and_the_world_goes_on() -> None:
    async def stopping(_argv: Any) -> None:
        loop = asyncio.get_running_loop()
        with pytest.raises(RuntimeError, match="Cannot close a running event loop"):
            loop.close()
        loop.call_later(1, loop.stop)
        await asyncio.sleep(100)

    async def trial(world: World) -> None:
        process = await world.start("a", stopping)
        await world.start("b", echo, ready=PORT)
        assert await process.wait() == 1
        reader, writer = await asyncio.open_connection("b", PORT)
        assert await ask(reader, writer) == b"HELLO\n"

    outcome = play(trial)

    assert "Event loop stopped" in str(outcome.last_words["a"])


def test_a_host_without_power_refuses_nobody_and_answers_when_it_is_back() -> None:
    async def trial(world: World) -> None:
        await world.start("a", echo, ready=PORT)
        with world.process.power_off("a"):
            task = asyncio.create_task(asyncio.open_connection("a", PORT))
            await asyncio.sleep(2)
            assert not task.done()
        reader, writer = await task
        assert await ask(reader, writer) == b"HELLO\n"

    play(trial)


def test_a_connection_in_the_queue_of_a_program_that_dies_is_closed() -> None:
    async def trial(world: World) -> None:
        await world.start("a", echo, ready=PORT)
        with world.process.pause("a"):
            reader, _ = await asyncio.open_connection("a", PORT)
            world.process.crash("a")
        async with asyncio.timeout(5):
            assert await reader.read() == b""

    play(trial)


def test_a_handshake_keeps_the_time_of_the_world_while_its_host_drifts() -> None:
    took: list[int] = []

    async def trial(world: World) -> None:
        await world.start("a", echo, ready=PORT)

        async def connect(_argv: Any) -> None:
            begun = world.now_ns
            await asyncio.open_connection("a", PORT)
            took.append(world.now_ns - begun)

        await world.start("b", connect)
        await world.sleep(milliseconds(5))
        world.clock.drift("b", 2.0)
        await world.sleep(seconds(1))

    play(trial, regions=Map(otherwise=Link(latency_ns=milliseconds(10), jitter_ns=0)))

    assert took == [milliseconds(20)]
