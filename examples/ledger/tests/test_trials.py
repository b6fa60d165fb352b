"""The banks in the simulated world. A failure is shrunk, and shown with the command that replays it."""

import pytest

from ledger.invariants import INVARIANTS
from ledger.trials import BANKS, CRASHES, NETWORK, work
from lydite.faults import Storm
from lydite.model import seconds
from lydite.world import World

pytestmark = pytest.mark.chaos

BOTH = Storm(hosts=BANKS, kinds=("network", "process"), faults=(3, 8), until_ns=seconds(18))


@pytest.mark.lydite(seeds=5, checks=INVARIANTS, hosts=BANKS, storm=NETWORK)
async def test_no_money_is_made_or_lost_behind_a_bad_network(world: World) -> None:
    await work(world)


@pytest.mark.lydite(seeds=5, checks=INVARIANTS, hosts=BANKS, storm=CRASHES)
async def test_no_money_is_made_or_lost_when_banks_crash(world: World) -> None:
    await work(world)


@pytest.mark.lydite(seeds=5, checks=INVARIANTS, hosts=BANKS, storm=BOTH)
async def test_all_of_it_may_happen_at_once(world: World) -> None:
    await work(world)
