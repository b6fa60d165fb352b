"""The observer: asks nodes now and then how far they are, and notes what it is told.

A note `told` has the moment at which it was asked: what was told before that moment, the answer must know of.
"""

from collections.abc import Sequence
from typing import Any

from lydite.model import seconds
from lydite.world import World
from lydite_subjects.coin.workload.calls import Caller


class Observer:
    """Somebody who only watches."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._calls = Caller()

    async def watch(self, nodes: Sequence[str], end_ns: int, every_s: float) -> None:
        """Ask one node after the other."""
        while self._world.now_ns < end_ns:
            for node in nodes:
                await self._world.sleep(seconds(every_s / len(nodes)))
                await self.ask(node)

    async def ask(self, node: str) -> dict[str, Any] | None:
        """What a node tells of itself; None if it does not answer."""
        asked_ns = self._world.now_ns
        answer = await self._calls.get(node, "/status")
        if answer is None or not answer.ok:
            return None
        told = answer.body
        self._world.note(
            "told", node=node, asked_ns=asked_ns, work=told["work"], height=told["height"], tip=told["tip"]
        )
        return told

    async def all(self, nodes: Sequence[str]) -> list[dict[str, Any] | None]:
        """What all of them tell."""
        return [await self.ask(node) for node in nodes]

    def leave(self) -> None:
        """Hang up."""
        self._calls.hang_up()
