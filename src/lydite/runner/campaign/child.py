"""A child: a process that carries out a phase and tells how it goes, line by line, on a pipe of its own.

What it prints goes to a log, and what the processes print that it starts, to a folder beside it, if they know of
that. It leads a process group, so that nothing which it has started outlives it. When its time is over, or Ctrl-C
comes, it is first asked to end, as by Ctrl-C, so that it can take down what it brought up. Where this process here
was killed, its warden does the same.
"""

import contextlib
import json
import logging
import os
import selectors
import shlex
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from lydite.logs import PROCESSES, component_named
from lydite.runner.campaign.logged import logger_of
from lydite.runner.campaign.parent import PIPE
from lydite.runner.campaign.warden import guarded

PROCESS_LOGS: Final = "LYDITE_PROCESS_LOGS"
"""The environment variable with the folder in which whoever starts processes leaves what they print; it may be
missing."""

GRACE_S: Final = 30.0
"""How long a child may take to end when it is asked to."""

LOOK_S: Final = 0.5
"""How often it is looked whether a child has ended whose pipe somebody else holds open."""

TAIL_LETTERS: Final = 2_000


class Child:
    """One process. Walk over it for what it tells; then `status` and `late` tell how it ended."""

    def __init__(
        self,
        argv: Sequence[str],
        *,
        log: Path,
        seconds: float | None,
        variables: Mapping[str, str],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.log = log
        self.status: int | None = None
        """Its exit status; negative where a signal has ended it."""
        self.late = False
        """Was it ended because its time was over?"""
        self._component = logger_of("child", log.stem)
        self._argv = tuple(argv)
        self._seconds = seconds
        self._variables = variables
        self._clock = clock
        """By which its time is measured; its grace is measured by a real one."""

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        """What it tells, as it comes; it is over when this is, whatever happens meanwhile."""
        reading, writing = os.pipe()
        try:
            with self.log.open("wb") as log:
                process = subprocess.Popen(
                    self._argv,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    env={
                        **os.environ,
                        **self._variables,
                        PROCESS_LOGS: str(self._emptied()),
                        PIPE: str(writing),
                    },
                    pass_fds=(writing,),
                    start_new_session=True,
                )
        finally:
            os.close(writing)
        begun = time.monotonic()
        self._component.info("process %d is started: %s", process.pid, shlex.join(self._argv))
        try:
            with guarded(process.pid):
                yield from self._heard_out(process, reading)
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            self.status = process.wait()
            os.close(reading)
            self._log_end(process.pid, time.monotonic() - begun)

    def _log_end(self, pid: int, seconds: float) -> None:
        level = logging.WARNING if self.late or self.status else logging.INFO
        why = ", as its time was over" if self.late else ""
        told = "process %d has ended with status %d after %.1f s%s"
        self._component.log(level, told, pid, self.status, seconds, why)

    def _emptied(self) -> Path:
        """The folder for what its processes print, without what an earlier campaign has left there."""
        folder = self.log.absolute().parent / PROCESSES / self.log.stem
        with contextlib.suppress(OSError):
            for path in folder.glob("*.log"):
                path.unlink()
        return folder

    @property
    def remedy(self) -> str:
        """What may help where it did not end by itself; nothing where it did."""
        if self.late:
            return f"give its phase more `seconds`, or see what took so long: {self._logs}"
        if self.status is not None and self.status < 0:
            return f"the machine may have run out of memory, or somebody has stopped it; see {self._logs}"
        return ""

    @property
    def _logs(self) -> str:
        """The command that shows what it did."""
        name = component_named(self.log.stem)
        return shlex.join(["lydite", "logs", str(self.log.parent), "--component", name])

    @property
    def tail(self) -> str:
        """The last of what it printed."""
        return self.log.read_text(errors="replace")[-TAIL_LETTERS:].strip()

    def _heard_out(self, process: "subprocess.Popen[bytes]", reading: int) -> Iterator[Mapping[str, Any]]:
        """What it tells until it ends, or must end because nobody wants to hear it any more."""
        try:
            yield from self._told(process, reading)
        except KeyboardInterrupt:
            yield from self._asked_to_end(process, reading)
            raise
        except GeneratorExit:
            # Whoever listened has gone: it may still take down what it brought up.
            for _ in self._asked_to_end(process, reading):
                continue
            raise

    def _told(self, process: "subprocess.Popen[bytes]", reading: int) -> Iterator[Mapping[str, Any]]:
        until_s = None if self._seconds is None else self._clock() + self._seconds
        yield from _lines(process, reading, until_s, self._clock)
        if until_s is not None and self._clock() >= until_s and process.poll() is None:
            self.late = True
            yield from self._asked_to_end(process, reading)

    @staticmethod
    def _asked_to_end(process: "subprocess.Popen[bytes]", reading: int) -> Iterator[Mapping[str, Any]]:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGINT)
        yield from _lines(process, reading, time.monotonic() + GRACE_S, time.monotonic)


def _lines(
    process: "subprocess.Popen[bytes]", reading: int, until_s: float | None, clock: Callable[[], float]
) -> Iterator[Mapping[str, Any]]:
    """What it tells, until it has ended or the time is over."""
    pending = b""
    with selectors.DefaultSelector() as selector:
        selector.register(reading, selectors.EVENT_READ)
        while until_s is None or clock() < until_s:
            ended = process.poll() is not None
            wait_s = LOOK_S if until_s is None else min(LOOK_S, max(0.0, until_s - clock()))
            if not selector.select(0 if ended else wait_s):
                if ended:
                    return
                continue
            octets = os.read(reading, 1 << 16)
            if not octets:
                # It has closed its pipe, which it does by ending.
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(None if until_s is None else max(0.0, until_s - clock()))
                return
            *lines, pending = (pending + octets).split(b"\n")
            for line in lines:
                yield json.loads(line)
