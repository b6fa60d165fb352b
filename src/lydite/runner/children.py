"""The children of a nursery: a process forked for each run, watched until it has answered or died.

A child answers over a pipe and leaves with `os._exit`, so that no exit handler of the parent runs twice. One
that stays silent for too long prints where it is and is killed; one that dies (a crash in C, no memory) is
told as an ending, with the stack that the fault handler left.

Several live at once, and none can tell: each finds the same descriptors open, its pipe and the file for its stack at
their places among them.
"""

import faulthandler
import os
import re
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import BinaryIO, Final, TypeAlias

from lydite.checks import described, place_of
from lydite.model import Ending
from lydite.runner.documents import ending_as_plain
from lydite.runner.wire import Message, decode, encode, frames, send

GRACE_S = 5.0
"""How long after its time a child may still take to print its stack."""

_TIMEOUT = b"Timeout ("

_FRAME = re.compile(r'File "(?P<file>[^"]+)", line (?P<line>\d+)')


Announce: TypeAlias = Callable[[Message], None]
"""Say something before the end, so that it is known even if the end never comes."""

Work: TypeAlias = Callable[[Announce], Message]
"""What a child does: returns its answer."""

ANSWER: Final = bytes(4)
"""An empty message: what a child says next is its answer, which goes on as it is."""


@dataclass(slots=True, kw_only=True)
class Child:
    """One process, as its parent sees it."""

    ticket: int
    """By which the runner knows what it does."""
    pid: int
    pipe: int
    stack: BinaryIO
    timeout_s: float
    until_s: float
    """When it is killed, on the steady clock."""
    heard: bytearray = field(default_factory=bytearray)
    overdue: bool = False

    def fileno(self) -> int:
        """Its pipe: readable when it has said something or has left."""
        return self.pipe


class Children:
    """Forks a child for each run and brings back what they say, framed as it came."""

    def __init__(self, stack: BinaryIO, *, not_theirs: Sequence[int], clear: Callable[[int], None]) -> None:
        self._own_stack = stack
        self._clear = clear
        """Takes away what a process has left behind."""
        self._not_theirs = tuple(not_theirs)
        """Descriptors of the parent: who waits for its end shall not wait for theirs."""
        self._desk = os.open(os.devnull, os.O_WRONLY)
        """Where a child finds its pipe: a place that is taken before there is any child."""
        self._spare_stacks: list[BinaryIO] = []
        self._alive: list[Child] = []

    @property
    def alive(self) -> Sequence[Child]:
        """Those who have not answered yet."""
        return self._alive

    @property
    def patience_s(self) -> float | None:
        """For how long nobody needs to be looked after, as long as nobody says anything; None: for ever."""
        if not self._alive:
            return None
        return max(0.0, min(child.until_s for child in self._alive) - time.monotonic())

    def start(self, ticket: int, work: Work, *, timeout_s: float) -> None:
        """Let a child do the work."""
        stack = self._spare_stacks.pop() if self._spare_stacks else new_stack()
        stack.seek(0)
        stack.truncate()
        sys.stdout.flush()
        sys.stderr.flush()
        ours, theirs = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(ours)
            self._live(work, theirs, stack, timeout_s)
        os.close(theirs)
        until_s = time.monotonic() + timeout_s + GRACE_S
        self._alive.append(
            Child(ticket=ticket, pid=pid, pipe=ours, stack=stack, timeout_s=timeout_s, until_s=until_s)
        )

    def listen(self, ready: Iterable[object]) -> list[tuple[int, bytes]]:
        """The framed answers of those who are done, or an ending in their place, each with its ticket.

        What a child announced before stands beside an ending.
        """
        done = []
        for child in [child for child in self._alive if child in ready]:
            part = os.read(child.pipe, 1 << 20)
            child.heard += part
            if not part:
                done.append((child.ticket, self._buried(child)))
        now_s = time.monotonic()
        for child in [child for child in self._alive if child.until_s <= now_s]:
            os.kill(child.pid, signal.SIGKILL)
            child.overdue = True
            done.append((child.ticket, self._buried(child)))
        return done

    def end(self) -> None:
        """Nobody waits for them any more."""
        for child in list(self._alive):
            with suppress(ProcessLookupError):
                os.kill(child.pid, signal.SIGKILL)
            self._buried(child)

    def lend(self, work: Work, answers: int) -> None:
        """Let a child use this process's own pipes until it is done; what it returns is its last answer."""
        sys.stdout.flush()
        sys.stderr.flush()
        child = os.fork()
        if child == 0:
            try:
                send(answers, encode(_tried(work, lambda message: None)))
            finally:
                os._exit(0)
        _, status = os.waitpid(child, 0)
        if status:
            ending = _obituary(status, self._own_stack, timeout_s=0.0, overdue=False)
            send(answers, encode({"broken": ending_as_plain(ending)}))

    def _live(self, work: Work, answers: int, stack: BinaryIO, timeout_s: float) -> None:
        """The child's whole life."""
        try:
            self._settle(answers, stack)
            # Where pytest has collected the target, it has pointed the handler elsewhere.
            faulthandler.enable(file=self._own_stack)
            faulthandler.dump_traceback_later(timeout_s, exit=True, file=self._own_stack)
            answer = _tried(work, lambda message: send(self._desk, encode(message)))
            # What it has announced is told beside what has broken it.
            send(self._desk, (b"" if "broken" in answer else ANSWER) + encode(answer))
        finally:
            os._exit(0)

    def _settle(self, answers: int, stack: BinaryIO) -> None:
        """Put what is this child's own where every child has it, and let go of what is its siblings'."""
        os.dup2(answers, self._desk, inheritable=False)
        os.dup2(stack.fileno(), self._own_stack.fileno(), inheritable=False)
        for descriptor in (answers, *self._not_theirs, *(child.pipe for child in self._alive)):
            os.close(descriptor)
        stack.close()
        for file in (*self._spare_stacks, *(child.stack for child in self._alive)):
            file.close()

    def _buried(self, child: Child) -> bytes:
        """What is told of a child that has ended."""
        self._alive.remove(child)
        os.close(child.pipe)
        _, status = os.waitpid(child.pid, 0)
        self._clear(child.pid)
        self._spare_stacks.append(child.stack)
        said = frames(bytes(child.heard))
        if said[-2:-1] == [ANSWER]:
            return said[-1]
        ending = _obituary(status, child.stack, timeout_s=child.timeout_s, overdue=child.overdue)
        told: Message = {"broken": ending_as_plain(ending)}
        for each in said:
            told = {**told, **decode(each)}
        return encode(told)


def new_stack() -> BinaryIO:
    """A file for a stack. It is read after another process has written it, so nothing may be kept of it here."""
    return tempfile.TemporaryFile(prefix="lydite-stack-", buffering=0)


def _obituary(status: int, file: BinaryIO, *, timeout_s: float, overdue: bool) -> Ending:
    file.seek(0)
    printed = file.read()
    stack = printed.decode("utf-8", "replace")
    code = os.waitstatus_to_exitcode(status)
    if overdue or printed.startswith(_TIMEOUT):
        return Ending(
            error="TimedOut",
            message=f"the run took longer than {timeout_s:g} s of real time and was stopped",
            where=_where(stack),
            remedy="look there for a loop that never ends, or give it longer with --timeout",
            traceback=stack,
        )
    if code < 0:
        killer = signal.Signals(-code)
        return Ending(
            error="Killed",
            message=f"the process of the run was killed by {killer.name}",
            where=_where(stack),
            remedy=_REMEDIES.get(killer, "a part written in C has crashed; the stack says where"),
            traceback=stack,
        )
    return Ending(
        error="Vanished",
        message=f"the process of the run ended with status {code} and said nothing",
        remedy="look for a call of os._exit",
        traceback=stack,
    )


_REMEDIES = {
    signal.SIGKILL: "the machine may have run out of memory; use fewer workers, or smaller worlds",
    signal.SIGTERM: "somebody has stopped it",
}


def _tried(work: Work, announce: Announce) -> Message:
    """What the work says. What it raises is our own mistake, and is told instead of lost."""
    try:
        return work(announce)
    except BaseException as error:
        ending = Ending(
            error=type(error).__name__,
            message=f"the run failed in Lydite itself: {described(error)}",
            where=str(place_of(error)),
            remedy="report it, with the trial and the seed",
            traceback="".join(traceback.format_exception(error)),
        )
        return {"broken": ending_as_plain(ending)}


def _where(stack: str) -> str:
    """The innermost line of a stack that is not of the platform or of an installed library."""
    frames = [(found["file"], found["line"]) for found in _FRAME.finditer(stack)]
    own = [frame for frame in frames if "/lydite/" not in frame[0] and "/lib/python" not in frame[0]]
    chosen = (own or frames)[:1]
    return ":".join(chosen[0]) if chosen else ""
