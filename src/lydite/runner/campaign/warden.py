"""A warden: sees to it that what a process has started ends as well when it is killed, and cannot do so itself.

It is a small process beside the child that it is there for, which knows nothing of it: no thread and no signal handler
is put into anybody's tests. Its standard input is a pipe that nothing is ever written to. The kernel closes the other
end when the process is gone that has started both, however that came; then the warden asks the child to end, as by
Ctrl-C, so that it takes down what it brought up, and kills what is left of its group.
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

GRACE_S: Final = 10.0
"""How long a child may take to end."""

LOOK_S: Final = 0.1
"""How often it is looked whether it has."""


@contextmanager
def guarded(child: int, *, grace_s: float = GRACE_S) -> Iterator[None]:
    """As long as this lasts, the child, which leads a process group, does not outlive this process for long."""
    # Nothing is imported but what stands above: it is there at once, and it is small.
    words = [sys.executable, "-I", "-S", str(Path(__file__)), str(child), str(grace_s)]
    nothing = subprocess.DEVNULL
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=nothing, stderr=nothing, start_new_session=True
    ) as warden:
        try:
            yield
        finally:
            # Before its pipe is closed.
            warden.kill()


def end(child: int, grace_s: float) -> None:
    """Ask a child of somebody else to end, wait until it has, and kill whatever is left of its group."""
    with suppress(ProcessLookupError):
        os.kill(child, signal.SIGINT)
        for _ in range(round(grace_s / LOOK_S)):
            os.kill(child, 0)
            threading.Event().wait(LOOK_S)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child, signal.SIGKILL)


if __name__ == "__main__":
    sys.stdin.read()
    end(int(sys.argv[1]), float(sys.argv[2]))
