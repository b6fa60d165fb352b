"""Running a function as a program of a simulated world, and hearing what it returned."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from lydite.model import Header
from lydite.sim import Outcome, simulate
from lydite.sim.patches import install
from lydite.world import World

# Before the tests are imported: what they hold on to then needs no sweep.
install()


def in_world(*functions: Callable[[], Any], seed: int = 1) -> list[Any]:
    """Run each as a program on a host of its own (node-1, node-2, ...), one after the other."""
    results: list[Any] = []

    async def trial(world: World) -> None:
        for number, function in enumerate(functions, start=1):
            process = await world.start(f"node-{number}", _program(function, results))
            await process.wait()

    outcome = simulate(trial, Header(trial="patches", seed=seed))
    if outcome.error is not None:
        raise outcome.error
    return results


def _program(function: Callable[[], Any], results: list[Any]) -> Callable[[Sequence[str]], Any]:
    async def main(argv: Sequence[str]) -> None:
        answer = function()
        results.append(await answer if hasattr(answer, "__await__") else answer)

    return main


def words_of(outcome: Outcome, host: str) -> list[str]:
    """What the programs of a host printed last, without the times and streams before it."""
    words: Any = outcome.last_words
    return [line.partition(": ")[2] for line in words[host]]


def in_fresh_python(script: str, folder: Path) -> Any:
    """Run a script in a new interpreter that starts in a folder; the JSON that it prints last."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), *filter(None, sys.path)])}
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])
