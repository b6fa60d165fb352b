"""The node as it is: real sockets, real files, real processes."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from lydite_subjects.counter.node import Journal, Node
from lydite_subjects.counter.spec import (
    FRAME_BYTES_MAX,
    Compare,
    Counted,
    Describe,
    Description,
    Hello,
    Increment,
    Message,
    Read,
    Refused,
    Request,
    Stored,
    Value,
    decode,
    encode,
    one,
)

pytestmark = pytest.mark.timeout(30)

NAMES = ("node-1", "node-2", "node-3")


@dataclass(slots=True)
class Cluster:
    """Three nodes in this process, on ports of the loopback, each with a folder for its journal."""

    folder: Path
    ports: dict[str, int] = field(default_factory=dict)
    nodes: dict[str, Node] = field(default_factory=dict)
    servers: dict[str, asyncio.Server] = field(default_factory=dict)
    tasks: dict[str, list[asyncio.Task[None]]] = field(default_factory=dict)

    async def start(self, name: str) -> None:
        peers = [other for other in NAMES if other != name]
        self.nodes[name] = node = Node(name, peers, Journal(str(self.folder / name)))
        loop = asyncio.get_running_loop()
        self.servers[name] = server = await loop.create_server(
            node.converse, "127.0.0.1", self.ports.get(name, 0)
        )
        self.ports[name] = server.sockets[0].getsockname()[1]
        self.tasks[name] = [asyncio.create_task(node.keep_beating(0.05))]

    def link(self, name: str) -> None:
        for other in NAMES:
            if other > name:
                work = self.nodes[name].keep_linked(other, "127.0.0.1", self.ports[other])
                self.tasks[name].append(asyncio.create_task(work))

    async def stop(self, name: str) -> None:
        for task in self.tasks.pop(name):
            task.cancel()
        self.servers[name].close()
        await self.nodes[name].end()
        await self.servers.pop(name).wait_closed()

    async def ask(self, name: str, request: Request) -> Message:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.ports[name])
        writer.write(encode(request))
        answer = decode(await reader.readline())
        writer.close()
        return answer

    async def say(self, name: str, *messages: Message) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.ports[name])
        writer.write(b"".join(encode(message) for message in messages))
        return reader, writer

    async def converged(self) -> Description:
        while True:
            described = [await self.ask(name, Describe(0)) for name in self.servers]
            first, *rest = [told for told in described if isinstance(told, Description)]
            if all((told.digest, told.value) == (first.digest, first.value) for told in rest):
                return first


@asynccontextmanager
async def cluster(folder: Path) -> AsyncIterator[Cluster]:
    made = Cluster(folder)
    for name in NAMES:
        await made.start(name)
    for name in NAMES:
        made.link(name)
    yield made
    for name in list(made.servers):
        await made.stop(name)


def played(folder: Path, story: str) -> None:
    """Run one of the stories below in an event loop of its own."""

    async def play() -> None:
        async with cluster(folder) as nodes:
            await STORIES[story](nodes)

    asyncio.run(play())


async def increments_are_read_on_every_node(nodes: Cluster) -> None:
    for number in range(1, 4):
        assert await nodes.ask(NAMES[number - 1], Increment(number, "ann", number)) == Counted(number)

    assert [await nodes.ask(name, Read(9)) for name in NAMES] == [Value(9, 3)] * 3


async def a_repeated_increment_counts_once(nodes: Cluster) -> None:
    for name in (*NAMES, *NAMES):
        assert await nodes.ask(name, Increment(1, "ann", 1)) == Counted(1)

    assert await nodes.ask("node-2", Read(9)) == Value(9, 1)


async def two_of_three_go_on_and_the_third_catches_up(nodes: Cluster) -> None:
    await nodes.stop("node-3")
    assert await nodes.ask("node-1", Increment(1, "ann", 1)) == Counted(1)
    assert await nodes.ask("node-2", Increment(2, "bob", 1)) == Counted(2)

    await nodes.start("node-3")
    nodes.link("node-3")

    assert (await nodes.converged()).value == 2
    assert await nodes.ask("node-3", Read(9)) == Value(9, 2)


async def one_of_three_promises_nothing(nodes: Cluster) -> None:
    await nodes.stop("node-2")
    await nodes.stop("node-3")

    answers = [await nodes.ask("node-1", request) for request in (Increment(1, "ann", 1), Read(2))]

    assert answers == [Refused(tag, "no majority answers") for tag in (1, 2)]


async def a_restarted_node_has_kept_its_journal(nodes: Cluster) -> None:
    await nodes.ask("node-1", Increment(1, "ann", 1))
    await nodes.converged()

    for name in NAMES:
        await nodes.stop(name)
    for name in NAMES:
        await nodes.start(name)

    assert all(node.state.tally == one("ann", 1) for node in nodes.nodes.values())


async def a_bad_line_is_answered_and_ends_the_connection(nodes: Cluster) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", nodes.ports["node-1"])

    writer.write(b"hello\n" + encode(Describe(4)))

    refused = decode(await reader.readline())
    assert isinstance(refused, Refused)
    assert "one line of JSON" in refused.why
    assert await reader.read() == b""
    writer.close()


async def a_stranger_is_no_peer_and_an_answer_to_nothing_is_refused(nodes: Cluster) -> None:
    reader, writer = await nodes.say("node-1", Hello(1, "node-9"), Hello(2, "node-1"), Stored(3))

    assert [decode(await reader.readline()) for _ in range(3)] == [
        Refused(1, "node-1 expects no hello of node-9"),
        Refused(2, "node-1 expects no hello of node-1"),
        Refused(3, "node-1 has asked nothing"),
    ]
    writer.close()


async def a_peer_that_calls_again_is_asked_on_its_new_connection(nodes: Cluster) -> None:
    await nodes.stop("node-2")
    first, first_writer = await nodes.say("node-3", Hello(0, "node-2"))
    second, second_writer = await nodes.say("node-3", Hello(0, "node-2"))

    assert isinstance(decode(await second.readline()), Compare)
    await first.read()
    assert first.at_eof()
    first_writer.close()
    second_writer.close()


async def a_line_without_end_is_cut_off(nodes: Cluster) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", nodes.ports["node-1"])

    writer.write(b"x" * (FRAME_BYTES_MAX + 2))

    assert decode(await reader.readline()) == Refused(0, f"a message has at most {FRAME_BYTES_MAX} bytes")
    assert await reader.read() == b""
    writer.close()


async def a_client_that_leaves_early_harms_nobody(nodes: Cluster) -> None:
    for _ in range(20):
        _, writer = await asyncio.open_connection("127.0.0.1", nodes.ports["node-1"])
        writer.write(encode(Read(1)))
        writer.transport.abort()

    assert await nodes.ask("node-1", Read(9)) == Value(9, 0)


STORIES = {
    story.__name__: story
    for story in (
        increments_are_read_on_every_node,
        a_repeated_increment_counts_once,
        two_of_three_go_on_and_the_third_catches_up,
        one_of_three_promises_nothing,
        a_restarted_node_has_kept_its_journal,
        a_bad_line_is_answered_and_ends_the_connection,
        a_stranger_is_no_peer_and_an_answer_to_nothing_is_refused,
        a_peer_that_calls_again_is_asked_on_its_new_connection,
        a_line_without_end_is_cut_off,
        a_client_that_leaves_early_harms_nobody,
    )
}


@pytest.mark.parametrize("story", STORIES)
def test_on_the_loopback(story: str, tmp_path: Path) -> None:
    played(tmp_path, story)


def program(*argv: str, folder: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "lydite_subjects.counter.node", *argv],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        text=True,
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_program_cleanly(number: signal.Signals, tmp_path: Path) -> None:
    with program("--name", "node-1", "--port", "0", folder=tmp_path) as node:
        assert node.stdout is not None
        started = node.stdout.readline()
        node.send_signal(number)
        rest, complaints = node.communicate()

    assert started.startswith("node-1 listens on port ")
    assert (rest, complaints, node.returncode) == ("node-1 has ended\n", "", 0)
    assert (tmp_path / "data" / "journal").exists()


@pytest.mark.parametrize(
    ("argv", "status", "complaint"),
    [
        (["--port", "1"], 2, "--name"),
        (["--name", "a", "--port", "one"], 2, "invalid int value: 'one'"),
        (["--name", "a", "--peers", "b"], 2, "a peer is NAME=HOST:PORT, found 'b'"),
        (["--name", "a", "--peers", "b=host:99999"], 2, "found 'b=host:99999'"),
        (["--name", "a", "--peers", "a=host:7000"], 2, "a name of its own, found a, a"),
        (["--name", "a", "--port", "0", "--data", "file/data"], 1, "a: cannot start: "),
        (["--name", "a", "--port", "0", "--data", "rotten"], 1, "line 1 of 2 is not what was written"),
        (["--name", "a", "--port", "0", "--host", "203.0.113.1"], 1, "a: cannot start: "),
    ],
)
def test_a_program_that_cannot_start_says_why(
    argv: list[str], status: int, complaint: str, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "rotten").mkdir()
    (tmp_path / "rotten" / "journal").write_text("not a journal\nat all\n")

    with program(*argv, folder=tmp_path) as node:
        _, complaints = node.communicate()

    assert node.returncode == status
    assert complaint in complaints
    assert "Traceback" not in complaints
