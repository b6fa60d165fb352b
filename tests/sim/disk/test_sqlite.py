"""`sqlite3`, unmodified, on the disk of a simulated host."""

import gc
import os
import sqlite3
import subprocess
import sys
import warnings
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from lydite.model import Refused
from lydite.sim.disk import sqlite_files
from lydite.sim.disk.bends import DiskBend
from lydite.sim.hosts.process import SimProcess
from lydite.sim.patches import sqlite as patch
from lydite.world import Disk
from tests.sim.disk.fake import FakeWorld


@pytest.fixture
def world() -> FakeWorld:
    return FakeWorld()


def connect(path: str = "chain.db", mode: str = "DELETE") -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute(f"pragma journal_mode={mode}")
    connection.execute("create table if not exists block(height integer primary key, body blob)")
    return connection


def heights(path: str = "chain.db") -> list[int]:
    connection = sqlite3.connect(path)
    try:
        return [height for (height,) in connection.execute("select height from block order by height")]
    finally:
        connection.close()


def test_rows_are_on_the_hosts_disk_and_nowhere_else(world: FakeWorld) -> None:
    def program() -> None:
        connection = connect()
        connection.execute("insert into block values(1, 'x')")
        connection.close()

    world.run(program)

    assert world.run(heights) == [1]
    assert world.run(lambda: Path("chain.db").read_bytes()[:15]) == b"SQLite format 3"
    assert not os.path.exists("chain.db")
    assert world.run(lambda: os.path.exists("chain.db"), process=world.process(world.other)) is False


def test_a_relative_path_follows_the_process(world: FakeWorld) -> None:
    def program() -> list[object]:
        os.mkdir("data")
        os.chdir("data")
        connection = connect("a.db")
        shown = connection.execute("pragma database_list").fetchall()
        connection.close()
        return [shown, os.listdir("/disk/data")]

    assert world.run(program) == [[(0, "main", "/disk/data/a.db")], ["a.db"]]


@pytest.mark.parametrize("mode", ["DELETE", "TRUNCATE", "PERSIST", "MEMORY", "OFF", "WAL"])
def test_every_journal_mode_commits_and_rolls_back(world: FakeWorld, mode: str) -> None:
    def program() -> list[object]:
        connection = connect(mode=mode)
        connection.execute("insert into block values(1, 'x')")
        connection.execute("begin")
        connection.executemany("insert into block values(?, ?)", [(n, "y" * 2000) for n in range(2, 500)])
        if mode != "OFF":
            connection.execute("rollback")
        else:
            connection.execute("commit")
        connection.execute("insert into block values(1000, 'x')")
        check = connection.execute("pragma integrity_check").fetchall()
        count = connection.execute("select count(*) from block").fetchone()
        connection.close()
        return [check, count]

    assert world.run(program) == [[("ok",)], (500 if mode == "OFF" else 2,)]


def test_a_write_ahead_log_serves_two_connections_at_once(world: FakeWorld) -> None:
    def program() -> list[object]:
        writer, reader = connect(mode="WAL"), connect(mode="WAL")
        writer.execute("insert into block values(1, 'x')")
        reader.execute("begin")
        seen: list[object] = [reader.execute("select count(*) from block").fetchone()]
        writer.execute("insert into block values(2, 'x')")
        seen.append(reader.execute("select count(*) from block").fetchone())
        reader.execute("commit")
        seen.append(reader.execute("select count(*) from block").fetchone())
        writer.execute("pragma wal_checkpoint(truncate)")
        writer.close()
        reader.close()
        return [*seen, os.listdir()]

    assert world.run(program) == [(1,), (1,), (2,), ["chain.db"]]


def test_a_locked_database_is_waited_for_in_virtual_time(world: FakeWorld) -> None:
    def program() -> str:
        first = connect()
        second = sqlite3.connect("chain.db", timeout=2.5)
        first.execute("begin exclusive")
        with pytest.raises(sqlite3.OperationalError) as caught:
            second.execute("insert into block values(1, 'x')")
        first.close()
        second.close()
        return str(caught.value)

    assert world.run(program) == "database is locked"
    assert 2_000_000_000 <= world.charged_ns <= 3_000_000_000


def test_readers_and_a_writer_without_a_log_exclude_each_other(world: FakeWorld) -> None:
    def program() -> list[str]:
        reader, writer = connect(), sqlite3.connect("chain.db", timeout=0, isolation_level=None)
        writer.execute("insert into block values(1, 'x')")
        reader.execute("begin")
        reader.execute("select * from block").fetchall()
        writer.execute("begin immediate")
        writer.execute("insert into block values(2, 'x')")
        with pytest.raises(sqlite3.OperationalError) as caught:
            writer.execute("commit")
        reader.execute("commit")
        writer.execute("commit")
        reader.close()
        writer.close()
        return [str(caught.value)]

    assert world.run(program) == ["database is locked"]
    assert world.run(heights) == [1, 2]


def test_databases_in_memory_and_temporary_ones(world: FakeWorld) -> None:
    def program() -> list[object]:
        memory, temporary = sqlite3.connect(":memory:"), sqlite3.connect("")
        seen: list[object] = []
        for connection in (memory, temporary):
            connection.execute("pragma cache_size=10")
            connection.execute("create table t(a)")
            connection.executemany("insert into t values(?)", [("x" * 1000,)] * 500)
            connection.execute("create temp table u as select * from t order by random()")
            seen.append(connection.execute("select count(*) from u").fetchone())
            connection.close()
        return [*seen, os.listdir("."), os.listdir("/tmp")]

    assert world.run(program) == [(500,), (500,), [], []]


def test_time_and_randomness_are_the_hosts_own() -> None:
    def ask() -> list[object]:
        connection = sqlite3.connect("a.db")
        connection.execute("create table if not exists t(a)")
        answer = connection.execute(
            "select datetime('now'), julianday('now'), random(), hex(randomblob(9))"
        ).fetchone()
        connection.close()
        return list(answer)

    def both(seed: int) -> tuple[list[object], list[object]]:
        world = FakeWorld(seed)
        world.now_ns = 61_000_000_000
        return world.run(ask), world.run(ask, process=world.process(world.other))

    first, other = both(1)
    assert first[0] == "2026-01-01 00:01:01"
    assert first[1] == pytest.approx(2461041.5 + 61 / 86400)
    assert first[2:] != other[2:]
    assert both(1) == (first, other)
    assert both(2)[0][2:] != first[2:]


@pytest.mark.parametrize("operation", ["read", "write", "sync"])
def test_a_failing_disk_is_an_error_of_sqlite(world: FakeWorld, operation: str) -> None:
    def insert(height: int) -> None:
        connection = sqlite3.connect("chain.db", isolation_level=None)
        try:
            connection.execute("pragma journal_mode=persist")
            connection.execute("insert into block values(?, 'x')", (height,))
        finally:
            connection.close()

    def program() -> str:
        connect(mode="PERSIST").close()
        insert(1)
        bend = world.node.disk.bends.add(DiskBend(kind="fail", operation=operation))
        with pytest.raises(sqlite3.OperationalError) as caught:
            insert(2)
        world.node.disk.bends.remove(bend)
        insert(3)
        return str(caught.value)

    assert world.run(program) == "disk I/O error"
    assert world.run(heights) == [1, 3]


def test_a_full_disk_in_the_middle_of_a_transaction_undoes_it() -> None:
    world = FakeWorld(spec=Disk(bytes_max=60_000))

    def program() -> list[object]:
        connection = connect()
        connection.execute("insert into block values(1, 'x')")
        with pytest.raises(sqlite3.OperationalError) as caught, connection:
            connection.execute("begin")
            for height in range(2, 100):
                connection.execute("insert into block values(?, ?)", (height, "y" * 2000))
        check = connection.execute("pragma integrity_check").fetchall()
        connection.close()
        return [str(caught.value), check]

    assert world.run(program) == ["database or disk is full", [("ok",)]]
    assert world.run(heights) == [1]


def in_a_transaction(
    kept: list[sqlite3.Connection], mode: str, synchronous: str = "FULL"
) -> Callable[[], None]:
    def program() -> None:
        connection = connect(mode=mode)
        connection.execute(f"pragma synchronous={synchronous}")
        connection.execute("insert into block values(1, 'x')")
        connection.execute("pragma cache_size=5")
        connection.execute("begin")
        for height in range(2, 200):
            connection.execute("insert into block values(?, ?)", (height, "y" * 3000))
        kept.append(connection)

    return program


def collect(kept: list[sqlite3.Connection]) -> None:
    """A connection and its cache of statements refer to each other: only the collector frees them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # Of a connection that nobody closed, from 3.13 on.
        kept.clear()
        gc.collect()


@pytest.mark.parametrize("mode", ["DELETE", "TRUNCATE", "PERSIST", "WAL"])
@pytest.mark.parametrize("synchronous", ["OFF", "FULL"])
def test_a_killed_process_writes_nothing_more_and_its_transaction_is_undone_by_the_next_one(
    world: FakeWorld, mode: str, synchronous: str
) -> None:
    kept: list[sqlite3.Connection] = []
    killed = world.process()
    world.run(in_a_transaction(kept, mode, synchronous), process=killed)
    elsewhere = world.process(world.other)
    world.run(lambda: Path("chain.db-journal").write_text("another host's"), process=elsewhere)

    world.kill(killed)
    before = len(world.records)

    world.run(collect, kept, process=elsewhere)

    assert world.records[before:] == []
    assert world.run(os.listdir, process=elsewhere) == ["chain.db-journal"]
    assert world.run(heights) == [1]


def test_a_connection_that_is_collected_while_another_host_runs_means_its_own_disk(world: FakeWorld) -> None:
    kept: list[sqlite3.Connection] = []
    living = world.process()
    world.run(in_a_transaction(kept, "DELETE"), process=living)
    elsewhere = world.process(world.other)
    world.run(lambda: Path("chain.db-journal").write_text("another host's"), process=elsewhere)

    world.run(collect, kept, process=elsewhere)

    assert world.run(os.listdir, process=elsewhere) == ["chain.db-journal"]
    assert world.run(os.listdir) == ["chain.db"]
    assert world.run(heights) == [1]


def test_a_connection_that_outlives_the_world_touches_nothing(world: FakeWorld, tmp_path: Path) -> None:
    kept: list[sqlite3.Connection] = []
    world.run(in_a_transaction(kept, "DELETE"))
    before = len(world.records)

    collect(kept)
    real = sqlite3.connect(tmp_path / "real.db")
    real.execute("create table t(a)")
    real.execute("insert into t values(1)")
    real.commit()
    real.close()

    assert world.records[before:] == []
    assert os.listdir(tmp_path) == ["real.db"]


def test_a_real_database_may_be_read_and_not_written(world: FakeWorld) -> None:
    folder = Path(__file__).parent
    real = folder / "real.db"
    connection = sqlite3.connect(real)
    connection.execute("create table t(a)")
    connection.commit()
    connection.close()

    def program() -> list[object]:
        connection = sqlite3.connect(real)
        rows = connection.execute("select * from t").fetchall()
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            connection.execute("insert into t values(1)")
        connection.close()
        with pytest.raises(sqlite3.OperationalError, match="unable to open"):
            sqlite3.connect(folder / "new.db")
        return rows

    try:
        assert world.run(program) == []
    finally:
        real.unlink()
    assert not (folder / "new.db").exists()
    assert len(world.refusals) == 1


@pytest.mark.parametrize("uri", ["file:x.db?cache=shared", "file:/x?vfs=memdb"])
def test_what_would_join_hosts_is_refused(world: FakeWorld, uri: str) -> None:
    def program() -> None:
        with pytest.raises(Refused, match="join the hosts"):
            sqlite3.connect(uri, uri=True)

    world.run(program)


@pytest.mark.parametrize("name", ["unix", "unix-none", "unix-dotfile", "unix-excl"])
def test_no_other_file_system_leads_out_of_the_world(world: FakeWorld, name: str) -> None:
    def program() -> list[str]:
        with closing(sqlite3.connect(f"file:x.db?vfs={name}", uri=True)) as connection:
            connection.execute("create table t(a)")
        return os.listdir()

    assert "x.db" in world.run(program)
    assert not os.path.exists("x.db")


def test_a_mistake_below_sqlite_ends_the_run_and_not_the_interpreter(
    world: FakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    def explode(*_arguments: object) -> bytes:
        raise ZeroDivisionError("a mistake")

    def program() -> None:
        connection = connect()
        second = sqlite3.connect("chain.db")
        monkeypatch.setattr(type(world.node.disk), "read", explode)
        with pytest.raises(sqlite3.OperationalError, match="disk I/O error"):
            second.execute("select * from block").fetchall()
        monkeypatch.undo()
        second.close()
        connection.close()

    world.run(program)

    assert "ZeroDivisionError below SQLite" in world.refusals[0].what


def test_where_the_library_hides_its_symbols_files_are_refused_and_memory_is_not(world: FakeWorld) -> None:
    def program() -> None:
        patch._refuse_files("sqlite3.connect", (":memory:",))
        with pytest.raises(Refused, match="hides the symbols"):
            patch._refuse_files("sqlite3.connect", ("chain.db",))

    world.run(program)
    patch._refuse_files("sqlite3.connect", ("outside a world",))


def test_the_library_is_the_one_that_sqlite3_uses() -> None:
    library = patch.find_library()

    assert library is not None
    assert library.sqlite3_libversion().decode() == sqlite3.sqlite_version


ENDS = """
import sqlite3, sys
from lydite.sim.patches import install
install()
from tests.sim.disk.fake import FakeWorld

real = sqlite3.connect(sys.argv[1])
real.execute("create table t(a)")
real.execute("insert into t values(1)")

world = FakeWorld()
kept = []

def program():
    connection = sqlite3.connect("chain.db")
    connection.execute("create table t(a)")
    connection.execute("insert into t values(1)")
    kept.append(connection)

world.run(program)
sys.kept = (real, kept)
"""


def test_an_interpreter_may_end_while_connections_are_open(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}

    done = subprocess.run(
        [sys.executable, "-c", ENDS, str(tmp_path / "real.db")],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert os.listdir(tmp_path) == ["real.db"]


def test_nothing_stays_open(world: FakeWorld) -> None:
    process: SimProcess = world.process()
    world.run(lambda: connect(mode="WAL").close(), process=process)

    assert not process.closers
    assert not [file for file in sqlite_files.opened.values() if file.process is process]
    assert sys.getrefcount(process) < 50
