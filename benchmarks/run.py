"""Measures what Lydite promises about speed and size: ``make bench``.

Each figure is a ratio or a bound measured in one run of this program, in processes of their own, the two
sides of a ratio in turns, so that a machine that is busy for a while is busy for both. The table goes to the
terminal and, with the machine's description, to a JSON file.

A promise in milliseconds, or per second, is one about a machine: here, about one on which SimPy passes 91,000
messages of the flood per CPU second. How fast that goes right before and right after is measured with the figure, which
is told as it would be there; beside it stands what this machine has really shown.
"""

import argparse
import json
import math
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from lydite.runner import ForkedEngine, Opening, Order

REPEATS = 3
LEASE = "benchmarks.lease:lease"
STORM = "counter.storm"
REPLAYS = 200

YARDSTICK = 91_000
"""Messages per CPU second of SimPy, 1,000 nodes, on the machine that promises in milliseconds are about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One row of the table."""

    name: str
    measured: float
    unit: str
    bound: float
    at_least: bool
    detail: str

    @property
    def kept(self) -> bool:
        """Does it keep the promise?"""
        return self.measured >= self.bound if self.at_least else self.measured <= self.bound

    def as_plain(self) -> dict[str, Any]:
        """The JSON form, which knows no infinity: null is what never came, and what is not bounded."""
        fields = asdict(self) | {"kept": self.kept}
        return {name: None if value == math.inf else value for name, value in fields.items()}


def say(text: str) -> None:
    """Progress goes to standard error."""
    sys.stderr.write(f"bench: {text}\n")


def measure(module: str, *options: str) -> dict[str, Any]:
    """One run of a benchmark program; the figures that it prints."""
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{module}", *options], capture_output=True, check=True, text=True
    )
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def ratio(
    left: Callable[[], dict[str, Any]], right: Callable[[], dict[str, Any]], field: str, repeats: int
) -> tuple[float, str]:
    """The median of left / right over pairs measured in turns, and how the pairs went."""
    pairs = [(left()[field], right()[field]) for _ in range(repeats)]
    ratios = sorted(one / other for one, other in pairs)
    one, other = (statistics.median(side) for side in zip(*pairs, strict=True))
    return statistics.median(ratios), f"{one:,.4g} : {other:,.4g}; {ratios[0]:.2f} to {ratios[-1]:.2f}"


def gossip_against_sockets(repeats: int) -> Figure:
    """The same program simulated and on real loopback sockets."""
    size = ("--nodes", "100", "--floods", "200")
    value, detail = ratio(
        lambda: measure("simulated", *size), lambda: measure("real", *size), "messages_per_s", repeats
    )
    return Figure(
        name="streams gossip, 100 nodes, simulated vs real loopback, messages per CPU second",
        measured=value,
        unit="x",
        bound=2.0,
        at_least=True,
        detail=detail,
    )


def gossip_against_simpy(repeats: int) -> Figure:
    """Byte-exact streams against SimPy processes that pass objects."""
    size = ("--nodes", "1000", "--floods", "40")
    value, detail = ratio(
        lambda: measure("simulated", *size, "--untraced"),
        lambda: measure("processes", *size),
        "messages_per_s",
        repeats,
    )
    return Figure(
        name="streams gossip, 1,000 nodes, simulated (no trace) vs SimPy processes, messages per CPU second",
        measured=value,
        unit="x",
        bound=1.0,
        at_least=True,
        detail=detail,
    )


def cost_of_the_trace(repeats: int) -> Figure:
    """The same run with and without its trace."""
    size = ("--nodes", "1000", "--floods", "40")
    value, detail = ratio(
        lambda: measure("simulated", *size),
        lambda: measure("simulated", *size, "--untraced"),
        "cpu_s",
        repeats,
    )
    return Figure(
        name="trace on vs off, 1,000 nodes, CPU",
        measured=value,
        unit="x",
        bound=1.20,
        at_least=False,
        detail=detail,
    )


@dataclass(slots=True)
class Machine:
    """How many times slower than the promise's machine this one was, before and after what was measured."""

    times: list[float] = field(default_factory=list)

    def look(self) -> None:
        """Measure it now."""
        self.times.append(
            YARDSTICK / measure("processes", "--nodes", "1000", "--floods", "40")["messages_per_s"]
        )

    @property
    def slowness(self) -> float:
        """The mean of the looks."""
        return statistics.mean(self.times)

    @property
    def told(self) -> str:
        """For the detail of a figure."""
        return f"this machine {self.slowness:.2f} times slower"


def storm(target: str, runs: int) -> list[Figure]:
    """Five nodes, two virtual minutes, forty faults; what forking a process for it costs; and seeds per second."""
    machine = Machine()
    machine.look()
    with ForkedEngine(Opening(target=target)) as engine:
        label = engine.description.trials[0].label
        orders = [Order(number=seed, label=label, seed=seed) for seed in range(runs)]
        engine.run(orders[0])
        results, overheads = [], []
        for order in orders:
            begun = time.perf_counter()
            run = engine.run(order)
            took_ms = (time.perf_counter() - begun) * 1e3
            assert run.result is not None, run
            results.append(run.result)
            overheads.append(took_ms - run.result.cpu_ns / 1e6)
    machine.look()
    cpu_ms = [result.cpu_ns / 1e6 for result in results]
    both_ms = [one + other for one, other in zip(cpu_ms, overheads, strict=True)]
    here_ms, around_ms = statistics.median(cpu_ms), statistics.median(overheads)
    rate = 1e3 / statistics.mean(both_ms)
    events = statistics.median(result.events for result in results)
    return [
        Figure(
            name=f"{label}: 5 nodes, 2 virtual minutes, 40 faults, CPU of a run",
            measured=here_ms / machine.slowness,
            unit="ms",
            bound=30.0,
            at_least=False,
            detail=f"here {here_ms:.1f} ms, {min(cpu_ms):.0f} to {max(cpu_ms):.0f}; {machine.told}; "
            f"{runs} runs, {events:.0f} events",
        ),
        Figure(
            name=f"{label}: fork, judging and answer around a run",
            measured=around_ms / machine.slowness,
            unit="ms",
            bound=30.0,
            at_least=False,
            detail=f"here {around_ms:.1f} ms, {min(overheads):.0f} to {max(overheads):.0f}",
        ),
        Figure(
            name=f"{label}: seeds per second on one core, with everything",
            measured=rate * machine.slowness,
            unit="/s",
            bound=20.0,
            at_least=True,
            detail=f"here {rate:.1f} seeds/s",
        ),
    ]


def shrinking() -> list[Figure]:
    """What a storm of forty faults finds in each planted bug of the counter, until at most three are left."""
    machine = Machine()
    machine.look()
    found = measure("shrinking")
    machine.look()
    together = found.pop("all")
    spread = (
        f"all {together['failures']}: {together['replays_to_three_median']} replays in the median, "
        f"{together['replays_to_three_worst']} at worst"
    )
    return [_shrink_of(mutant, rows, f"{spread}; {machine.told}", machine) for mutant, rows in found.items()]


def _shrink_of(mutant: str, rows: list[dict[str, Any]], told: str, machine: Machine) -> Figure:
    """The worst of the failures of one bug; infinite, where one of them broke the promise."""
    replays = [math.inf if row["replays_to_three"] is None else row["replays_to_three"] for row in rows]
    kept = max(replays, default=math.inf) <= REPLAYS
    return Figure(
        name=f"shrink {mutant}, 40 faults to at most three, within {REPLAYS} replays",
        measured=max(row["seconds_to_three"] for row in rows) / machine.slowness if kept else math.inf,
        unit="s",
        bound=10.0,
        at_least=False,
        detail=f"the slowest of {len(rows)} seeds, which took {', '.join(f'{each:g}' for each in replays)} replays; "
        f"{told}",
    )


def sweep_on_two_cores(seeds: int) -> Figure:
    """Seeds per second with two workers against one, opening of the target not counted."""

    def rate(workers: int) -> float:
        with ForkedEngine(Opening(target=STORM), workers=workers) as engine:
            label = engine.description.trials[0].label
            # The first runs open the other nurseries, too.
            list(engine.runs(Order(number=n, label=label, seed=n) for n in range(2 * workers)))
            begun = time.perf_counter()
            list(engine.runs(Order(number=n, label=label, seed=n) for n in range(seeds)))
            return seeds / (time.perf_counter() - begun)

    pairs = [(rate(2), rate(1)) for _ in range(REPEATS)]
    two, one = (statistics.median(side) for side in zip(*pairs, strict=True))
    return Figure(
        name="sweep on 2 cores vs 1, seeds per second",
        measured=statistics.median(two / one for two, one in pairs),
        unit="x",
        bound=1.8,
        at_least=True,
        detail=f"{two:.1f} : {one:.1f} seeds/s; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores",
    )


def memory() -> Figure:
    """A large world: 5,000 nodes, 40,000 sockets."""
    figures = measure("simulated", "--nodes", "5000", "--floods", "1")
    return Figure(
        name="memory of 5,000 nodes with 40,000 sockets",
        measured=figures["memory_mb"],
        unit="MB",
        bound=400.0,
        at_least=False,
        detail=f"{figures['messages']:,} messages",
    )


def the_coin() -> list[Figure]:
    """A subject, and the largest program here that runs in a simulated world: `python -m benchmarks.coin`."""
    # It is made of the parts above.
    from benchmarks.coin import WHOLE, figures

    return figures(WHOLE)


def the_plugin() -> list[Figure]:
    """What pytest's plugin costs who does not use it: `python -m benchmarks.plugin`."""
    from benchmarks.plugin import figures

    return figures()


def evidence() -> list[Figure]:
    """From results to evidence: `python -m benchmarks.evidence`."""
    from benchmarks.evidence import figures

    return figures()


def description() -> dict[str, Any]:
    """This machine."""
    return {
        "python": platform.python_version(),
        "system": platform.platform(),
        "cores": os.cpu_count(),
        "load": os.getloadavg(),
    }


def table(figures: list[Figure]) -> str:
    """The figures for people."""
    lines = [f"{'':6} {'measured':>12} {'promised':>12}  what"]
    for figure in figures:
        sign = ">=" if figure.at_least else "<="
        lines.append(
            f"{'kept' if figure.kept else 'MISSED':6} {figure.measured:>9.2f} {figure.unit:2} "
            f"{sign:>2}{figure.bound:>7g} {figure.unit:2}  {figure.name} ({figure.detail})"
        )
    return "\n".join(lines)


def main() -> int:
    """Measure, print, store; 1 if a promise was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/latest.json"))
    parser.add_argument("--repeats", type=int, default=REPEATS)
    options = parser.parse_args()
    figures: list[Figure] = []
    rows: list[tuple[str, Callable[[], list[Figure]]]] = [
        ("gossip against real sockets", lambda: [gossip_against_sockets(options.repeats)]),
        ("gossip against SimPy", lambda: [gossip_against_simpy(options.repeats)]),
        ("the cost of the trace", lambda: [cost_of_the_trace(options.repeats)]),
        ("the lease", lambda: storm(LEASE, 40)),
        ("the storm of the counter", lambda: storm(STORM, 40)),
        ("shrinking", shrinking),
        ("a sweep on two cores", lambda: [sweep_on_two_cores(60)]),
        ("memory", lambda: [memory()]),
        ("the pytest plugin", the_plugin),
        ("evidence", evidence),
        ("the coin", the_coin),
    ]
    for name, take in rows:
        say(f"{name} ...")
        figures += take()
    options.out.parent.mkdir(parents=True, exist_ok=True)
    document = {
        "machine": description(),
        "figures": [figure.as_plain() for figure in figures],
    }
    options.out.write_text(json.dumps(document, indent=2) + "\n")
    sys.stdout.write(f"{table(figures)}\nstored in {options.out}\n")
    return 0 if all(figure.kept for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
