"""A sweep: many seeds of each trial of a target, on all cores, and what they say together.

Whether it stops at the first failure or collects all of them, what it reports does not depend on how many
workers there were or which was faster: seeds are handed out in order, and the failure that stops a sweep is
the one with the smallest number, after everything before it has come back.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from lydite.model import Finding, Plain, Verdict, digest_of, gravest
from lydite.runner.engines import ForkedEngine
from lydite.runner.failure import failure_of, write_failure
from lydite.runner.orders import Description, Order, Run, refuse_idle_mutant
from lydite.runner.search import Search
from lydite.runner.tally import Tally


class Until(Enum):
    """When a sweep ends."""

    FIRST = "first"
    """At the first failure."""
    LAST = "last"
    """When all seeds are done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a sweep is."""

    done: int
    wanted: int
    failed: int
    seconds: float

    @property
    def seeds_per_second(self) -> float:
        """Runs done in a second of real time."""
        return self.done / self.seconds if self.seconds else 0.0


STARTING = Progress(done=0, wanted=0, failed=0, seconds=0.0)
"""How far a sweep is while its target is imported: nobody knows yet how many runs it wants."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Failures of one kind in one trial: the check that found them, or the way in which runs failed."""

    label: str
    kind: str
    runs: tuple[Run, ...]
    """In the order of their seeds."""
    files: tuple[str, ...]

    @property
    def first(self) -> Run:
        """The one with the smallest seed."""
        return self.runs[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Idle:
    """A kind of fault that never happened in any run of a trial: the sweep says nothing of it."""

    label: str
    fault: str
    tally: Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepResult:
    """What a sweep says."""

    description: Description
    runs: int
    verdicts: Counter[Verdict]
    endings: int
    seconds: float
    groups: tuple[Group, ...]
    by_kind: Counter[str]
    """How often runs failed, by what they failed by, whether that counts here or not."""
    unproven: tuple[Finding, ...]
    """What no run has proven: each `sometimes` that never was true, each check that saw too little."""
    idle: tuple[Idle, ...]
    """The kinds of fault that were asked for and never happened, by trial and kind."""
    verdict: Verdict
    digest: str
    """One digest over the digests of all runs, in order."""
    interrupted: bool = False


@dataclass(slots=True, kw_only=True)
class Sweep:
    """What to sweep, and how. `run` does it, `interrupt` ends it early."""

    first: int
    count: int
    until: Until = Until.FIRST
    out: Path
    mutant: str = ""
    search: bool = False
    """Spend half of the runs where earlier ones have reached something new."""
    watch: Callable[[Progress], None] = lambda progress: None
    fails: Callable[[Run], bool] = field(default=lambda run: kind_of(run) != "")
    """Which runs count as a failure."""
    is_over: Callable[[], bool] = lambda: False
    """Asked before each run: is it time to begin no more?"""
    _done: dict[int, Run] = field(default_factory=dict)
    _files: dict[int, Path] = field(default_factory=dict)
    _limit: int | None = None
    """The smallest number that has failed, where the first failure ends the sweep."""

    def run(self, engine: ForkedEngine) -> SweepResult:
        """Sweep, until the last seed, the first failure or Ctrl-C."""
        begun = time.monotonic()
        orders = len(engine.description.trials) * self.count
        interrupted = False
        try:
            for generation in self._generations(engine.description):
                with closing(engine.runs(self._wanted(generation))) as runs:
                    for run in runs:
                        self._take(run, engine)
                        self.watch(
                            Progress(
                                done=len(self._done),
                                wanted=orders,
                                failed=len(self._files),
                                seconds=time.monotonic() - begun,
                            )
                        )
                        if self._complete:
                            break
                if self._complete:
                    break
        except KeyboardInterrupt:
            interrupted = True
        self._forget_beyond_limit()
        refuse_idle_mutant(self.mutant, engine.description, self._done.values())
        return self._result(engine.description, time.monotonic() - begun, interrupted=interrupted)

    @property
    def _complete(self) -> bool:
        """Is everything back that comes before the first failure?"""
        return self._limit is not None and all(number in self._done for number in range(self._limit))

    def _generations(self, description: Description) -> Iterator[Iterable[Order]]:
        """All runs at once; in a search some at a time, planned from what those before them reached."""
        if not self.search:
            yield self._orders(description)
            return
        plan = Search(trials=description.trials, first=self.first, count=self.count)
        for generation in plan.generations():
            yield generation
            plan.learn([self._done[order.number] for order in generation if order.number in self._done])

    def _orders(self, description: Description) -> Iterator[Order]:
        """Every trial with the first seed, then every trial with the next: so each is soon tried."""
        number = 0
        for seed in range(self.first, self.first + self.count):
            for listed in description.trials:
                yield Order(number=number, label=listed.label, seed=seed)
                number += 1

    def _wanted(self, orders: Iterable[Order]) -> Iterator[Order]:
        """As long as nothing has failed that ends the sweep, and there is time."""
        for order in orders:
            if self._limit is not None or self.is_over():
                return
            yield order

    def _take(self, run: Run, engine: ForkedEngine) -> None:
        """Keep a run; a failure is on disk before anything else happens."""
        number = run.order.number
        self._done[number] = run
        if not self.fails(run):
            return
        if self.until is Until.FIRST and (self._limit is None or number < self._limit):
            self._limit = number
        self._files[number] = self._write(run, engine)

    def _write(self, run: Run, engine: ForkedEngine) -> Path:
        listed = next(each for each in engine.description.trials if each.label == run.order.label)
        failure = failure_of(
            run,
            listed,
            engine.description,
            mutant=self.mutant,
            dependencies=engine.dependencies(),
        )
        return write_failure(failure, self.out)

    def _forget_beyond_limit(self) -> None:
        """Leave out what only happened to be done as well when the first failure was found."""
        if self._limit is None:
            return
        for number in [number for number in self._done if number > self._limit]:
            del self._done[number]
            if number in self._files:
                self._files.pop(number).unlink(missing_ok=True)

    def _result(self, description: Description, seconds: float, *, interrupted: bool) -> SweepResult:
        runs = [self._done[number] for number in sorted(self._done)]
        doubts = unproven(runs)
        decided = [Verdict.VIOLATED for run in runs if run.result.verdict is Verdict.VIOLATED]
        decided += [Verdict.UNKNOWN for run in runs if run.result.ending is not None]
        decided += [Verdict.UNKNOWN for _ in doubts]
        decided += [Verdict.HOLDS] if runs else []
        return SweepResult(
            description=description,
            runs=len(runs),
            verdicts=Counter(run.result.verdict for run in runs),
            endings=sum(run.result.ending is not None for run in runs),
            seconds=seconds,
            groups=self._groups(),
            by_kind=Counter(kind_of(run) for run in runs if kind_of(run)),
            unproven=doubts,
            idle=_idle(runs),
            verdict=gravest(decided),
            digest=digest_of([run.result.digest for run in runs]),
            interrupted=interrupted,
        )

    def _groups(self) -> tuple[Group, ...]:
        grouped: dict[tuple[str, str], list[int]] = {}
        for number in sorted(self._files):
            run = self._done[number]
            grouped.setdefault((run.order.label, kind_of(run)), []).append(number)
        return tuple(
            Group(
                label=label,
                kind=kind,
                runs=tuple(self._done[number] for number in numbers),
                files=tuple(str(self._files[number]) for number in numbers),
            )
            for (label, kind), numbers in grouped.items()
        )


def kind_of(run: Run) -> str:
    """What a run failed by: the check that found something, or the class of its ending."""
    if run.result.finding is not None:
        return run.result.finding.check
    return run.result.ending.error if run.result.ending is not None else ""


def unproven(runs: Sequence[Run]) -> tuple[Finding, ...]:
    """One finding for each check that is UNKNOWN: of a `sometimes`, only when no run of the trial saw it."""
    seen = {
        _claim(run, finding)
        for run in runs
        for finding in run.result.findings
        if finding.verdict is Verdict.HOLDS and finding.facts.get("mode") in ("sometimes", "reachable")
    }
    found: dict[tuple[str, str, Plain], Finding] = {}
    for run in runs:
        for finding in run.result.findings:
            if finding.verdict is Verdict.UNKNOWN and _claim(run, finding) not in seen:
                found.setdefault(_claim(run, finding), finding)
    return tuple(found.values())


def _idle(runs: list[Run]) -> tuple[Idle, ...]:
    """The kinds of fault that never happened. What a failed run did not come to is no news: it has survived nothing."""
    tallies: dict[tuple[str, str], Tally] = {}
    for run in runs:
        for kind, told in run.tallies.items():
            counted = Tally(begun=told.begun) if kind_of(run) else told
            key = (run.order.label, kind)
            tallies[key] = tallies.get(key, Tally()) + counted
    return tuple(
        Idle(label=label, fault=kind, tally=tally)
        for (label, kind), tally in sorted(tallies.items(), key=lambda each: each[0])
        if tally.asked and not tally.begun
    )


def _claim(run: Run, finding: Finding) -> tuple[str, str, Plain]:
    """What a finding is about: two claims of one name are two when they are made in different ways."""
    return run.order.label, finding.check, finding.facts.get("mode")
