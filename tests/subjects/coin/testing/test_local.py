"""Nodes on threads of this process: they are real, speak with whoever speaks as they do, and leave nothing behind."""

import socket
import threading
from pathlib import Path

import pytest

from lydite_subjects.coin.node.frames import FrameReader, frame
from lydite_subjects.coin.node.wire import GetHeaders, HeadersMessage, Message, Verack, Version
from lydite_subjects.coin.spec.params import DEV, MAIN
from lydite_subjects.coin.store import InUse
from lydite_subjects.coin.testing import ChainFactory, MiningTestHelper, NetworkTestHelper
from lydite_subjects.coin.testing.chains import FOREVER_S
from lydite_subjects.coin.testing.local import LocalNode
from lydite_subjects.coin.testing.processes import LOOPBACK, ask

pytest_plugins = ["lydite_subjects.coin.testing"]

PATIENCE_S = 60.0


def greet(node: LocalNode, magic: bytes) -> tuple[list[Message], list[Message]]:
    """Meets a node as a peer does, byte by byte: what it says to a greeting, and to a question for headers."""
    reader = FrameReader(magic)
    with socket.create_connection((LOOPBACK, node.p2p_port), PATIENCE_S) as line:

        def hear(command: str) -> list[Message]:
            heard: list[Message] = []
            while command not in {each.command for each in heard}:
                data = line.recv(65_536)
                if not data:
                    return heard
                heard += reader.feed(data)
            return heard

        line.sendall(frame(Version(1, "dev", "stranger", 0, bytes(32), 7, 1, DEV.genesis_time_s), magic))
        greeting = hear("verack")
        if greeting:
            line.sendall(frame(Verack(), magic) + frame(GetHeaders((), bytes(32)), magic))
        return greeting, hear("headers") if greeting else []


def test_the_node_of_the_fixture_says_who_it_is_and_mines(mock_network_node: LocalNode) -> None:
    told = mock_network_node.status()

    assert told["node_id"] == mock_network_node.node_id == "mock_network_node"
    assert (told["blockchain_length"], told["active_peers"]) == (1, 0)
    assert (told["api_port"], told["p2p_port"]) == (mock_network_node.port, mock_network_node.p2p_port)
    block = MiningTestHelper.mine_test_block(mock_network_node.url)
    assert block is not None
    assert mock_network_node.call(lambda node: node.chain.tip.hash.hex()) == block["hash"]
    assert MiningTestHelper.wait_for_blocks(mock_network_node.url, 2, PATIENCE_S)


def test_the_node_of_the_fixture_speaks_the_protocol(mock_network_node: LocalNode) -> None:
    factory = ChainFactory()
    mock_network_node.call(lambda node: node.chain.add_blocks(factory.grow(3), FOREVER_S))

    greeting, answer = greet(mock_network_node, DEV.magic)

    assert [each.command for each in greeting][:2] == ["version", "verack"]
    headers = next(each for each in answer if isinstance(each, HeadersMessage))
    assert [each.hash for each in headers.headers][-3:] == [each.hash for each in factory.blocks[1:]]


def test_a_peer_of_another_network_is_not_answered(mock_network_node: LocalNode) -> None:
    assert greet(mock_network_node, MAIN.magic)[0] == []
    assert mock_network_node.status()["active_peers"] == 0


def test_a_node_here_and_a_node_in_a_process_have_one_chain(
    mock_network_node: LocalNode, tmp_path: Path
) -> None:
    other = NetworkTestHelper.start_test_node("other", tmp_path, timeout=PATIENCE_S)
    try:
        mock_network_node.knows(other)
        assert NetworkTestHelper.wait_for_peers(mock_network_node.url, 1, PATIENCE_S)
        block = MiningTestHelper.mine_test_block(mock_network_node.url, timeout=PATIENCE_S)

        assert block is not None
        assert NetworkTestHelper.wait_for_agreement([mock_network_node, other], PATIENCE_S)
        assert other.status()["tip"] == block["hash"]
    finally:
        NetworkTestHelper.stop_test_nodes([other])


def test_a_node_with_a_database_finds_its_chain_again_and_is_alone_with_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'coin.db'}"
    with LocalNode("first", database=url) as node:
        MiningTestHelper.fund_wallet(node.url, ChainFactory().wallets[0].address)
        tip = node.status()["tip"]
        with pytest.raises(InUse, match="found another one"), LocalNode("second", database=url):
            pass

    with LocalNode("first", database=url) as node:
        assert node.status()["tip"] == tip
        assert ask(f"{node.url}/balance/{ChainFactory().wallets[0].address}")["spendable"] == "50"


def test_a_node_that_has_ended_leaves_no_thread_and_no_port() -> None:
    before = threading.active_count()
    with LocalNode() as node:
        assert threading.active_count() > before
        ports = (node.api_port, node.p2p_port)

    assert threading.active_count() == before
    for port in ports:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((LOOPBACK, port), PATIENCE_S)
    node.stop()


def test_a_node_that_does_not_run_says_so_and_may_be_started_again() -> None:
    node = LocalNode("early")

    for _ in range(2):
        with pytest.raises(RuntimeError, match="early: expected a node that runs, found one that does not"):
            node.status()
        with pytest.raises(RuntimeError, match="early: expected a node that runs, found one that does not"):
            node.call(lambda each: each.port)
        with node:
            assert node.status()["node_id"] == "early"
