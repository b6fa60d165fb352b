"""Fixtures: small worlds for tests, each test its own."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from lydite_subjects.coin.spec.blocks import Block
from lydite_subjects.coin.spec.chain import Chain
from lydite_subjects.coin.spec.ledger import Ledger
from lydite_subjects.coin.spec.params import DEV
from lydite_subjects.coin.spec.transactions import Transaction
from lydite_subjects.coin.testing.chains import ChainFactory
from lydite_subjects.coin.testing.factories import TransactionFactory, Wallet, WalletFactory
from lydite_subjects.coin.testing.processes import MiningTestHelper, NetworkTestHelper, TestNode

if TYPE_CHECKING:
    from lydite_subjects.coin.testing.local import LocalNode

BLOCKS = 8
"""How many blocks the chain of `test_blockchain` has above the first one: some of them with payments."""
PASSWORD: Final = "a password of tests"  # noqa: S105 - it keeps nothing that is worth anything
"""What opens the wallets that are files."""
PATIENCE_S: Final = 120.0
"""How long nodes may take to come up on a machine that has much else to do; waits end as soon as they answer."""
FUNDED_SEED: Final = 101
EMPTY_SEED: Final = 102
"""Wallets of their own, so that nobody else in a test has their keys."""


@pytest.fixture
def temp_directory(tmp_path: Path) -> Path:
    """A folder for files."""
    return tmp_path


@pytest.fixture
def test_wallet() -> Wallet:
    """A wallet."""
    return WalletFactory().make()


@pytest.fixture
def empty_wallet(temp_directory: Path, monkeypatch: pytest.MonkeyPatch) -> Wallet:
    """A wallet in a file, with nothing in it; its password stands where clients look for one."""
    return _in_a_file(EMPTY_SEED, temp_directory, monkeypatch)


@pytest.fixture
def funded_wallet(
    test_network_node: TestNode, temp_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> Wallet:
    """A wallet in a file that can spend one reward at `test_network_node`; at another one `fund_wallet` does it."""
    wallet = _in_a_file(FUNDED_SEED, temp_directory, monkeypatch)
    MiningTestHelper.fund_wallet(test_network_node.url, wallet.address, timeout=PATIENCE_S)
    return wallet


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
def clean_blockchain() -> Chain:
    """A chain in memory with nothing but its first block."""
    return ChainFactory().open()


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
def mock_network_node() -> "Iterator[LocalNode]":
    """A node in this process that knows nobody and keeps nothing: a real one, that starts in milliseconds."""
    # What a node is made of is for those tests that want one.
    from lydite_subjects.coin.testing.local import LocalNode

    with LocalNode("mock_network_node") as node:
        yield node


@pytest.fixture
def test_network_node(temp_directory: Path) -> Iterator[TestNode]:
    """A real node in a process of its own."""
    nodes = NetworkTestHelper.start_test_nodes(1, temp_directory, timeout=PATIENCE_S)
    yield nodes[0]
    NetworkTestHelper.stop_test_nodes(nodes)


@pytest.fixture
def test_multi_node_network(temp_directory: Path) -> Iterator[list[TestNode]]:
    """Three real nodes that know each other."""
    nodes = NetworkTestHelper.start_test_nodes(3, temp_directory, timeout=PATIENCE_S)
    yield nodes
    NetworkTestHelper.stop_test_nodes(nodes)


def _in_a_file(seed: int, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Wallet:
    """A wallet whose `filename` is that of a real file."""
    # Wallets in files are for those tests that want one.
    from lydite_subjects.coin.wallet import create_wallet
    from lydite_subjects.coin.wallet.client import PASSWORD_VARIABLE
    from lydite_subjects.coin.wallet.file import QUICK

    wallet = WalletFactory(seed).make()
    path = folder / wallet.filename
    create_wallet(path, PASSWORD, key=wallet.keypair, cost=QUICK)
    monkeypatch.setenv(PASSWORD_VARIABLE, PASSWORD)
    return replace(wallet, filename=str(path))
