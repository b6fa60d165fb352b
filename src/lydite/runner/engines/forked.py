"""The engine of one machine: some nurseries, each with one forked run at a time, results as they come.

Runs are handed out in order of their number, so whenever one has come back, all with smaller numbers
are back or under way. A nursery that dies is replaced, and the run that it carried is told as failed: it is
the runs that matter, and no run can take others with it.
"""

import selectors
from collections.abc import Callable, Generator, Iterable, Iterator
from types import TracebackType
from typing import Self

from lydite.model import Ending, LyditeError
from lydite.runner.engines.keeper import Habitat, Keeper
from lydite.runner.orders import Description, Opening, Order, Run, broken_run

TIMEOUT_S = 120.0
"""How much real time a run may take."""


class ForkedEngine:
    """Opens a target in up to `workers` nurseries; a context manager that leaves no process behind."""

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
        self._keepers: list[Keeper] = []
        self._dependencies: dict[str, str] | None = None
        self.description: Description

    def __enter__(self) -> Self:
        try:
            self._keepers.append(Keeper(self._opening, self._habitat))
            self.description = self._keepers[0].wait_until_open()
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
    def keepers(self) -> tuple[Keeper, ...]:
        """The nurseries that are open now."""
        return tuple(self._keepers)

    def close(self) -> None:
        """End all nurseries, and what they are running."""
        for keeper in self._keepers:
            keeper.kill()
        self._keepers.clear()

    def runs(self, orders: Iterable[Order]) -> Generator[Run, None, None]:
        """Carry the orders out; each run as soon as it is done, so in any order.

        Whoever stops listening ends the runs that are still under way. An order that is refused is an error, and
        ends all of them.
        """
        return self._runs(orders, Keeper.finish)

    def attempts(self, orders: Iterable[Order]) -> Generator[Run, None, None]:
        """The same for orders that may be impossible: one that is refused comes back as a run that failed by it."""
        return self._runs(orders, _finished_or_refused)

    def _runs(self, orders: Iterable[Order], finish: Callable[[Keeper], Run]) -> Generator[Run, None, None]:
        pending = iter(orders)
        with selectors.DefaultSelector() as selector:
            try:
                for keeper in list(self._keepers):
                    self._feed(keeper, pending, selector)
                while len(self._keepers) < self._workers and (first := next(pending, None)) is not None:
                    self._open_another(first, selector)
                while selector.get_map():
                    for key, _ in selector.select():
                        ready: Keeper = key.data
                        selector.unregister(ready)
                        if ready.description is None:
                            self._opened(ready, selector)
                            continue
                        # Told first: the answer may be a reason to hand out no more.
                        yield finish(ready)
                        self._feed(self._alive(ready), pending, selector)
            finally:
                self._drop_busy()

    def run(self, order: Order) -> Run:
        """Carry out one order."""
        (run,) = self.runs((order,))
        return run

    def dependencies(self) -> dict[str, str]:
        """The installed distributions that the target uses; asked between runs only."""
        if self._dependencies is None:
            idle = next((keeper for keeper in self._keepers if keeper.order is None), None)
            self._dependencies = idle.dependencies() if idle is not None else {}
        return self._dependencies

    def _drop_busy(self) -> None:
        """End what nobody waits for any more, so that the nurseries that stay are idle ones."""
        for keeper in [each for each in self._keepers if each.order is not None or each.description is None]:
            keeper.kill()
            self._keepers.remove(keeper)

    def _open_another(self, first: Order, selector: selectors.BaseSelector) -> None:
        """Start one more nursery; it gets its first order when it has opened the target."""
        keeper = Keeper(self._opening, self._habitat)
        keeper.waiting = first
        self._keepers.append(keeper)
        selector.register(keeper, selectors.EVENT_READ, keeper)

    def _opened(self, keeper: Keeper, selector: selectors.BaseSelector) -> None:
        keeper.wait_until_open()
        assert keeper.waiting is not None
        keeper.start(keeper.waiting, self._timeout_s)
        keeper.waiting = None
        selector.register(keeper, selectors.EVENT_READ, keeper)

    def _feed(self, keeper: Keeper, pending: Iterator[Order], selector: selectors.BaseSelector) -> None:
        order = next(pending, None)
        if order is not None:
            keeper.start(order, self._timeout_s)
            selector.register(keeper, selectors.EVENT_READ, keeper)

    def _alive(self, keeper: Keeper) -> Keeper:
        """The keeper itself, or a new one in the place of one whose nursery is dead."""
        if not keeper.dead:
            return keeper
        fresh = Keeper(self._opening, self._habitat)
        self._keepers[self._keepers.index(keeper)] = fresh
        fresh.wait_until_open()
        return fresh


def _finished_or_refused(keeper: Keeper) -> Run:
    order = keeper.order
    assert order is not None
    try:
        return keeper.finish()
    except LyditeError as error:
        refused = Ending(
            error=type(error).__name__, message=error.what, where=error.where, remedy=error.remedy
        )
        return broken_run(order, refused, order.schedule)
