"""Orphans: transactions that spend what nobody here knows of yet. Few of them are kept, and not for long.

Who sends an orphan has proven nothing, not even that it can be paid: so what they take is bounded by count and by
bytes, and the oldest go first. They are told apart by their seals: a copy of a transaction with a spoilt signature has
the same txid, and must not keep the right one out.
"""

from collections.abc import Sequence
from typing import Final

from lydite_subjects.coin.spec.transactions import Transaction

ORPHANS_MAX: Final = 100
ORPHAN_BYTES_MAX: Final = 1_000_000


class Orphans:
    """Transactions that wait for others."""

    def __init__(self) -> None:
        self._waiting: dict[bytes, tuple[Transaction, Sequence[bytes]]] = {}
        """By seal, the oldest first, and the txids that each one waits for."""
        self._for: dict[bytes, dict[bytes, None]] = {}
        """By the txid that is waited for, the seals."""
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def keep(self, transaction: Transaction, parents: Sequence[bytes]) -> None:
        """Keeps a transaction until one of these parents is here; the oldest ones go if there are too many."""
        seal = transaction.seal
        if seal in self._waiting:
            return
        self._waiting[seal] = transaction, parents
        self.bytes += transaction.size
        for parent in parents:
            self._for.setdefault(parent, {})[seal] = None
        self._trim()

    def take(self, parent: bytes) -> list[Transaction]:
        """Hands out those that have waited for this one, the oldest first."""
        return [self._drop(seal) for seal in list(self._for.get(parent, ()))]

    def _trim(self) -> None:
        while len(self._waiting) > ORPHANS_MAX or self.bytes > ORPHAN_BYTES_MAX:
            self._drop(next(iter(self._waiting)))

    def _drop(self, seal: bytes) -> Transaction:
        transaction, parents = self._waiting.pop(seal)
        self.bytes -= transaction.size
        for parent in parents:
            others = self._for[parent]
            del others[seal]
            if not others:
                del self._for[parent]
        return transaction
