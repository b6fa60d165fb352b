"""The gossip as three real processes on this machine, through its command line."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.e2e

SOURCE = Path(__file__).parents[1] / "src"

DEADLINE_S = 60


class Nodes:
    """Processes by their names."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.running: dict[str, subprocess.Popen[str]] = {}

    def start(self, name: str, *peers: str, port: str = "0") -> str:
        """Start a node; its address."""
        data = str(self.folder / name)
        options = ("--name", name, "--port", port, "--data", data, "--beat", "0.1", "--peers", *peers)
        self.running[name] = subprocess.Popen(
            command("node", *options), env=ENVIRONMENT, stdout=subprocess.PIPE, text=True
        )
        said = self.running[name].stdout
        assert said is not None
        return said.readline().split()[-1]

    def kill(self, name: str) -> None:
        """As by a crash: it has no time to put anything in order."""
        process = self.running.pop(name)
        process.kill()
        process.communicate()


ENVIRONMENT = {**os.environ, "PYTHONPATH": str(SOURCE)}


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "gossip", *words]


def said(*words: str) -> list[str]:
    """What the command line says."""
    done = subprocess.run(command(*words), env=ENVIRONMENT, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def wait_until_known(address: str, count: int) -> list[str]:
    """What a node lists, once that is so much."""
    deadline_s = time.monotonic() + DEADLINE_S
    while len(known := said("list", address)) < count:
        assert time.monotonic() < deadline_s, f"{address} knows only {known}"
    return known


@pytest.fixture
def nodes(tmp_path: Path) -> Iterator[Nodes]:
    started = Nodes(tmp_path)
    yield started
    for name in list(started.running):
        started.kill(name)


def test_what_one_is_told_all_know_once_also_after_a_crash(nodes: Nodes) -> None:
    ann = nodes.start("ann")
    bob = nodes.start("bob", ann)
    cai = nodes.start("cai", bob)

    said("tell", ann, "the mill burns")
    assert wait_until_known(cai, 1) == ["ann-1: the mill burns"]
    nodes.kill("bob")
    said("tell", ann, "it rains")
    nodes.start("bob", ann, port=bob.rpartition(":")[2])
    said("tell", bob, "the fire is out")

    for address in (ann, bob, cai):
        assert sorted(wait_until_known(address, 3)) == [
            "ann-1: the mill burns",
            "ann-2: it rains",
            "bob-1: the fire is out",
        ]
