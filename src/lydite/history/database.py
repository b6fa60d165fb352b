"""One database and its transactions: SQLite in a file, or PostgreSQL on a server.

Whatever changes something is one transaction. What is durable when it has ended:

- SQLite writes ahead (WAL) and syncs its log at each commit (FULL). Readers see the last commit and wait for nobody;
  writers take turns. After a `kill -9` the log lies next to the file (`-wal`): it belongs to the database, and a copy
  needs it.
- PostgreSQL is told to wait for its log (`synchronous_commit`), whatever its default is.
"""

import fcntl
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, NullPool, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from lydite.history.errors import BadHistory, HistoryTrouble, told
from lydite.model import InputError, masked

SQLITE: Final = "sqlite"
POSTGRES: Final = "postgresql"
PATIENCE_S: Final = 30
"""How long a writer waits for its turn: a campaign of ten thousand cases is written within two seconds."""
CONNECT_S: Final = 10
TOLD_S: Final = 1
"""A longer wait is told in the log."""

LOG: Final = logging.getLogger("lydite.history")
# Whoever does not listen is told nothing: without any handler Python would print what is grave.
LOG.addHandler(logging.NullHandler())

_WRITES: Final = "lydite_writes"
_SESSION: Final = (
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA cell_size_check = ON",
    "PRAGMA temp_store = MEMORY",
)
_EXPECTED: Final = "a file, sqlite:///FILE or postgresql://USER@HOST/DATABASE"


class Database:
    """A database, connected to whenever something is asked or written."""

    def __init__(self, place: str | Path) -> None:
        self.url = _parsed(place)
        self.kind = self.url.get_backend_name()
        self.where = masked(self.url.render_as_string(hide_password=True))
        self._engine = self._made()

    @property
    def path(self) -> Path | None:
        """The file of a database of SQLite."""
        return Path(self.url.database) if self.kind == SQLITE and self.url.database else None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """What is asked inside sees the database as one commit left it."""
        with self._telling(), self._engine.connect() as connection, connection.begin():
            if self.kind == POSTGRES:
                connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
            yield connection

    @contextmanager
    def writing(self, subject: str = "") -> Iterator[Connection]:
        """What is done inside is one transaction. Writers of one subject take turns; on SQLite, all writers do."""
        begun = time.monotonic()
        with (
            self._telling(),
            self._engine.connect().execution_options(**{_WRITES: True}) as connection,
            connection.begin(),
        ):
            if self.kind == POSTGRES:
                connection.execute(
                    text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": f"lydite {subject}"}
                )
            if (waited_s := time.monotonic() - begun) >= TOLD_S:
                LOG.warning("waited %.1f s for its turn to write to %s", waited_s, self.where)
            yield connection

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Only one program at a time makes or changes tables: SQLite cannot take turns at becoming a database."""
        path = self.path
        if path is None:
            yield
            return
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            lock = os.open(f"{path}-lock", os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise HistoryTrouble(
                f"expected a file in a folder that may be written, found: {error.strerror}",
                where=self.where,
                remedy="name another place: by --history, or by history.url of the settings",
            ) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def pragma(self, statement: str) -> list[tuple[Any, ...]]:
        """Says something to SQLite outside of any transaction."""
        with self._telling():
            raw = self._engine.raw_connection()
            try:
                cursor = raw.cursor()
                cursor.execute(statement)
                return list(cursor.fetchall())
            finally:
                raw.close()

    def close(self) -> None:
        """Lets go of every connection."""
        self._engine.dispose()

    @contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise told(error.orig or error, self.where) from error
        except self.url.get_dialect().import_dbapi().Error as error:
            raise told(error, self.where) from error

    def _made(self) -> Engine:
        try:
            self.url.get_dialect().import_dbapi()
        except ModuleNotFoundError as error:
            raise InputError(
                f"expected the driver of PostgreSQL, found no module {error.name}",
                where=self.where,
                remedy="pip install 'lydite[history]'",
            ) from error
        if self.kind == SQLITE:
            engine = create_engine(self.url, poolclass=NullPool, connect_args={"timeout": PATIENCE_S})
            event.listen(engine, "connect", _greet)
            event.listen(engine, "begin", _begin)
            return engine
        # A client whose machine has gone dark is given up after half a minute, and nobody waits for its locks.
        options = (
            f"-c synchronous_commit=on -c lock_timeout={PATIENCE_S}s "
            "-c tcp_keepalives_idle=15 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"
        )
        return create_engine(
            self.url, pool_pre_ping=True, connect_args={"connect_timeout": CONNECT_S, "options": options}
        )


def _greet(connection: Any, _record: Any) -> None:
    # The driver is told to begin no transactions by itself: it would begin them too late.
    connection.isolation_level = None
    for each in _SESSION:
        connection.execute(each)


def _begin(connection: Connection) -> None:
    # A writer takes its turn at once: one that has read first would be refused when it comes to write.
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _parsed(place: str | Path) -> URL:
    if isinstance(place, Path) or "://" not in place:
        if not str(place).strip() or "\0" in str(place):
            raise BadHistory(f"a history: expected {_EXPECTED}, found {str(place)!r:.80}")
        return URL.create(SQLITE, database=str(place))
    try:
        found = make_url(place)
    except (ArgumentError, ValueError):
        raise BadHistory(f"a history: expected {_EXPECTED}, found {masked(place)!r:.80}") from None
    if found.drivername in {POSTGRES, "postgres"}:
        found = found.set(drivername="postgresql+psycopg")
    if found.drivername not in {SQLITE, "sqlite+pysqlite", "postgresql+psycopg"}:
        raise BadHistory(f"a history: expected {_EXPECTED}, found {masked(place)!r:.80}")
    if found.get_backend_name() == SQLITE and (
        found.database in {None, "", ":memory:"} or found.query or found.host
    ):
        raise BadHistory(f"a history: expected a file, as in sqlite:///FILE, found {masked(place)!r:.80}")
    return found
