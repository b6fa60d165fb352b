"""Whole networks of real nodes: from start to end, with a node that is killed, with payments that travel."""

import re
import signal
import subprocess
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from lydite_subjects.coin.testing import MiningTestHelper, NetworkTestHelper, TestNode, WalletFactory
from lydite_subjects.coin.testing.processes import STOP_S
from lydite_subjects.coin.wallet import WalletClient
from tests.postgres import PostgresServer
from tests.subjects.coin.e2e.people import (
    PASSWORD,
    PATIENCE_S,
    REWARD,
    balances,
    funded,
    mine,
    mined,
    miner,
    settle,
    waits_everywhere,
    wallet,
)

BLOCKS = 8


@pytest.fixture(params=["sqlite", "postgres"])
def databases(request: pytest.FixtureRequest) -> Iterator[list[list[str]]]:
    """What three nodes are told of where to keep their chains, each node somewhere else."""
    if request.param == "sqlite":
        yield []
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    made = [server.create() for _ in range(3)]
    yield [["--database", server.url(each)] for each in made]
    for each in made:
        server.drop(each)


def test_complete_network_lifecycle(databases: list[list[str]], tmp_path: Path) -> None:
    someone = WalletFactory().make().address
    nodes = NetworkTestHelper.start_test_nodes(3, tmp_path, own_options=databases, timeout=PATIENCE_S)
    try:
        for number, each in enumerate(nodes):
            assert NetworkTestHelper.wait_for_peers(each.url, 1, PATIENCE_S), each.log
            status = each.status()
            assert status["node_id"] == f"test_node_{number}"
            assert status["network"] == "dev"
            assert status["blockchain_length"] == 1

        told = mined(miner(nodes[0], someone, "--workers", "2", "--blocks", str(BLOCKS)))

        assert told["blocks"] == BLOCKS
        assert told["hashes"] > 0
        for each in nodes:
            assert MiningTestHelper.wait_for_blocks(each.url, 1 + BLOCKS, PATIENCE_S), each.log
        assert NetworkTestHelper.wait_for_agreement(nodes, PATIENCE_S)
        assert {each.status()["blockchain_length"] for each in nodes} == {1 + BLOCKS}
        assert balances(nodes, someone) == {BLOCKS * REWARD}
    finally:
        NetworkTestHelper.stop_test_nodes(nodes)
    assert [each.process.returncode for each in nodes] == [0, 0, 0]
    assert all(f"{each.node_id} has ended" in each.log for each in nodes)


def test_network_resilience(network: list[TestNode]) -> None:
    settle(network)
    victim = network[2]
    before = mine(victim)["height"]
    settle(network)

    victim.process.send_signal(signal.SIGKILL)
    victim.process.wait(STOP_S)
    for _ in range(3):
        mine(network[0])
    height = settle(network[:2])
    network[2] = NetworkTestHelper.start_test_node(
        victim.node_id,
        victim.data_dir.parent,
        options=["--bootstrap-nodes", network[0].url],
        ports=(victim.api_port, victim.p2p_port),
        timeout=PATIENCE_S,
    )

    assert height == before + 3
    assert settle(network) == height
    # It did not begin anew: what it said when it came up is where it was killed.
    assert int(re.findall(r"height (\d+): HTTP", network[2].log)[-1]) == before
    mine(network[2])
    assert settle(network) == height + 1


def test_transaction_propagation(network: list[TestNode], tmp_path: Path) -> None:
    alices, alice = funded(tmp_path, "alice", network)
    _, bob = wallet(tmp_path, "bob")
    _, carol = wallet(tmp_path, "carol")
    amount, fee = Decimal("1.23456789"), Decimal("0.00012345")

    with WalletClient(alices, PASSWORD, network[1].url) as client:
        sent = client.send(bob, str(amount), str(fee))
    waited = waits_everywhere(network, sent.txid)
    block = mine(network[2], carol)
    settle(network)

    assert waited
    assert [each["txid"] for each in block["transactions"]][1:] == [sent.txid]
    assert balances(network, alice) == {REWARD - amount - fee}
    assert balances(network, bob) == {amount}
    assert balances(network, carol) == {REWARD + fee}
    assert {each.status()["mempool_transactions"] for each in network} == {0}


def test_a_second_node_on_the_same_port_is_refused_and_the_first_goes_on(
    network: list[TestNode], tmp_path: Path
) -> None:
    taken = network[0]
    command = [*taken.process.args] if isinstance(taken.process.args, list) else []
    command[command.index("--data-dir") + 1] = str(tmp_path)

    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)

    assert done.returncode == 1
    assert f"cannot listen for peers on 127.0.0.1:{taken.p2p_port}" in done.stderr
    assert taken.status()["node_id"] == taken.node_id
