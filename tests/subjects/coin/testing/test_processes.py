"""Nodes as processes: started, waited for, asked, and stopped, whatever they do."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lydite_subjects.coin.spec.keys import PrivateKey
from lydite_subjects.coin.testing import MiningTestHelper, NetworkTestHelper, NodeFailed, TestNode, processes
from lydite_subjects.coin.testing.processes import free_ports

STANDIN = "tests.subjects.coin.testing.standin"


@pytest.fixture(autouse=True)
def _found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[4]))


@pytest.fixture
def nodes(tmp_path: Path) -> Iterator[list[TestNode]]:
    found = NetworkTestHelper.start_test_nodes(3, tmp_path, module=STANDIN)
    yield found
    NetworkTestHelper.stop_test_nodes(found)


def test_nodes_are_started_and_know_the_first_one(nodes: list[TestNode]) -> None:
    told = [each.status() for each in nodes]

    assert [each["node_id"] for each in told] == ["test_node_0", "test_node_1", "test_node_2"]
    assert [each["active_peers"] for each in told] == [0, 1, 1]
    assert len({each.api_port for each in nodes} | {each.p2p_port for each in nodes}) == 6


def test_nodes_end_when_they_are_asked(nodes: list[TestNode]) -> None:
    nodes[0].process.kill()
    NetworkTestHelper.stop_test_nodes(nodes)

    assert all(each.process.poll() is not None for each in nodes)


def test_what_is_waited_for_is_waited_for(nodes: list[TestNode]) -> None:
    assert MiningTestHelper.wait_for_blocks(nodes[0].url, 8, timeout=20)
    assert nodes[0].status()["blockchain_length"] > 8
    assert NetworkTestHelper.wait_for_peers(nodes[1].url, 1, timeout=20)
    assert NetworkTestHelper.wait_for_agreement(nodes, timeout=20)


def test_what_does_not_come_is_waited_for_no_longer_than_allowed(nodes: list[TestNode]) -> None:
    began = time.monotonic()

    assert not MiningTestHelper.wait_for_blocks(nodes[0].url, 10**9, timeout=0.3)
    assert not NetworkTestHelper.wait_for_peers(nodes[0].url, 1, timeout=0.3)
    assert not NetworkTestHelper.wait_for_node_ready(free_ports(1)[0], timeout=0.3)
    assert not NetworkTestHelper.wait_for_agreement([], timeout=0.3)
    assert time.monotonic() - began < 10


def test_a_node_mines_for_whom_it_is_told(nodes: list[TestNode]) -> None:
    address = PrivateKey(b"\1" * 32).address

    told = MiningTestHelper.mine_test_block(nodes[0].url, address, timeout=60)

    assert told == {"mined_for": address, "within_s": 60}, "it looks for one as long as it is waited for"
    assert MiningTestHelper.mine_test_block(nodes[0].url) is not None


def test_a_node_that_does_not_mine_has_mined_nothing(tmp_path: Path) -> None:
    node = NetworkTestHelper.start_test_node("a", tmp_path, options=["--advertise", "refuse"], module=STANDIN)
    try:
        assert MiningTestHelper.mine_test_block(node.url) is None
    finally:
        NetworkTestHelper.stop_test_nodes([node])
    assert MiningTestHelper.mine_test_block(node.url) is None


def test_a_node_that_fails_says_what_it_has_printed(tmp_path: Path) -> None:
    began = time.monotonic()

    with pytest.raises(NodeFailed, match="found it ended with exit code 1; it printed:\ncannot do it"):
        NetworkTestHelper.start_test_nodes(1, tmp_path, options=["--advertise", "fail"], module=STANDIN)

    assert time.monotonic() - began < 20


def test_a_node_that_does_not_answer_is_killed(tmp_path: Path) -> None:
    with pytest.raises(NodeFailed, match=r"within 1 s, found no answer"):
        NetworkTestHelper.start_test_nodes(
            1, tmp_path, options=["--advertise", "sleep"], module=STANDIN, timeout=1
        )


def test_a_node_that_does_not_end_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "STOP_S", 0.3)
    node = NetworkTestHelper.start_test_node(
        "deaf", tmp_path, options=["--advertise", "deaf"], module=STANDIN
    )

    with pytest.raises(NodeFailed, match=r"expected nodes to end within 0\.3 s of SIGTERM, found deaf"):
        NetworkTestHelper.stop_test_nodes([node])

    assert node.process.poll() is not None


def test_free_ports_are_all_different() -> None:
    assert len(set(free_ports(50))) == 50


def test_what_nodes_print_is_kept_where_there_is_a_folder_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "logs" / "e2e"
    monkeypatch.setenv("LYDITE_PROCESS_LOGS", str(kept))
    failing = ["--advertise", "fail"]

    for folder in ("a", "a", "b"):
        with pytest.raises(NodeFailed, match=r"it printed:\n(cannot do it\n?)+"):
            NetworkTestHelper.start_test_nodes(1, tmp_path / folder, options=failing, module=STANDIN)

    # One that is started again with its data goes on in its log; another one of its name has its own.
    assert {path.name: path.read_text().count("cannot do it") for path in kept.iterdir()} == {
        "test_node_0.log": 2,
        "test_node_0-2.log": 1,
    }
