"""The fixture `trial`: any trial, run from an ordinary test that looks at what came of it."""

import pytest

from lydite.model import InputError, Schedule
from lydite.pytest_plugin.asking import SEEDS, out_of, workers_of
from lydite.pytest_plugin.paths import importable
from lydite.runner import ForkedEngine, Opening, Order, Run, Sweep, SweepResult


class Trying:
    """Runs targets (`counter.storm`, `path/to/file.py::name`), seen from the root folder."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def __call__(
        self, target: str, *, seed: int = 0, schedule: Schedule | None = None, mutant: str = ""
    ) -> Run:
        """One run of one trial; whatever becomes of it is in what it returns."""
        with importable(self._config), ForkedEngine(self._opening(target, mutant)) as engine:
            labels = [each.label for each in engine.description.trials]
            if len(labels) != 1:
                raise InputError(
                    f"a run is of one trial, and {target} has {len(labels)}",
                    where=target,
                    remedy=f"name one: {', '.join(labels)}",
                )
            return engine.run(Order(number=0, label=labels[0], seed=seed, schedule=schedule))

    def sweep(self, target: str, *, seeds: int = SEEDS, first: int = 0, mutant: str = "") -> SweepResult:
        """Many seeds, until the first failure; its file is where `--lydite-out` says."""
        sweep = Sweep(first=first, count=seeds, out=out_of(self._config), mutant=mutant)
        workers = workers_of(self._config, seeds)
        engine = ForkedEngine(self._opening(target, mutant), workers=workers)
        with importable(self._config), engine:
            result = sweep.run(engine)
        if result.interrupted:
            raise KeyboardInterrupt
        return result

    def _opening(self, target: str, mutant: str) -> Opening:
        return Opening(target=target, mutant=mutant, home=str(self._config.rootpath))
