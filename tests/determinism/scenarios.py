"""The golden scenarios: a little of everything that can reach a trace, with the standard library alone.

Their digests stand in `golden.json`. They are equal on every Python, on every machine, and change only
when the simulated world itself does: `python -m tests.determinism.digests` says what they are now.
"""

import random
import time
import uuid

from lydite.harness import trial
from lydite.model import Draws, Facts, Fault, Schedule, milliseconds, seconds
from lydite.world import Clock, Cpu, Disk, Link, Map, World
from tests.determinism.programs import PORT
from tests.determinism.scheduling import CASES, ORDERS

PROGRAMS = "tests.determinism.programs"

CONTINENTS = Map(
    otherwise=Link(latency_ns=milliseconds(80), jitter_ns=milliseconds(20)),
    inside=Link(latency_ns=milliseconds(5), jitter_ns=milliseconds(2), bytes_per_second=1_000_000),
)


@trial(map=CONTINENTS)
async def gossip(world: World) -> None:
    names = [f"node-{number}" for number in range(20)]
    processes = []
    for number, name in enumerate(names):
        world.host(name, region=("asia", "europe")[number % 2])
        peers = world.draws(name).sample([each for each in names if each != name], 3)
        processes.append(await world.start(name, f"{PROGRAMS}:gossip", str(len(names)), *peers))
    world.note("codes", codes=[await process.wait() for process in processes])


@trial
async def lease(world: World) -> None:
    names = [f"node-{number}" for number in range(5)]
    world.host("node-1", clock=Clock(offset_ns=seconds(-3), rate=1.02))
    for name in names:
        await world.start(name, f"{PROGRAMS}:lease", "40", *(each for each in names if each != name))
    await world.sleep(seconds(8))
    with world.network.cut(["node-0", "node-1"], ["node-2", "node-3", "node-4"]):
        await world.sleep(seconds(10))
    with world.network.lose("*", "*", 0.3), world.network.duplicate("*", "*", 0.2):
        await world.sleep(seconds(10))
    with world.process.pause("node-3"):
        await world.sleep(seconds(5))
    await world.sleep(seconds(10))


@trial
async def disk(world: World) -> None:
    world.host("slow", disk=Disk(operation_ns=milliseconds(2), sync_ns=milliseconds(9)))
    for name in ("slow", "quick"):
        await world.start(name, f"{PROGRAMS}:files", "60")
    await world.sleep(seconds(3))
    with world.disk.fail("quick", "write", rate=0.5), world.disk.slow("slow", milliseconds(5)):
        await world.sleep(seconds(3))
    with world.disk.fill("slow"):
        await world.sleep(seconds(2))
    with world.disk.lie("quick"):
        await world.sleep(seconds(2))
        world.disk.rot("quick", bits=3)
        with world.process.power_off(["slow", "quick"]):
            await world.sleep(seconds(1))
    await world.sleep(seconds(30))


@trial
async def bank(world: World) -> None:
    await world.start("node-1", f"{PROGRAMS}:bank", "200")
    for _ in range(3):
        await world.sleep(milliseconds(700))
        with world.process.power_off("node-1"):
            await world.sleep(milliseconds(100))
    await world.sleep(seconds(60))


@trial
async def scheduling(world: World) -> None:
    """In which order things come where asyncio decides: a note for each of its parts."""
    for name, case in CASES.items():
        process = await world.start(name.replace("_", "-"), case)
        code = await process.wait()
        world.note("order", of=name, code=code, order=ORDERS.pop(name))


@trial
async def chance_and_time(world: World) -> None:
    """What the trial itself is told, and what it draws."""
    world.clock.step("tester", seconds(-5))
    with world.clock.drift("tester", 1.1):
        await world.sleep(seconds(7))
    world.note("time", wall=time.time_ns(), monotonic=time.monotonic_ns(), text=time.strftime("%c"))
    world.note("chance", word=random.getrandbits(64), one=str(uuid.uuid4()), other=str(uuid.uuid1()))
    draws = world.draws("workload")
    world.note("draws", unit=draws.unit(), sample=draws.sample(range(100), 9), octets=draws.octets(9).hex())
    world.always("time goes on", time.monotonic() > 1000)


def everything(draws: Draws) -> Schedule:
    """Each lever once or more, at a time that the seed says, for a while that the seed says."""
    kinds: tuple[tuple[str, Facts], ...] = (
        ("network.cut", {"left": "node-0", "right": ["node-1", "node-2"]}),
        ("network.block", {"source": "node-1", "target": "node-2"}),
        ("network.hold", {"left": "node-2", "right": "*"}),
        ("network.delay", {"left": "*", "right": "*", "by_ns": 30_000_000, "jitter_ns": 10_000_000}),
        ("network.lose", {"left": "*", "right": "*", "rate": 0.1}),
        ("network.duplicate", {"left": "*", "right": "*", "rate": 0.1}),
        ("network.throttle", {"left": "*", "right": "*", "bytes_per_second": 5000}),
        ("network.corrupt", {"left": "*", "right": "*", "rate": 0.1}),
        ("network.forget", {"names": "node-2"}),
        ("network.reset", {"left": "node-1", "right": "*"}),
        ("clock.step", {"hosts": "node-0", "by_ns": -2_000_000_000}),
        ("clock.drift", {"hosts": "node-1", "rate": 1.2}),
        ("disk.fail", {"hosts": "node-2", "operation": "sync", "rate": 0.5}),
        ("disk.fill", {"hosts": "node-0"}),
        ("disk.slow", {"hosts": "node-1", "by_ns": 3_000_000}),
        ("disk.lie", {"hosts": "node-2"}),
        ("disk.rot", {"hosts": "node-0", "bits": 2}),
        ("process.crash", {"hosts": "node-1"}),
        ("process.power_off", {"hosts": "node-2"}),
        ("process.pause", {"hosts": "node-0"}),
        ("cpu.burden", {"hosts": "node-1", "factor": 20}),
    )
    return Schedule.of(
        Fault(
            at_ns=draws.between(seconds(1), seconds(30)),
            kind=kind,
            args=args,
            lasting_ns=0
            if kind in ("clock.step", "disk.rot", "network.reset")
            else draws.between(1, seconds(8)),
        )
        for kind, args in kinds
    )


@trial(storm=everything)
async def levers(world: World) -> None:
    names = [f"node-{number}" for number in range(3)]
    for name in names:
        world.host(name, cpu=Cpu(message_ns=50_000))
        others = [each for each in names if each != name]
        await world.start(name, f"{PROGRAMS}:lease", "40", *others)
        await world.start(name, f"{PROGRAMS}:files", "60")
    # A second program on each host, which speaks in streams.
    for name in names:
        await world.start(name, f"{PROGRAMS}:gossip", "3", *(each for each in names if each > name))
    await world.sleep(seconds(45))
    world.heal()
    await world.sleep(seconds(20))
    world.note("over", port=PORT)
