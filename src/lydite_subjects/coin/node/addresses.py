"""The address book: whom a node could call, who said so, and when it is worth trying again.

Nobody can fill it: one peer is believed a bounded number of addresses, and what worked once is forgotten last.
"""

import ipaddress
import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from lydite_subjects.coin.node.conduct import is_loopback
from lydite_subjects.coin.node.effects import Address
from lydite_subjects.coin.node.settings import Limits
from lydite_subjects.coin.node.wire import ADDRESSES_MAX, Known

BOOTSTRAP = ""
"""The source of the addresses that the node was started with."""
FRESH_S = 7 * 86_400
"""Nobody is told of a node that nobody has heard of for longer."""


@dataclass(slots=True)
class _Row:
    source: str
    last_seen_s: int
    """By the clocks on the wall."""
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
            self._rows[address] = _Row(source, seen_s)
            self._per_source[source] = self._per_source.get(source, 0) + 1
        return True

    def trust(self, address: Address) -> None:
        """Somebody who runs this node gave it, as if it had been started with it: a name is fine, and it is kept."""
        self.forget(address)
        self._rows[address] = _Row(BOOTSTRAP, 0)

    def choose(self, avoided: Collection[Address], at_s: int, draws: random.Random) -> Address | None:
        """Somebody to call: one that has worked before, or a new one, with the same chance."""
        due = [each for each, row in self._rows.items() if row.due_s <= at_s and each not in avoided]
        worked = [each for each in due if self._rows[each].worked]
        others = [each for each in due if not self._rows[each].worked]
        pools = [pool for pool in (worked, others) if pool]
        return draws.choice(draws.choice(pools)) if pools else None

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
            row.worked, row.failures, row.last_seen_s = True, 0, now_s

    def forget(self, address: Address) -> None:
        """It is of no use."""
        row = self._rows.pop(address, None)
        if row is not None and row.source != BOOTSTRAP:
            self._per_source[row.source] -= 1

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
    """May a peer tell this one? A name would let it choose whom this node asks about names."""
    if not is_address(address.host) or not 0 < address.port < 1 << 16:
        return False
    host = ipaddress.ip_address(address.host)
    if host.is_multicast or host.is_unspecified or host.is_link_local:
        return False
    return not host.is_loopback or is_loopback(source)
