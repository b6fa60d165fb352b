"""Real nodes of the coin, measured from outside: how fast one syncs from another, what it answers, how large it is."""

import argparse
import asyncio
import json
import os
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from lydite_subjects.coin.spec.params import DEV
from lydite_subjects.coin.store import open_ledger
from lydite_subjects.coin.testing import ChainFactory, NetworkTestHelper, TestNode
from lydite_subjects.coin.testing.processes import ask

PATIENCE_S: Final = 600.0
POLL_S: Final = 0.02
CONNECTIONS: Final = 8
REQUEST: Final = b"GET /status HTTP/1.1\r\nHost: node\r\n\r\n"
TICKS_PER_S: Final = os.sysconf("SC_CLK_TCK")


def sync(blocks: int, requests: int) -> dict[str, Any]:
    """A newcomer on SQLite gets a chain with one payment a block from one peer, and then answers requests."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made_s = _write_chain(folder / "server", blocks)
        nodes: list[TestNode] = []
        try:
            nodes.append(NetworkTestHelper.start_test_node("server", folder, timeout=PATIENCE_S))
            known = ["--bootstrap-nodes", f"127.0.0.1:{nodes[0].p2p_port}"]
            # It is silent until the newcomer is up: what is measured has a beginning.
            nodes[0].process.send_signal(signal.SIGSTOP)
            nodes.append(
                NetworkTestHelper.start_test_node("client", folder, options=known, timeout=PATIENCE_S)
            )
            watched = _watched(nodes[0], nodes[1], blocks)
            sizes = _memory_mb(nodes[1])
            answers = asyncio.run(_asked(nodes[1], requests))
        finally:
            for each in nodes:
                each.process.send_signal(signal.SIGCONT)
            NetworkTestHelper.stop_test_nodes(nodes)
    return {
        "blocks": blocks,
        "blocks_per_s": blocks / watched["seconds"],
        **watched,
        "making_the_chain_s": made_s,
        "memory_mb": sizes["VmRSS"],
        "memory_peak_mb": sizes["VmHWM"],
        **answers,
    }


def _write_chain(folder: Path, blocks: int) -> float:
    """A chain in a database; what it took."""
    begun = time.perf_counter()
    factory = ChainFactory(DEV, payments=1)
    factory.grow(blocks)
    folder.mkdir()
    ledger = open_ledger(f"sqlite:///{folder / 'coin.db'}", DEV)
    factory.open(ledger)
    ledger.close()
    return time.perf_counter() - begun


def _watched(server: TestNode, client: TestNode, height: int) -> dict[str, float]:
    """Lets the server speak, and waits until the client has all; seconds, and CPU seconds of both.

    The client is asked seldom: each answer costs it a little.
    """
    assert _told(client)["height"] == 0
    before = _cpu_s(client), _cpu_s(server)
    begun = time.perf_counter()
    server.process.send_signal(signal.SIGCONT)
    while _told(client)["height"] < height:
        assert time.perf_counter() - begun < PATIENCE_S, client.log
        time.sleep(POLL_S)
    return {
        "seconds": time.perf_counter() - begun,
        "client_cpu_s": _cpu_s(client) - before[0],
        "server_cpu_s": _cpu_s(server) - before[1],
    }


def _told(node: TestNode) -> dict[str, Any]:
    """What it says about itself; with patience, as it is busy."""
    return ask(f"{node.url}/status", timeout=PATIENCE_S)


async def _asked(node: TestNode, requests: int) -> dict[str, float]:
    """Requests for /status on a few connections that are kept; per second, and per CPU second of the node."""
    each = requests // CONNECTIONS
    await _ask(node.api_port, 20)
    begun, cpu = time.perf_counter(), _cpu_s(node)
    await asyncio.gather(*[_ask(node.api_port, each) for _ in range(CONNECTIONS)])
    took_s, cpu_s = time.perf_counter() - begun, _cpu_s(node) - cpu
    return {
        "requests_per_s": each * CONNECTIONS / took_s,
        "requests_per_cpu_s": each * CONNECTIONS / cpu_s if cpu_s else float("inf"),
    }


async def _ask(port: int, count: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(count):
        writer.write(REQUEST)
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        size = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await reader.readexactly(int(size.partition(b":")[2]))
    writer.close()
    await writer.wait_closed()


def _cpu_s(node: TestNode) -> float:
    """What a process has used so far, by itself and for system calls."""
    fields = Path(f"/proc/{node.process.pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S


def _memory_mb(node: TestNode) -> dict[str, float]:
    lines = Path(f"/proc/{node.process.pid}/status").read_text().splitlines()
    parts = dict(line.split(":", 1) for line in lines)
    return {name: int(parts[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM")}


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--blocks", type=int, default=10_000)
    parser.add_argument("--requests", type=int, default=8_000)
    options = parser.parse_args()
    sys.stdout.write(json.dumps(sync(options.blocks, options.requests)) + "\n")


if __name__ == "__main__":
    main()
