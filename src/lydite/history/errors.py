"""What goes wrong with a history, and what a driver's error means: what was expected, what was found, what to try.

    InputError
    ├── BadHistory           a text that names no place where a history can be kept
    ├── NoHistory            there is none there yet
    ├── UnknownCampaign      it is not in the history
    └── OtherCampaign        another campaign has that name already
    RecordError
    ├── ForeignHistory       a database with somebody else's tables
    ├── CorruptRecord
    │   └── DamagedHistory   not what was written, or no database at all
    └── OtherVersion
        └── NewerHistory     made by a later version of this program
    LyditeError
    └── HistoryTrouble       it could not be done now: busy, out of reach, no room

None of them leaves anything half done: a campaign is added as a whole or not at all, and adding it once more does no
harm.
"""

from typing import Final

from lydite.model import CorruptRecord, InputError, LyditeError, OtherVersion, RecordError


class BadHistory(InputError):
    """A text that names no place where a history can be kept."""


class NoHistory(InputError):
    """There is no history there yet."""


class UnknownCampaign(InputError):
    """A campaign that is not in the history."""


class OtherCampaign(InputError):
    """Another campaign has that name already."""


class ForeignHistory(RecordError):
    """A database with somebody else's tables."""


class DamagedHistory(CorruptRecord):
    """A database that is not what was written, or no database at all."""


class NewerHistory(OtherVersion):
    """A history made by a later version of this program."""


class HistoryTrouble(LyditeError):
    """The database could not do it now: others hold it, it is out of reach, or there is no room."""


WAIT: Final = "wait for the other program to end, or look for one that hangs"
ROOM: Final = "make room or give the right to write, and do it again: nothing was lost"
REACH: Final = (
    "see whether the server runs, has this database (createdb NAME makes one), and whether the URL is right"
)
KEEP: Final = (
    "keep the file, and begin a new history elsewhere: by --history, or by history.url of the settings"
)

_SQLITE: Final[dict[int, tuple[type[LyditeError], str, str]]] = {
    5: (HistoryTrouble, "its turn to write", WAIT),
    6: (HistoryTrouble, "its turn to write", WAIT),
    8: (HistoryTrouble, "a file that may be written", ROOM),
    10: (HistoryTrouble, "a disk that works", ROOM),
    13: (HistoryTrouble, "room on the disk", ROOM),
    14: (HistoryTrouble, "a file in a folder that exists and may be written", ROOM),
    11: (DamagedHistory, "a database as it was written", KEEP),
    26: (DamagedHistory, "a database of SQLite", KEEP),
}
"""By SQLite's primary result codes."""

_POSTGRES: Final[dict[str, tuple[type[LyditeError], str, str]]] = {
    "55P03": (HistoryTrouble, "its turn to write", WAIT),
    "40": (HistoryTrouble, "its turn to write", WAIT),
    "53": (HistoryTrouble, "a server with room", ROOM),
    "58": (HistoryTrouble, "a disk of the server that works", ROOM),
    "08": (HistoryTrouble, "a connection", REACH),
    "57P": (HistoryTrouble, "a connection", REACH),
    "3D": (HistoryTrouble, "a database of that name", "make it first: createdb NAME"),
    "28": (HistoryTrouble, "a user who may connect", REACH),
    "42501": (HistoryTrouble, "a user who may read and write", ROOM),
    "42": (DamagedHistory, "the tables of a history", KEEP),
    "XX": (DamagedHistory, "a database as it was written", KEEP),
}
"""By SQLSTATE or its beginning."""


def told(error: BaseException, where: str) -> LyditeError:
    """What a driver's error means."""
    found = " ".join(str(error).split()) or type(error).__name__
    kind, expected, remedy = _meaning(error)
    return kind(f"expected {expected}, found {found:.300}", where=where, remedy=remedy)


def _meaning(error: BaseException) -> tuple[type[LyditeError], str, str]:
    unforeseen = (DamagedHistory, "a database that does not contradict itself", KEEP)
    code = getattr(error, "sqlite_errorcode", None)
    if isinstance(code, int):
        return _SQLITE.get(code & 0xFF, unforeseen)
    state = getattr(error, "sqlstate", None)
    if isinstance(state, str):
        return next((_POSTGRES[state[:size]] for size in (5, 3, 2) if state[:size] in _POSTGRES), unforeseen)
    return HistoryTrouble, "a connection", REACH
