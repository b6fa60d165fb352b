"""The coin under test: quiet, in each of its storms, among liars, and attacked."""

import asyncio
from collections.abc import Sequence
from typing import Final

from lydite.harness import trial
from lydite.model import seconds
from lydite.world import World
from lydite_subjects.coin import faults
from lydite_subjects.coin.codec import CODEC
from lydite_subjects.coin.faults import FOUR, HONEST, STORM_S, THREE
from lydite_subjects.coin.invariants import AUDITED, INVARIANTS, SPENDING
from lydite_subjects.coin.spec.params import DEV
from lydite_subjects.coin.workload.attacker import Attacker
from lydite_subjects.coin.workload.audit import Audit
from lydite_subjects.coin.workload.mob import Mob
from lydite_subjects.coin.workload.nodes import start_node, start_nodes
from lydite_subjects.coin.workload.people import Person
from lydite_subjects.coin.workload.rival import Rival

FOUNDING_BLOCKS: Final = 6
TWO: Final = THREE[:2]
PERIOD_END: Final = 2 * DEV.retarget_blocks - 1
"""The last block of the second period; the first one is measured from the genesis, which is years ago."""


@trial(checks=INVARIANTS, codec=CODEC)
async def everything_quiet(world: World) -> None:
    """Three nodes, people who mine and pay, and nothing goes wrong."""
    await _run(world, THREE, for_s=30)


@trial(checks=INVARIANTS, codec=CODEC)
async def payments_under_competition(world: World) -> None:
    """Blocks are found as fast as they travel, so that they compete all the time, and coins are spent twice."""
    await _run(world, THREE, for_s=12, every_s=0.5)


@trial(checks=INVARIANTS, codec=CODEC, storm=faults.partitions)
async def partitions_and_reorganisations(world: World) -> None:
    """Four nodes whose network falls apart, so that each side finds blocks of its own."""
    await _run(world, FOUR, for_s=STORM_S)


@trial(checks=INVARIANTS, codec=CODEC, storm=faults.restarts)
async def restarts_in_a_reorganisation(world: World) -> None:
    """Three nodes that fall while they change from one chain to another."""
    await _run(world, THREE, for_s=STORM_S)


@trial(checks=INVARIANTS, codec=CODEC, storm=faults.disks)
async def disks_fail_at_commit(world: World) -> None:
    """Three nodes whose disks are full, fail, or are torn in the middle of a commit."""
    await _run(world, THREE, for_s=STORM_S)


@trial(checks=INVARIANTS, codec=CODEC, storm=faults.lies)
async def slow_and_lying_peers(world: World) -> None:
    """Three honest nodes and one that lies, dawdles, or says nothing."""
    await _run(world, FOUR, for_s=STORM_S, honest=HONEST)


@trial(checks=INVARIANTS, codec=CODEC, storm=faults.clocks)
async def skewed_clocks(world: World) -> None:
    """Four nodes whose clocks are most of an hour apart."""
    await _run(world, FOUR, for_s=STORM_S)


@trial(checks=INVARIANTS, codec=CODEC, storm=faults.in_a_row)
async def falls_and_jumps_in_a_row(world: World) -> None:
    """Four nodes that fall one after the other, whose links come and go, and whose clocks jump."""
    await _run(world, FOUR, for_s=STORM_S)


@trial(checks=INVARIANTS, codec=CODEC, storm=faults.everything)
async def storm(world: World) -> None:
    """Four nodes, and everything at once."""
    await _run(world, FOUR, for_s=STORM_S)


@trial(checks=SPENDING, codec=CODEC)
async def attacks(world: World) -> None:
    """Two nodes, one of them attacked with forged payments and blocks, and at the end of a period of targets."""
    await start_nodes(world, TWO)
    person = Person(world, "attacker", TWO)
    audit = Audit(world, TWO)
    told = await audit.observer.ask(TWO[0])
    assert told is not None
    attacker = Attacker(world, person, TWO[0], told["time_s"])
    await attacker.brings(9)
    await attacker.splits(6)
    await attacker.forges_payments()
    await attacker.forges_blocks()
    await attacker.repeats_the_end_of_a_body()
    await attacker.comes_second()
    await attacker.brings(PERIOD_END - attacker.forge.tip.height - 1)
    early, late = await attacker.warps_time()
    await attacker.takes_ripeness_back(early, late)
    await world.sleep(seconds(2))
    await audit.short(person)


@trial(checks=AUDITED, codec=CODEC)
async def attacks_by_a_rival(world: World) -> None:
    """Two nodes, and a rival who mines branches, large blocks, and more than a period at the right pace."""
    first, second = TWO
    await start_nodes(world, TWO)
    audit = Audit(world, TWO)
    told = await audit.observer.ask(first)
    assert told is not None
    person = Person(world, "rival", TWO)
    rival = Rival(world, person, first, told["time_s"])
    await rival.brings(9)
    await rival.changes_branches(*await rival.signs_again())
    await rival.cuts_the_power_in_commits()
    with world.process.crash(second):
        await rival.brings_large_blocks()
    await rival.is_followed_by(second)
    await rival.keeps_the_pace(PERIOD_END + 1)
    await audit.converges(person)
    await audit.short(person)


@trial(checks=SPENDING, codec=CODEC)
async def attacks_by_peers(world: World) -> None:
    """Two nodes, and peers who flood them, and send forged headers, bodies of other blocks, and noise."""
    await start_nodes(world, TWO)
    audit = Audit(world, TWO)
    told = await audit.observer.ask(TWO[0])
    assert told is not None
    mob = Mob(world, Person(world, "attacker", TWO), TWO[0], told["time_s"])
    await mob.attacker.brings(9)
    await mob.sends_noise()
    await mob.floods_with_orphans()
    await mob.floods_with_addresses()
    await mob.sends_another_body()
    await mob.forges_a_header()
    await audit.short(mob.person)


@trial(checks=AUDITED, codec=CODEC)
async def eclipse_attempt(world: World) -> None:
    """Three nodes; all that one of them hears from callers comes from one attacker, also after it has started again."""
    victim, *others = THREE
    await start_nodes(world, THREE)
    audit = Audit(world, THREE)
    person = Person(world, "person-1", others)
    await found(world, person, others[0])
    mob = Mob(world, Person(world, "attacker", TWO), victim, 0)
    async with asyncio.TaskGroup() as group:
        swarm = group.create_task(mob.surrounds(hosts=4, callers=18, until_ns=seconds(24)))
        await world.sleep(seconds(3 + 4 * person.draws.unit()))
        with world.process.crash(victim):
            await world.sleep(seconds(4 * person.draws.unit()))
        await person.mine_until(seconds(22), mean_s=4)
        await world.sleep(max(0, seconds(22) - world.now_ns))
        await mob.does_not_eclipse(others)
        await swarm
    world.heal()
    await audit.converges(person)
    await audit.short(person)


@trial(checks=AUDITED, codec=CODEC, storm=faults.newcomers, hosts=faults.WITH_NEWCOMER)
async def newcomer_syncs_from_faulty_peers(world: World) -> None:
    """A newcomer who knows one honest node among two that lie, and who may fall while it catches up."""
    honest, newcomer = faults.FOUNDER, faults.NEWCOMER
    world.host(newcomer)
    known = [name for name in faults.WITH_NEWCOMER if name != newcomer]
    await start_nodes(world, known)
    audit = Audit(world, (honest, newcomer))
    told = await audit.observer.ask(honest)
    assert told is not None
    attacker = Attacker(world, Person(world, "founder", [honest]), honest, told["time_s"])
    await attacker.brings(30)
    await world.sleep(max(0, seconds(faults.JOINS_S) - world.now_ns))
    await start_node(world, newcomer, known)
    person = Person(world, "person-1", [honest])
    await person.mine_until(seconds(faults.JOINS_S + 10), mean_s=4)
    caught_up = await audit.catches_up(newcomer, honest, seconds(faults.JOINS_S + 90))
    world.always("newcomer-catches-up", caught_up, node=newcomer)
    world.heal()
    await audit.converges(person)
    await audit.short(person)


async def _run(
    world: World, nodes: Sequence[str], *, for_s: int, honest: Sequence[str] = (), every_s: float = 4
) -> None:
    """People live on nodes for a while, with a block every so often; then the storm is over, and an auditor comes."""
    honest = honest or nodes
    await start_nodes(world, nodes)
    people = [Person(world, f"person-{number}", honest) for number in world.several("people", 3)]
    audit = Audit(world, honest)
    await found(world, people[0], honest[0])
    end_ns, mean_s = seconds(for_s), every_s * len(people)
    async with asyncio.TaskGroup() as group:
        group.create_task(audit.observer.watch(honest, end_ns, every_s=8))
        for person in people:
            group.create_task(person.mine_until(end_ns, mean_s=mean_s))
            group.create_task(person.pay_until(people, end_ns, mean_s=mean_s))
        group.create_task(people[0].pay_twice_until(people[-1], end_ns, mean_s=for_s / 3))
    await world.sleep(max(0, end_ns - world.now_ns))
    for person in people:
        person.calls.hang_up()
    world.heal()
    await audit.whole(people[0], people)


async def found(world: World, founder: Person, node: str) -> None:
    """The first blocks, so that there is something to pay with."""
    for _ in range(FOUNDING_BLOCKS):
        await founder.mine(node)
    await world.sleep(seconds(1))
