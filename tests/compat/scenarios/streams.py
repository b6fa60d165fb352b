"""asyncio's streams over TCP: reading, writing, the ways in which a connection ends, and waiting for room."""

import asyncio
import errno
import socket
import struct
from collections.abc import Sequence

import pytest

from lydite.model import seconds
from lydite.world import World

PORT = 7000


async def echo(argv: Sequence[str]) -> None:
    """Send back what comes, until the other side has said everything."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(serve, "0.0.0.0", PORT)
    async with server:
        await server.serve_forever()


async def count_after_the_end(argv: Sequence[str]) -> None:
    """Read everything up to the end, then answer how much it was."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        data = await reader.read()
        writer.write(struct.pack(">I", len(data)))
        writer.write_eof()
        writer.close()

    async with await asyncio.start_server(serve, None, PORT) as server:
        await server.serve_forever()


async def close_without_reading(argv: Sequence[str]) -> None:
    """Take a line, let more arrive unread, and hang up: the kernel then answers with a reset."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        assert isinstance(writer.transport, asyncio.Transport)
        writer.transport.pause_reading()
        await asyncio.sleep(1)
        writer.close()

    async with await asyncio.start_server(serve, "0.0.0.0", PORT) as server:
        await server.serve_forever()


async def read_slowly(argv: Sequence[str]) -> None:
    """Take a thousand bytes in each millisecond."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        count = 0
        while data := await reader.read(1_000):
            count += len(data)
            await asyncio.sleep(0.001)
        writer.write(struct.pack(">I", count))
        writer.close()

    async with await asyncio.start_server(serve, "0.0.0.0", PORT, limit=4_096) as server:
        await server.serve_forever()


async def bytes_come_back(world: World) -> None:
    await world.start("a", echo, ready=PORT)
    loop = asyncio.get_running_loop()
    before = loop.time()
    reader, writer = await asyncio.open_connection("a", PORT)
    handshake = loop.time() - before
    writer.write(b"hello\nworld")
    writer.writelines([b" and", b" all\n"])
    await writer.drain()

    assert await reader.readline() == b"hello\n"
    assert await reader.readuntil(b"and") == b"world and"
    assert await reader.readexactly(5) == b" all\n"
    assert 0.004 <= handshake <= 0.006
    assert writer.get_extra_info("peername") == (world.host("a").address, PORT)
    assert writer.get_extra_info("sockname")[1] >= 32_768
    assert writer.get_extra_info("socket").family == socket.AF_INET
    writer.close()
    await writer.wait_closed()
    world.note("handshake", nanoseconds=round(handshake * 1e9))


async def readers_meet_short_reads(world: World) -> None:
    await world.start("a", echo, ready=PORT)
    reader, writer = await asyncio.open_connection("a", PORT)
    short = 0
    for _ in range(64):
        writer.write(b"0123456789" * 10)
        first = await reader.read(100)
        rest = await reader.readexactly(100 - len(first))
        assert first + rest == b"0123456789" * 10
        short += bool(rest)

    assert short, "a read that is always whole teaches nobody to loop"
    world.note("short", reads=short)


async def one_direction_closes_alone(world: World) -> None:
    await world.start("a", count_after_the_end, ready=PORT)
    reader, writer = await asyncio.open_connection("a", PORT)
    writer.write(b"x" * 300_000)
    assert writer.can_write_eof()
    writer.write_eof()

    assert struct.unpack(">I", await reader.read()) == (300_000,)
    assert reader.at_eof()
    with pytest.raises(RuntimeError, match="after write_eof"):
        writer.write(b"more")


async def the_end_of_a_stream_is_seen_once_everything_is_read(world: World) -> None:
    await world.start("a", echo, ready=PORT)
    reader, writer = await asyncio.open_connection("a", PORT)
    writer.write(b"short")
    writer.write_eof()
    with pytest.raises(asyncio.IncompleteReadError) as caught:
        await reader.readexactly(100)

    assert caught.value.partial == b"short"
    assert caught.value.expected == 100
    assert await reader.read() == b""


async def a_line_may_be_too_long(world: World) -> None:
    await world.start("a", echo, ready=PORT)
    reader, writer = await asyncio.open_connection("a", PORT, limit=100)
    writer.write(b"y" * 1_000)
    with pytest.raises(asyncio.LimitOverrunError):
        await reader.readuntil(b"\n")
    writer.write(b"\n")
    await asyncio.sleep(1)
    with pytest.raises(ValueError, match=r"limit|longer"):
        await reader.readline()


async def closing_with_something_unread_is_a_reset_at_the_other_end(world: World) -> None:
    await world.start("a", close_without_reading, ready=PORT)
    reader, writer = await asyncio.open_connection("a", PORT)
    writer.write(b"line\n")
    await asyncio.sleep(0.1)
    writer.write(b"more, which nobody reads")
    with pytest.raises(ConnectionResetError) as caught:
        await reader.read()

    assert caught.value.errno == errno.ECONNRESET
    assert writer.is_closing()
    with pytest.raises(ConnectionResetError):
        await writer.drain()


async def an_abort_is_an_ordinary_end_at_the_other_end(world: World) -> None:
    """As on real sockets: what was written and taken by the kernel arrives, and then the end."""

    async def write_and_abort(argv: Sequence[str]) -> None:
        async def serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"x" * 50_000)
            writer.transport.abort()

        async with await asyncio.start_server(serve, "0.0.0.0", PORT) as server:
            await server.serve_forever()

    await world.start("a", write_and_abort, ready=PORT)
    reader, _writer = await asyncio.open_connection("a", PORT)
    assert await reader.read() == b"x" * 50_000


async def data_for_a_closed_peer_is_answered_with_a_reset(world: World) -> None:
    async def hang_up(argv: Sequence[str]) -> None:
        async def serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.close()

        async with await asyncio.start_server(serve, "0.0.0.0", PORT) as server:
            await server.serve_forever()

    await world.start("a", hang_up, ready=PORT)
    reader, writer = await asyncio.open_connection("a", PORT)
    assert await reader.read() == b""
    writer.write(b"are you there?")
    await writer.drain()
    await asyncio.sleep(1)
    with pytest.raises(ConnectionResetError):
        await writer.drain()


async def writing_after_closing_does_nothing(world: World) -> None:
    await world.start("a", echo, ready=PORT)
    _reader, writer = await asyncio.open_connection("a", PORT)
    writer.close()
    writer.write(b"too late")
    await writer.wait_closed()
    writer.write(b"much too late")
    with pytest.raises(ConnectionResetError):
        await writer.drain()


async def nobody_listens(world: World) -> None:
    world.host("a")
    with pytest.raises(ConnectionRefusedError) as refused:
        await asyncio.open_connection("a", PORT)
    with pytest.raises(socket.gaierror) as unknown:
        await asyncio.open_connection("nobody", PORT)
    with pytest.raises(OSError, match="Connect call failed"):
        await asyncio.open_connection("10.9.9.9", PORT)

    assert refused.value.errno == errno.ECONNREFUSED
    assert unknown.value.errno == socket.EAI_NONAME


async def a_port_has_one_listener(world: World) -> None:
    async def twice(argv: Sequence[str]) -> None:
        first = await asyncio.start_server(lambda r, w: None, "0.0.0.0", PORT)
        try:
            await asyncio.start_server(lambda r, w: None, "0.0.0.0", PORT)
        except OSError as error:
            assert error.errno == errno.EADDRINUSE
        else:
            raise AssertionError("two listeners on one port")
        first.close()
        await first.wait_closed()
        again = await asyncio.start_server(lambda r, w: None, "0.0.0.0", 0)
        assert again.sockets[0].getsockname()[1] > 1_024
        again.close()

    process = await world.start("a", twice)
    assert await process.wait() == 0


async def a_slow_reader_holds_the_writer_back(world: World) -> None:
    await world.start("a", read_slowly, ready=PORT)
    loop = asyncio.get_running_loop()
    before = loop.time()
    reader, writer = await asyncio.open_connection("a", PORT)
    most = 0
    for _ in range(100):
        writer.write(b"x" * 10_000)
        most = max(most, writer.transport.get_write_buffer_size())
        await writer.drain()
    written = loop.time() - before
    writer.write_eof()

    assert struct.unpack(">I", await reader.readexactly(4)) == (1_000_000,)
    assert most <= 64 * 1024 + 10_000
    assert written > 0.7, "the writer was never held back"
    assert loop.time() - before > 1.0
    world.note("held back", most=most)


async def connections_live_side_by_side(world: World) -> None:
    await world.start("a", echo, ready=PORT)

    async def talk(number: int) -> bytes:
        reader, writer = await asyncio.open_connection("a", PORT)
        writer.write(f"{number}\n".encode() * 3)
        writer.write_eof()
        return await reader.read()

    answers = await asyncio.gather(*(talk(number) for number in range(50)))
    assert answers == [f"{number}\n".encode() * 3 for number in range(50)]


async def a_peer_that_says_nothing_is_never_missed(world: World) -> None:
    """Half open: the host loses its power, and whoever only reads learns nothing of it."""
    await world.start("a", echo, ready=PORT)
    reader, writer = await asyncio.open_connection("a", PORT)
    world.process.power_off("a")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(600):
            await reader.read()
    world.process.power_on("a")
    await world.sleep(seconds(1))
    writer.write(b"still there?")
    with pytest.raises(ConnectionResetError):
        await reader.read()
