"""Fixtures: small worlds for tests, each test its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lydite_subjects.coin.spec.blocks import Block
from lydite_subjects.coin.spec.chain import Chain
from lydite_subjects.coin.spec.ledger import Ledger
from lydite_subjects.coin.spec.params import DEV
from lydite_subjects.coin.spec.transactions import Transaction
from lydite_subjects.coin.testing.chains import ChainFactory
from lydite_subjects.coin.testing.factories import TransactionFactory, Wallet, WalletFactory
from lydite_subjects.coin.testing.processes import NetworkTestHelper, TestNode

BLOCKS = 8
"""How many blocks the chain of `test_blockchain` has above the first one: some of them with payments."""


@pytest.fixture
def temp_directory(tmp_path: Path) -> Path:
    """A folder for files."""
    return tmp_path


@pytest.fixture
def test_wallet() -> Wallet:
    """A wallet."""
    return WalletFactory().make()


@pytest.fixture
def sample_transaction() -> Transaction:
    """A signed payment of coins that no chain has."""
    return TransactionFactory().make()


@pytest.fixture
def chain_factory() -> ChainFactory:
    """What `test_blockchain` was made by; it can mine more blocks for it."""
    factory = ChainFactory()
    factory.grow(BLOCKS)
    return factory


@pytest.fixture
def test_blockchain(chain_factory: ChainFactory) -> Chain:
    """A chain in memory with some blocks."""
    return chain_factory.open()


@pytest.fixture
def sample_block(chain_factory: ChainFactory) -> Block:
    """A block with a payment; the next one of `test_blockchain`."""
    return chain_factory.fork(BLOCKS, seed=1).mine()


@pytest.fixture
def test_database(temp_directory: Path) -> Iterator[Ledger]:
    """A new database in a file."""
    # SQLAlchemy is for those tests that want it.
    from lydite_subjects.coin.store import open_ledger

    ledger = open_ledger(f"sqlite:///{temp_directory / 'coin.db'}", DEV)
    yield ledger
    ledger.close()


@pytest.fixture
def test_network_node(temp_directory: Path) -> Iterator[TestNode]:
    """A real node in a process of its own."""
    nodes = NetworkTestHelper.start_test_nodes(1, temp_directory)
    yield nodes[0]
    NetworkTestHelper.stop_test_nodes(nodes)


@pytest.fixture
def test_multi_node_network(temp_directory: Path) -> Iterator[list[TestNode]]:
    """Three real nodes that know each other."""
    nodes = NetworkTestHelper.start_test_nodes(3, temp_directory)
    yield nodes
    NetworkTestHelper.stop_test_nodes(nodes)
