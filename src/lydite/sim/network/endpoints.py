"""Endpoints: the part of the event loop that makes connections, servers and datagram endpoints.

The signatures are asyncio's own, and so are the errors. TLS is passed through: see `tls`.
"""

import asyncio
import errno
import os
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NoReturn

from lydite.sim.context import PROCESS, active_world
from lydite.sim.generators import GeneratorLoop
from lydite.sim.network import tls
from lydite.sim.network.by_hand import Accepting, Unconnected
from lydite.sim.network.datagrams import SimDatagrams
from lydite.sim.network.listeners import SimServer
from lydite.sim.network.ports import ANY, LOCAL
from lydite.sim.network.sockets import SimSocket, SocketPipe
from lydite.sim.network.streams import SimStream

if TYPE_CHECKING:
    import ssl

    from lydite.sim.hosts.process import SimProcess
    from lydite.sim.network.network import Network
    from lydite.world import Limits

EXECUTOR_DELAY = 0.0001
"""How long a function in an executor takes, in virtual seconds."""


def _refused(what: str, remedy: str) -> Callable[..., Any]:
    """A method of the loop that no world can carry out."""

    def refuse(self: object, *_arguments: Any, **_keywords: Any) -> NoReturn:
        world = active_world()
        assert world is not None
        world.refuse(what, remedy)

    return refuse


SENDFILE_BLOCK = 256 * 1024
SENDFILE_POLL = 0.001


class WorldLoop(GeneratorLoop):
    """The loop of a world: the virtual clock, and the network."""

    network: "Network"

    def __init__(self, limits: "Limits") -> None:
        super().__init__(limits)
        self.offers = tls.Offers()

    def process(self) -> "SimProcess":
        """Whose code is asking."""
        process = PROCESS.get()
        if process is not None:
            return process
        world = active_world()
        assert world is not None
        return world.tester

    def halt(self) -> None:
        """The world stops."""
        super().stop()

    def stop(self) -> None:
        """A program stops what it takes for its own loop: it ends as it would under `asyncio.run`."""
        process, world = self.process(), active_world()
        assert world is not None
        if process is world.tester:
            world.refuse("loop.stop() would stop the world", "return from the trial instead")
        world.trace.log(process, "stderr", "RuntimeError: Event loop stopped before Future completed.")
        if process.main_task is not None:
            process.main_task.cancel()

    def close(self) -> None:
        """Nobody closes a loop that runs."""
        if self.is_running():
            raise RuntimeError("Cannot close a running event loop")
        super().close()

    # -- connections

    async def create_connection(  # type: ignore[override]
        self,
        protocol_factory: Callable[[], Any],
        host: Any = None,
        port: Any = None,
        *,
        ssl: "ssl.SSLContext | bool | None" = None,
        family: int = 0,
        proto: int = 0,
        flags: int = 0,
        sock: SimSocket | None = None,
        local_addr: tuple[str, int] | None = None,
        server_hostname: str | None = None,
        ssl_handshake_timeout: float | None = None,
        ssl_shutdown_timeout: float | None = None,
        happy_eyeballs_delay: float | None = None,
        interleave: int | None = None,
        all_errors: bool = False,
    ) -> tuple[Any, Any]:
        """Connect to a host and a port, or take a socket that is connected already."""
        if server_hostname is not None and not ssl:
            raise ValueError("server_hostname is only meaningful with ssl")
        if sock is not None:
            stream = self._connected(sock)
        elif host is None and port is None:
            raise ValueError("host and port was not specified and no sock specified")
        else:
            stream = await self._connect_to(host, port, family, local_addr)
        if ssl:
            name = server_hostname if server_hostname is not None else (host or "")
            return await tls.connect(self, stream, protocol_factory, ssl, str(name), ssl_handshake_timeout)
        return self._hand_over(stream, protocol_factory())

    async def connect_accepted_socket(
        self,
        protocol_factory: Callable[[], Any],
        sock: Any,
        *,
        ssl: Any = None,
        ssl_handshake_timeout: float | None = None,
        ssl_shutdown_timeout: float | None = None,
    ) -> tuple[Any, Any]:
        """Give a connection that was accepted by hand to a protocol."""
        stream = self._connected(sock)
        if ssl:
            return await tls.take(self, stream, protocol_factory, ssl, ssl_handshake_timeout)
        return self._hand_over(stream, protocol_factory())

    def _hand_over(self, stream: SimStream, protocol: Any) -> tuple[Any, Any]:
        early = _unread(stream)
        stream.accept(protocol)
        if early:
            protocol.data_received(early)
        return stream, protocol

    async def _connect_to(
        self, host: Any, port: Any, family: int, local_addr: tuple[str, int] | None
    ) -> SimStream:
        infos = await self.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM)
        address, number = infos[0][4][:2]
        return await self.network.connect(self.process(), str(address), int(number), local_addr)

    def _connected(self, sock: SimSocket) -> SimStream:
        if sock.type != socket.SOCK_STREAM:
            raise ValueError(f"A Stream Socket was expected, got {sock!r}")
        if sock.stream is None:
            raise ValueError("sock is not connected; await loop.sock_connect(sock, address) first")
        return sock.stream

    async def create_server(  # type: ignore[override]
        self,
        protocol_factory: Callable[[], Any],
        host: str | Sequence[str] | None = None,
        port: int | None = None,
        *,
        family: int = socket.AF_UNSPEC,
        flags: int = socket.AI_PASSIVE,
        sock: SimSocket | None = None,
        backlog: int = 100,
        ssl: "ssl.SSLContext | None" = None,
        reuse_address: bool | None = None,
        reuse_port: bool | None = None,
        keep_alive: bool | None = None,
        ssl_handshake_timeout: float | None = None,
        ssl_shutdown_timeout: float | None = None,
        start_serving: bool = True,
    ) -> SimServer:
        """Take connections on a port."""
        if isinstance(ssl, bool):
            raise TypeError("ssl argument must be an SSLContext or None")
        if sock is not None:
            if host is not None or port is not None:
                raise ValueError("host/port and sock can not be specified at the same time")
            sockets = [sock]
        else:
            sockets = self._bind_each([host] if host is None or isinstance(host, str) else host, port or 0)
        factory = protocol_factory
        if ssl:
            factory = tls.server_factory(self, protocol_factory, ssl, ssl_handshake_timeout)
        server = SimServer(self.network, self.process(), factory, sockets, backlog)
        if start_serving:
            server.start()
        return server

    def _bind_each(self, hosts: Sequence[str | None], port: int) -> list[SimSocket]:
        sockets: list[SimSocket] = []
        for name in hosts:
            sock = SimSocket()
            sock.bind((name or ANY, port))
            if sock.getsockname() not in [other.getsockname() for other in sockets]:
                sockets.append(sock)
            port = port or sock.getsockname()[1]
        return sockets

    async def start_tls(
        self,
        transport: Any,
        protocol: Any,
        sslcontext: "ssl.SSLContext",
        *,
        server_side: bool = False,
        server_hostname: str | None = None,
        ssl_handshake_timeout: float | None = None,
        ssl_shutdown_timeout: float | None = None,
    ) -> Any:
        """Continue a connection in TLS."""
        return await tls.upgrade(
            self,
            transport,
            protocol,
            sslcontext,
            server_side=server_side,
            server_hostname=server_hostname,
            patience=ssl_handshake_timeout,
        )

    async def sendfile(
        self, transport: Any, file: Any, offset: int = 0, count: int | None = None, *, fallback: bool = True
    ) -> int:
        """Send a file, a block at a time, as fast as the other end takes it."""
        if transport.is_closing():
            raise RuntimeError("Transport is closing")
        file.seek(offset)
        sent = 0
        while count is None or sent < count:
            block = file.read(SENDFILE_BLOCK if count is None else min(SENDFILE_BLOCK, count - sent))
            if not block:
                break
            transport.write(block)
            sent += len(block)
            while transport.get_write_buffer_size() and not transport.is_closing():
                await asyncio.sleep(SENDFILE_POLL)
        if transport.is_closing():
            raise ConnectionError("Connection closed by peer")
        return sent

    # -- Unix sockets: roads inside one host, found by a path

    async def create_unix_connection(
        self, protocol_factory: Callable[[], Any], path: Any = None, **options: Any
    ) -> tuple[Any, Any]:
        """Connect to a path on the same host."""
        _no_tls(options)
        await asyncio.sleep(0)
        try:
            stream = self.network.connect_unix(self.process(), path)
        except BlockingIOError:
            return Unconnected.handed_to(protocol_factory(), self)
        protocol = protocol_factory()
        stream.accept(protocol)
        return stream, protocol

    async def create_unix_server(  # type: ignore[override]
        self, protocol_factory: Callable[[], Any], path: Any = None, **options: Any
    ) -> SimServer:
        """Take connections on a path."""
        _no_tls(options)
        sock = SimSocket(socket.AF_UNIX)
        sock.bind(os.fspath(path))
        server = SimServer(
            self.network, self.process(), protocol_factory, [sock], options.get("backlog", 100)
        )
        if options.get("start_serving", True):
            server.start()
        return server

    # -- datagrams

    async def create_datagram_endpoint(  # type: ignore[override]
        self,
        protocol_factory: Callable[[], Any],
        local_addr: Any = None,
        remote_addr: Any = None,
        *,
        sock: SimSocket | None = None,
        **options: Any,
    ) -> tuple[SimDatagrams, Any]:
        """A UDP endpoint."""
        process = self.process()
        if sock is None:
            sock = SimSocket(type=socket.SOCK_DGRAM)
        if not sock.bound:
            name, port = local_addr or (ANY, 0)
            sock.bind((name or ANY, port))
        peer = None
        if remote_addr is not None:
            peer = (self.network.resolve(process, str(remote_addr[0])), int(remote_addr[1]))
            sock.connected_to(peer)
        await asyncio.sleep(0)
        protocol = protocol_factory()
        local = sock.getsockname()
        endpoint = SimDatagrams(
            self.network, process, protocol, local=local, peer=peer, extra={"socket": sock}
        )
        protocol.connection_made(endpoint)
        return endpoint, protocol

    # -- names

    async def getaddrinfo(  # type: ignore[override]
        self, host: Any, port: Any, *, family: int = 0, type: int = 0, proto: int = 0, flags: int = 0
    ) -> list[tuple[int, int, int, str, tuple[str, int]]]:
        """Look a name up in the world's name service."""
        await asyncio.sleep(0)
        return self.lookup(host, port, family=family, kind=type, flags=flags)

    def lookup(
        self, host: Any, port: Any, *, family: int = 0, kind: int = 0, flags: int = 0
    ) -> list[tuple[int, int, int, str, tuple[str, int]]]:
        """`getaddrinfo`, at once."""
        if family == socket.AF_INET6:
            raise socket.gaierror(socket.EAI_ADDRFAMILY, "Address family for hostname not supported")
        name = host.decode() if isinstance(host, bytes) else host
        if not name:
            address = ANY if flags & socket.AI_PASSIVE else LOCAL
        else:
            address = self.network.resolve(self.process(), str(name))
        number = int(port or 0)
        kinds = [kind] if kind else [socket.SOCK_STREAM, socket.SOCK_DGRAM]
        protocols = {socket.SOCK_STREAM: socket.IPPROTO_TCP, socket.SOCK_DGRAM: socket.IPPROTO_UDP}
        return [
            (socket.AF_INET, socket.SocketKind(each), protocols.get(each, 0), "", (address, number))  # type: ignore[call-overload]
            for each in kinds
        ]

    async def getnameinfo(self, sockaddr: Any, flags: int = 0) -> tuple[str, str]:
        """The name of an address."""
        await asyncio.sleep(0)
        numeric = flags & socket.NI_NUMERICHOST
        name = sockaddr[0] if numeric else self.network.names.name_at(sockaddr[0])
        return str(name), str(sockaddr[1])

    # -- sockets by hand

    async def sock_connect(self, sock: Any, address: Any) -> None:
        """Connect a socket."""
        if sock.type == socket.SOCK_DGRAM:
            sock.connected_to((self.network.resolve(self.process(), str(address[0])), int(address[1])))
            return
        if sock.family == socket.AF_UNIX:
            # asyncio takes a full queue for a connection under way, and then for one that was made.
            with suppress(BlockingIOError):
                sock.connect(address)
            return
        host = self.network.resolve(self.process(), str(address[0]))
        stream = await self.network.connect(self.process(), host, int(address[1]), None)
        sock.attach(stream)
        stream.extra("socket", sock)

    async def sock_accept(self, sock: Any) -> tuple[Any, Any]:
        """Take one connection from a listening socket."""
        if sock.pending is None:
            sock.pending = Accepting(self.network, self.process(), sock)
        stream = await sock.pending.take()
        taken = SimSocket.of(stream)
        stream.extra("socket", taken)
        return taken, taken.getpeername()

    def _pipe(self, sock: Any, otherwise: int) -> SocketPipe:
        if sock.stream is None and sock.family == socket.AF_UNIX:
            raise OSError(otherwise, os.strerror(otherwise))
        stream = self._connected(sock)
        if stream.protocol is None:
            if stream.lost:
                raise ConnectionResetError(errno.ECONNRESET, os.strerror(errno.ECONNRESET))
            sock.pending = SocketPipe(self)
            stream.accept(sock.pending)
        pipe = stream.protocol
        assert isinstance(pipe, SocketPipe)
        return pipe

    async def sock_recv(self, sock: Any, nbytes: int) -> bytes:
        """Receive some bytes."""
        return await self._pipe(sock, errno.EINVAL).read(nbytes)

    async def sock_recv_into(self, sock: Any, buf: Any) -> int:
        """Receive some bytes into a buffer."""
        data = await self._pipe(sock, errno.EINVAL).read(len(buf))
        buf[: len(data)] = data
        return len(data)

    async def sock_sendall(self, sock: Any, data: Any) -> None:
        """Send all of the bytes."""
        await self._pipe(sock, errno.ENOTCONN).write(bytes(data))

    # -- executors run here and now

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> Any:  # type: ignore[override]
        """Run the function at once; its result comes a little (virtual) later."""
        future = self.create_future()
        try:
            value, error = func(*args), None
        except Exception as raised:
            value, error = None, raised

        def tell() -> None:
            if not future.done():
                future.set_result(value) if error is None else future.set_exception(error)

        self.call_later(EXECUTOR_DELAY, tell)
        return future

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:
        """There is none."""

    def add_signal_handler(self, sig: int, callback: Callable[..., object], *args: object) -> None:
        """Call this when the process gets the signal."""
        self.process().signals[sig] = lambda: self.call_soon(callback, *args)

    def remove_signal_handler(self, sig: int) -> bool:
        """Let the signal do what it does by itself."""
        return self.process().signals.pop(sig, None) is not None

    subprocess_exec = subprocess_shell = _refused(
        "a subprocess was started", "start another program on a host with world.start(...) instead"
    )
    add_reader = add_writer = _refused(  # type: ignore[assignment]
        "loop.add_reader() or add_writer() watches a file descriptor of the real machine",
        "use asyncio streams, or loop.sock_recv(...) and its kin",
    )
    connect_read_pipe = connect_write_pipe = _refused(
        "a pipe of the real machine was opened",
        "talk to programs over the network, and to the disk with files",
    )
    sock_recvfrom = sock_recvfrom_into = sock_sendto = _refused(
        "a datagram socket was used by hand", "use loop.create_datagram_endpoint(...)"
    )

    def remove_reader(self, fd: object) -> bool:
        """There is none to be removed."""
        return False

    remove_writer = remove_reader


def _unread(stream: SimStream) -> bytes:
    """What a socket that was used by hand has received and not read."""
    return stream.protocol.rest() if isinstance(stream.protocol, SocketPipe) else b""


def _no_tls(options: dict[str, Any]) -> None:
    if options.get("ssl"):
        raise ValueError("TLS over a Unix socket is not simulated; use a TCP port")
