"""The mining client against a node that is played: templates, blocks that come too late, and tips that move."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from lydite_subjects.coin.miner import MiningClient, program
from lydite_subjects.coin.miner import client as module
from lydite_subjects.coin.miner.program import main
from lydite_subjects.coin.remote import NodeRefused, NodeUnreachable, Remote
from lydite_subjects.coin.spec.blocks import Block, Header, block_from_hex, root_of
from lydite_subjects.coin.spec.errors import BadAddress, CoinError
from lydite_subjects.coin.spec.transactions import Output, coinbase
from lydite_subjects.coin.spec.work import is_met

ADDRESS = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"
EASY, HOPELESS = 0x2000FFFF, 0x01010000


@dataclass
class PlayedNode:
    """Says what a node would say, as far as a miner asks."""

    bits: int = EASY
    tip: bytes = bytes(32)
    taken: list[Block] = field(default_factory=list)
    answers: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)
    """What it says instead."""
    asked: list[str] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        self.asked.append(path)
        if path in self.answers:
            status, said = self.answers[path]
            return httpx.Response(status, json=said)
        return httpx.Response(200, json=getattr(self, path.strip("/").replace("/", "_"))(request))

    def status(self, _: httpx.Request) -> dict[str, Any]:
        return {"tip": self.tip.hex()}

    def mining_template(self, request: httpx.Request) -> dict[str, Any]:
        height = len(self.taken) + 1
        first = coinbase(height, [Output.pay(request.url.params["address"], 50)])
        header = Header(1, self.tip, root_of([first]), 1_735_689_600 + height, self.bits, 0)
        return {"height": height, "block": Block(header, (first,)).encode().hex()}

    def mining_submit(self, request: httpx.Request) -> dict[str, Any]:
        block = block_from_hex(json.loads(request.content)["block"])
        assert is_met(block.hash, block.header.bits)
        if block.header.previous != self.tip:
            return {"connected": False, "tip": self.tip.hex()}
        self.tip = block.hash
        self.taken.append(block)
        return {"connected": True, "tip": self.tip.hex()}


def mining(node: Callable[[httpx.Request], httpx.Response]) -> MiningClient:
    return MiningClient(ADDRESS, node=Remote(transport=httpx.MockTransport(node)))


def test_a_template_becomes_a_block_of_the_chain() -> None:
    node = PlayedNode()
    miner = mining(node)

    template = miner.get_mining_template()
    block = miner.mine_block(template, timeout=10)

    assert len(template.transactions) == 1
    assert template.transactions[0].outputs[0].address == ADDRESS
    assert template.index == 1
    assert block is not None
    assert block.nonce > 0
    assert block.transactions == template.transactions
    assert miner.submit_block(block) is True
    assert node.taken == [Block(block.header, block.transactions)]


def test_mining_for_a_while_tells_what_came_of_it() -> None:
    node, told = PlayedNode(), list[int]()

    mined = mining(node).mine_for_duration(30, blocks_max=3, tell=lambda block: told.append(block.index))

    assert told == [1, 2, 3]
    assert mined["blocks"] == len(node.taken) == 3
    assert mined["hashes"] > 0
    assert mined["stale"] == 0
    assert mined["hash_rate"] == pytest.approx(mined["hashes"] / mined["seconds"])


def test_a_template_is_left_when_the_tip_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_S", 0.0)
    node = PlayedNode(bits=HOPELESS)
    miner = mining(node)
    template = miner.get_mining_template()
    node.tip = bytes([1] * 32)

    assert miner.mine_block(template, timeout=60) is None


def test_a_node_that_is_silent_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_S", 0.0)
    node = PlayedNode(bits=HOPELESS)
    miner = mining(node)
    template = miner.get_mining_template()

    def away(request: httpx.Request) -> httpx.Response:
        node.asked.append("nobody")
        raise httpx.ConnectError("nobody is there", request=request)

    node.status = away  # type: ignore[method-assign, assignment]
    assert miner.mine_block(template, timeout=0.3) is None
    assert node.asked.count("nobody") > 1


def test_a_block_that_comes_too_late_is_not_taken() -> None:
    node = PlayedNode()
    miner = mining(node)
    block = miner.mine_block(miner.get_mining_template())
    node.tip = bytes([1] * 32)

    assert block is not None
    assert miner.submit_block(block) is False
    assert "somebody was faster" in str(miner.last_error)


def test_a_block_that_is_refused_tells_the_rule() -> None:
    said = {"error": {"rule": "fees-sum", "expected": "50", "found": "51", "where": "block", "try": "less"}}
    node = PlayedNode(answers={"/mining/submit": (422, said)})
    miner = mining(node)
    block = miner.mine_block(miner.get_mining_template())

    assert block is not None
    assert miner.submit_block(block) is False
    assert isinstance(miner.last_error, NodeRefused)
    assert miner.last_error.rule == "fees-sum"
    assert str(miner.last_error) == "block: fees-sum: expected 50, found 51; try: less"


TROUBLE = {"error": {"kind": "failed", "expected": "a disk", "found": "a full one", "where": "database"}}


def test_a_node_in_trouble_is_no_miner_who_came_too_late() -> None:
    node = PlayedNode(answers={"/mining/submit": (503, TROUBLE)})
    miner = mining(node)

    with pytest.raises(NodeRefused, match="database: failed: expected a disk, found a full one"):
        miner.mine_for_duration(30, blocks_max=1)

    assert (miner.blocks, miner.stale) == (0, 0)
    node.answers.clear()
    assert miner.mine_for_duration(30, blocks_max=1)["blocks"] == 1


def test_the_program_waits_for_a_node_in_trouble_and_says_so_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    node = PlayedNode(answers={"/mining/submit": (503, TROUBLE)})
    monkeypatch.setattr(program, "MiningClient", lambda *_: mining(node))
    monkeypatch.setattr(program, "PAUSE_S_MIN", 0.01)

    assert main(["--wallet", ADDRESS, "--timeout", "0.5"]) == 1

    said = capsys.readouterr().err
    assert said.count("expected a disk, found a full one; trying again") == 1
    assert "found none that takes blocks until the time was over" in said
    # With longer and longer pauses, so that it does not make things worse.
    assert 2 <= node.asked.count("/mining/submit") < 20


@pytest.mark.parametrize("address", ["", "test_miner", "2MzQwSSnBHWHqSAqtTVQ6v47XtaisrJa1Vc"])
def test_nobody_mines_for_what_is_no_address(address: str) -> None:
    with pytest.raises(BadAddress):
        MiningClient(address)


def test_what_is_no_node_is_told_apart() -> None:
    def web_site(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, text="<html>")

    with pytest.raises(NodeUnreachable, match="expected the JSON of a coin node"):
        mining(web_site).get_mining_template()
    with (
        Remote("http://127.0.0.1:1") as nobody,
        pytest.raises(
            NodeUnreachable, match=": expected a node, found connection refused; is it running, and"
        ),
    ):
        nobody.get("/status")
    with pytest.raises(NodeUnreachable, match="expected the URL of a node"):
        MiningClient(ADDRESS, "localhost:5000")


def test_the_program_ends_when_there_is_no_node(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["--wallet", ADDRESS, "--node", "http://127.0.0.1:1", "--timeout", "0.2"])

    said = capsys.readouterr().err
    assert code == 1
    assert "http://127.0.0.1:1: expected a node" in said
    assert "until the time was over" in said


@pytest.mark.parametrize(
    ("argv", "text"),
    [
        (["--wallet", "nobody"], "expected a wallet file, found none"),
        (["--wallet", "nobody"], "'nobody': expected the address of a wallet or its file, found neither"),
        (["--wallet", "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy"], "as an address, expected version 0"),
        (["--wallet", ""], "expected an address that begins with 1, found ''"),
        (["--wallet", ADDRESS, "--node", "nowhere"], "expected the URL of a node"),
        (["--wallet", ADDRESS, "--workers", "9999"], "expected 1 to 1,024, found 9,999"),
    ],
)
def test_the_program_says_what_it_cannot_do(
    argv: list[str], text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(argv) == 1
    assert text in capsys.readouterr().err


@pytest.mark.parametrize(
    "argv", [[], ["--workers", "0"], ["--timeout", "-1"], ["--timeout", "nan"], ["--blocks", "x"]]
)
def test_the_program_understands_only_numbers_that_make_sense(argv: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--wallet", ADDRESS, *argv] if argv else [])
    assert caught.value.code == 2


def test_a_node_error_without_a_shape_is_told_all_the_same() -> None:
    node = PlayedNode(answers={"/mining/template": (500, {})})

    with pytest.raises(CoinError, match="500: expected None, found None"):
        mining(node).get_mining_template()
