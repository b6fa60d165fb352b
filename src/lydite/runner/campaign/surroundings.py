"""The surroundings of a campaign: the machine it ran on, what else that did meanwhile, and what speaks against it."""

import os
import platform
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import lydite
from lydite.harness import Scale
from lydite.model import Environment, Facts, as_form, digest_of
from lydite.runner.campaign.meter import is_there
from lydite.runner.commit import commit_of

BUSY: Final = 0.5
"""A load per core from which on a machine has something else to do."""

STEPPED_S: Final = 2.0
"""How far the clock of the machine may drift from its steady one, before somebody has set it."""

CORES_MIN: Final = 2

MEMORY_MIN_BYTES: Final = 500_000_000
"""With less left, what is measured may be the disk."""

CHANGED: Final = "+"
"""Behind a commit: files were changed since."""

LIMIT: Final = Path("/sys/fs/cgroup/cpu.max")
"""How much of its cores a group of processes may use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """What is seen of the machine at a moment."""

    load: float | None
    """Over the last minute; None where the system does not tell it."""
    wall_s: float
    steady_s: float
    memory_bytes: int | None = None
    """What is left of it; None where the system does not tell it."""
    commit: str = ""
    """What is checked out in the current folder, a plus sign behind it where files were changed since."""

    @classmethod
    def now(cls) -> "Glance":
        """A glance."""
        try:
            load = os.getloadavg()[0]
        except (AttributeError, OSError):
            load = None
        return cls(
            load=load,
            wall_s=time.time(),
            steady_s=time.monotonic(),
            memory_bytes=_memory_left(),
            commit=commit_of(Path.cwd()).replace("-dirty", CHANGED),
        )


def environment(
    before: Glance, after: Glance, *, workers: int = 1, storms: bool = True, scale: Scale | None = None
) -> Environment:
    """Where it ran, and what that place was worth."""
    lasting: Facts = {
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "system": f"{platform.system()} {platform.release()}",
        "machine": platform.machine(),
        "processor": _processor(),
        "cores": cores(),
        "cores_limit": _cores_limit(),
        "memory_bytes": _memory_bytes(),
        **_unusual(scale or Scale()),
    }
    return Environment(
        fingerprint=digest_of(lasting)[:16],
        facts={
            **lasting,
            "lydite": lydite.__version__,
            "workers": workers,
            "load_before": None if before.load is None else round(before.load, 2),
            "load_after": None if after.load is None else round(after.load, 2),
            "memory_left_before": before.memory_bytes,
            "memory_left_after": after.memory_bytes,
            **({} if is_there() else {"resource_use": "not recorded: there is no /proc to read it from"}),
        },
        doubts=(
            *_doubts_about_code(before, after),
            *_doubts(before, after),
            *(() if storms else ("no storm raged: chaos.enabled is false",)),
        ),
    )


def _unusual(scale: Scale) -> Facts:
    """What of a scale is not as usual, but for its time-outs: figures of harnesses that go by it are others then."""
    usual = as_form(Scale())
    return {
        f"scale.{name}": value
        for name, value in as_form(scale).items()
        if value != usual[name] and not name.endswith("_timeout_s")
    }


def cores() -> int:
    """How many cores this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1


def _doubts_about_code(before: Glance, after: Glance) -> Iterator[str]:
    if before.commit.endswith(CHANGED):
        yield f"files were changed since the commit {before.commit.removesuffix(CHANGED)}: it is not what was tested"
    if before.commit != after.commit:
        yield f"the code was changed meanwhile: {before.commit or 'no commit'}, then {after.commit or 'no commit'}"


def _doubts(before: Glance, after: Glance) -> Iterator[str]:
    if cores() < CORES_MIN:
        yield f"{cores()} core: a campaign and its subject take turns"
    limit = _cores_limit()
    if limit is not None and limit < min(cores(), CORES_MIN):
        yield f"the processes may use {limit:g} of {cores()} cores only"
    for when, memory in (("before it began", before.memory_bytes), ("at the end", after.memory_bytes)):
        if memory is not None and memory < MEMORY_MIN_BYTES:
            yield f"memory was short {when}: {memory / 1e6:,.0f} MB were left"
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


def _memory_left() -> int | None:
    try:
        lines = Path("/proc/meminfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    told = [line.split() for line in lines if line.startswith("MemAvailable:")]
    return int(told[0][1]) * 1024 if told else None


def _cores_limit() -> float | None:
    """How many cores' worth of time the processes may use; None where nothing limits it."""
    try:
        quota, period = LIMIT.read_text(encoding="utf-8").split()
        return None if quota == "max" else round(int(quota) / int(period), 2)
    except (OSError, ValueError):
        return None
