"""The tree of errors that Lydite raises on purpose.

    LyditeError
    ├── InputError             what a person gave cannot be used (exit code 2)
    │   ├── TargetNotFound     no such subject, trial, file or program
    │   ├── ScheduleRefused    a fault that this world cannot perform
    │   ├── MutantDoesNotFit   the text that a mutant replaces is not there
    │   └── Skipped            a test that says of itself that it cannot be run here
    ├── RecordError            bytes that claim to be ours and are not usable (exit code 2)
    │   ├── CorruptRecord      damaged or truncated
    │   └── OtherVersion       written by a version that this one does not read
    └── SimulationError        the program under test left the simulated world (exit code 4)
        ├── Refused            it did what a world cannot reproduce (thread, subprocess, real sleep)
        ├── Blocked            it kept the processor and gave nothing back
        ├── ProgramEnded       a program ended before it was ready
        ├── Deadlock           everything waits and nothing will ever happen
        └── BudgetSpent        it never ended: virtual time or events ran out

Each message says what was expected, what was found, where, and what to try. The parts are
attributes too, so that a report can lay them out.
"""

from functools import partial


class LyditeError(Exception):
    """Anything Lydite raises on purpose: a sentence of what is wrong, where, and what to try."""

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        super().__init__(what, where, remedy)
        self.what = what
        self.where = where
        self.remedy = remedy

    def __reduce__(self) -> tuple[partial["LyditeError"], tuple[str]]:
        # Exceptions are rebuilt from `args` by position, which does not fit parts given by name.
        return partial(type(self), where=self.where, remedy=self.remedy), (self.what,)

    def __str__(self) -> str:
        place = f" ({self.where})" if self.where else ""
        advice = f"; {self.remedy}" if self.remedy else ""
        return f"{self.what}{place}{advice}"


class InputError(LyditeError):
    """What a person gave cannot be used."""


class TargetNotFound(InputError):
    """There is no such subject, trial, file or program."""


class ScheduleRefused(InputError):
    """The schedule holds a fault that this world cannot perform."""


class MutantDoesNotFit(InputError):
    """The text that a mutant replaces is not in the program, or is there more than once."""


class Skipped(InputError):
    """A test says of itself that it cannot be run here: what it needs is not there."""


class RecordError(LyditeError):
    """Bytes that claim to be a trace or a failure file cannot be used."""


class CorruptRecord(RecordError):
    """The bytes are damaged or cut short."""


class OtherVersion(RecordError):
    """The bytes were written in a format that this version does not read."""


class SimulationError(LyditeError):
    """The program under test did what a simulated world cannot carry out."""


class Refused(SimulationError):
    """It did what no world can reproduce: started a thread or a process, or slept for real."""


class Blocked(SimulationError):
    """It kept the processor for longer than a run may and gave nothing back to the loop."""


class ProgramEnded(SimulationError):
    """A program ended before it listened on the port that the trial waits for, or its host stayed down."""


class Deadlock(SimulationError):
    """Everything waits, no timer is set, and nothing will ever happen."""


class BudgetSpent(SimulationError):
    """It never ended: the budget of virtual time or of events ran out."""
