"""The benchmark programs do the work that they are said to measure, at a small size."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks import plugin
from benchmarks.lease import FAULTS, storm
from benchmarks.processes import neighbours
from lydite.model import Draws, Verdict
from lydite.runner import ForkedEngine, Opening, Order

ROOT = Path(__file__).resolve().parents[2]
NODES, FLOODS = 12, 3


def figures(module: str, *more: str) -> dict[str, Any]:
    """What one benchmark program prints."""
    command = [
        sys.executable,
        "-m",
        f"benchmarks.{module}",
        "--nodes",
        str(NODES),
        "--floods",
        str(FLOODS),
        *more,
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True)
    printed: dict[str, Any] = json.loads(done.stdout)
    return printed


@pytest.mark.parametrize("module", ["simulated", "real", "processes"])
def test_every_engine_floods_the_same_graph_with_the_same_messages(module: str) -> None:
    links = sum(map(len, neighbours(NODES)))

    counted = figures(module)

    # Everybody hears everything once; at most it comes from every neighbour.
    at_least, at_most = FLOODS * (NODES - 1), FLOODS * (links + 1)
    assert at_least <= counted["messages"] <= at_most
    assert counted["messages_per_s"] == pytest.approx(counted["messages"] / counted["cpu_s"])


def test_the_untraced_run_writes_fewer_records_and_carries_as_many_messages() -> None:
    traced, untraced = figures("simulated"), figures("simulated", "--untraced")

    assert untraced["messages"] == traced["messages"]
    assert untraced["records"] < traced["records"] - traced["messages"]


def test_the_lease_lasts_two_minutes_under_forty_faults() -> None:
    with ForkedEngine(Opening(target="benchmarks.lease:lease", home=str(ROOT))) as engine:
        run = engine.run(Order(number=0, label=engine.description.trials[0].label, seed=3))

    assert run.result is not None
    assert run.result.verdict is Verdict.HOLDS
    assert run.result.virtual_ns >= 120_000_000_000
    assert len(storm(Draws(3, "storm", "lease"))) == FAULTS


@pytest.mark.parametrize(("options", "loaded"), [(plugin.PLAIN, []), (plugin.WITH, ["lydite"])])
def test_the_two_sides_differ_by_the_plugin_alone(
    tmp_path: Path, options: tuple[str, ...], loaded: list[str]
) -> None:
    tmp_path.joinpath("test_one.py").write_text(
        "def test_one(pytestconfig):\n"
        "    from importlib.metadata import entry_points\n"
        "    names = [each.name for each in entry_points(group='pytest11')]\n"
        "    found = [name for name in names if pytestconfig.pluginmanager.has_plugin(name)]\n"
        f"    assert found == {loaded!r}\n"
    )

    assert plugin._cpu_s(options, str(tmp_path)) > 0


def test_the_median_lies_between_values_that_are_far_enough_apart() -> None:
    values = [float(each) for each in range(20, 0, -1)]

    # By tables of the binomial distribution: the sixth and the fifteenth of twenty.
    assert plugin._interval(values) == (6.0, 15.0)
    assert plugin._interval([3.0, 1.0]) == (1.0, 3.0)
