"""Factories, fixtures and helpers for whoever tests something with the coin.

One line of a test module, or of the conftest.py at the root: `pytest_plugins = ["lydite_subjects.coin.testing"]`.
Strategies for Hypothesis are in `strategies`, helpers for databases in `databases`, and a node for this process in
`local`: those need libraries that not everybody has.

Whoever names this module as a plugin may have imported it before, which pytest would warn of if it wanted to rewrite
its assertions. There are none that it should: PYTEST_DONT_REWRITE.
"""

from lydite_subjects.coin.testing.chains import ChainFactory
from lydite_subjects.coin.testing.factories import (
    BlockFactory,
    Spending,
    TransactionFactory,
    TransactionInputFactory,
    TransactionOutputFactory,
    Wallet,
    WalletFactory,
    signed_payment,
    solved,
)
from lydite_subjects.coin.testing.fixtures import (
    PASSWORD,
    chain_factory,
    clean_blockchain,
    empty_wallet,
    funded_wallet,
    mock_network_node,
    sample_block,
    sample_transaction,
    temp_directory,
    test_blockchain,
    test_database,
    test_multi_node_network,
    test_network_node,
    test_wallet,
)
from lydite_subjects.coin.testing.processes import (
    NOBODY,
    MiningTestHelper,
    NetworkTestHelper,
    NodeFailed,
    RunningNode,
    TestNode,
)

__all__ = [
    "NOBODY",
    "PASSWORD",
    "BlockFactory",
    "ChainFactory",
    "MiningTestHelper",
    "NetworkTestHelper",
    "NodeFailed",
    "RunningNode",
    "Spending",
    "TestNode",
    "TransactionFactory",
    "TransactionInputFactory",
    "TransactionOutputFactory",
    "Wallet",
    "WalletFactory",
    "chain_factory",
    "clean_blockchain",
    "empty_wallet",
    "funded_wallet",
    "mock_network_node",
    "sample_block",
    "sample_transaction",
    "signed_payment",
    "solved",
    "temp_directory",
    "test_blockchain",
    "test_database",
    "test_multi_node_network",
    "test_network_node",
    "test_wallet",
]
