"""The proof of a subject's trials: each bug that is planted in it is found.

A test that never fails proves nothing. So each mutant of a subject is planted in turn, and swept until the check that
must catch it does. A mutant that survives says that the trials are too weak.

`hunt` tells how many seeds each one takes, and how small its failure becomes. What catches a mutant must not fail
without it, so the honest program does the same run as well.
"""

import time
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from lydite.model import InputError, LyditeError, MutantDoesNotFit, near
from lydite.runner.engines import ForkedEngine
from lydite.runner.engines.forked import TIMEOUT_S
from lydite.runner.failure import read_failure
from lydite.runner.orders import Description, Opening, Order, Planted, Run
from lydite.runner.shrinking import Budget, Ended, Shrinking, Shrunk, shrink
from lydite.runner.sweep import STARTING, Group, Progress, Sweep, SweepResult, Until

Watch = Callable[[str, Progress], None]
"""Told how far the proof is: what is swept, and how many seeds are done."""

WatchShrink = Callable[[str, int, Shrinking], None]
"""Told how far a shrink is: of which mutant, with how many faults, and how many replays are done."""


class Fate(StrEnum):
    """What became of a mutant."""

    CAUGHT = "caught"
    """Its check found it."""
    MISSED = "missed"
    """Nothing found it."""
    OTHERS = "others"
    """Only checks found it that it does not name, or a run failed by itself."""
    HONEST = "honest"
    """Its check fails in the same run without it, so that it finds something else."""
    UNSTEADY = "unsteady"
    """What its check found did not come again."""
    IDLE = "idle"
    """It was not planted, or no run has loaded it."""
    INTERRUPTED = "interrupted"
    """Ctrl-C came first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caught:
    """One mutant, swept until it was caught, and shrunk."""

    mutant: Planted
    sweep: SweepResult
    seconds: float
    shrunk: Shrunk | None = None
    bare: Run | None = None
    """The run that caught it, without it."""
    stopped: bool = False
    """Did Ctrl-C come when it had been caught?"""

    @property
    def group(self) -> Group | None:
        """The failure of the check that must catch it."""
        return _group(self.sweep, self.mutant)

    @property
    def others(self) -> Counter[str]:
        """What else failed, by the name of the check, and in how many runs."""
        others = Counter(self.sweep.by_kind)
        if self.group is not None:
            others.update([*self.group.first.failed])
        del others[self.mutant.caught_by]
        return others

    @property
    def seeds(self) -> int:
        """How many seeds of each trial it took, the one that caught it included; 0 if none did."""
        if self.group is None:
            return 0
        return self.group.first.order.number // len(self.sweep.description.trials) + 1

    @property
    def interrupted(self) -> bool:
        """Did Ctrl-C end it?"""
        return self.sweep.interrupted or self.stopped

    @property
    def fate(self) -> Fate:
        """What became of it."""
        if self.group is None:
            if self.interrupted:
                return Fate.INTERRUPTED
            return Fate.OTHERS if self.others else Fate.MISSED
        if self.bare is not None and self.mutant.caught_by in self.bare.failed:
            return Fate.HONEST
        return Fate.CAUGHT if self.shrunk is None or self.shrunk.reproduced else Fate.UNSTEADY

    @property
    def proven(self) -> bool:
        """Was it found by its check, and did what was found come again?"""
        return self.fate is Fate.CAUGHT


@dataclass(frozen=True, slots=True, kw_only=True)
class Unplanted:
    """A mutant that could not be tried: its text is not there, or no run has loaded it."""

    mutant: Planted
    error: LyditeError
    seconds: float

    @property
    def proven(self) -> bool:
        """Never: nobody knows whether it would be found."""
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much of a proof: which subject, which seeds, on how many cores, and where failures go."""

    subject: str
    seeds: int
    first: int = 0
    workers: int
    out: Path
    timeout_s: float = TIMEOUT_S
    only: tuple[str, ...] = ()
    """The mutants that are hunted; all of them, if none is named."""
    budget: Budget | None = None
    """How much the shrink of each failure may take; none is shrunk without."""


def planted(plan: Plan) -> Description:
    """The subject, with the mutants that are hunted; an error if there is none, or none of a name."""
    with ForkedEngine(Opening(target=plan.subject), timeout_s=plan.timeout_s) as engine:
        return chosen(engine.description, plan)


def chosen(description: Description, plan: Plan) -> Description:
    """What was found, with the mutants that the plan wants; an error if there is none, or none of a name."""
    names = [mutant.name for mutant in description.mutants]
    if not names:
        raise InputError(
            f"{plan.subject} has no planted bugs",
            remedy="put a list MUTANTS of lydite.harness.Mutant into mutants.py beside the trials",
        )
    unknown = [name for name in plan.only if name not in names]
    if unknown:
        told = "; ".join(f"{name}: {near(name, names)}" for name in unknown)
        raise InputError(f"{plan.subject} has no mutant {', '.join(unknown)}", where="--only", remedy=told)
    wanted = [mutant for mutant in description.mutants if not plan.only or mutant.name in plan.only]
    return replace(description, mutants=tuple(wanted))


def hunt(
    plan: Plan, mutants: Sequence[Planted], watch: Watch, watch_shrink: WatchShrink
) -> Generator[Caught | Unplanted, None, None]:
    """Try some mutants, one step at a time."""
    with ForkedEngine(Opening(target=plan.subject), timeout_s=plan.timeout_s) as honest:
        for mutant in mutants:
            begun = time.monotonic()
            try:
                step = caught(plan, mutant, watch, watch_shrink)
            except MutantDoesNotFit as error:
                yield Unplanted(mutant=mutant, error=error, seconds=time.monotonic() - begun)
                continue
            if step.group is not None and not step.interrupted:
                step = replace(step, bare=_without(honest, step.group.first))
            yield replace(step, seconds=time.monotonic() - begun)
            if step.interrupted:
                return


def caught(plan: Plan, mutant: Planted, watch: Watch, watch_shrink: WatchShrink | None = None) -> Caught:
    """Sweep one mutant until its check has found it, and shrink what was found if the plan has a budget for it."""
    begun = time.monotonic()
    watch(mutant.name, STARTING)
    with _engine(plan, mutant.name) as engine:
        sweep = _sweep(plan, mutant.name, watch)
        sweep.fails = lambda run: _is_caught(run, mutant)
        result = sweep.run(engine)
        shrunk, stopped = None, False
        if plan.budget is not None and _group(result, mutant) is not None and not result.interrupted:
            try:
                shrunk = _shrunk(plan.budget, engine, result, mutant, watch_shrink)
                stopped = shrunk.ended is Ended.INTERRUPTED
            except KeyboardInterrupt:
                stopped = True
    return Caught(
        mutant=mutant, sweep=result, seconds=time.monotonic() - begun, shrunk=shrunk, stopped=stopped
    )


def _shrunk(
    budget: Budget,
    engine: ForkedEngine,
    result: SweepResult,
    mutant: Planted,
    watch: WatchShrink | None,
) -> Shrunk:
    group = _group(result, mutant)
    assert group is not None
    failure = read_failure(Path(group.files[0]))
    faults = len(failure.schedule or ())
    return shrink(
        failure,
        engine,
        label=group.label,
        budget=budget,
        watch=lambda progress: watch(mutant.name, faults, progress) if watch is not None else None,
    )


def _without(honest: ForkedEngine, run: Run) -> Run:
    """The same run of the honest program."""
    order = Order(number=0, label=run.order.label, seed=run.order.seed, schedule=run.schedule)
    return honest.run(order)


def _group(sweep: SweepResult, mutant: Planted) -> Group | None:
    return next((group for group in sweep.groups if group.kind == mutant.caught_by), None)


def _is_caught(run: Run, mutant: Planted) -> bool:
    """Only the check that is named counts: another one may have caught it by accident.

    Nor does a run that has not loaded the mutant: what it found is not this bug.
    """
    found = run.result.finding
    return found is not None and found.check == mutant.caught_by and run.in_force is not False


def _engine(plan: Plan, mutant: str) -> ForkedEngine:
    opening = Opening(target=plan.subject, mutant=mutant)
    return ForkedEngine(opening, workers=plan.workers, timeout_s=plan.timeout_s)


def _sweep(plan: Plan, mutant: str, watch: Watch) -> Sweep:
    return Sweep(
        first=plan.first,
        count=plan.seeds,
        until=Until.FIRST,
        out=plan.out,
        mutant=mutant,
        watch=lambda progress: watch(mutant, progress),
    )
