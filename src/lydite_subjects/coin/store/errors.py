"""What goes wrong with a database: one error per kind of trouble, each with what was expected and what was found.

None of them leaves anything half done: what raised one has changed nothing, unless its text says that nobody knows.
"""

from typing import Final

from lydite_subjects.coin.spec.coins import BadLedger
from lydite_subjects.coin.spec.errors import CoinError


class StoreError(CoinError):
    """Anything that is wrong with a database."""


class BadDatabaseUrl(StoreError):
    """A text that names no database that a ledger can be kept in."""


class Unreachable(StoreError):
    """No connection can be made, or the one that there was is gone."""


class Busy(StoreError):
    """Other programs have held the database for too long."""


class InUse(StoreError):
    """Another program keeps its chain there: two nodes need two databases."""


class Failed(StoreError):
    """The database could not do it: no room, a disk that fails."""


class Damaged(StoreError, BadLedger):
    """A database that is not what was written, or no database at all."""


class OtherNetwork(StoreError, BadLedger):
    """The ledger of another network."""


class Foreign(StoreError, BadLedger):
    """A database with somebody else's tables."""


class Newer(StoreError, BadLedger):
    """A ledger made by a later version of this program."""


class Overtaken(StoreError, BadLedger):
    """Somebody has moved the tip behind this program's back: it has to read its chain again."""


# SQLite's primary result codes.
_BUSY, _LOCKED, _READONLY, _IOERR, _CORRUPT, _FULL, _CANTOPEN, _NOTADB = 5, 6, 8, 10, 11, 13, 14, 26

_SQLITE: Final[dict[int, tuple[type[StoreError], str]]] = {
    _BUSY: (Busy, "its turn to write"),
    _LOCKED: (Busy, "its turn to write"),
    _READONLY: (Failed, "a file that may be written"),
    _IOERR: (Failed, "a disk that works"),
    _FULL: (Failed, "room on the disk"),
    _CANTOPEN: (Unreachable, "a file in a folder that exists"),
    _CORRUPT: (Damaged, "a database as it was written"),
    _NOTADB: (Damaged, "a database of SQLite"),
}

_POSTGRES: Final[dict[str, tuple[type[StoreError], str]]] = {
    "55P03": (Busy, "its turn to write"),
    "40": (Busy, "its turn to write"),
    "53": (Failed, "a server with room"),
    "58": (Failed, "a disk of the server that works"),
    "08": (Unreachable, "a connection"),
    "57P": (Unreachable, "a connection"),
    "3D": (Unreachable, "a database of that name"),
    "28": (Unreachable, "a user who may connect"),
    "22": (Failed, "values that fit"),
    "42501": (Failed, "a user who may read and write"),
    "42": (Damaged, "the tables of a ledger"),
    "23": (Damaged, "tables that do not contradict each other"),
    "XX": (Damaged, "a database as it was written"),
}


def told(error: Exception, where: str) -> StoreError:
    """What a driver's error means."""
    found = " ".join(str(error).split()) or type(error).__name__
    kind, expected = _meaning(error)
    return kind(f"{where}: expected {expected}, found {found}")


def _meaning(error: Exception) -> tuple[type[StoreError], str]:
    code = getattr(error, "sqlite_errorcode", None)
    if isinstance(code, int):
        return _SQLITE.get(code & 0xFF, (Damaged, "tables that do not contradict each other"))
    state = getattr(error, "sqlstate", None)
    if isinstance(state, str):
        for size in (5, 3, 2):
            if state[:size] in _POSTGRES:
                return _POSTGRES[state[:size]]
        return Failed, "an answer"
    return Unreachable, "a connection"
