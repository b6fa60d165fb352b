"""One network of three real nodes for all tests here: each test leaves it whole, with one chain."""

from collections.abc import Iterator

import pytest

from lydite_subjects.coin.testing import NetworkTestHelper, TestNode
from tests.postgres import empty_database, postgres
from tests.subjects.coin.e2e.people import PATIENCE_S

__all__ = ["empty_database", "postgres"]


@pytest.fixture(scope="session")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[TestNode]]:
    """Nodes on SQLite that know each other."""
    folder = tmp_path_factory.mktemp("network")
    nodes = NetworkTestHelper.start_test_nodes(3, folder, timeout=PATIENCE_S)
    try:
        for each in nodes:
            assert NetworkTestHelper.wait_for_peers(each.url, 1, PATIENCE_S), each.log
        yield nodes
    finally:
        NetworkTestHelper.stop_test_nodes(nodes)
