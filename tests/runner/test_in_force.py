"""A planted bug counts only where it was loaded: what nothing imports is refused, however late others import."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from lydite.model import MutantDoesNotFit
from lydite.runner import (
    Caught,
    ForkedEngine,
    Opening,
    Order,
    Plan,
    Sweep,
    SweepResult,
    Unplanted,
    hunt,
    planted,
    read_failure,
    replay,
    run_seed,
    write_failure,
)
from tests.runner.projects import write_project

LIMIT = "LIMIT = 3\n"

MILL = {
    "mill/__init__.py": "",
    "mill/early.py": LIMIT,
    "mill/late.py": LIMIT,
    "mill/seldom.py": LIMIT,
    "mill/idle.py": LIMIT,
    "mill/node.py": '''\
"""A program that imports its law when it needs it."""


async def main(argv):
    from mill import late

    if argv[0] == "odd":
        from mill import seldom
''',
    "mill/trials.py": '''\
from lydite.harness import trial
from lydite.world import World
from mill import early


@trial
async def turns(world: World) -> None:
    """Starts its program, and fails with seed 4 whatever was planted."""
    process = await world.start("node-1", "mill.node:main", "odd" if world.seed % 2 else "even")
    await process.wait()
    world.always("not-four", world.seed != 4)
''',
    "mill/mutants.py": """\
from lydite.harness import Mutant

MUTANTS = tuple(
    Mutant(name=name, module=f"mill.{name}", replace="LIMIT = 3", by="LIMIT = 4", caught_by="not-four")
    for name in ("early", "late", "seldom", "idle")
)
""",
}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_project(tmp_path, MILL)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def swept(mutant: str, out: Path, *, first: int = 0, count: int = 2) -> SweepResult:
    with ForkedEngine(Opening(target="mill.trials", mutant=mutant)) as engine:
        return Sweep(first=first, count=count, mutant=mutant, out=out).run(engine)


@pytest.mark.parametrize(
    ("mutant", "told"),
    [
        ("", [None, None]),
        ("early", [True, True]),
        ("late", [True, True]),
        ("seldom", [False, True]),
        ("idle", [False, False]),
    ],
)
def test_each_run_tells_whether_it_has_loaded_the_mutant(
    home: Path, mutant: str, told: list[bool | None]
) -> None:
    with ForkedEngine(Opening(target="mill.trials", mutant=mutant)) as engine:
        runs = [engine.run(Order(number=0, label="mill.turns", seed=seed)) for seed in (0, 1)]

    assert [run.in_force for run in runs] == told


@pytest.mark.parametrize("mutant", ["early", "late", "seldom"])
def test_a_mutant_that_one_run_has_loaded_is_swept(home: Path, mutant: str) -> None:
    assert swept(mutant, home / "failures").runs == 2


def sweep_it(home: Path) -> object:
    return swept("idle", home / "failures")


def run_it(home: Path) -> object:
    opening = Opening(target="mill.trials", mutant="idle")
    return list(run_seed(opening, Order(number=0, label="", seed=0), out=home / "failures"))


def hunt_it(home: Path) -> object:
    raise next(step.error for step in hunted(home, seeds=3) if isinstance(step, Unplanted))


def hunted(home: Path, *, seeds: int) -> list[Caught | Unplanted]:
    plan = Plan(subject="mill.trials", seeds=seeds, workers=1, out=home / "failures")
    mutants = planted(plan).mutants
    return list(hunt(plan, mutants, lambda what, progress: None, lambda what, faults, progress: None))


def replay_it(home: Path) -> object:
    (group,) = swept("", home / "failures", count=5).groups
    failure = read_failure(Path(group.files[0]))
    return replay(write_failure(replace(failure, mutant="idle"), home / "failures"))


@pytest.mark.parametrize("way", [sweep_it, run_it, hunt_it, replay_it])
def test_a_mutant_that_no_run_has_loaded_is_refused(home: Path, way: Callable[[Path], object]) -> None:
    with pytest.raises(MutantDoesNotFit) as caught:
        way(home)

    assert "mutant idle was never in force: mill.idle was not loaded in any of" in str(caught.value)
    assert caught.value.where == "mill.idle"
    assert "name a module that the trials or their programs do import" in caught.value.remedy


def test_a_run_that_has_not_loaded_the_mutant_has_not_caught_it(home: Path) -> None:
    steps = {step.mutant.name: step for step in hunted(home, seeds=6) if isinstance(step, Caught)}

    assert steps["late"].group is not None
    assert steps["seldom"].group is None
    assert steps["seldom"].sweep.runs == 6
