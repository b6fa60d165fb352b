"""Remembrance: the addresses and bans that a node knows again after it has ended, in a file of its data folder.

The file is JSON, and written beside itself first: it is the old one or the new one, whatever happens. It is written
when the node ends, and some time after there is something new; so a crash costs what was learned in the last
`Limits.save_s` seconds. No node depends on it: what cannot be read is set aside, and what cannot be written is told.
"""

import json
import os
import sys
from collections.abc import Callable
from typing import Any, Final, NamedTuple, TypeVar

from lydite_subjects.coin.node.addresses import AddressBook, Kept, is_callable
from lydite_subjects.coin.node.conduct import REMEMBERED
from lydite_subjects.coin.node.effects import Address
from lydite_subjects.coin.node.peers import Roster
from lydite_subjects.coin.spec.errors import CoinError

PEERS_FILE: Final = "peers.json"
FORMAT: Final = "coin-peers"
VERSION: Final = 1
FILE_BYTES_MAX: Final = 2_000_000
ADDRESSES_MAX: Final = 10_000
NAME_MAX: Final = 100
"""Characters of a host, with its port if it has one."""
TIME_S_MAX: Final = 1 << 40

T = TypeVar("T")


class BadRemembrance(CoinError):
    """A file that is no such file."""


class Ban(NamedTuple):
    """Who is banned, and until when by the clock on the wall: ticks begin anew with each start."""

    name: str
    until_s: int


class Remembered(NamedTuple):
    """What the file holds."""

    addresses: tuple[Kept, ...] = ()
    bans: tuple[Ban, ...] = ()


class Remembrance:
    """The file of one node."""

    def __init__(self, path: str, network: str, node_id: str) -> None:
        self._path = path
        self._network = network
        self._node_id = node_id
        self._written = 0
        """The changes that the file has."""
        self._tried_s = 0
        self._trouble = ""

    def recall(self, book: AddressBook, roster: Roster, now_s: int) -> None:
        """Know again what the file holds; a file that is no good is set aside."""
        try:
            with open(self._path, "rb") as file:
                data = file.read(FILE_BYTES_MAX + 1)
            found = remembered_from_bytes(data, self._network)
        except FileNotFoundError:
            return
        except OSError as error:
            self._say(f"expected to read what is known of others, found {error.strerror}; begins without it")
            return
        except BadRemembrance as error:
            self._set_aside(error)
            return
        book.restore(found.addresses, now_s)
        for ban in found.bans:
            roster.conduct.restore(ban.name, ban.until_s - now_s, roster.at_s)
        self._written = _changes(book, roster)

    def tick(self, book: AddressBook, roster: Roster, now_s: int) -> None:
        """Some time has passed."""
        if roster.at_s - self._tried_s >= roster.limits.save_s:
            self._tried_s = roster.at_s
            if _changes(book, roster) != self._written:
                self.write(book, roster, now_s)

    def write(self, book: AddressBook, roster: Roster, now_s: int) -> None:
        """Keep what is known now. What a disk refuses is told, and tried again."""
        bans = tuple(Ban(name, now_s + left_s) for name, left_s in roster.conduct.bans(roster.at_s))
        data = remembered_as_bytes(Remembered(book.kept(), bans), self._network)
        beside = f"{self._path}.new"
        try:
            os.makedirs(os.path.dirname(self._path) or ".", exist_ok=True)
            with open(beside, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(beside, self._path)
        except OSError as error:
            self._say(f"expected to keep what is known of others, found {error.strerror}; tries again")
        else:
            self._written, self._trouble = _changes(book, roster), ""

    def _set_aside(self, error: BadRemembrance) -> None:
        aside = f"{self._path}.bad"
        try:
            os.replace(self._path, aside)
            place = f"it is now {aside}"
        except OSError as refused:
            place = f"it cannot be renamed ({refused.strerror})"
        self._say(f"{error}; {place}, and the node begins without known addresses and bans")

    def _say(self, text: str) -> None:
        if text != self._trouble:
            self._trouble = text
            print(f"{self._node_id}: {self._path}: {text}", file=sys.stderr, flush=True)


def remembered_as_bytes(remembered: Remembered, network: str) -> bytes:
    """A file."""
    said = {
        "format": FORMAT,
        "version": VERSION,
        "network": network,
        "addresses": [list(each) for each in remembered.addresses],
        "bans": [list(each) for each in remembered.bans],
    }
    return json.dumps(said, separators=(",", ":")).encode()


def remembered_from_bytes(data: bytes, network: str) -> Remembered:
    """What a file holds; BadRemembrance if it is none, is larger than it can be, or is of another network."""
    if len(data) > FILE_BYTES_MAX:
        raise BadRemembrance(f"expected at most {FILE_BYTES_MAX:,} bytes, found more")
    try:
        said = json.loads(data)
    except (ValueError, RecursionError):
        raise BadRemembrance(f"expected JSON, found {data[:20]!r}") from None
    head = [FORMAT, VERSION, network]
    found = [said.get(key) for key in ("format", "version", "network")] if isinstance(said, dict) else said
    if found != head:
        raise BadRemembrance(f"expected {head}, found {found!r:.80}")
    return Remembered(_rows(said, "addresses", ADDRESSES_MAX, _kept), _rows(said, "bans", REMEMBERED, _ban))


def _rows(said: dict[str, Any], name: str, most: int, made: Callable[[Any], T]) -> tuple[T, ...]:
    rows = said.get(name)
    if not isinstance(rows, list) or len(rows) > most:
        raise BadRemembrance(f"{name}: expected a list of at most {most:,}, found {rows!r:.40}")
    return tuple(made(row) for row in rows)


def _kept(row: object) -> Kept:
    match row:
        case [str(host), int(port), int(seen_s), bool(worked), str(source)]:
            fine = len(host) <= NAME_MAX and 0 < len(source) <= NAME_MAX and 0 <= seen_s <= TIME_S_MAX
            if fine and is_callable(Address(host, port), host):
                return Kept(host, port, seen_s, worked, source)
    raise BadRemembrance(f"addresses: expected [host, port, last seen, worked, told by], found {row!r:.80}")


def _ban(row: object) -> Ban:
    match row:
        case [str(name), int(until_s)] if 0 < len(name) <= NAME_MAX and 0 <= until_s <= TIME_S_MAX:
            return Ban(name, until_s)
    raise BadRemembrance(f"bans: expected [host, until], found {row!r:.80}")


def _changes(book: AddressBook, roster: Roster) -> int:
    return book.changes + roster.conduct.changes
