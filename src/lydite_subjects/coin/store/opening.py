"""Opening: a new database gets its tables, an older one is brought up to date, and any other one is refused as it is.

Nothing is written before it is known that the database is a ledger of this network, or has no tables at all. (The log
that a killed writer of SQLite has left is carried over by SQLite itself: that is what was committed.)

A new database gets its tables straight from `tables`, with the stamp of the newest migration: that takes
milliseconds, and Alembic is not even imported. A test holds that the migrations make the same tables.
"""

from pathlib import Path
from typing import Final

from lydite_subjects.coin.spec.params import Params
from lydite_subjects.coin.store.database import Database
from lydite_subjects.coin.store.errors import Damaged, Foreign, OtherNetwork, Unreachable
from lydite_subjects.coin.store.ledger import SqlLedger
from lydite_subjects.coin.store.rows import coin_of
from lydite_subjects.coin.store.statements import SQLITE
from lydite_subjects.coin.store.tables import META, REVISION, VERSION

CHECKED_BYTES_MAX: Final = 256 * 1024 * 1024
"""A file of SQLite up to this size is checked when it is opened, each page and each coin: some seconds at the most.
What is in a larger one is checked when it is read, as it is in a smaller one too."""
PAGE_BYTES_MIN: Final = 512


def open_ledger(url: str | Path, params: Params) -> SqlLedger:
    """The ledger in a database: `sqlite:///FILE`, or `postgresql+psycopg://USER@HOST/DATABASE`.

    It belongs to who has opened it, until it is closed: a second one is refused (`InUse`).
    """
    database = Database(url)
    try:
        _refuse_stub(database)
        database.own()
        names = _table_names(database)
        if names:
            _refuse_foreign(database, names)
            _upgrade(database, params)
            _refuse_damaged(database)
            _refuse_other_network(database, params)
            _settle(database)
        else:
            _settle(database)
            _create(database, params)
    except BaseException:
        database.close()
        raise
    return SqlLedger(database, params.name)


def _table_names(database: Database) -> set[str]:
    rows = database.ask(database.say.table_names)
    return {str(name) for (name,) in rows if not str(name).startswith("sqlite_")}


def _settle(database: Database) -> None:
    """Sets how SQLite commits; see `database`."""
    if database.kind == SQLITE:
        (mode,) = database.ask("PRAGMA journal_mode = WAL")[0]
        if mode != "wal":
            raise Unreachable(f"{database.where}: expected a place for a write-ahead log, found mode {mode}")


def _create(database: Database, params: Params) -> None:
    say = database.say
    with database.writing():
        for each in say.schema:
            database.do(each)
        database.do(say.stamp, (REVISION,))
        database.do(say.first, (1, params.name, None, -1))


def _refuse_stub(database: Database) -> None:
    """A file that is shorter than any database is none; SQLite would take it for an empty one."""
    path = database.path
    size = path.stat().st_size if path is not None and path.is_file() else 0
    if 0 < size < PAGE_BYTES_MIN:
        raise Damaged(f"{database.where}: expected a database of SQLite, found a file of {size} bytes")


def _refuse_foreign(database: Database, names: set[str]) -> None:
    if VERSION.name not in names:
        found = ", ".join(sorted(names)[:5])
        raise Foreign(f"{database.where}: expected an empty database or a ledger, found tables {found}")


def _upgrade(database: Database, params: Params) -> None:
    """Brings an older ledger up to date; refuses one that is newer than this program."""
    found = [str(version) for (version,) in database.ask(database.say.revisions)]
    if found != [REVISION]:
        # Alembic takes longer to import than a ledger takes to open, and is hardly ever needed.
        from lydite_subjects.coin.store.migrations.running import upgrade

        upgrade(database, found, params)
    missing = META.tables.keys() - _table_names(database)
    if missing:
        raise Damaged(f"{database.where}: expected table {', '.join(sorted(missing))}, found none")


def _refuse_damaged(database: Database) -> None:
    if database.kind != SQLITE:
        return  # PostgreSQL checks its pages when it reads them.
    (pages,), (size,) = database.ask("PRAGMA page_count")[0], database.ask("PRAGMA page_size")[0]
    if pages * size <= CHECKED_BYTES_MAX:
        for (found,) in database.ask("PRAGMA integrity_check(1)"):
            if found != "ok":
                shown = " ".join(str(found).split())
                raise Damaged(f"{database.where}: expected a database as it was written, found {shown}")
        for row in database.ask(database.say.all_coins):
            coin_of(row)


def _refuse_other_network(database: Database, params: Params) -> None:
    rows = [name for (name,) in database.ask(database.say.networks)]
    if len(rows) != 1:
        raise Damaged(f"{database.where}: expected one row that names the network, found {len(rows)}")
    if rows[0] != params.name:
        raise OtherNetwork(f"{database.where}: expected network {params.name!r}, found {rows[0]!r}")
    tip, height = database.ask(database.say.tip)[0]
    (top,) = database.ask(database.say.top)[0]
    if (-1 if top is None else top) != height or (tip is None) != (height == -1):
        raise Damaged(f"{database.where}: expected a chain of height {height}, found one of height {top}")
