"""A ledger on a simulated disk: what a program has committed there survives a crash and a loss of power."""

import random
from collections import Counter
from typing import Literal

import pytest

from lydite.model import Draws
from lydite.sim.disk.bends import DiskBend
from lydite_subjects.coin.spec.params import DEV
from lydite_subjects.coin.store import Failed, InUse, SqlLedger, StoreError, open_ledger
from tests.sim.disk.fake import FakeWorld
from tests.subjects.coin.store.building import audit, give, wandering

URL = "sqlite:///coin.db"


def commit(ledger: SqlLedger, chance: random.Random, steps: int) -> bytes | None:
    for _ in range(steps):
        give(ledger, wandering(ledger, chance))
    return ledger.tip()


@pytest.mark.parametrize("power", ["stays", "goes"])
def test_what_was_committed_survives_every_crash(power: str) -> None:
    for seed in range(12):
        world, chance = FakeWorld(seed), random.Random(seed)
        acknowledged: bytes | None = None
        for _ in range(3):
            process = world.process()
            ledger = world.run(open_ledger, URL, DEV, process=process)
            assert world.run(ledger.tip, process=process) == acknowledged
            world.run(audit, ledger, process=process)
            acknowledged = world.run(commit, ledger, chance, chance.randint(1, 6), process=process)
            step = world.run(wandering, ledger, chance, process=process)
            # In the middle of a commit: it has begun, and will never end.
            half = ledger._database.writing()
            world.run(half.__enter__, process=process)
            world.run(ledger._database.do, "UPDATE ledger SET height = height + 5", process=process)
            world.run(ledger._change_coins, step, process=process)
            world.kill(process)
            if power == "goes":
                world.node.disk.power_loss()


def test_a_database_has_one_owner_and_is_free_when_that_one_has_crashed() -> None:
    world = FakeWorld(1)
    first, second = world.process(), world.process()
    world.run(open_ledger, URL, DEV, process=first)

    with pytest.raises(InUse, match=r"expected to be the only program"):
        world.run(open_ledger, URL, DEV, process=second)
    world.kill(first)

    assert world.run(lambda: open_ledger(URL, DEV).height(), process=second) == -1


@pytest.mark.parametrize("kind", ["fill", "fail"])
def test_a_commit_that_the_disk_refuses_changes_nothing(kind: Literal["fill", "fail"]) -> None:
    world, chance = FakeWorld(3), random.Random(3)
    process = world.process()
    ledger = world.run(open_ledger, URL, DEV, process=process)
    tip = world.run(commit, ledger, chance, 5, process=process)
    step = world.run(wandering, ledger, chance, process=process)
    bend = DiskBend(kind=kind)
    world.node.disk.bends.add(bend)

    with pytest.raises(Failed, match=r"expected .*, found"):
        world.run(give, ledger, step, process=process)
    world.node.disk.bends.remove(bend)

    assert world.run(ledger.tip, process=process) == tip
    world.run(give, ledger, step, process=process)
    world.run(audit, ledger, process=process)


def test_a_disk_that_lies_is_found_out_or_does_no_harm() -> None:
    found = Counter(_on_a_lying_disk(seed) for seed in range(20))

    assert set(found) <= {"consistent", "refused"}


def _on_a_lying_disk(seed: int) -> str:
    world, chance, draws = FakeWorld(seed), random.Random(seed), Draws(seed, "test")
    process = world.process()
    ledger = world.run(open_ledger, URL, DEV, process=process)
    world.run(commit, ledger, chance, 5, process=process)
    world.node.disk.bends.add(DiskBend(kind="lie"))
    world.run(commit, ledger, chance, draws.between(1, 8), process=process)
    world.kill(process)
    world.node.disk.power_loss()
    try:
        world.run(lambda: audit(open_ledger(URL, DEV)))
    except StoreError:
        return "refused"
    return "consistent"
