"""The engine of one machine: a nursery that has opened the target once, and some forked runs of it at a time.

Runs are handed out in order of their number, so whenever one has come back, all with smaller numbers
are back or under way. Each has a process of its own, and none can take others with it. A nursery that dies is
replaced, and the runs that were under way in it are told as failed.
"""

from collections.abc import Callable, Generator, Iterable, Iterator
from types import TracebackType
from typing import Self

from lydite.runner.engines.keeper import Habitat, Keeper
from lydite.runner.orders import Description, Opening, Order, Run

TIMEOUT_S = 120.0
"""How much real time a run may take."""


class ForkedEngine:
    """Opens a target for up to `workers` runs at a time; a context manager that leaves no process behind."""

    def __init__(
        self,
        opening: Opening,
        *,
        workers: int = 1,
        timeout_s: float = TIMEOUT_S,
        habitat: Habitat | None = None,
    ) -> None:
        self._opening = opening
        self._workers = workers
        self._timeout_s = timeout_s
        self._habitat = habitat or Habitat()
        self._keeper: Keeper | None = None
        self._dependencies: dict[str, str] | None = None
        self.description: Description

    def __enter__(self) -> Self:
        try:
            self.description = self._opened().wait_until_open()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def keeper(self) -> Keeper:
        """The nursery that is open now."""
        assert self._keeper is not None, "an engine is opened by `with`"
        return self._keeper

    def close(self) -> None:
        """End the nursery, and what it is running."""
        if self._keeper is not None:
            self._keeper.kill()
            self._keeper = None

    def runs(self, orders: Iterable[Order]) -> Generator[Run, None, None]:
        """Carry the orders out; each run as soon as it is done, so in any order.

        Whoever stops listening ends the runs that are still under way. An order that is refused is an error, and
        ends all of them.
        """
        return self._runs(orders, Keeper.finish)

    def attempts(self, orders: Iterable[Order]) -> Generator[Run, None, None]:
        """The same for orders that may be impossible: one that is refused comes back as a run that failed by it."""
        return self._runs(orders, Keeper.attempt)

    def _runs(self, orders: Iterable[Order], finish: Callable[[Keeper], Run]) -> Generator[Run, None, None]:
        pending = iter(orders)
        try:
            self._hand_out(pending)
            while self.keeper.under_way:
                # Told first: the answer may be a reason to hand out no more.
                yield finish(self.keeper)
                self._hand_out(pending)
        finally:
            if self._keeper is not None:
                self._keeper.drop()

    def run(self, order: Order) -> Run:
        """Carry out one order."""
        (run,) = self.runs((order,))
        return run

    def dependencies(self) -> dict[str, str]:
        """The installed distributions that the target uses; asked between runs only."""
        if self._dependencies is None:
            busy = self.keeper.dead or self.keeper.under_way
            self._dependencies = {} if busy else self.keeper.dependencies()
        return self._dependencies

    def _hand_out(self, pending: Iterator[Order]) -> None:
        """Let as many runs be under way as there may be."""
        keeper = self.keeper
        if keeper.dead:
            if keeper.under_way:
                return
            keeper = self._opened()
            keeper.wait_until_open()
        while len(keeper.under_way) < self._workers and (order := next(pending, None)) is not None:
            keeper.start(order, self._timeout_s)

    def _opened(self) -> Keeper:
        self.close()
        self._keeper = Keeper(self._opening, self._habitat)
        return self._keeper
