"""The watchdog: a real alarm for a program that keeps the processor and never comes back to the loop.

It looks at steps and not at the time of the whole run: a run may take as long as a busy machine makes it.
"""

import signal
import threading
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Final, Self

from lydite.model import Blocked
from lydite.sim.loop import SimLoop
from lydite.sim.patches import real
from lydite.sim.programs.culprit import culprit
from lydite.sim.programs.lifecycle import Vanished

if TYPE_CHECKING:
    from lydite.sim.world import SimWorld


LOOKS: Final = 2
"""How often it must find the same step before it barks. That many intervals are `blocked_ns`."""

BEAT: Final = SimLoop._run_once.__code__


class Watchdog:
    """While it is entered, one step of a program may take `blocked_ns` of real time, and no more.

    It needs the main thread and the interval timer of the interpreter; elsewhere it does nothing.
    """

    def __init__(self, world: "SimWorld") -> None:
        self._world = world
        self._seen = -1
        self._again = 0
        """How often the same step was found again."""
        self._before: object = None
        self._watching = threading.current_thread() is threading.main_thread()

    def __enter__(self) -> Self:
        if self._watching:
            interval = self._world.limits.blocked_ns / (LOOKS * 1e9)
            self._before = real.signal(signal.SIGALRM, self._look)
            real.setitimer(signal.ITIMER_REAL, interval, interval)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._watching:
            real.setitimer(signal.ITIMER_REAL, 0)
            real.signal(signal.SIGALRM, self._before)  # type: ignore[arg-type]

    def _look(self, _number: int, frame: FrameType | None) -> None:
        events = self._events(frame)
        self._again = self._again + 1 if events == self._seen else 0
        self._seen = events
        if self._again < LOOKS:
            return
        process = self._world.loop.process()
        who = "the trial" if process is self._world.tester else f"{process.program} on {process.host.name}"
        self._world.fail(
            Blocked(
                f"{who}: one step has kept the processor for {self._world.limits.blocked_ns / 1e9:g} s",
                where=culprit(frame),
                remedy="await something in long loops, or raise Limits(blocked_ns=...) of the trial",
            )
        )
        raise Vanished

    def _events(self, frame: FrameType | None) -> int:
        """How many events there were. While the loop beats it counts in a variable of its own, to be fast."""
        while frame is not None:
            if frame.f_code is BEAT:
                return int(frame.f_locals.get("events_seen", self._world.loop.events))
            frame = frame.f_back
        return self._world.loop.events
