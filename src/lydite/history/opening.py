"""Opening: a new database gets its tables, an older one is brought up to date, and any other one is refused as it is.

Nothing is written before it is known that the database is a history, or has no tables at all.
"""

import logging
from typing import Final

from sqlalchemy import Connection, inspect, text

from lydite.history.database import SQLITE, Database
from lydite.history.errors import (
    KEEP,
    DamagedHistory,
    ForeignHistory,
    HistoryTrouble,
    NewerHistory,
    NoHistory,
)
from lydite.history.tables import META, REVISION, VERSION_TABLE

LOG: Final = logging.getLogger("lydite.history")

CHECKED_BYTES_MAX: Final = 64 * 1024 * 1024
"""A file of SQLite up to this size is checked page by page when it is opened; whole campaigns are checked by their
digest whenever they are read, however large the file is."""
PAGE_BYTES_MIN: Final = 512

_MIGRATING: Final = "migrations"


def open_or_make(database: Database) -> None:
    """Makes sure that there is a history of this version in the database."""
    _refuse_stub(database)
    if _is_ready(database):
        return
    with database.alone():
        if database.kind == SQLITE:
            _settle(database)
        with database.writing(_MIGRATING) as connection:
            # Somebody else may have been quicker.
            if _revision(database, connection) != REVISION:
                # Alembic takes longer to import than a history takes to open, and is hardly ever needed.
                from lydite.history.migrations.running import upgrade

                upgrade(connection)
                LOG.info("%s is brought to revision %s", database.where, REVISION)


def refuse_missing(database: Database) -> None:
    """An error where there is no history yet: a question about nothing should not make a file."""
    path = database.path
    if path is None:
        with database.reading() as connection:
            is_there = bool(_revision(database, connection))
    else:
        is_there = path.is_file() and path.stat().st_size > 0
    if not is_there:
        raise NoHistory(
            "there is no history here yet",
            where=str(path or database.where),
            remedy="add a campaign first, or name another place: by --history, or by history.url of the settings",
        )


def _is_ready(database: Database) -> bool:
    if database.path is not None and not database.path.is_file():
        return False
    with database.reading() as connection:
        revision = _revision(database, connection)
        if revision != REVISION:
            return False
        missing = META.tables.keys() - set(inspect(connection).get_table_names())
        if missing:
            raise DamagedHistory(
                f"expected table {', '.join(sorted(missing))}, found none", where=database.where, remedy=KEEP
            )
        _refuse_damaged(database, connection)
    return True


def _refuse_stub(database: Database) -> None:
    """A file that is shorter than any database is none; SQLite would take it for an empty one."""
    path = database.path
    size = path.stat().st_size if path is not None and path.is_file() else 0
    if 0 < size < PAGE_BYTES_MIN:
        raise DamagedHistory(
            f"expected a database of SQLite, found a file of {size} bytes", where=database.where, remedy=KEEP
        )


def _revision(database: Database, connection: Connection) -> str:
    """The revision that is there, or nothing where there are no tables; whatever is no history of ours is refused."""
    names = inspect(connection).get_table_names()
    if VERSION_TABLE not in names:
        if names:
            shown = ", ".join(sorted(names)[:5])
            raise ForeignHistory(
                f"expected a history or an empty database, found tables {shown}",
                where=database.where,
                remedy="name another place: by --history, or by history.url of the settings",
            )
        return ""
    rows = [str(row[0]) for row in connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}"))]  # noqa: S608 -- the name is ours
    if rows == [REVISION]:
        return REVISION
    if not rows and names == [VERSION_TABLE]:
        return ""
    from lydite.history.migrations.running import known

    strange = [each for each in rows if each not in known()]
    if strange:
        raise NewerHistory(
            f"expected revision {REVISION} or an earlier one, found {', '.join(strange)}",
            where=database.where,
            remedy="it was made by a later version: use that one; nothing was changed",
        )
    if len(rows) != 1:
        raise DamagedHistory(f"expected one revision, found {len(rows)}", where=database.where, remedy=KEEP)
    return rows[0]


def _refuse_damaged(database: Database, connection: Connection) -> None:
    path = database.path
    if path is None or path.stat().st_size > CHECKED_BYTES_MAX:
        return  # PostgreSQL checks its pages when it reads them.
    (found,) = connection.exec_driver_sql("PRAGMA quick_check(1)").one()
    if found != "ok":
        shown = " ".join(str(found).split())
        raise DamagedHistory(
            f"expected a database as it was written, found {shown:.300}", where=database.where, remedy=KEEP
        )


def _settle(database: Database) -> None:
    """Sets how SQLite commits; see `database`."""
    ((mode,),) = database.pragma("PRAGMA journal_mode = WAL")
    if mode != "wal":
        raise HistoryTrouble(
            f"expected a place for a write-ahead log, found mode {mode}",
            where=database.where,
            remedy="keep the history on a disk of this machine, or on PostgreSQL",
        )
