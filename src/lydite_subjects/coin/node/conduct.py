"""Conduct: points for misbehaviour, and bans for those who have too many.

Points belong to a host, not to a connection: calling again does not wash them off, time does. Many nodes may share the
host of a loopback address, so there a port tells them apart. A caller from there that has not told its port has the
name of all such callers: it is banned as briefly as can be, or noise from one of them would shut out the others.
"""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, NamedTuple

from lydite_subjects.coin.node.effects import Address
from lydite_subjects.coin.node.settings import Limits

FORGIVEN_S: Final = 30
"""How long it takes until a point is forgotten."""
SHARED_BAN_S: Final = 1
REMEMBERED: Final = 4_096
"""How many hosts are remembered."""


class Offence(NamedTuple):
    """A kind of misbehaviour."""

    points: int
    why: str


OFFENCES: Final[Mapping[str, Offence]] = MappingProxyType(
    {
        "bad-frame": Offence(20, "what it sent is no message"),
        "out-of-turn": Offence(20, "a message at the wrong time of the handshake"),
        "flood": Offence(1, "more messages than anybody may send unasked"),
        "greedy": Offence(20, "asked for more than it took"),
        "bad-header": Offence(100, "a header that breaks a rule"),
        "headers-disorder": Offence(50, "headers that do not follow each other"),
        "headers-unconnected": Offence(10, "headers again and again whose parent nobody knows"),
        "headers-beside": Offence(100, "too many headers on chains with less work"),
        "headers-late": Offence(10, "no answer to a question for headers"),
        "bad-block": Offence(100, "a block that breaks a rule"),
        "wrong-body": Offence(100, "a body that is not the one of its header"),
        "stalling": Offence(10, "owes blocks and sends none"),
        "not-found": Offence(10, "does not have what it has announced"),
        "unasked": Offence(2, "a block that is of no use and nobody asked for"),
        "bad-transaction": Offence(100, "a transaction that breaks a rule"),
        "bad-address": Offence(5, "addresses that are none"),
    }
)
"""Everything that is held against a peer."""


@dataclass(slots=True)
class _Record:
    points: int = 0
    counted_s: int = 0
    banned_until_s: int = 0


class Conduct:
    """What is held against whom. Times are seconds of the node's ticks."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._records: dict[str, _Record] = {}
        self.changes = 0
        """How often there was another ban to keep."""

    def points(self, address: Address, at_s: int) -> int:
        """How many points a host has."""
        record = self._records.get(_name(address))
        return max(0, record.points - (at_s - record.counted_s) // FORGIVEN_S) if record else 0

    def punish(self, address: Address, offence: str, at_s: int) -> int:
        """Counts an offence; tells for how long the host is banned now, mostly 0."""
        points = self.points(address, at_s) + OFFENCES[offence].points
        name = _name(address)
        record = self._records.pop(name, None) or _Record()
        # Whoever offended last is at the end, so the front goes first when there are too many.
        self._records[name] = record
        record.points, record.counted_s = points, at_s
        if len(self._records) > REMEMBERED:
            del self._records[next(iter(self._records))]
        if points < self._limits.score_max:
            return 0
        ban_s = self._ban_s(name)
        record.points, record.banned_until_s = 0, at_s + ban_s
        self.changes += 1
        return ban_s

    def is_banned(self, address: Address, at_s: int) -> bool:
        """Is that host banned?"""
        record = self._records.get(_name(address))
        return record is not None and at_s < record.banned_until_s

    def bans(self, at_s: int) -> tuple[tuple[str, int], ...]:
        """Who is banned, and for how many seconds from now on."""
        return tuple(
            (name, record.banned_until_s - at_s)
            for name, record in self._records.items()
            if record.banned_until_s > at_s
        )

    def restore(self, name: str, left_s: int, at_s: int) -> None:
        """Whoever was banned is so again, for what is left of it, and never for longer than a ban lasts."""
        if left_s > 0:
            self._records[name] = _Record(0, at_s, at_s + min(left_s, self._ban_s(name)))

    def _ban_s(self, name: str) -> int:
        host, _, port = name.rpartition(":")
        is_shared = port == "0" and is_loopback(host.strip("[]"))
        return SHARED_BAN_S if is_shared else self._limits.ban_s


def is_loopback(host: str) -> bool:
    """Is it this machine?"""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _name(address: Address) -> str:
    return str(address) if is_loopback(address.host) else address.host
