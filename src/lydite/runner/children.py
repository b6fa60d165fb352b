"""The children of a nursery: a process forked for one run, watched until it has answered or died.

A child answers over a pipe and leaves with `os._exit`, so that no exit handler of the parent runs twice. One
that stays silent for too long prints where it is and is killed; one that dies (a crash in C, no memory) is
told as an ending, with the stack that the fault handler left.
"""

import faulthandler
import os
import re
import select
import signal
import sys
import traceback
from collections.abc import Callable
from typing import BinaryIO, TypeAlias

from lydite.checks import described, place_of
from lydite.model import Ending
from lydite.runner.documents import ending_as_plain
from lydite.runner.wire import Message, decode, encode, send

GRACE_S = 5.0
"""How long after its time a child may still take to print its stack."""

_TIMEOUT = b"Timeout ("

_FRAME = re.compile(r'File "(?P<file>[^"]+)", line (?P<line>\d+)')


Announce: TypeAlias = Callable[[Message], None]
"""Say something before the end, so that it is known even if the end never comes."""

Work: TypeAlias = Callable[[Announce], Message]
"""What a child does: returns its answer."""

ANSWERS = frozenset({"ran", "refused", "broken"})


class HungUp(Exception):
    """The runner is gone: nobody waits for this run any more."""


class Children:
    """Forks one child at a time and brings back what it says, framed as it came."""

    def __init__(self, *, requests: int, stack: BinaryIO) -> None:
        self._requests = requests
        self._stack = stack
        self._overdue = False

    def run(self, work: Work, *, timeout_s: float) -> bytes:
        """The framed answer of a child that does the work, or an ending in its place.

        What the child announced before stands beside either.
        """
        self._overdue = False
        os.ftruncate(self._stack.fileno(), 0)
        self._stack.seek(0)
        sys.stdout.flush()
        sys.stderr.flush()
        ours, theirs = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(ours)
            self._live(work, theirs, timeout_s)
        os.close(theirs)
        try:
            framed = self._listen(ours, child, timeout_s + GRACE_S)
        finally:
            os.close(ours)
        _, status = os.waitpid(child, 0)
        said = decode(framed)
        if said and ANSWERS & said[-1].keys():
            return encode({**said[0], **said[-1]})
        broken = {"broken": ending_as_plain(self._obituary(status, timeout_s))}
        return encode({**said[0], **broken} if said else broken)

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
            send(answers, encode({"broken": ending_as_plain(self._obituary(status, 0.0))}))

    def _live(self, work: Work, answers: int, timeout_s: float) -> None:
        """The child's whole life."""
        try:
            # Where pytest has collected the target, it has pointed the handler elsewhere.
            faulthandler.enable(file=self._stack)
            faulthandler.dump_traceback_later(timeout_s, exit=True, file=self._stack)
            send(answers, encode(_tried(work, lambda message: send(answers, encode(message)))))
        finally:
            os._exit(0)

    def _listen(self, answers: int, child: int, timeout_s: float) -> bytes:
        """All that the child says, until it leaves, its time is up, or the runner hangs up."""
        parts: list[bytes] = []
        while True:
            ready, _, _ = select.select([answers, self._requests], [], [], timeout_s)
            if answers in ready:
                part = os.read(answers, 1 << 20)
                if not part:
                    return b"".join(parts)
                parts.append(part)
                continue
            os.kill(child, signal.SIGKILL)
            self._overdue = True
            if ready:
                os.waitpid(child, 0)
                raise HungUp
            return b""

    def _obituary(self, status: int, timeout_s: float) -> Ending:
        self._stack.seek(0)
        printed = self._stack.read()
        stack = printed.decode("utf-8", "replace")
        code = os.waitstatus_to_exitcode(status)
        if printed.startswith(_TIMEOUT) or self._overdue:
            return Ending(
                error="TimedOut",
                message=f"the run took longer than {timeout_s:g} s of real time and was stopped",
                where=_where(stack),
                remedy="look there for a loop that never ends, or give it longer with --timeout",
                traceback=stack,
            )
        if code < 0:
            return Ending(
                error="Killed",
                message=f"the process of the run was killed by {signal.Signals(-code).name}",
                where=_where(stack),
                remedy=_REMEDIES.get(
                    signal.Signals(-code), "a part written in C has crashed; the stack says where"
                ),
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
