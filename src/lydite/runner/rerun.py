"""A run from plain values: what the pytest files that a shrink writes are made of."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

from lydite.model import InputError, Plain, Schedule
from lydite.runner.engines.forked import TIMEOUT_S
from lydite.runner.orders import Opening, Order, Run
from lydite.runner.replay import open_near


def rerun(
    target: str,
    *,
    seed: int,
    schedule: Sequence[Plain],
    parts: Mapping[str, Sequence[int]] | None = None,
    near: str = "",
    timeout_s: float = TIMEOUT_S,
) -> Run:
    """Run one trial of the honest program with this seed, under these faults, with these parts of its workload.

    The target is seen from the current folder, or else from the folders above the file `near`. Of what failed, `failed`
    of the run tells.
    """
    faults = Schedule.from_plain(list(schedule))
    kept = {name: tuple(numbers) for name, numbers in (parts or {}).items()}
    path = Path(near) if near else Path.cwd() / "here"
    with closing(open_near(Opening(target=target), path, timeout_s=timeout_s)) as engine:
        trials = engine.description.trials
        if len(trials) != 1:
            raise InputError(
                f"a run is of one trial, and {target} has {len(trials)}",
                where=target,
                remedy=f"name one: {', '.join(each.target for each in trials)}",
            )
        return engine.run(Order(number=0, label=trials[0].label, seed=seed, schedule=faults, parts=kept))
