"""A service: one node as HTTP clients find it, and the server that they connect to.

The server is uvicorn's, without its clockwork: uvicorn wakes up ten times a second to look whether it should end, which
a hundred nodes in a simulated world would pay for dearly. Here it is told.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from http import HTTPStatus
from typing import Any, Final, TypeAlias, cast

import uvicorn
from fastapi import Request, Response
from uvicorn.protocols.http.h11_impl import H11Protocol

from lydite_subjects.coin.node.answers import Refusal, refused
from lydite_subjects.coin.node.forms import BODY_BYTES_MAX
from lydite_subjects.coin.node.metrics import Metrics
from lydite_subjects.coin.node.mining import Mine
from lydite_subjects.coin.node.node import Node
from lydite_subjects.coin.spec.errors import CoinError

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
Application: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]
Shortcuts: TypeAlias = Mapping[tuple[str, str], Endpoint]
"""By method and path: endpoints that take nothing but the request."""

CONNECTIONS_MAX: Final = 512
KEEP_ALIVE_S: Final = 15
END_S: Final = 2
"""How long requests may go on when the node ends."""
STATUS: Final = "/status"
_SERVICE: Final = "coin.service"


class Service:
    """One node, and what belongs to its HTTP interface; an ASGI application that hands the node to the shared one."""

    def __init__(
        self,
        node: Node,
        app: Application,
        *,
        shortcuts: Shortcuts | None = None,
        advertise: str | None = None,
    ) -> None:
        """What is in `shortcuts` is not asked of the application, which would do the same in more time."""
        self.node = node
        self.mine = Mine(node)
        self.metrics = Metrics(node)
        self.port = 0
        """Where it listens, once it does."""
        self._app = app
        self._shortcuts = shortcuts or {}
        self._advertise = advertise

    def status(self) -> dict[str, Any]:
        """What /status tells."""
        told = self.node.status()
        return {
            **told,
            "mempool_size": told["mempool_transactions"],
            "api_port": self.port,
            "p2p_port": self.node.port,
            "p2p_host": self._advertise,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Called by the server: one request."""
        scope[_SERVICE] = self
        answers, size = self.metrics.answers, 0

        async def bounded() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > BODY_BYTES_MAX:
                raise _too_large(f"{size:,} or more")
            return message

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                answers[message["status"]] = answers.get(message["status"], 0) + 1
            await send(message)

        said = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
        if said.isdigit() and int(said[:20]) > BODY_BYTES_MAX:
            response = refused(Request(scope), _too_large(said[:20].decode()))
            await response(scope, receive, counted)
            return
        shortcut = self._shortcuts.get((scope["method"], scope["path"]))
        if shortcut is None:
            await self._app(scope, bounded, counted)
            return
        request = Request(scope, bounded)
        try:
            response = await shortcut(request)
        except CoinError as error:
            response = refused(request, error)
        except Exception as error:
            # As the application does: whoever asked gets an answer, and whoever runs the node the whole story.
            await refused(request, error)(scope, bounded, counted)
            raise
        await response(scope, bounded, counted)


def service_of(request: Request) -> Service:
    """Whom a request is for."""
    service = request.scope[_SERVICE]
    assert isinstance(service, Service)
    return service


class _Corked:
    """A transport that sends at once what is written in one turn of the loop: head and body of an answer, mostly."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._parts: list[bytes] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Send it at the next turn of the loop."""
        if not self._parts:
            asyncio.get_running_loop().call_soon(self._flush)
        self._parts.append(data)

    def close(self) -> None:
        """Send what is left, and hang up."""
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        parts, self._parts = self._parts, []
        if parts and not self._transport.is_closing():
            self._transport.write(b"".join(parts))


class _Protocol(H11Protocol):
    """uvicorn's, on a corked transport."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio."""
        super().connection_made(cast("asyncio.Transport", _Corked(cast("asyncio.Transport", transport))))


class Server:
    """Listens for HTTP, and hands requests to a service."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._config = uvicorn.Config(
            service,
            loop="none",
            http=_Protocol,
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            log_level="error",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            date_header=False,
            limit_concurrency=CONNECTIONS_MAX,
            timeout_keep_alive=KEEP_ALIVE_S,
            timeout_graceful_shutdown=END_S,
        )
        self._server = uvicorn.Server(self._config)

    async def start(self, host: str, port: int) -> None:
        """Listen; OSError if the port cannot be had."""
        self._config.load()
        self._server.lifespan = self._config.lifespan_class(self._config)
        listening = await asyncio.get_running_loop().create_server(self._protocol, host, port, backlog=512)
        self._server.servers = [listening]
        self._service.port = listening.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Take no more requests, and answer those that are under way."""
        await self._server.shutdown()

    def _protocol(self) -> _Protocol:
        return _Protocol(config=self._config, server_state=self._server.server_state, app_state={})


def _too_large(found: str) -> Refusal:
    return Refusal(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "body-too-large",
        expected=f"a body of at most {BODY_BYTES_MAX:,} bytes",
        found=found,
        where="body",
    )
