"""The harnesses of real processes: what they try, at which scale, and what they tell of it over time."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any, ClassVar, cast

import pytest

from lydite.harness import Harness, Metric, Scale
from lydite.model import Band, Case, Measurement, Outcome, Restart, Series
from lydite_subjects.coin.testing.harness import OutageHarness, ProcessHarness
from lydite_subjects.coin.testing.processes import NodeFailed, TestNode, free_ports


class Witness:
    """A meter that remembers whom it was told to watch."""

    def __init__(self) -> None:
        self.watched: list[tuple[str, int]] = []

    def watch(self, name: str, pid: int) -> None:
        self.watched.append((name, pid))

    def series(self) -> Sequence[Series]:
        return [Series(name=name, unit="", at_s=(), values=()) for name, _ in self.watched]


class Counted(OutageHarness):
    """A harness for which a second has passed whenever it looks at the clock."""

    blocks: ClassVar[int] = 2

    def __init__(self) -> None:
        super().__init__()
        self._looks = count(1)

    def _now_s(self) -> float:
        return next(self._looks)


class Stubborn:
    """A node that answers, and of which no other one ever learns a block."""

    def __init__(self, node_id: str) -> None:
        self.node_id = node_id
        self.url = f"http://127.0.0.1:{free_ports(1)[0]}"

    @property
    def process(self) -> "Stubborn":
        """It has none that anybody could end."""
        return self

    def kill(self) -> None:
        """In vain."""

    terminate = kill

    def wait(self, timeout: float = 0) -> None:
        """Not for long."""

    def status(self) -> dict[str, Any]:
        return {"tip": self.node_id}


async def asked(harness: ProcessHarness) -> tuple[Sequence[Case], Sequence[Metric]]:
    assert isinstance(harness, Harness)
    assert await harness.health_check()
    try:
        await harness.initialize()
        return await harness.run_all_tests(), await harness.get_metrics()
    finally:
        await harness.shutdown()


@pytest.mark.e2e
def test_so_many_nodes_as_the_scale_says_find_each_other_and_blocks() -> None:
    harness, witness = ProcessHarness(), Witness()
    harness.meter, harness.scale = witness, Scale(nodes=2, latency_ms=100)

    cases, metrics = asyncio.run(asked(harness))

    assert [(case.name, case.outcome) for case in cases] == [
        ("finds_peers", Outcome.PASSED),
        ("spreads_blocks", Outcome.PASSED),
    ]
    assert [name for name, _ in witness.watched] == ["test_node_0", "test_node_1"]
    (measured,) = [each for each in metrics if isinstance(each, Measurement)]
    assert (measured.name, measured.samples) == ("processes.propagation_s", 2)
    assert measured.value > 0.1, "a block is told of, asked for and sent, each of it on a slow road"


@pytest.mark.e2e
def test_nodes_are_killed_in_turn_for_as_long_as_the_scale_says() -> None:
    harness, witness = Counted(), Witness()
    harness.meter = witness
    # Each outage is three looks at the clock, and one more when there is another one.
    harness.scale = Scale(nodes=3, chain_size=3, chaos_duration_s=8, chaos_interval_s=1)

    (case,), metrics = asyncio.run(asked(harness))

    assert (case.name, case.outcome, case.message) == ("catches_up", Outcome.PASSED, "")
    bands = [each for each in metrics if isinstance(each, Band)]
    assert [(each.name, each.begin_s, each.end_s) for each in bands] == [
        ("test_node_2 is down", 2, 3),
        ("test_node_1 is down", 6, 7),
    ]
    restarts = [each for each in metrics if isinstance(each, Restart)]
    assert [(each.service, each.at_s) for each in restarts] == [("test_node_2", 3), ("test_node_1", 7)]
    assert {each.cause for each in restarts} == {"it was killed by the harness"}
    names = [name for name, _ in witness.watched]
    assert names == ["test_node_0", "test_node_1", "test_node_2", "test_node_2", "test_node_1"]
    assert len({pid for _, pid in witness.watched}) == len(names), "each is another process"
    assert [each.name for each in metrics if isinstance(each, Series)] == names
    samples = {each.name: each.samples for each in metrics if isinstance(each, Measurement)}
    assert samples == {"outage.propagation_s": 2 + 2 * (3 + 2), "outage.catch_up_s": 2}


def stubborn(**limits: float) -> OutageHarness:
    """A harness whose nodes do nothing."""
    harness = OutageHarness()
    harness.scale = replace(Scale(nodes=2, chain_size=7), **cast("Any", limits))
    harness._nodes = cast("list[TestNode]", [Stubborn("a"), Stubborn("b")])
    return harness


@pytest.mark.e2e
@pytest.mark.parametrize(
    ("limit", "tried", "told"),
    [
        ("discovery_timeout_s", ProcessHarness._finds_peers, "a, b found no peer within 0.01 s"),
        ("propagation_timeout_s", ProcessHarness._spreads_blocks, "a found no block within 0.01 s"),
        (
            "sync_timeout_s",
            lambda harness: harness._caught_up("b"),
            "b did not catch up with 7 blocks within 0.01 s",
        ),
        ("recovery_timeout_s", lambda harness: harness._start_again(1), "b: expected an answer from "),
    ],
)
def test_what_takes_longer_than_the_scale_allows_is_told(
    limit: str, tried: Callable[[OutageHarness], str], told: str
) -> None:
    harness = stubborn(**{limit: 0.01})

    said = tried(harness)
    asyncio.run(harness.shutdown())

    assert told in said
    assert "within 0.01 s" in said


@pytest.mark.e2e
def test_nodes_that_do_not_come_up_in_time_are_told() -> None:
    harness = ProcessHarness()
    harness.scale = Scale(nodes=2, discovery_timeout_s=0.01)

    with pytest.raises(NodeFailed, match=r"expected an answer from .* within 0\.01 s"):
        asyncio.run(asked(harness))


def test_a_harness_that_is_shut_down_starts_no_node_again() -> None:
    harness, another = stubborn(propagation_timeout_s=0.01), stubborn()
    asyncio.run(harness.shutdown())
    harness._nodes, folder = another._nodes, Path(harness._folder.name)

    said = harness._outage(1)
    asyncio.run(another.shutdown())

    assert said.startswith("a found no block")
    assert not folder.exists()
