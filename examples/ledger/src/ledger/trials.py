"""Two banks under test: in a hurry, behind a bad network, and without power. Each trial is one function."""

import asyncio
from collections.abc import Iterator, Sequence

from ledger.invariants import INVARIANTS
from ledger.workload import PORT, Client, ask
from lydite.faults import Storm
from lydite.harness import trial
from lydite.model import Draws, Facts, Fault, microseconds, seconds
from lydite.world import Link, Map, World

BANKS = ("north", "south")

PEOPLE = ("ann", "bob", "cai")

OPENED = 100
"""What each of them has in each bank at first."""

NETWORK = Storm(
    hosts=BANKS, kinds=("network",), without=("network.forget",), faults=(3, 8), until_ns=seconds(18)
)
"""The network between the banks loses, delays and cuts, in every way there is."""


def power_goes_in_commits(draws: Draws, hosts: Sequence[str], from_ns: int, until_ns: int) -> Iterator[Fault]:
    """Again and again the power goes in the middle of a commit, and is back a second later.

    A storm that aims at nothing would hit that moment once in many thousand seeds.
    """
    for _ in range(8):
        at_ns = draws.between(from_ns, until_ns - seconds(2))
        args: Facts = {"hosts": draws.choice(hosts), "path": "data/books.db", "skip": draws.between(0, 8)}
        yield Fault(at_ns=at_ns, kind="disk.trip", args=args, lasting_ns=seconds(2))


CRASHES = Storm(
    hosts=BANKS,
    kinds=("process", "network.delay"),
    faults=(3, 8),
    until_ns=seconds(18),
    nemeses=(power_goes_in_commits,),
)
"""Banks are killed, frozen and lose their power."""

ONE_RACK = Map(otherwise=Link(latency_ns=microseconds(100), jitter_ns=microseconds(10)))
"""Users so close to the bank, and so alike, that they ask in the same instant."""


@trial(checks=INVARIANTS, hosts=BANKS, map=ONE_RACK)
async def everybody_pays_at_once(world: World) -> None:
    """Nothing goes wrong, but everybody wants the same money at the same moment."""
    await open_accounts(world)
    users = [Client(world, f"user-{number}") for number in world.several("users", 3)]
    for number in world.several("rounds", 3):
        async with asyncio.TaskGroup() as group:
            for user in users:
                group.create_task(user.pay("north", f"{user.name}-{number}", "ann", "bob", 60))
        await users[0].pay("north", f"back-{number}", "bob", "ann", 60)
    await settle(world)


@trial(checks=INVARIANTS, hosts=BANKS, storm=NETWORK)
async def survives_a_bad_network(world: World) -> None:
    """Messages are lost, late and held back."""
    await work(world)


@trial(checks=INVARIANTS, hosts=BANKS, storm=CRASHES)
async def survives_crashes(world: World) -> None:
    """Banks crash and lose their power, and come back with what is on their disks."""
    await work(world)


async def work(world: World) -> None:
    """The users pay for twenty seconds; then everything is healed, and the banks must come to terms."""
    await open_accounts(world)
    async with asyncio.TaskGroup() as group:
        for number in world.several("users", 3):
            group.create_task(Client(world, f"user-{number}").work(5, seconds(3.5), BANKS, PEOPLE))
    await world.sleep(max(0, seconds(20) - world.now_ns))
    world.heal()
    await settle(world)


async def open_accounts(world: World) -> None:
    """Start both banks, and give everybody some cash."""
    for bank, other in zip(BANKS, reversed(BANKS), strict=True):
        options = (
            "--name",
            bank,
            "--host",
            "0.0.0.0",
            "--port",
            str(PORT),
            "--banks",
            f"{other}={other}:{PORT}",
        )
        await world.start(bank, "ledger.node:main", *options, ready=PORT)
        for name in PEOPLE:
            await Client(world, "opening").pay(bank, f"open {name} at {bank}", "cash", name, OPENED)


async def settle(world: World) -> None:
    """Wait until nothing is under way, and write down what stands in the books."""
    books = {}

    async def nothing_is_under_way() -> bool:
        for bank in BANKS:
            books[bank] = await ask("GET", bank, "books")
        return all(each is not None and each["outbox"] == 0 for each in books.values())

    if not await world.eventually("all-is-delivered", nothing_is_under_way, within_ns=seconds(30)):
        return
    balances: dict[str, int] = {}
    for bank in BANKS:
        entries = books[bank]["entries"]
        world.note("books", bank=bank, entries=entries)
        for _, account, amount in entries:
            if account in PEOPLE:
                balances[f"{account}@{bank}"] = balances.get(f"{account}@{bank}", 0) + amount
    world.note("supply", balances=balances, issued=OPENED * len(PEOPLE) * len(BANKS))
    paid = [key for bank in BANKS for key, account, amount in books[bank]["entries"] if amount < 0]
    world.note("stored", node="banks", items=paid)
