"""Sockets: what `socket.socket` is inside a world.

Libraries make sockets themselves and hand them to the loop, feel them for life with `poll`, test
them with `isinstance`. So this is a subclass of the real class which never opens anything; its
`fileno()` is one of two real descriptors, one that never becomes readable and one that always is,
so that a library that polls for "has the peer hung up?" learns the truth.

A blocking call cannot be carried out (the world would wait for itself) and is refused by name.
"""

import asyncio
import errno
import os
import socket as real_socket
from collections import deque
from typing import TYPE_CHECKING, Any, NoReturn, Self

from lydite.sim.context import active_world
from lydite.sim.network.ports import ANY

if TYPE_CHECKING:
    from lydite.sim.network.streams import SimStream

_silent: list[int] = []
_readable: list[int] = []


def _descriptors() -> tuple[int, int]:
    """A descriptor that is never readable, and one that always is; made once in each interpreter."""
    if not _silent:
        _silent.extend(os.pipe())
        reader, writer = os.pipe()
        os.close(writer)
        _readable.append(reader)
    return _silent[0], _readable[0]


RealSocket = real_socket.socket


class _AnySocket(type):
    """Lets `isinstance(x, socket.socket)` stay true of real sockets while this class stands in."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, RealSocket)


class SimSocket(RealSocket, metaclass=_AnySocket):
    """A socket of the simulated network; a real one where no world runs."""

    def __new__(cls, *args: Any, **options: Any) -> Any:
        if active_world() is None:
            return RealSocket(*args, **options)
        return super().__new__(cls)

    def __init__(
        self,
        family: int = real_socket.AF_INET,
        type: int = real_socket.SOCK_STREAM,
        proto: int = 0,
        fileno: int | None = None,
    ) -> None:
        world = active_world()
        if fileno is not None and world is not None:
            world.refuse("a socket was made of a file descriptor", "make sockets without fileno=")
        self._kind = (
            real_socket.AF_INET if family in (-1, real_socket.AF_INET6) else family,
            real_socket.SOCK_STREAM if type == -1 else type & 0xF,
            max(proto, 0),
        )
        self._name: Any = (ANY, 0)
        self._peer: Any = None
        self._closed = False
        self._timeout: float | None = real_socket.getdefaulttimeout()
        self.bound = False
        self.backlog = 0
        self.stream: SimStream | None = None
        self.pending: Any = None

    @classmethod
    def of(cls, stream: "SimStream") -> Self:
        """The socket of a connection that is already there."""
        sock = cls()
        sock.attach(stream)
        return sock

    def attach(self, stream: "SimStream") -> None:
        """Be the socket of a connection."""
        self.stream = stream
        self._name = stream.get_extra_info("sockname")
        self._peer = stream.get_extra_info("peername")

    @property
    def family(self) -> Any:
        """The address family it was made with."""
        return real_socket.AddressFamily(self._kind[0])

    @property
    def type(self) -> Any:
        """Stream or datagram."""
        return real_socket.SocketKind(self._kind[1])

    @property
    def proto(self) -> int:
        """The protocol number it was made with."""
        return self._kind[2]

    def __repr__(self) -> str:
        return f"<SimSocket {self._name} {self._peer}>"

    def __del__(self) -> None:
        """There is nothing to close."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def fileno(self) -> int:
        """A real descriptor that says truly whether something is there to be read."""
        if self._closed:
            return -1
        silent, readable = _descriptors()
        stream = self.stream
        over = stream is not None and (stream.lost or stream.unread)
        return readable if over else silent

    def setblocking(self, flag: bool) -> None:
        """Blocking or not: no difference, since blocking calls are refused."""
        self._timeout = None if flag else 0.0

    def settimeout(self, value: float | None) -> None:
        """Kept, and told by `gettimeout`."""
        self._timeout = value

    def gettimeout(self) -> float | None:
        """What was set."""
        return self._timeout

    def getblocking(self) -> bool:
        """Does it claim to block?"""
        return self._timeout != 0.0

    def setsockopt(self, *_: object) -> None:
        """Options have no effect here."""

    def getsockopt(self, *_: object) -> int:  # type: ignore[override]
        """No error, no option set."""
        return 0

    def set_inheritable(self, inheritable: bool) -> None:
        """There are no child processes."""

    def bind(self, address: Any) -> None:
        """Take a name; whether it is free is found out when somebody listens."""
        world = active_world()
        if self._kind[0] == real_socket.AF_UNIX or world is None:
            self._name = address
        else:
            self._name = world.bind_address(self._kind[1], str(address[0]), int(address[1]))
        self.bound = True

    def listen(self, backlog: int = 128) -> None:
        """Be ready to be handed to `loop.create_server`."""
        self.backlog = backlog

    def getsockname(self) -> Any:
        """Its own name."""
        return self._name

    def getpeername(self) -> Any:
        """The other end's name."""
        if self._peer is None:
            raise OSError(errno.ENOTCONN, os.strerror(errno.ENOTCONN))
        return self._peer

    def connected_to(self, peer: Any) -> None:
        """Remember the peer of a connected datagram socket."""
        self._peer = peer

    def close(self) -> None:
        """Close it, and the connection if nothing else owns that."""
        self._closed = True
        if self.pending is not None:
            self.pending.close()
        elif self.stream is not None and self.stream.protocol is None:
            self.stream.close()

    def shutdown(self, how: int) -> None:
        """Say that nothing more will be sent."""
        if self.stream is not None and how in (real_socket.SHUT_WR, real_socket.SHUT_RDWR):
            self.stream.write_eof()

    def detach(self) -> int:
        """Give the descriptor away."""
        self._closed = True
        return -1

    def _blocks(self, call: str) -> NoReturn:
        world = active_world()
        assert world is not None
        world.refuse(
            f"socket.{call}() would block",
            f"use asyncio streams, or await loop.sock_{call.removesuffix('_into')}(...)",
        )

    def connect(self, address: Any) -> None:
        """At once for a Unix socket whose listener has room; otherwise it would block, and is refused."""
        world = active_world()
        if world is None or self._kind[0] != real_socket.AF_UNIX:
            self._blocks("connect")
        try:
            stream = world.connect_unix(address)
        except BlockingIOError:
            if self.getblocking():
                self._blocks("connect")
            raise
        self.attach(stream)
        stream.extra("socket", self)

    def accept(self) -> Any:
        """Refused: it would block."""
        self._blocks("accept")

    def recv(self, bufsize: int, flags: int = 0) -> bytes:
        """Refused: it would block."""
        self._blocks("recv")

    def recv_into(self, *_: Any) -> int:
        """Refused: it would block."""
        self._blocks("recv_into")

    def send(self, *_: Any) -> int:
        """Refused: it would block."""
        self._blocks("sendall")

    def sendall(self, *_: Any) -> None:
        """Refused: it would block."""
        self._blocks("sendall")


class SocketPipe(asyncio.Protocol):
    """What `loop.sock_recv` and its kin read from: the bytes of a connection that has no protocol yet."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._pieces: deque[bytes] = deque()
        self._over = False
        self._error: Exception | None = None
        self._reader: asyncio.Future[None] | None = None
        self._writable: asyncio.Future[None] | None = None
        self._transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._pieces.append(data)
        self._wake()

    def eof_received(self) -> bool:
        self._over = True
        self._wake()
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        self._over = True
        self._error = exc
        self._wake()

    def pause_writing(self) -> None:
        self._writable = self._loop.create_future()

    def resume_writing(self) -> None:
        if self._writable is not None and not self._writable.done():
            self._writable.set_result(None)
        self._writable = None

    def _wake(self) -> None:
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)

    def close(self) -> None:
        """The socket was closed by hand."""
        if self._transport is not None:
            self._transport.close()

    async def read(self, count: int) -> bytes:
        """Some bytes as soon as there are any; none at the end."""
        while not self._pieces:
            if self._error is not None:
                raise self._error
            if self._over:
                return b""
            self._reader = self._loop.create_future()
            await self._reader
        piece = self._pieces.popleft()
        if len(piece) > count:
            self._pieces.appendleft(piece[count:])
        return piece[:count]

    async def write(self, data: bytes) -> None:
        """Send all of it, waiting while the buffers are full."""
        if self._error is not None:
            raise self._error
        self._transport.write(data)
        if self._writable is not None:
            await self._writable

    @property
    def kept(self) -> int:
        """How many bytes have arrived and were not read."""
        return sum(len(piece) for piece in self._pieces)

    def rest(self) -> bytes:
        """What has arrived and was not read; the connection goes to somebody else."""
        data = b"".join(self._pieces)
        self._pieces.clear()
        return data
