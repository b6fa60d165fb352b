"""The course of a run of a phase of trials: of those that failed, which are made again for their pictures anyway.

Where none failed, one run more is made for it, of the trial whose first seed has the most faults: it shows what the
others were like, and costs as much as that run did.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from lydite.model import Schedule
from lydite.reports import Course, course
from lydite.runner.engines import ForkedEngine
from lydite.runner.orders import Run
from lydite.runner.shrinking import events_of
from lydite.runner.sweep import kind_of

AGAIN_CPU_NS_MAX: Final = 2_000_000_000
"""What takes longer than this is not made again."""


def can_be_made_again(run: Run) -> bool:
    """Does it end by itself, and soon?"""
    return run.result.digest != "" and run.result.cpu_ns <= AGAIN_CPU_NS_MAX


def schedule_of(run: Run) -> Schedule:
    """The faults of a run; none where they are not known."""
    return run.order.schedule or run.schedule or Schedule()


def course_of_one(engine: ForkedEngine, runs: Mapping[str, Sequence[Run]]) -> Course:
    """The course of one run that passed, out of those of each trial; nothing where none can be made again."""
    firsts = [min(each, key=lambda run: run.order.number) for each in runs.values() if each]
    fitting = [run for run in firsts if can_be_made_again(run) and not kind_of(run)]
    if not fitting:
        return ()
    chosen = max(fitting, key=lambda run: (len(schedule_of(run).faults), -run.order.number))
    return course(chosen.order.label, schedule_of(chosen), events_of(engine, chosen))
