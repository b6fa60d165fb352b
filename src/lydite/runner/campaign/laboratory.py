"""The laboratory of the simulated world: carries out the trials of a target for a harness."""

import asyncio
import shlex
from collections.abc import Sequence

from lydite.model import Result
from lydite.runner.engines import ForkedEngine
from lydite.runner.engines.forked import TIMEOUT_S
from lydite.runner.orders import Opening, Order


class SimulatedLaboratory:
    """One target at a time, in forked processes; calm where storms are switched off."""

    exact = True

    def __init__(self, *, timeout_s: float = TIMEOUT_S, calm: bool = False) -> None:
        self._engine: ForkedEngine | None = None
        self._timeout_s = timeout_s
        self._calm = calm

    async def open(self, target: str) -> Sequence[str]:
        """Import a target; the names of its trials."""
        await self.close()
        engine = ForkedEngine(Opening(target=target, calm=self._calm), timeout_s=self._timeout_s)
        self._engine = await asyncio.to_thread(engine.__enter__)
        return [listed.name for listed in engine.description.trials]

    async def run(self, trial: str, seed: int) -> Result:
        """Carry out one of them with a seed."""
        engine = self._opened
        label = next(each.label for each in engine.description.trials if each.name == trial)
        order = Order(number=0, label=label, seed=seed)
        return (await asyncio.to_thread(engine.run, order)).result

    def command(self, trial: str, seed: int) -> str:
        """The command that does the same."""
        target = next(each.target for each in self._opened.description.trials if each.name == trial)
        return f"lydite run {shlex.quote(target)} --seed {seed}"

    async def close(self) -> None:
        """End what is under way."""
        if self._engine is not None:
            self._engine.close()
            self._engine = None

    @property
    def _opened(self) -> ForkedEngine:
        assert self._engine is not None, "a laboratory is opened before it is used"
        return self._engine
