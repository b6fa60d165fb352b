"""One process under way: what it prints is kept, what it tells on its pipe is heard, and it can be ended cleanly."""

import contextlib
import json
import os
import selectors
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

GRACE_S: Final = 10.0
"""How long a process may take to end when it is asked to."""
OUTPUT_MAX: Final = 1 << 16
"""So much of what it printed is told, from its end."""
LINE_MAX: Final = 1 << 22
MARGIN: Final = 4
"""So far what it printed is moved to the right when it is told: it has so much less room than the terminal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What to start."""

    argv: tuple[str, ...]
    pipe: str = ""
    """The environment variable that names the pipe on which it tells of itself; empty if it does not."""


class Process:
    """A process in a group of its own, so that nothing which it has started outlives it."""

    def __init__(self, command: Command, folder: str) -> None:
        self._output = tempfile.TemporaryFile()  # noqa: SIM115 -- it lives as long as the process does
        self._reading, writing = os.pipe()
        os.set_blocking(self._reading, False)
        self._pending = b""
        self._hung_up = False
        variables = {command.pipe: str(writing)} if command.pipe else {}
        variables["COLUMNS"] = str(shutil.get_terminal_size().columns - MARGIN)
        try:
            self._process = subprocess.Popen(
                command.argv,
                cwd=folder,
                env={**os.environ, **variables},
                stdin=subprocess.DEVNULL,
                stdout=self._output,
                stderr=subprocess.STDOUT,
                pass_fds=(writing,),
                start_new_session=True,
            )
        finally:
            os.close(writing)

    def wait(self, seconds: float) -> None:
        """Until it tells something, or has ended, or the time is over."""
        if self._hung_up:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(seconds)
            return
        with selectors.DefaultSelector() as selector:
            selector.register(self._reading, selectors.EVENT_READ)
            selector.select(seconds)

    def told(self) -> Iterator[Mapping[str, Any]]:
        """What it has told since the last time."""
        while True:
            try:
                octets = os.read(self._reading, 1 << 16)
            except BlockingIOError:
                return
            if not octets:
                self._hung_up = True
                return
            *lines, self._pending = (self._pending + octets).split(b"\n")
            self._pending = self._pending[-LINE_MAX:]
            for line in lines:
                with contextlib.suppress(ValueError):
                    message = json.loads(line)
                    if isinstance(message, dict):
                        yield message

    @property
    def status(self) -> int | None:
        """Its exit status; None while it is under way."""
        return self._process.poll()

    @property
    def output(self) -> Sequence[str]:
        """The last lines that it printed."""
        size = self._output.seek(0, os.SEEK_END)
        self._output.seek(max(0, size - OUTPUT_MAX))
        return self._output.read().decode(errors="replace").splitlines()

    def end(self) -> None:
        """Ask it to end as by Ctrl-C, so that it takes down what it brought up; then see to it."""
        until_s = time.monotonic() + GRACE_S
        try:
            if self.status is None:
                with contextlib.suppress(ProcessLookupError):
                    self._process.send_signal(signal.SIGINT)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._process.wait(max(0.0, until_s - time.monotonic()))
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            os.close(self._reading)
            self._output.close()
