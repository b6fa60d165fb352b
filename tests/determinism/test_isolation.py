"""Runs know nothing of one another: what a dead world leaves behind never acts on a living one."""

import gc
from pathlib import Path

from lydite.model import Header
from lydite.runner import ForkedEngine, Opening, Order
from lydite.sim import simulate
from tests.determinism import isolated

ROOT = Path(__file__).resolve().parents[2]
TARGET = Opening(target="tests/determinism/isolated.py", home=str(ROOT))


def digest(seed: int) -> str:
    """One run in this very interpreter."""
    outcome = simulate(isolated.left_behind.run, Header(trial="left_behind", seed=seed))
    assert outcome.error is None
    return outcome.digest


def test_the_tenth_run_in_an_interpreter_is_as_the_first_whatever_lies_around() -> None:
    first, other = digest(1), digest(2)

    rest = []
    for seed in (1, 2, 1, 2, 1, 2, 1, 2):
        rings = [isolated.Ring(seed) for _ in range(1000)]
        del rings
        rest.append(digest(seed))

    assert first != other
    assert rest == [first, other] * 4


def test_the_tenth_run_of_a_nursery_is_as_the_first_and_as_one_without_a_nursery() -> None:
    with ForkedEngine(TARGET) as engine:
        label = engine.description.trials[0].label
        runs = [engine.run(Order(number=number, label=label, seed=3)) for number in range(10)]
        parallel = [run.result.digest for run in engine.runs([Order(number=0, label=label, seed=4)] * 3)]

    assert all(run.result.ending is None for run in runs)
    assert len({run.result.digest for run in runs}) == 1
    assert len(set(parallel)) == 1
    assert runs[0].result.digest != parallel[0]


def test_what_was_killed_never_tidies_up_not_even_when_its_world_is_over() -> None:
    isolated.CLEANED.clear()

    digest(5)
    gc.collect()

    assert isolated.CLEANED == []
