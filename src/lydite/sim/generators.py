"""Asynchronous generators: which of them a process has begun, and how it closes those that it has left open.

asyncio keeps them in one set for the whole loop. Here one loop carries all hosts, and a generator, being made in
C, is hashed by its address: `loop.shutdown_asyncgens()` of one program would close everybody's, in an order
that is another one in each run.
"""

import asyncio
from collections.abc import AsyncGenerator
from itertools import count
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from lydite.sim.context import PROCESS
from lydite.sim.loop import SimLoop

if TYPE_CHECKING:
    from lydite.sim.hosts.process import SimProcess
    from lydite.world import Limits


class GeneratorLoop(SimLoop):
    """A loop that knows whose generator is whose."""

    def __init__(self, limits: "Limits") -> None:
        super().__init__(limits)
        self._begun: WeakValueDictionary[tuple[SimProcess | None, int], AsyncGenerator[Any, Any]]
        self._begun = WeakValueDictionary()
        self._begun_before = count().__next__

    def _asyncgen_firstiter_hook(self, agen: AsyncGenerator[Any, Any]) -> None:
        self._begun[PROCESS.get(), self._begun_before()] = agen

    async def shutdown_asyncgens(self) -> None:
        """Close the generators that the process has begun and not finished, in the order in which it began them."""
        process = PROCESS.get()
        begun = [agen for (whose, _), agen in self._begun.items() if whose is process]
        ends = await asyncio.gather(*[agen.aclose() for agen in begun], return_exceptions=True)
        for agen, end in zip(begun, ends, strict=True):
            if isinstance(end, Exception):
                message = f"an error occurred during closing of asynchronous generator {agen!r}"
                self.call_exception_handler({"message": message, "exception": end, "asyncgen": agen})
