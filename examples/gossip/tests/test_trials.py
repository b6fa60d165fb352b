"""The gossip in the simulated world. A failure is shrunk, and shown with the command that replays it."""

import pytest

from gossip.invariants import INVARIANTS
from gossip.trials import CRASHES, NODES, PARTITIONS, storm
from lydite.faults import Storm
from lydite.model import seconds
from lydite.world import World

pytestmark = pytest.mark.chaos

BOTH = Storm(hosts=NODES, kinds=("network", "process"), faults=(3, 8), until_ns=seconds(18))


@pytest.mark.lydite(seeds=5, checks=INVARIANTS, hosts=NODES, storm=PARTITIONS)
async def test_all_come_to_know_the_same_when_the_network_falls_apart(world: World) -> None:
    await storm(world)


@pytest.mark.lydite(seeds=5, checks=INVARIANTS, hosts=NODES, storm=CRASHES)
async def test_nothing_is_lost_or_said_twice_when_nodes_crash_and_disks_fail(world: World) -> None:
    await storm(world)


@pytest.mark.lydite(seeds=5, checks=INVARIANTS, hosts=NODES, storm=BOTH)
async def test_all_of_it_may_happen_at_once(world: World) -> None:
    await storm(world)
