"""TLS above the transport: what `ssl` does for libraries that carry the bytes themselves.

anyio, and with it httpx, does not ask the event loop for TLS. It wraps two buffers with `SSLContext.wrap_bio`
and carries what OpenSSL writes there. Inside a world those buffers get the messages of `lydite.sim.network.tls`
instead: the handshake's outcome is the real one, between the real contexts, and the bytes pass as they are.
One side may do TLS this way and the other through asyncio: they speak the same messages.

| asked for | inside a world |
|---|---|
| `SSLContext.wrap_bio` | an `ssl.SSLObject` that passes bytes through |
| `load_cert_chain`, `load_verify_locations` | read from the host's disk too, which OpenSSL does not know |
| authorities of this machine | loaded when they are needed: see `lydite.sim.network.trust` |
| `SSLContext.wrap_socket` | refused: it would block |

Nothing is put off that could fail: only the system's own authorities, of which OpenSSL passes over what it cannot
read, and files that this interpreter has loaded before (a nursery has) and that are unchanged since. What is
wrong with any other file is told where it was asked for.
"""

import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, NoReturn

from lydite.sim.context import active_world, current_process
from lydite.sim.disk import paths
from lydite.sim.network import tls, trust
from lydite.sim.patches import real
from lydite.sim.patches.refusal import refuse


class PassingObject(ssl.SSLObject):
    """One end of a TLS connection over two buffers. A subclass, because libraries ask `isinstance`."""

    def __init__(
        self,
        context: ssl.SSLContext,
        incoming: ssl.MemoryBIO,
        outgoing: ssl.MemoryBIO,
        *,
        server_side: bool,
        server_hostname: str | None,
    ) -> None:
        world = active_world()
        assert world is not None
        self._offers = world.loop.offers
        self._context = context
        self._incoming = incoming
        self._outgoing = outgoing
        self._server_side = server_side
        self._server_hostname = server_hostname
        self._number: int | None = None
        self._received = b""
        self._agreed: tls.Session | None = None

    @property
    def context(self) -> ssl.SSLContext:
        """The context it was made with."""
        return self._context

    @context.setter
    def context(self, context: ssl.SSLContext) -> None:
        self._context = context

    @property
    def session(self) -> None:  # type: ignore[override]
        """Sessions are not resumed."""

    @property
    def session_reused(self) -> bool:
        """Sessions are not resumed."""
        return False

    @property
    def server_side(self) -> bool:
        """Is it the server's end?"""
        return self._server_side

    @property
    def server_hostname(self) -> str | None:
        """Which host the client asks for."""
        return self._server_hostname

    def do_handshake(self) -> None:
        """Write the own message, and read the other end's."""
        if self._agreed is not None:
            return
        if not self._server_side and self._number is None:
            self._number, hello = self._offers.hello(self._context, self._server_hostname or "")
            self._outgoing.write(hello)
        size = tls.HELLO_SIZE if self._server_side else tls.ANSWER_SIZE
        self._received += self._incoming.read(size - len(self._received))
        if not tls.is_whole(self._received, size):
            self._wait_for_more()
        if self._number is None:
            outcome, answer = self._offers.answer(self._context, self._received)
            self._outgoing.write(answer)
        else:
            outcome = self._offers.outcome(self._number, self._received)
        if not isinstance(outcome, tls.Session):
            raise outcome
        self._agreed = outcome

    def _wait_for_more(self) -> NoReturn:
        if self._incoming.eof:
            raise ssl.SSLEOFError(ssl.SSL_ERROR_EOF, "EOF occurred in violation of protocol")
        raise ssl.SSLWantReadError(ssl.SSL_ERROR_WANT_READ, "The operation did not complete (read)")

    def read(self, len: int = 1024, buffer: Any = None) -> Any:
        """Some bytes; none at the end."""
        self.do_handshake()
        size = (
            len
            if buffer is None
            else min(len, memoryview(buffer).nbytes)
            if len
            else memoryview(buffer).nbytes
        )
        data = self._incoming.read(size)
        if not data and size and not self._incoming.eof:
            self._wait_for_more()
        if buffer is None:
            return data
        count = memoryview(data).nbytes
        buffer[:count] = data
        return count

    def write(self, data: Any) -> int:
        """Send bytes."""
        self.do_handshake()
        return self._outgoing.write(data)

    def pending(self) -> int:
        """Nothing is kept here: what has come waits in the buffer."""
        return 0

    def unwrap(self) -> None:
        """The end of TLS: the transport's own end says as much."""

    def getpeercert(self, binary_form: bool = False) -> Any:
        """The peer's certificate."""
        if self._agreed is None:
            raise ValueError("handshake not done yet")
        return self._agreed.getpeercert(binary_form)

    def cipher(self) -> tuple[str, str, int] | None:
        """The cipher that was agreed on."""
        return self._agreed.cipher() if self._agreed else None

    def shared_ciphers(self) -> list[tuple[str, str, int]] | None:
        """What both sides could have spoken."""
        return self._agreed.shared_ciphers() if self._agreed else None

    def version(self) -> str | None:
        """The version of TLS that was agreed on."""
        return self._agreed.version() if self._agreed else None

    def selected_alpn_protocol(self) -> str | None:
        """The application protocol that was agreed on."""
        return self._agreed.selected_alpn_protocol() if self._agreed else None

    def selected_npn_protocol(self) -> None:
        """Long out of use."""

    def compression(self) -> None:
        """Never."""

    def get_channel_binding(self, cb_type: str = "tls-unique") -> bytes | None:
        """There are no secrets that a channel could be bound to."""
        return None

    def verify_client_post_handshake(self) -> None:
        """Certificates are exchanged in the handshake only."""
        refuse("TLS asked for a certificate after the handshake", "ask for it in the handshake: verify_mode")


def wrap_bio(
    self: ssl.SSLContext,
    incoming: ssl.MemoryBIO,
    outgoing: ssl.MemoryBIO,
    server_side: bool = False,
    server_hostname: str | bytes | None = None,
    session: Any = None,
) -> ssl.SSLObject:
    """`SSLContext.wrap_bio`."""
    if current_process() is None:
        trust.settle(self)
        return _real_wrap_bio(self, incoming, outgoing, server_side, server_hostname, session)
    name = server_hostname.decode("ascii") if isinstance(server_hostname, bytes) else server_hostname
    if self.check_hostname and not server_side and not name:
        raise ValueError("check_hostname requires server_hostname")
    return PassingObject(self, incoming, outgoing, server_side=server_side, server_hostname=name)


def wrap_socket(self: ssl.SSLContext, *arguments: Any, **keywords: Any) -> ssl.SSLSocket:
    """`SSLContext.wrap_socket`: such a socket blocks, or is asked again and again."""
    if current_process() is not None:
        refuse(
            "TLS was asked of a socket, which would block", "use asyncio.open_connection(..., ssl=context)"
        )
    trust.settle(self)
    return _real_wrap_socket(self, *arguments, **keywords)


def load_cert_chain(self: ssl.SSLContext, certfile: Any, keyfile: Any = None, password: Any = None) -> None:
    """`SSLContext.load_cert_chain`: also from the disk of the host."""
    with _readable(certfile) as certificate, _readable(keyfile) as key:
        _real_load_cert_chain(self, certificate, key, password)


def load_verify_locations(
    self: ssl.SSLContext, cafile: Any = None, capath: Any = None, cadata: Any = None
) -> None:
    """`SSLContext.load_verify_locations`: also from the disk of the host, and when it is needed."""
    machine = capath is None and cadata is None and _is_of_the_machine(cafile)
    if machine and current_process() is not None and _is_proven(cafile):
        trust.put_off(self, lambda context: _real_load_verify_locations(context, cafile))
        return
    trust.settle(self)
    with _readable(cafile) as file:
        _real_load_verify_locations(self, file, capath, cadata)
    if machine:
        _proven[cafile] = _look(cafile)


def set_default_verify_paths(self: ssl.SSLContext) -> None:
    """`SSLContext.set_default_verify_paths`, and so `load_default_certs`: when it is needed."""
    if current_process() is None:
        trust.settle(self)
        _real_set_default_verify_paths(self)
    else:
        trust.put_off(self, _real_set_default_verify_paths)


def get_ca_certs(self: ssl.SSLContext, binary_form: bool = False) -> Any:
    """`SSLContext.get_ca_certs`: what is put off is there too."""
    trust.settle(self)
    return _real_get_ca_certs(self, binary_form)


def cert_store_stats(self: ssl.SSLContext) -> dict[str, int]:
    """`SSLContext.cert_store_stats`: what is put off counts too."""
    trust.settle(self)
    return _real_cert_store_stats(self)


def _is_of_the_machine(file: Any) -> bool:
    """Is this the path of a file of this machine, and the same one wherever the asking process stands?"""
    if not isinstance(file, str) or not file.startswith("/"):
        return False
    process = current_process()
    return process is None or paths.locate(process, file) is None


def _is_proven(file: str) -> bool:
    """Is it known that nothing is wrong with this file of the machine?"""
    look = _proven.get(file)
    return look is not None and look == _look(file)


def _look(file: str) -> tuple[int, ...] | None:
    """What changes when somebody writes to a file; None if there is no file."""
    try:
        found = real.os_stat(file)
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


@contextmanager
def _readable(file: Any) -> Iterator[Any]:
    """A path at which OpenSSL finds the bytes of a file, wherever they are."""
    process = current_process()
    if process is None or file is None or paths.locate(process, os.fsdecode(file)) is None:
        yield file
        return
    with open(file, "rb") as simulated:
        data = simulated.read()
    descriptor = os.memfd_create("certificate")
    try:
        real.os_write(descriptor, data)
        yield f"/proc/self/fd/{descriptor}"
    finally:
        real.os_close(descriptor)


_proven: Final[dict[str, tuple[int, ...] | None]] = {}
"""Files of this machine that were loaded without an error, and how they looked then."""
_real_wrap_bio: Final = ssl.SSLContext.wrap_bio
_real_wrap_socket: Final = ssl.SSLContext.wrap_socket
_real_load_cert_chain: Final = ssl.SSLContext.load_cert_chain
_real_load_verify_locations: Final = ssl.SSLContext.load_verify_locations
_real_set_default_verify_paths: Final = ssl.SSLContext.set_default_verify_paths
_real_get_ca_certs: Final = ssl.SSLContext.get_ca_certs
_real_cert_store_stats: Final = ssl.SSLContext.cert_store_stats


def install() -> None:
    """Let TLS above the transport pass bytes through."""
    ssl.SSLContext.wrap_bio = wrap_bio  # type: ignore[method-assign]
    ssl.SSLContext.wrap_socket = wrap_socket  # type: ignore[method-assign]
    ssl.SSLContext.load_cert_chain = load_cert_chain  # type: ignore[method-assign, assignment]
    ssl.SSLContext.load_verify_locations = load_verify_locations  # type: ignore[method-assign]
    ssl.SSLContext.set_default_verify_paths = set_default_verify_paths  # type: ignore[method-assign]
    ssl.SSLContext.get_ca_certs = get_ca_certs  # type: ignore[method-assign]
    ssl.SSLContext.cert_store_stats = cert_store_stats  # type: ignore[method-assign, assignment]
