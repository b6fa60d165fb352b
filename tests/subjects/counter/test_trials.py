"""The trials hold for the honest program, and find each planted bug."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lydite.model import Verdict
from lydite.runner import ForkedEngine, Opening, Order, Run, Sweep, SweepResult, Until
from lydite_subjects.counter.invariants import INVARIANTS
from lydite_subjects.counter.mutants import MUTANTS

TRIALS = (
    "everything_quiet",
    "survives_partitions",
    "survives_crashes_and_power_loss",
    "survives_wrong_clocks",
    "survives_slow_readers",
    "storm",
)

MADE_FOR = {
    "lost_update": "survives_partitions",
    "ack_before_fsync": "survives_crashes_and_power_loss",
    "stale_read": "survives_partitions",
    "non_canonical_order": "everything_quiet",
    "double_count": "survives_partitions",
    "clock_lease": "survives_wrong_clocks",
    "unbounded_queue": "survives_slow_readers",
}


def swept(out: Path, trial: str, seeds: int, *, mutant: str = "") -> SweepResult:
    """Sweep until the first failure; of a mutant, until the check that is named for it has found it."""
    check = {planted.name: planted.caught_by for planted in MUTANTS}.get(mutant)
    sweep = Sweep(first=0, count=seeds, until=Until.FIRST, out=out, mutant=mutant)
    if check is not None:
        sweep.fails = lambda run: _found_by(run) == check
    with ForkedEngine(Opening(target=f"counter.{trial}", mutant=mutant), workers=1) as engine:
        return sweep.run(engine)


def _found_by(run: Run) -> str:
    return run.result.finding.check if run.result.finding else ""


@pytest.fixture(scope="module")
def counter() -> Iterator[ForkedEngine]:
    """The honest program, opened once for all its trials."""
    with ForkedEngine(Opening(target="counter"), workers=1) as engine:
        yield engine


@pytest.mark.parametrize("trial", TRIALS)
def test_the_honest_program_holds(trial: str, counter: ForkedEngine) -> None:
    runs = counter.runs(Order(number=seed, label=f"counter.{trial}", seed=seed) for seed in range(15))

    assert [(run.result.verdict, _found_by(run)) for run in runs] == [(Verdict.HOLDS, "")] * 15


def test_every_trial_is_tried(counter: ForkedEngine) -> None:
    assert {f"counter.{trial}" for trial in TRIALS} == {each.label for each in counter.description.trials}


@pytest.mark.parametrize("mutant", MADE_FOR)
def test_a_planted_bug_is_found_by_its_check(mutant: str, tmp_path: Path) -> None:
    result = swept(tmp_path, MADE_FOR[mutant], 25, mutant=mutant)

    assert result.groups, f"{mutant} survives 25 seeds of {MADE_FOR[mutant]}"


def test_every_mutant_has_a_trial_and_a_check() -> None:
    checks = {*(check.name for check in INVARIANTS), "nodes-outlive-slow-readers"}

    assert {mutant.name for mutant in MUTANTS} == set(MADE_FOR)
    assert {mutant.caught_by for mutant in MUTANTS} <= checks


BY_NAME = """
from lydite.model import seconds
from lydite.world import World
from lydite_subjects.counter.workload import PORT, Client

NODES = ("node-1", "node-2", "node-3")


async def by_name(world: World) -> None:
    for name in NODES:
        peers = [f"{peer}={peer}:{PORT}" for peer in NODES if peer != name]
        await world.start(name, "lydite_subjects.counter.node:main", "--name", name, "--peers", *peers, ready=PORT)
    ann = Client(world, "ann", NODES)
    world.always("is-counted", await ann.increment())
    with world.process.power_off(NODES):
        await world.sleep(seconds(1))
    await world.sleep(seconds(5))
    world.always("is-kept", await ann.read() == 1)
"""


def test_the_node_runs_by_its_name_with_modules_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "by_name.py"
    file.write_text(BY_NAME)

    with ForkedEngine(Opening(target=f"{file}::by_name", home=str(tmp_path))) as engine:
        (run,) = engine.runs([Order(number=0, label=engine.description.trials[0].label, seed=1)])

    assert [(found.check, found.verdict) for found in run.result.findings] == [
        ("is-counted", Verdict.HOLDS),
        ("is-kept", Verdict.HOLDS),
    ]
