"""Trusted nodes: what came of calling those whom whoever runs this node has named, its bootstrap nodes.

Nodes of a network are started in any order and links fail, so a call that fails is nothing to tell of. A bootstrap
node that has failed some times in a row and has never worked may be a mistake of whoever has named it: that is told,
each kind of trouble once. The rest is there for whoever asks.
"""

from dataclasses import dataclass, field
from typing import Any, Final

CALLS_UNTOLD: Final = 3
"""So many calls in a row may fail before anything is told."""
HANGS_UP: Final = (
    "one that hangs up before it says who it is, as one of another network does, "
    "or one that has banned this node"
)


@dataclass(slots=True)
class _Calls:
    failed: int = 0
    trouble: str | None = None
    told: set[str] = field(default_factory=set)
    worked: bool = False


class Trusted:
    """Bootstrap nodes by their names, `host:port` or `http://host:port`, and the calls that each was given."""

    def __init__(self, network: str) -> None:
        self._network = network
        self._calls: dict[str, _Calls] = {}

    def add(self, name: str) -> None:
        """One more to be called; one that is known stays what it is."""
        self._calls.setdefault(name, _Calls())

    def forget(self, name: str) -> None:
        """It is not called any more."""
        self._calls.pop(name, None)

    def worked(self, name: str) -> None:
        """It is a node of this network."""
        if name in self._calls:
            self._calls[name] = _Calls(worked=True)

    def failed(self, name: str, found: str) -> str:
        """It was of no use. What is to be told of it now: mostly nothing.

        What stands before a colon in `found` is the kind of trouble, the rest may be anything.
        """
        calls = self._calls.get(name)
        if calls is None:
            return ""
        calls.failed += 1
        calls.trouble = found
        kind = found.partition(":")[0]
        if calls.worked or calls.failed <= CALLS_UNTOLD or kind in calls.told:
            return ""
        calls.told.add(kind)
        port, network = "--api-port" if "://" in name else "--p2p-port", self._network
        return (
            f"bootstrap node {name}: expected a node of network {network}, found {found}; this node works without it "
            f"and goes on calling it; does it run with --network {network}, and is this its {port}?"
        )

    def found(self) -> list[dict[str, Any]]:
        """What came of each, a dict each: node, failed_calls (since it has worked last), trouble (of the last one)."""
        return [
            {"node": name, "failed_calls": calls.failed, "trouble": calls.trouble}
            for name, calls in self._calls.items()
        ]
