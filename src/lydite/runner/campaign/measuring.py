"""Phases of benchmarks: what a run of each trial costs, as a mean over seeds with its interval."""

import math
import statistics
from collections.abc import Iterator, Sequence
from typing import Final

from lydite.model import SECOND, Better, Case, Measurement, Outcome
from lydite.runner.campaign.errands import Code, Errand, Piece
from lydite.runner.engines import ForkedEngine
from lydite.runner.orders import Listed, Order, Run
from lydite.runner.sweep import kind_of

SUITE: Final = "performance"

T_95: Final = ((1, 12.71), (2, 4.30), (3, 3.18), (5, 2.57), (10, 2.23), (20, 2.09), (60, 2.00))
"""Student's t at 95 %, by degrees of freedom: of those between two rows, the row above, which is wider."""


def benchmarks(errand: Errand) -> Iterator[Piece]:
    """Carry out some seeds of each trial, one at a time, so that none disturbs another."""
    phase = errand.phase
    for target in phase.targets:
        errand.tell(target)
        with ForkedEngine(errand.opening(target), timeout_s=errand.setting.timeout_s) as engine:
            yield Code(digest=engine.description.code_digest)
            for listed in engine.description.trials:
                runs: list[Run] = []
                for seed in range(errand.campaign.seed, errand.campaign.seed + phase.seeds):
                    if errand.is_late and runs:
                        break
                    runs.append(engine.run(Order(number=0, label=listed.label, seed=seed)))
                    errand.tell(listed.label, done=len(runs), wanted=phase.seeds)
                yield from _told(listed, runs)


def interval(values: Sequence[float]) -> tuple[float, float] | None:
    """Where the true mean lies with 95 %; None of a single value.

    >>> interval([2.0]), interval([2.0, 2.0, 2.0])
    (None, (2.0, 2.0))
    """
    freedom = len(values) - 1
    if freedom < 1:
        return None
    factor = next(t for least, t in reversed(T_95) if least <= freedom)
    mean, error = statistics.fmean(values), factor * statistics.stdev(values) / math.sqrt(len(values))
    return mean - error, mean + error


def _told(listed: Listed, runs: Sequence[Run]) -> Iterator[Piece]:
    failed = [run for run in runs if kind_of(run)]
    yield Case(
        name=f"{listed.label}.{SUITE}",
        subject=listed.label.partition(".")[0],
        suite=SUITE,
        outcome=Outcome.FAILED if failed else Outcome.PASSED,
        seconds=sum(run.result.cpu_ns for run in runs) / SECOND,
        runs=len(runs),
        failures=len(failed),
        message=f"{kind_of(failed[0])}: a run that fails is no measure of speed" if failed else "",
        seed=failed[0].order.seed if failed else runs[0].order.seed,
        reproduce=f"lydite run {listed.target} --seed {failed[0].order.seed if failed else runs[0].order.seed}",
    )
    values = [run.result.cpu_ns / SECOND for run in runs if not kind_of(run)]
    if values:
        bounds = interval(values)
        yield Measurement(
            name=f"cost.{listed.label}.cpu_s",
            value=statistics.fmean(values),
            unit="s",
            better=Better.LOWER,
            samples=len(values),
            low=bounds[0] if bounds else None,
            high=bounds[1] if bounds else None,
        )
