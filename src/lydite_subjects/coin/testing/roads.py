"""Slow roads between real nodes: what one tells another arrives later, though both are on this machine.

A node listens at one address of the loopback and tells newcomers another one, where a road to it begins. A caller is
seen to come from that other address, too, so that nodes never learn of a way around. What people ask a node over HTTP
is not slowed.
"""

import asyncio
import socket
from collections.abc import Coroutine
from functools import partial
from threading import Thread
from typing import Any, ClassVar, Final

from lydite_subjects.coin.testing.processes import LOOPBACK, NodeFailed

BEYOND: Final = "127.0.0.2"
"""Where roads begin and end."""
CHUNK_BYTES: Final = 1 << 16
UNDERWAY_MAX: Final = 1_000
"""How many chunks may be on a road; it is full then."""


class SlowRoads:
    """Roads to nodes, in a thread of their own; whatever travels on one takes so long, each way."""

    options: ClassVar[tuple[str, ...]] = ("--advertise", BEYOND)
    """What a node is started with to which a road shall lead."""

    def __init__(self, latency_s: float) -> None:
        self._latency_s = latency_s
        self._servers: list[asyncio.Server] = []
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="roads", daemon=True)
        self._thread.start()

    def open(self, port: int) -> None:
        """Open a road to the node that listens for peers at this port."""
        try:
            self._done(self._open(port))
        except OSError as error:
            raise NodeFailed(
                f"{BEYOND}:{port}: expected an address of this machine where a slow road can begin, found none: "
                f"{error.strerror}; add {BEYOND} to the loopback, or have no latency"
            ) from error

    def close(self) -> None:
        """Close all of them; what is underway is lost."""
        self._done(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _done(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _open(self, port: int) -> None:
        self._servers.append(await asyncio.start_server(partial(self._travel, port), BEYOND, port))

    async def _close(self) -> None:
        for server in self._servers:
            server.close()
        travels = [each for each in asyncio.all_tasks() if each is not asyncio.current_task()]
        for travel in travels:
            travel.cancel()
        await asyncio.gather(*travels, return_exceptions=True)

    async def _travel(self, port: int, caller: asyncio.StreamReader, to_caller: asyncio.StreamWriter) -> None:
        """Carry what a caller and a node say to each other, until both have said all or one of them is gone."""
        ends = [to_caller]
        try:
            node, to_node = await asyncio.open_connection(sock=await self._connected(port))
            ends.append(to_node)
            async with asyncio.TaskGroup() as ways:
                ways.create_task(self._way(caller, to_node))
                ways.create_task(self._way(node, to_caller))
        except* (OSError, asyncio.CancelledError):
            # Nobody is there, or whoever was is gone, or the road is closed: the others see their connections end.
            pass
        finally:
            # Not `close`, which waits for whoever does not listen: the thread may end before that does.
            for end in ends:
                end.transport.abort()

    async def _connected(self, port: int) -> socket.socket:
        end = socket.socket()
        try:
            end.setblocking(False)
            # Otherwise its port is taken for a while after its end, and a road may have to begin there.
            end.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            end.bind((BEYOND, 0))
            await self._loop.sock_connect(end, (LOOPBACK, port))
        except BaseException:
            end.close()
            raise
        return end

    async def _way(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        underway: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(UNDERWAY_MAX)
        async with asyncio.TaskGroup() as both:
            both.create_task(_arrive(underway, target))
            while data := await source.read(CHUNK_BYTES):
                await underway.put((self._loop.time() + self._latency_s, data))
            await underway.put((self._loop.time() + self._latency_s, b""))


async def _arrive(underway: "asyncio.Queue[tuple[float, bytes]]", target: asyncio.StreamWriter) -> None:
    """Hand over what was underway for long enough, until the end of it."""
    loop = asyncio.get_running_loop()
    while True:
        due_s, data = await underway.get()
        await asyncio.sleep(due_s - loop.time())
        if not data:
            target.write_eof()
            return
        target.write(data)
        await target.drain()
