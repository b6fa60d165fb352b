"""TLS in a world: a real handshake of the two real contexts, then plain bytes.

OpenSSL draws its own randomness, so its bytes differ in every run. But what a program can observe
of TLS does not lie in those bytes: it is whether the handshake succeeds, who the peer is, and
which protocol was agreed on. So when a connection asks for TLS, the server's and the client's own
`SSLContext` shake hands in memory, with their real certificates, and the outcome goes to both
ends: the peer's certificate, cipher and ALPN protocol, or OpenSSL's own error. Then bytes pass
as they are. Two messages of fixed size travel in place of the handshake's, so it takes its round
trip and fails under a cut as a handshake does. Libraries that do TLS above the transport, with
`SSLContext.wrap_bio`, speak the same messages: see `patches.tls_streams`.

Certificates are judged by OpenSSL's clock, which is the machine's: the one thing here that the
virtual clock does not reach. A client whose certificate is refused hears of it in the handshake;
with TLS 1.3 a real one hears of it when it first reads.
"""

import asyncio
import contextlib
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from lydite.sim.network import trust

if TYPE_CHECKING:
    from lydite.sim.network.endpoints import WorldLoop
    from lydite.sim.network.streams import SimStream

HELLO_SIZE: Final = 517
ANSWER_SIZE: Final = 2_048
HANDSHAKE_SECONDS_MAX: Final = 60.0
"""How long a handshake may take, unless the program says otherwise: asyncio's own patience."""
_HELLO: Final = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03lydite"
_ANSWER: Final = b"\x16\x03\x03\x07\xfblydite"
_ALERT: Final = b"\x15\x03\x03\x00\x02\x02\x28"
_real_wrap_bio: Final = ssl.SSLContext.wrap_bio


@dataclass(frozen=True, slots=True)
class Session:
    """What `get_extra_info("ssl_object")` answers: who the peer is and what was agreed."""

    context: ssl.SSLContext
    certificate: dict[str, Any] | None
    certificate_bytes: bytes | None
    agreed_cipher: tuple[str, str, int] | None
    agreed_version: str | None
    alpn: str | None
    server_side: bool
    server_hostname: str | None

    def getpeercert(self, binary_form: bool = False) -> Any:
        """The peer's certificate, as `ssl.SSLObject` gives it."""
        return self.certificate_bytes if binary_form else self.certificate

    def cipher(self) -> tuple[str, str, int] | None:
        """The cipher that was agreed on."""
        return self.agreed_cipher

    def version(self) -> str | None:
        """The version of TLS that was agreed on."""
        return self.agreed_version

    def selected_alpn_protocol(self) -> str | None:
        """The application protocol that was agreed on."""
        return self.alpn

    def shared_ciphers(self) -> list[tuple[str, str, int]] | None:
        """What both sides could have spoken: told by the server's side only."""
        return [self.agreed_cipher] if self.server_side and self.agreed_cipher is not None else None

    def compression(self) -> None:
        """Never."""

    def tell(self, stream: "SimStream") -> None:
        """Let a transport's `get_extra_info` know."""
        stream.extra("sslcontext", self.context)
        stream.extra("ssl_object", self)
        stream.extra("peercert", self.certificate)
        stream.extra("cipher", self.agreed_cipher)
        stream.extra("compression", None)


@dataclass(slots=True)
class Offers:
    """The handshakes that are under way in a world, by the number in their first message."""

    _clients: dict[int, tuple[ssl.SSLContext, str]] = field(default_factory=dict)
    _outcomes: dict[int, "Session | Exception"] = field(default_factory=dict)
    _count: int = 0

    def hello(self, context: ssl.SSLContext, hostname: str) -> tuple[int, bytes]:
        """A client begins: its number, and its first message."""
        self._count += 1
        self._clients[self._count] = context, hostname
        return self._count, (_HELLO + self._count.to_bytes(4, "big")).ljust(HELLO_SIZE, b"\0")

    def answer(self, context: ssl.SSLContext, hello: bytes) -> "tuple[Session | Exception, bytes]":
        """A server has got a first message: what it makes of the client, and its own message."""
        number = int.from_bytes(hello[len(_HELLO) : len(_HELLO) + 4], "big")
        offered = self._clients.pop(number, None) if hello.startswith(_HELLO) else None
        if offered is None:
            return ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] the client does not speak TLS"), b""
        mine, self._outcomes[number] = agree(context, *offered)
        return mine, _ANSWER.ljust(ANSWER_SIZE, b"\0") if isinstance(mine, Session) else _ALERT

    def outcome(self, number: int, answer: bytes) -> "Session | Exception":
        """A client has got the answer: what it makes of the server."""
        found = self._outcomes.pop(number, None)
        if found is None or not answer.startswith((_ANSWER, _ALERT)):
            return ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] the server does not speak TLS")
        return found


def is_whole(message: bytes, size: int) -> bool:
    """Is this all of a message, or a sign that none will ever come?"""
    is_tls = message[:1] in (b"\x16", b"\x15", b"")
    return len(message) >= size or message.startswith(_ALERT) or not is_tls


def is_handshake(data: bytes) -> bool:
    """Is this a message of a handshake, and no word of a program?"""
    return data.startswith((_HELLO, _ANSWER, _ALERT))


@dataclass(slots=True)
class Eavesdropper:
    """Hears what arrives in plain text, and leaves the messages of handshakes out, which may come in parts."""

    _early: bytes = b""
    _left_out: int = 0

    def plain(self, data: bytes) -> bytes:
        """The words of programs."""
        data = self._early + data
        self._early = b""
        for start, size in ((_HELLO, HELLO_SIZE), (_ANSWER, ANSWER_SIZE), (_ALERT, len(_ALERT))):
            if not self._left_out and data.startswith(start):
                self._left_out = size
            elif not self._left_out and data and start.startswith(data):
                self._early = data
                return b""
        skipped = min(self._left_out, len(data))
        self._left_out -= skipped
        return data[skipped:]


def agree(
    server: ssl.SSLContext, client: ssl.SSLContext, hostname: str
) -> tuple[Session | Exception, Session | Exception]:
    """A real handshake in memory: what the server and what the client make of each other."""
    trust.settle(server)
    trust.settle(client)
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    near = _real_wrap_bio(client, to_client, to_server, server_hostname=hostname or None)
    far = _real_wrap_bio(server, to_server, to_client, server_side=True)
    errors: dict[bool, Exception] = {}
    for _ in range(8):
        for is_server, side in ((False, near), (True, far)):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
            except (ssl.SSLError, OSError) as error:
                errors.setdefault(is_server, error)
    if errors:
        failed = ssl.SSLError(1, "the other side ended the handshake with an alert")
        return errors.get(True, failed), errors.get(False, failed)
    # A client's certificate is checked after the client believes itself done: let it hear of it.
    with contextlib.suppress(ssl.SSLWantReadError):
        near.read(1)
    return _session(far, server, None, server_side=True), _session(near, client, hostname, server_side=False)


def _session(
    side: ssl.SSLObject, context: ssl.SSLContext, hostname: str | None, *, server_side: bool
) -> Session:
    return Session(
        context=context,
        certificate=side.getpeercert(),
        certificate_bytes=side.getpeercert(binary_form=True),
        agreed_cipher=side.cipher(),
        agreed_version=side.version(),
        alpn=side.selected_alpn_protocol(),
        server_side=server_side,
        server_hostname=hostname,
    )


class _Handshake(asyncio.Protocol):
    """One side of a handshake: waits for one message of a known size, then lets nothing more in."""

    def __init__(self, loop: "WorldLoop", expected: int) -> None:
        self._expected = expected
        self._received = b""
        self.stream: SimStream
        self.message: asyncio.Future[bytes] = loop.create_future()

    def begin(self, stream: "SimStream") -> None:
        """Take what arrives from now on."""
        self.stream = stream
        if stream.protocol is None:
            stream.accept(self)
        else:
            stream.set_protocol(self)
            stream.resume_reading()

    def data_received(self, data: bytes) -> None:
        self._received += data
        if is_whole(self._received, self._expected) and not self.message.done():
            self.stream.pause_reading()
            self.message.set_result(self._received)

    def eof_received(self) -> None:
        self.connection_lost(ConnectionResetError("the peer hung up during the TLS handshake"))

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.message.done():
            error = exc or ConnectionResetError("the connection was lost during the TLS handshake")
            self.message.set_exception(error)
            # Whoever waited may have given up already: then there is nobody to tell.
            self.message.exception()


async def _within(stream: "SimStream", seconds: float | None, handshake: Awaitable[Session]) -> Session:
    """A handshake that ends in time, or ends the connection."""
    limit = HANDSHAKE_SECONDS_MAX if seconds is None else seconds
    try:
        async with asyncio.timeout(limit):
            session = await handshake
    except TimeoutError as error:
        stream.abort()
        message = f"SSL handshake is taking longer than {limit} seconds: aborting the connection"
        raise ConnectionAbortedError(message) from error
    except BaseException:
        stream.abort()
        raise
    if stream.lost:
        raise ConnectionResetError("the connection was lost during the TLS handshake")
    return session


async def _client_side(
    loop: "WorldLoop", stream: "SimStream", context: ssl.SSLContext, hostname: str
) -> Session:
    waiting = _Handshake(loop, ANSWER_SIZE)
    waiting.begin(stream)
    number, hello = loop.offers.hello(context, hostname)
    stream.write(hello)
    outcome = loop.offers.outcome(number, await waiting.message)
    if not isinstance(outcome, Session):
        raise outcome
    return outcome


async def _server_side(
    loop: "WorldLoop", stream: "SimStream", context: ssl.SSLContext, waiting: _Handshake
) -> Session:
    outcome, answer = loop.offers.answer(context, await waiting.message)
    stream.write(answer)
    if not isinstance(outcome, Session):
        stream.close()
        raise outcome
    return outcome


def _hand_over(stream: "SimStream", session: Session, protocol: Any) -> None:
    session.tell(stream)
    stream.set_protocol(protocol)
    stream.resume_reading()
    protocol.connection_made(stream)


async def connect(
    loop: "WorldLoop",
    stream: "SimStream",
    factory: Callable[[], Any],
    context: "ssl.SSLContext | bool",
    hostname: str,
    patience: float | None = None,
) -> tuple[Any, Any]:
    """A client's connection with TLS."""
    chosen = ssl.create_default_context() if context is True else context
    assert isinstance(chosen, ssl.SSLContext)
    session = await _within(stream, patience, _client_side(loop, stream, chosen, hostname))
    protocol = factory()
    _hand_over(stream, session, protocol)
    return stream, protocol


async def take(
    loop: "WorldLoop",
    stream: "SimStream",
    factory: Callable[[], Any],
    context: ssl.SSLContext,
    patience: float | None = None,
) -> tuple[Any, Any]:
    """A connection that a server has accepted by hand, with TLS."""
    waiting = _Handshake(loop, HELLO_SIZE)
    waiting.begin(stream)
    session = await _within(stream, patience, _server_side(loop, stream, context, waiting))
    protocol = factory()
    _hand_over(stream, session, protocol)
    return stream, protocol


def server_factory(
    loop: "WorldLoop",
    factory: Callable[[], Any],
    context: ssl.SSLContext,
    patience: float | None = None,
) -> Callable[[], Any]:
    """A protocol factory that shakes hands before the program's own protocol sees the connection."""

    class Greeting(_Handshake):
        """Waits for the hello, then makes room for the program's protocol."""

        def __init__(self) -> None:
            super().__init__(loop, HELLO_SIZE)

        def connection_made(self, transport: Any) -> None:
            self.stream = transport
            self._task = loop.create_task(self._greet())

        async def _greet(self) -> None:
            try:
                greeting = _server_side(loop, self.stream, context, self)
                session = await _within(self.stream, patience, greeting)
            except OSError:
                # Nobody asked for this connection yet, so nobody is told: asyncio only logs it.
                return
            _hand_over(self.stream, session, factory())

    return Greeting


async def upgrade(
    loop: "WorldLoop",
    stream: "SimStream",
    protocol: Any,
    context: ssl.SSLContext,
    *,
    server_side: bool,
    server_hostname: str | None,
    patience: float | None = None,
) -> "SimStream":
    """`start_tls`: the same connection, in TLS from now on. The protocol keeps its connection."""
    if server_side:
        waiting = _Handshake(loop, HELLO_SIZE)
        waiting.begin(stream)
        handshake = _server_side(loop, stream, context, waiting)
    else:
        handshake = _client_side(loop, stream, context, server_hostname or "")
    session = await _within(stream, patience, handshake)
    session.tell(stream)
    stream.set_protocol(protocol)
    stream.resume_reading()
    return stream
