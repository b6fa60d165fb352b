"""The fixtures, as a project of its own would use them."""

from pathlib import Path

import pytest

from lydite_subjects.coin.spec.blocks import Block
from lydite_subjects.coin.spec.chain import Chain
from lydite_subjects.coin.spec.ledger import Ledger
from lydite_subjects.coin.spec.params import DEV
from lydite_subjects.coin.spec.rules import check_transaction
from lydite_subjects.coin.spec.transactions import Transaction
from lydite_subjects.coin.testing import ChainFactory, MiningTestHelper, NetworkTestHelper, TestNode, Wallet
from lydite_subjects.coin.testing.chains import FOREVER_S

pytest_plugins = ["lydite_subjects.coin.testing"]
pytestmark = pytest.mark.timeout(300)

PATIENCE_S = 120.0


def test_a_sample_transaction_is_lawful(sample_transaction: Transaction) -> None:
    check_transaction(sample_transaction)


def test_a_sample_block_has_a_payment_and_is_the_next_one_of_the_chain(
    test_blockchain: Chain, sample_block: Block
) -> None:
    change = test_blockchain.add_blocks([sample_block], FOREVER_S)

    assert not change.refused
    assert test_blockchain.tip.hash == sample_block.hash
    assert len(sample_block.transactions) == 2


def test_a_clean_chain_has_its_first_block_alone_and_is_the_tests_own(
    clean_blockchain: Chain, chain_factory: ChainFactory
) -> None:
    assert clean_blockchain.tip.height == 0

    assert not clean_blockchain.add_blocks(chain_factory.blocks[1:], FOREVER_S).refused

    assert clean_blockchain.tip.height == 8


def test_a_chain_can_go_on_with_its_factory(test_blockchain: Chain, chain_factory: ChainFactory) -> None:
    before = test_blockchain.tip.height

    test_blockchain.add_blocks(chain_factory.grow(3), FOREVER_S)

    assert test_blockchain.tip.height == before + 3


def test_a_wallet_can_be_paid(test_wallet: Wallet) -> None:
    assert test_wallet.address.startswith("1")


def test_a_database_is_new_and_keeps_a_chain(
    test_database: Ledger, chain_factory: ChainFactory, temp_directory: Path
) -> None:
    assert test_database.height() == -1

    chain_factory.open(test_database)

    assert test_database.tip() == chain_factory.tip.hash
    assert Chain.open(DEV, test_database).tip.height == 8
    assert list(temp_directory.glob("*.db"))


def test_real_nodes_mine_and_agree(test_multi_node_network: list[TestNode], test_wallet: Wallet) -> None:
    first, _, last = test_multi_node_network
    assert [NetworkTestHelper.wait_for_node_ready(each.port) for each in test_multi_node_network] == [
        True
    ] * 3

    found = MiningTestHelper.mine_test_block(first.url, test_wallet.address, timeout=PATIENCE_S)

    assert found is not None
    assert found["height"] == 1
    assert MiningTestHelper.wait_for_blocks(last.url, 2, PATIENCE_S)
    assert NetworkTestHelper.wait_for_agreement(test_multi_node_network, PATIENCE_S)
    assert last.status()["tip"] == found["hash"]
