"""A node in this process, on a thread of its own: a real one, with real sockets, that starts in milliseconds.

    with LocalNode("local") as node:
        print(node.status()["node_id"], node.call(lambda each: each.chain.tip.height))

It answers over HTTP and talks with peers as a node in a process of its own does, for it is the same node. What it
cannot do is be killed: for that, start it with `NetworkTestHelper`.
"""

import asyncio
from collections.abc import Callable, Coroutine
from threading import Thread
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from lydite_subjects.coin.node.api import APP
from lydite_subjects.coin.node.effects import Address
from lydite_subjects.coin.node.node import Node
from lydite_subjects.coin.node.service import Server, Service
from lydite_subjects.coin.node.settings import Settings
from lydite_subjects.coin.spec.chain import Chain
from lydite_subjects.coin.spec.ledger import Ledger
from lydite_subjects.coin.spec.memory import Memory
from lydite_subjects.coin.spec.mempool import Mempool
from lydite_subjects.coin.spec.params import DEV, Params
from lydite_subjects.coin.store import open_ledger
from lydite_subjects.coin.testing.processes import LOOPBACK, RunningNode, ask

T = TypeVar("T")

CALL_S: Final = 30.0
"""How long the node may take for what it is asked on its thread."""


class LocalNode:
    """A node that runs from `with` to its end; it forgets everything then, unless it was told of a database."""

    def __init__(self, node_id: str = "local", *, database: str | None = None, params: Params = DEV) -> None:
        self.node_id = node_id
        self._params = params
        self._database = database
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ledger: Ledger | None = None
        self._service: Service | None = None
        self._server: Server | None = None

    @property
    def api_port(self) -> int:
        """Where it answers over HTTP."""
        return self._running.port

    @property
    def port(self) -> int:
        """The same by another name."""
        return self.api_port

    @property
    def p2p_port(self) -> int:
        """Where it listens for peers."""
        return self._running.node.port

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://{LOOPBACK}:{self.api_port}"

    def status(self) -> dict[str, Any]:
        """What it says about itself."""
        return ask(f"{self.url}/status")

    def call(self, question: Callable[[Node], T]) -> T:
        """What the node itself answers, asked on its own thread: there is no other place to touch it from."""

        async def asked() -> T:
            return question(self._running.node)

        return self._run(asked())

    def knows(self, other: RunningNode) -> None:
        """Has it call another node, now and whenever it is left without peers."""
        address = Address(LOOPBACK, other.p2p_port)
        self.call(lambda node: node.introduce(address))

    def start(self) -> None:
        """Listens on free ports; what goes wrong is raised here, and nothing of it is left."""
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name=self.node_id, daemon=True)
        self._thread.start()
        try:
            self._run(self._begin())
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Ends it; it may have ended before. It may be started again."""
        loop = self._loop
        if loop is None:
            return
        try:
            self._run(self._end())
        finally:
            self._loop = None
            loop.call_soon_threadsafe(loop.stop)
            self._thread.join()
            loop.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def _running(self) -> Service:
        if self._service is None:
            raise self._absent()
        return self._service

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        if self._loop is None:
            work.close()
            raise self._absent()
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(CALL_S)

    def _absent(self) -> RuntimeError:
        return RuntimeError(f"{self.node_id}: expected a node that runs, found one that does not; start it")

    async def _begin(self) -> None:
        params = self._params
        # Opened here, as a connection belongs to the thread that has made it.
        self._ledger = open_ledger(self._database, params) if self._database else Memory(params.name)
        chain = Chain.open(params, self._ledger)
        node = Node(chain, Mempool(params), Settings(node_id=self.node_id), host=LOOPBACK)
        self._service = Service(node, APP)
        await node.start()
        server = Server(self._service)
        await server.start(LOOPBACK, 0)
        self._server = server

    async def _end(self) -> None:
        ledger, service, server = self._ledger, self._service, self._server
        self._ledger = self._service = self._server = None
        if server is not None:
            await server.stop()
        if service is not None:
            await service.node.stop()
        if ledger is not None:
            ledger.close()
