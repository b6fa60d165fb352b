"""How many runs it takes to find each planted bug of the counter when faults are few, with the search and without.

    python -m benchmarks.search [REPEATS]

Both sides get the same first seeds, and as many runs as they want up to a limit. Counted is the number of the run in
which the named check failed. Times do not matter here, so the machine may be busy.
"""

import os
import statistics
import sys
import tempfile
from pathlib import Path

from lydite.model import InputError
from lydite.runner import ForkedEngine, Opening, Run, Sweep

RUNS_MAX = 300
REPEATS = 11
TRIAL = "benchmarks/thin/trials.py::thin"


def runs_until_found(engine: ForkedEngine, mutant: str, check: str, first: int, *, search: bool) -> int:
    def caught(run: Run) -> bool:
        return check in run.failed

    with tempfile.TemporaryDirectory() as folder:
        sweep = Sweep(
            first=first, count=RUNS_MAX, out=Path(folder), mutant=mutant, search=search, fails=caught
        )
        result = sweep.run(engine)
    return result.runs if result.groups else RUNS_MAX


def main() -> None:
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else REPEATS
    workers = len(os.sched_getaffinity(0))
    with ForkedEngine(Opening(target=TRIAL)) as engine:
        mutants = engine.description.mutants
    print(f"counter.storm with 1 to 3 faults: median runs until the named check fails, {repeats} first seeds")
    ratios = []
    for mutant in mutants:
        with ForkedEngine(Opening(target=TRIAL, mutant=mutant.name), workers=workers) as engine:
            firsts = range(0, repeats * 100_000, 100_000)
            plain, searched = (
                statistics.median(
                    runs_until_found(engine, mutant.name, mutant.caught_by, first, search=search)
                    for first in firsts
                )
                for search in (False, True)
            )
        ratios.append(plain / searched)
        print(
            f"  {mutant.name:<22} seed by seed {plain:6.0f}   search {searched:6.0f}   {plain / searched:5.2f} x"
        )
    print(f"  median of the ratios: {statistics.median(ratios):.2f} x")


if __name__ == "__main__":
    try:
        main()
    except InputError as error:
        sys.exit(str(error))
