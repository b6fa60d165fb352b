"""Bodies: which blocks are here and not only their headers, and which chain of them has the most work.

Bodies arrive in any order. A block is **complete** when its body is here and those of all blocks before it are. Of the
complete ones that are not known to be invalid, the one with the most work is the best; of equals, the one that was
complete first.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from typing import Final

from lydite_subjects.coin.spec.blocks import Block
from lydite_subjects.coin.spec.headers import Entry, Headers

WAITING_BYTES_MAX: Final = 16_000_000
"""How many bytes of bodies are held in memory until they can be connected; of more, the ledger has the rest."""


class Bodies:
    """The hashes of the blocks that are here, and the bodies of some that wait."""

    def __init__(self, connected: Sequence[Entry]) -> None:
        """With the connected chain, the genesis first: all of it is here."""
        self._complete = {entry.hash: entry for entry in connected}
        """By hash, in the order in which they were complete."""
        self._here = set(self._complete)
        self._waiting: dict[bytes, list[Entry]] = {}
        """By parent: those that are here, while their parent is not complete."""
        self._held: dict[bytes, Block] = {}
        self._held_bytes = 0
        self._best = connected[-1]

    @property
    def best(self) -> Entry:
        """The best complete entry."""
        return self._best

    @property
    def waiting(self) -> int:
        """How many are here, while those before them are not."""
        return sum(len(each) for each in self._waiting.values())

    def __contains__(self, block_hash: bytes) -> bool:
        return block_hash in self._here

    def arrive(self, entry: Entry) -> None:
        """Notes that a body is here, and what that completes."""
        self._here.add(entry.hash)
        if entry.header.previous not in self._complete:
            self._waiting.setdefault(entry.header.previous, []).append(entry)
            return
        queue = deque([entry])
        while queue:
            here = queue.popleft()
            self._complete[here.hash] = here
            # More work, not as much: of equals, the one that was complete first stays.
            if here.work > self._best.work:
                self._best = here
            queue.extend(self._waiting.pop(here.hash, ()))

    def forget(self, block_hash: bytes) -> None:
        """Notes that a body is not here: it was not worth keeping."""
        self._here.discard(block_hash)
        self._complete.pop(block_hash, None)
        self.release([block_hash])

    def choose(self, headers: Headers, tip: Entry) -> None:
        """Looks for the best one again, after some block turned out to be invalid; the tip is none."""
        self._best = tip
        for entry in self._complete.values():
            if entry.work > self._best.work and headers.invalid(entry.hash) is None:
                self._best = entry

    # Some of them in memory

    def hold(self, block: Block) -> None:
        """Keeps a body at hand that cannot be connected yet, and lets the oldest ones go if that is too much."""
        self._held[block.hash] = block
        self._held_bytes += len(block.encode())
        while self._held_bytes > WAITING_BYTES_MAX:
            self.release([next(iter(self._held))])

    def held(self, block_hash: bytes) -> Block | None:
        """A body that is at hand."""
        return self._held.get(block_hash)

    def release(self, hashes: Iterable[bytes]) -> None:
        """Lets go of bodies, if they are at hand."""
        for block_hash in hashes:
            block = self._held.pop(block_hash, None)
            if block is not None:
                self._held_bytes -= len(block.encode())
