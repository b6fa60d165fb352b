"""A session: a script in a world of its own, told its steps one by one from this process.

A `Stage` holds a script's target in a warm nursery; each session on it is a fresh process, forked in milliseconds::

    with Stage("ledger_script.py::Ledger") as stage:
        session = stage.open(seed=7)
        assert session.do("pay", amount=3)
        run = session.end()
"""

import inspect
import select
from pathlib import Path
from types import TracebackType
from typing import Self

from lydite.harness import Script
from lydite.model import Ending, Facts, InputError, LyditeError, Plain, Schedule, Verdict, plain
from lydite.runner.documents import error_from_plain
from lydite.runner.engines.keeper import Habitat, Keeper
from lydite.runner.orders import Opening, Order, Run, broken_run
from lydite.runner.wire import Message

STEP_S = 60.0
"""How much real time a step may take."""


class StepFailed(AssertionError):
    """A step raised an exception in the world."""


class Stage:
    """A script, warm and ready to be opened with any seed."""

    def __init__(self, script: type[Script] | str, *, step_s: float = STEP_S) -> None:
        self._opening = Opening(target=script if isinstance(script, str) else _target_of(script))
        self._habitat = Habitat()
        self._step_s = step_s
        self._session: Session | None = None
        self._closed = False
        self._warm_up()

    def open(self, *, seed: int = 0, schedule: Schedule | None = None) -> "Session":
        """A new world with that seed; the one before it is over."""
        if self._closed:
            raise InputError("this stage is closed", remedy="open its sessions within its `with`")
        if self._session is not None:
            self._session.end()
        if self._keeper.dead:
            # A step that never ended took the nursery with it.
            self._warm_up()
        order = Order(
            number=0, label=self._listed.label, seed=seed, schedule=schedule or Schedule(), verbose=True
        )
        self._session = Session(self._keeper, order, self._step_s)
        return self._session

    def close(self) -> None:
        """End the nursery."""
        self._closed = True
        self._keeper.kill()

    def _warm_up(self) -> None:
        self._keeper = Keeper(self._opening, self._habitat)
        try:
            (self._listed,) = self._keeper.wait_until_open().trials
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class Session:
    """One world, from its beginning to its end."""

    def __init__(self, keeper: Keeper, order: Order, step_s: float) -> None:
        self._keeper = keeper
        self._order = order
        self._step_s = step_s
        self.run: Run | None = None
        """What came of it, once it is over."""
        self.now_ns = 0
        """The world's clock after the last step."""
        keeper.say({"do": "talk", "order": order.as_plain()})
        self._take(self._hear())
        if self.run is not None:
            raise StepFailed(f"the run ended before its first step: {told_of(self.run)}")

    def do(self, step: str, **args: Plain) -> Plain:
        """Let the script carry out a step; what it answers."""
        if self.run is not None:
            raise InputError("this session is over", remedy="open another one")
        self._keeper.say({"do": "step", "step": step, "args": plain(args, step)})
        answer = self._take(self._hear())
        if self.run is not None:
            raise StepFailed(f"the run ended during {step}: {told_of(self.run)}")
        return answer

    def end(self) -> Run:
        """No more steps: let the script end, and have the run judged."""
        if self.run is None:
            self._keeper.say({"do": "end"})
            self._take(self._hear())
        assert self.run is not None
        return self.run

    def _hear(self) -> Message:
        ready, _, _ = select.select([self._keeper], [], [], self._step_s)
        message = self._keeper.hear() if ready else None
        if message is not None:
            return message
        self._keeper.kill()
        what = f"took longer than {self._step_s:g} s of real time" if not ready else "ended without a word"
        ending = Ending(error="TimedOut" if not ready else "Vanished", message=f"a step {what}")
        self.run = broken_run(self._order, ending, self._order.schedule)
        raise StepFailed(ending.message)

    def _take(self, message: Message) -> Plain:
        if "answer" in message:
            self.now_ns = message["at_ns"]
            answer: Plain = message["answer"]
            return answer
        if "misspoken" in message:
            raise _as_error(message["misspoken"])
        if "failed" in message:
            raise StepFailed(f"{message['failed']} ({message['where']}: {message['line']})")
        if "broken" in message:
            self.run = broken_run(self._order, Ending(**message["broken"]), self._order.schedule)
        else:
            self.run = Run.from_plain(message["ran"], self._order)
        return None


def told_of(run: Run) -> str:
    """In one line what failed in a run; nothing where nothing did."""
    result = run.result
    found = [
        f"{finding.check}: {finding.message}"
        for finding in result.findings
        if finding.verdict is Verdict.VIOLATED
    ]
    if result.ending is not None:
        found.append(f"{result.ending.error}: {result.ending.message}")
    return "; ".join(found)


def _as_error(told: Facts) -> LyditeError:
    return error_from_plain(dict(told))


def _target_of(script: type[Script]) -> str:
    return f"{Path(inspect.getfile(script)).resolve()}::{script.__qualname__}"
