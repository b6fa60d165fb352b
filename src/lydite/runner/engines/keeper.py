"""A keeper: the runner's end of one nursery. It starts the interpreter, asks, listens, and puts an end to it."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from lydite.model import CorruptRecord, Ending, Schedule
from lydite.runner.documents import error_from_plain
from lydite.runner.orders import Description, Opening, Order, Run, broken_run
from lydite.runner.wire import Message, encode, receive, send

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
        self.order: Order | None = None
        """The run that is under way."""
        self.waiting: Order | None = None
        """What it shall run first, as soon as it has opened the target."""
        self.description: Description | None = None
        """What the nursery holds, once it has opened it."""
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "lydite.runner.nursery"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=habitat.environment(),
            cwd=habitat.folder,
            # A Ctrl-C in the terminal is for the runner, which then stops its nurseries itself.
            start_new_session=True,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
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
        return self.description

    def start(self, order: Order, timeout_s: float) -> None:
        """Let a run begin."""
        assert self.order is None
        self.order = order
        self.say({"do": "run", "order": order.as_plain(), "timeout_s": timeout_s})

    def finish(self) -> Run:
        """What came of the run: of one whose process could not tell, only how it failed."""
        assert self.order is not None
        order, self.order = self.order, None
        message = self.hear()
        if message is None:
            gone = self._gone("during a run")
            ending = Ending(
                error="NurseryDied", message=gone["message"], where=gone["where"], remedy=gone["remedy"]
            )
            return broken_run(order, ending, order.schedule)
        if "broken" in message:
            known = message.get("schedule")
            schedule = order.schedule if known is None else Schedule.from_plain(known)
            return broken_run(order, Ending(**message["broken"]), schedule)
        return Run.from_plain(message["ran"], order)

    def dependencies(self) -> dict[str, str]:
        """The installed distributions that the target uses, with their versions."""
        self.say({"do": "dependencies"})
        message = self.hear()
        return {} if message is None else dict(message["dependencies"])

    def kill(self) -> None:
        """End the nursery and its child, if it has one, at once."""
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
        # A nursery that is gone is noticed when its answer does not come.
        with suppress(BrokenPipeError):
            send(self._requests, encode(message))

    def hear(self) -> Message | None:
        """What it answers; None where it is gone. What it refused is raised."""
        try:
            message = receive(self._answers)
        except (CorruptRecord, ValueError):
            return None
        if message is not None and "refused" in message:
            raise error_from_plain(message["refused"])
        return message

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
