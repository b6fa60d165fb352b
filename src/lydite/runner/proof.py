"""The proof of a subject: the honest program holds, and each bug that is planted in it is found.

A test that never fails proves nothing. So each mutant of a subject is planted in turn, swept until the
check that must catch it does, and replayed from its failure file. A mutant that survives says that the
trials are too weak, and fails the proof as much as an honest program that does not hold.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from lydite.model import Verdict
from lydite.runner.engines import ForkedEngine
from lydite.runner.engines.forked import TIMEOUT_S
from lydite.runner.orders import Opening, Planted, Run
from lydite.runner.replay import Replay, Sameness, replay
from lydite.runner.sweep import STARTING, Group, Progress, Sweep, SweepResult, Until

Watch = Callable[[str, Progress], None]
"""Told how far the proof is: what is swept, and how many seeds are done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Honest:
    """The honest program, swept."""

    sweep: SweepResult

    @property
    def proven(self) -> bool:
        """Does it hold in every run?"""
        return self.sweep.verdict is Verdict.HOLDS and not self.sweep.interrupted


@dataclass(frozen=True, slots=True, kw_only=True)
class Caught:
    """One mutant, swept until it was caught, and replayed."""

    mutant: Planted
    sweep: SweepResult
    replay: Replay | None

    @property
    def group(self) -> Group | None:
        """The failure of the check that must catch it."""
        return next((group for group in self.sweep.groups if group.kind == self.mutant.caught_by), None)

    @property
    def others(self) -> Counter[str]:
        """What else failed, by the name of the check, and how often."""
        return self.sweep.by_kind

    @property
    def proven(self) -> bool:
        """Was it found by its check, and did the failure file reproduce it?"""
        return self.replay is not None and self.replay.sameness is Sameness.REPRODUCED


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much of a proof: which subject, how many seeds, on how many cores, and where failures go."""

    subject: str
    seeds: int
    workers: int
    out: Path
    timeout_s: float = TIMEOUT_S


def prove(plan: Plan, watch: Watch) -> Iterator[Honest | Caught]:
    """Prove a subject, one step at a time: first the honest program, then each mutant."""
    honest = _sweep(plan, "", watch)
    yield Honest(sweep=honest)
    if honest.interrupted:
        return
    for mutant in honest.description.mutants:
        step = _catch(plan, mutant, watch)
        yield step
        if step.sweep.interrupted:
            return


def _catch(plan: Plan, mutant: Planted, watch: Watch) -> Caught:
    sweep = _sweep(plan, mutant.name, watch, fails=lambda run: _is_caught(run, mutant))
    caught = next((group for group in sweep.groups if group.kind == mutant.caught_by), None)
    repeated = replay(Path(caught.files[0]), timeout_s=plan.timeout_s) if caught is not None else None
    return Caught(mutant=mutant, sweep=sweep, replay=repeated)


def _is_caught(run: Run, mutant: Planted) -> bool:
    """Only the check that is named counts: another one may have caught it by accident."""
    found = run.result.finding
    return found is not None and found.check == mutant.caught_by


def _sweep(plan: Plan, mutant: str, watch: Watch, fails: Callable[[Run], bool] | None = None) -> SweepResult:
    name = mutant or "the honest program"
    watch(name, STARTING)
    opening = Opening(target=plan.subject, mutant=mutant)
    sweep = Sweep(
        first=0,
        count=plan.seeds,
        until=Until.FIRST,
        out=plan.out,
        mutant=mutant,
        watch=lambda progress: watch(name, progress),
    )
    if fails is not None:
        sweep.fails = fails
    with ForkedEngine(opening, workers=plan.workers, timeout_s=plan.timeout_s) as engine:
        return sweep.run(engine)
