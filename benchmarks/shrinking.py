"""Shrinks what `counter.storm` finds in each planted bug of the counter: from forty faults to at most three.

    python -m benchmarks.shrinking [MUTANT ...]

Prints one JSON object: of each mutant the seed that found it, its faults before and after, and how many replays and
seconds it took until no more than three were left, and until nothing more could be taken away.
"""

import json
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lydite.runner import Budget, Caught, Plan, Shrinking, hunt, planted

TARGET = "counter.storm"
FAULTS_MAX = 3
SEEDS = 200
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
            if mutant.name in ELSEWHERE:
                continue
            reached = Reached()
            for step in hunt(plan, [mutant], lambda *_: None, reached.watch):
                shrunk = step.shrunk if isinstance(step, Caught) else None
                told[mutant.name] = (
                    None
                    if shrunk is None
                    else {
                        "seed": shrunk.before.seed,
                        "faults": shrunk.faults,
                        "replays_to_three": reached.replays,
                        "seconds_to_three": reached.seconds,
                        "replays": shrunk.replays,
                        "seconds": shrunk.seconds,
                        "ended": str(shrunk.ended),
                    }
                )
    return told


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(*sys.argv[1:])) + "\n")
