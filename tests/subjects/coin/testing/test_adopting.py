"""A project of somebody else: its tests know nothing but the fixtures, the helpers and the categories."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.timeout(300)

PATIENCE_S = 240.0
CONFTEST = 'pytest_plugins = ["lydite_subjects.coin.testing"]\n'

FLOWS = """
from decimal import Decimal

import pytest

from lydite_subjects.coin.testing import MiningTestHelper
from lydite_subjects.coin.wallet import WalletClient


@pytest.mark.integration
@pytest.mark.network
@pytest.mark.database
@pytest.mark.mining
@pytest.mark.slow
def test_wallet_to_wallet_transfer(test_network_node, funded_wallet, empty_wallet):
    url = f"http://localhost:{test_network_node.port}"
    sender = WalletClient(funded_wallet.filename, node_url=url)
    receiver = WalletClient(empty_wallet.filename, node_url=url)
    before = sender.get_balance()
    assert before > 10
    assert receiver.get_balance() == 0

    assert sender.send_transaction(to_address=receiver.address, amount=5.0, fee=0.1) is True
    assert MiningTestHelper.mine_test_block(url) is not None

    assert sender.get_balance() == before - 5 - Decimal("0.1")
    assert receiver.get_balance() == 5
    assert sender.address != receiver.address
    sender.close()
    receiver.close()


@pytest.mark.integration
def test_transaction_validation(mock_network_node, empty_wallet):
    with WalletClient(empty_wallet.filename, node_url=mock_network_node.url) as sender:
        assert sender.send_transaction("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", 100.0, 0.1) is False


@pytest.mark.e2e
@pytest.mark.unit
@pytest.mark.crypto
@pytest.mark.performance
def test_the_rest_is_there(
    test_database, test_wallet, test_blockchain, temp_directory, sample_transaction, sample_block
):
    assert test_database.height() == -1
    assert test_wallet.address.startswith("1")
    assert sample_block.index == test_blockchain.tip.height + 1
    assert temp_directory.is_dir()
    assert len(sample_transaction.txid) == 32
"""


def run(folder: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    """Has a project run its tests; every marker that it uses must be known."""
    command = [sys.executable, "-m", "pytest", "-q", "--strict-markers", "-p", "no:cacheprovider", *options]
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[4] / "src"), "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


def test_a_project_of_its_own_has_fixtures_helpers_and_categories(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_flows.py").write_text(FLOWS)

    done = run(tmp_path)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 passed" in done.stdout


def test_a_category_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_mistake.py").write_text("import pytest\n\n@pytest.mark.utin\ndef test_it(): pass\n")

    done = run(tmp_path)

    assert done.returncode == 2
    assert "'utin' not found in `markers`" in done.stdout
