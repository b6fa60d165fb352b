"""The coin as three real processes, as harnesses: blocks reach all, and a node that is killed catches up.

Both have their nodes watched by the meter of the campaign: what each of them uses of the processor and of memory.
"""

import asyncio
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from lydite.harness import Meter, Metric
from lydite.model import Band, Better, Case, Measurement, Outcome, Restart
from lydite_subjects.coin.testing.processes import (
    MiningTestHelper,
    NetworkTestHelper,
    NodeFailed,
    TestNode,
    eventually,
    free_ports,
)

NODES: Final = 3
PATIENCE_S: Final = 60.0
"""How long anything may take on a machine that has much else to do."""

BLOCKS: Final = 16
"""Blocks that are found before, while and after a node is down: enough to see what they cost."""


class ProcessHarness:
    """Starts three nodes, and has them find each other and blocks."""

    meter: Meter | None = None
    """Handed in by the campaign."""

    def __init__(self) -> None:
        self._made_s = time.monotonic()
        self._folder = tempfile.TemporaryDirectory(prefix="lydite-coin-")
        self._nodes: list[TestNode] = []
        self._figures: dict[str, list[float]] = {}
        self._faults: list[Band | Restart] = []

    @property
    def name(self) -> str:
        """What it is called."""
        return "processes"

    @property
    def tests(self) -> tuple[Callable[[], str], ...]:
        """What is tried: each says what went wrong, or nothing."""
        return self._finds_peers, self._spreads_blocks

    async def health_check(self) -> bool:
        """Are there ports to listen at?"""
        return len({*free_ports(2 * NODES)}) == 2 * NODES

    async def initialize(self) -> None:
        """Start the nodes."""
        self._nodes = await asyncio.to_thread(
            NetworkTestHelper.start_test_nodes, NODES, Path(self._folder.name), timeout=PATIENCE_S
        )
        for node in self._nodes:
            self._watch(node)

    async def run_all_tests(self) -> Sequence[Case]:
        """Everything that is tried, each whatever became of the others."""
        return [await asyncio.to_thread(_tried, test) for test in self.tests]

    async def shutdown(self) -> None:
        """Stop the nodes, and forget what they have kept."""
        nodes, self._nodes = self._nodes, []
        await asyncio.to_thread(NetworkTestHelper.stop_test_nodes, nodes)
        self._folder.cleanup()

    async def get_metrics(self) -> Sequence[Metric]:
        """How long things took, what the nodes used meanwhile, and when one of them was down."""
        figures = [
            Measurement(
                name=f"{self.name}.{name}",
                value=sum(values) / len(values),
                unit="s",
                better=Better.LOWER,
                samples=len(values),
            )
            for name, values in self._figures.items()
        ]
        return (*figures, *(self.meter.series() if self.meter is not None else ()), *self._faults)

    def _watch(self, node: TestNode) -> None:
        if self.meter is not None:
            self.meter.watch(node.node_id, node.process.pid)

    def _now_s(self) -> float:
        return time.monotonic() - self._made_s

    def _finds_peers(self) -> str:
        """Each node talks with another one."""
        alone = [
            each.node_id
            for each in self._nodes
            if not NetworkTestHelper.wait_for_peers(each.url, 1, PATIENCE_S)
        ]
        return f"{', '.join(alone)} found no peer within {PATIENCE_S:g} s" if alone else ""

    def _spreads_blocks(self) -> str:
        """A block of each node reaches all."""
        return next(filter(None, (self._spread(node, self._nodes) for node in self._nodes)), "")

    def _spread(self, node: TestNode, others: Sequence[TestNode]) -> str:
        """A node finds a block, and all of these have it; what went wrong, or nothing."""
        block = MiningTestHelper.mine_test_block(node.url, timeout=PATIENCE_S)
        if block is None:
            return f"{node.node_id} found no block within {PATIENCE_S:g} s"
        begun = time.monotonic()
        if not _all_at(others, block["hash"]):
            return f"the block of {node.node_id} did not reach all within {PATIENCE_S:g} s"
        self._figures.setdefault("propagation_s", []).append(time.monotonic() - begun)
        return ""


class OutageHarness(ProcessHarness):
    """Kills one of three nodes, has the others find blocks, and starts it again."""

    @property
    def name(self) -> str:
        """What it is called."""
        return "outage"

    @property
    def tests(self) -> tuple[Callable[[], str], ...]:
        """What is tried: each says what went wrong, or nothing."""
        return (self._catches_up,)

    def _catches_up(self) -> str:
        """A node that was killed has every block that it missed soon after it is started again."""
        first, *others, last = self._nodes
        alive = [first, *others]
        for _ in range(BLOCKS):
            if wrong := self._spread(first, self._nodes):
                return wrong
        down_s = self._now_s()
        last.process.kill()
        last.process.wait()
        wrong = next(filter(None, (self._spread(first, alive) for _ in range(BLOCKS))), "")
        self._nodes[-1] = NetworkTestHelper.start_test_node(
            last.node_id,
            Path(self._folder.name),
            options=("--bootstrap-nodes", first.url),
            timeout=PATIENCE_S,
        )
        self._watch(self._nodes[-1])
        up_s = self._now_s()
        self._faults.append(Band(name=f"{last.node_id} is down", begin_s=down_s, end_s=up_s))
        self._faults.append(Restart(service=last.node_id, at_s=up_s, cause="it was killed by the harness"))
        if wrong:
            return wrong
        begun = time.monotonic()
        if not _all_at(self._nodes, _tip(first)):
            return f"{last.node_id} did not catch up within {PATIENCE_S:g} s"
        self._figures["catch_up_s"] = [time.monotonic() - begun]
        return next(filter(None, (self._spread(first, self._nodes) for _ in range(BLOCKS))), "")


def _all_at(nodes: Sequence[TestNode], tip: str) -> bool:
    return eventually(lambda: all(_tip(node) == tip for node in nodes), PATIENCE_S)


def _tip(node: TestNode) -> str:
    try:
        return str(node.status()["tip"])
    except OSError:
        return ""


def _tried(test: Callable[[], str]) -> Case:
    begun = time.monotonic()
    try:
        message = test()
        outcome = Outcome.FAILED if message else Outcome.PASSED
    except (NodeFailed, OSError) as error:
        outcome, message = Outcome.BROKEN, str(error)
    return Case(
        name=test.__name__.strip("_"),
        subject="coin",
        suite="e2e",
        outcome=outcome,
        seconds=time.monotonic() - begun,
        failures=int(bool(message)),
        message=message,
        detail=test.__doc__ or "",
        reproduce="lydite prove coin",
    )
