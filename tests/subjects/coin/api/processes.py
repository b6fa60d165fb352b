"""Real nodes, each a process on free ports of the loopback."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

ANSWER_S = 30.0


def run(program: str, *argv: str, password: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run one of the coin's programs to its end."""
    environment = {key: value for key, value in os.environ.items() if key != "COIN_WALLET_PASSWORD"}
    if password is not None:
        environment["COIN_WALLET_PASSWORD"] = password
    return subprocess.run(
        [sys.executable, "-m", f"lydite_subjects.coin.{program}", *argv],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=ANSWER_S,
        check=False,
    )


@dataclass
class Running:
    """A node that has said where it listens."""

    process: subprocess.Popen[str]
    api_port: int
    p2p_port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.api_port}"

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, trust_env=False, timeout=ANSWER_S)


def started(name: str, folder: Path, *argv: str) -> subprocess.Popen[str]:
    """A node that is starting: on free ports, unless told otherwise."""
    ports = ("--api-port", "0", "--p2p-port", "0")
    return subprocess.Popen(
        [sys.executable, "-m", "lydite_subjects.coin.node", "--node-id", name, *ports, *argv],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ready(process: subprocess.Popen[str]) -> Running:
    """The node, once it has said where it listens."""
    assert process.stdout is not None
    line = process.stdout.readline()
    assert "HTTP on" in line, process.communicate()[1]
    api, peers = line.partition(": HTTP on ")[2].split(", peers on ")
    return Running(process, int(api.rpartition(":")[2]), int(peers.rpartition(":")[2]))


@contextmanager
def nodes(folder: Path, *all_argv: Sequence[str]) -> Iterator[list[Running]]:
    """Several nodes, started side by side and killed in the end."""
    processes = [started(f"node-{number}", folder, *argv) for number, argv in enumerate(all_argv)]
    try:
        yield [ready(process) for process in processes]
    finally:
        for process in processes:
            process.kill()
            process.communicate()
