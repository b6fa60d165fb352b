"""Databases that are not what they should be: refused with both sides, and left as they are."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import event

from lydite.history import (
    BadHistory,
    DamagedHistory,
    ForeignHistory,
    History,
    HistoryTrouble,
    NewerHistory,
    NoHistory,
)
from lydite.model import LyditeError
from tests.history.campaigns import campaign, failed, whole
from tests.history.conftest import Place


def test_a_history_of_a_later_version_is_refused_and_stays(place: Place) -> None:
    place.open().add(whole(1))
    place.say("UPDATE lydite_history_version SET version_num = '9f00'", "CREATE TABLE later (id INTEGER)")

    with pytest.raises(NewerHistory, match=r"expected revision 0001 or an earlier one, found 9f00"):
        place.open()

    assert place.say("SELECT identity FROM campaigns") == [("coin-1",)]


def test_somebody_elses_tables_are_left_alone(place: Place) -> None:
    if place.kind == "sqlite":
        place.path.parent.mkdir()
    place.say("CREATE TABLE songs (title TEXT)", "INSERT INTO songs VALUES ('La mer')")

    with pytest.raises(ForeignHistory, match=r"expected a history or an empty database, found tables songs"):
        place.open()

    assert place.say("SELECT title FROM songs") == [("La mer",)]


def test_a_table_that_is_gone_is_told(place: Place) -> None:
    place.open().add(whole(1))
    place.say("DROP TABLE findings CASCADE" if place.kind == "postgres" else "DROP TABLE findings")

    with pytest.raises(DamagedHistory, match=r"expected table findings, found none"):
        place.open()


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"not a database", "found a file of 14 bytes"),
        (b"not a database at all. " * 100, "file is not a database"),
    ],
)
def test_a_file_that_is_no_database_is_refused_and_stays(tmp_path: Path, content: bytes, found: str) -> None:
    path = tmp_path / "history.db"
    path.write_bytes(content)

    with pytest.raises(DamagedHistory, match=found):
        History(path)

    assert path.read_bytes() == content


def test_a_flipped_page_is_found_when_it_is_opened_or_read(at: Callable[[str], Place]) -> None:
    place = at("sqlite")
    for number in range(20):
        place.open().add(whole(number))
    place.say("PRAGMA wal_checkpoint(TRUNCATE)")
    good = place.path.read_bytes()

    for page in range(1, len(good) // 4096):
        begin = page * 4096
        place.path.write_bytes(good[:begin] + bytes(4096) + good[begin + 4096 :])
        with pytest.raises(LyditeError, match="expected"):
            place.open().result("coin-7")

    place.path.write_bytes(good)
    assert place.open().result("coin-7") == whole(7)


def test_a_campaign_that_is_not_what_was_written_is_refused(place: Place) -> None:
    place.open().add(campaign(1))
    form = "zeroblob(9)" if place.kind == "sqlite" else "'\\x00'::bytea"
    drop = "DROP TRIGGER forms_stay" + (" ON forms" if place.kind == "postgres" else "")
    place.say(drop, "UPDATE forms SET digest = 'beef'")
    with pytest.raises(DamagedHistory, match=r"expected a campaign with the digest beef, found [0-9a-f]{16}"):
        place.open().result("coin-1")

    place.say(f"UPDATE forms SET form = {form}")
    with pytest.raises(DamagedHistory, match=r"expected a campaign, found"):
        place.open().result("coin-1")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mysql://me@host/db",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///a?mode=ro",
        "://x",
        "postgresql+pg8000://h/d",
    ],
)
def test_a_text_that_names_no_history_is_refused(url: str) -> None:
    with pytest.raises(BadHistory, match="a history: expected a file"):
        History(url)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("mysql://me:hushhush@host/db", "a history: expected a file"),
        ("mysql://host/db?password=hushhush", "a history: expected a file"),
        ("postgresql://me:hushhush@host:port/db", "a history: expected a file"),
        ("sqlite://me:hushhush@host/db", "a history: expected a file"),
        ("postgresql://me:hushhush@localhost:1/db", "expected a connection"),
        ("postgresql://localhost:1/db?user=me&password=hushhush", "expected a connection"),
    ],
)
def test_a_password_is_never_told(url: str, told: str) -> None:
    with pytest.raises(LyditeError, match=told) as refused:
        History(url)

    assert "hushhush" not in str(refused.value)


def test_a_database_that_the_server_has_not_is_told(empty_database: str) -> None:
    with pytest.raises(HistoryTrouble, match="database"):
        History(empty_database.replace("test_", "untested_"))


def test_a_question_makes_no_file(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "history.db"

    with pytest.raises(NoHistory, match="there is no history here yet"):
        History.existing(path)

    assert list(tmp_path.iterdir()) == []


def test_a_question_makes_no_tables(empty_database: str) -> None:
    with pytest.raises(NoHistory, match="there is no history here yet"):
        History.existing(empty_database)

    assert Place("postgres", empty_database).say("SELECT 1 FROM pg_tables WHERE schemaname = 'public'") == []


def test_a_folder_that_cannot_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(HistoryTrouble, match=r"expected a file in a folder that may be written, found"):
        History(tmp_path / "file" / "history.db")


def test_a_full_disk_loses_nothing(at: Callable[[str], Place]) -> None:
    place = at("sqlite")
    kept = place.open()
    kept.add(campaign(1))
    ((pages,),) = place.say("PRAGMA page_count")

    def full(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages}")

    engine = kept._database._engine
    event.listen(engine, "connect", full)
    many = campaign(2, [failed(f"case {number}") for number in range(2000)])
    with pytest.raises(HistoryTrouble, match="expected room on the disk, found"):
        kept.add(many)
    event.remove(engine, "connect", full)

    assert [each.identity for each in kept.list()] == ["coin-1"]
    kept.add(many)
    assert kept.result("coin-2") == many
