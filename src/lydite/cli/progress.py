"""Progress on standard error: a bar on a terminal, a plain line every few seconds elsewhere."""

import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from lydite.runner import Progress

EVERY_S = 5.0
"""How often a plain line is printed."""


class ProgressBar:
    """Shows how far a sweep is. A context manager; call `watch` with what is swept and how far it is."""

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
        if self._bar is not None:
            self._bar.stop()

    def watch(self, what: str, progress: "Progress") -> None:
        """One more run is done."""
        if self._bar is not None:
            self._bar.show(what, progress)
            return
        now = time.monotonic()
        if now - self._said >= EVERY_S:
            self._said = now
            sys.stderr.write(f"{what}: {_words(progress)}\n")
            sys.stderr.flush()

    def of(self, what: str) -> "Callable[[Progress], None]":
        """A watcher for one thing."""
        return lambda progress: self.watch(what, progress)


class _Bar:
    """Rich's bar, started when there is something to show."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[words]}"),
            console=Console(stderr=True),
            transient=True,
        )
        self._tasks: dict[str, object] = {}

    def show(self, what: str, progress: "Progress") -> None:
        if not self._tasks:
            self._progress.start()
        if what not in self._tasks:
            self._tasks[what] = self._progress.add_task(what, total=progress.wanted, words="")
        task = self._tasks[what]
        self._progress.update(task, completed=progress.done, words=_words(progress))  # type: ignore[arg-type]

    def stop(self) -> None:
        if self._tasks:
            self._progress.stop()


def _words(progress: "Progress") -> str:
    failures = "no failure" if not progress.failed else f"{progress.failed:,} failed"
    return f"{progress.done:,}/{progress.wanted:,} seeds, {progress.seeds_per_second:.0f}/s, {failures}"
