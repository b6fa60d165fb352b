"""The vigil: look at the files, run what is due, and begin anew when something changes meanwhile.

It is a generator of events. Whoever listens tells them; whoever stops listening ends the process that is under way.
"""

import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, TypeAlias

from lydite.watching.graph import Graph
from lydite.watching.items import Item, Job, Sort, Wanted, Why, items_of, jobs_of, told
from lydite.watching.memory import remember, remembered
from lydite.watching.process import Command, Process
from lydite.watching.tree import SETTINGS, Tree

POLL_S: Final = 0.25
"""How often the files are looked at."""
SETTLED_S: Final = 0.1
"""So long nothing may change until a change counts as complete: a branch is switched in many steps."""
SETTLE_S_MAX: Final = 5.0
REST: Final = 10
"""A tree that takes long to look at is looked at for no more than one tenth of the time."""


class Outcome(StrEnum):
    """What became of a file of tests, or of a target."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """It proves nothing."""
    BROKEN = "broken"
    """It could not be carried out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """What is watched; told when it begins, and again when there is more or less of it."""

    files: int
    left_out: int
    tests: int
    trials: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """These files are different, and so many things are affected."""

    files: tuple[str, ...]
    affected: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Nothing is run, for these files do not parse."""

    problems: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Began:
    """A job has begun."""

    job: Job


@dataclass(frozen=True, slots=True, kw_only=True)
class Going:
    """A job has done so many tests."""

    job: Job
    done: int
    wanted: int
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """A job was ended, for something has changed."""

    job: Job


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A job has come to its end."""

    job: Job
    outcomes: tuple[tuple[Item, Outcome], ...]
    seconds: float
    output: tuple[str, ...]
    """What it printed last."""

    @property
    def failed(self) -> tuple[str, ...]:
        """The names of what did not pass."""
        return tuple(item.name for item, outcome in self.outcomes if outcome is not Outcome.PASSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Idle:
    """Everything is done; these things do not pass."""

    passed: int
    failed: tuple[str, ...]


Event: TypeAlias = Ready | Changed | Waiting | Began | Going | Stopped | Ended | Idle

Order: TypeAlias = Callable[[Job], Command]
"""How a job is started."""


@dataclass(slots=True, kw_only=True)
class Vigil:
    """What is watched, and what is known of it."""

    wanted: Wanted
    tree: Tree
    graph: Graph
    order: Order
    _outcomes: dict[Item, Outcome] = field(default_factory=dict)
    _due: dict[Item, Why] = field(default_factory=dict)
    """What must still be run, and why."""
    _items: tuple[Item, ...] = ()
    _failing: set[str] = field(default_factory=set)
    """The names of what failed when it was run last, also of what is not watched today."""
    _typed: frozenset[str] = frozenset()
    """Files that were changed since the watch began."""
    _pending: tuple[str, ...] = ()
    """What the last look has found different."""
    _looked_s: float = 0.0
    _rest_s: float = POLL_S

    def keep(self) -> Generator[Event, None, None]:
        """Watch for ever."""
        self._take(self.tree.look())
        self._failing = set(remembered(Path(self.wanted.home)))
        self._due = {item: Why.FAILED if item.name in self._failing else Why.OTHER for item in self._items}
        yield self._ready()
        while True:
            yield from self._run_due()
            yield from self._await_change()

    def _run_due(self) -> Iterator[Event]:
        """Run what is due, until nothing is or something changes."""
        ran = False
        while self._due:
            problems = self._problems()
            if problems:
                yield Waiting(problems=problems)
                return
            job = next(jobs_of(self._due, self._due))
            ran = True
            stopped = False
            with closing(self._run(job)) as events:
                for event in events:
                    yield event
                    stopped = isinstance(event, Stopped)
            if stopped:
                yield from self._settled()
        if ran:
            failed = self._failed()
            yield Idle(passed=len(self._outcomes) - len(failed), failed=failed)

    def _run(self, job: Job) -> Generator[Event, None, None]:
        """One job, until it has ended or something changes."""
        begun_s = time.monotonic()
        yield Began(job=job)
        tally = _Tally(job)
        process = Process(self.order(job), self.wanted.home)
        try:
            while (status := process.status) is None:
                process.wait(POLL_S)
                if tally.take(process.told()):
                    yield Going(job=job, done=tally.done, wanted=tally.wanted, failed=len(tally.failed))
                if self._has_changed():
                    yield Stopped(job=job)
                    return
            tally.take(process.told())
            outcomes = tuple((item, tally.outcome(item, status)) for item in job.items)
            output = tuple(process.output)
        finally:
            process.end()
        for item, outcome in outcomes:
            self._outcomes[item] = outcome
            self._due.pop(item, None)
            self._failing.discard(item.name)
            self._failing |= {item.name} if outcome is not Outcome.PASSED else set()
        remember(Path(self.wanted.home), self._failing)
        yield Ended(job=job, outcomes=outcomes, seconds=time.monotonic() - begun_s, output=output)

    def _await_change(self) -> Iterator[Event]:
        while not self._has_changed():
            _pause(POLL_S)
        yield from self._settled()

    def _has_changed(self) -> bool:
        """Look at the files, unless that was just done; what is different is kept for `_settled`."""
        now = time.monotonic()
        if now - self._looked_s < self._rest_s:
            return False
        changed = self.tree.look()
        self._looked_s = time.monotonic()
        self._rest_s = max(POLL_S, REST * (self._looked_s - now))
        self._pending = changed
        return bool(changed)

    def _settled(self) -> Iterator[Event]:
        """Wait until nothing changes any more, and take all of it in."""
        until_s = time.monotonic() + SETTLE_S_MAX
        changed = dict.fromkeys(self._pending)
        while time.monotonic() < until_s:
            _pause(SETTLED_S)
            more = self.tree.look()
            if not more:
                break
            changed.update(dict.fromkeys(more))
        before = self._items
        affected = self._take(tuple(changed))
        self._typed |= changed.keys()
        files = tuple(told(path, self.wanted.home) for path in sorted(changed))
        yield Changed(files=files, affected=affected)
        if self._items != before:
            yield self._ready()

    def _take(self, changed: tuple[str, ...]) -> int:
        """Take changes in: everything is due, and what they concern first; how much that is."""
        concerned = self.graph.update(self.tree.texts(), [path for path in changed if path.endswith(".py")])
        everything = any(path.rpartition("/")[2] in SETTINGS for path in changed)
        self._items = items_of(self.wanted, self.graph)
        there = set(self._items)
        self._outcomes = {item: outcome for item, outcome in self._outcomes.items() if item in there}
        # What was affected by an earlier change and has not been run since still is.
        still = {item for item, why in self._due.items() if why is not Why.OTHER}
        due: dict[Item, Why] = {}
        count = 0
        for item in self._items:
            affected = everything or item.file in concerned
            count += affected
            if self._outcomes.get(item, Outcome.PASSED) is not Outcome.PASSED:
                due[item] = Why.FAILED
            else:
                due[item] = Why.AFFECTED if affected or item in still else Why.OTHER
        self._due = due
        return count

    def _problems(self) -> tuple[tuple[str, str], ...]:
        """What was changed under our eyes, concerns anything, and does not parse."""
        modules = {
            path: self.graph.modules[path] for path in sorted(self._typed) if path in self.graph.modules
        }
        broken = {path: module.problem for path, module in modules.items() if module.problem}
        files = {item.file for item in self._items}
        return tuple(
            (told(path, self.wanted.home), problem)
            for path, problem in broken.items()
            if files & self.graph.reached([path])
        )

    def _failed(self) -> tuple[str, ...]:
        return tuple(item.name for item, outcome in self._outcomes.items() if outcome is not Outcome.PASSED)

    def _ready(self) -> Ready:
        tests = sum(item.sort is Sort.TEST for item in self._items)
        return Ready(
            files=len(self.tree.seen),
            left_out=self.tree.left_out,
            tests=tests,
            trials=len(self._items) - tests,
        )


@dataclass(slots=True)
class _Tally:
    """What is known of the tests of a job."""

    job: Job
    wanted: int = 0
    done: int = 0
    failed: set[str] = field(default_factory=set)
    """The names of tests, or of files that could not be read."""

    def take(self, messages: Iterator[Mapping[str, Any]]) -> bool:
        """Take in what was told; was that anything?"""
        anything = False
        for message in messages:
            anything = True
            name = str(message.get("name", ""))
            match message:
                case {"kind": "collected", "count": int(count)}:
                    self.wanted = count
                case {"kind": "uncollected"} | {"kind": "step", "outcome": "failed"}:
                    self.failed.add(name)
            self.done += message.get("step") == "teardown"
        return anything

    def outcome(self, item: Item, status: int) -> Outcome:
        """What became of a thing in a job that ended so."""
        if item.sort is Sort.TRIAL:
            return _OF_SWEEPS.get(status, Outcome.BROKEN)
        if any(_is_in(name.partition("::")[0], item.file) for name in self.failed):
            return Outcome.FAILED
        return Outcome.PASSED if status in _OF_PYTEST else Outcome.BROKEN


_OF_SWEEPS: Final = {0: Outcome.PASSED, 1: Outcome.FAILED, 3: Outcome.UNKNOWN}

_OF_PYTEST: Final = (0, 1, 5)
"""All passed, some failed, there was nothing to run."""


def _is_in(path: str, file: str) -> bool:
    """Is it this file, from whichever folder its path is told?"""
    return f"/{file}".endswith(f"/{path}")


def _pause(seconds: float) -> None:
    """Between two looks at the files. Nobody tells us of a change, so there is nothing else to wait for."""
    threading.Event().wait(seconds)
