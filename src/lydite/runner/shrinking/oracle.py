"""The oracle: runs candidates on all cores, and answers as if it had run one after the other.

It answers which candidate is the first, in the order in which they were given, that fails by the same check. So what a
search does with its answers is the same on one core as on many. The budget is counted in the same way: a replay
counts when a search on one core would have run it. On many cores some candidates are run ahead and in vain; what they
said is kept, and counts if it is asked for later.
"""

import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TypeAlias

from lydite.runner.orders import Order, Run
from lydite.runner.shrinking.case import Case
from lydite.runner.sweep import kind_of

REPLAYS = 200
"""How many replays a shrink may take, unless told otherwise."""

Attempts: TypeAlias = Callable[[Iterable[Order]], Generator[Run, None, None]]
"""Carries out orders, in any order; one that is refused comes back as a run that failed otherwise."""


class Ended(StrEnum):
    """Why a shrink ended."""

    SMALLEST = "smallest"
    """Nothing more can be taken away."""
    REPLAYS = "replays"
    """Its replays are used up."""
    SECONDS = "seconds"
    """Its time is over."""
    INTERRUPTED = "interrupted"
    """By Ctrl-C."""
    NOT_REPRODUCED = "not-reproduced"
    """The failure did not come again, so nothing was shrunk."""


class Spent(Exception):
    """The search must end now; the best so far is the result."""

    def __init__(self, ended: Ended) -> None:
        super().__init__(str(ended))
        self.ended = ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How much a shrink may take. With a limit of time the result depends on the machine."""

    replays: int = REPLAYS
    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shrinking:
    """How far a shrink is."""

    replays: int
    wanted: int
    seconds: float
    best: Case


@dataclass(slots=True)
class _Batch:
    """One question: candidates, by number; which of them are new; and whether the budget has ended it."""

    keys: list[str] = field(default_factory=list)
    fresh: dict[str, None] = field(default_factory=dict)
    ended: Ended | None = None


class Oracle:
    """Says which candidate is the first that fails in the same way, and remembers the best one."""

    def __init__(
        self,
        attempts: Attempts,
        order: Order,
        *,
        kind: str,
        budget: Budget,
        watch: Callable[[Shrinking], None],
    ) -> None:
        self._attempts = attempts
        self._order = order
        self._kind = kind
        self._budget = budget
        self._watch = watch
        self._begun = time.monotonic()
        self._fails: dict[str, bool] = {}
        self._runs: dict[str, Run] = {}
        """Of what fails in the same way, the run."""
        self._counted: set[str] = set()
        self.best = Case()

    @property
    def replays(self) -> int:
        """How many replays were counted."""
        return len(self._counted)

    @property
    def seconds(self) -> float:
        """How long it has taken so far."""
        return time.monotonic() - self._begun

    def begin(self, case: Case) -> Run:
        """Run what is to be shrunk: whatever it does, it is the first replay, and the best so far."""
        (run,) = self._attempts([self._ordered(case, 0)])
        self._note(case.key, run)
        self._counted.add(case.key)
        self.best = case
        return run

    def has_failed(self, case: Case) -> bool:
        """Was the case run, and did it fail in the same way?"""
        return self._fails[case.key]

    def run_of(self, case: Case) -> Run:
        """The run of a case that fails in the same way."""
        return self._runs[case.key]

    def first(self, cases: Sequence[Case]) -> int | None:
        """The number of the first of these that fails by the same check; `Spent` when the budget ends before."""
        batch = _Batch()
        # Closed at once, so that no run of an interrupted question is under way when the next one is asked.
        with closing(self._attempts(self._orders(cases, batch))) as runs:
            for run in runs:
                self._note(batch.keys[run.order.number], run)
                self._tell()
        found = next((number for number, key in enumerate(batch.keys) if self._fails[key]), None)
        self._counted.update(batch.keys if found is None else batch.keys[: found + 1])
        if found is not None:
            # Of equals the later one: it was made simpler.
            if cases[found].size <= self.best.size:
                self.best = cases[found]
            self._tell()
        elif batch.ended is not None:
            raise Spent(batch.ended)
        return found

    def _orders(self, cases: Sequence[Case], batch: _Batch) -> Iterator[Order]:
        """What must be run to know the answer, in the order of the candidates, until it is known."""
        for number, case in enumerate(cases):
            if any(self._fails.get(key) for key in batch.keys):
                return
            key = case.key
            if key not in self._counted and key not in batch.fresh:
                batch.ended = self._spent(len(batch.fresh))
                if batch.ended is not None:
                    return
                batch.fresh[key] = None
                if key not in self._fails:
                    batch.keys.append(key)
                    yield self._ordered(case, number)
                    continue
            batch.keys.append(key)

    def _spent(self, asked: int) -> Ended | None:
        """Is there nothing left of the budget, when so many more are being run?"""
        if len(self._counted) + asked >= self._budget.replays:
            return Ended.REPLAYS
        if self._budget.seconds is not None and self.seconds >= self._budget.seconds:
            return Ended.SECONDS
        return None

    def _ordered(self, case: Case, number: int) -> Order:
        return replace(self._order, number=number, schedule=case.schedule, parts=case.parts)

    def _note(self, key: str, run: Run) -> None:
        self._fails[key] = kind_of(run) == self._kind != ""
        if self._fails[key]:
            self._runs[key] = run

    def _tell(self) -> None:
        self._watch(
            Shrinking(replays=self.replays, wanted=self._budget.replays, seconds=self.seconds, best=self.best)
        )
