"""Metrics: what Prometheus is told of a node. Each node has a registry of its own."""

from collections.abc import Iterator
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from lydite_subjects.coin.node.node import Node

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

_GAUGES: Final = {
    "height": "Height of the last connected block.",
    "headers_height": "Height of the best known header.",
    "difficulty": "How many times harder a block is than the easiest one.",
    "active_peers": "Peers that have shaken hands.",
    "mempool_transactions": "Transactions that wait for a block.",
    "mempool_bytes": "Bytes of the transactions that wait for a block.",
    "orphan_transactions": "Transactions that wait for what they spend.",
    "orphan_bytes": "Bytes of the transactions that wait for what they spend.",
    "orphan_blocks": "Blocks that wait for those before them.",
    "uptime_s": "Seconds since the node was started.",
}


class Metrics:
    """The registry of one node."""

    def __init__(self, node: Node) -> None:
        self.answers: dict[int, int] = {}
        """How many requests were answered, by status."""
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(_Reading(node, self.answers))

    def text(self) -> bytes:
        """The exposition."""
        return generate_latest(self._registry)


class _Reading(Collector):
    """Reads a node when it is asked, so that nothing is counted twice."""

    def __init__(self, node: Node, answers: dict[int, int]) -> None:
        self._node = node
        self._answers = answers

    def describe(self) -> Iterator[Metric]:
        """Nothing is known before it is read; so registering reads nothing."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """Called by the registry."""
        status = self._node.status()
        about = {key: str(status.get(key, "")) for key in ("node_id", "network", "version")}
        yield InfoMetricFamily("coin_node", "Which node this is.", value=about)
        for name, text in _GAUGES.items():
            if name in status:
                yield GaugeMetricFamily(f"coin_{name}", text, value=float(status[name]))
        for name, count in self._node.counts().items():
            yield CounterMetricFamily(f"coin_{name}", f"{name.replace('_', ' ').capitalize()}.", value=count)
        requests = CounterMetricFamily(
            "coin_http_requests", "Requests that were answered.", labels=["status"]
        )
        for code, count in sorted(self._answers.items()):
            requests.add_metric([str(code)], count)
        yield requests
