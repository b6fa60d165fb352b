"""One seed of each trial of a target: what `lydite run` does, without the words."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from lydite.model import InputError, Schedule
from lydite.runner.engines import ForkedEngine
from lydite.runner.engines.forked import TIMEOUT_S
from lydite.runner.failure import failure_of, write_failure
from lydite.runner.orders import Description, Listed, Opening, Order, Run, refuse_idle_mutant
from lydite.runner.sweep import kind_of

SCHEDULE_BYTES_MAX = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """One run, and the file it left if it failed."""

    run: Run
    listed: Listed
    description: Description
    file: str = ""


def run_seed(opening: Opening, wanted: Order, *, out: Path, timeout_s: float = TIMEOUT_S) -> Iterator[Done]:
    """Run each trial of the target once, as the order says; its label is filled in."""
    with ForkedEngine(opening, timeout_s=timeout_s) as engine:
        if wanted.trace and len(engine.description.trials) > 1:
            names = ", ".join(listed.target for listed in engine.description.trials)
            raise InputError(
                f"a trace is of one run, and {opening.target} has {len(engine.description.trials)} trials",
                where=wanted.trace,
                remedy=f"name one: {names}",
            )
        runs = []
        for number, listed in enumerate(engine.description.trials):
            run = engine.run(replace(wanted, number=number, label=listed.label))
            runs.append(run)
            file = ""
            if kind_of(run):
                failure = failure_of(
                    run,
                    listed,
                    engine.description,
                    mutant=opening.mutant,
                    dependencies=engine.dependencies(),
                )
                file = str(write_failure(failure, out))
            yield Done(run=run, listed=listed, description=engine.description, file=file)
        refuse_idle_mutant(opening.mutant, engine.description, runs)


def read_schedule(path: Path) -> Schedule:
    """A schedule from a JSON file: a list of faults, or any object that holds one as `schedule`."""
    try:
        with path.open("rb") as file:
            content = file.read(SCHEDULE_BYTES_MAX + 1)
        document = json.loads(content)
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise InputError(f"the schedule cannot be read: {reason}", where=str(path)) from error
    except (ValueError, RecursionError) as error:
        place = f", line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise InputError(
            "the schedule is no JSON", where=f"{path}{place}", remedy="write a list of faults"
        ) from error
    if isinstance(document, dict) and "schedule" in document:
        document = document["schedule"]
    return Schedule.from_plain(document, f"{path}: schedule")
