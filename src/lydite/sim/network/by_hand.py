"""Sockets that are used by hand: a listening one that is accepted from, and one that never got through."""

import asyncio
import errno
import os
from asyncio import transports
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from lydite.sim.hosts.process import SimProcess
    from lydite.sim.network.listeners import SimListener
    from lydite.sim.network.network import Network
    from lydite.sim.network.sockets import SimSocket
    from lydite.sim.network.streams import SimStream


class Accepting:
    """A listening socket that is accepted from by hand: connections stay in its queue until they are taken."""

    def __init__(self, network: "Network", process: "SimProcess", sock: "SimSocket") -> None:
        self._queue: asyncio.Queue[SimStream] = asyncio.Queue()
        self._network = network
        self._listener: SimListener = network.listen(
            process, sock.getsockname(), sock.backlog or 128, self._keep
        )

    def _keep(self, stream: "SimStream") -> None:
        self._listener.queued += 1
        self._queue.put_nowait(stream)

    async def take(self) -> "SimStream":
        """The next connection."""
        stream = await self._queue.get()
        self._listener.queued -= 1
        return stream

    def close(self) -> None:
        """Listen no more."""
        self._network.unlisten(self._listener)


class Unconnected(transports.Transport):
    """What asyncio on Linux makes of a Unix connection for which there was no room: one that is lost at once.

    The kernel says EAGAIN, asyncio takes that for a connection under way and the socket, which is ready to
    be written to, for one that was made. The first reading finds that it is none.
    """

    @classmethod
    def handed_to(cls, protocol: Any, loop: asyncio.AbstractEventLoop) -> tuple[Self, Any]:
        """Tell a protocol that it is connected, and in the next turn that it is not."""
        transport = cls()
        protocol.connection_made(transport)
        loop.call_soon(protocol.connection_lost, OSError(errno.EINVAL, os.strerror(errno.EINVAL)))
        return transport, protocol

    def is_closing(self) -> bool:
        """It is as good as closed."""
        return True

    def write(self, data: Any) -> None:
        """Nobody is there."""

    def get_write_buffer_size(self) -> int:
        """Nothing is kept."""
        return 0

    def close(self) -> None:
        """It is."""

    abort = close
