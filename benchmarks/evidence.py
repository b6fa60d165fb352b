"""Measures the way from results to evidence: ``python -m benchmarks.evidence``, a part of ``make bench``.

The start of the command line, the page of a report, and what the history takes in, each in processes of its own. Ten
thousand results are those of one campaign, of which every fiftieth failed.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from typing import Any, Final

from benchmarks.run import Figure, Machine, measure, say, table

RESULTS: Final = 10_000
STARTS: Final = 11
REPEATS: Final = 5
LYDITE: Final = str(Path(sys.executable).with_name("lydite"))
FORMATS: Final = ("html", "markdown", "comment", "junit", "ctrf", "json-out")


def figures() -> list[Figure]:
    """All of them, told as on the machine of the promises."""
    machine = Machine()
    machine.look()
    found = [(name, bound, measure("evidence", "--part", name)) for name, bound in BOUNDS.items()]
    machine.look()
    return [_figure(name, bound, taken, machine) for name, bound, taken in found]


BOUNDS: Final = {"start": 300.0, "report": 3_000.0, "history": 2_000.0}
"""The promises, in milliseconds."""
NAMES: Final = {
    "start": "lydite --help, CPU",
    "report": f"lydite report, the page of {RESULTS:,} results, CPU",
    "history": f"{RESULTS:,} results into a new history on SQLite, real time at best",
}


def _figure(name: str, bound: float, taken: dict[str, Any], machine: Machine) -> Figure:
    values = taken["ms"]
    # What else a machine does can only add to real time; to CPU time it does so less.
    here = min(values) if name == "history" else statistics.median(values)
    more = f"; {taken['told']}" if taken["told"] else ""
    return Figure(
        name=NAMES[name],
        measured=here / machine.slowness,
        unit="ms",
        bound=bound,
        at_least=False,
        detail=f"here {here:,.0f} ms, {min(values):,.0f} to {max(values):,.0f} in {len(values)} times; "
        f"{machine.told}{more}; load {os.getloadavg()[0]:.1f}",
    )


def start() -> dict[str, Any]:
    """What it takes until help is there."""
    _cpu_ms("--help")
    return {"ms": [_cpu_ms("--help") for _ in range(STARTS)], "told": ""}


def report() -> dict[str, Any]:
    """What the command takes to write the page, and all reports at once."""
    from lydite.reports import document
    from tests.reports.dossiers import many

    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder, "campaign.json")
        told.write_text(document(many(RESULTS)))
        page = ("report", str(told), "--html", f"{folder}/page.html")
        whole = ("report", str(told), *(f"--{each}={folder}/out.{each}" for each in FORMATS))
        taken = [_cpu_ms(*page) for _ in range(REPEATS)]
        return {"ms": taken, "told": f"all {len(FORMATS)} formats at once {_cpu_ms(*whole):,.0f} ms here"}


def history() -> dict[str, Any]:
    """What it takes until a campaign is on the disk."""
    from lydite.history import History
    from tests.reports.dossiers import many

    result = many(RESULTS).result
    taken, spent = [], []
    for _ in range(REPEATS):
        with tempfile.TemporaryDirectory() as folder, History(Path(folder, "history.db")) as kept:
            begun, cpu = time.perf_counter(), time.process_time()
            kept.add(result)
            taken.append((time.perf_counter() - begun) * 1e3)
            spent.append((time.process_time() - cpu) * 1e3)
    return {"ms": taken, "told": f"of that {statistics.median(spent):,.0f} ms of CPU"}


def _cpu_ms(*arguments: str) -> float:
    """CPU time of the command and of what it starts."""
    before = getrusage(RUSAGE_CHILDREN)
    subprocess.run([LYDITE, *arguments], check=True, stdout=subprocess.DEVNULL)
    after = getrusage(RUSAGE_CHILDREN)
    return (after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime) * 1e3


def main() -> int:
    """Print the figures of one part, or the table of all; 1 if a promise was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=sorted(BOUNDS))
    part = parser.parse_args().part
    if part:
        taken = {"start": start, "report": report, "history": history}[part]()
        sys.stdout.write(json.dumps(taken) + "\n")
        return 0
    say("evidence ...")
    found = figures()
    sys.stdout.write(f"{table(found)}\n")
    return 0 if all(figure.kept for figure in found) else 1


if __name__ == "__main__":
    sys.exit(main())
