"""What tampers with the words of a host: code that is handed to `world.network.tamper`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

Leaving: TypeAlias = tuple[int, bytes]
"""How long something waits before it leaves, in nanoseconds, and what leaves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One direction in which one host talks to another: half of a connection, or datagrams to a port."""

    source: str
    target: str
    connection: int = 0
    """The number of the connection in the trace; 0 for datagrams."""
    opened: bool = False
    """Did the source open the connection?"""
    port: int = 0
    """The port that was called."""


class Tamperer(Protocol):
    """Rewrites what programs send, on its way out of their host. The programs do not notice."""

    @property
    def words(self) -> str:
        """What it is called in the trace."""
        ...

    def tamper(self, way: Way, data: bytes) -> Sequence[Leaving]:
        """What leaves instead of these bytes: nothing, something else, more, later. A stream keeps its order.

        Of a stream it gets the bytes as they were written, so a message may come in parts; of datagrams each
        one whole, and each answer is a datagram.
        """
        ...

    def hear(self, way: Way, data: bytes) -> None:
        """These bytes have reached a program on a host that it tampers with."""
        ...

    def rest(self, way: Way) -> bytes:
        """Forget this way: what was kept of it leaves now, for the connection ends or the tampering does."""
        ...
