"""People at the nodes of a network: wallets in files, what they have, and miners that work for them."""

import json
import subprocess
import sys
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from lydite_subjects.coin.spec.params import DEV
from lydite_subjects.coin.testing import MiningTestHelper, NetworkTestHelper, TestNode
from lydite_subjects.coin.testing.processes import ask, eventually
from lydite_subjects.coin.wallet import create_wallet
from lydite_subjects.coin.wallet.file import QUICK

PATIENCE_S = 60.0
"""How long anything may take on a machine that has much else to do; waits end as soon as it is so."""
PASSWORD = "a password of tests"
REWARD = Decimal(50)


def wallet(folder: Path, name: str) -> tuple[Path, str]:
    """A new wallet: its file, and its address."""
    path = folder / f"{name}.wallet"
    return path, create_wallet(path, PASSWORD, cost=QUICK).address


def funded(folder: Path, name: str, network: Sequence[TestNode], rewards: int = 1) -> tuple[Path, str]:
    """A wallet that can spend so many rewards at each of the nodes, and has no others."""
    path, address = wallet(folder, name)
    for _ in range(rewards):
        mine(network[0], address)
    for _ in range(DEV.maturity_blocks - 1):
        mine(network[0])
    settle(network)
    return path, address


def mine(node: TestNode, address: str | None = None) -> dict[str, Any]:
    """One block by a node, for somebody."""
    block = MiningTestHelper.mine_test_block(node.url, address, PATIENCE_S)
    assert block is not None, node.log
    return block


def settle(network: Sequence[TestNode]) -> int:
    """All have the longest chain; returns its height. Two chains of equal length end with the next block."""
    height: int = max(each.status()["height"] for each in network)
    for each in network:
        assert MiningTestHelper.wait_for_blocks(each.url, height + 1, PATIENCE_S), each.log
    if len({each.status()["tip"] for each in network}) > 1:
        height = mine(network[0])["height"]
    assert NetworkTestHelper.wait_for_agreement(network, PATIENCE_S), [each.status() for each in network]
    return height


def balances(network: Sequence[TestNode], address: str) -> set[Decimal]:
    """What the nodes say that an address has in blocks: one amount, if they agree."""
    return {Decimal(ask(f"{each.url}/balance/{address}")["balance"]) for each in network}


def waits_everywhere(network: Sequence[TestNode], txid: str) -> bool:
    """Does a transaction come to wait for a block at all of the nodes?"""

    def does() -> bool:
        pools = [ask(f"{each.url}/transactions?limit=1000")["transactions"] for each in network]
        return all(txid in {each["txid"] for each in pool} for pool in pools)

    return eventually(does, PATIENCE_S)


def miner(node: TestNode, address: str, *options: str) -> "subprocess.Popen[str]":
    """A mining client in a process of its own, which tells in JSON what it has done."""
    command = [sys.executable, "-m", "lydite_subjects.coin.miner", "--wallet", address, "--node", node.url]
    return subprocess.Popen(
        [*command, "--timeout", f"{PATIENCE_S:g}", "--json", *options],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def mined(process: "subprocess.Popen[str]") -> dict[str, Any]:
    """What a mining client tells in the end."""
    try:
        said, complained = process.communicate(timeout=PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise
    assert process.returncode == 0, complained
    found: dict[str, Any] = json.loads(said)
    return found
