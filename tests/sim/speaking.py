"""Two hosts that talk, and code that tampers with what they say: for the tests of tampering."""

import asyncio
import ssl
from collections.abc import Callable, Sequence
from typing import Any

from lydite.model import milliseconds
from lydite.world import Leaving, Link, Map, Way, World
from tests.sim.playing import PORT

STEADY = Map(otherwise=Link(latency_ns=milliseconds(10), jitter_ns=0))


class Editor:
    """A tamperer that does one thing to whatever passes, and remembers what it was told."""

    words = "editor"

    def __init__(
        self, change: Callable[[bytes], Sequence[Leaving]] = lambda data: ((0, data.upper()),)
    ) -> None:
        self.change = change
        self.ways: list[Way] = []
        self.said: list[bytes] = []
        self.heard: list[tuple[str, str, bytes]] = []

    def tamper(self, way: Way, data: bytes) -> Sequence[Leaving]:
        self.ways.append(way)
        self.said.append(data)
        return self.change(data)

    def hear(self, way: Way, data: bytes) -> None:
        self.heard.append((way.source, way.target, data))

    def rest(self, way: Way) -> bytes:
        return b""


class Keeper(Editor):
    """Keeps what does not end with a full stop, in the manner of a codec that waits for the end of a frame."""

    words = "keeper"

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[Way, bytes] = {}

    def tamper(self, way: Way, data: bytes) -> Sequence[Leaving]:
        whole, dot, rest = (self.kept.pop(way, b"") + data).rpartition(b".")
        self.kept[way] = rest
        return ((0, whole + dot),) if dot else ()

    def rest(self, way: Way) -> bytes:
        return self.kept.pop(way, b"")


def late(by_ns: int) -> Editor:
    return Editor(lambda data: ((by_ns, data),))


def flagged(flag: bytes) -> Editor:
    return Editor(lambda data: ((0, data + flag),))


class Listener:
    """A server on host b: what it has received on each connection, and when."""

    def __init__(self, world: World, context: ssl.SSLContext | None = None) -> None:
        self.world = world
        self.context = context
        self.got: list[tuple[int, bytes]] = []
        self.over: list[int] = []
        self.errors: list[str] = []

    @property
    def bytes(self) -> bytes:
        return b"".join(data for _, data in self.got)

    async def main(self, _argv: Any) -> None:
        server = await asyncio.start_server(self.serve, "0.0.0.0", PORT, ssl=self.context)
        await server.serve_forever()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                self.got.append((self.world.now_ns, data))
                if data.lower() == b"hi":
                    writer.write(b"hello")
            self.over.append(self.world.now_ns)
        except OSError as error:
            self.errors.append(type(error).__name__)
        writer.close()


class Speaker:
    """A program on host a that does what the trial asks for."""

    def __init__(self) -> None:
        self.asked: asyncio.Queue[tuple[Callable[[], Any], asyncio.Future[Any]]] = asyncio.Queue()

    async def main(self, _argv: Any) -> None:
        while True:
            action, done = await self.asked.get()
            result = action()
            done.set_result(await result if asyncio.iscoroutine(result) else result)

    async def does(self, action: Callable[[], Any]) -> Any:
        done = asyncio.get_running_loop().create_future()
        await self.asked.put((action, done))
        return await done

    async def connect(
        self, to: str = "b", **options: Any
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        pair: tuple[asyncio.StreamReader, asyncio.StreamWriter] = await self.does(
            lambda: asyncio.open_connection(to, PORT, **options)
        )
        return pair

    async def says(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        await self.does(lambda: writer.write(data))


async def stage(world: World) -> tuple[Speaker, Listener]:
    speaker, listener = Speaker(), Listener(world)
    await world.start("b", listener.main, ready=PORT)
    await world.start("a", speaker.main)
    return speaker, listener


async def pass_by(world: World, ms: int = 100) -> None:
    await world.sleep(milliseconds(ms))
