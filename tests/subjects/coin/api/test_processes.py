"""The programs as people run them: a node, a miner and a wallet, each a real process."""

import json
import os
import re
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from lydite_subjects.coin.node.trusted import HANGS_UP
from lydite_subjects.coin.spec.keys import PrivateKey
from lydite_subjects.coin.wallet import WalletClient, create_wallet
from lydite_subjects.coin.wallet.file import QUICK
from tests.subjects.coin.api.processes import Running, nodes, ready, run, started

pytestmark = pytest.mark.timeout(120)

PASSWORD = "correct horse"
BOB = PrivateKey(bytes(31) + b"\2").address


@pytest.fixture(name="node", scope="module")
def a_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One node for all; it calls a bootstrap node that is not there."""
    folder = tmp_path_factory.mktemp("node")
    with nodes(folder, ["--database", "memory:", "--bootstrap-nodes", "http://127.0.0.1:1"]) as (node,):
        yield node


@pytest.fixture(name="wallet", scope="module")
def alices_wallet(node: Running, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wallet with rewards that are ripe."""
    path = tmp_path_factory.mktemp("wallets") / "alice.wallet"
    key = create_wallet(path, PASSWORD, cost=QUICK)
    with node.client() as client:
        for _ in range(8):
            assert client.post("/mine_block", json={"miner_address": key.address}).status_code == 200
    return path


def mined(node: Running, blocks: int = 1) -> None:
    with node.client() as client:
        for _ in range(blocks):
            assert client.post("/mine_block", json={"miner_address": BOB}).status_code == 200


def test_a_wallet_pays_and_gets_its_change(node: Running, wallet: Path) -> None:
    with WalletClient(wallet, PASSWORD, node.url) as alice:
        before = alice.get_balance()

        assert alice.send_transaction(BOB, 5.0, 0.1) is True
        assert alice.send_transaction(BOB, "1.5") is True
        pending = alice.history()
        mined(node)

        assert float(before - alice.get_balance()) == pytest.approx(6.6001)
        assert [each["height"] for each in pending[:2]] == [None, None]


def test_a_wallet_pays_many_at_once(node: Running, wallet: Path) -> None:
    with WalletClient(wallet, PASSWORD, node.url) as alice, node.client() as client:
        sent = alice.send_batch([(BOB, 1), (alice.address, "2.5")], "0.001")
        found = client.get(f"/transactions/{sent.txid}").json()

    assert (str(sent.paid), str(sent.fee)) == ("3.5", "0.001")
    assert [each["amount"] for each in found["outputs"][:2]] == ["1", "2.5"]
    mined(node)


def test_a_wallet_refuses_what_it_cannot_pay(node: Running, wallet: Path) -> None:
    with WalletClient(wallet, PASSWORD, node.url) as alice:
        assert alice.send_transaction(BOB, 1_000_000, 0.1) is False
        assert "expected 1000000.1 coins, fee included, found" in str(alice.last_error)
        assert alice.send_transaction(BOB, 0) is False
        assert alice.send_transaction("2MzQwSSnBHWHqSAqtTVQ6v47XtaisrJa1Vc", 1) is False
        assert alice.send_transaction(BOB, 1, 0) is False
        assert "fee-too-low" in str(alice.last_error)
        assert re.search(r"; try: a fee of 0\.0000\d+ coins or more$", str(alice.last_error))


def test_the_wallet_program_does_the_same(node: Running, wallet: Path, tmp_path: Path) -> None:
    recipients = tmp_path / "recipients"
    recipients.write_text(f"# who gets what\n{BOB}, 0.5\n{BOB} 0.25\n")
    asked = ("--node", node.url, "--json")

    batch = run("wallet", "batch", str(wallet), str(recipients), *asked, password=PASSWORD)
    wrong = run("wallet", "send", str(wallet), BOB, "1", *asked, password="guess")
    with WalletClient(wallet, node_url=node.url) as alice:
        waiting = [each["txid"] for each in alice.history() if each["height"] is None]

    assert json.loads(batch.stdout)["paid"] == "0.75"
    assert json.loads(batch.stdout)["txid"] in waiting
    assert wrong.returncode == 1
    assert "expected the password of" in wrong.stderr
    assert "guess" not in wrong.stderr


def test_a_miner_mines_for_a_wallet_with_two_workers(node: Running, wallet: Path) -> None:
    with node.client() as client:
        before = client.get("/status").json()["height"]
        ended = run(
            *("miner", "--wallet", str(wallet), "--node", node.url, "--workers", "2"),
            *("--blocks", "2", "--timeout", "20", "--json"),
        )
        after = client.get("/status").json()["height"]

    assert ended.returncode == 0, ended.stderr
    mined_now = json.loads(ended.stdout)
    assert mined_now["blocks"] == 2
    assert mined_now["hashes"] > 0
    assert after >= before + 2


def test_noise_on_the_port_disturbs_nobody(node: Running) -> None:
    draws = [
        os.urandom(200),
        b"GET\r\n\r\n",
        b"\x16\x03\x01" * 50,
        b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 20_000,
    ]
    for noise in draws:
        with socket.create_connection(("127.0.0.1", node.api_port), 5) as line:
            line.sendall(noise)
            line.shutdown(socket.SHUT_WR)
            while True:
                try:
                    if not line.recv(4_096):
                        break
                except ConnectionError:
                    break

    with node.client() as client:
        assert client.get("/status").status_code == 200


def test_a_node_without_its_bootstrap_node_works(node: Running) -> None:
    with node.client() as client:
        assert client.get("/health").json()["status"] == "ok"
        assert client.get("/status").json()["active_peers"] == 0


def test_a_bootstrap_node_of_another_network_is_told_of_and_asked_about(
    node: Running, tmp_path: Path
) -> None:
    named = [f"127.0.0.1:{node.p2p_port}", node.url, "127.0.0.1:1"]

    with nodes(tmp_path, ["--database", "memory:", "--network", "main", "--bootstrap-nodes", *named]) as (
        main,
    ):
        assert main.process.stderr is not None
        lines = sorted(main.process.stderr.readline() for _ in named)
        with main.client() as client:
            found = {each["node"]: each["trouble"] for each in client.get("/peers").json()["bootstrap"]}
            height = client.get("/health").json()["height"]

    assert found == {
        named[0]: HANGS_UP,
        named[1]: "one of another network: 'dev'",
        named[2]: "connection refused: nobody listens there",
    }
    assert all("expected a node of network main, found " in line for line in lines)
    assert [line.split()[3] for line in lines] == [f"{each}:" for each in sorted(named)]
    assert height == 0


def test_nodes_find_each_other_and_keep_their_chain(tmp_path: Path) -> None:
    with nodes(tmp_path, ["--data-dir", "data"]) as (first,):
        with nodes(tmp_path, ["--database", "memory:", "--bootstrap-nodes", first.url]) as (second,):
            mined(first, 3)
            with second.client() as client:
                while True:
                    status = client.get("/status").json()
                    if status["height"] == 3:
                        break
                assert status["active_peers"] == 1
            second.process.send_signal(signal.SIGTERM)
            assert "node-0 has ended" in second.process.communicate(timeout=30)[0]
            assert second.process.returncode == 0
        first.process.send_signal(signal.SIGTERM)
        assert first.process.wait(30) == 0

    known = json.loads((tmp_path / "data" / "peers.json").read_text())
    assert [each[:2] for each in known["addresses"]] == [["127.0.0.1", second.p2p_port]]
    again = started("node-0", tmp_path, "--data-dir", "data")
    try:
        with ready(again).client() as client:
            assert client.get("/status").json()["height"] == 3
    finally:
        again.kill()
        again.communicate()
