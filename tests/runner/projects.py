"""Small projects to run: written into a folder by the tests that need them."""

from pathlib import Path

SHOP = '''\
"""An echo, and trials of it that fail on purpose."""

import asyncio
import sys

from lydite.harness import trial
from lydite.model import Draws, Fault, Schedule, seconds
from lydite.world import World


async def main(argv):
    async def answer(reader, writer):
        writer.write(await reader.readline())
        writer.close()

    server = await asyncio.start_server(answer, port=8000)
    print("serving", *argv)
    await server.serve_forever()


def one_cut(draws: Draws) -> Schedule:
    """The first host is cut off from its users for a while."""
    at_ns = seconds(1) + draws.below(1000)
    args = {"left": "node-1", "right": "tester"}
    return Schedule.of([Fault(at_ns=at_ns, kind="network.cut", args=args, lasting_ns=seconds(1))])


@trial
async def echoes(world: World) -> None:
    """What is sent comes back."""
    await world.start("node-1", "shop:main", ready=8000)
    reader, writer = await asyncio.open_connection("node-1", 8000)
    writer.write(b"hello\\n")
    world.always("echo", await reader.readline() == b"hello\\n")


@trial(storm=one_cut)
async def every_fifth(world: World) -> None:
    """Fails with seeds 3, 8, 13 and so on."""
    await world.start("node-1", "shop:main", "with", "words", ready=8000)
    await world.sleep(seconds(3))
    world.always("not-a-fifth", world.seed % 5 != 3, seed=world.seed)


async def unmarked(world: World) -> None:
    """An async function that is no trial until it is named."""
    world.always("fine", True)


def blocking(world):
    """Not async."""
'''

STUCK = '''\
"""Trials that end badly, each in its own way."""

import asyncio
import ctypes
import threading
import time

from lydite.harness import trial
from lydite.world import Limits, World


@trial
async def starts_a_thread(world: World) -> None:
    threading.Thread(target=len).start()


@trial
async def sleeps_for_real(world: World) -> None:
    time.sleep(1)


@trial(limits=Limits(blocked_ns=300_000_000))
async def blocks(world: World) -> None:
    while True:
        pass


@trial
async def waits_for_ever(world: World) -> None:
    await asyncio.get_running_loop().create_future()


@trial
async def never_ends(world: World) -> None:
    while True:
        await asyncio.sleep(60)


@trial
async def crashes_the_interpreter(world: World) -> None:
    ctypes.string_at(0)


@trial(limits=Limits(blocked_ns=600_000_000_000))
async def spins(world: World) -> None:
    while True:
        pass


@trial
async def starts_what_is_not_there(world: World) -> None:
    await world.start("node-1", "nowhere.to_be_found:main")
    await world.sleep(1_000_000_000)
'''

BANK = {
    "bank/__init__.py": "",
    "bank/law.py": """\
def after(balance, amount):
    return balance - amount if amount <= balance else balance
""",
    "bank/trials.py": '''\
from bank.law import after
from lydite.harness import trial
from lydite.world import World


@trial
async def never_overdrawn(world: World) -> None:
    """Nobody takes more than there is."""
    draws = world.draws("payments")
    balance = 20
    for _ in range(10):
        balance = after(balance, draws.below(12))
        world.note("balance", value=balance)
        world.always("not-negative", balance >= 0, balance=balance)
''',
    "bank/mutants.py": """\
from lydite.harness import Mutant

MUTANTS = (
    Mutant(
        name="no-check",
        module="bank.law",
        replace=" if amount <= balance else balance",
        by="",
        caught_by="not-negative",
        story="Nobody looks whether there is enough.",
    ),
    Mutant(
        name="harmless",
        module="bank.law",
        replace="amount <= balance",
        by="amount < balance",
        caught_by="not-negative",
        story="The last coin can never be spent.",
    ),
    Mutant(
        name="does-not-fit",
        module="bank.law",
        replace="amount >= balance",
        by="True",
        caught_by="not-negative",
        story="A text that is not there.",
    ),
)
""",
}

RESTLESS = '''\
"""Programs whose behaviour depends on what must not matter."""


async def walks_a_set(argv):
    for name in {"ann", "bob", "cid", "dan", "eve", "fay"}:
        with open(name, "w") as file:
            file.write(name)


async def sorted_walk(argv):
    for name in sorted({"ann", "bob", "cid", "dan", "eve", "fay"}):
        with open(name, "w") as file:
            file.write(name)
        print(name, *argv)


async def dies_at_once(argv):
    raise RuntimeError("no configuration")
'''


RING = '''\
"""A ring that two troubles at once bring down; nothing runs in it, so it is fast."""

from lydite.harness import trial
from lydite.model import Draws, Fault, Schedule, milliseconds, seconds
from lydite.world import World


def stands(cut: bool, drift: bool) -> bool:
    return not (cut and drift)


def storm(draws: Draws) -> Schedule:
    """Twelve faults of four kinds."""
    kinds = (
        ("network.cut", {"left": ["node-1", "node-2"], "right": ["node-3", "node-4"]}),
        ("clock.drift", {"hosts": ["node-1", "node-2", "node-3"], "rate": 1.75}),
        ("process.pause", {"hosts": ["node-4"]}),
        ("disk.slow", {"hosts": ["node-1"], "by_ns": milliseconds(3)}),
    )
    return Schedule.of(
        Fault(
            at_ns=draws.between(seconds(1), seconds(9)),
            kind=kind,
            args=args,
            lasting_ns=draws.between(seconds(1), seconds(4)),
        )
        for kind, args in (draws.choice(kinds) for _ in range(12))
    )


@trial(storm=storm)
async def ring(world: World) -> None:
    """Look once in a while whether the ring still stands."""
    nodes = [f"node-{number}" for number in world.several("nodes", 4, least=2)]
    for name in nodes:
        world.host(name)
    looks = world.several("looks", 10)
    for number in range(1, 11):
        await world.sleep(seconds(1))
        if number in looks:
            bent = [bend.partition("(")[0] for bend in world.bent]
            world.always("stands", stands("network.cut" in bent, "clock.drift" in bent), look=number)
'''


def write_project(folder: Path, files: dict[str, str]) -> None:
    """Write the files of a project."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
