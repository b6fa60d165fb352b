"""The program under measurement: flooding gossip over TCP streams, as anybody would write it.

Length-prefixed frames, a task for each connection, duplicates told by their SHA-256. It imports
nothing of Lydite, and runs the same on real sockets and in a simulated world.
"""

import asyncio
import hashlib
import random
from collections.abc import Sequence

FRAME_BYTES = 208
PORT = 9000
LINKS = 4
"""Connections that each node opens; the mean degree is twice that."""


class Node:
    """One gossiping node: what it hears for the first time it tells all other peers."""

    def __init__(self) -> None:
        self.peers: list[asyncio.StreamWriter] = []
        self.seen: set[bytes] = set()
        self.received = 0
        self._readers: list[asyncio.Task[None]] = []

    async def listen(self, address: str, port: int) -> None:
        """Take connections."""
        await asyncio.start_server(self.join, address, port)

    async def connect(self, address: str, port: int) -> None:
        """Open a connection."""
        await self.join(*await asyncio.open_connection(address, port))

    async def join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A connection was made, by either side."""
        self.peers.append(writer)
        self._readers.append(asyncio.ensure_future(self._read(reader, writer)))

    async def _read(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                size = int.from_bytes(await reader.readexactly(4), "big")
                body = await reader.readexactly(size)
                self.received += 1
                await self._hear(body, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            self.peers.remove(writer)

    async def _hear(self, body: bytes, source: asyncio.StreamWriter) -> None:
        name = hashlib.sha256(body).digest()
        if name not in self.seen:
            self.seen.add(name)
            await self._tell(body, source)

    async def publish(self, body: bytes) -> None:
        """Tell everybody something new."""
        self.seen.add(hashlib.sha256(body).digest())
        await self._tell(body, None)

    async def _tell(self, body: bytes, source: asyncio.StreamWriter | None) -> None:
        frame = len(body).to_bytes(4, "big") + body
        for writer in list(self.peers):
            if writer is not source:
                writer.write(frame)
                await writer.drain()


def graph(nodes: int, links: int = LINKS) -> list[list[int]]:
    """Whom each node connects to: the same random graph for every engine."""
    draw = random.Random(7)
    return [
        [other for other in draw.sample(range(nodes), min(links + 1, nodes)) if other != node][:links]
        for node in range(nodes)
    ]


def messages(count: int) -> list[bytes]:
    """That many different bodies of the same size."""
    return [number.to_bytes(8, "big").ljust(FRAME_BYTES, b"x") for number in range(count)]


async def settle(nodes: Sequence[Node], floods: int, nap: float) -> None:
    """Wait until every node has heard every flood."""
    while any(len(node.seen) < floods for node in nodes):
        await asyncio.sleep(nap)
