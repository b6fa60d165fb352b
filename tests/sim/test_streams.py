"""TCP as programs meet it: order, short reads, closing, resets, silence, full buffers."""

import asyncio
import errno
from typing import Any

import pytest

from lydite.world import Link, Map, World
from tests.sim.playing import PORT, ask, echo, play


def test_a_handshake_and_an_answer_take_three_ways() -> None:
    seen: list[float] = []

    async def trial(world: World) -> None:
        await world.start("a", echo, ready=PORT)
        begun = world.now_ns
        reader, writer = await asyncio.open_connection("a", PORT)
        seen.append((world.now_ns - begun) / 1e9)
        assert await ask(reader, writer) == b"HELLO\n"
        seen.append((world.now_ns - begun) / 1e9)

    play(trial, regions=Map(otherwise=Link(latency_ns=10_000_000, jitter_ns=0)))

    assert seen == [pytest.approx(0.020), pytest.approx(0.040, abs=0.001)]


def test_some_writes_arrive_in_two_pieces_and_none_out_of_order() -> None:
    pieces: list[bytes] = []

    class Collector(asyncio.Protocol):
        def data_received(self, data: bytes) -> None:
            pieces.append(data)

    async def listen(_argv: Any) -> None:
        loop = asyncio.get_running_loop()
        await loop.create_server(Collector, "0.0.0.0", PORT)
        await asyncio.Event().wait()

    sent = [b"%05d" % number for number in range(400)]

    async def trial(world: World) -> None:
        await world.start("a", listen, ready=PORT)
        _, writer = await asyncio.open_connection("a", PORT)
        for part in sent:
            writer.write(part)
        await asyncio.sleep(1)

    play(trial)

    assert b"".join(pieces) == b"".join(sent)
    assert 5 < len(pieces) - len(sent) < 80


def test_a_closed_stream_ends_and_a_half_closed_one_still_answers() -> None:
    async def count(_argv: Any) -> None:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"%d" % len(await reader.read()))
            writer.close()

        await asyncio.start_server(answer, "0.0.0.0", PORT)
        await asyncio.Event().wait()

    async def trial(world: World) -> None:
        await world.start("a", count, ready=PORT)
        reader, writer = await asyncio.open_connection("a", PORT)
        writer.write(b"x" * 1000)
        writer.write_eof()
        with pytest.raises(RuntimeError, match="write_eof"):
            writer.write(b"more")
        assert await reader.read() == b"1000"
        assert await reader.read() == b""

    play(trial)


def test_writing_to_a_peer_that_closed_ends_in_a_reset() -> None:
    async def hang_up(_argv: Any) -> None:
        async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.close()

        await asyncio.start_server(answer, "0.0.0.0", PORT)
        await asyncio.Event().wait()

    async def trial(world: World) -> None:
        await world.start("a", hang_up, ready=PORT)
        reader, writer = await asyncio.open_connection("a", PORT)
        assert await reader.read() == b""
        writer.write(b"anybody there?")
        await asyncio.sleep(1)
        with pytest.raises(ConnectionResetError):
            await reader.read()

    play(trial)


def test_a_slow_reader_makes_the_writer_wait_within_bounds() -> None:
    taken: list[int] = []
    fullest: list[int] = []

    async def sip(_argv: Any) -> None:
        async def answer(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
            while data := await reader.read(1000):
                taken.append(len(data))
                await asyncio.sleep(0.001)

        await asyncio.start_server(answer, "0.0.0.0", PORT)
        await asyncio.Event().wait()

    async def trial(world: World) -> None:
        await world.start("a", sip, ready=PORT)
        _, writer = await asyncio.open_connection("a", PORT)
        for _ in range(100):
            writer.write(b"x" * 10_000)
            fullest.append(writer.transport.get_write_buffer_size())
            await writer.drain()
        writer.close()
        await writer.wait_closed()
        await asyncio.sleep(10)

    play(trial)

    assert sum(taken) == 1_000_000
    assert 0 < max(fullest) < 100_000


def test_a_cut_is_silent_and_its_segments_come_when_tcp_tries_again() -> None:
    times: list[float] = []

    async def trial(world: World) -> None:
        await world.start("a", echo, ready=PORT)
        reader, writer = await asyncio.open_connection("a", PORT)
        with world.network.cut("tester", "a"):
            begun = world.now_ns
            writer.write(b"lost?\n")
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(5):
                    await reader.readline()
        assert await reader.readline() == b"LOST?\n"
        times.append((world.now_ns - begun) / 1e9)

    play(trial)

    # Tries after 0.2, 0.6, 1.4, 3.0 and 6.2 seconds: the last is the first that finds the road open.
    assert times[0] == pytest.approx(6.2, abs=0.05)


def test_who_has_nothing_to_send_never_learns_that_the_power_is_gone() -> None:
    async def trial(world: World) -> None:
        await world.start("a", echo, ready=PORT)
        reader, _ = await asyncio.open_connection("a", PORT)
        world.process.power_off("a")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1800):
                await reader.read()

    play(trial)


def test_who_sends_to_a_dead_host_times_out_after_a_quarter_of_an_hour() -> None:
    async def trial(world: World) -> None:
        await world.start("a", echo, ready=PORT)
        reader, writer = await asyncio.open_connection("a", PORT)
        world.process.power_off("a")
        begun = world.now_ns
        writer.write(b"x\n")
        with pytest.raises(TimeoutError) as caught:
            await reader.read()
        assert caught.value.errno == errno.ETIMEDOUT
        assert (world.now_ns - begun) / 1e9 == pytest.approx(924, abs=1)

    play(trial)


def test_a_host_that_is_back_resets_what_it_has_forgotten() -> None:
    async def trial(world: World) -> None:
        await world.start("a", echo, ready=PORT)
        reader, writer = await asyncio.open_connection("a", PORT)
        assert await ask(reader, writer) == b"HELLO\n"
        with world.process.power_off("a"):
            await asyncio.sleep(1)
        await asyncio.sleep(1)
        writer.write(b"do you know me?\n")
        with pytest.raises(ConnectionResetError):
            await reader.readline()
        reader, writer = await asyncio.open_connection("a", PORT)
        assert await ask(reader, writer) == b"HELLO\n"

    play(trial)


def test_a_killed_process_says_goodbye_by_its_kernel_and_then_refuses() -> None:
    async def trial(world: World) -> None:
        await world.start("a", echo, ready=PORT)
        reader, writer = await asyncio.open_connection("a", PORT)
        assert await ask(reader, writer) == b"HELLO\n"
        world.process.crash("a")
        assert await reader.read() == b""
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("a", PORT)
        world.process.revive("a")
        await asyncio.sleep(0.1)
        reader, writer = await asyncio.open_connection("a", PORT)
        assert await ask(reader, writer) == b"HELLO\n"

    play(trial)


def test_connecting_over_a_cut_road_gives_up_as_a_kernel_does() -> None:
    async def trial(world: World) -> None:
        await world.start("a", echo, ready=PORT)
        world.network.cut("tester", "a")
        begun = world.now_ns
        with pytest.raises(TimeoutError):
            await asyncio.open_connection("a", PORT)
        assert (world.now_ns - begun) / 1e9 == pytest.approx(127, abs=1)

    play(trial)


def test_connecting_goes_through_at_the_next_try_after_the_cut_is_healed() -> None:
    async def trial(world: World) -> None:
        await world.start("a", echo, ready=PORT)
        begun = world.now_ns
        with world.network.cut("tester", "a"):
            waiting = asyncio.ensure_future(asyncio.open_connection("a", PORT))
            await asyncio.sleep(2)
        await waiting
        assert (world.now_ns - begun) / 1e9 == pytest.approx(3, abs=0.1)

    play(trial)


def test_nobody_connects_to_a_name_that_does_not_exist() -> None:
    async def trial(_world: World) -> None:
        with pytest.raises(OSError, match="Name or service not known"):
            await asyncio.open_connection("nowhere", PORT)
        with pytest.raises(OSError, match="Connect call failed"):
            await asyncio.open_connection("10.9.9.9", PORT)

    play(trial)


def test_a_full_queue_of_connections_takes_no_more() -> None:
    async def deaf(_argv: Any) -> None:
        await asyncio.start_server(lambda _r, _w: None, "0.0.0.0", PORT, backlog=2)
        await asyncio.Event().wait()

    async def trial(world: World) -> None:
        await world.start("a", deaf, ready=PORT)
        world.process.pause("a")
        for _ in range(2):
            await asyncio.open_connection("a", PORT)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(20):
                await asyncio.open_connection("a", PORT)
        world.process.resume("a")
        await asyncio.open_connection("a", PORT)

    play(trial)


def test_a_port_is_taken_once() -> None:
    async def trial(world: World) -> None:
        await world.start("a", echo, ready=PORT)
        second = await world.start("a", echo)
        assert await second.wait() == 1
        await world.start("b", echo, ready=PORT)

    outcome = play(trial)

    assert "address already in use" in str(outcome.last_words["a"])


def test_a_port_of_the_loopback_is_not_reached_from_outside() -> None:
    async def trial(world: World) -> None:
        async def shy(_argv: Any) -> None:
            await asyncio.start_server(lambda _r, _w: None, "127.0.0.1", PORT)
            await asyncio.open_connection("localhost", PORT)
            world.note("reached from inside")
            await asyncio.Event().wait()

        await world.start("a", shy)
        await asyncio.sleep(1)
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("a", PORT)

    outcome = play(trial)

    assert [event.fields["name"] for event in outcome.story if "name" in event.fields] == [
        "reached from inside"
    ]
