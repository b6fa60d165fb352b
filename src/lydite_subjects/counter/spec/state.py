"""What a node knows, what may happen to it, and what it may do: the values that the law is about."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from lydite_subjects.counter.spec.tally import Tally
from lydite_subjects.counter.spec.wire import Answer, Request


@dataclass(frozen=True, slots=True)
class Asked:
    """A request came in. The caller is whatever the hands know the connection by."""

    caller: int
    request: Request


@dataclass(frozen=True, slots=True)
class Answered:
    """A peer has answered what this node asked it."""

    peer: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class Linked:
    """A connection to a peer is up, for the first time or again: what was sent before may be lost."""

    peer: str


@dataclass(frozen=True, slots=True)
class Left:
    """A caller has gone, and nobody waits for its answers any more."""

    caller: int


@dataclass(frozen=True, slots=True)
class Beat:
    """Some time has passed."""


Event: TypeAlias = Asked | Answered | Linked | Left | Beat


@dataclass(frozen=True, slots=True)
class Append:
    """Put this on the disk, durably, before anything else is done."""

    tally: Tally


@dataclass(frozen=True, slots=True)
class Send:
    """Ask a peer, if there is a connection. Where there is none, `Linked` will come and ask again."""

    peer: str
    request: Request


@dataclass(frozen=True, slots=True)
class Reply:
    """Answer a caller, if it is still there."""

    caller: int
    answer: Answer


Effect: TypeAlias = Append | Send | Reply
Effects: TypeAlias = tuple[Effect, ...]


@dataclass(frozen=True, slots=True)
class Gathering:
    """A read in its first half: the tallies of those who have answered, this node's own among them."""

    caller: int
    tag: int
    since: int
    digest: str
    answers: Mapping[str, Tally]


@dataclass(frozen=True, slots=True)
class Spreading:
    """A reply that waits until a majority holds the goal."""

    caller: int
    tag: int
    since: int
    goal: Tally
    holders: tuple[str, ...]
    reply: Answer


Promise: TypeAlias = Gathering | Spreading


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What a node knows. Only `tally` outlives it: that is what its disk holds."""

    name: str
    peers: tuple[str, ...]
    tally: Tally = field(default_factory=dict)
    promises: Mapping[int, Promise] = field(default_factory=dict)
    """By number, in the order in which they were asked for."""
    number: int = 0
    beats: int = 0

    @property
    def majority(self) -> int:
        """How many nodes are more than half of them."""
        return (len(self.peers) + 1) // 2 + 1
