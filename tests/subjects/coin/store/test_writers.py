"""Several programs on one database, and programs that are killed: real processes, real databases."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import psycopg
import pytest

from lydite_subjects.coin.store import Busy, InUse, Overtaken, Unreachable
from lydite_subjects.coin.store import database as database_module
from tests.postgres import PostgresServer
from tests.subjects.coin.store.building import audit, begin, give, growing, tip_of
from tests.subjects.coin.store.conftest import Place

Say = Callable[[str], object]


@contextmanager
def behind(place: Place) -> Iterator[Say]:
    """Somebody else's connection to a database."""
    if place.kind == "sqlite":
        path = place.url.removeprefix("sqlite:///")
        with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as file:
            yield file.execute
    else:
        with psycopg.connect(place.url.replace("+psycopg", ""), autocommit=True) as server:
            yield lambda text: server.execute(text.encode())


@contextmanager
def holding(place: Place) -> Iterator[None]:
    """Somebody is writing."""
    with behind(place) as say:
        say("BEGIN")
        say("UPDATE ledger SET height = height")
        yield
        say("ROLLBACK")


def meddle(place: Place, statement: str) -> None:
    """Somebody writes."""
    with behind(place) as say:
        say(statement)


PROGRAM = str(Path(__file__).with_name("writing.py"))


def test_a_database_has_one_owner_at_a_time(database: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_module, "_OPTIONS", "-c lock_timeout=100ms")
    ledger = database.open()
    begin(ledger)

    with pytest.raises(
        InUse, match=r"expected to be the only program that keeps its chain here, found another one"
    ):
        database.open()

    give(ledger, growing(ledger, 1))
    ledger.close()
    assert database.open().height() == 1


def test_a_step_from_a_tip_that_somebody_has_moved_is_refused(at: Callable[[str], Place]) -> None:
    database = at("postgres")
    ledger = database.open()
    begin(ledger)
    step = growing(ledger, 1)
    ledger.add_headers([entry for entry, _ in step.new_blocks])
    meddle(database, "UPDATE ledger SET tip = NULL")

    with pytest.raises(Overtaken, match=r"expected tip [0-9a-f]{64}, found none"):
        ledger.commit(step)

    assert not ledger.has_block(step.tip.hash)


def test_two_processes_take_turns_at_one_database_and_nothing_is_lost(database: Place) -> None:
    begin(database.open())
    database.close()

    with ExitStack() as stack:
        writers = [
            stack.enter_context(
                subprocess.Popen(
                    [sys.executable, PROGRAM, "race", database.url, str(seed), "40"],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            for seed in (1, 2)
        ]
        for each in writers:
            assert each.stdout is not None
            assert each.stdout.readline() == "ready\n"
        for each in writers:
            assert each.stdin is not None
            each.stdin.write("go\n")
            each.stdin.flush()
        said = [each.communicate()[0] for each in writers]

    assert [each.returncode for each in writers] == [0, 0]
    assert all(each.strip().isdecimal() for each in said)
    ledger = database.open()
    audit(ledger)
    assert ledger.height() > 20


def test_what_a_killed_writer_leaves_is_consistent_and_holds_all_that_it_has_committed(
    database: Place,
) -> None:
    done = subprocess.run(
        [sys.executable, PROGRAM, "kill", database.url, "7", "12"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    times, _, height = map(int, done.stdout.split())
    assert times == 12
    assert height > 20
    audit(database.open())


def test_a_writer_waits_only_so_long(at: Callable[[str], Place], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_module, "_OPTIONS", "-c lock_timeout=50ms")
    database = at("postgres")
    ledger = database.open()
    begin(ledger)
    step = growing(ledger, 1)

    with holding(database), pytest.raises(Busy, match=r"expected its turn to write, found"):
        give(ledger, step)

    give(ledger, step)
    audit(ledger)


def test_a_file_that_somebody_writes_into_is_not_opened(
    at: Callable[[str], Place], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "PATIENCE_S", 0)
    database = at("sqlite")
    begin(database.open())
    database.close()

    with holding(database), pytest.raises(Busy, match=r"expected its turn to write, found"):
        database.open()

    assert database.open().height() == 0
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        meddle(database, "UPDATE ledger SET height = 7")


def test_a_connection_that_was_lost_is_made_anew(postgres: PostgresServer, empty_database: str) -> None:
    place = Place("postgres", empty_database)
    ledger = place.open()
    begin(ledger)
    kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE 'test_%'"
    postgres.execute(kill)

    with pytest.raises(Unreachable, match=r"expected a connection, found"):
        ledger.tip()
    give(ledger, growing(ledger, 2))
    step = growing(ledger, 1)
    postgres.execute(kill)
    with pytest.raises(Unreachable, match=r"expected a connection, found"):
        give(ledger, step)
    give(ledger, step)

    assert tip_of(ledger).height == 3
    audit(ledger)
    place.close()
