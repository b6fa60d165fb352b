"""Prints the digests of the golden scenarios as this Python makes them, as JSON.

python -m tests.determinism.digests
"""

import json
import platform
import sqlite3
import sys
from pathlib import Path

from lydite.runner import ForkedEngine, Opening, Order

ROOT = Path(__file__).resolve().parents[2]
TARGET = Opening(target="tests/determinism/scenarios.py", home=str(ROOT))
SEEDS = (1, 2)


def digests() -> dict[str, str]:
    """The digest of each scenario with each seed: `name/seed`."""
    with ForkedEngine(TARGET) as engine:
        orders = [
            Order(number=number, label=listed.label, seed=seed)
            for number, (listed, seed) in enumerate(
                (listed, seed) for listed in engine.description.trials for seed in SEEDS
            )
        ]
        found = {}
        for run in engine.runs(orders):
            assert run.result.ending is None, f"{run.order.label}: {run.result.ending}\n{run.last_words}"
            found[f"{run.result.trial}/{run.order.seed}"] = run.result.digest
    return found


def main() -> None:
    """Print them, and what they were made with."""
    report = {
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "digests": digests(),
    }
    json.dump(report, sys.stdout, indent=2)


if __name__ == "__main__":
    main()
