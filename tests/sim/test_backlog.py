"""Queues of connections that nobody takes: what a full one says to whoever connects next."""

import asyncio
import errno
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from lydite.model import Refused
from lydite.world import World
from tests.sim.playing import PORT, play

PATH = "/tmp/door"

Main = Callable[[], Awaitable[None]]


def on_one_host(main: Main) -> Any:
    """Run a program on a host; it must end well."""

    async def trial(world: World) -> None:
        async def program(_argv: Any) -> None:
            await main()

        process = await world.start("a", program)
        assert await process.wait() == 0

    return play(trial)


async def accept_one(family: int, address: Any) -> tuple[socket.socket, Any]:
    """A listening socket with room for one, of which one connection was taken; the way to connect again."""
    loop = asyncio.get_running_loop()
    listening = socket.socket(family)
    listening.bind(address)
    listening.listen(1)
    listening.setblocking(False)
    accepting = asyncio.ensure_future(loop.sock_accept(listening))
    await asyncio.sleep(0.1)
    first = socket.socket(family)
    first.setblocking(False)
    await loop.sock_connect(first, address)
    await accepting
    return listening, first


def plug() -> socket.socket:
    sock = socket.socket(socket.AF_UNIX)
    sock.setblocking(False)
    return sock


def test_a_full_unix_queue_says_eagain_and_has_room_again_when_one_is_taken() -> None:
    async def main() -> None:
        listening, first = await accept_one(socket.AF_UNIX, PATH)
        plugs = [plug() for _ in range(3)]
        plugs[0].connect(PATH)
        plugs[1].connect(PATH)
        await asyncio.sleep(1)
        with pytest.raises(BlockingIOError) as caught:
            plugs[2].connect(PATH)
        assert caught.value.errno == errno.EAGAIN
        taken, _ = await asyncio.get_running_loop().sock_accept(listening)
        plugs[2].connect(PATH)
        await asyncio.get_running_loop().sock_sendall(plugs[0], b"hello")
        assert await asyncio.get_running_loop().sock_recv(taken, 10) == b"hello"
        first.close()

    on_one_host(main)


def test_asyncio_takes_a_full_unix_queue_for_a_connection_that_is_lost_at_once() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        await accept_one(socket.AF_UNIX, PATH)
        for _ in range(2):
            plug().connect(PATH)
        late = plug()
        await loop.sock_connect(late, PATH)
        with pytest.raises(OSError, match="not connected"):
            await loop.sock_sendall(late, b"x")
        with pytest.raises(OSError, match="Invalid argument"):
            await loop.sock_recv(late, 1)
        reader, writer = await asyncio.open_unix_connection(PATH)
        with pytest.raises(OSError, match="Invalid argument"):
            await reader.read()
        writer.write(b"x")
        writer.close()

    on_one_host(main)


def test_a_blocking_connect_to_a_full_unix_queue_is_refused() -> None:
    async def trial(world: World) -> None:
        async def program(_argv: Any) -> None:
            await accept_one(socket.AF_UNIX, PATH)
            for _ in range(3):
                socket.socket(socket.AF_UNIX).connect(PATH)

        await (await world.start("a", program)).wait()

    outcome = play(trial, fails=True)

    assert isinstance(outcome.error, Refused)


def test_what_is_accepted_by_hand_stays_in_the_queue_of_a_port_until_then() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        address = ("127.0.0.1", PORT)
        listening, _ = await accept_one(socket.AF_INET, address)
        await asyncio.open_connection(*address)
        late = asyncio.ensure_future(asyncio.open_connection(*address))
        await asyncio.sleep(10)
        assert not late.done()
        await loop.sock_accept(listening)
        await late

    on_one_host(main)
