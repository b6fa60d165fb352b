"""Judges: pure functions from the events of a run to findings."""

from lydite.checks.agreement import agreement, convergence, finality
from lydite.checks.catalogue import CATALOGUE, Entry, Factory, entry_of
from lydite.checks.check import Check, Judge, Judgement, check, holds, unknown, violated
from lydite.checks.checkpoints import checkpoint_consistency
from lydite.checks.durability import durability
from lydite.checks.linearizability import Model, Operation, counter, linearizability, register, unordered_set
from lydite.checks.liveness import chain_quality, liveness
from lydite.checks.monotonic import monotonic
from lydite.checks.ordering import fifo, priority
from lydite.checks.place import Place, described, leaves, place_of
from lydite.checks.resilience import recovery, resilience
from lydite.checks.signatures import double_signing, double_signing_is_detected, threshold
from lydite.checks.supply import conservation_of_supply, no_double_spend
from lydite.checks.validity import acceptance, validity
from lydite.checks.verdict import ASSERTION, EXCEPTION, NOTHING, Judged, judge
from lydite.checks.weather import Bent, Span, Weather, weather

__all__ = [
    "ASSERTION",
    "CATALOGUE",
    "EXCEPTION",
    "NOTHING",
    "Bent",
    "Check",
    "Entry",
    "Factory",
    "Judge",
    "Judged",
    "Judgement",
    "Model",
    "Operation",
    "Place",
    "Span",
    "Weather",
    "acceptance",
    "agreement",
    "chain_quality",
    "check",
    "checkpoint_consistency",
    "conservation_of_supply",
    "convergence",
    "counter",
    "described",
    "double_signing",
    "double_signing_is_detected",
    "durability",
    "entry_of",
    "fifo",
    "finality",
    "holds",
    "judge",
    "leaves",
    "linearizability",
    "liveness",
    "monotonic",
    "no_double_spend",
    "place_of",
    "priority",
    "recovery",
    "register",
    "resilience",
    "threshold",
    "unknown",
    "unordered_set",
    "validity",
    "violated",
    "weather",
]
