"""Migrations: they make the tables that a new ledger gets at once, and an older ledger is brought up to date."""

import sqlite3

import psycopg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from lydite_subjects.coin.store.database import Database
from lydite_subjects.coin.store.migrations.running import CONNECTION, config, core
from lydite_subjects.coin.store.tables import META, REVISION
from tests.postgres import PostgresServer
from tests.subjects.coin.store.building import audit, begin, give, growing
from tests.subjects.coin.store.conftest import Place

SHAPE = (
    """SELECT table_name, column_name, data_type, is_nullable, column_default, character_maximum_length
    FROM information_schema.columns WHERE table_schema = 'public' ORDER BY table_name, ordinal_position""",
    "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY indexname",
    """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2""",
)


def migrate(url: str, revision: str = "head") -> None:
    """What `alembic upgrade` does."""
    database, settings = Database(url), config()
    with core(database) as connection:
        settings.attributes[CONNECTION] = connection
        command.upgrade(settings, revision)
    database.close()


def shape(place: Place) -> list[object]:
    """All that a database says about its tables, but for the way in which their definitions are laid out."""
    if place.kind == "sqlite":
        connection = sqlite3.connect(place.url.removeprefix("sqlite:///"))
        rows = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name")
        found = [(*row[:3], " ".join((row[3] or "").split())) for row in rows]
        connection.close()
        return [*found]
    with psycopg.connect(place.url.replace("+psycopg", "")) as server:
        return [server.execute(each.encode()).fetchall() for each in SHAPE]


def empty(place: Place, server: PostgresServer | None) -> None:
    """All tables go."""
    if server is None:
        with sqlite3.connect(place.url.removeprefix("sqlite:///")) as connection:
            for (name,) in connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table'"
            ).fetchall():
                connection.execute(f"DROP TABLE {name}")
        connection.close()
    else:
        with psycopg.connect(place.url.replace("+psycopg", "")) as connected:
            connected.execute("DROP SCHEMA public CASCADE")
            connected.execute("CREATE SCHEMA public")


def test_a_new_ledger_has_the_tables_that_the_migrations_make(
    database: Place, request: pytest.FixtureRequest
) -> None:
    database.open()
    database.close()
    made_at_once = shape(database)
    empty(database, request.getfixturevalue("postgres") if database.kind == "postgres" else None)

    migrate(database.url)

    assert shape(database) == made_at_once
    assert "coins_by_owner" in str(made_at_once)


def test_the_tables_are_those_that_the_program_knows(database: Place) -> None:
    database.open()
    database.close()
    found = Database(database.url)

    with core(found) as connection:
        assert compare_metadata(MigrationContext.configure(connection), META) == []
    assert ScriptDirectory.from_config(config()).get_heads() == [REVISION]
    found.close()


def test_an_older_ledger_is_brought_up_to_date(database: Place) -> None:
    migrate(database.url)
    older = Database(database.url)
    with core(older) as connection:
        settings = config()
        settings.attributes[CONNECTION] = connection
        command.downgrade(settings, "base")
    older.close()

    ledger = database.open()

    begin(ledger)
    give(ledger, growing(ledger, 3))
    audit(ledger)
    ledger.close()
    assert database.open().height() == 3
