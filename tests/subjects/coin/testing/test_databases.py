"""Databases that are filled and emptied."""

from pathlib import Path

import pytest

from lydite_subjects.coin.spec.chain import Chain
from lydite_subjects.coin.spec.memory import Memory
from lydite_subjects.coin.spec.params import DEV
from lydite_subjects.coin.store import open_ledger
from lydite_subjects.coin.testing.databases import DatabaseTestHelper
from tests.postgres import PostgresServer


def test_a_database_is_filled_with_a_valid_chain(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'coin.db'}"

    blocks = DatabaseTestHelper.seed_test_data(url, blocks=5, transactions_per_block=3)

    ledger = open_ledger(url, DEV)
    try:
        assert Chain.open(DEV, ledger).tip.hash == blocks[-1].hash
    finally:
        ledger.close()
    assert [len(each.transactions) - 1 for each in blocks[-6:]] == [0, 3, 3, 3, 3, 3]


def test_a_ledger_that_is_open_is_filled_and_stays_open() -> None:
    ledger = Memory(DEV.name)

    blocks = DatabaseTestHelper.seed_test_data(ledger, blocks=2, transactions_per_block=1)

    assert ledger.tip() == blocks[-1].hash


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'coin.db'}"
    found: str = request.getfixturevalue("empty_database")
    return found


def test_a_database_that_was_emptied_is_new(url: str) -> None:
    DatabaseTestHelper.seed_test_data(url, blocks=1)

    for _ in range(2):
        DatabaseTestHelper.clean_test_database(url)
        ledger = open_ledger(url, DEV)
        assert (ledger.height(), ledger.tip(), list(ledger.headers())) == (-1, None, [])
        ledger.close()

    assert DatabaseTestHelper.seed_test_data(url, blocks=2)[-1].index == 9


def test_nothing_is_left_of_a_file_that_was_emptied(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'coin.db'}"
    DatabaseTestHelper.seed_test_data(url, blocks=1)

    DatabaseTestHelper.clean_test_database(url)

    assert list(tmp_path.iterdir()) == []


def test_no_table_is_left_in_a_server_that_was_emptied(postgres: PostgresServer, empty_database: str) -> None:
    DatabaseTestHelper.seed_test_data(empty_database, blocks=1)
    tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
    name = empty_database.partition("@/")[2].partition("?")[0]
    assert postgres.execute(tables, name) != [(0,)]

    DatabaseTestHelper.clean_test_database(empty_database)

    assert postgres.execute(tables, name) == [(0,)]
