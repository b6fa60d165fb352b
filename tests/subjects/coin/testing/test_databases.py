"""Databases that are filled and emptied."""

from pathlib import Path

from lydite_subjects.coin.spec.chain import Chain
from lydite_subjects.coin.spec.memory import Memory
from lydite_subjects.coin.spec.params import DEV
from lydite_subjects.coin.store import open_ledger
from lydite_subjects.coin.testing.databases import DatabaseTestHelper


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


def test_a_database_that_was_emptied_is_new(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'coin.db'}"
    DatabaseTestHelper.seed_test_data(url, blocks=1)

    DatabaseTestHelper.clean_test_database(url)
    DatabaseTestHelper.clean_test_database(url)

    assert list(tmp_path.iterdir()) == []
    ledger = open_ledger(url, DEV)
    assert ledger.height() == -1
    ledger.close()
