"""Progress on standard error: a bar on a terminal, a plain line every few seconds elsewhere."""

import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from rich.progress import TaskID

    from lydite.runner import Progress, Shrinking

EVERY_S = 5.0
"""How often a plain line is printed."""

WORDS_COLUMNS = 54
BAR_COLUMNS = 12
"""What numbers and bar want beside the name of what is swept."""


class ProgressBar:
    """Shows how far a sweep or a shrink is. A context manager; call `watch` with what is swept and how far it is."""

    def __init__(self) -> None:
        self._bar: _Bar | None = _Bar() if sys.stderr.isatty() else None
        self._said = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.clear()

    def clear(self) -> None:
        """Make room for what is printed; the next call of `watch` begins anew."""
        if self._bar is not None:
            self._bar.stop()

    def watch(self, what: str, progress: "Progress") -> None:
        """One more run is done, or the first ones are about to begin."""
        self.show(what, progress.done, progress.wanted, _words(progress))

    def of(self, what: str) -> "Callable[[Progress], None]":
        """A watcher for one thing."""
        return lambda progress: self.watch(what, progress)

    def watch_shrink(self, what: str, faults: int, progress: "Shrinking") -> None:
        """One more replay of a failure that had so many faults is done."""
        self.show(what, progress.replays, progress.wanted, shrinking_words(progress, faults))

    def of_shrink(self, what: str, faults: int) -> "Callable[[Shrinking], None]":
        """A watcher for the shrink of one failure."""
        return lambda progress: self.watch_shrink(what, faults, progress)

    def show(self, what: str, done: int, wanted: int, words: str) -> None:
        """So many of so many are done, in these words; of 0 nobody knows how many there are."""
        if self._bar is not None:
            self._bar.show(what, done, wanted, words)
            return
        now = time.monotonic()
        if now - self._said >= EVERY_S:
            self._said = now
            sys.stderr.write(f"{what}: {words}\n")
            sys.stderr.flush()


class _Bar:
    """Rich's bar, started when there is something to show."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        console = Console(stderr=True)
        # Room for the ^C that a terminal shows: a line that it wraps would not be taken away.
        console.width = max(40, console.width - 2)
        self._room = console.width - WORDS_COLUMNS - BAR_COLUMNS
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            TextColumn("{task.fields[words]}"),
            # It goes on while nothing else does: a run may take minutes.
            TimeElapsedColumn(),
            console=console,
            expand=True,
            transient=True,
            # Otherwise what is printed meanwhile goes where the bar goes, and is missing in a redirected output.
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._tasks: dict[str, TaskID] = {}

    def show(self, what: str, done: int, wanted: int, words: str) -> None:
        if not self._tasks:
            self._progress.start()
        if what not in self._tasks:
            self._tasks[what] = self._progress.add_task(shortened(what, self._room), words="")
        # As long as nobody knows how many runs there are, the bar runs to and fro.
        self._progress.update(
            self._tasks[what], total=wanted or None, completed=done, words=words, refresh=True
        )

    def stop(self) -> None:
        if self._tasks:
            self._progress.stop()
        for task in self._tasks.values():
            self._progress.remove_task(task)
        self._tasks.clear()


def shortened(what: str, room: int) -> str:
    """A name in so many columns, or in a few more where they are very few; its end tells most.

    >>> shortened("counter", 20), shortened("path/to/trials.py::two_buyers", 20)
    ('counter', '…ials.py::two_buyers')
    """
    room = max(12, room)
    return what if len(what) <= room else f"…{what[1 - room :]}"


def _words(progress: "Progress") -> str:
    if not progress.wanted:
        return "starting"
    failures = "no failure" if not progress.failed else f"{progress.failed:,} failed"
    return f"{progress.done:,}/{progress.wanted:,} runs, {progress.seeds_per_second:.0f} seeds/s, {failures}"


def shrinking_words(progress: "Shrinking", faults: int) -> str:
    """How far a shrink is: replays, what is left of the faults, and how many parts of the trial were left out."""
    left, parts = progress.best.size
    told = f"{progress.replays:,}/{progress.wanted:,} replays, {left:,} of {faults:,} faults left"
    return f"{told}, {-parts:,} parts less" if parts else told
