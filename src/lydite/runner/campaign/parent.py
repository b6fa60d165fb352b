"""The parent of a process that carries out a phase, which is told how that goes, line by line, on a pipe."""

import contextlib
import json
import os
import threading
from typing import Any, Final

PIPE: Final = "LYDITE_TELLS"
"""The environment variable with the number of the pipe."""


class Parent:
    """Whoever has started this process."""

    def __init__(self, pipe: int) -> None:
        os.set_inheritable(pipe, False)
        self._pipe = pipe
        self._turn = threading.RLock()

    def tell(self, **message: Any) -> None:
        """Tell it something, from any thread."""
        octets = json.dumps(message).encode() + b"\n"
        # Where it is gone, the end of this process is near, and nobody waits for what it tells.
        with self._turn, contextlib.suppress(BrokenPipeError):
            while octets:
                octets = octets[os.write(self._pipe, octets) :]


def parent() -> Parent | None:
    """The parent of this process; None where it has none that listens. Asked once."""
    number = os.environ.pop(PIPE, None)
    return None if number is None else Parent(int(number))
