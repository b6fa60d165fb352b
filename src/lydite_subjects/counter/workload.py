"""What the users of a counter do: they increment and read, lose patience, and try another node.

Each thing a client does is noted when it begins and when it ends: `increment` and `read` with a
`phase` of `invoke`, then `ok` or `fail`. A failed increment may still come to be counted, for nobody knows
whether only the answer was lost.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

from lydite.model import milliseconds, seconds
from lydite.world import World
from lydite_subjects.counter.spec import (
    Compare,
    Counted,
    Describe,
    Description,
    Increment,
    Message,
    Read,
    Request,
    Store,
    Value,
    decode,
    encode,
)

PORT: Final = 7000
PATIENCE_S: Final = 1.0
PAUSE_MS_MAX: Final = 400
ATTEMPTS_MAX: Final = 4


class Client:
    """A user with a name of its own, who numbers what it increments."""

    def __init__(self, world: World, name: str, nodes: Sequence[str]) -> None:
        self.name = name
        self.draws = world.draws(name)
        self._world = world
        self._nodes = tuple(nodes)
        self._connections: dict[str, tuple[asyncio.StreamReader, asyncio.StreamWriter]] = {}
        self._tag = 0
        self._number = 0

    async def work(self, operations: int, pause_s: float) -> None:
        """Increment and read, in turns decided by chance, with pauses that are `pause_s` long on average."""
        kept = self._world.several(f"operations of {self.name}", operations, least=0)
        for number in range(1, operations + 1):
            await self._world.sleep(round(seconds(2 * pause_s) * self.draws.unit()))
            # What is left out takes its time and its draws all the same, so that the others stay where they are.
            increments = self.draws.chance(0.5)
            if number in kept:
                await (self.increment() if increments else self.read())

    async def increment(self) -> bool:
        """Count one: whether it was acknowledged."""
        self._number += 1
        number = self._number
        self._world.note("increment", phase="invoke", client=self.name, number=number)
        answer = await self._insist(Increment(self._next_tag(), self.name, number))
        done = isinstance(answer, Counted)
        self._world.note("increment", phase="ok" if done else "fail", client=self.name, number=number)
        return done

    async def read(self) -> int | None:
        """What the counter stands at, or None if nobody could tell."""
        tag = self._next_tag()
        self._world.note("read", phase="invoke", client=self.name, tag=tag)
        answer = await self._insist(Read(tag))
        if isinstance(answer, Value):
            self._world.note("read", phase="ok", client=self.name, tag=tag, value=answer.value)
            return answer.value
        self._world.note("read", phase="fail", client=self.name, tag=tag)
        return None

    async def describe(self, node: str) -> Description | None:
        """What one node has on its disk."""
        answer = await self.ask(node, Describe(self._next_tag()))
        return answer if isinstance(answer, Description) else None

    async def ask(self, node: str, request: Request) -> Message | None:
        """The answer of a node, or None if there was none in time."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                reader, writer = await self._connection(node)
                writer.write(encode(request))
                while line := await reader.readline():
                    answer = decode(line)
                    if answer.tag == request.tag:
                        return answer
        except OSError:
            pass  # Refused, lost or late: to a client it is all the same.
        self._hang_up(node)
        return None

    def leave(self) -> None:
        """Close all connections."""
        for node in list(self._connections):
            self._hang_up(node)

    async def _insist(self, request: Request) -> Message | None:
        """Ask one node after the other until one does it."""
        for attempt in range(ATTEMPTS_MAX):
            if attempt:
                await self._world.sleep(milliseconds(PAUSE_MS_MAX) * self.draws.between(1, 8) // 8)
            answer = await self.ask(self.draws.choice(self._nodes), request)
            if isinstance(answer, Counted | Value):
                return answer
        return None

    def _next_tag(self) -> int:
        self._tag += 1
        return self._tag

    async def _connection(self, node: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if node not in self._connections:
            self._connections[node] = await asyncio.open_connection(node, PORT)
        return self._connections[node]

    def _hang_up(self, node: str) -> None:
        if node in self._connections:
            _, writer = self._connections.pop(node)
            writer.close()


class SlowReader:
    """A user who asks for much and reads nothing."""

    def __init__(self, world: World, node: str) -> None:
        self._world = world
        self._node = node
        self._writer: asyncio.StreamWriter | None = None

    async def ask(self, times: int) -> None:
        """Ask for the whole tally so many times, in one breath; the reader stops at its first kilobytes."""
        _, self._writer = await asyncio.open_connection(self._node, PORT, limit=1_024)
        self._writer.write(encode(Compare(1, "unlike any")) * times)

    def leave(self) -> None:
        """Close the connection, if the node has not done so."""
        if self._writer is not None:
            self._writer.close()


async def restore(world: World, user: Client, nodes: Sequence[str], clients: int) -> None:
    """Put a backup on every node: one increment by each of so many users of earlier days, with long names."""
    names = [f"{number:x}".rjust(64, "f") for number in range(clients)]
    for name in names:
        world.note("increment", phase="invoke", client=name, number=1)
    for node in nodes:
        await user.ask(node, Store(0, dict.fromkeys(names, ((1, 1),))))
