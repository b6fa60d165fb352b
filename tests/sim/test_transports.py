"""Transports and protocols behave as asyncio's: ends, buffers, errors, datagrams, servers."""

import asyncio
import errno
from typing import Any

import pytest

from lydite.model import milliseconds
from lydite.world import Link, Map, World
from tests.sim.playing import PORT, ask, echo, play

STEADY = Map(otherwise=Link(latency_ns=milliseconds(10), jitter_ns=0))


async def serve(world: World, factory: Any, host: str = "a") -> None:
    """Serve a protocol on a host."""

    async def main(_argv: Any) -> None:
        await asyncio.get_running_loop().create_server(factory, "0.0.0.0", PORT)
        await asyncio.Event().wait()

    await world.start(host, main, ready=PORT)


@pytest.mark.parametrize("stays", [False, True])
def test_the_protocol_says_whether_its_end_stays_open_after_the_end_of_input(stays: bool) -> None:
    class Ending(asyncio.Protocol):
        transport: Any

        def connection_made(self, transport: Any) -> None:
            self.transport = transport

        def eof_received(self) -> bool:
            if stays:
                asyncio.get_running_loop().call_later(1, self.transport.write, b"late")
                asyncio.get_running_loop().call_later(2, self.transport.close)
            return stays

    async def trial(world: World) -> None:
        await serve(world, Ending)
        reader, writer = await asyncio.open_connection("a", PORT)
        writer.write_eof()
        assert await reader.read() == (b"late" if stays else b"")

    play(trial)


def test_a_protocol_that_raises_loses_its_connection_with_the_error() -> None:
    lost: list[Any] = []

    class Raising(asyncio.Protocol):
        def data_received(self, data: bytes) -> None:
            raise ZeroDivisionError

        def connection_lost(self, exc: Exception | None) -> None:
            lost.append(exc)

    async def trial(world: World) -> None:
        await serve(world, Raising)
        _, writer = await asyncio.open_connection("a", PORT)
        writer.write(b"x")
        await asyncio.sleep(1)
        assert [type(error) for error in lost] == [ZeroDivisionError]

    play(trial)


def test_a_buffered_protocol_gets_every_byte_through_a_small_buffer() -> None:
    got = bytearray()

    class Small(asyncio.BufferedProtocol):
        def __init__(self) -> None:
            self.room = bytearray(3)

        def get_buffer(self, sizehint: int) -> bytearray:
            return self.room

        def buffer_updated(self, nbytes: int) -> None:
            got.extend(self.room[:nbytes])

    async def trial(world: World) -> None:
        await serve(world, Small)
        _, writer = await asyncio.open_connection("a", PORT)
        writer.write(b"0123456789")
        await asyncio.sleep(1)
        assert got == b"0123456789"

    play(trial)


def test_the_writer_waits_at_the_mark_that_it_has_set() -> None:
    class Deaf(asyncio.Protocol):
        def connection_made(self, transport: Any) -> None:
            transport.pause_reading()

    async def trial(world: World) -> None:
        await serve(world, Deaf)
        waits: list[int] = []
        for mark in (0, 256 * 1024):
            _, writer = await asyncio.open_connection("a", PORT)
            writer.transport.set_write_buffer_limits(mark)
            assert writer.transport.get_write_buffer_limits()[1] == mark
            sent = 0
            with pytest.raises(TimeoutError):
                while True:
                    writer.write(b"x" * 4096)
                    sent += 4096
                    async with asyncio.timeout(1):
                        await writer.drain()
            waits.append(sent)
        assert waits == [132 * 1024, 388 * 1024]

    play(trial)


@pytest.mark.parametrize("back", [True, False])
def test_a_writer_that_waits_for_a_host_without_power_is_told(back: bool) -> None:
    class Deaf(asyncio.Protocol):
        def connection_made(self, transport: Any) -> None:
            transport.pause_reading()

    async def trial(world: World) -> None:
        await serve(world, Deaf)
        _, writer = await asyncio.open_connection("a", PORT)
        writer.write(b"x" * 1_000_000)
        waiting = asyncio.create_task(writer.drain())
        await asyncio.sleep(10)
        world.process.power_off("a")
        await asyncio.sleep(10)
        assert not waiting.done()
        if back:
            world.process.power_on("a")
        with pytest.raises(OSError, match=r"reset by peer|timed out") as caught:
            await waiting
        assert caught.value.errno == (errno.ECONNRESET if back else errno.ETIMEDOUT)

    play(trial)


async def round_trips(host: str) -> list[float]:
    reader, writer = await asyncio.open_connection(host, PORT)
    loop = asyncio.get_running_loop()
    times = []
    for _ in range(50):
        begun = loop.time()
        await ask(reader, writer, within=60)
        times.append(loop.time() - begun)
    return times


def test_jitter_of_the_map_and_of_the_lever_is_felt() -> None:
    async def trial(world: World) -> None:
        await world.start("a", echo, ready=PORT)
        times = await round_trips("a")
        assert 0.02 <= min(times) < max(times) <= 0.0401
        assert max(times) > 0.025
        world.network.delay("a", "tester", 0, jitter_ns=milliseconds(500))
        times = await round_trips("a")
        assert max(times) > 0.5
        assert min(times) < 0.4

    play(trial, regions=Map(otherwise=Link(latency_ns=milliseconds(10), jitter_ns=milliseconds(10))))


def test_a_link_of_its_own_changes_a_road_that_is_in_use() -> None:
    async def trial(world: World) -> None:
        await world.start("a", echo, ready=PORT)
        assert max(await round_trips("a")) < 0.021
        world.link("a", "tester", Link(latency_ns=milliseconds(100), jitter_ns=0))
        assert min(await round_trips("a")) > 0.199

    play(trial, regions=STEADY)


def test_a_connection_comes_from_the_port_that_it_was_bound_to() -> None:
    seen: list[Any] = []

    class Seeing(asyncio.Protocol):
        def connection_made(self, transport: Any) -> None:
            seen.append(transport.get_extra_info("peername")[1])

    async def trial(world: World) -> None:
        await serve(world, Seeing)
        await asyncio.open_connection("a", PORT, local_addr=("0.0.0.0", 4321))
        await asyncio.open_connection("a", PORT)
        await asyncio.open_connection("a", PORT)
        assert seen[0] == 4321
        assert len(set(seen)) == 3

    play(trial)


class Post(asyncio.DatagramProtocol):
    """Remembers datagrams and errors."""

    def __init__(self) -> None:
        self.got: list[bytes] = []
        self.errors: list[int | None] = []

    def datagram_received(self, data: bytes, addr: object) -> None:
        self.got.append(data)

    def error_received(self, exc: Exception) -> None:
        assert isinstance(exc, OSError)
        self.errors.append(exc.errno)


async def letterbox(world: World, host: str) -> Post:
    """A UDP port on a host."""
    post = Post()

    async def main(_argv: Any) -> None:
        await asyncio.get_running_loop().create_datagram_endpoint(lambda: post, local_addr=("0.0.0.0", PORT))
        await asyncio.Event().wait()

    await world.start(host, main)
    await asyncio.sleep(0.1)
    return post


def test_datagrams_to_everybody_too_big_to_nobody_and_after_the_end() -> None:
    async def trial(world: World) -> None:
        first, second = await letterbox(world, "a"), await letterbox(world, "b")
        loop = asyncio.get_running_loop()
        sender, mine = await loop.create_datagram_endpoint(
            Post, local_addr=("0.0.0.0", 0), allow_broadcast=True
        )
        sender.sendto(b"all", ("255.255.255.255", PORT))
        sender.sendto(b"x" * 65_508, ("a", PORT))
        sender.sendto(b"y", ("nowhere", PORT))
        await asyncio.sleep(1)
        assert first.got == second.got == [b"all"]
        assert mine.errors[0] == errno.EMSGSIZE
        assert len(mine.errors) == 2
        with world.process.power_off("a"):
            sender.sendto(b"dark", ("a", PORT))
            curious, its = await loop.create_datagram_endpoint(Post, remote_addr=("a", PORT))
            curious.sendto(b"anybody?")
            await asyncio.sleep(1)
        assert first.got == [b"all"]
        assert its.errors == []

    play(trial)


def test_a_connected_endpoint_hears_its_peer_alone_and_a_closed_one_nobody() -> None:
    async def trial(world: World) -> None:
        answers = await letterbox(world, "a")
        loop = asyncio.get_running_loop()
        connected, mine = await loop.create_datagram_endpoint(Post, remote_addr=("a", PORT))
        stranger, _ = await loop.create_datagram_endpoint(Post, local_addr=("0.0.0.0", 0))
        port = connected.get_extra_info("sockname")[1]
        stranger.sendto(b"psst", ("tester", port))
        connected.sendto(b"hello")
        await asyncio.sleep(1)
        assert answers.got == [b"hello"]
        assert mine.got == []
        open_end, closed = await loop.create_datagram_endpoint(Post, local_addr=("0.0.0.0", 5000))
        stranger.sendto(b"too late", ("tester", 5000))
        open_end.close()
        await asyncio.sleep(1)
        assert closed.got == []

    play(trial)


def test_a_closed_server_is_done_when_its_last_connection_is() -> None:
    done: list[float] = []

    async def main(_argv: Any) -> None:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read()
            writer.close()

        server = await asyncio.start_server(answer, "0.0.0.0", PORT)
        await asyncio.sleep(2)
        server.close()
        done.append(asyncio.get_running_loop().time())
        await server.wait_closed()
        done.append(asyncio.get_running_loop().time())

    async def trial(world: World) -> None:
        process = await world.start("a", main, ready=PORT)
        _, writer = await asyncio.open_connection("a", PORT)
        await asyncio.sleep(3)
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("a", PORT)
        await asyncio.sleep(4)
        writer.close()
        await process.wait()
        assert done[1] - done[0] > 4

    play(trial)


@pytest.mark.parametrize("verb", ["close_clients", "abort_clients"])
def test_a_server_can_hang_up_on_all_of_its_clients(verb: str) -> None:
    servers: list[Any] = []

    async def main(_argv: Any) -> None:
        servers.append(await asyncio.start_server(lambda _reader, _writer: None, "0.0.0.0", PORT))
        await asyncio.Event().wait()

    async def trial(world: World) -> None:
        await world.start("a", main, ready=PORT)
        ends = [await asyncio.open_connection("a", PORT) for _ in range(3)]
        await asyncio.sleep(1)
        getattr(servers[0], verb)()
        assert [await reader.read() for reader, _ in ends] == [b""] * 3

    play(trial)


def test_regions_say_how_far_hosts_are_apart() -> None:
    near, far = Link(latency_ns=milliseconds(1), jitter_ns=0), Link(latency_ns=milliseconds(100), jitter_ns=0)
    regions = Map(links=(("eu", "us", far),), otherwise=near)

    async def trial(world: World) -> None:
        world.host("a", region="eu")
        world.host("b", region="us")
        times: list[float] = []

        async def measure(argv: Any) -> None:
            times.append(max(await round_trips(argv[0])))

        for name in ("a", "b"):
            await world.start(name, echo, ready=PORT)
        await (await world.start("a", measure, "b")).wait()
        await (await world.start("b", measure, "a")).wait()
        assert all(time == pytest.approx(0.2, abs=0.001) for time in times)
        assert max(await round_trips("a")) < 0.01

    play(trial, regions=regions)


def test_a_port_that_somebody_listens_on_is_given_to_nobody_else() -> None:
    async def main(_argv: Any) -> None:
        loop = asyncio.get_running_loop()
        first = await loop.create_server(asyncio.Protocol, "0.0.0.0", 0)
        port = first.sockets[0].getsockname()[1]
        await loop.create_server(asyncio.Protocol, "0.0.0.0", port + 1)
        third = await loop.create_server(asyncio.Protocol, "0.0.0.0", 0)
        assert third.sockets[0].getsockname()[1] not in {port, port + 1}

    async def trial(world: World) -> None:
        assert await (await world.start("a", main)).wait() == 0

    play(trial)
