"""Honesty: which nodes are held to a promise, and which are traitors that nobody can hold to any."""

from collections.abc import Callable, Sequence

from lydite.checks.notes import read
from lydite.model import Event, Kind

TAMPERING = "network.tamper"
"""The lever by which all `byzantine.*` faults make a traitor of a host."""


def traitors(events: Sequence[Event], *, note: str, node: str) -> frozenset[str]:
    """The nodes that were noted as byzantine, and the hosts with whose words somebody tampered, for the whole run."""
    named = read(events, {note: lambda told: told.named(node)})
    hosts = dict.fromkeys(event.host for event in events if event.kind is Kind.START)
    for event in events:
        if event.kind is Kind.FAULT and event.fields.get("verb") == TAMPERING:
            args = event.fields.get("args")
            touched = args.get("hosts") if isinstance(args, dict) else None
            listed = touched if isinstance(touched, list | tuple) else [touched]
            named += [str(each) for each in listed]
    return frozenset(hosts if "*" in named else ()) | frozenset(named)


def held(events: Sequence[Event], among: Sequence[str], *, note: str, node: str) -> Callable[[str], bool]:
    """Whether a node is held to a promise: one of `among`, or if these are none, everyone who is no traitor."""
    bad = traitors(events, note=note, node=node)
    return among.__contains__ if among else lambda name: name not in bad
