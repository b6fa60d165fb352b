"""Slow roads: what travels on them arrives late, whole and in its order, and nobody sees a way around."""

import socket
import time
from collections.abc import Iterator
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread

import pytest

from lydite_subjects.coin.testing.processes import LOOPBACK, NodeFailed
from lydite_subjects.coin.testing.roads import BEYOND, SlowRoads

LATENCY_S = 0.05
PATIENCE_S = 60.0


class Echo(StreamRequestHandler):
    """Says where a caller seems to come from, and then what it says."""

    def handle(self) -> None:
        self.wfile.write(f"{self.client_address[0]}\n".encode())
        for line in self.rfile:
            self.wfile.write(line)


@pytest.fixture
def port() -> Iterator[int]:
    """Where an echo listens."""
    with ThreadingTCPServer((LOOPBACK, 0), Echo) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


@pytest.fixture
def roads() -> Iterator[SlowRoads]:
    """Roads that are closed in the end."""
    opened = SlowRoads(LATENCY_S)
    yield opened
    opened.close()


def test_what_travels_arrives_late_whole_and_in_its_order(port: int, roads: SlowRoads) -> None:
    roads.open(port)
    lines = [f"{number} {'x' * number}\n".encode() for number in range(2_000)]

    with socket.create_connection((BEYOND, port), PATIENCE_S) as caller, caller.makefile("rb") as heard:
        seen_from = heard.readline()
        begun = time.monotonic()
        # From a thread of its own, as the echo hears nothing more while nobody listens to it.
        Thread(target=caller.sendall, args=(b"".join(lines),)).start()
        first = heard.readline()
        took_s = time.monotonic() - begun
        rest = [heard.readline() for _ in lines[1:]]

    assert seen_from == f"{BEYOND}\n".encode()
    assert [first, *rest] == lines
    assert took_s >= 2 * LATENCY_S


def test_a_road_ends_when_both_have_said_all_or_nobody_is_there(port: int, roads: SlowRoads) -> None:
    # It is taken, but nobody listens there.
    silent = socket.socket()
    silent.bind((LOOPBACK, 0))
    lonely = silent.getsockname()[1]
    roads.open(lonely)
    roads.open(port)

    with (
        silent,
        socket.create_connection((BEYOND, lonely), PATIENCE_S) as unanswered,
        socket.create_connection((BEYOND, port), PATIENCE_S) as caller,
    ):
        caller.shutdown(socket.SHUT_WR)

        assert unanswered.recv(1) == b""
        assert caller.makefile("rb").read() == f"{BEYOND}\n".encode()


def test_roads_that_are_closed_end_for_all(port: int) -> None:
    roads = SlowRoads(LATENCY_S)
    roads.open(port)

    with socket.create_connection((BEYOND, port), PATIENCE_S) as caller, caller.makefile("rb") as heard:
        heard.readline()
        roads.close()

        assert heard.readline() == b""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((BEYOND, port), PATIENCE_S)


def test_a_road_that_cannot_begin_is_told(port: int, roads: SlowRoads) -> None:
    roads.open(port)

    with pytest.raises(NodeFailed, match=rf"{BEYOND}:{port}: expected an address .* found none: .*latency"):
        roads.open(port)
