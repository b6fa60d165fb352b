"""The meter: how much of the processor and of memory processes use over time, with all that they have started.

It looks at `/proc` from a thread of its own, twice a second, and at most for a hundredth of its time: where a look
takes long, it looks more seldom. Of each line there are at most `POINTS_MAX` points; when there are more, each two
become one and it looks half as often, so that an hour is told in as few as a minute.

What it does *not* see: processes whose parent has ended, and the work of those that began and ended between two looks
and that nobody waited for. Memory is what is resident: what two processes share is counted in both.
"""

import os
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

from lydite.model import Series

PROC: Final = Path("/proc")

PAUSE_S: Final = 0.5

REST: Final = 100
"""How many times as long as it has worked it rests."""

POINTS_MAX: Final = 240

POINTS_MIN: Final = 4
"""A line of fewer points says nothing that its mean does not."""

CPU_UNIT: Final = "% of a core"
MEMORY_UNIT: Final = "MB"


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a process has used, with those of its children that have ended."""

    parent: int
    ticks: int
    resident_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What was seen at a moment."""

    at_s: float
    used: Mapping[str, tuple[int, int]]
    """Of each name: the ticks of the processor since it is watched, and the bytes that are resident."""


def is_there(proc: Path = PROC) -> bool:
    """Can the use of processes be seen on this machine?"""
    return usage_of(os.getpid(), proc) is not None


def usage_of(pid: int, proc: Path = PROC) -> Usage | None:
    """What a process uses; None where there is none, or where the system does not tell it."""
    try:
        # The name of a process may hold anything, also brackets; all numbers are behind the last one.
        told = (proc / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()
        return Usage(
            parent=int(told[1]),
            ticks=sum(int(each) for each in told[11:15]),
            resident_bytes=int(told[21]) * os.sysconf("SC_PAGE_SIZE"),
        )
    except (OSError, ValueError, IndexError):
        return None


class Table:
    """The processes below some others. Those of strangers are read once, and then passed over."""

    def __init__(self, proc: Path = PROC) -> None:
        self._proc = proc
        self._strangers: set[int] = set()

    def forget(self) -> None:
        """Somebody new is watched: who was a stranger may be none now."""
        self._strangers.clear()

    def below(self, roots: Iterable[int]) -> dict[int, list[Usage]]:
        """Of each root that is alive: itself and all that descend from it."""
        wanted = set(roots)
        found = self._read()
        owners = {pid: self._owner(pid, found, wanted) for pid in found}
        self._strangers |= {pid for pid, owner in owners.items() if not owner}
        trees: dict[int, list[Usage]] = {root: [] for root in sorted(wanted & found.keys())}
        for pid, owner in owners.items():
            if owner:
                trees[owner].append(found[pid])
        return trees

    def _read(self) -> dict[int, Usage]:
        try:
            listed = {int(name) for name in _names(self._proc) if name.isdigit()}
        except OSError:
            return {}
        self._strangers &= listed
        told = {pid: usage_of(pid, self._proc) for pid in sorted(listed - self._strangers)}
        return {pid: usage for pid, usage in told.items() if usage is not None}

    @staticmethod
    def _owner(pid: int, found: Mapping[int, Usage], wanted: set[int]) -> int:
        """The nearest root above a process; 0: none of them."""
        seen: set[int] = set()
        while pid in found and pid not in seen:
            if pid in wanted:
                return pid
            seen.add(pid)
            pid = found[pid].parent
        return 0


def _names(folder: Path) -> list[str]:
    with os.scandir(folder) as entries:
        return [entry.name for entry in entries]


class ProcessMeter:
    """Watches processes by their names. What has ended uses nothing, until its name is given to another process."""

    def __init__(self, *, proc: Path = PROC) -> None:
        self._begun = time.monotonic()
        self._table = Table(proc)
        self._proc = proc
        self._pids: dict[str, int] = {}
        self._last: dict[str, int] = {}
        self._spent: dict[str, int] = {}
        self._looks: list[Look] = []
        self._pause_s = PAUSE_S
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def now_s(self) -> float:
        """Seconds since it was made."""
        return time.monotonic() - self._begun

    def watch(self, name: str, pid: int) -> None:
        """Watch a process under a name from now on, instead of the one that had it."""
        with self._lock:
            usage = usage_of(pid, self._proc)
            self._pids[name] = pid
            self._last[name] = usage.ticks if usage is not None else 0
            self._spent.setdefault(name, 0)
            self._table.forget()

    def start(self) -> None:
        """Begin to look."""
        self.look()
        self._thread = threading.Thread(target=self._keep_looking, name="meter", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Look once more, and never again; harmless where it looks no more."""
        self._over.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
            # Of a moment the clock of the processor is too coarse to tell anything.
            if self.now_s - self._looks[-1].at_s >= PAUSE_S / 2:
                self.look()

    def look(self) -> None:
        """Look now."""
        self.take(self.now_s)

    def take(self, at_s: float) -> None:
        """Write down what is used now as that of a moment."""
        with self._lock:
            trees = self._table.below(self._pids.values())
            used: dict[str, tuple[int, int]] = {}
            for name, pid in self._pids.items():
                tree = trees.get(pid, [])
                if tree:
                    ticks = sum(each.ticks for each in tree)
                    # A child that nobody waited for takes its own with it.
                    self._spent[name] += max(0, ticks - self._last[name])
                    self._last[name] = ticks
                used[name] = (self._spent[name], sum(each.resident_bytes for each in tree))
            self._looks.append(Look(at_s=at_s, used=used))
            if len(self._looks) > POINTS_MAX:
                self._looks = halved(self._looks)
                self._pause_s *= 2

    def series(self) -> tuple[Series, ...]:
        """Of each name the use of the processor, as a mean since the point before, and the resident memory."""
        with self._lock:
            looks = tuple(self._looks)
        return tuple(each for name in self._pids for each in lines_of(name, looks))

    def _keep_looking(self) -> None:
        pause_s = self._pause_s
        while not self._over.wait(pause_s):
            before = time.thread_time()
            self.look()
            pause_s = max(self._pause_s, REST * (time.thread_time() - before))


def halved(looks: list[Look]) -> list[Look]:
    """Half as many: the last of each two, with the greater memory of both; the first one stays."""
    merged = [
        Look(
            at_s=later.at_s,
            used={
                name: (ticks, max(resident, earlier.used.get(name, (0, 0))[1]))
                for name, (ticks, resident) in later.used.items()
            },
        )
        for earlier, later in zip(looks[1::2], looks[2::2], strict=False)
    ]
    left = looks[-1:] if len(looks) % 2 == 0 else []
    return [*looks[:1], *merged, *left]


def lines_of(name: str, looks: Iterable[Look]) -> tuple[Series, ...]:
    """The two lines of a name, from when it was first seen; none where that is too short a while."""
    seen = [look for look in looks if name in look.used]
    pairs = [(one, other) for one, other in pairwise(seen) if other.at_s > one.at_s]
    if len(pairs) < POINTS_MIN:
        return ()
    hertz = os.sysconf("SC_CLK_TCK")
    at_s = tuple(round(other.at_s, 2) for _, other in pairs)
    return (
        Series(
            name=f"{name}.cpu",
            unit=CPU_UNIT,
            at_s=at_s,
            values=tuple(
                round(100 * (other.used[name][0] - one.used[name][0]) / hertz / (other.at_s - one.at_s), 1)
                for one, other in pairs
            ),
        ),
        Series(
            name=f"{name}.memory",
            unit=MEMORY_UNIT,
            at_s=at_s,
            values=tuple(round(other.used[name][1] / 1e6, 1) for _, other in pairs),
        ),
    )
