"""Effects: what the core of a node wants done, for whoever has the hands to do it."""

from typing import NamedTuple, TypeAlias

from lydite_subjects.coin.node.wire import Message


class Address(NamedTuple):
    """Where a node listens."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class Send(NamedTuple):
    """Say something to a peer."""

    peer: int
    message: Message


class More(NamedTuple):
    """Call `continued(peer)` as soon as the peer has read most of what it was sent: there is more for it."""

    peer: int


class Drop(NamedTuple):
    """Hang up. The core has forgotten the peer already, and refuses its address for `ban_s` seconds by itself."""

    peer: int
    why: str
    ban_s: int = 0


class Dial(NamedTuple):
    """Call somebody: then tell `opened` or `unreachable`."""

    host: str
    port: int


class Tell(NamedTuple):
    """Say something to whoever runs the node."""

    text: str


Effect: TypeAlias = Send | More | Drop | Dial | Tell
