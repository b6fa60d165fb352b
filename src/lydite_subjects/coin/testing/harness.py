"""The coin as three real processes, as a harness: blocks reach all, and a node that was down catches up."""

import asyncio
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from lydite.model import Better, Case, Measurement, Outcome
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


class ProcessHarness:
    """Starts three nodes, has them find blocks, and stops one of them for a while."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="lydite-coin-")
        self._nodes: list[TestNode] = []
        self._spread_s: list[float] = []

    @property
    def name(self) -> str:
        """What it is called."""
        return "processes"

    async def health_check(self) -> bool:
        """Are there ports to listen at?"""
        return len({*free_ports(2 * NODES)}) == 2 * NODES

    async def initialize(self) -> None:
        """Start the nodes."""
        self._nodes = await asyncio.to_thread(
            NetworkTestHelper.start_test_nodes, NODES, Path(self._folder.name), timeout=PATIENCE_S
        )

    async def run_all_tests(self) -> Sequence[Case]:
        """Everything that is tried, each whatever became of the others."""
        tests = (self._finds_peers, self._spreads_blocks, self._catches_up)
        return [await asyncio.to_thread(_tried, test) for test in tests]

    async def shutdown(self) -> None:
        """Stop the nodes, and forget what they have kept."""
        nodes, self._nodes = self._nodes, []
        await asyncio.to_thread(NetworkTestHelper.stop_test_nodes, nodes)
        self._folder.cleanup()

    async def get_metrics(self) -> Sequence[Measurement]:
        """How long a block took until all had it."""
        if not self._spread_s:
            return ()
        return (
            Measurement(
                name="processes.propagation_s",
                value=sum(self._spread_s) / len(self._spread_s),
                unit="s",
                better=Better.LOWER,
                samples=len(self._spread_s),
            ),
        )

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
        for node in self._nodes:
            block = MiningTestHelper.mine_test_block(node.url, timeout=PATIENCE_S)
            if block is None:
                return f"{node.node_id} found no block within {PATIENCE_S:g} s"
            begun = time.monotonic()
            if not _all_at(self._nodes, block["hash"]):
                return f"the block of {node.node_id} did not reach all within {PATIENCE_S:g} s"
            self._spread_s.append(time.monotonic() - begun)
        return ""

    def _catches_up(self) -> str:
        """A node that was down while a block was found has it soon after it is started again."""
        first, *_, last = self._nodes
        NetworkTestHelper.stop_test_nodes([last])
        block = MiningTestHelper.mine_test_block(first.url, timeout=PATIENCE_S)
        again = NetworkTestHelper.start_test_node(
            last.node_id,
            Path(self._folder.name),
            options=("--bootstrap-nodes", first.url),
            timeout=PATIENCE_S,
        )
        self._nodes[-1] = again
        if block is None:
            return f"{first.node_id} found no block within {PATIENCE_S:g} s"
        if not _all_at(self._nodes, block["hash"]):
            return f"{again.node_id} did not catch up within {PATIENCE_S:g} s"
        return ""


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
