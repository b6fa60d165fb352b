"""What a node knows of others when it starts again, and what becomes of a file that is no good."""

import asyncio
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lydite_subjects.coin.node.addresses import Kept
from lydite_subjects.coin.node.effects import Address
from lydite_subjects.coin.node.node import Node
from lydite_subjects.coin.node.remembrance import (
    FILE_BYTES_MAX,
    BadRemembrance,
    Ban,
    Remembered,
    Remembrance,
    remembered_as_bytes,
    remembered_from_bytes,
)
from lydite_subjects.coin.node.settings import Limits, Settings
from lydite_subjects.coin.node.wire import Known
from lydite_subjects.coin.spec.chain import Chain
from lydite_subjects.coin.spec.memory import Memory
from lydite_subjects.coin.spec.mempool import Mempool
from tests.subjects.coin.node.pump import EASY, PORT

HOST = "127.0.0.1"
BANNED = Address("5.6.7.8", PORT)


class Started:
    """A node that remembers, by a clock that the test sets."""

    def __init__(self, path: Path, *, now_s: int = 1_000_000, limits: Limits | None = None) -> None:
        self.path = path
        self.now_s = now_s
        limits = limits or Limits(outbound=0)
        chain = Chain.open(EASY, Memory(EASY.name))
        remembrance = Remembrance(str(path), EASY.name, "node-1")
        settings = Settings(node_id="node-1", limits=limits)
        self.node = Node(chain, Mempool(EASY), settings, host=HOST, remembrance=remembrance)
        self.node.now_s = lambda: self.now_s  # type: ignore[method-assign]
        self.book, self.roster = self.node.core.dialling.book, self.node.core.roster

    async def __aenter__(self) -> "Started":
        await self.node.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.node.stop()

    def learn(self, number: int) -> Address:
        address = Address(f"5.{number}.1.1", PORT)
        assert self.book.add(Known(*address, self.now_s - 5), "9.9.9.9", self.now_s)
        return address

    def ban(self) -> None:
        self.roster.conduct.punish(BANNED, "bad-block", self.roster.at_s)

    def is_banned(self, after_s: int = 0) -> bool:
        return self.roster.conduct.is_banned(BANNED, self.roster.at_s + after_s)


@pytest.mark.asyncio
async def test_addresses_and_bans_survive_a_restart(tmp_path: Path) -> None:
    async with Started(tmp_path / "data" / "peers.json") as first:
        told, worked = first.learn(1), first.learn(2)
        first.book.worked(worked, first.now_s)
        first.ban()
        kept = first.book.kept()

    async with Started(first.path, now_s=first.now_s + 600) as second:
        assert second.book.kept() == kept
        assert [each.worked for each in kept] == [False, True]
        assert {told, worked} <= {Address(each.host, each.port) for each in kept}
        assert second.is_banned()
        assert second.is_banned(2_999)
        assert not second.is_banned(3_000)
    async with Started(first.path, now_s=first.now_s + 3_600) as third:
        assert not third.is_banned()


@pytest.mark.asyncio
async def test_a_clock_that_was_set_back_makes_no_ban_longer(tmp_path: Path) -> None:
    async with Started(tmp_path / "peers.json") as first:
        first.ban()

    async with Started(first.path, now_s=5) as second:
        assert second.is_banned(3_599)
        assert not second.is_banned(3_600)


@pytest.mark.asyncio
async def test_what_was_restored_counts_for_who_told_it(tmp_path: Path) -> None:
    async with Started(tmp_path / "peers.json") as first:
        for number in range(9):
            first.learn(number)

    async with Started(first.path, limits=Limits(outbound=0, addresses_per_source=5)) as second:
        assert len(second.book) == 5
        second.learn(20)
        assert len(second.book) == 5


@pytest.mark.asyncio
async def test_it_is_written_when_there_is_something_new_and_not_at_once(tmp_path: Path) -> None:
    async with Started(tmp_path / "peers.json", limits=Limits(outbound=0, save_s=30)) as started:
        written: list[int] = []
        for second in range(1, 130):
            match second:
                case 2 | 3:
                    started.learn(second)
                case 61:
                    started.ban()
            started.roster.at_s += 1
            assert started.node._remembrance is not None
            started.node._remembrance.tick(started.book, started.roster, started.now_s)
            if started.path.exists():
                written.append(second)
                started.path.unlink()

    assert written == [30, 90]


@pytest.mark.asyncio
async def test_a_node_writes_while_it_runs(tmp_path: Path) -> None:
    limits = Limits(outbound=0, tick_s=1, save_s=1)
    async with Started(tmp_path / "peers.json", limits=limits) as started:
        address = started.learn(1)
        while not started.path.exists():
            await asyncio.sleep(0.01)
        found = remembered_from_bytes(started.path.read_bytes(), EASY.name)

    assert [(each.host, each.port) for each in found.addresses] == [address]
    assert [each.name for each in tmp_path.iterdir()] == ["peers.json"]


@pytest.mark.asyncio
@pytest.mark.parametrize("content", [b"", b"{", b"\0" * 4_096, b'{"format":"coin-peers"}'])
async def test_a_file_that_is_no_good_is_set_aside_and_the_node_starts(
    content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "peers.json"
    path.write_bytes(content)

    async with Started(path) as started:
        assert len(started.book) == 0
        address = started.learn(1)

    said = capsys.readouterr().err
    assert said.startswith(f"node-1: {path}: expected ")
    assert f"it is now {path}.bad, and the node begins without known addresses and bans" in said
    assert (tmp_path / "peers.json.bad").read_bytes() == content
    async with Started(path) as again:
        assert [(each.host, each.port) for each in again.book.kept()] == [address]


@pytest.mark.asyncio
async def test_a_place_that_cannot_be_used_is_told_once_and_the_node_lives(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    async with Started(tmp_path / "file" / "peers.json", limits=Limits(outbound=0, save_s=1)) as started:
        for number in range(5):
            started.learn(number)
            started.roster.at_s += 1
            assert started.node._remembrance is not None
            started.node._remembrance.tick(started.book, started.roster, started.now_s)

    assert capsys.readouterr().err.count("expected to keep what is known of others, found") == 1


def plain(**changes: Any) -> bytes:
    said = {"format": "coin-peers", "version": 1, "network": "dev", "addresses": [], "bans": []}
    return json.dumps(said | changes).encode()


ROW = ["5.6.7.8", PORT, 7, True, "9.9.9.9"]


def test_a_file_is_read_as_it_was_written() -> None:
    remembered = Remembered(
        (Kept("5.6.7.8", PORT, 7, True, "9.9.9.9"), Kept("2a01:4f8::1", 1, 0, False, "fe80::1%eth0")),
        (Ban("127.0.0.1:8000", 99), Ban("5.6.7.8", 0)),
    )

    assert remembered_from_bytes(remembered_as_bytes(remembered, "dev"), "dev") == remembered
    assert remembered_from_bytes(plain(addresses=[ROW]), "dev").addresses == (Kept(*ROW),)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"[" * 100_000, "expected JSON"),
        (b"1" * 5_000, "expected JSON"),
        (b" " * (FILE_BYTES_MAX + 1), "expected at most 2,000,000 bytes"),
        (b"[]", "expected ['coin-peers', 1, 'dev'], found []"),
        (plain(network="main"), "'main'"),
        (plain(version=2), "found ['coin-peers', 2, 'dev']"),
        (plain(addresses=None), "addresses: expected a list of at most 10,000, found None"),
        (plain(bans=[["5.6.7.8", 1]] * 4_097), "bans: expected a list of at most 4,096"),
        (plain(addresses=[ROW] * 10_001), "addresses: expected a list of at most 10,000"),
        (plain(bans=[["", 1]]), "bans: expected [host, until]"),
        (plain(bans=[["x" * 101, 1]]), "bans: expected [host, until]"),
        (plain(bans=[["5.6.7.8", -1]]), "bans: expected [host, until]"),
        (plain(bans=[["5.6.7.8", 1.5]]), "bans: expected [host, until]"),
        (plain(bans=["5"]), "bans: expected [host, until]"),
        *(
            (plain(addresses=[[*ROW[:at], bad, *ROW[at + 1 :]]]), "addresses: expected [host, port")
            for at, bad in [
                *(
                    (0, "node-2"),
                    (0, "224.0.0.1"),
                    (0, None),
                    (0, "5.6.7.8%" + "x" * 99),
                    (1, 0),
                    (1, 65_536),
                ),
                *((2, -1), (2, 1 << 80), (2, 1e9), (3, 1), (4, ""), (4, "x" * 101), (4, None)),
            ]
        ),
        (plain(addresses=[ROW[:4]]), "addresses: expected [host, port"),
    ],
)
def test_what_is_no_such_file_is_refused(data: bytes, found: str) -> None:
    with pytest.raises(BadRemembrance) as caught:
        remembered_from_bytes(data, "dev")

    assert found in str(caught.value)
    assert len(str(caught.value)) < 300


def test_any_damage_is_refused_or_read() -> None:
    draws = random.Random(5)
    whole = plain(addresses=[ROW] * 20, bans=[["5.6.7.8", 1]] * 20)
    tries: list[Callable[[], bytes]] = [
        lambda: whole[: draws.randrange(len(whole))],
        lambda: bytes(each ^ (1 << draws.randrange(8)) if draws.random() < 0.01 else each for each in whole),
    ]
    for _ in range(500):
        try:
            remembered_from_bytes(draws.choice(tries)(), "dev")
        except BadRemembrance:
            continue
