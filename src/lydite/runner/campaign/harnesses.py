"""Phases of harnesses: each is asked in a process of its own, and what it tells is taken in."""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from lydite.model import Case, LyditeError, Measurement, from_form
from lydite.runner.campaign.child import Child
from lydite.runner.campaign.errands import Errand, Piece

LODGING: Final = "lydite.runner.campaign.lodging"


def harnesses(errand: Errand) -> Iterator[Piece]:
    """Ask the harnesses of the phase, one after the other; one that is broken ends the phase."""
    phase, setting = errand.phase, errand.setting
    setting.folder.mkdir(parents=True, exist_ok=True)
    for number, target in enumerate(phase.targets, 1):
        log = setting.folder / f"{phase.name}-{number}.log"
        argv = [sys.executable, "-P", "-m", LODGING, target]
        child = Child(argv, log=log, seconds=errand.left_s)
        errand.tell(target, done=number - 1, wanted=len(phase.targets))
        broken = ""
        for told in child:
            if told["kind"] == "broken":
                broken = told["message"]
            else:
                yield _taken(errand, told)
        if child.late:
            raise LyditeError(f"{target} took longer than {phase.seconds:g} s and was ended", where=str(log))
        if broken or child.status != 0:
            why = broken or f"{target} ended with status {child.status}: {child.tail.rpartition(chr(10))[2]}"
            raise LyditeError(why, where=str(log))


def _taken(errand: Errand, told: Mapping[str, Any]) -> Case | Measurement:
    if told["kind"] == "measurement":
        return from_form(Measurement, told["form"], "measurement")
    case = from_form(Case, told["form"], "case")
    return replace(
        case,
        name=f"{told['harness']}.{case.name}",
        subject=case.subject or errand.campaign.target,
        suite=case.suite or errand.phase.category or "harness",
    )
