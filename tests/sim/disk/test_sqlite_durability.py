"""What a commit survives: honest disks keep every acknowledged row, lying ones do not, and replays agree."""

import sqlite3
from collections import Counter

import pytest

from lydite.model import Draws
from lydite.sim.disk.bends import DiskBend
from tests.sim.disk.fake import FakeWorld

SAFE = [("DELETE", "EXTRA"), ("TRUNCATE", "FULL"), ("PERSIST", "FULL"), ("WAL", "FULL")]


def trial(seed: int, *, mode: str, synchronous: str, lies: bool = False) -> tuple[int, str]:
    """Commit rows, start one more, lose the power; how many were acknowledged, and what came of them."""
    world = FakeWorld(seed)
    draws = Draws(seed, "workload")
    kept: list[sqlite3.Connection] = []

    def write() -> int:
        connection = sqlite3.connect("chain.db", isolation_level=None)
        kept.append(connection)
        connection.execute(f"pragma journal_mode={mode}")
        connection.execute(f"pragma synchronous={synchronous}")
        connection.execute("create table block(height integer primary key, body blob)")
        if lies:
            world.node.disk.bends.add(DiskBend(kind="lie"))
        rows = draws.between(5, 25)
        for height in range(1, rows + 1):
            connection.execute("insert into block values(?, ?)", (height, draws.octets(700)))
        connection.execute("pragma cache_size=2")
        connection.execute("begin")
        for height in range(rows + 1, rows + draws.between(1, 10)):
            connection.execute("insert into block values(?, ?)", (height, bytes(5000)))
        return rows

    def read(acknowledged: int) -> str:
        connection = sqlite3.connect("chain.db")
        try:
            if connection.execute("pragma integrity_check").fetchall() != [("ok",)]:
                return "corrupt"
            found = connection.execute("select coalesce(max(height), 0), count(*) from block").fetchone()
        except sqlite3.DatabaseError as error:
            return f"lost {acknowledged}" if "no such table" in str(error) else "corrupt"
        finally:
            connection.close()
        return "kept" if found == (acknowledged, acknowledged) else f"lost {acknowledged - found[1]}"

    process = world.process()
    acknowledged = world.run(write, process=process)
    world.kill(process)
    world.node.disk.power_loss()
    world.run(kept[0].close, process=process)
    return acknowledged, world.run(read, acknowledged)


@pytest.mark.parametrize(("mode", "synchronous"), SAFE)
def test_an_honest_disk_loses_no_acknowledged_row(mode: str, synchronous: str) -> None:
    outcomes = Counter(trial(seed, mode=mode, synchronous=synchronous)[1] for seed in range(100))

    assert outcomes == {"kept": 100}


def test_with_the_defaults_the_last_transaction_may_be_undone_and_nothing_is_corrupt() -> None:
    outcomes = Counter(trial(seed, mode="DELETE", synchronous="FULL")[1] for seed in range(100))

    assert set(outcomes) <= {"kept", "lost 1"}


def test_a_write_ahead_log_without_syncs_loses_rows_and_corrupts_nothing() -> None:
    outcomes = Counter(trial(seed, mode="WAL", synchronous="NORMAL")[1] for seed in range(100))

    assert "corrupt" not in outcomes
    assert outcomes["kept"] < 60


@pytest.mark.parametrize(("mode", "synchronous"), SAFE)
def test_a_lying_disk_loses_or_corrupts_most_of_the_time(mode: str, synchronous: str) -> None:
    outcomes = Counter(trial(seed, mode=mode, synchronous=synchronous, lies=True)[1] for seed in range(50))

    assert outcomes["kept"] < 25


def test_replays_are_equal() -> None:
    def replay() -> list[tuple[int, str]]:
        return [trial(seed, mode="DELETE", synchronous="EXTRA", lies=True) for seed in range(20)]

    assert replay() == replay()
