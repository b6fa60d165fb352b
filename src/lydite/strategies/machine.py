"""A state machine of Hypothesis that drives a world.

The rules are the user's, as in any `RuleBasedStateMachine`; what they do is done by the steps of a script, in a
simulated world of its own for each example. Hypothesis looks for the shortest story that fails and shrinks it as it
would any other: fewer steps, smaller arguments, a smaller seed::

    class Ledgers(WorldMachine):
        script = Ledger

        @rule(amount=st.integers(1, 100))
        def pay(self, amount):
            self.do("pay", amount=amount)

        @rule(fault=troubles(HOSTS))
        def break_something(self, fault):
            self.bend(fault)

    TestLedgers = Ledgers.TestCase

An example fails when a step raises, when an assertion of the machine is false, or when the run that it was is found
VIOLATED at its end by `always`, `eventually` or a check of the script.
"""

import atexit
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize

from lydite.harness import Script
from lydite.model import Fault, Plain, Verdict
from lydite.runner import Run, Session, Stage, told_of

SEEDS_MAX = 2**16

_STAGES: dict[object, Stage] = {}
"""One nursery for each script, kept until this process ends: an example must not cost an interpreter."""


class WorldMachine(RuleBasedStateMachine):
    """The base of a machine: opens a world before the first rule, and has it judged after the last one."""

    script: ClassVar[type[Script] | str]
    """The script, or its target (`path/to/file.py::Script`)."""

    def __init__(self) -> None:
        super().__init__()
        self._session: Session | None = None

    @initialize(seed=st.integers(0, SEEDS_MAX))
    def open_world(self, seed: int) -> None:
        """Begin, with a seed that Hypothesis chooses."""
        self._session = _stage(type(self).script).open(seed=seed)

    @property
    def session(self) -> Session:
        """The world as it is now."""
        assert self._session is not None, "the world is opened by a rule of its own, before all others"
        return self._session

    def do(self, step: str, **args: Plain) -> Plain:
        """Let the script carry out one step; what it answers."""
        return self.session.do(step, **args)

    def bend(self, fault: Fault) -> None:
        """Begin what a fault does, whenever it was to begin; `mend` ends it."""
        self.do("bend", kind=fault.kind, args=fault.args)

    def mend(self) -> None:
        """End everything that was bent."""
        self.do("heal")

    def wait(self, duration_ns: int) -> None:
        """Let the world run on."""
        self.do("wait", duration_ns=duration_ns)

    def teardown(self) -> None:
        """No more rules: the script ends, and the run is judged."""
        if self._session is not None:
            run = self._session.end()
            assert run.result.verdict is not Verdict.VIOLATED, _story(run)
            assert run.result.ending is None, _story(run)


def _story(run: Run) -> str:
    return f"{told_of(run)} (seed {run.result.seed}, digest {run.result.digest[:16]})"


def _stage(script: type[Script] | str) -> Stage:
    if script not in _STAGES:
        if not _STAGES:
            atexit.register(_close)
        _STAGES[script] = Stage(script)
    return _STAGES[script]


def _close() -> None:
    while _STAGES:
        _STAGES.popitem()[1].close()
