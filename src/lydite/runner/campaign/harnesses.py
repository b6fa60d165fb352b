"""Phases of harnesses: each is asked in a process of its own, and what it tells is taken in."""

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from lydite.harness import Metric, Phase
from lydite.logs import handed_on, told_again
from lydite.model import Band, Case, LyditeError, Measurement, Restart, Series, as_form, from_form
from lydite.reports import thinned
from lydite.runner.campaign.child import Child
from lydite.runner.campaign.errands import Errand, Piece
from lydite.runner.campaign.logged import logger_of
from lydite.runner.campaign.meter import POINTS_MAX

LODGING: Final = "lydite.runner.campaign.lodging"

STEPS: Final = "lydite.harness"
"""The logger of a lodging."""

CALM: Final = "calm"
"""The word that switches the storms of its laboratory off."""

METRICS: Final[Mapping[str, type[Metric]]] = {
    kind.__name__: kind for kind in (Measurement, Series, Band, Restart)
}


def harnesses(errand: Errand) -> Iterator[Piece]:
    """Ask the harnesses of the phase, one after the other; one that is broken ends the phase."""
    phase, setting = errand.phase, errand.setting
    setting.folder.mkdir(parents=True, exist_ok=True)
    for number, target in enumerate(phase.targets, 1):
        log = setting.folder / f"{phase.name}-{number}.log"
        scale = json.dumps(as_form(setting.scale))
        argv = [sys.executable, "-P", "-m", LODGING, target, str(setting.timeout_s), scale]
        argv += [] if setting.storms else [CALM]
        child = Child(argv, log=log, seconds=errand.left_s, variables={**setting.variables, **handed_on()})
        errand.tell(target, done=number - 1, wanted=len(phase.targets))
        broken, made_s = "", errand.seconds
        for told in child:
            match told["kind"]:
                case "made":
                    made_s = errand.seconds
                case "broken":
                    broken = told["message"]
                case "log":
                    _log(phase, told)
                case "case":
                    yield _case(errand, told)
                case kind:
                    yield _in_time(from_form(METRICS[kind], told["form"], kind), made_s)
        if child.late:
            late = f"{target} took longer than {phase.seconds:g} s and was ended"
            raise LyditeError(late, where=str(log), remedy=child.remedy)
        if broken or child.status != 0:
            why = broken or f"{target} ended with status {child.status}: {child.tail.rpartition(chr(10))[2]}"
            raise LyditeError(why, where=str(log), remedy=child.remedy)


def _log(phase: Phase, told: Mapping[str, Any]) -> None:
    """Log what a lodging has logged: what it tells of the steps of its harness as one of the components of ours."""
    if told["name"] == STEPS:
        told_again(told, logger_of(phase.work, phase.name).name)
    else:
        told_again(told, told["name"], behind=phase.name)


def _case(errand: Errand, told: Mapping[str, Any]) -> Case:
    case = from_form(Case, told["form"], "case")
    return replace(
        case,
        name=f"{told['harness']}.{case.name}",
        subject=case.subject or errand.campaign.target,
        suite=case.suite or errand.phase.category or "harness",
    )


def _in_time(metric: Metric, made_s: float) -> Metric:
    """What a harness tells in its own time, in the time of the phase: it was made after so many seconds."""
    match metric:
        case Series(run=""):
            points = thinned([*zip(metric.at_s, metric.values, strict=False)], POINTS_MAX)
            return replace(
                metric,
                at_s=tuple(round(made_s + at_s, 2) for at_s, _ in points),
                values=tuple(value for _, value in points),
            )
        case Band(run=""):
            return replace(metric, begin_s=made_s + metric.begin_s, end_s=made_s + metric.end_s)
        case Restart(run=""):
            return replace(metric, at_s=made_s + metric.at_s)
        case _:
            return metric
