"""What the pytest plugin costs who uses nothing of it: ``python -m benchmarks.plugin``, a part of ``make bench``.

A thousand trivial tests are run by plain pytest and by pytest with the plugin, in pairs, each a whole process, the two
sides in turns and each first in half of the pairs. Counted is CPU time, user and system, of the process and what it
has started, and instructions where valgrind is. A project of one test tells what it costs to have the plugin at all.
"""

import math
import os
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from shutil import which
from typing import Final

from benchmarks.run import Figure, Machine, say, table

TESTS: Final = 1_000
PAIRS: Final = 20
# Both sides look for plugins, as pytest does; no other one is loaded, whatever this environment has.
OTHERS: Final = tuple(
    word
    for entry in entry_points(group="pytest11")
    if entry.name != "lydite"
    for word in ("-p", f"no:{entry.name}")
)
WITH: Final = ("-p", "no:cacheprovider", *OTHERS)
PLAIN: Final = (*WITH, "-p", "no:lydite")
VALGRIND: Final = ("valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null")


def figures(pairs: int = PAIRS) -> list[Figure]:
    """What it costs a thousand tests, and what a session in which there is one."""
    machine = Machine()
    machine.look()
    many, one = _sides(TESTS, pairs), _sides(1, pairs)
    machine.look()
    low, high = _interval([ours / plain for plain, ours in many.cpu_s])
    return [
        Figure(
            name=f"pytest with the plugin vs without, {TESTS:,} trivial tests, CPU",
            measured=statistics.median(ours / plain for plain, ours in many.cpu_s),
            unit="x",
            bound=1.05,
            at_least=False,
            detail=f"{pairs} pairs, plain {many.plain_s:.2f} s here, 95 %: {low:.3f} to {high:.3f}; "
            f"{many.counted}; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores",
        ),
        Figure(
            name="the plugin where nothing of it is used, CPU of a session",
            measured=one.added_ms / machine.slowness,
            unit="ms",
            bound=5.0,
            at_least=False,
            detail=f"here {one.added_ms:.1f} ms of {one.plain_s * 1e3:.0f} ms; {one.counted}; {machine.told}",
        ),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """Sessions without and with the plugin."""

    cpu_s: tuple[tuple[float, float], ...]
    instructions: tuple[int, int] | None
    """Where they can be counted: then nothing else that the machine does is in them."""

    @property
    def plain_s(self) -> float:
        """CPU seconds of a session without it."""
        return statistics.median(plain for plain, _ in self.cpu_s)

    @property
    def added_ms(self) -> float:
        """What comes on top of that: the share of its instructions, or the median of the pairs."""
        if self.instructions is None:
            return statistics.median(ours - plain for plain, ours in self.cpu_s) * 1e3
        plain, ours = self.instructions
        return (ours / plain - 1) * self.plain_s * 1e3

    @property
    def counted(self) -> str:
        """For the detail of a figure."""
        if self.instructions is None:
            return "instructions are counted where valgrind is"
        plain, ours = self.instructions
        return f"{ours / 1e6:,.0f} : {plain / 1e6:,.0f} million instructions, {ours / plain:.4f}"


def _sides(tests: int, pairs: int) -> Sides:
    """Both sides, in turns."""
    taken = []
    with tempfile.TemporaryDirectory() as folder:
        text = "".join(f"def test_{number}():\n    pass\n\n" for number in range(tests))
        Path(folder, "test_trivial.py").write_text(text)
        _cpu_s(PLAIN, folder), _cpu_s(WITH, folder)
        for number in range(pairs):
            sides = (PLAIN, WITH) if number % 2 else (WITH, PLAIN)
            spent = {side: _cpu_s(side, folder) for side in sides}
            taken.append((spent[PLAIN], spent[WITH]))
        counted = (_instructions(PLAIN, folder), _instructions(WITH, folder)) if which(VALGRIND[0]) else None
    return Sides(cpu_s=tuple(taken), instructions=counted)


def _instructions(options: Sequence[str], folder: str) -> int:
    """How many instructions one session is."""
    done = subprocess.run(
        [*VALGRIND, *_command(options, folder)],
        env=_environment(),
        capture_output=True,
        check=True,
        text=True,
    )
    (found,) = re.findall(r"I +refs: +([\d,]+)", done.stderr)
    return int(found.replace(",", ""))


def _command(options: Sequence[str], folder: str) -> list[str]:
    return [sys.executable, "-m", "pytest", "-q", "--rootdir", folder, *options, folder]


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    # So that two sides that do the same are the same instructions.
    return {**kept, "PYTHONHASHSEED": "0"}


def _cpu_s(options: Sequence[str], folder: str) -> float:
    """CPU seconds of one session in a project of its own."""
    command = _command(options, folder)
    nothing = os.open(os.devnull, os.O_WRONLY)
    started = os.posix_spawn(
        command[0], command, _environment(), file_actions=[(os.POSIX_SPAWN_DUP2, nothing, 1)]
    )
    os.close(nothing)
    _, status, usage = os.wait4(started, 0)
    assert status == 0, status
    return usage.ru_utime + usage.ru_stime


def _interval(found: Sequence[float]) -> tuple[float, float]:
    """Between these the median lies in 95 of 100 times, whatever the distribution: two of the values themselves."""
    values = sorted(found)
    count = len(values)
    at, tail = 0, 0.5**count
    while tail + math.comb(count, at + 1) * 0.5**count <= 0.025:
        at += 1
        tail += math.comb(count, at) * 0.5**count
    return values[at], values[count - 1 - at]


def main() -> int:
    """Measure and print; 1 if a promise was missed."""
    say("the pytest plugin ...")
    found = figures()
    sys.stdout.write(f"{table(found)}\n")
    return 0 if all(figure.kept for figure in found) else 1


if __name__ == "__main__":
    sys.exit(main())
