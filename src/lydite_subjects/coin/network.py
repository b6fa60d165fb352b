"""The coin as a network: how nodes join, and what one tells the others; its trials, and the harness that runs them."""

from collections.abc import Sequence
from typing import ClassVar, Final

from lydite.harness import Demands, NetworkHarness, network_trials
from lydite.world import World
from lydite_subjects.coin.spec.blocks import UNOWNED
from lydite_subjects.coin.spec.keys import address_of
from lydite_subjects.coin.workload.calls import Caller
from lydite_subjects.coin.workload.nodes import start_node

NOBODY: Final = address_of(UNOWNED)
"""Whom blocks are found for: there is no key of this address."""


class CoinNetwork:
    """Nodes of the coin; what they tell each other is blocks."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._calls = Caller()

    async def join(self, node: str, known: Sequence[str]) -> None:
        """Start a node that knows these others."""
        await start_node(self._world, node, known)

    async def peers(self, node: str) -> int:
        """How many it has shaken hands with."""
        answer = await self._calls.get(node, "/status")
        return answer.body["active_peers"] if answer is not None and answer.ok else 0

    async def tell(self, node: str) -> str:
        """Let it find a block; the hash of it."""
        body = {"miner_address": NOBODY, "timeout_s": 2}
        answer = await self._calls.post(node, "/mine_block", body)
        return str(answer.body["hash"]) if answer is not None and answer.ok else ""

    async def has(self, node: str, item: str) -> bool:
        """Does it know this block?"""
        answer = await self._calls.get(node, f"/blocks/{item}")
        return answer is not None and answer.ok


discovery, propagation, resilience = network_trials(CoinNetwork, Demands(nodes=4))


class CoinNetworkHarness(NetworkHarness):
    """Discovery, propagation and resilience of the coin."""

    target: ClassVar[str] = __name__
    subject: ClassVar[str] = "coin"
