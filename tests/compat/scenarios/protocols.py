"""asyncio's transports and protocols, sockets used by hand, and Unix sockets."""

import asyncio
import socket
from collections.abc import Sequence

import pytest

from lydite.world import World

PORT = 7100
PATH = "/run/service.sock"


class Recorder(asyncio.Protocol):
    """Remembers what its transport told it, in order."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.data = bytearray()
        self.lost: asyncio.Future[Exception | None] = asyncio.get_running_loop().create_future()
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.told.append("made")

    def data_received(self, data: bytes) -> None:
        self.data += data
        if self.told[-1] != "data":
            self.told.append("data")

    def eof_received(self) -> bool:
        self.told.append("eof")
        return False

    def pause_writing(self) -> None:
        self.told.append("pause")

    def resume_writing(self) -> None:
        self.told.append("resume")

    def connection_lost(self, exc: Exception | None) -> None:
        self.told.append("lost")
        self.lost.set_result(exc)


class Upper(asyncio.Protocol):
    """Answers in capitals; `bye` ends the connection, `die` breaks it a second later."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        if data == b"bye":
            self.transport.close()
        elif data == b"die":
            self.transport.pause_reading()
            asyncio.get_running_loop().call_later(1, self.transport.close)
        else:
            self.transport.write(data.upper())


class SmallBuffer(asyncio.BufferedProtocol):
    """Reads into sixteen bytes of its own, and answers with the number of all bytes at the end."""

    def __init__(self) -> None:
        self.buffer = bytearray(16)
        self.count = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def get_buffer(self, sizehint: int) -> bytearray:
        return self.buffer

    def buffer_updated(self, nbytes: int) -> None:
        assert 0 < nbytes <= 16
        assert set(self.buffer[:nbytes]) == {ord("z")}
        self.count += nbytes

    def eof_received(self) -> bool:
        self.transport.write(str(self.count).encode())
        return False


async def upper(argv: Sequence[str]) -> None:
    """Serve `Upper` for ever."""
    server = await asyncio.get_running_loop().create_server(Upper, "0.0.0.0", PORT)
    await server.serve_forever()


async def count_into_a_small_buffer(argv: Sequence[str]) -> None:
    """Serve `SmallBuffer` for ever."""
    server = await asyncio.get_running_loop().create_server(SmallBuffer, "0.0.0.0", PORT)
    await server.serve_forever()


async def a_protocol_hears_of_its_whole_life(world: World) -> None:
    await world.start("a", upper, ready=PORT)
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.create_connection(Recorder, "a", PORT)
    transport.write(b"hello")
    await asyncio.sleep(1)
    transport.write(b"bye")

    assert await protocol.lost is None
    assert bytes(protocol.data) == b"HELLO"
    assert protocol.told == ["made", "data", "eof", "lost"]
    assert transport.is_closing()


async def a_broken_connection_is_told_with_its_reason(world: World) -> None:
    await world.start("a", upper, ready=PORT)
    transport, protocol = await asyncio.get_running_loop().create_connection(Recorder, "a", PORT)
    transport.write(b"die")
    await asyncio.sleep(0.1)
    transport.write(b"never read")

    assert isinstance(await protocol.lost, ConnectionResetError)
    assert protocol.told == ["made", "lost"]


async def a_protocol_may_bring_its_own_buffer(world: World) -> None:
    await world.start("a", count_into_a_small_buffer, ready=PORT)
    reader, writer = await asyncio.open_connection("a", PORT)
    writer.write(b"z" * 10_001)
    writer.write_eof()

    assert await reader.read() == b"10001"


async def a_full_buffer_pauses_the_writer_and_room_resumes_it(world: World) -> None:
    class Deaf(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            assert isinstance(transport, asyncio.Transport)
            transport.pause_reading()
            assert not transport.is_reading()
            asyncio.get_running_loop().call_later(5, transport.resume_reading)

    async def serve(argv: Sequence[str]) -> None:
        server = await asyncio.get_running_loop().create_server(Deaf, "0.0.0.0", PORT)
        await server.serve_forever()

    await world.start("a", serve, ready=PORT)
    transport, protocol = await asyncio.get_running_loop().create_connection(Recorder, "a", PORT)
    transport.set_write_buffer_limits(high=50_000, low=10_000)
    assert transport.get_write_buffer_limits() == (10_000, 50_000)
    transport.write(b"x" * 400_000)
    await asyncio.sleep(3)
    waiting = list(protocol.told)
    await asyncio.sleep(3)

    assert waiting == ["made", "pause"]
    assert protocol.told == ["made", "pause", "resume"]
    assert transport.get_write_buffer_size() == 0


async def sockets_work_by_hand(world: World) -> None:
    """As libraries do that make their own sockets, and some servers too."""

    async def serve(argv: Sequence[str]) -> None:
        loop = asyncio.get_running_loop()
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("0.0.0.0", PORT))
        listening.listen(5)
        listening.setblocking(False)
        taken, address = await loop.sock_accept(listening)
        assert address[0].startswith("10.")
        while data := await loop.sock_recv(taken, 3):
            await loop.sock_sendall(taken, data[::-1])
        taken.close()
        listening.close()

    await world.start("a", serve)
    await asyncio.sleep(0.01)
    loop = asyncio.get_running_loop()
    sock = socket.socket()
    sock.setblocking(False)
    assert isinstance(sock, socket.socket)
    await loop.sock_connect(sock, (world.host("a").address, PORT))
    assert sock.getpeername() == (world.host("a").address, PORT)
    await loop.sock_sendall(sock, b"abcdef")
    got = b""
    buffer = bytearray(10)
    while len(got) < 6:
        count = await loop.sock_recv_into(sock, buffer)
        got += buffer[:count]

    assert got == b"cbafed"
    sock.shutdown(socket.SHUT_WR)
    assert await loop.sock_recv(sock, 10) == b""
    sock.close()


async def a_connected_socket_becomes_a_transport(world: World) -> None:
    await world.start("a", upper, ready=PORT)
    loop = asyncio.get_running_loop()
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setblocking(False)
    await loop.sock_connect(sock, ("a", PORT))
    reader, writer = await asyncio.open_connection(sock=sock)
    writer.write(b"by hand")

    assert await reader.readexactly(7) == b"BY HAND"
    assert writer.get_extra_info("socket").fileno() >= 0


async def a_listening_socket_becomes_a_server(world: World) -> None:
    async def serve(argv: Sequence[str]) -> None:
        sock = socket.socket()
        sock.bind(("", PORT))
        server = await asyncio.get_running_loop().create_server(Upper, sock=sock)
        await server.serve_forever()

    await world.start("a", serve, ready=PORT)
    reader, writer = await asyncio.open_connection("a", PORT)
    writer.write(b"given")

    assert await reader.readexactly(5) == b"GIVEN"


async def unix_sockets_connect_two_programs_of_a_host(world: World) -> None:
    async def serve(argv: Sequence[str]) -> None:
        async def upper_line(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write((await reader.readline()).upper())
            writer.close()

        async with await asyncio.start_unix_server(upper_line, PATH) as server:
            await server.serve_forever()

    async def ask(argv: Sequence[str]) -> None:
        reader, writer = await asyncio.open_unix_connection(PATH)
        writer.write(b"unix\n")
        assert await reader.read() == b"UNIX\n"

    async def find_nothing(argv: Sequence[str]) -> None:
        with pytest.raises(FileNotFoundError):
            await asyncio.open_unix_connection(PATH)

    await world.start("a", serve)
    await asyncio.sleep(0.01)
    assert await (await world.start("a", ask)).wait() == 0
    assert await (await world.start("b", find_nothing)).wait() == 0


async def a_server_closes_and_waits_for_its_connections(world: World) -> None:
    async def serve(argv: Sequence[str]) -> None:
        server = await asyncio.get_running_loop().create_server(Upper, "0.0.0.0", PORT)
        assert server.is_serving()
        await asyncio.sleep(10)
        server.close()
        assert not server.is_serving()
        assert server.sockets == ()
        await server.wait_closed()

    process = await world.start("a", serve, ready=PORT)
    reader, writer = await asyncio.open_connection("a", PORT)
    await asyncio.sleep(11)
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("a", PORT)
    writer.write(b"late")
    answer = await reader.readexactly(4)
    writer.close()

    assert answer == b"LATE", "an open connection outlives its server"
    assert await process.wait() == 0
