"""The fixture `database`: one of the test's own, on SQLite or PostgreSQL, and gone after it.

On SQLite it is a file in the test's folder: an empty one, or a copy of the file that the option names. On PostgreSQL
it is a schema of its own in the database that the option names; what connects with `url` sees no other tables.
"""

import os
import socket
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from itertools import count
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, unquote, urlsplit

import pytest

SCHEMAS: Final = "lydite_"
"""How the names of the schemas begin that tests are given."""

LITE: Final = "sqlite:///"

PATIENCE: Final = "5s"
"""How long PostgreSQL waits, when a schema is to go, for a transaction that a test has left open."""

_numbers = count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """A database for one test."""

    url: str
    """What SQLAlchemy connects to."""

    def connect(self) -> Any:
        """A connection of the DB-API: of sqlite3, or of psycopg."""
        if self.url.startswith(LITE):
            return sqlite3.connect(self.url.removeprefix(LITE))
        return _psycopg().connect(_plain(self.url))

    def tables(self) -> tuple[str, ...]:
        """The names of its tables."""
        return tables_of(self.url)


@contextmanager
def opened_database(config: pytest.Config, folder: Path) -> Iterator[Database]:
    """A new database, taken away in the end."""
    url = database_url(config)
    if url.startswith("postgresql"):
        with _schema(url) as own:
            yield Database(url=own)
        return
    file = folder / "database.sqlite"
    if url:
        _copy(_file_of(url, config), file)
    yield Database(url=f"{LITE}{file}")
    for each in (file, *(file.with_name(f"{file.name}-{end}") for end in ("journal", "shm", "wal"))):
        each.unlink(missing_ok=True)


def database_url(config: pytest.Config) -> str:
    """Where databases are made: from the command line, or else from the configuration; empty for empty files."""
    url = str(config.getoption("lydite_database") or config.getini("lydite_database"))
    if url and not url.startswith((LITE, "postgresql://", "postgresql+psycopg://")):
        pytest.fail(
            f"lydite_database is postgresql://USER@HOST/DATABASE or {LITE}FILE, found {url.partition(':')[0]}:...",
            pytrace=False,
        )
    return url


def tables_of(url: str) -> tuple[str, ...]:
    """The tables of a database; on PostgreSQL those of all schemas that are nobody's own, or of the one in the URL."""
    if url.startswith(LITE):
        path = Path(url.removeprefix(LITE)).absolute()
        if not path.exists():
            return ()
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as lite:
            return tuple(
                row[0]
                for row in lite.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")
            )
    own = unquote(urlsplit(url).query).partition("search_path=")[2]
    with closing(_psycopg().connect(_plain(url))) as connection:
        rows = connection.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema') "
            "ORDER BY 1, 2"
        ).fetchall()
    if own:
        return tuple(table for schema, table in rows if schema == own)
    return tuple(f"{schema}.{table}" for schema, table in rows if not schema.startswith(SCHEMAS))


def shared_url(config: pytest.Config) -> str:
    """The database that all tests share, where there is one: a file seen from the root folder, or a server."""
    url = database_url(config)
    return f"{LITE}{_file_of(url, config)}" if url.startswith(LITE) else url


def _file_of(url: str, config: pytest.Config) -> Path:
    return config.rootpath / url.removeprefix(LITE)


def _copy(source: Path, target: Path) -> None:
    """All of a database, with what another program has written to its log only."""
    if not source.is_file():
        pytest.fail(f"lydite_database names {source}, which is not there", pytrace=False)
    old = sqlite3.connect(f"file:{quote(str(source))}?mode=ro", uri=True)
    with closing(old), closing(sqlite3.connect(target)) as new:
        old.backup(new)


@contextmanager
def _schema(url: str) -> Iterator[str]:
    name = _new_name()
    if "options=" in urlsplit(url).query:
        pytest.fail(
            "the URL of lydite_database has options of its own; put them into the role", pytrace=False
        )
    psycopg = _psycopg()
    try:
        with psycopg.connect(_plain(url), autocommit=True) as connection:
            connection.execute(f"CREATE SCHEMA {name}")
    except psycopg.Error as error:
        pytest.fail(f"no database can be made: {str(error).strip()}", pytrace=False)
    yield f"{_spelled(url)}{'&' if '?' in url else '?'}options=-csearch_path%3D{name}"
    try:
        with psycopg.connect(_plain(url), autocommit=True) as connection:
            connection.execute(f"SET lock_timeout = '{PATIENCE}'")
            connection.execute(f"DROP SCHEMA {name} CASCADE")
    except psycopg.errors.LockNotAvailable:
        pytest.fail(
            f"the database of the test ({name}) cannot go: the test has left a transaction open; close its connections",
            pytrace=False,
        )


def _new_name() -> str:
    """A name that no other process on any machine gives at the same time."""
    text = f"{socket.gethostname()} {os.getpid()} {time.time_ns()} {next(_numbers)}"
    return SCHEMAS + blake2b(text.encode(), digest_size=8).hexdigest()


def _plain(url: str) -> str:
    """The URL as PostgreSQL's own library reads it."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


def _spelled(url: str) -> str:
    """The URL as SQLAlchemy reads it, with the driver that there is."""
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


def _psycopg() -> Any:
    try:
        import psycopg
    except ImportError:
        pytest.fail("PostgreSQL needs psycopg: pip install 'lydite[history]'", pytrace=False)
    return psycopg
