"""Names bound before Lydite is there: Python imports this module before any other of ours.

Everybody who writes `from time import time` at the top of a module that is imported early holds the real
function, and reads the clock of this machine unless Lydite finds the reference.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from os import getpid, urandom
from random import random
from time import monotonic, perf_counter, time
from uuid import uuid4

__all__ = [
    "HELD",
    "Clock",
    "datetime",
    "getpid",
    "monotonic",
    "partial",
    "random",
    "stamp",
    "time",
    "urandom",
]

HELD = [time, perf_counter]


class Clock:
    """A reference in a class."""

    read = monotonic


def stamp(now: Callable[[], float] = monotonic, name: Callable[[], object] = uuid4) -> tuple[float, str]:
    """References in default arguments."""
    return now(), str(name())


later = partial(perf_counter)
