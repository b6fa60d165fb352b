"""Databases that are not what they should be: refused with both sides, and left as they are."""

import random
import sqlite3
from pathlib import Path

import psycopg
import pytest

from lydite_subjects.coin.spec.ledger import Ledger, Step
from lydite_subjects.coin.spec.params import DEV, MAIN
from lydite_subjects.coin.store import (
    BadDatabaseUrl,
    Damaged,
    Foreign,
    Newer,
    OtherNetwork,
    StoreError,
    Unreachable,
    open_ledger,
)
from tests.postgres import PostgresServer
from tests.subjects.coin.store.building import begin, entry_at, give, growing, owner, tip_of, wandering
from tests.subjects.coin.store.conftest import Place


def change(place: Place, *statements: str) -> None:
    """Says something to a database behind the ledger's back."""
    if place.kind == "sqlite":
        connection = sqlite3.connect(path_of(place))
        for each in statements:
            connection.execute(each)
        connection.commit()
        connection.close()
    else:
        with psycopg.connect(place.url.replace("+psycopg", "")) as server:
            for each in statements:
                server.execute(each.encode())


def path_of(place: Place) -> Path:
    return Path(place.url.removeprefix("sqlite:///"))


def filled(place: Place, steps: int = 12) -> Ledger:
    ledger, chance = place.open(), random.Random(1)
    for _ in range(steps):
        give(ledger, wandering(ledger, chance))
    ledger.close()
    return ledger


def test_a_ledger_of_another_network_is_refused(database: Place) -> None:
    filled(database)

    with pytest.raises(OtherNetwork, match=r"database .*: expected network 'main', found 'dev'"):
        open_ledger(database.url, MAIN)

    assert database.open().height() > 0


def test_a_ledger_that_a_later_version_has_made_is_refused(database: Place) -> None:
    filled(database)
    change(database, "UPDATE alembic_version SET version_num = '9f00'", "CREATE TABLE later (id INTEGER)")
    before = path_of(database).read_bytes() if database.kind == "sqlite" else b""

    with pytest.raises(
        Newer, match=r"expected revision 0001 or an earlier one, found 9f00: it was made by a later"
    ):
        database.open()

    assert database.kind != "sqlite" or path_of(database).read_bytes() == before


def test_somebody_elses_tables_are_left_alone(database: Place) -> None:
    change(database, "CREATE TABLE songs (title TEXT)", "INSERT INTO songs VALUES ('La mer')")

    with pytest.raises(Foreign, match=r"expected an empty database or a ledger, found tables songs"):
        database.open()

    change(database, "INSERT INTO songs VALUES ('Hymne')")


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        ("DROP TABLE coins", r"expected table coins, found none"),
        ("DELETE FROM ledger", r"expected one row that names the network, found 0"),
        ("UPDATE ledger SET height = 3", r"expected a chain of height 3, found one of height \d+"),
        ("DELETE FROM connected WHERE height > 2", r"expected a chain of height \d+, found one of height 2"),
        ("INSERT INTO alembic_version VALUES ('0000')", r"found 0000"),
    ],
)
def test_tables_that_contradict_each_other_are_refused(database: Place, harm: str, message: str) -> None:
    filled(database)
    change(database, harm)

    with pytest.raises(StoreError, match=message):
        database.open()


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE coins SET amount = amount + 1",
        "UPDATE coins SET height = height - 1",
        "UPDATE connected SET undo = {nothing}",
        "UPDATE headers SET header = {nothing}",
        "UPDATE bodies SET data = {nothing}",
        "UPDATE connected SET number = number + 1",
        "UPDATE transactions SET place = place + 1",
        "UPDATE history SET size = size + 1",
    ],
)
def test_a_row_that_was_changed_is_found_when_it_is_read(database: Place, harm: str) -> None:
    filled(database)
    change(database, harm.format(nothing="x'00'" if database.kind == "sqlite" else "'\\x00'::bytea"))

    def read() -> None:
        ledger = database.open()
        tip = tip_of(ledger).hash
        ledger.undo(tip)
        list(ledger.headers())
        for each in range(6):
            ledger.unspent(owner(each), 100)
            ledger.history(owner(each), 100)
        block = ledger.block(tip)
        assert block is not None
        ledger.transaction(block.transactions[0].txid)

    with pytest.raises(Damaged, match=r"expected .*, found"):
        read()


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        ("DELETE FROM coins", r"expected 1 coins that go, found 0"),
        ("DELETE FROM history", r"expected \d+ rows of history, found 0"),
        ("DELETE FROM transactions", r"expected \d+ transactions, found 0"),
    ],
)
def test_rows_that_have_gone_are_missed_by_a_commit_which_changes_nothing(
    database: Place, harm: str, message: str
) -> None:
    ledger = database.open()
    begin(ledger)
    give(ledger, growing(ledger, 3))
    above, below = tip_of(ledger), entry_at(ledger, 2)
    block = ledger.block(above.hash)
    assert block is not None
    made = block.transactions[0].outpoint(0)
    ledger.close()
    change(database, harm)
    ledger = database.open()

    with pytest.raises(Damaged, match=message):
        ledger.commit(Step(tip=below, disconnected=(above,), coins={made: None}))

    assert (ledger.height(), ledger.tip(), ledger.hash_at(3)) == (3, above.hash, above.hash)


def test_a_row_that_is_there_already_is_told_and_the_ledger_goes_on(database: Place) -> None:
    ledger = database.open()
    begin(ledger)
    give(ledger, growing(ledger, 2))
    step = growing(ledger, 1)
    ledger.add_headers([entry for entry, _ in step.new_blocks])
    there = step.connected[0][1].transactions[0].txid.hex()
    ledger.close()
    value = f"x'{there}'" if database.kind == "sqlite" else f"'\\x{there}'::bytea"
    change(database, f"INSERT INTO transactions VALUES ({value}, 1, 0, 0, 0)")
    ledger = database.open()

    with pytest.raises(Damaged, match=r"expected tables that do not contradict each other, found .*"):
        ledger.commit(step)

    assert ledger.height() == 2
    assert ledger.bodies([step.tip.hash]) == set()


@pytest.mark.parametrize("size", [1, 15, 100, 4_096])
def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path, size: int) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(b"remember the milk"[:size] + bytes(max(size - 17, 0)))
    before = path.read_bytes()

    with pytest.raises(
        Damaged, match=r"expected a database of SQLite, found (a file of \d+ bytes|file is not a database)"
    ):
        open_ledger(path, DEV)

    assert path.read_bytes() == before
    assert {each.name for each in tmp_path.iterdir()} <= {"notes.txt", "notes.txt-lock"}


def test_an_empty_file_is_a_new_database(tmp_path: Path) -> None:
    path = tmp_path / "coin.db"
    path.touch()

    ledger = open_ledger(path, DEV)

    assert ledger.height() == -1
    ledger.close()


def test_a_truncated_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    whole = _sqlite(tmp_path)
    for size in (*range(1, len(whole), 4_096), *range(4_096, len(whole), 4_096), 100, len(whole) - 1):
        path = tmp_path / f"{size}.db"
        path.write_bytes(whole[:size])

        with pytest.raises(Damaged, match=r"expected .*, found"):
            open_ledger(path, DEV)

        assert path.read_bytes() == whole[:size]


def test_flipped_bytes_are_refused_or_change_nothing_that_consensus_rests_on(tmp_path: Path) -> None:
    whole, chance, refused = _sqlite(tmp_path), random.Random(3), 0
    truth = _told(tmp_path / "coin.db")

    for number in range(250):
        place, path = chance.randrange(len(whole)), tmp_path / f"{number}.db"
        content = bytearray(whole)
        content[place] ^= 1 << chance.randrange(8)
        path.write_bytes(content)
        try:
            assert _told(path) == truth, f"byte {place}"
        except StoreError:
            refused += 1
            assert path.read_bytes() == content

    # Most of a file are bytes in use; the others are free space, or what people look for and do not find.
    assert refused > 80


@pytest.mark.parametrize(
    "url",
    [
        "",
        "coin.db",
        "sqlite://",
        "sqlite:///:memory:",
        "mysql://a@b/c",
        "sqlite:///a.db?mode=ro",
        "postgresql+psycopg2://a/b",
    ],
)
def test_a_text_that_names_no_database_is_refused(url: str) -> None:
    with pytest.raises(BadDatabaseUrl, match=r"a database: expected .*, found "):
        open_ledger(url, DEV)


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none" / "coin.db"):
        with pytest.raises(Unreachable, match=r"expected a file in a folder that exists.*, found "):
            open_ledger(path, DEV)


def test_a_server_that_is_not_there_is_told_without_its_password(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    missing = [
        f"postgresql+psycopg://postgres:secret@/test?host={tmp_path}",
        postgres.url("nowhere").replace("postgres@", "postgres:secret@"),
        postgres.url("postgres").replace("postgres@", "stranger:secret@"),
    ]
    for url in missing:
        with pytest.raises(Unreachable, match=r"expected a .*, found .*") as caught:
            open_ledger(url, DEV)
        assert "secret" not in str(caught.value)


def test_a_short_name_for_postgres_is_understood(empty_database: str) -> None:
    ledger = open_ledger(empty_database.replace("+psycopg", ""), DEV)

    assert ledger.height() == -1
    ledger.close()


def _sqlite(folder: Path) -> bytes:
    """The bytes of a ledger in SQLite."""
    path = folder / "coin.db"
    ledger = open_ledger(path, DEV)
    begin(ledger)
    for _ in range(4):
        give(ledger, growing(ledger, 10))
    ledger.mark_invalid(bytes(32), "why")
    ledger.close()
    return path.read_bytes()


def _told(path: Path) -> list[object]:
    """All that a chain asks a ledger for."""
    ledger = open_ledger(path, DEV)
    try:
        hashes = [ledger.hash_at(each) for each in range(ledger.height() + 1)]
        known = [each for each in hashes if each is not None]
        return [
            *(hashes, list(ledger.headers()), ledger.tip(), ledger.bodies(known)),
            *([ledger.block(each) for each in known], [ledger.undo(each) for each in known]),
            [ledger.unspent(owner(each), 1_000) for each in range(20)],
        ]
    finally:
        ledger.close()
