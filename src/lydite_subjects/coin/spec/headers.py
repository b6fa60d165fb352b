"""Headers: the tree of all headers that keep the law, and the best of its branches.

Headers come before bodies. They are small, each one proves its work by itself, and so a node learns from them alone
which chain is worth downloading. The **best** header is the one with the most work on the way from the genesis to it;
of those with equal work it is the one that was seen first, so that nobody gains by showing up later with as much.

A header whose block turned out to break the law stays known, marked as invalid with all that is built on it: it is
never best, and no new header may follow it.

The tree is kept as entries that know their parents, and the best branch also as a list by height: an ancestor of an
entry is found by walking down to that list, which is next to it in almost all cases.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from lydite_subjects.coin.spec.blocks import Header
from lydite_subjects.coin.spec.coins import BadLedger
from lydite_subjects.coin.spec.errors import RuleBroken
from lydite_subjects.coin.spec.params import Params
from lydite_subjects.coin.spec.rules import check_header
from lydite_subjects.coin.spec.work import is_met, retargeted, work_of

MEDIAN_BLOCKS: Final = 11
"""How many blocks the median time is taken of."""
DENSE: Final = 10
"""How many hashes of a locator follow each other before the steps double."""


class UnknownParent(RuleBroken):
    """A header whose parent is not known: no rule can be judged yet. Its rule is `unknown-parent`."""

    def __init__(self, block_hash: bytes, parent: bytes) -> None:
        self.block_hash = block_hash
        self.parent = parent
        where = f"block {block_hash.hex()}"
        super().__init__("unknown-parent", expected="a known parent", found=parent.hex(), where=where)


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A header in its place. There is one entry for each known header, so entries are compared by identity."""

    hash: bytes
    header: Header = field(repr=False)
    height: int
    work: int
    """How many hashes this block and all before it took on average."""
    parent: "Entry | None" = field(repr=False)


class Headers:
    """All known headers of a network."""

    def __init__(self, params: Params, genesis: Header) -> None:
        """With the genesis, which is right by definition: nobody has mined it."""
        self._params = params
        root = Entry(genesis.hash, genesis, 0, work_of(genesis.bits), None)
        self._entries = {root.hash: root}
        """By hash, in the order in which they were seen: parents before children."""
        self._branch = [root]
        """The best branch by height."""
        self._invalid: dict[bytes, str] = {}

    @property
    def genesis(self) -> Entry:
        """The first entry of all branches."""
        return self._branch[0]

    @property
    def best(self) -> Entry:
        """The valid header with the most work; of those with equal work, the one that was seen first."""
        return self._branch[-1]

    def get(self, block_hash: bytes) -> Entry | None:
        """A known header."""
        return self._entries.get(block_hash)

    def __contains__(self, block_hash: bytes) -> bool:
        return block_hash in self._entries

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Entry]:
        """All of them in the order in which they were seen: parents before children."""
        return iter(self._entries.values())

    def add(self, header: Header, now_s: int) -> Entry:
        """Puts a header into the tree, if it keeps the law (`RuleBroken`) and its parent is known (`UnknownParent`).

        One that is known already is handed back as it is.
        """
        block_hash = header.hash
        known = self._entries.get(block_hash)
        self._refuse_invalid(block_hash, block_hash)
        if known is not None:
            return known
        parent = self._entries.get(header.previous)
        if parent is None:
            raise UnknownParent(block_hash, header.previous)
        self._refuse_invalid(header.previous, block_hash)
        self._refuse_branch_below_checkpoint(block_hash, parent)
        check_header(
            header,
            block_hash,
            height=parent.height + 1,
            bits=self.next_bits(parent),
            median_s=self.median_time(parent),
            parent_s=parent.header.time_s,
            now_s=now_s,
            params=self._params,
        )
        return self._put(header, block_hash, parent)

    def restore(self, header: Header) -> Entry:
        """Puts a header back that was judged before: its times and bits are not judged again, its hash is."""
        block_hash = header.hash
        known = self._entries.get(block_hash)
        if known is not None:
            return known
        parent = self._entries.get(header.previous)
        if parent is None or not is_met(block_hash, header.bits):
            found = "one whose hash is too large" if parent else f"one with parent {header.previous.hex()}"
            raise BadLedger(f"a known header: expected work on a known parent, found {found}")
        return self._put(header, block_hash, parent)

    # The tree

    def at(self, entry: Entry, height: int) -> Entry:
        """The ancestor of that height, or the entry itself."""
        if not 0 <= height <= entry.height:
            raise ValueError(f"a height: expected from 0 to {entry.height}, found {height}")
        branch = self._branch
        while entry.height > height:
            if entry.height < len(branch) and branch[entry.height] is entry:
                return branch[height]
            assert entry.parent is not None
            entry = entry.parent
        return entry

    def fork(self, one: Entry, other: Entry) -> Entry:
        """The last header that both have in common."""
        low = min(one.height, other.height)
        one, other = self.at(one, low), self.at(other, low)
        while one is not other:
            assert one.parent is not None
            assert other.parent is not None
            one, other = one.parent, other.parent
        return one

    def is_best(self, entry: Entry) -> bool:
        """Is it on the best branch?"""
        return entry.height < len(self._branch) and self._branch[entry.height] is entry

    def locator(self, entry: Entry) -> list[bytes]:
        """Hashes from an entry down to the genesis, dense at first and sparse later: whoever gets it finds the place
        where two chains part in one step, however long they are."""
        found, step, height = [entry.hash], 1, entry.height
        while height > 0:
            if len(found) >= DENSE:
                step *= 2
            height = max(height - step, 0)
            entry = self.at(entry, height)
            found.append(entry.hash)
        return found

    def after(self, locator: Sequence[bytes], limit: int) -> list[Entry]:
        """What follows on the best branch after the first hash of a locator that is on it; from the genesis if none."""
        known = (self._entries.get(each) for each in locator)
        begin = next((each.height for each in known if each is not None and self.is_best(each)), 0)
        return self._branch[begin + 1 : begin + 1 + max(limit, 0)]

    # What follows from the headers before

    def next_bits(self, parent: Entry) -> int:
        """The bits that a child of this header must have.

        They change at every `retarget_blocks`-th height, by how long the last `retarget_blocks` blocks took: from the
        last block of the period before to the last block of this one. So every spacing between two blocks counts
        once, and no time of a block is outside of all measures (that is what made time-warps pay).

        Before the first period there is no block. The genesis stands in for it, so the first period is measured with
        one spacing less than it is compared with, and what follows is a little too hard, once.
        """
        period = self._params.retarget_blocks
        height = parent.height + 1
        if height % period:
            return parent.header.bits
        before = self.at(parent, max(parent.height - period, 0))
        return retargeted(parent.header.bits, parent.header.time_s - before.header.time_s, self._params)

    def median_time(self, parent: Entry) -> int:
        """The median time of this header and the ten before it (of fewer near the genesis)."""
        times: list[int] = []
        entry: Entry | None = parent
        while entry is not None and len(times) < MEDIAN_BLOCKS:
            times.append(entry.header.time_s)
            entry = entry.parent
        times.sort()
        return times[len(times) // 2]

    def vouched(self, entry: Entry) -> bool:
        """Is it a checkpoint, or an ancestor of one that is known?

        A height alone vouches for nothing: below a checkpoint that has not been seen yet, anybody may branch off.
        """
        for height, block_hash in sorted(self._params.checkpoints.items(), reverse=True):
            if height < entry.height:
                return False
            checkpoint = self._entries.get(block_hash)
            if checkpoint is not None:
                return self.at(checkpoint, entry.height) is entry
        return False

    # What breaks the law

    def mark_invalid(self, block_hash: bytes, reason: str) -> None:
        """Notes that a block breaks the law; with its descendants it is out of the race."""
        if block_hash not in self._entries or block_hash == self.genesis.hash:
            raise ValueError(
                f"an invalid block: expected a known one, not the genesis, found {block_hash.hex()}"
            )
        if block_hash in self._invalid:
            return
        self._invalid[block_hash] = reason
        inherited = f"built on {block_hash.hex()}: {reason}"
        for entry in self._entries.values():
            if entry.header.previous in self._invalid and entry.parent is not None:
                self._invalid.setdefault(entry.hash, inherited)
        if self.best.hash in self._invalid:
            self._lead(self._most_work())

    def invalid(self, block_hash: bytes) -> str | None:
        """Why a known header is not to be built on; None if it may be."""
        return self._invalid.get(block_hash)

    def prefer(self, entry: Entry) -> None:
        """Lets this one be the best of those with equal work: after a restart nobody knows which was seen first."""
        if entry.work == self.best.work and entry.hash not in self._invalid:
            self._lead(entry)

    def _put(self, header: Header, block_hash: bytes, parent: Entry) -> Entry:
        entry = Entry(block_hash, header, parent.height + 1, parent.work + work_of(header.bits), parent)
        self._entries[block_hash] = entry
        inherited = self._invalid.get(parent.hash)
        if inherited is not None:
            self._invalid[block_hash] = inherited
        elif entry.work > self.best.work:
            self._lead(entry)
        return entry

    def _lead(self, entry: Entry) -> None:
        """Makes the branch that ends here the best one."""
        branch, above = self._branch, []
        here = entry
        while not self.is_best(here):
            above.append(here)
            assert here.parent is not None
            here = here.parent
        del branch[here.height + 1 :]
        branch.extend(reversed(above))

    def _most_work(self) -> Entry:
        best = self.genesis
        for entry in self._entries.values():
            if entry.work > best.work and entry.hash not in self._invalid:
                best = entry
        return best

    def _refuse_invalid(self, block_hash: bytes, of: bytes) -> None:
        reason = self._invalid.get(block_hash)
        if reason is not None:
            found = reason if block_hash == of else f"built on {block_hash.hex()}: {reason}"
            where = f"block {of.hex()}"
            raise RuleBroken("known-invalid", expected="no broken rule", found=found, where=where)

    def _refuse_branch_below_checkpoint(self, block_hash: bytes, parent: Entry) -> None:
        if not self._params.checkpoints:
            return
        for height, wanted in self._params.checkpoints.items():
            if height > parent.height and wanted in self._entries:
                expected = f"to come after {wanted.hex()} of height {height}"
                found = f"height {parent.height + 1}"
                where = f"block {block_hash.hex()}"
                raise RuleBroken("checkpoint", expected=expected, found=found, where=where)
