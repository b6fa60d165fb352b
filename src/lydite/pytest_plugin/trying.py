"""The fixture `trial`: any trial, run from an ordinary test that looks at what came of it."""

import pytest

from lydite.model import InputError, Schedule
from lydite.pytest_plugin.asking import engine_of, opening_of, out_of, seeds_of, workers_of
from lydite.pytest_plugin.paths import importable
from lydite.pytest_plugin.told import plainly
from lydite.runner import Order, Run, Sweep, SweepResult


class Trying:
    """Runs targets (`counter.storm`, `path/to/file.py::name`), seen from the root folder."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    @plainly
    def __call__(
        self, target: str, *, seed: int = 0, schedule: Schedule | None = None, mutant: str = ""
    ) -> Run:
        """One run of one trial; whatever becomes of it is in what it returns."""
        opening = opening_of(self._config, target, mutant)
        with importable(self._config), engine_of(self._config, opening) as engine:
            labels = [each.label for each in engine.description.trials]
            if len(labels) != 1:
                raise InputError(
                    f"a run is of one trial, and {target} has {len(labels)}",
                    where=target,
                    remedy=f"name one: {', '.join(labels)}",
                )
            return engine.run(Order(number=0, label=labels[0], seed=seed, schedule=schedule))

    @plainly
    def sweep(
        self, target: str, *, seeds: int | None = None, first: int = 0, mutant: str = ""
    ) -> SweepResult:
        """Many seeds, until the first failure; its file is where `--lydite-out` says."""
        count = seeds_of(self._config, None) if seeds is None else seeds
        sweep = Sweep(first=first, count=count, out=out_of(self._config), mutant=mutant)
        opening = opening_of(self._config, target, mutant)
        engine = engine_of(self._config, opening, workers_of(self._config, count))
        with importable(self._config), engine:
            result = sweep.run(engine)
        if result.interrupted:
            raise KeyboardInterrupt
        return result
