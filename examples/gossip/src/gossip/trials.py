"""The gossip under test: in calm weather, between partitions, and while its nodes lose their power."""

import asyncio
import hashlib
from collections.abc import Sequence

from gossip.invariants import INVARIANTS
from gossip.workload import PORT, chatter, heard, tell
from lydite.faults import Budget, Storm, clog_and_release, crash_before_sync, split_at_quorum
from lydite.harness import trial
from lydite.model import milliseconds, seconds
from lydite.world import Link, Map, World

NODES = ("node-1", "node-2", "node-3", "node-4", "node-5")

PARTITIONS = Storm(
    hosts=NODES,
    kinds=("network",),
    without=("network.reset",),
    faults=(2, 6),
    until_ns=seconds(20),
    nemeses=(split_at_quorum(),),
)

CRASHES = Storm(
    hosts=NODES,
    kinds=("process", "disk", "network.delay"),
    faults=(3, 8),
    until_ns=seconds(20),
    nemeses=(crash_before_sync("data/heard.log"), clog_and_release()),
    budget=Budget(),
)

FAR_APART = Map(otherwise=Link(latency_ns=milliseconds(60), jitter_ns=milliseconds(20)))

LOOKS_MAX = 30
"""How many beats the nodes may need to know the same, once nothing is bent any more."""


@trial(checks=INVARIANTS, hosts=NODES)
async def rumours_travel_fast(world: World) -> None:
    """Nothing goes wrong: whatever one node is told, the others know within three beats."""
    nodes = await start(world)
    for number in world.several("mornings", 6):
        draws = world.draws(f"morning-{number}")
        texts = [
            f"on morning {number} {what}" for what in ("the mill burnt", "a calf was born", "it rained frogs")
        ]
        for text in texts:
            await world.sleep(milliseconds(draws.between(0, 500)))
            await tell(world, draws.choice(nodes), text)

        async def all_know(texts: Sequence[str] = texts) -> bool:
            return all([{*texts} <= {*(await heard(node) or ())} for node in nodes])

        await world.eventually("rumours-travel-fast", all_know, within_ns=seconds(3))
    await settle(world, nodes)


@trial(checks=INVARIANTS, hosts=NODES, map=FAR_APART)
async def newcomers_are_welcome(world: World) -> None:
    """Nodes come while the others talk, and it takes a while until everybody is told anything."""
    nodes = [NODES[number - 1] for number in world.several("nodes", len(NODES), least=3)]
    draws = world.draws("newcomers")
    for place, node in enumerate(nodes):
        await start_node(world, node, nodes[:place])
        for number in world.several(f"rumours before {node} comes", 2, least=0):
            await tell(world, draws.choice(nodes[: place + 1]), f"{node} will come, they said {number} times")
            await world.sleep(milliseconds(draws.between(0, 1_200)))
    await settle(world, nodes)


@trial(checks=INVARIANTS, hosts=NODES, storm=PARTITIONS)
async def survives_partitions(world: World) -> None:
    """The network falls apart; when it is whole again, all nodes know the same."""
    await storm(world)


@trial(checks=INVARIANTS, hosts=NODES, storm=CRASHES)
async def survives_crashes(world: World) -> None:
    """Nodes crash and lose their power; what they had confirmed is known to all in the end."""
    await storm(world)


async def storm(world: World) -> None:
    """Three users talk for twenty seconds; then all is healed, and the nodes must come to know the same."""
    nodes = await start(world)
    async with asyncio.TaskGroup() as users:
        for number in world.several("users", 3):
            users.create_task(chatter(world, f"user-{number}", nodes, rumours=6, within_s=18))
    await world.sleep(max(0, seconds(20) - world.now_ns))
    world.heal()
    await settle(world, nodes)


async def start(world: World) -> list[str]:
    """Five nodes, one after the other."""
    nodes = [NODES[number - 1] for number in world.several("nodes", len(NODES), least=2)]
    for place, node in enumerate(nodes):
        await start_node(world, node, nodes[:place])
    return nodes


async def start_node(world: World, node: str, before: Sequence[str]) -> None:
    """A node is told of the first one and of the one before it, and calls both when it starts."""
    options = ["--name", node, "--host", "0.0.0.0", "--port", str(PORT), "--address", f"{node}:{PORT}"]
    peers = [f"{peer}:{PORT}" for peer in dict.fromkeys((*before[:1], *before[-1:]))]
    await world.start(node, "gossip.node:main", *options, "--peers", *peers, ready=PORT)


async def settle(world: World, nodes: Sequence[str]) -> None:
    """Wait until all nodes know the same, and write down what each of them has delivered."""
    delivered: list[list[str] | None] = []
    for _ in range(LOOKS_MAX):
        await world.sleep(seconds(1))
        delivered = [await heard(node) for node in nodes]
        if all(each is not None and {*each} == {*(delivered[0] or ())} for each in delivered):
            break
    for node, texts in zip(nodes, delivered, strict=True):
        if texts is None:
            world.note("state", node=node, value=None)
        else:
            digest = hashlib.sha256("\n".join(sorted({*texts})).encode()).hexdigest()
            world.note("state", node=node, value=f"{len({*texts})} rumours, {digest[:8]}")
            world.note("stored", node=node, items=texts)
