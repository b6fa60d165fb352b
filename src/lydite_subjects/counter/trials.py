"""The counter under test: quiet, and in each of its storms."""

import asyncio
from collections.abc import Sequence

from lydite.harness import trial
from lydite.model import seconds
from lydite.world import Process, Tempo, World
from lydite_subjects.counter import faults, node
from lydite_subjects.counter.codec import CODEC
from lydite_subjects.counter.faults import FIVE, THREE
from lydite_subjects.counter.invariants import INVARIANTS
from lydite_subjects.counter.spec import Description
from lydite_subjects.counter.workload import PORT, Client, SlowReader, restore

LOOKS_MAX = 30
"""How many beats nodes may need to agree once a storm is over."""

MEMORY_BYTES = 2_500_000
"""Room for what waits for one client until the node hangs up on it, and for little more."""


@trial(checks=INVARIANTS, codec=CODEC)
async def everything_quiet(world: World) -> None:
    """Three nodes and clients that never pause, and nothing goes wrong."""
    await _run(world, THREE, clients=4, operations=10, storm_s=0)


@trial(checks=INVARIANTS, codec=CODEC, storm=faults.partitions)
async def survives_partitions(world: World) -> None:
    """Three nodes whose network falls apart."""
    await _run(world, THREE, clients=3, operations=8, storm_s=20)


@trial(checks=INVARIANTS, codec=CODEC, storm=faults.crashes)
async def survives_crashes_and_power_loss(world: World) -> None:
    """Three nodes that crash, freeze and lose their power, on disks that fail."""
    await _run(world, THREE, clients=3, operations=8, storm_s=20)


@trial(checks=INVARIANTS, codec=CODEC, storm=faults.clocks)
async def survives_wrong_clocks(world: World) -> None:
    """Three nodes whose clocks cannot be believed."""
    await _run(world, THREE, clients=3, operations=8, storm_s=20)


@trial(checks=INVARIANTS, codec=CODEC, storm=faults.everything, tempo=Tempo(heartbeat_ns=seconds(15)))
async def storm(world: World) -> None:
    """Five nodes, two minutes, forty faults."""
    await _run(world, FIVE, clients=2, operations=8, storm_s=120)


@trial(checks=INVARIANTS, codec=CODEC)
async def survives_slow_readers(world: World) -> None:
    """Three nodes of little memory, one of them with a client who asks for much and reads nothing."""
    processes = [await _start(world, name, THREE) for name in THREE]
    user, slow = Client(world, "client-1", THREE), SlowReader(world, THREE[0])
    await restore(world, user, THREE, clients=300)
    with world.memory.limit(THREE, MEMORY_BYTES):
        await slow.ask(150)
        for _ in range(2):
            await user.increment()
            await user.read()
        for name, process in zip(THREE, processes, strict=True):
            world.always("nodes-outlive-slow-readers", process.running, node=name)
    slow.leave()
    await _finish(world, [user], THREE)


async def _run(world: World, nodes: Sequence[str], *, clients: int, operations: int, storm_s: int) -> None:
    nodes = [nodes[number - 1] for number in world.several("nodes", len(nodes))]
    for name in nodes:
        await _start(world, name, nodes)
    users = [Client(world, f"client-{number}", nodes) for number in world.several("clients", clients)]
    # Each client pauses so long that its work fills the time of the storm.
    pause_s = 0.8 * storm_s / operations
    async with asyncio.TaskGroup() as group:
        for user in users:
            group.create_task(user.work(operations, pause_s))
    await world.sleep(max(0, seconds(storm_s) - world.now_ns))
    await _finish(world, users, nodes)


async def _finish(world: World, users: Sequence[Client], nodes: Sequence[str]) -> None:
    """The storm is over: the nodes agree, and every client is served."""
    for user in users:
        user.leave()
    world.heal()
    await _converge(world, users[0], nodes)
    for user in users:
        counted = await user.increment()
        value = await user.read()
        world.always("answers-after-the-storm", counted and value is not None, client=user.name)
        user.leave()


async def _start(world: World, name: str, nodes: Sequence[str]) -> Process:
    peers = [f"{peer}={peer}:{PORT}" for peer in nodes if peer != name]
    beat_s = world.tempo.heartbeats(1) / seconds(1)
    # The function and not its name: a node keeps nothing in module globals, so all may share its modules.
    argv = ("--name", name, "--port", str(PORT), "--beat", str(beat_s), "--peers", *peers)
    return await world.start(name, node.main, *argv)


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
