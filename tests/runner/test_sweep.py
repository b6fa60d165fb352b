"""Sweeps: what they report does not depend on how many workers there were."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lydite.model import Event, Fault, Kind, Plain, Schedule, Verdict
from lydite.runner import (
    ForkedEngine,
    Idle,
    Opening,
    Sweep,
    SweepResult,
    Tally,
    Until,
    read_failure,
)
from lydite.runner.tally import tallied
from tests.runner.projects import SHOP, write_project

MAYBE = """\
from lydite.harness import trial
from lydite.world import World


@trial
async def seldom(world: World) -> None:
    world.sometimes("seen", world.seed == 6)
    world.always("fine", True)
"""

IDLE = """\
from lydite.harness import trial
from lydite.model import Draws, Fault, Schedule, seconds
from lydite.world import World


def storm(draws: Draws) -> Schedule:
    late = seconds(1) if draws.below(2) else seconds(90)
    return Schedule.of(
        [
            Fault(at_ns=seconds(1), kind="process.crash", args={"hosts": "@leader"}),
            Fault(at_ns=seconds(2), kind="process.crash", args={"hosts": "node-1"}),
            Fault(at_ns=seconds(90), kind="disk.fill", args={"hosts": "node-1"}),
            Fault(at_ns=late, kind="clock.step", args={"hosts": "node-1", "by_ns": 1}),
        ]
    )


@trial(storm=storm)
async def survives(world: World) -> None:
    world.host("node-1")
    await world.sleep(seconds(9))
    world.always("fine", True)


@trial(storm=storm)
async def fails(world: World) -> None:
    world.always("fine", False)
"""

HASTY = """\
import asyncio

from lydite.harness import trial
from lydite.world import World


@trial
async def all_fail(world: World) -> None:
    if world.seed == 0:
        sum(range(20_000_000))
    world.always("never", False)


@trial
async def hangs(world: World) -> None:
    world.always("fine", True)
    await asyncio.Event().wait()
"""


def swept(engine: ForkedEngine, out: Path, *, count: int, until: Until = Until.FIRST) -> SweepResult:
    return Sweep(first=0, count=count, until=until, out=out).run(engine)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sweep")
    write_project(folder, {"shop.py": SHOP, "maybe.py": MAYBE, "hasty.py": HASTY, "idle.py": IDLE})
    return folder


@pytest.fixture(scope="module", params=[1, 3])
def shop(home: Path, request: pytest.FixtureRequest) -> Iterator[ForkedEngine]:
    with ForkedEngine(Opening(target="shop.py", home=str(home)), workers=request.param) as engine:
        yield engine


def test_the_first_failure_ends_a_sweep_and_is_the_one_with_the_smallest_seed(
    shop: ForkedEngine, tmp_path: Path
) -> None:
    result = swept(shop, tmp_path, count=20)

    (group,) = result.groups
    assert (result.verdict, result.runs) == (Verdict.VIOLATED, 8)
    assert (group.label, group.kind) == ("shop.every_fifth", "not-a-fifth")
    assert [run.order.seed for run in group.runs] == [3]
    assert [path.name for path in tmp_path.iterdir()] == ["shop.every_fifth-3.failure.json"]
    assert read_failure(Path(group.files[0])).seed == 3


def test_all_failures_can_be_collected(shop: ForkedEngine, tmp_path: Path) -> None:
    result = swept(shop, tmp_path, count=10, until=Until.LAST)

    (group,) = result.groups
    assert [run.order.seed for run in group.runs] == [3, 8]
    assert result.verdicts == {Verdict.HOLDS: 18, Verdict.VIOLATED: 2}
    assert len(list(tmp_path.iterdir())) == 2


def test_the_digest_of_a_sweep_is_that_of_its_runs(shop: ForkedEngine, tmp_path: Path) -> None:
    assert swept(shop, tmp_path, count=3).digest == swept(shop, tmp_path, count=3).digest
    assert swept(shop, tmp_path, count=3).digest != swept(shop, tmp_path, count=2).digest


def test_what_is_sometimes_true_needs_one_run_of_all(home: Path, tmp_path: Path) -> None:
    with ForkedEngine(Opening(target="maybe.py", home=str(home))) as engine:
        few = swept(engine, tmp_path, count=5)
        many = swept(engine, tmp_path, count=8)

    assert few.verdict is Verdict.UNKNOWN
    assert [finding.check for finding in few.unproven] == ["seen"]
    assert many.verdict is Verdict.HOLDS
    assert many.verdicts == {Verdict.HOLDS: 1, Verdict.UNKNOWN: 7}


def test_an_interrupted_sweep_keeps_what_it_found(shop: ForkedEngine, tmp_path: Path) -> None:
    def interrupt(progress: object) -> None:
        if list(tmp_path.iterdir()):
            raise KeyboardInterrupt

    result = Sweep(first=0, count=1000, until=Until.LAST, out=tmp_path, watch=interrupt).run(shop)

    assert result.interrupted
    assert result.verdict is Verdict.VIOLATED
    assert all(Path(file).is_file() for group in result.groups for file in group.files)


def test_what_failed_beyond_the_first_failure_leaves_no_file(home: Path, tmp_path: Path) -> None:
    with ForkedEngine(Opening(target="hasty.py::all_fail", home=str(home)), workers=3) as engine:
        result = swept(engine, tmp_path, count=6)

    assert result.runs == 1
    assert [path.name for path in tmp_path.iterdir()] == ["hasty.all_fail-0.failure.json"]


def test_runs_that_never_ended_prove_nothing(home: Path, tmp_path: Path) -> None:
    with ForkedEngine(Opening(target="hasty.py::hangs", home=str(home)), workers=1) as engine:
        result = swept(engine, tmp_path, count=2, until=Until.LAST)

    assert (result.verdict, result.endings) == (Verdict.UNKNOWN, 2)


def test_kinds_of_fault_that_never_happened_are_told_with_how_often_and_why(
    home: Path, tmp_path: Path
) -> None:
    with ForkedEngine(Opening(target="idle.py::survives", home=str(home)), workers=2) as engine:
        result = swept(engine, tmp_path, count=6)

    assert result.verdict is Verdict.HOLDS
    assert result.idle == (
        Idle(label="idle.survives", fault="disk.fill", tally=Tally(late=6)),
        Idle(label="idle.survives", fault="process.crash", tally=Tally(missed=12)),
    )


def test_what_a_failed_run_did_not_come_to_is_not_told(home: Path, tmp_path: Path) -> None:
    with ForkedEngine(Opening(target="idle.py::fails", home=str(home)), workers=1) as engine:
        result = swept(engine, tmp_path, count=6)

    assert result.verdict is Verdict.VIOLATED
    assert result.idle == ()


def test_a_tally_counts_each_fault_of_a_schedule_once() -> None:
    def told(number: int, phase: str) -> Event:
        fields: dict[str, Plain] = {"number": number, "fault": "x", "phase": phase, "args": {}}
        return Event(number=number, at_ns=0, host="tester", kind=Kind.SCHEDULED, fields=fields)

    schedule = Schedule(tuple(Fault(at_ns=at_ns, kind=kind, args={}) for at_ns, kind in enumerate("aaab")))

    tallies = tallied(schedule, [told(1, "begin"), told(1, "end"), told(2, "missed")])

    assert tallies == {"a": Tally(begun=1, missed=1, late=1), "b": Tally(late=1)}
    assert tallies["a"] + tallies["b"] == Tally(begun=1, missed=1, late=2)
    assert tallies["a"].asked == 3
