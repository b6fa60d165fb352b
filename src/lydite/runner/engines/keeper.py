"""A keeper: the runner's end of one nursery. It starts the interpreter, asks, listens, and puts an end to it."""

import itertools
import logging
import os
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from lydite.model import CorruptRecord, Ending, Schedule
from lydite.runner.documents import error_from_plain
from lydite.runner.orders import Description, Opening, Order, Run, broken_run
from lydite.runner.wire import Message, encode, receive, send

LOG = logging.getLogger("lydite.engine")
# Whoever does not listen is told nothing: without any handler Python would print what is grave.
LOG.addHandler(logging.NullHandler())

BEGIN = "import gc; gc.disable(); from lydite.runner.nursery import serve; serve()"
"""What a nursery does. While it imports there is no garbage, and to look for it takes a seventh of the time."""

DROP_S = 10.0
"""How long a nursery may take to end its children."""

FIXED = {
    "TZ": "UTC",
    "LC_ALL": "C.UTF-8",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}
"""What no run may take from the machine it happens to run on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Habitat:
    """The surroundings of a nursery. Runs must not depend on them: the determinism gate varies each."""

    hash_seed: int = 0
    folder: str = field(default_factory=lambda: str(Path.cwd()))
    heap: int = 0
    """Not zero: allocate and drop that seed's objects before everything else."""

    def environment(self) -> dict[str, str]:
        """The environment variables of the nursery."""
        paths = os.environ.get("PYTHONPATH", "").split(os.pathsep)
        return {
            **os.environ,
            **FIXED,
            "PYTHONPATH": os.pathsep.join(str(Path(path).absolute()) for path in paths if path),
            "PYTHONHASHSEED": str(self.hash_seed),
            "LYDITE_HEAP": str(self.heap),
        }


class Keeper:
    """One nursery. `fileno` makes it fit for a selector: readable means that an answer is there."""

    def __init__(self, opening: Opening, habitat: Habitat) -> None:
        self.opening = opening
        self.under_way: dict[int, Order] = {}
        """The runs that it is to bring back, by the ticket that its answer carries."""
        self.description: Description | None = None
        """What the nursery holds, once it has opened it."""
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", BEGIN],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=habitat.environment(),
            cwd=habitat.folder,
            # A Ctrl-C in the terminal is for the runner, which then stops its nurseries itself.
            start_new_session=True,
        )
        self._killed = False
        self._tickets = itertools.count()
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._begun = time.monotonic()
        """When it was started."""
        LOG.debug("nursery %d is started for %s", self.pid, self._aim)
        self._requests = self._process.stdin.fileno()
        self._answers = self._process.stdout.fileno()
        self.say({"do": "open", "opening": opening.as_plain()})

    def fileno(self) -> int:
        """The pipe on which answers come."""
        return self._answers

    def wait_until_open(self) -> Description:
        """What the target is; an error if there is no such thing or it cannot be imported."""
        if self.description is None:
            message = self.hear()
            if message is None:
                raise error_from_plain(self._gone("while it imported the target"))
            self.description = Description.from_plain(message["opened"])
            LOG.info(
                "nursery %d has opened %s in %.1f s", self.pid, self._aim, time.monotonic() - self._begun
            )
        return self.description

    def start(self, order: Order, timeout_s: float) -> None:
        """Let a run begin; others may be under way."""
        ticket = next(self._tickets)
        self.under_way[ticket] = order
        LOG.debug("nursery %d begins %s with seed %d", self.pid, order.label, order.seed)
        self.say({"do": "run", "ticket": ticket, "order": order.as_plain(), "timeout_s": timeout_s})

    def finish(self) -> Run:
        """What came of the run that is done first; an error if it was refused."""
        order, message = self._answered()
        if "refused" in message:
            raise error_from_plain(message["refused"])
        return self._run(order, message)

    def attempt(self) -> Run:
        """What came of the run that is done first; one that was refused is a run that failed by it."""
        order, message = self._answered()
        if "refused" not in message:
            return self._run(order, message)
        error = error_from_plain(message["refused"])
        refused = Ending(
            error=type(error).__name__, message=error.what, where=error.where, remedy=error.remedy
        )
        return broken_run(order, refused, order.schedule)

    def _answered(self) -> tuple[Order, Message]:
        """An order that is done, and what is told of it; of one whose nursery is gone, that it is."""
        head = self._message()
        order = self.under_way.pop(next(iter(self.under_way)) if head is None else head["of"])
        message = None if head is None else self._message()
        if message is None:
            gone = self._gone("during a run")
            message = {"broken": {**gone, "error": "NurseryDied"}}
        return order, message

    def _run(self, order: Order, message: Message) -> Run:
        if "broken" in message:
            known, ending = message.get("schedule"), Ending(**message["broken"])
            # It could not tell itself how it ended.
            what = f"{ending.error}: {ending.message}"
            LOG.warning("%s with seed %d was lost in nursery %d: %s", order.label, order.seed, self.pid, what)
            return broken_run(order, ending, order.schedule if known is None else Schedule.from_plain(known))
        run = Run.from_plain(message["ran"], order)
        LOG.debug("%s with seed %d: %s", order.label, order.seed, run.result.verdict)
        return run

    def drop(self) -> None:
        """Nobody waits any more for the runs that are under way."""
        if not self.under_way:
            return
        self.under_way.clear()
        self.say({"do": "drop"})
        while not self._killed and select.select([self], [], [], DROP_S)[0]:
            message = self._message()
            if message is None:
                break
            if "dropped" in message:
                return
        self.kill()

    def dependencies(self) -> dict[str, str]:
        """The installed distributions that the target uses, with their versions."""
        self.say({"do": "dependencies"})
        message = self.hear()
        return {} if message is None else dict(message["dependencies"])

    def kill(self) -> None:
        """End the nursery and its children, if it has any, at once."""
        if self._killed:
            return
        self._killed = True
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            with suppress(OSError):
                pipe.close()

    @property
    def pid(self) -> int:
        """The process of the nursery; it leads a process group, in which its children are."""
        return self._process.pid

    @property
    def dead(self) -> bool:
        """Has the nursery ended?"""
        return self._process.poll() is not None

    def say(self, message: Message) -> None:
        """Tell the nursery something."""
        if self._killed:
            return
        # A nursery that is gone is noticed when its answer does not come.
        with suppress(BrokenPipeError):
            send(self._requests, encode(message))

    def hear(self) -> Message | None:
        """What it answers; None where it is gone. What it refused is raised."""
        message = self._message()
        if message is not None and "refused" in message:
            raise error_from_plain(message["refused"])
        return message

    def _message(self) -> Message | None:
        if self._killed:
            return None
        try:
            return receive(self._answers)
        except (CorruptRecord, ValueError):
            return None
        except BaseException:
            # Ctrl-C in the middle of a message: what comes now cannot be told from the rest of it.
            self.kill()
            raise

    @property
    def _aim(self) -> str:
        mutant = self.opening.mutant
        return f"{self.opening.target} with {mutant}" if mutant else self.opening.target

    def _gone(self, when: str) -> dict[str, str]:
        self.kill()
        code = self._process.returncode
        how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with status {code}"
        return {
            "error": "InputError",
            "message": f"the interpreter that holds {self.opening.target} {how} {when}",
            "where": self.opening.home,
            "remedy": "its last words stand above; import the target by itself to see more",
        }
