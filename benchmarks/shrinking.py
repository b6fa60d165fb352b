"""Shrinks what `counter.storm` finds in each planted bug of the counter: from forty faults to at most three.

    python -m benchmarks.shrinking [MUTANT ...]

Five seeds of each bug, the first ones that find it. Prints one JSON object: of each mutant and each seed the faults
before and after, and how many replays and seconds it took until no more than three were left, and until nothing more
could be taken away; then the median and the worst of all of them.
"""

import json
import math
import os
import statistics
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lydite.runner import Budget, Caught, Plan, Planted, Shrinking, Shrunk, hunt, planted

TARGET = "counter.storm"
FAULTS_MAX = 3
SEEDS = 200
FINDS = 5
"""How many failures of each bug are shrunk."""
ELSEWHERE = ("unbounded_queue",)
"""Found by a trial of their own, not by a storm."""


@dataclass(slots=True)
class Reached:
    """When a shrink had no more than the promised faults left."""

    replays: int | None = None
    seconds: float | None = None

    def watch(self, _mutant: str, _faults: int, progress: Shrinking) -> None:
        """Look at the best so far."""
        left = progress.best.schedule
        if self.replays is None and len(left) <= FAULTS_MAX:
            self.replays, self.seconds = progress.replays, progress.seconds


def main(*only: str) -> dict[str, Any]:
    """Hunt and shrink."""
    told: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as out:
        plan = Plan(
            subject=TARGET,
            seeds=SEEDS,
            workers=os.cpu_count() or 1,
            out=Path(out),
            only=only,
            budget=Budget(replays=2 * 200),
        )
        for mutant in planted(plan).mutants:
            if mutant.name not in ELSEWHERE:
                told[mutant.name] = list(_shrinks(plan, mutant))
    return {**told, "all": _summed([row for rows in told.values() for row in rows])}


def _shrinks(plan: Plan, mutant: Planted) -> Iterator[dict[str, Any]]:
    """What becomes of each of the first seeds that find it."""
    first = plan.first
    for _ in range(FINDS):
        reached = Reached()
        shrunk: Shrunk | None = None
        for step in hunt(replace(plan, first=first), [mutant], lambda *_: None, reached.watch):
            shrunk = step.shrunk if isinstance(step, Caught) else None
        if shrunk is None:
            return
        first = shrunk.before.seed + 1
        yield {
            "seed": shrunk.before.seed,
            "faults": shrunk.faults,
            "replays_to_three": reached.replays,
            "seconds_to_three": reached.seconds,
            "replays": shrunk.replays,
            "seconds": shrunk.seconds,
            "ended": str(shrunk.ended),
        }


def _summed(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The median and the worst; null where a failure was never so small."""
    summed: dict[str, Any] = {
        "failures": len(rows),
        "faults_worst": max((row["faults"][1] for row in rows), default=None),
    }
    for name in ("replays_to_three", "seconds_to_three"):
        values = [math.inf if row[name] is None else row[name] for row in rows] or [math.inf]
        for word, value in (("median", statistics.median_high(values)), ("worst", max(values))):
            summed[f"{name}_{word}"] = None if value == math.inf else value
    return summed


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(*sys.argv[1:])) + "\n")
