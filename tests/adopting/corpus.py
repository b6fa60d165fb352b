"""A project as one finds it: scripts that grew beside a chain, some of them tests, and what must be said of each."""

from pathlib import Path
from typing import NamedTuple

SIMPLE = '''\
#!/usr/bin/env python3
"""Simple blockchain test - run while the node is up!"""
import sys
import httpx

BASE = "http://localhost:8080"


def test_node_is_up():
    response = httpx.get(f"{BASE}/v1/health", timeout=5)
    if response.status_code != 200:
        print("node is down!")
        return False
    print("node is up")
    return True


def test_head_is_known():
    response = httpx.get(f"{BASE}/v1/head", timeout=5)
    head = response.json()
    print("head:", head["height"], head["hash"])
    return head["height"] >= 0


if __name__ == "__main__":
    passed = test_node_is_up() and test_head_is_known()
    print("ALL PASSED" if passed else "FAILED")
    sys.exit(0 if passed else 1)
'''

FILES = {
    "pyproject.toml": """\
[project]
name = "chain"
version = "0"

[tool.pytest.ini_options]
testpaths = ["tests"]
markers = [
    "unit: Unit tests for individual components",
    "slow: Tests that take more than 10 seconds",  # seconds
]
""",
    "tests/conftest.py": """\
import pytest


@pytest.fixture
def genesis():
    return {"height": 0, "hash": "00" * 32}
""",
    "tests/test_blockchain_simple.py": SIMPLE,
    "tests/test_blockchain_final.py": SIMPLE.replace("8080", "8181").replace("Simple", "FINAL (use this)"),
    "tests/test_blockchain_nodes.py": '''\
"""Two nodes find each other and agree on a head."""

import time

import httpx

NODES = ["http://127.0.0.1:8080", "http://127.0.0.1:8090"]


def heads():
    return [httpx.get(f"{node}/head").json()["hash"] for node in NODES]


def test_nodes_agree_in_the_end():
    for _ in range(60):
        if len(set(heads())) == 1:
            break
        time.sleep(1)
    assert len(set(heads())) == 1


def test_a_late_node_catches_up():
    time.sleep(15)
    assert httpx.get(NODES[1] + "/height").json() > 0
''',
    "tests/test_full_workflow.py": '''\
"""Full workflow: wallet -> job -> miner -> payment. Needs ALL services!!!"""
import time

import httpx

COORDINATOR = "http://localhost:8011"
CHAIN = "http://localhost:8080"
WALLET = "http://localhost:8081"
MARKET = "http://localhost:8102"


class TestWorkflow:
    def test_job_is_paid(self):
        wallet = httpx.post(f"{WALLET}/v1/wallets").json()
        job = httpx.post(f"{COORDINATOR}/v1/jobs", json={"payer": wallet["address"]}).json()
        while httpx.get(f"{COORDINATOR}/v1/jobs/{job['id']}", timeout=300).json()["state"] != "COMPLETED":
            time.sleep(2)
        assert httpx.get(f"{CHAIN}/v1/balance/{wallet['address']}").json() < 100

    def test_offer_is_listed(self):
        assert httpx.get(f"{MARKET}/v1/offers").json()
''',
    "tests/test_staking_lifecycle.py": """\
import psycopg

DSN = "postgresql://aitbc:test@localhost:5432/aitbc_test"


def test_stake_is_stored():
    with psycopg.connect(DSN) as connection:
        connection.execute("INSERT INTO stakes VALUES (%s, %s)", ("ait1test", 100))
        assert connection.execute("SELECT amount FROM stakes").fetchone() == (100,)


def test_unstake_removes_it():
    with psycopg.connect(DSN) as connection:
        connection.execute("DELETE FROM stakes")
        assert connection.execute("SELECT count(*) FROM stakes").fetchone() == (0,)
""",
    "tests/test_agent_coordinator_api.py": """\
# -*- coding: utf-8 -*-
# Agent coordinator – API
import httpx, json
from unittest import TestCase
URL = "http://localhost:8011"
class AgentApi(TestCase):
    def setUp(self):
        self.client = httpx.Client(base_url=URL)
    def test_register(self):
        self.assertEqual(self.client.post("/agents", content=json.dumps({"id": "ä"})).status_code, 201)
    def test_list(self):
        self.assertTrue(self.client.get("/agents").json())
""",
    "tests/test_ecdsa_crypto.py": '''\
"""ECDSA."""

from __future__ import annotations

import hashlib

from coincurve import PrivateKey


def test_a_signature_verifies():
    key = PrivateKey(b"1" * 32)
    message = hashlib.sha256(b"pay").digest()

    assert key.public_key.verify(key.sign(message), message)
''',
    "tests/test_difficulty_adjustment.py": """\
def retarget(old, spent, wanted):
    return max(1, old * wanted // max(1, spent))


def test_blocks_too_fast_raise_the_difficulty():
    assert retarget(100, 30, 60) == 200


def test_never_below_one():
    assert retarget(1, 6000, 60) == 1


def test_genesis_has_height_zero(genesis):
    assert genesis["height"] == 0
""",
    "tests/test_multicore_mining.py": """\
import multiprocessing
import time
import pytest


def mine(difficulty):
    nonce = 0
    while nonce % difficulty != difficulty - 1:
        nonce += 1
    return nonce


@pytest.mark.parametrize("cores", [1, 2])
def test_hashrate_grows_with_cores(cores):
    begun = time.perf_counter()
    with multiprocessing.Pool(cores) as pool:
        pool.map(mine, [1000] * cores)
    elapsed = time.perf_counter() - begun
    print(f"{cores} cores: {1000 * cores / elapsed:.0f} H/s")
    assert elapsed < 60
""",
    "tests/test_transaction_properties.py": """\
from hypothesis import given, strategies as st


@given(st.lists(st.integers(min_value=1)))
def test_change_is_never_negative(coins):
    assert sum(coins) - min(sum(coins), 10) >= 0
""",
    "tests/test_network_partition.py": """\
import os
import signal
import subprocess
import time


def test_minority_stops_and_heals():
    subprocess.run("tc qdisc add dev lo root netem loss 100%", shell=True, check=True)
    node = subprocess.Popen(["chain-node", "--port", "8080"])
    time.sleep(5)
    os.kill(node.pid, signal.SIGKILL)
    assert node.wait() != 0
""",
    "tests/test_double_spend_attack.py": """\
def spend(ledger, coin):
    if coin not in ledger:
        raise ValueError("double spend")
    return ledger - {coin}


def test_the_same_coin_is_not_spent_twice():
    ledger = spend({"a", "b"}, "a")
    try:
        spend(ledger, "a")
    except ValueError:
        return
    assert False, "spent twice"


def test_injection_into_memo_is_escaped():
    assert "DROP TABLE" in "Robert'); DROP TABLE students;--"
""",
    "tests/test_gpu_inference.py": """\
import pytest


@pytest.fixture
def device():
    torch = pytest.importorskip("torch")
    return "cuda:0" if torch.cuda.is_available() else "cpu"


def test_matrix_multiplication(device):
    import torch

    assert torch.ones(2, 2, device=device).sum() == 4
""",
    "tests/crypto/test_keystore.py": """\
import sqlite3


def test_a_key_is_kept(tmp_path):
    with sqlite3.connect(tmp_path / "keys.db") as database:
        database.execute("CREATE TABLE keys (name TEXT)")
        database.execute("INSERT INTO keys VALUES ('a')")
        assert database.execute("SELECT name FROM keys").fetchall() == [("a",)]
""",
    "tests/test_health_arguments.py": """\
import sys

import httpx


def test_health(base_url, token):
    assert httpx.get(base_url + "/health", headers={"X-Api-Key": token}).status_code == 200


if __name__ == "__main__":
    test_health(sys.argv[1], "test-api-key")
    print("OK")
""",
    "tests/test_marked_by_hand.py": """\
import pytest
pytestmark = [pytest.mark.slow]  # takes ages


@pytest.mark.e2e
class TestJourney:
    def test_nothing_yet(self):
        assert True
""",
    "tests/test_wallet_old.py": """\
import os, sys
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "src"))
from chain.wallet import Wallet

def test_address_has_prefix():
    assert Wallet().address.startswith("ait1")
""",
    "tests/test_sync_blocks.py": """\
from chain_helpers import make_block


def test_block_follows():
    assert make_block(1)["height"] == 1
""",
    "tests/chain_helpers.py": """\
def make_block(height):
    return {"height": height}
""",
    "tests/unit/test_block.py": """\
import pytest

pytestmark = pytest.mark.unit


def test_block_has_hash():
    assert True
""",
    "tests/test_integration_simple.py": """\
import httpx

print("=== integration test ===")
for port in (8011, 8080):
    try:
        print(port, httpx.get(f"http://localhost:{port}/health").status_code)
    except Exception as error:
        print(port, "FAILED", error)
""",
    "tests/debug_mining.py": """\
import hashlib


def main():
    nonce = 0
    while not hashlib.sha256(str(nonce).encode()).hexdigest().startswith("000"):
        nonce += 1
    print("found nonce", nonce)


if __name__ == "__main__":
    main()
""",
    "tests/verify_chain.py": """\
import sqlite3
import sys


def main():
    rows = sqlite3.connect(sys.argv[1]).execute("SELECT height, parent FROM blocks").fetchall()
    assert rows, "no blocks"
    for (height, _), (after, _) in zip(rows, rows[1:]):
        assert after == height + 1
    print("chain is fine")


if __name__ == "__main__":
    main()
""",
    "tests/quick_api_check.py": """\
import argparse
import sys

import httpx

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--url", default="http://localhost:8011")
    up = httpx.get(parser.parse_args().url).status_code == 200
    print("up" if up else "down")
    sys.exit(not up)
""",
    "tests/seed_database.py": """\
import sqlite3

if __name__ == "__main__":
    with sqlite3.connect("chain.db") as database:
        database.execute("INSERT INTO wallets VALUES ('ait1rich', 1000000)")
""",
    "tests/run_all.sh": """\
#!/bin/sh
python tests/seed_database.py
pytest tests/test_blockchain_simple.py
curl -s http://localhost:8011/health
""",
    "src/chain/__init__.py": "",
    "src/chain/wallet.py": 'class Wallet:\n    address = "ait1abc"\n',
}


class Expected(NamedTuple):
    """What must be proposed for a file; its place is its own path where none is told."""

    nature: str
    markers: tuple[str, ...] = ()
    certainty: str = "sure"
    place: str = ""


EXPECTED = {
    "tests/conftest.py": Expected("module"),
    "tests/chain_helpers.py": Expected("module"),
    "tests/test_blockchain_simple.py": Expected(
        "test", ("integration", "network"), "sure", "tests/integration/test_blockchain_simple.py"
    ),
    "tests/test_blockchain_final.py": Expected(
        "test", ("integration", "network"), "sure", "tests/integration/test_blockchain_final.py"
    ),
    "tests/test_blockchain_nodes.py": Expected(
        "test", ("integration", "slow", "network"), "sure", "tests/integration/test_blockchain_nodes.py"
    ),
    "tests/test_full_workflow.py": Expected(
        "test", ("e2e", "slow", "network"), "sure", "tests/e2e/test_full_workflow.py"
    ),
    "tests/test_staking_lifecycle.py": Expected(
        "test", ("integration", "database"), "sure", "tests/integration/test_staking_lifecycle.py"
    ),
    "tests/test_agent_coordinator_api.py": Expected(
        "test", ("integration", "network"), "sure", "tests/integration/test_agent_coordinator_api.py"
    ),
    "tests/test_ecdsa_crypto.py": Expected(
        "test", ("unit", "crypto"), "sure", "tests/unit/test_ecdsa_crypto.py"
    ),
    "tests/test_difficulty_adjustment.py": Expected(
        "test", ("unit", "mining"), "sure", "tests/unit/test_difficulty_adjustment.py"
    ),
    "tests/test_multicore_mining.py": Expected(
        "test", ("performance", "mining"), "sure", "tests/performance/test_multicore_mining.py"
    ),
    "tests/test_transaction_properties.py": Expected(
        "test", ("property",), "sure", "tests/property/test_transaction_properties.py"
    ),
    "tests/test_network_partition.py": Expected(
        "test", ("chaos", "network"), "sure", "tests/chaos/test_network_partition.py"
    ),
    "tests/test_double_spend_attack.py": Expected(
        "test", ("security",), "sure", "tests/security/test_double_spend_attack.py"
    ),
    "tests/test_gpu_inference.py": Expected(
        "test", ("unit", "gpu"), "sure", "tests/unit/test_gpu_inference.py"
    ),
    "tests/crypto/test_keystore.py": Expected(
        "test", ("unit", "database", "crypto"), "likely", "tests/unit/crypto/test_keystore.py"
    ),
    "tests/test_health_arguments.py": Expected(
        "test", ("integration",), "likely", "tests/integration/test_health_arguments.py"
    ),
    "tests/test_marked_by_hand.py": Expected(
        "test", ("e2e", "slow"), "sure", "tests/e2e/test_marked_by_hand.py"
    ),
    "tests/test_wallet_old.py": Expected("test", ("unit", "crypto")),
    "tests/test_sync_blocks.py": Expected(
        "test", ("integration", "network"), "likely", "tests/integration/test_sync_blocks.py"
    ),
    "tests/unit/test_block.py": Expected("test", ("unit",)),
    "tests/test_integration_simple.py": Expected("check", ("integration", "network")),
    "tests/debug_mining.py": Expected("check", ("unit", "mining"), "unsure"),
    "tests/verify_chain.py": Expected("check", ("unit", "database"), "likely"),
    "tests/quick_api_check.py": Expected("check", ("integration", "network")),
    "tests/seed_database.py": Expected("tool", (), "likely", "tools/seed_database.py"),
    "tests/run_all.sh": Expected("shell"),
}


def write_corpus(root: Path, files: dict[str, str] | None = None) -> Path:
    """The project, in a folder."""
    for path, text in (FILES if files is None else files).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8", newline="")
    return root


def contents(root: Path) -> dict[str, tuple[bytes, int]]:
    """Every file below a folder, byte for byte, with its mode; what Lydite and pytest keep for themselves left out."""
    return {
        path.relative_to(root).as_posix(): (path.read_bytes(), path.stat().st_mode)
        for path in sorted(root.rglob("*"))
        if path.is_file()
        and not {".lydite", "__pycache__", ".pytest_cache"} & {*path.relative_to(root).parts}
    }
