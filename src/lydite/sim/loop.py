"""The event loop: asyncio on a virtual clock.

This is the heart of the simulated world, so here is how it beats. `_ready` holds what runs now,
in order. `heap` holds what runs later, as tuples that begin with ``when_ns, tie, sequence``. When nothing
is ready the clock jumps to the earliest entry, and everything due at that instant becomes ready. Nothing
else moves the clock: while Python computes, the world stands still.

An item is one of two things. A `Handle` is what asyncio made: a step of a task, a timer; on the heap it is
the fourth and last of its tuple. An *arrival* is something that comes to a host from outside, a segment or a
datagram: the tuple itself, ``(when_ns, tie, sequence, receiver, payload)``. It is no object of its own because the
network makes more of them than of anything else; `streams` pushes its own onto the heap for the same reason.

Ties need care. Inside one host, first come is first served, as asyncio promises. Between hosts
an equal instant means no order at all in reality, so the seed decides: `tie` is a hash of the
instant and the host's salt. Programs that rely on an order that nobody promised show it.

Most of the time nothing needs to be asked before an item runs. Once a process has died, a host
is paused or a processor has a cost, each item must pass a gate first; `gated` says so, and
stays true for the rest of the run.
"""

import asyncio
import functools
import gc
import itertools
from asyncio import events
from asyncio.base_events import BaseEventLoop
from collections.abc import Callable, Coroutine
from contextvars import Context, copy_context
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

from lydite.model import BudgetSpent, SimulationError
from lydite.sim.context import PROCESS
from lydite.sim.hosts.clock import BILLION, BOOT_NS
from lydite.sim.pages import gather
from lydite.sim.tasks import SimFuture, SimTask

if TYPE_CHECKING:
    from lydite.sim.hosts.host import SimHost
    from lydite.sim.hosts.process import SimProcess
    from lydite.world import Limits

LOOK_UP_EVERY = 10_000
"""Events between two looks at the budget."""

CANCELLED_MIN = 100
"""Fewer cancelled timers than this are left on the heap until they are due."""

ARRIVAL = 5
"""How long a tuple of the heap is that is an arrival."""

COLLECT_EVERY = 50 * LOOK_UP_EVERY
"""Events between two garbage collections: at fixed points, so that finalizers run at fixed points too."""


GATHER_FROM = 10 * LOOK_UP_EVERY
"""Events after which a run is taken for a long one, and its memory gathered; again at each doubling."""

EAGER: Any = getattr(asyncio, "eager_task_factory", None)
"""What a program sets to let its tasks begin at once, from Python 3.12 on: ours do so too."""


class Receiver(Protocol):
    """Whatever things arrive at."""

    @property
    def process(self) -> "SimProcess":
        """The process that it belongs to."""
        ...

    @property
    def context(self) -> Context:
        """The context in which its callbacks run."""
        ...

    def receive(self, payload: Any) -> None:
        """Take what arrived."""
        ...

    def cost(self, payload: Any) -> int:
        """How many bytes of work it is."""
        ...


class SimHandle(events.Handle):
    """What `call_soon` returns: asyncio's handle without its debug mode, which costs a call each time."""

    __slots__ = ()

    _callback: Any
    _args: Any
    _repr = None
    _source_traceback = None

    def __init__(
        self,
        callback: Callable[..., object],
        args: tuple[object, ...],
        loop: "SimLoop",
        context: Context | None,
    ) -> None:
        self._context = copy_context() if context is None else context
        self._callback = callback
        self._args = args
        self._cancelled = False

    def cancel(self) -> None:
        """Never run it."""
        self._cancelled = True
        self._callback = self._args = None


_new_handle: Any = SimHandle.__new__


class SimTimer(SimHandle):
    """What `call_later` returns. It remembers its moment on the host's own clock, which may change pace."""

    __slots__ = ("monotonic_ns",)

    def __init__(
        self,
        monotonic_ns: int,
        callback: Callable[..., object],
        args: tuple[object, ...],
        loop: "SimLoop",
        context: Context | None,
    ) -> None:
        super().__init__(callback, args, loop, context)
        self.monotonic_ns = monotonic_ns
        self._loop = loop

    def cancel(self) -> None:
        """Never ring."""
        if not self._cancelled:
            super().cancel()
            self._loop.timer_cancelled()

    def when(self) -> float:
        """The moment, in seconds of the host's `loop.time()`."""
        return self.monotonic_ns / BILLION


class SimLoop(BaseEventLoop):
    """An asyncio event loop on a virtual clock, shared by all hosts of a world."""

    _ready: Any

    def __init__(self, limits: "Limits") -> None:
        super().__init__()
        self.now_ns = 0
        self.events = 0
        self.gated = False
        self.graveyard: list[object] = []
        self._limits = limits
        self.heap: list[tuple[Any, ...]] = []
        self.sequence = itertools.count(1).__next__
        self._cancelled = 0
        self.create_future = functools.partial(SimFuture, loop=self)  # type: ignore[method-assign]
        self.number_of_nobody = itertools.count(1).__next__
        """The hash of a task that belongs to no process."""
        self._look_up_at = min(LOOK_UP_EVERY, limits.events + 1)
        self._gather_at = GATHER_FROM
        self.on_idle: Callable[[], NoReturn]
        """Called when nothing will ever happen again."""
        self.on_exit: Callable[[SimProcess | None, SystemExit], None]
        """Called when a program's `SystemExit` reaches the loop."""

    def set_debug(self, enabled: bool) -> None:
        """Every future asks `get_debug` as it is made: let C answer."""
        super().set_debug(enabled)
        self.get_debug = functools.partial(bool, enabled)  # type: ignore[method-assign]

    # -- the clock

    def time(self) -> float:
        """The monotonic clock of the host that asks, in seconds."""
        process = PROCESS.get()
        if process is None or process.host.clock.true:
            return (BOOT_NS + self.now_ns) / BILLION
        return process.host.clock.monotonic(self.now_ns) / BILLION

    def call_later(  # type: ignore[override]
        self, delay: float, callback: Callable[..., object], *args: object, context: Context | None = None
    ) -> SimTimer:
        """Run the callback after a delay on the caller's own clock."""
        process = PROCESS.get()
        delay_ns = round(delay * BILLION) if delay > 0 else 0
        if process is None or process.host.clock.true:
            when_ns = self.now_ns + delay_ns
            timer = SimTimer(BOOT_NS + when_ns, callback, args, self, context)
        else:
            clock = process.host.clock
            monotonic_ns = clock.monotonic(self.now_ns) + delay_ns
            when_ns = max(clock.world_time_of(monotonic_ns), self.now_ns)
            timer = SimTimer(monotonic_ns, callback, args, self, context)
        tie = process.host.tie(when_ns) if process is not None else 0
        heappush(self.heap, (when_ns, tie, self.sequence(), timer))
        return timer

    def call_at(  # type: ignore[override]
        self, when: float, callback: Callable[..., object], *args: object, context: Context | None = None
    ) -> SimTimer:
        """Run the callback at a moment of `loop.time()`, as the caller's clock shows it."""
        process = PROCESS.get()
        monotonic_ns = round(when * BILLION)
        timer = SimTimer(monotonic_ns, callback, args, self, context)
        if process is None or process.host.clock.true:
            when_ns = monotonic_ns - BOOT_NS
        else:
            when_ns = process.host.clock.world_time_of(monotonic_ns)
        when_ns = max(when_ns, self.now_ns)
        tie = process.host.tie(when_ns) if process is not None else 0
        heappush(self.heap, (when_ns, tie, self.sequence(), timer))
        return timer

    def call_soon(
        self, callback: Callable[..., object], *args: object, context: Context | None = None
    ) -> events.Handle:
        """Run the callback in this instant, after what is already waiting."""
        # Made by hand: every step of every task comes through here, and `__init__` would be a call more.
        handle = _new_handle(SimHandle)
        handle._context = copy_context() if context is None else context
        handle._callback = callback
        handle._args = args
        handle._cancelled = False
        self._ready.append(handle)
        return handle  # type: ignore[no-any-return]

    call_soon_threadsafe = call_soon

    def arrive(self, when_ns: int, host: "SimHost", receiver: Receiver, payload: object) -> None:
        """Let something arrive at a host at a moment of the world's own clock."""
        tie = hash((when_ns, host.salt))  # house: of integers, equal everywhere
        heappush(self.heap, (when_ns, tie, self.sequence(), receiver, payload))

    def at(
        self, when_ns: int, host: "SimHost", callback: Callable[..., object], *args: object, context: Context
    ) -> None:
        """Run a callback at a moment of the world's own clock, whatever the host's clock shows."""
        tie = hash((when_ns, host.salt))  # house: of integers, equal everywhere
        heappush(self.heap, (when_ns, tie, self.sequence(), SimHandle(callback, args, self, context)))

    def timer_cancelled(self) -> None:
        """Take cancelled timers off the heap when they may be more than half of it, as asyncio does.

        Every entry has its place in one order, so what remains comes out as it would have. The count is of
        all that were cancelled since the last time, due or not: at worst there is little to be taken off.
        """
        self._cancelled += 1
        if self._cancelled > CANCELLED_MIN and self._cancelled * 2 > len(self.heap):
            self._cancelled = 0
            self.heap[:] = [
                entry for entry in self.heap if entry[3].__class__ is not SimTimer or not entry[3]._cancelled
            ]
            heapify(self.heap)

    def rekey(self, host: "SimHost") -> None:
        """The host's clocks changed their pace: its timers ring at other moments of the world now."""
        now_ns, clock = self.now_ns, host.clock

        def moved(entry: tuple[Any, ...]) -> tuple[Any, ...]:
            sequence, item = entry[2], entry[3]
            if item.__class__ is not SimTimer:
                return entry
            process = item._context.get(PROCESS)
            if process is None or process.host is not host:
                return entry
            when_ns = max(clock.world_time_of(item.monotonic_ns), now_ns)
            return (when_ns, host.tie(when_ns), sequence, item)

        self.heap[:] = [moved(entry) for entry in self.heap]
        heapify(self.heap)

    # -- tasks and futures

    def create_task(  # type: ignore[override]
        self,
        coro: Coroutine[Any, Any, Any],
        *,
        name: object = None,
        context: Context | None = None,
        **options: Any,
    ) -> asyncio.Task[Any]:
        """A task of the process whose code asks for it."""
        process = PROCESS.get() if context is None else context.get(PROCESS)
        if process is not None and process.task_factory is EAGER and EAGER is not None:
            options["eager_start"] = True
        elif process is not None and process.task_factory is not None:
            if context is not None:
                options["context"] = context
            made: SimTask = process.task_factory(self, coro, **options)
            made.process = process
            if name is not None:
                made.set_name(name)
            return made
        return SimTask(coro, loop=self, name=name, context=context, **options)

    def set_task_factory(self, factory: Any) -> None:
        """A process's own task factory, for its own tasks only."""
        process = PROCESS.get()
        assert process is not None
        process.task_factory = factory

    def get_task_factory(self) -> Any:
        """The factory that the asking process has set."""
        process = PROCESS.get()
        return process.task_factory if process is not None else None

    def set_exception_handler(self, handler: Any) -> None:
        """A process's own exception handler."""
        process = PROCESS.get()
        assert process is not None
        process.exception_handler = handler

    def get_exception_handler(self) -> Any:
        """The handler that the asking process has set."""
        process = PROCESS.get()
        return process.exception_handler if process is not None else None

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Tell the process's handler, or write to the process's standard error as asyncio does."""
        process = PROCESS.get()
        handler = process.exception_handler if process is not None else None
        if handler is None:
            self.default_exception_handler(context)
        else:
            handler(self, context)

    # -- the beat

    def _run_once(self) -> None:
        ready, heap = self._ready, self.heap
        append, popleft = ready.append, ready.popleft
        virtual_max = self._limits.virtual_ns
        events_seen = self.events
        while not self._stopping:  # type: ignore[attr-defined]
            if not ready:
                if not heap:
                    self.on_idle()
                item: Any = heappop(heap)
                when_ns = item[0]
                if len(item) != ARRIVAL:
                    item = item[3]
                    if item.__class__ is SimTimer and item._cancelled:
                        continue
                self.now_ns = when_ns
                if when_ns > virtual_max:
                    raise self._spent("virtual time", f"{virtual_max / BILLION:g} s", "virtual_ns")
                while heap and heap[0][0] == when_ns:
                    entry = heappop(heap)
                    append(entry if len(entry) == ARRIVAL else entry[3])
            else:
                item = popleft()
            events_seen += 1
            if events_seen >= self._look_up_at:
                self._look_up(events_seen)
            if self.gated and self._keeps_back(item):
                continue
            try:
                if item.__class__ is tuple:
                    receiver = item[3]
                    receiver.context.run(receiver.receive, item[4])
                elif not item._cancelled:
                    args = item._args
                    if len(args) == 1:
                        # A step of a task, nearly always: to spread the arguments would be half of the call.
                        item._context.run(item._callback, args[0])
                    else:
                        item._context.run(item._callback, *args)
            except BaseException as error:
                self._complain(item, error)
        self.events = events_seen

    def _complain(self, item: Any, error: BaseException) -> None:
        """A callback raised: asyncio tells the exception handler and goes on, and so do we."""
        context = item[3].context if item.__class__ is tuple else item._context
        if isinstance(error, KeyboardInterrupt | SimulationError):
            raise error
        if isinstance(error, SystemExit):
            self.on_exit(context.get(PROCESS), error)
            return
        called = item[3].receive if item.__class__ is tuple else item._callback
        name = getattr(called, "__qualname__", "a callback")
        context.run(self.call_exception_handler, {"message": f"Exception in {name}", "exception": error})

    def _look_up(self, events_seen: int) -> None:
        """Once in a while: is the budget spent, is it time to collect garbage, or to gather memory?"""
        self.events = events_seen
        if events_seen > self._limits.events:
            raise self._spent("events", f"{self._limits.events:,}", "events")
        if events_seen % COLLECT_EVERY == 0:
            gc.collect()
        if events_seen >= self._gather_at:
            self._gather_at *= 2
            gather()
        self._look_up_at = min(events_seen + LOOK_UP_EVERY, self._limits.events + 1)

    def _spent(self, what: str, limit: str, field: str) -> BudgetSpent:
        return BudgetSpent(
            f"the run used up its {what}: {limit}, and has not ended",
            remedy=f"end the trial's waiting loops, or raise Limits({field}=...) of the trial",
        )

    # -- the gate

    def _keeps_back(self, item: Any) -> bool:
        """Must this item wait, or is it for the dead? An item that may pass costs its host some work."""
        arrives = item.__class__ is tuple
        process = item[3].process if arrives else item._context.get(PROCESS)
        if process is None:
            return False
        host = process.host
        if process.alive and not (host.paused or host.held or host.busy_until_ns > self.now_ns):
            if arrives and (host.tolled or host.burdens):
                host.work(item[3].cost(item[4]), self.now_ns)
            return False
        if not process.alive:
            self._bury(item)
        else:
            host.held.append(item)
            if len(host.held) == 1 and not host.paused:
                self._wake_later(host)
        return True

    def _run_item(self, item: Any) -> None:
        """Run an item that was kept back."""
        try:
            if item.__class__ is tuple:
                receiver, payload = item[3:]
                receiver.process.host.work(receiver.cost(payload), self.now_ns)
                receiver.context.run(receiver.receive, payload)
            elif not item._cancelled:
                item._context.run(item._callback, *item._args)
        except BaseException as error:
            self._complain(item, error)

    def _bury(self, item: Any) -> None:
        """Something for a dead process: segments are answered by its kernel, the rest never runs."""
        if item.__class__ is tuple:
            item[3].process.host.bury(*item[3:])
        else:
            self.graveyard.append(item)

    def _wake_later(self, host: "SimHost") -> None:
        when_ns = max(host.busy_until_ns, self.now_ns)
        self.at(when_ns, host, self._wake, host, context=Context())

    def _wake(self, host: "SimHost") -> None:
        """Run what a busy or paused host has kept back, until it is busy again."""
        while host.held and not host.paused and not self._stopping:  # type: ignore[attr-defined]
            if host.busy_until_ns > self.now_ns:
                self._wake_later(host)
                return
            item = host.held.popleft()
            process = item[3].process if item.__class__ is tuple else item._context.get(PROCESS)
            if process is not None and not process.alive:
                self._bury(item)
            else:
                self._run_item(item)

    def resume(self, host: "SimHost") -> None:
        """A paused host goes on with what it kept."""
        if host.held:
            self._wake_later(host)

    # -- what a loop must have and a world has no use for

    def _process_events(self, event_list: object) -> None:
        """There is no selector."""

    def _write_to_self(self) -> None:
        """There is no other thread to be woken by."""

    def close(self) -> None:
        """Forget everything that is scheduled."""
        self.graveyard.append(list(self.heap))
        self.graveyard.append(list(self._ready))
        self.heap.clear()
        self._ready.clear()
        super().close()
