"""How fast is mined, at small sizes: that it works and is counted. The promises are kept by `benchmarks.coin`."""

import multiprocessing
from collections.abc import Iterator

import pytest

from benchmarks import coin_parts
from lydite_subjects.coin.miner import MiningClient
from lydite_subjects.coin.testing import NetworkTestHelper, TestNode, WalletFactory

EFFICIENCY = 0.5
PATIENCE_S = 60.0


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestNode]:
    nodes = NetworkTestHelper.start_test_nodes(1, tmp_path_factory.mktemp("mining"), timeout=PATIENCE_S)
    yield nodes[0]
    NetworkTestHelper.stop_test_nodes(nodes)


@pytest.mark.parametrize("workers", [1, multiprocessing.cpu_count()], ids=["single_core", "multi_core"])
def test_hash_rate(node: TestNode, workers: int) -> None:
    height = node.status()["height"]

    with MiningClient(WalletFactory().make().address, node.url, workers) as miner:
        result = miner.mine_for_duration(seconds=PATIENCE_S, blocks_max=3)

    assert result["blocks"] == 3
    assert result["hashes"] > 0
    assert result["hash_rate"] == pytest.approx(result["hashes"] / result["seconds"])
    assert node.status()["height"] == height + 3


def test_a_worker_is_compared_with_a_bare_loop() -> None:
    found = coin_parts.mining(20_000, 1)

    assert found["bare_per_s"] > 0
    assert found["solve_ratio"] == pytest.approx(found["solve_per_s"] / found["bare_per_s"])


@pytest.mark.nightly
def test_hash_rate_scaling() -> None:
    found = coin_parts.workers(2.0, 3)

    assert found["ratio"] / 2 > EFFICIENCY, found
