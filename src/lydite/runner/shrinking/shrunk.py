"""A shrink: from a failure to the smallest one that still fails by the same check.

First the failure is repeated: what does not come again is not shrunk. In the end the smallest case is run some times
more: what does not come out equal each time is told, and not trusted.
"""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from lydite.model import Event, InputError, Level, Schedule, TraceReader
from lydite.runner.engines import ForkedEngine
from lydite.runner.failure import Failure, failure_of
from lydite.runner.orders import Order, Run
from lydite.runner.replaying import changed_code
from lydite.runner.shrinking.case import Case, Several
from lydite.runner.shrinking.oracle import Budget, Ended, Oracle, Shrinking, Spent
from lydite.runner.shrinking.passes import smallest
from lydite.runner.sweep import kind_of

CONFIRMATIONS = 3
"""How often the result is run again."""

Watch = Callable[[Shrinking], None]
"""Told how far a shrink is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shrunk:
    """What became of a failure that was to be shrunk."""

    before: Failure
    whole: Run
    """The failure, repeated."""
    after: Failure | None
    """The smallest one; None where the failure did not come again."""
    run: Run
    """The run of the smallest one."""
    ended: Ended
    replays: int
    seconds: float
    equal: int
    """How many of the runs that were made again in the end came out equal; of an interrupted shrink none was made."""
    changed: tuple[str, ...]
    """The own modules whose source is not what it was when the failure was found."""

    @property
    def reproduced(self) -> bool:
        """Did the failure come again?"""
        return self.after is not None

    @property
    def schedule(self) -> Schedule:
        """The faults of the smallest one."""
        return self.run.order.schedule or Schedule()

    @property
    def faults(self) -> tuple[int, int]:
        """How many faults there were, and how many are left."""
        return len(self.before.schedule or ()), len(self.schedule)

    @property
    def steady(self) -> bool:
        """Did the smallest failure come out equal each time that it was run again?"""
        return self.equal == CONFIRMATIONS

    @property
    def kept(self) -> dict[str, tuple[int, int]]:
        """Of what the trial does several of, and some were left out of: how many there were, and how many are left."""
        return {
            name: (self.whole.asked.get(name, (len(numbers), 0))[0], len(numbers))
            for name, numbers in self.run.order.parts.items()
        }


def shrink(
    failure: Failure,
    engine: ForkedEngine,
    *,
    label: str = "",
    budget: Budget | None = None,
    watch: Watch = lambda progress: None,
) -> Shrunk:
    """Shrink a failure of a trial that the engine has opened; of its only one unless the label of another is given."""
    listed = next(each for each in engine.description.trials if label in ("", each.label))
    if failure.schedule is None:
        raise InputError(
            "the failure cannot be shrunk: its run died before it could say which faults there were",
            remedy="its storm itself may be at fault; see the ending with lydite replay",
        )
    # Asked now: an interrupted engine may have nobody left who could tell.
    dependencies = engine.dependencies()
    order = Order(number=0, label=listed.label, seed=failure.seed)
    oracle = Oracle(engine.attempts, order, kind=failure.kind, budget=budget or Budget(), watch=watch)
    whole = oracle.begin(_case_of(failure, {}))
    ended = _searched(oracle, _case_of(failure, whole.asked))
    again = ended is not Ended.NOT_REPRODUCED
    run = oracle.run_of(oracle.best) if again else whole
    equal = 0
    if ended not in (Ended.NOT_REPRODUCED, Ended.INTERRUPTED):
        try:
            equal = _equal(engine, run)
        except KeyboardInterrupt:
            ended = Ended.INTERRUPTED
    after = failure_of(run, listed, engine.description, mutant=failure.mutant, dependencies=dependencies)
    return Shrunk(
        before=failure,
        whole=whole,
        after=after if again else None,
        run=run,
        ended=ended,
        replays=oracle.replays,
        seconds=oracle.seconds,
        equal=equal,
        changed=changed_code(failure, engine.description),
    )


def events_of(engine: ForkedEngine, run: Run) -> tuple[Event, ...]:
    """Everything that happens in a run, from its full trace: it is made once more for that."""
    with tempfile.TemporaryDirectory(prefix="lydite-shrink-") as folder:
        trace = Path(folder) / "run.trace"
        list(engine.attempts([_again(run, trace=str(trace))]))
        if not trace.is_file():
            return ()
        with TraceReader(trace) as reader:
            return tuple(reader)


def _searched(oracle: Oracle, case: Case) -> Ended:
    """Search for a smaller case, as long as the budget allows; why it ended."""
    if not oracle.has_failed(case):
        return Ended.NOT_REPRODUCED
    try:
        smallest(case, oracle)
    except Spent as spent:
        return spent.ended
    except KeyboardInterrupt:
        return Ended.INTERRUPTED
    return Ended.SMALLEST


def _case_of(failure: Failure, asked: Mapping[str, tuple[int, int]]) -> Case:
    """The failure as a case; how many there are of each part is known when the trial has asked for them."""
    assert failure.schedule is not None
    several = tuple(
        Several(name=name, count=asked.get(name, (max(kept, default=0), 0))[0], kept=kept)
        for name, kept in sorted(failure.parts.items())
    )
    return Case(faults=failure.schedule.faults, several=several)


def _equal(engine: ForkedEngine, run: Run) -> int:
    """How many of some more runs come out equal."""
    digests = [
        again.result.digest
        for again in engine.attempts(_again(run, number=number) for number in range(CONFIRMATIONS))
        if kind_of(again) == kind_of(run)
    ]
    return digests.count(run.result.digest)


def _again(run: Run, *, number: int = 0, trace: str = "") -> Order:
    return replace(run.order, number=number, trace=trace, level=Level.FULL)
