"""The coin as real processes, as harnesses: blocks reach all, and a node that is killed catches up.

How many nodes there are, how slow the roads between them, how long each thing may take, how many blocks a node has to
catch up with, and for how long nodes are killed, the scale of the campaign says. Its meter watches what each node uses
of the processor and of memory.
"""

import asyncio
import itertools
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar

from lydite.harness import Meter, Metric, Scale
from lydite.model import Band, Better, Case, Measurement, Outcome, Restart
from lydite_subjects.coin.testing.processes import (
    MiningTestHelper,
    NetworkTestHelper,
    NodeFailed,
    TestNode,
    eventually,
    free_ports,
)
from lydite_subjects.coin.testing.roads import SlowRoads


class ProcessHarness:
    """Starts nodes, and has them find each other and blocks."""

    meter: Meter | None = None
    """Handed in by the campaign."""
    scale: Scale = Scale()
    """Handed in by the campaign as well."""

    def __init__(self) -> None:
        self._made_s = time.monotonic()
        self._folder = tempfile.TemporaryDirectory(prefix="lydite-coin-")
        self._nodes: list[TestNode] = []
        self._roads: SlowRoads | None = None
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
        wanted = 2 * self.scale.nodes
        return len({*free_ports(wanted)}) == wanted

    async def initialize(self) -> None:
        """Start the nodes, with slow roads between them where the scale has latency."""
        if self.scale.latency_ms:
            self._roads = SlowRoads(self.scale.latency_ms / 1000)
        self._nodes = await asyncio.to_thread(
            NetworkTestHelper.start_test_nodes,
            self.scale.nodes,
            Path(self._folder.name),
            options=self._options,
            timeout=self.scale.discovery_timeout_s,
        )
        for node in self._nodes:
            self._is_up(node)

    async def run_all_tests(self) -> Sequence[Case]:
        """Everything that is tried, each whatever became of the others."""
        return [await asyncio.to_thread(_tried, test) for test in self.tests]

    async def shutdown(self) -> None:
        """Stop the nodes, and forget what they have kept."""
        nodes, self._nodes = self._nodes, []
        await asyncio.to_thread(NetworkTestHelper.stop_test_nodes, nodes)
        roads, self._roads = self._roads, None
        if roads is not None:
            roads.close()
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

    @property
    def _options(self) -> tuple[str, ...]:
        return self._roads.options if self._roads is not None else ()

    def _is_up(self, node: TestNode) -> None:
        if self.meter is not None:
            self.meter.watch(node.node_id, node.process.pid)
        if self._roads is not None:
            self._roads.open(node.p2p_port)

    def _now_s(self) -> float:
        return time.monotonic() - self._made_s

    def _finds_peers(self) -> str:
        """Each node talks with another one."""
        within_s = self.scale.discovery_timeout_s
        alone = [
            each.node_id
            for each in self._nodes
            if not NetworkTestHelper.wait_for_peers(each.url, 1, within_s)
        ]
        return f"{', '.join(alone)} found no peer within {within_s:g} s" if alone else ""

    def _spreads_blocks(self) -> str:
        """A block of each node reaches all."""
        return next(filter(None, (self._spread(node, self._nodes) for node in self._nodes)), "")

    def _spread(self, node: TestNode, others: Sequence[TestNode]) -> str:
        """A node finds a block, and all of these have it; what went wrong, or nothing."""
        within_s = self.scale.propagation_timeout_s
        block = MiningTestHelper.mine_test_block(node.url, timeout=within_s)
        if block is None:
            return f"{node.node_id} found no block within {within_s:g} s"
        begun = time.monotonic()
        if not _all_at(others, block["hash"], within_s):
            return f"the block of {node.node_id} did not reach all within {within_s:g} s"
        self._figures.setdefault("propagation_s", []).append(time.monotonic() - begun)
        return ""


class OutageHarness(ProcessHarness):
    """Kills nodes, has the others find blocks, and starts them again, for as long as the scale says."""

    blocks: ClassVar[int] = 16
    """How many are found before and after a node is down: enough to see what they cost."""

    def __init__(self) -> None:
        super().__init__()
        self._is_over = threading.Event()

    @property
    def name(self) -> str:
        """What it is called."""
        return "outage"

    @property
    def tests(self) -> tuple[Callable[[], str], ...]:
        """What is tried: each says what went wrong, or nothing."""
        return (self._catches_up,)

    async def shutdown(self) -> None:
        """Stop the nodes, and wait for nothing more."""
        self._is_over.set()
        await super().shutdown()

    def _catches_up(self) -> str:
        """A node that was killed has every block that it missed soon after it is started again."""
        wrong = self._work()
        until_s = self._now_s() + self.scale.chaos_duration_s
        # The first node stays, as the others join by it.
        victims = itertools.cycle(range(len(self._nodes) - 1, 0, -1))
        while not wrong:
            wrong = self._outage(next(victims))
            next_s = self._now_s() + self.scale.chaos_interval_s
            wrong = wrong or self._work()
            if next_s >= until_s or self._is_over.wait(max(0.0, next_s - self._now_s())):
                break
        return wrong

    def _work(self) -> str:
        """All are up, and find some blocks; what went wrong, or nothing."""
        return self._found(self.blocks, self._nodes)

    def _found(self, blocks: int, alive: Sequence[TestNode]) -> str:
        return next(filter(None, (self._spread(self._nodes[0], alive) for _ in range(blocks))), "")

    def _outage(self, victim: int) -> str:
        """Kill a node, and start it again behind the others; what went wrong, or nothing."""
        killed = self._nodes[victim]
        down_s = self._now_s()
        killed.process.kill()
        killed.process.wait()
        wrong = self._found(self.scale.chain_size, [each for each in self._nodes if each is not killed])
        if self._is_over.is_set():
            return wrong or f"the harness was shut down while {killed.node_id} was down"
        failed = self._start_again(victim)
        up_s = self._now_s()
        self._faults.append(Band(name=f"{killed.node_id} is down", begin_s=down_s, end_s=up_s))
        if failed:
            return failed
        self._faults.append(Restart(service=killed.node_id, at_s=up_s, cause="it was killed by the harness"))
        return wrong or self._caught_up(killed.node_id)

    def _start_again(self, victim: int) -> str:
        """Start a node that was killed; why it did not come up, or nothing."""
        try:
            self._nodes[victim] = NetworkTestHelper.start_test_node(
                self._nodes[victim].node_id,
                Path(self._folder.name),
                options=("--bootstrap-nodes", self._nodes[0].url, *self._options),
                timeout=self.scale.recovery_timeout_s,
            )
            self._is_up(self._nodes[victim])
        except NodeFailed as error:
            return str(error)
        return ""

    def _caught_up(self, name: str) -> str:
        begun, within_s = time.monotonic(), self.scale.sync_timeout_s
        if not _all_at(self._nodes, _tip(self._nodes[0]), within_s):
            return f"{name} did not catch up with {self.scale.chain_size} blocks within {within_s:g} s"
        self._figures.setdefault("catch_up_s", []).append(time.monotonic() - begun)
        return ""


def _all_at(nodes: Sequence[TestNode], tip: str, within_s: float) -> bool:
    return eventually(lambda: all(_tip(node) == tip for node in nodes), within_s)


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
