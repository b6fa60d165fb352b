"""One connection to one database: questions, and transactions that are done as a whole or not at all.

The connection is the driver's own (`sqlite3`, `psycopg`): a node asks the same few questions all the time, and their
texts are ready (see `statements`). SQLAlchemy knows which driver an URL means and how it is called, and Alembic gets
the connection from here.

The driver is told to begin no transactions by itself. A question is one statement, and sees the database as one commit
left it. Whatever changes something stands between a BEGIN and a COMMIT of ours.

A database has one owner (`own`): two nodes with one set of coins would judge each other's blocks by coins that are not
theirs. On SQLite the owner holds the lock of a file next to the database (`-lock`), on PostgreSQL an advisory lock;
both are free as soon as the owner ends, however it ends.

What is durable when COMMIT has returned:

- SQLite writes ahead (WAL) and syncs its log at each commit (FULL): one sync, where a rollback journal takes four and
  its default, which deletes the journal, may lose the last commit with the power. As there is one owner, the log needs
  no memory that is shared (EXCLUSIVE), and works wherever files do. After a `kill -9` the log lies next to the file
  (`-wal`); it belongs to the database, and a copy needs it.
- PostgreSQL is told to wait for its log (`synchronous_commit`), whatever its default is.
"""

import fcntl
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.exc import ArgumentError

from lydite_subjects.coin.store.errors import (
    BadDatabaseUrl,
    Busy,
    Damaged,
    Failed,
    InUse,
    StoreError,
    Unreachable,
    told,
)
from lydite_subjects.coin.store.rows import Row
from lydite_subjects.coin.store.statements import POSTGRES, SQLITE, Statements, statements

PATIENCE_S: Final = 5
"""How long a program waits for others to let go: people who look into it, or a predecessor that was just killed."""
CONNECT_S: Final = 10
CACHE_KIB: Final = 16_384

_SESSION: Final = (
    "PRAGMA locking_mode = EXCLUSIVE",
    # Large enough for one commit of a sync: what does not fit is written to the log and read back.
    f"PRAGMA cache_size = -{CACHE_KIB}",
    "PRAGMA synchronous = FULL",
    "PRAGMA cell_size_check = ON",
    "PRAGMA temp_store = MEMORY",
)
_OPTIONS: Final = (
    f"-c synchronous_commit=on -c lock_timeout={PATIENCE_S}s "
    # A client whose machine has gone dark is given up after half a minute, and its database is free again.
    "-c tcp_keepalives_idle=15 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"
)
_OWN: Final = "SELECT pg_advisory_lock(7310869, hashtext(current_schema()))"
"""Held as long as the connection, and taken anew with a new one. The number is ours."""
_EXPECTED: Final = "sqlite:///FILE or postgresql+psycopg://USER@HOST/DATABASE"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """A change of so many rows of something."""

    cursor: DBAPICursor
    expected: int
    what: str


class Database:
    """A connection, made when it is first needed and kept until it is closed."""

    def __init__(self, url: str | Path) -> None:
        self.url = _parsed(url)
        self.kind = self.url.get_backend_name()
        self.where = f"database {self.url.render_as_string(hide_password=True)}"
        self.say: Statements = statements(self.kind)
        self._driver = self.url.get_dialect().import_dbapi()
        self._troubles = (self._driver.Error, UnicodeDecodeError, ArithmeticError)
        self._cursor: DBAPICursor | None = None
        """Of the connection that is open, for all that is said on it."""
        self._together: list[_Change] | None = None
        """What has been sent and not answered yet, each with a cursor of its own; None where answers are waited for."""
        self._closed = False
        self._lock: int | None = None
        self._owned = False

    @property
    def path(self) -> Path | None:
        """The file of a database of SQLite."""
        return Path(self.url.database) if self.kind == SQLITE and self.url.database else None

    @property
    def connection(self) -> DBAPIConnection:
        """The driver's connection, for Alembic."""
        return cast("DBAPIConnection", self._speaking().connection)

    def own(self) -> None:
        """Makes this program the only one that keeps its chain here, until it closes the database or ends."""
        self._owned = True
        if self.kind == SQLITE:
            self._hold_file()
        elif self._cursor is not None:
            self._hold_server()

    def ask(self, statement: str, values: Sequence[Any] = ()) -> list[Row]:
        """All rows that answer a question."""
        cursor = self._speaking()
        try:
            cursor.execute(statement, values)
            return cast("list[Row]", cursor.fetchall())
        except self._troubles as error:
            raise self._told(error) from error

    def one(self, statement: str, values: Sequence[Any] = ()) -> Row | None:
        """The first row of an answer."""
        rows = self.ask(statement, values)
        return rows[0] if rows else None

    def do(self, statement: str, values: Sequence[Any] = ()) -> int:
        """Changes something; how many rows it was."""
        cursor = self._speaking()
        try:
            cursor.execute(statement, values)
        except self._troubles as error:
            raise self._told(error) from error
        return cursor.rowcount

    def do_all(self, statement: str, rows: Sequence[tuple[Any, ...]], what: str = "") -> None:
        """Changes something for each of these rows of values; where it is told what that is, exactly one each."""
        if not rows:
            return
        cursor = self._speaking()
        try:
            if self._together is not None:
                cursor = cursor.connection.cursor()
            cursor.executemany(statement, rows)
        except self._troubles as error:
            raise self._told(error) from error
        change = _Change(cursor=cursor, expected=len(rows), what=what)
        if self._together is not None:
            self._together.append(change)
        else:
            self._check(change)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """What is done inside is one transaction: durable when it ends, undone when it raises."""
        self.do(self.say.begin)
        try:
            yield
            self.do("COMMIT")
        except BaseException:
            self._undo()
            raise

    @contextmanager
    def together(self) -> Iterator[None]:
        """Changes that are made inside travel together: a server is waited for once, and not for each of them."""
        if self.kind == SQLITE:
            yield
            return
        changes: list[_Change] = []
        self._together = changes
        try:
            # Only psycopg has it, and only psycopg comes here.
            with cast("Any", self.connection).pipeline():
                yield
        except self._troubles as error:
            raise self._told(error) from error
        finally:
            self._together = None
        for change in changes:
            self._check(change)

    def close(self) -> None:
        """Lets go of the connection, for good."""
        self._closed = True
        self._drop()
        lock, self._lock = self._lock, None
        if lock is not None:
            os.close(lock)

    def _check(self, change: "_Change") -> None:
        found = change.cursor.rowcount
        if change.what and found != change.expected:
            raise Damaged(f"{self.where}: expected {change.expected} {change.what}, found {found}")

    def _hold_file(self) -> None:
        try:
            # A file of its own: SQLite's locks on the database would be lost with whatever else is closed on it.
            self._lock = os.open(f"{self.url.database}-lock", os.O_RDWR | os.O_CREAT, 0o644)
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise self._in_use() from error
        except OSError as error:
            kind = Unreachable if isinstance(error, FileNotFoundError | NotADirectoryError) else Failed
            expected = "a file in a folder that exists and may be written"
            raise kind(f"{self.where}: expected {expected}, found {error.strerror}") from error

    def _speaking(self) -> DBAPICursor:
        """The cursor; connects first, if that has not been done or the connection was lost."""
        if self._cursor is None:
            self._connect()
            assert self._cursor is not None
        return self._cursor

    def _connect(self) -> None:
        if self._closed:
            raise Unreachable(f"{self.where}: expected a ledger that is open, found a closed one")
        places, named = self.url.get_dialect()().create_connect_args(self.url)
        try:
            self._cursor = self._driver.connect(*places, **{**named, **self._options(named)}).cursor()
            for each in _SESSION if self.kind == SQLITE else ():
                self._cursor.execute(each)
        except self._troubles as error:
            self._drop()
            raise self._told(error) from error
        if self._owned and self.kind == POSTGRES:
            self._hold_server()

    def _hold_server(self) -> None:
        try:
            self.do(_OWN)
        except BaseException as error:
            self._drop()
            if isinstance(error, Busy):
                raise self._in_use() from error
            raise

    def _in_use(self) -> InUse:
        return InUse(
            f"{self.where}: expected to be the only program that keeps its chain here, found another one"
        )

    def _drop(self) -> None:
        """The connection goes; the next question makes another one."""
        cursor, self._cursor = self._cursor, None
        if cursor is not None:
            # One that is broken has nothing left to be said to it.
            with suppress(self._driver.Error):
                cursor.connection.close()

    def _undo(self) -> None:
        if self._cursor is not None:
            try:
                self._cursor.execute("ROLLBACK")
            except self._driver.Error:
                # The database has undone it by itself, or the connection is gone, and then the server undoes it.
                self._drop_if_lost()

    def _drop_if_lost(self) -> None:
        """A connection that has been lost is made anew at the next question; to a file, none is."""
        if self._cursor is not None and getattr(self._cursor.connection, "closed", False):
            self._drop()

    def _told(self, error: Exception) -> StoreError:
        if isinstance(error, self._driver.Error):
            self._drop_if_lost()
            return told(error, self.where)
        return Damaged(f"{self.where}: expected values of a ledger, found {error}")

    def _options(self, named: Mapping[str, Any]) -> dict[str, Any]:
        """What the driver is told besides where the database is."""
        if self.kind == SQLITE:
            return {"timeout": PATIENCE_S, "check_same_thread": True, "isolation_level": None}
        options = f"{named.get('options', '')} {_OPTIONS}".strip()
        return {"connect_timeout": CONNECT_S, "options": options, "autocommit": True}


def _parsed(url: str | Path) -> URL:
    if isinstance(url, Path):
        return URL.create(SQLITE, database=str(url))
    try:
        found = make_url(url)
    except (ArgumentError, ValueError):
        raise BadDatabaseUrl(f"a database: expected {_EXPECTED}, found {url!r:.80}") from None
    if found.drivername == POSTGRES:
        found = found.set(drivername="postgresql+psycopg")
    if found.drivername not in {SQLITE, "sqlite+pysqlite", "postgresql+psycopg"}:
        shown = found.render_as_string(hide_password=True)
        raise BadDatabaseUrl(f"a database: expected {_EXPECTED}, found {shown!r:.80}")
    if found.get_backend_name() == SQLITE and (
        found.database in {None, "", ":memory:"} or found.query or found.host
    ):
        raise BadDatabaseUrl(f"a database: expected a file, as in sqlite:///FILE, found {url!r:.80}")
    return found
