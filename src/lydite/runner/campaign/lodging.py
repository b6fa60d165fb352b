"""A lodging: a process of its own in which somebody's harness is asked, step by step, each within a limit of time.

    python -m lydite.runner.campaign.lodging package.module:Class SECONDS SCALE [calm]

The seconds are those that a run in its laboratory may take; the scale is that of the campaign, as JSON.
What it finds it tells its parent. `shutdown` is asked whatever went wrong before.
"""

import asyncio
import importlib
import json
import logging
import signal
import sys
import time
import traceback
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final, TypeVar

from lydite.harness import Harness, Laboratory, Scale
from lydite.logs import telling
from lydite.model import (
    Band,
    Case,
    InputError,
    LyditeError,
    Measurement,
    Restart,
    Series,
    as_form,
    from_form,
    near,
)
from lydite.runner.campaign.laboratory import SimulatedLaboratory
from lydite.runner.campaign.meter import ProcessMeter
from lydite.runner.campaign.parent import parent
from lydite.runner.whereabouts import roots

LOG: Final = logging.getLogger("lydite.harness")

HEALTH_S: Final = 60.0
INITIALIZE_S: Final = 120.0
METRICS_S: Final = 30.0
SHUTDOWN_S: Final = 25.0
"""How long a harness may take for a step. How long for its tests, its phase says."""

METRICS: Final = (Measurement, Series, Band, Restart)
METRICS_NAMED: Final = "a Measurement, a Series, a Band or a Restart"

Answer = TypeVar("Answer")


class StepFailed(Exception):
    """A step of a harness that went wrong; the text says which, and how."""


def made(name: str, laboratory: Laboratory, *, scale: Scale) -> Harness:
    """The harness of that name, as `package.module:Class`, with what it wants of what there is for it."""
    module, colon, attribute = name.partition(":")
    if not colon:
        raise InputError(f"a harness is named as package.module:Class, found {name!r}", where="phase")
    found = getattr(importlib.import_module(module), attribute, None)
    if found is None:
        names = [each for each in vars(sys.modules[module]) if not each.startswith("_")]
        raise InputError(f"there is no {attribute} in {module}", where="phase", remedy=near(attribute, names))
    harness = found()
    if not isinstance(harness, Harness):
        missing = [each for each in _PROTOCOL if not hasattr(harness, each)]
        raise InputError(f"{name} is no harness: it lacks {', '.join(missing)}", where=module)
    if hasattr(harness, "laboratory"):
        harness.laboratory = laboratory
    if hasattr(harness, "meter"):
        meter = ProcessMeter()
        meter.start()
        harness.meter = meter
    if hasattr(harness, "scale"):
        harness.scale = scale
    return harness


_PROTOCOL: Final = ("name", "health_check", "initialize", "run_all_tests", "shutdown", "get_metrics")


async def asked(harness: Harness, tell: Callable[..., None]) -> None:
    """Ask it everything, in its order."""
    try:
        if not await _step("health_check", harness.health_check, HEALTH_S):
            raise StepFailed(f"{harness.name} cannot be carried out here: its health_check said no")
        await _step("initialize", harness.initialize, initialize_s(harness))
        for case in await _step("run_all_tests", harness.run_all_tests, None):
            if not isinstance(case, Case):
                raise StepFailed(f"run_all_tests tells of a Case, found {type(case).__name__}")
            tell(kind="case", harness=harness.name, form=as_form(case))
        for metric in await _step("get_metrics", harness.get_metrics, METRICS_S):
            if not isinstance(metric, METRICS):
                raise StepFailed(f"get_metrics tells of {METRICS_NAMED}, found {type(metric).__name__}")
            tell(kind=type(metric).__name__, form=as_form(metric))
    finally:
        await _step("shutdown", harness.shutdown, SHUTDOWN_S)


def initialize_s(harness: Harness) -> float:
    """How long a harness may take to bring up what it tests: at least twice what its scale gives the nodes.

    The others are often started when the first one answers.
    """
    scale = getattr(harness, "scale", None)
    return max(INITIALIZE_S, 2 * scale.discovery_timeout_s) if isinstance(scale, Scale) else INITIALIZE_S


async def _step(name: str, ask: Callable[[], Awaitable[Answer]], limit_s: float | None) -> Answer:
    begun = time.monotonic()
    LOG.debug("%s begins", name)
    try:
        async with asyncio.timeout(limit_s):
            answer = await ask()
        LOG.info("%s took %.1f s", name, time.monotonic() - begun)
        return answer
    except TimeoutError as error:
        raise StepFailed(
            f"{name} took longer than {limit_s:g} s" if limit_s else f"{name}: {error}"
        ) from error
    except LyditeError as error:
        raise StepFailed(f"{name}: {error}") from error
    except Exception as error:
        traceback.print_exc()
        raise StepFailed(f"{name}: {type(error).__name__}: {error}") from error


def main() -> None:
    """Ask the harness that is named on the command line."""
    # Its parent ends it by Ctrl-C, which a shell may have told everything in the background to ignore.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.path[:0] = map(str, roots(Path.cwd()))
    _, name, timeout_s, asked_for, *calm = sys.argv
    scale = from_form(Scale, json.loads(asked_for), "scale")
    laboratory = SimulatedLaboratory(timeout_s=float(timeout_s), calm=bool(calm))
    listener = parent()
    assert listener is not None
    with telling(listener.tell):
        _lodge(name, lambda: made(name, laboratory, scale=scale), listener.tell)


def _lodge(name: str, make: Callable[[], Harness], tell: Callable[..., None]) -> None:
    """Ask a harness, and tell what became of it."""
    try:
        harness = make()
        tell(kind="made")
        asyncio.run(asked(harness, tell))
    except (LyditeError, StepFailed) as error:
        LOG.error("%s", error)
        tell(kind="broken", message=str(error))
    except Exception as error:
        traceback.print_exc()
        tell(kind="broken", message=f"{name}: {type(error).__name__}: {error}")


if __name__ == "__main__":
    main()
