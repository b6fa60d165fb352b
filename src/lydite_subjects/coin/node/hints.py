"""Hints: what whoever runs a node can try when its database or one of its ports cannot be had."""

import errno
from collections.abc import Mapping
from typing import Final

from lydite_subjects.coin.spec.coins import BadLedger
from lydite_subjects.coin.store import (
    BadDatabaseUrl,
    Busy,
    Damaged,
    Failed,
    Foreign,
    InUse,
    Newer,
    OtherNetwork,
    Overtaken,
    StoreError,
    Unreachable,
)

_ELSEWHERE: Final = "give this node another --data-dir or --database"
_AFRESH: Final = "keep the database aside and start with an empty one: the chain comes from other nodes again"

_OF_DATABASES: Final[tuple[tuple[type[Exception], str], ...]] = (
    (InUse, f"end the other program, or {_ELSEWHERE}"),
    (Newer, f"start the later version of the program, or {_ELSEWHERE}"),
    (OtherNetwork, f"start the node with the --network of the database, or {_ELSEWHERE}"),
    (Foreign, _ELSEWHERE),
    (OSError, _ELSEWHERE),
    (Busy, "see what else has the database open; the node asks again by itself"),
    (Unreachable, "see whether the database is there: its server and its user, or its folder"),
    (Failed, "see whether the disk of the database works and has room, and whether its user may write"),
    (Damaged, _AFRESH),
    (Overtaken, "see what else writes to the database; the node reads its chain again by itself"),
    (BadLedger, _AFRESH),
    (BadDatabaseUrl, "see --database in --help"),
    (StoreError, "see whether the database works"),
)
_OF_PORTS: Final[Mapping[int, str]] = {
    errno.EADDRINUSE: "end what listens there, or give this node another {option}; 0 is one that is free",
    errno.EACCES: "give this node an {option} from 1024 on, or 0 for one that is free",
    errno.EADDRNOTAVAIL: "another --host, an address of this machine such as 127.0.0.1",
}


def hint_for_database(error: Exception) -> str:
    """What to try; nothing, where the error says it all."""
    return next((hint for kind, hint in _OF_DATABASES if isinstance(error, kind)), "")


def hint_for_port(error: OSError | UnicodeError, option: str) -> str:
    """What to try instead of what an option of the command line says."""
    number = error.errno if isinstance(error, OSError) else None
    return _OF_PORTS.get(number or 0, "another --host, an address of this machine").format(option=option)
