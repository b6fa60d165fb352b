"""Scarcity: what happens at the border of a host whose memory is limited.

While a limit holds, the world counts what it holds for the host's programs: the bytes that they have sent and
that the other side has not taken, and the bytes that have come for them and that lie in a stream reader.
Whatever would go over the limit meets what a program meets when `malloc` says no:

* `write` raises MemoryError, and nothing of it is sent;
* a connection that would receive more breaks, as asyncio's own transport does it: its exception handler is told of a
  fatal read error, the protocol's `connection_lost` (a reader's next `read`) gets the MemoryError, the peer a reset;
* a read of a file raises MemoryError, if as many bytes as it would return do not fit.

Not counted: objects that the program made of what it read, data that a protocol of its own keeps, datagrams, and the
page cache. What arrives while the program does not read waits in the kernel's buffer, which is not the program's.

Streams of such a host are of a class of their own, as long as the limit holds; all others pay nothing for it.
"""

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any

from lydite.sim.network.segments import Mark
from lydite.sim.network.sockets import SocketPipe
from lydite.sim.network.streams import SimStream

if TYPE_CHECKING:
    from lydite.sim.hosts.host import SimHost


class ScarceStream(SimStream):
    """One end of a connection whose host is short of memory."""

    __slots__ = ()

    @property
    def held(self) -> int:
        """How many bytes the world holds for this end."""
        return self._inflight + _unread(self.protocol)

    def write(self, data: Any) -> None:
        """Send bytes, if there is memory for them."""
        if data and not self.closing:
            demand(self.process.host, len(data))
        super().write(data)

    def receive(self, payload: Any) -> None:
        """A segment has arrived, and is read if there is memory for it."""
        reads = self._accepted and not (self._paused or self._received or self.closing)
        if reads and payload.__class__ is not Mark:
            try:
                demand(self.process.host, len(payload))
            except MemoryError as error:
                message = "Fatal read error on socket transport"
                self.loop.call_exception_handler({"message": message, "exception": error})
                self.answer_reset()
                self.fail(error)
                return
        super().receive(payload)


def demand(host: "SimHost", size: int) -> None:
    """Raise MemoryError if a host that is limited does not hold so many bytes more."""
    held, limit = _held(host), min(host.memory_limits.values())
    if held + size > limit:
        raise MemoryError(f"{size} bytes more than the {held} that are held do not fit into {limit}")


def tighten(host: "SimHost") -> None:
    """Memory is limited from now on."""
    host.disk.scarce = partial(demand, host)
    for stream in _streams(host):
        stream.__class__ = ScarceStream


def loosen(host: "SimHost") -> None:
    """There is memory enough again."""
    host.disk.scarce = None
    for stream in _streams(host):
        stream.__class__ = SimStream


def stream_class(host: "SimHost") -> type[SimStream]:
    """What the host's next stream is."""
    return ScarceStream if host.memory_limits else SimStream


def _held(host: "SimHost") -> int:
    return sum(stream.held for stream in _streams(host) if isinstance(stream, ScarceStream))


def _streams(host: "SimHost") -> list[SimStream]:
    return [each for process in host.processes for each in process.closers if isinstance(each, SimStream)]


def _unread(protocol: Any) -> int:
    """What has come for the program and lies in asyncio's own buffer, or in a socket that is read by hand."""
    if isinstance(protocol, SocketPipe):
        return protocol.kept
    reader = getattr(protocol, "_stream_reader", None) if isinstance(protocol, asyncio.Protocol) else None
    return len(reader._buffer) if isinstance(reader, asyncio.StreamReader) else 0  # type: ignore[attr-defined]
