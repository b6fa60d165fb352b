"""The harnesses of real processes: what they try, and what they tell of it over time."""

import asyncio
from collections.abc import Sequence

import pytest

from lydite.harness import Harness, Metric
from lydite.model import Band, Case, Measurement, Outcome, Restart, Series
from lydite_subjects.coin.testing.harness import OutageHarness, ProcessHarness

PIDS = 3


class Witness:
    """A meter that remembers whom it was told to watch."""

    def __init__(self) -> None:
        self.watched: list[tuple[str, int]] = []

    def watch(self, name: str, pid: int) -> None:
        self.watched.append((name, pid))

    def series(self) -> Sequence[Series]:
        return [Series(name=name, unit="", at_s=(), values=()) for name, _ in self.watched]


async def asked(harness: ProcessHarness) -> tuple[Sequence[Case], Sequence[Metric]]:
    assert isinstance(harness, Harness)
    assert await harness.health_check()
    try:
        await harness.initialize()
        return await harness.run_all_tests(), await harness.get_metrics()
    finally:
        await harness.shutdown()


@pytest.mark.e2e
def test_nodes_find_each_other_and_blocks() -> None:
    cases, metrics = asyncio.run(asked(ProcessHarness()))

    assert [(case.name, case.outcome) for case in cases] == [
        ("finds_peers", Outcome.PASSED),
        ("spreads_blocks", Outcome.PASSED),
    ]
    assert [each.name for each in metrics if isinstance(each, Measurement)] == ["processes.propagation_s"]


@pytest.mark.e2e
def test_a_node_that_is_killed_is_told_as_down_and_as_restarted() -> None:
    harness, witness = OutageHarness(), Witness()
    harness.meter = witness

    (case,), metrics = asyncio.run(asked(harness))

    assert (case.name, case.outcome, case.message) == ("catches_up", Outcome.PASSED, "")
    (band,) = [each for each in metrics if isinstance(each, Band)]
    (restart,) = [each for each in metrics if isinstance(each, Restart)]
    assert band.name == "test_node_2 is down"
    assert 0 < band.begin_s < band.end_s == restart.at_s
    assert (restart.service, restart.cause) == ("test_node_2", "it was killed by the harness")
    names = [name for name, _ in witness.watched]
    assert names == ["test_node_0", "test_node_1", "test_node_2", "test_node_2"]
    assert len({pid for _, pid in witness.watched}) == PIDS + 1, "it is another process"
    assert [each.name for each in metrics if isinstance(each, Series)] == names
    assert {each.name for each in metrics if isinstance(each, Measurement)} == {
        "outage.propagation_s",
        "outage.catch_up_s",
    }
