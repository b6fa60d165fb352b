"""The surroundings of a campaign: the machine it ran on, what else that did meanwhile, and what speaks against it."""

import os
import platform
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lydite.model import Environment, Facts, digest_of

BUSY: Final = 0.5
"""A load per core from which on a machine has something else to do."""

STEPPED_S: Final = 2.0
"""How far the clock of the machine may drift from its steady one, before somebody has set it."""

CORES_MIN: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """What is seen of the machine at a moment."""

    load: float | None
    """Over the last minute; None where the system does not tell it."""
    wall_s: float
    steady_s: float

    @classmethod
    def now(cls) -> "Glance":
        """A glance."""
        try:
            load = os.getloadavg()[0]
        except (AttributeError, OSError):
            load = None
        return cls(load=load, wall_s=time.time(), steady_s=time.monotonic())


def environment(before: Glance, after: Glance) -> Environment:
    """Where it ran, and what that place was worth."""
    lasting: Facts = {
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "system": f"{platform.system()} {platform.release()}",
        "machine": platform.machine(),
        "processor": _processor(),
        "cores": cores(),
        "memory_bytes": _memory_bytes(),
    }
    return Environment(
        fingerprint=digest_of(lasting)[:16],
        facts={
            **lasting,
            "load_before": None if before.load is None else round(before.load, 2),
            "load_after": None if after.load is None else round(after.load, 2),
        },
        doubts=tuple(_doubts(before, after)),
    )


def cores() -> int:
    """How many cores this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1


def _doubts(before: Glance, after: Glance) -> Iterator[str]:
    if cores() < CORES_MIN:
        yield f"{cores()} core: a campaign and its subject take turns"
    if before.load is not None and before.load / cores() > BUSY:
        yield f"the machine was busy before it began: a load of {before.load:.1f} on {cores()} cores"
    drift_s = (after.wall_s - before.wall_s) - (after.steady_s - before.steady_s)
    if abs(drift_s) > STEPPED_S:
        yield f"the clock of the machine was set by {drift_s:+.1f} s meanwhile"


def _processor() -> str:
    try:
        with Path("/proc/cpuinfo").open(encoding="utf-8") as file:
            names = [line.partition(":")[2].strip() for line in file if line.startswith("model name")]
    except OSError:
        names = []
    return names[0] if names else platform.processor() or platform.machine()


def _memory_bytes() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return 0
