"""The counter under test: quiet, and in each of its storms."""

import asyncio
from collections.abc import Sequence

from lydite.harness import trial
from lydite.model import seconds
from lydite.world import Tempo, World
from lydite_subjects.counter import faults, node
from lydite_subjects.counter.faults import FIVE, THREE
from lydite_subjects.counter.invariants import INVARIANTS
from lydite_subjects.counter.spec import Description
from lydite_subjects.counter.workload import PORT, Client

LOOKS_MAX = 30
"""How many beats nodes may need to agree once a storm is over."""


@trial(checks=INVARIANTS)
async def everything_quiet(world: World) -> None:
    """Three nodes and clients that never pause, and nothing goes wrong."""
    await _run(world, THREE, clients=4, operations=10, storm_s=0)


@trial(checks=INVARIANTS, storm=faults.partitions)
async def survives_partitions(world: World) -> None:
    """Three nodes whose network falls apart."""
    await _run(world, THREE, clients=3, operations=8, storm_s=20)


@trial(checks=INVARIANTS, storm=faults.crashes)
async def survives_crashes_and_power_loss(world: World) -> None:
    """Three nodes that crash, freeze and lose their power, on disks that fail."""
    await _run(world, THREE, clients=3, operations=8, storm_s=20)


@trial(checks=INVARIANTS, storm=faults.clocks)
async def survives_wrong_clocks(world: World) -> None:
    """Three nodes whose clocks cannot be believed."""
    await _run(world, THREE, clients=3, operations=8, storm_s=20)


@trial(checks=INVARIANTS, storm=faults.everything, tempo=Tempo(heartbeat_ns=seconds(15)))
async def storm(world: World) -> None:
    """Five nodes, two minutes, forty faults."""
    await _run(world, FIVE, clients=2, operations=8, storm_s=120)


async def _run(world: World, nodes: Sequence[str], *, clients: int, operations: int, storm_s: int) -> None:
    for name in nodes:
        await _start(world, name, nodes)
    users = [Client(world, f"client-{number}", nodes) for number in range(1, clients + 1)]
    # Each client pauses so long that its work fills the time of the storm.
    pause_s = 0.8 * storm_s / operations
    async with asyncio.TaskGroup() as group:
        for user in users:
            group.create_task(user.work(operations, pause_s))
    await world.sleep(max(0, seconds(storm_s) - world.now_ns))
    for user in users:
        user.leave()
    world.heal()
    await _converge(world, users[0], nodes)
    for user in users:
        counted = await user.increment()
        value = await user.read()
        world.always("answers-after-the-storm", counted and value is not None, client=user.name)
        user.leave()


async def _start(world: World, name: str, nodes: Sequence[str]) -> None:
    peers = [f"{peer}={peer}:{PORT}" for peer in nodes if peer != name]
    beat_s = world.tempo.heartbeats(1) / seconds(1)
    # The function and not its name: a node keeps nothing in module globals, so all may share its modules.
    argv = ("--name", name, "--port", str(PORT), "--beat", str(beat_s), "--peers", *peers)
    await world.start(name, node.main, *argv)


async def _converge(world: World, user: Client, nodes: Sequence[str]) -> None:
    """Wait until all nodes have the same on their disks, and note what they have."""
    described: list[Description | None] = []
    for _ in range(LOOKS_MAX):
        await world.sleep(world.tempo.heartbeats(1))
        described = [await user.describe(name) for name in nodes]
        if None not in described and len({told.digest for told in described if told}) == 1:
            break
    for name, told in zip(nodes, described, strict=True):
        if told is None:
            world.note("replica", node=name)
        else:
            world.note("replica", node=name, value=told.value, digest=told.digest)
