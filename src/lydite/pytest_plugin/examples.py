"""The example that a failed trial is told by: one run, the file that repeats it, and how small it has become."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from lydite.runner import Budget, Ended, Failure, ForkedEngine, Run, Shrunk, kind_of, shrink, write_failure

SHRINK_SECONDS: Final = 20.0
"""How long a test may take at most to shrink what it has found."""

SHRINK_CPU_NS_MAX: Final = 2_000_000_000
"""What takes longer than this is left for `lydite shrink`."""

FAILURE: Final = ".failure.json"
SHRUNK: Final = f".shrunk{FAILURE}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A run that failed."""

    run: Run
    failure: Failure
    file: Path
    found: str
    """In a few words by what it was found."""
    shrunk: Shrunk | None = None

    @property
    def unsteady(self) -> bool:
        """Did it not come out equal when it was run again?"""
        done = self.shrunk
        if done is None or done.ended is Ended.INTERRUPTED:
            return False
        return not (done.reproduced and done.steady)


def shrunk(example: Example, engine: ForkedEngine) -> Example:
    """The smallest run that fails by the same check, kept in a file beside the first one; or the example as it is."""
    result = example.run.result
    can_be_less = bool(example.run.schedule or example.run.asked)
    # Of a run that was stopped from outside there is no digest; each replay would have to be stopped as well.
    is_soon_done = result.digest != "" and result.cpu_ns <= SHRINK_CPU_NS_MAX
    is_done = example.file.name.endswith(SHRUNK)
    another = kind_of(example.run) != example.failure.kind
    if is_done or another or not can_be_less or not is_soon_done:
        return example
    done = shrink(example.failure, engine, budget=Budget(seconds=SHRINK_SECONDS))
    if done.ended is Ended.INTERRUPTED:
        raise KeyboardInterrupt
    if done.after is None:
        return replace(example, shrunk=done)
    name = example.file.name.removesuffix(FAILURE) + SHRUNK
    file = write_failure(done.after, example.file.parent, name=name)
    return replace(example, run=done.run, failure=done.after, file=file, shrunk=done)
