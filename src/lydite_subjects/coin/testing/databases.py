"""Helpers for tests with a database: an empty one, and one with a chain in it."""

from glob import escape
from pathlib import Path

from sqlalchemy import MetaData, create_engine
from sqlalchemy.engine import make_url

from lydite_subjects.coin.spec.blocks import Block
from lydite_subjects.coin.spec.ledger import Ledger
from lydite_subjects.coin.spec.params import DEV, Params
from lydite_subjects.coin.store import open_ledger
from lydite_subjects.coin.testing.chains import ChainFactory


class DatabaseTestHelper:  # house: the name that the tests of others know it by
    """Empties databases, and fills them."""

    @staticmethod
    def clean_test_database(url: str) -> None:
        """Takes all tables away: the next one to open it finds a new database. Nobody may have it open."""
        if make_url(url).get_backend_name() == "sqlite":
            file = Path(make_url(url).database or "")
            # With what SQLite and the store keep next to it.
            for each in [file, *file.parent.glob(f"{escape(file.name)}-*")]:
                each.unlink(missing_ok=True)
            return
        engine = create_engine(url)
        try:
            tables = MetaData()
            tables.reflect(engine)
            tables.drop_all(engine)
        finally:
            engine.dispose()

    @staticmethod
    def seed_test_data(
        database: str | Ledger,
        blocks: int = 5,
        transactions_per_block: int = 3,
        *,
        params: Params = DEV,
    ) -> list[Block]:
        """Puts a valid chain into a database, so many blocks with payments above those that ripen the first rewards."""
        ledger = open_ledger(database, params) if isinstance(database, str) else database
        try:
            factory = ChainFactory(params, payments=0)
            factory.grow(params.maturity_blocks - 1 + transactions_per_block)
            paying = factory.fork(factory.tip.index, seed=1)
            paying.payments = transactions_per_block
            paying.grow(blocks)
            paying.open(ledger)
            return paying.blocks
        finally:
            if isinstance(database, str):
                ledger.close()
