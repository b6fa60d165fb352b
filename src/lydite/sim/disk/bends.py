"""What is wrong with a simulated disk: bends stack, and are folded into the answer to each operation.

`fail` answers EIO at a rate, `fill` leaves no room, `slow` makes each operation take longer, `lie`
says yes to a sync and does nothing. Each is undone by taking its bend away. What each may break
is what a failing disk breaks: a program that ignores an error, or believes an fsync.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from lydite.model import Draws, InputError

Kind = Literal["fail", "fill", "slow", "lie"]

OPERATIONS = ("*", "read", "write", "sync")

ROOT = "/disk"
"""Where a host's disk is mounted, for its programs."""


def absolute(path: str) -> str:
    """The path of a fault, as programs see it: what is relative lies below the host's root.

    >>> absolute("wallet"), absolute("/tmp/x"), absolute("")
    ('/disk/wallet', '/tmp/x', '')
    """
    return path if path.startswith("/") or not path else f"{ROOT}/{path}"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DiskBend:
    """One thing that is wrong with a disk. Two equal bends are two."""

    kind: Kind
    operation: str = "*"
    """Of `fail`: `read`, `write`, `sync`, or `*` for all of them."""
    path: str = ""
    """Of `fail`: only paths that begin with it."""
    rate: float = 1.0
    """Of `fail`: how often."""
    by_ns: int = 0
    """Of `slow`: how much longer."""

    def __post_init__(self) -> None:
        if self.operation not in OPERATIONS:
            raise InputError(
                f"a disk fails at {', '.join(OPERATIONS)}; found {self.operation!r}", where="disk.fail"
            )
        if not 0 <= self.rate <= 1:
            raise InputError(f"a rate lies between 0 and 1, found {self.rate}", where="disk.fail")
        if self.by_ns < 0:
            raise InputError(f"a disk gets slower, not faster: found {self.by_ns} ns", where="disk.slow")


@dataclass(slots=True, kw_only=True)
class Trip:
    """A wire across the way to the platter: the sync that touches it does not happen, nor anything after it."""

    path: str
    """Only syncs of paths that begin with it."""
    skip: int
    """How many it lets pass."""
    strike: Callable[[], None]

    def meet(self, operation: str, path: str) -> None:
        """An operation is about to happen."""
        if operation == "sync" and path.startswith(self.path):
            if self.skip:
                self.skip -= 1
            else:
                self.strike()


class DiskBends:
    """All bends of one disk, folded."""

    __slots__ = ("_active", "_draws", "_failures", "full", "lying", "slow_ns")

    def __init__(self, draws: Draws) -> None:
        self._draws = draws
        self._active: list[DiskBend] = []
        self._fold()

    def add(self, bend: DiskBend) -> DiskBend:
        """Bend the disk; the bend is the token to take it away with."""
        self._active.append(bend)
        self._fold()
        return bend

    def remove(self, bend: DiskBend) -> None:
        """Take one bend away; harmless when it is gone already."""
        if bend in self._active:
            self._active.remove(bend)
            self._fold()

    def clear(self, kind: Kind) -> None:
        """Take every bend of a kind away."""
        self._active = [bend for bend in self._active if bend.kind != kind]
        self._fold()

    def __iter__(self) -> Iterator[DiskBend]:
        return iter(tuple(self._active))

    def _fold(self) -> None:
        kinds = [bend.kind for bend in self._active]
        self.full = "fill" in kinds
        self.lying = "lie" in kinds
        self.slow_ns = sum(bend.by_ns for bend in self._active)
        self._failures = tuple(
            (bend.operation, absolute(bend.path), bend.rate) for bend in self._active if bend.kind == "fail"
        )

    def fails(self, operation: str, path: str) -> bool:
        """Does this operation end in an input/output error? Draws only where a bend applies."""
        return bool(self._failures) and any(
            failing in {"*", operation} and path.startswith(start) and self._draws.chance(rate)
            for failing, start, rate in self._failures
        )
