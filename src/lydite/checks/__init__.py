"""Judges: pure functions from the events of a run to findings."""

from lydite.checks.check import Check, Judge, Judgement, check, holds, unknown, violated
from lydite.checks.place import Place, described, leaves, place_of
from lydite.checks.verdict import ASSERTION, EXCEPTION, NOTHING, Judged, judge

__all__ = [
    "ASSERTION",
    "EXCEPTION",
    "NOTHING",
    "Check",
    "Judge",
    "Judged",
    "Judgement",
    "Place",
    "check",
    "described",
    "holds",
    "judge",
    "leaves",
    "place_of",
    "unknown",
    "violated",
]
