"""Two banks as real processes on this machine, asked over HTTP."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

pytestmark = pytest.mark.e2e

SOURCE = Path(__file__).parents[1] / "src"

DEADLINE_S = 60


class Banks:
    """Processes by their names, on ports of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.running: dict[str, subprocess.Popen[str]] = {}
        self.ports: dict[str, str] = {}

    def start(self, name: str, *others: str) -> None:
        """Start a bank, where it was before if it was there."""
        known = [f"{other}=127.0.0.1:{self.ports[other]}" for other in others]
        options = ["--name", name, "--port", self.ports.get(name, "0"), "--data", str(self.folder / name)]
        self.running[name] = subprocess.Popen(
            [sys.executable, "-m", "ledger", "bank", *options, "--beat", "0.1", "--banks", *known],
            env={**os.environ, "PYTHONPATH": str(SOURCE)},
            stdout=subprocess.PIPE,
            text=True,
        )
        said = self.running[name].stdout
        assert said is not None
        self.ports[name] = said.readline().strip().rpartition(":")[2]

    def kill(self, name: str) -> None:
        """As by a crash: it has no time to put anything in order."""
        process = self.running.pop(name)
        process.kill()
        process.communicate()

    def pay(self, bank: str, key: str, payer: str, payee: str, amount: int) -> tuple[int, str]:
        """The status and the words with which a transfer is answered."""
        wanted = {"key": key, "payer": payer, "payee": payee, "amount": amount}
        response = httpx.post(
            f"http://127.0.0.1:{self.ports[bank]}/transfers", json=wanted, timeout=DEADLINE_S
        )
        return response.status_code, response.json()["answer"]

    def balances(self, bank: str) -> dict[str, int]:
        """What stands in the books of a bank, by account."""
        balances: dict[str, int] = {}
        books = httpx.get(f"http://127.0.0.1:{self.ports[bank]}/books", timeout=DEADLINE_S).json()
        for _, account, amount in books["entries"]:
            balances[account] = balances.get(account, 0) + amount
        return balances


@pytest.fixture
def banks(tmp_path: Path) -> Iterator[Banks]:
    started = Banks(tmp_path)
    yield started
    for name in list(started.running):
        started.kill(name)


def test_money_for_another_bank_arrives_once_though_that_bank_was_down(banks: Banks) -> None:
    banks.start("south")
    banks.start("north", "south")
    banks.pay("north", "open ann", "cash", "ann", 100)
    banks.pay("south", "open bob", "cash", "bob", 100)

    banks.kill("south")
    answers = [banks.pay("north", "rent", "ann", "bob@south", 30) for _ in range(2)]
    too_much = banks.pay("north", "yacht", "ann", "bob@south", 71)
    banks.start("south")

    assert answers == [(200, "done"), (200, "done")]
    assert too_much == (409, "ann has 70")
    deadline_s = time.monotonic() + DEADLINE_S
    while banks.balances("south")["bob"] == 100:
        assert time.monotonic() < deadline_s, "the money does not arrive"
    assert banks.balances("south") == {"cash": -100, "bob": 130, "@north": -30}
    assert banks.balances("north") == {"cash": -100, "ann": 70, "@south": 30}
