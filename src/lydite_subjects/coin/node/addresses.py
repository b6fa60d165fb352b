"""The address book: whom a node could call, who said so, and when it is worth trying again.

Nobody can fill it: one peer is believed a bounded number of addresses, and what worked once is forgotten last.
"""

import ipaddress
import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from lydite_subjects.coin.node.conduct import is_loopback
from lydite_subjects.coin.node.effects import Address
from lydite_subjects.coin.node.groups import group_of
from lydite_subjects.coin.node.settings import Limits
from lydite_subjects.coin.node.wire import ADDRESSES_MAX, Known

BOOTSTRAP = ""
"""The source of the addresses that the node was started with."""
FRESH_S = 7 * 86_400
"""Nobody is told of a node that nobody has heard of for longer."""


class Kept(NamedTuple):
    """What is kept of an address when the node ends."""

    host: str
    port: int
    last_seen_s: int
    worked: bool
    source: str


@dataclass(slots=True)
class _Row:
    source: str
    last_seen_s: int
    """By the clocks on the wall."""
    group: str
    worked: bool = False
    failures: int = 0
    due_s: int = 0
    """When it may be tried again, in seconds of the node's ticks."""


class AddressBook:
    """Addresses, by what came of them."""

    def __init__(self, limits: Limits, bootstrap: Sequence[Address]) -> None:
        self._limits = limits
        self._rows: dict[Address, _Row] = {}
        self._per_source: dict[str, int] = {}
        self._own: dict[Address, None] = {}
        self.changes = 0
        """How often there was something new to keep."""
        for each in bootstrap:
            self.trust(each)

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, address: Address) -> bool:
        return address in self._rows

    def add(self, told: Known, source: str, now_s: int) -> bool:
        """Somebody told an address. Is it one at all?"""
        address = Address(told.host, told.port)
        if not is_callable(address, source):
            return False
        seen_s = min(told.last_seen_s, now_s)
        row = self._rows.get(address)
        if row is not None:
            # Hearsay does not make a node fresher than it was; only a little, if it is not too old.
            row.last_seen_s = max(row.last_seen_s, seen_s)
        elif address not in self._own and self._has_room(source):
            self._put(address, source, seen_s)
        return True

    def trust(self, address: Address) -> None:
        """Somebody who runs this node gave it, as if it had been started with it: a name is fine, and it is kept."""
        self.forget(address)
        self._rows[address] = _Row(BOOTSTRAP, 0, group_of(address))

    def is_trusted(self, address: Address) -> bool:
        """Has whoever runs this node given it?"""
        row = self._rows.get(address)
        return row is not None and row.source == BOOTSTRAP

    def choose(
        self, avoided: Collection[Address], taken: Collection[str], at_s: int, draws: random.Random
    ) -> Address | None:
        """Somebody to call: whoever is trusted first, then one of a group that is not `taken`.

        One that has worked before and a new one have the same chance, and so has each group: to tell of more addresses
        of one group is of no use.
        """
        trusted: list[Address] = []
        worked: dict[str, list[Address]] = {}
        others: dict[str, list[Address]] = {}
        for each, row in self._rows.items():
            if row.due_s > at_s or each in avoided:
                continue
            if row.source == BOOTSTRAP:
                trusted.append(each)
            elif row.group not in taken:
                (worked if row.worked else others).setdefault(row.group, []).append(each)
        if trusted:
            return draws.choice(trusted)
        pools = [list(pool.values()) for pool in (worked, others) if pool]
        return draws.choice(draws.choice(draws.choice(pools))) if pools else None

    def called(self, address: Address, at_s: int, draws: random.Random) -> None:
        """It is being called. Unless it turns out to work, the next time is later each time."""
        row = self._rows.get(address)
        if row is not None:
            limits = self._limits
            wait_s = min(limits.back_off_s_max, limits.back_off_s_min << min(row.failures, 30))
            row.due_s = at_s + max(1, round(wait_s * draws.uniform(0.5, 1.0)))
            row.failures += 1
            if row.failures > 10 and row.source != BOOTSTRAP and not row.worked:
                self.forget(address)

    def worked(self, address: Address, now_s: int) -> None:
        """It answered as a node does."""
        row = self._rows.get(address)
        if row is not None:
            self.changes += not row.worked
            row.worked, row.failures, row.last_seen_s = True, 0, now_s

    def forget(self, address: Address) -> None:
        """It is of no use."""
        row = self._rows.pop(address, None)
        if row is not None and row.source != BOOTSTRAP:
            self.changes += 1
            left = self._per_source[row.source] = self._per_source[row.source] - 1
            if not left:
                del self._per_source[row.source]

    def is_own(self, address: Address) -> None:
        """It is this node's own address: it will not be called, nor told."""
        self.forget(address)
        self._own[address] = None

    def told(self, now_s: int, draws: random.Random) -> tuple[Known, ...]:
        """What to tell somebody who asks: a part of what is known, so that nobody can read the whole book."""
        rows = [
            Known(address.host, address.port, row.last_seen_s)
            for address, row in self._rows.items()
            if row.last_seen_s > now_s - FRESH_S and is_address(address.host)
        ]
        return tuple(draws.sample(rows, min(len(rows), ADDRESSES_MAX, max(16, len(rows) // 4))))

    def kept(self) -> tuple[Kept, ...]:
        """What to keep of it: all that peers have told, and of what this node was started with what has worked."""
        return tuple(
            Kept(address.host, address.port, row.last_seen_s, row.worked, row.source or address.host)
            for address, row in self._rows.items()
            if (row.worked or row.source != BOOTSTRAP) and is_callable(address, address.host)
        )

    def restore(self, kept: Sequence[Kept], now_s: int) -> None:
        """What was kept is known again, as far as there is room."""
        for each in kept:
            address = Address(each.host, each.port)
            if address not in self._rows and self._has_room(each.source):
                self._put(address, each.source, min(each.last_seen_s, now_s))
                self._rows[address].worked = each.worked

    def _put(self, address: Address, source: str, seen_s: int) -> None:
        self._rows[address] = _Row(source, seen_s, group_of(address))
        self._per_source[source] = self._per_source.get(source, 0) + 1
        self.changes += 1

    def _has_room(self, source: str) -> bool:
        if self._per_source.get(source, 0) >= self._limits.addresses_per_source:
            return False
        if len(self._rows) < self._limits.addresses:
            return True
        oldest = next((each for each, row in self._rows.items() if row.source and not row.worked), None)
        if oldest is None:
            return False
        self.forget(oldest)
        return True


def is_address(host: str) -> bool:
    """Is it a number, not a name?"""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def is_callable(address: Address, source: str) -> bool:
    """May a peer tell this one? A name would let it choose whom this node asks about names, and the scope of an address
    is that of another machine."""
    if not is_address(address.host) or "%" in address.host or not 0 < address.port < 1 << 16:
        return False
    host = ipaddress.ip_address(address.host)
    if host.is_multicast or host.is_unspecified or host.is_link_local:
        return False
    return not host.is_loopback or is_loopback(source)
