"""Payments by wallets at real nodes: one, many at once, many after each other, and those that cannot be."""

import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

from lydite_subjects.coin.testing import TestNode
from lydite_subjects.coin.wallet import WalletClient
from tests.subjects.coin.e2e.people import (
    PASSWORD,
    PATIENCE_S,
    REWARD,
    balances,
    funded,
    mine,
    settle,
    waits_everywhere,
    wallet,
)

FEE = Decimal("0.1")
RECIPIENTS = (
    ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "1.0"),
    ("171SFKyrSm3n1GLXkLcCtQWTm1ZRVNvEB7", "1.5"),
    ("18NDhHYAa3bx3jAZkc7HZf3vKr1JrwVXG3", "2.0"),
)


def program(*argv: str) -> "subprocess.CompletedProcess[str]":
    """The wallet as a person runs it."""
    return subprocess.run(
        [sys.executable, "-m", "lydite_subjects.coin.wallet", *argv],
        env={**os.environ, "COIN_WALLET_PASSWORD": PASSWORD},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


def test_wallet_to_wallet_transfer(network: list[TestNode], tmp_path: Path) -> None:
    alices, alice = funded(tmp_path, "alice", network)
    bobs, bob = wallet(tmp_path, "bob")

    done = program("send", str(alices), bob, "5", "--fee", str(FEE), "--node", network[0].url, "--json")
    mine(network[0])
    settle(network)

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["paid"] == "5"
    with WalletClient(alices, node_url=network[1].url) as sender:
        assert sender.get_balance() == REWARD - 5 - FEE
        assert [each["spent"] for each in sender.history()][:1] == ["50"]
    with WalletClient(bobs, node_url=network[2].url) as receiver:
        assert receiver.get_balance() == 5
    assert balances(network, alice) == {REWARD - 5 - FEE}


def test_transaction_validation(network: list[TestNode], tmp_path: Path) -> None:
    empty, _ = wallet(tmp_path, "nobody")
    somewhere = RECIPIENTS[0][0]

    with WalletClient(empty, PASSWORD, network[0].url) as sender:
        success = sender.send_transaction(somewhere, 100.0, 0.1)
        why = str(sender.last_error)
    done = program("send", str(empty), somewhere, "100", "--fee", "0.1", "--node", network[0].url)

    assert success is False
    assert "100.1" in why
    assert "found 0" in why
    assert done.returncode == 1
    assert done.stderr == f"wallet: {why}\n"


def test_a_payment_of_more_than_there_is_tells_what_there_is(network: list[TestNode], tmp_path: Path) -> None:
    alices, alice = funded(tmp_path, "alice", network)

    with WalletClient(alices, PASSWORD, network[0].url) as sender:
        success = sender.send_transaction(RECIPIENTS[0][0], "50", "0.00000001")
        why = str(sender.last_error)

    assert success is False
    assert "50.00000001" in why
    assert "found 50" in why
    assert balances(network, alice) == {REWARD}


def test_batch_transactions(network: list[TestNode], tmp_path: Path) -> None:
    alices, alice = funded(tmp_path, "alice", network)
    total = sum(Decimal(amount) for _, amount in RECIPIENTS)

    # Each one after the first spends the change of the one before, which is in no block yet.
    with WalletClient(alices, PASSWORD, network[0].url) as sender:
        for address, amount in RECIPIENTS:
            assert sender.send_transaction(address, float(amount), 0.1), sender.last_error
    mine(network[0])
    settle(network)

    assert balances(network, alice) == {REWARD - total - len(RECIPIENTS) * FEE}


def test_many_are_paid_by_one_transaction(network: list[TestNode], tmp_path: Path) -> None:
    alices, alice = funded(tmp_path, "alice", network)
    people = [wallet(tmp_path, name)[1] for name in ("bob", "carol", "dave")]
    amounts = ["1.00000001", "0.5", "20"]
    listed = tmp_path / "list.txt"
    listed.write_text("\n".join(map(" ".join, zip(people, amounts, strict=True))))

    done = program("batch", str(alices), str(listed), "--node", network[2].url, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    waited = waits_everywhere(network, told["txid"])
    mine(network[0])
    settle(network)

    assert waited
    assert Decimal(told["paid"]) == Decimal("21.50000001")
    assert [balances(network, each) for each in people] == [{Decimal(each)} for each in amounts]
    assert balances(network, alice) == {REWARD - Decimal(told["paid"]) - Decimal(told["fee"])}
