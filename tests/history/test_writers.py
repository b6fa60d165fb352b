"""Several programs on one history, and programs that are killed: real processes, real databases."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import IO

import psycopg
import pytest

from lydite.history import HistoryTrouble
from lydite.history import database as database_module
from tests.history.campaigns import campaign
from tests.history.conftest import Place
from tests.history.writing import CASES
from tests.postgres import PostgresServer

PROGRAM = str(Path(__file__).with_name("writing.py"))


@contextmanager
def writers(place: Place, count: int, each: int) -> Iterator[list[subprocess.Popen[str]]]:
    """So many programs, which begin at the same moment."""
    with ExitStack() as stack:
        started = [
            stack.enter_context(
                subprocess.Popen(
                    [sys.executable, PROGRAM, place.url, f"writer{number}", str(each)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            for number in range(count)
        ]
        try:
            for one in started:
                assert output(one).readline() == "ready\n"
            for one in started:
                assert one.stdin is not None
                one.stdin.write("go\n")
                one.stdin.flush()
            yield started
        finally:
            for one in started:
                one.kill()


def output(process: subprocess.Popen[str]) -> IO[str]:
    assert process.stdout is not None
    return process.stdout


def audit(place: Place) -> set[str]:
    """Every campaign that is there is there as a whole; their names."""
    kept = place.open()
    names = {each.identity for each in kept.list(limit=0)}
    for name in sorted(names):
        assert len(kept.result(name).cases) == CASES
        assert kept.decision(name) is not None
    rows = place.say("SELECT campaign, count(*) FROM cases GROUP BY campaign")
    assert [count for _, count in rows] == [CASES] * len(names)
    return names


def test_several_programs_make_one_history_and_lose_nothing(place: Place) -> None:
    with writers(place, count=3, each=4) as started:
        said = [output(each).read().split() for each in started]
        codes = [each.wait() for each in started]

    assert codes == [0, 0, 0]
    assert [len(each) for each in said] == [4, 4, 4]
    assert audit(place) == {name for each in said for name in each}


def test_what_a_killed_writer_leaves_is_whole_and_holds_all_that_it_said(place: Place) -> None:
    heard: set[str] = set()
    for round_number in range(2):
        with writers(place, count=2, each=0) as started:
            # Both are in the middle of a campaign when they are killed, each time at another place of it.
            for _ in range(1 + 2 * round_number):
                heard |= {output(each).readline().strip() for each in started}
            for each in started:
                each.kill()
            heard |= {line.strip() for each in started for line in output(each) if line.endswith("\n")}

        found = audit(place)

        assert heard <= found


def test_a_killed_opening_leaves_a_place_that_can_be_opened(place: Place) -> None:
    for _ in range(2):
        with writers(place, count=2, each=1) as started:
            # They are making the tables, or just about to.
            for each in started:
                each.kill()

    place.open().add(campaign(1))

    assert place.open().last() == "coin-1"


def test_a_reader_waits_for_nobody_and_sees_whole_campaigns(place: Place) -> None:
    kept = place.open()
    kept.add(campaign(1))
    insert = "INSERT INTO environments SELECT 99, fingerprint, facts, doubts FROM environments"

    if place.kind == "sqlite":
        with closing(sqlite3.connect(place.path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            other.execute(insert)
            assert kept.result("coin-1") == campaign(1)
            other.execute("ROLLBACK")
    else:
        with psycopg.connect(place.url.replace("+psycopg", "")) as server:
            server.execute(b"SELECT pg_advisory_xact_lock(hashtext('lydite coin-1'))")
            assert kept.result("coin-1") == campaign(1)


def test_a_writer_waits_only_so_long(at: Callable[[str], Place], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_module, "PATIENCE_S", 0)
    place = at("sqlite")
    kept = place.open()
    with closing(sqlite3.connect(place.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(HistoryTrouble, match=r"expected its turn to write, found .*locked"):
            kept.add(campaign(1))

    kept.add(campaign(1))
    assert kept.result("coin-1") == campaign(1)


def test_a_connection_that_was_lost_is_made_anew(postgres: PostgresServer, empty_database: str) -> None:
    place = Place("postgres", empty_database)
    kept = place.open()
    kept.add(campaign(1))

    postgres.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE 'test_%'")
    kept.add(campaign(2))

    assert kept.last() == "coin-2"
    place.close()
