"""Ports: who is bound where, on which of a host's addresses. One table for TCP, one for UDP."""

import errno
import os
from typing import TYPE_CHECKING, Final, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from lydite.sim.hosts.host import SimHost

ANY: Final = "0.0.0.0"  # noqa: S104 - the name of "every address of this host", not a real bind
LOCAL: Final = "127.0.0.1"

EPHEMERAL_FIRST: Final = 32_768
EPHEMERAL_LAST: Final = 60_999


class Bound(Protocol):
    """Something that is bound to a port."""

    @property
    def bound_to(self) -> str:
        """The address: one of the host's, or every one of them."""
        ...


Endpoint = TypeVar("Endpoint", bound=Bound)


class Ports(Generic[Endpoint]):
    """The bound ports of all hosts, for one protocol."""

    __slots__ = ("_bound",)

    def __init__(self) -> None:
        self._bound: dict[tuple[int, int], list[Endpoint]] = {}

    def bind(self, host: "SimHost", port: int, endpoint: Endpoint) -> None:
        """Take a port, or say who has it as the kernel does: EADDRINUSE."""
        taken = self._bound.setdefault((host.index, port), [])
        for other in taken:
            if ANY in (other.bound_to, endpoint.bound_to) or other.bound_to == endpoint.bound_to:
                message = (
                    f"error while attempting to bind on address ({endpoint.bound_to!r}, {port}): "
                    f"{os.strerror(errno.EADDRINUSE).lower()}"
                )
                raise OSError(errno.EADDRINUSE, message)
        taken.append(endpoint)

    def free(self, host: "SimHost", port: int, endpoint: Endpoint) -> None:
        """Give a port back."""
        taken = self._bound.get((host.index, port), [])
        if endpoint in taken:
            taken.remove(endpoint)

    def find(self, host: "SimHost", address: str, port: int) -> Endpoint | None:
        """Who gets what is sent to this address of the host, and this port?"""
        for endpoint in self._bound.get((host.index, port), ()):
            if endpoint.bound_to in (ANY, address):
                return endpoint
        return None

    def ephemeral(self, host: "SimHost") -> int:
        """A free port for whoever did not ask for one: the next one up, round and round."""
        while True:
            host.ports_used += 1
            if host.ports_used > EPHEMERAL_LAST:
                host.ports_used = EPHEMERAL_FIRST
            if not self._bound.get((host.index, host.ports_used)):
                return host.ports_used
