"""Listeners: servers waiting on a port, as asyncio servers."""

import asyncio
from asyncio import events
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lydite.sim.network.streams import SimStream

if TYPE_CHECKING:
    from lydite.sim.hosts.process import SimProcess
    from lydite.sim.network.network import Network
    from lydite.sim.network.sockets import SimSocket


class SimListener:
    """One bound and listening port of a process. Connections wait in its queue to be accepted."""

    __slots__ = ("backlog", "bound_to", "closed", "context", "on_accept", "port", "process", "queued")

    def __init__(
        self,
        process: "SimProcess",
        bound_to: str,
        port: int,
        backlog: int,
        on_accept: Callable[[SimStream], None],
    ) -> None:
        self.process = process
        self.context = process.context
        self.bound_to = bound_to
        self.port = port
        self.backlog = backlog
        self.on_accept = on_accept
        self.queued = 0
        self.closed = False

    def cost(self, _stream: SimStream) -> int:
        """Taking a connection is work without bytes."""
        return 0

    def receive(self, stream: SimStream) -> None:
        """The program takes a connection from the queue."""
        self.queued -= 1
        if self.closed:
            stream.abandon()
        elif not stream.lost:
            self.on_accept(stream)


class SimServer(events.AbstractServer):
    """What `create_server` returns: one or more listeners and the protocol factory behind them."""

    def __init__(
        self,
        network: "Network",
        process: "SimProcess",
        factory: Callable[[], Any],
        sockets: list["SimSocket"],
        backlog: int,
    ) -> None:
        self._network = network
        self._process = process
        self._factory = factory
        self._sockets = sockets
        self._backlog = backlog
        self._listeners: list[SimListener] = []
        self._streams: dict[int, SimStream] = {}
        self._forever: asyncio.Future[None] | None = None
        self._waiters: list[asyncio.Future[None]] = []
        self._closed = False

    @property
    def sockets(self) -> tuple["SimSocket", ...]:
        """The sockets that listen."""
        return () if self._closed else tuple(self._sockets)

    def get_loop(self) -> events.AbstractEventLoop:
        """The loop it runs on."""
        return self._network.loop

    def is_serving(self) -> bool:
        """Does it take connections?"""
        return bool(self._listeners)

    def start(self) -> None:
        """Listen."""
        if self._listeners or self._closed:
            return
        for sock in self._sockets:
            self._listeners.append(
                self._network.listen(self._process, sock.getsockname(), self._backlog, self._take)
            )

    async def start_serving(self) -> None:
        """Listen."""
        self.start()
        await asyncio.sleep(0)

    async def serve_forever(self) -> None:
        """Listen until cancelled."""
        if self._forever is not None:
            raise RuntimeError(f"server {self!r} is already being awaited on serve_forever()")
        if self._closed:
            raise RuntimeError(f"server {self!r} is closed")
        self.start()
        self._forever = self._network.loop.create_future()
        try:
            await self._forever
        except asyncio.CancelledError:
            self.close()
            await self.wait_closed()
            raise
        finally:
            self._forever = None

    def close(self) -> None:
        """Listen no more; connections that are open stay open."""
        if self._closed:
            return
        self._closed = True
        for listener in self._listeners:
            self._network.unlisten(listener)
        self._listeners.clear()
        for sock in self._sockets:
            sock.close()
        if self._forever is not None and not self._forever.done():
            self._forever.cancel()
        self._wake_when_done()

    def close_clients(self) -> None:
        """Close every connection that it has taken."""
        for stream in list(self._streams.values()):
            stream.close()

    def abort_clients(self) -> None:
        """Abort every connection that it has taken."""
        for stream in list(self._streams.values()):
            stream.abort()

    async def wait_closed(self) -> None:
        """Wait until it is closed and its connections are gone (asyncio's rule since Python 3.12)."""
        if self._closed and not self._streams:
            return
        waiter = self._network.loop.create_future()
        self._waiters.append(waiter)
        await waiter

    def _take(self, stream: SimStream) -> None:
        self._streams[stream.number] = stream
        stream.on_lost = self._let_go
        stream.accept(self._factory())

    def _let_go(self, stream: SimStream) -> None:
        self._streams.pop(stream.number, None)
        self._wake_when_done()

    def _wake_when_done(self) -> None:
        if self._closed and not self._streams:
            waiters, self._waiters = self._waiters, []
            for waiter in waiters:
                if not waiter.done():
                    waiter.set_result(None)
