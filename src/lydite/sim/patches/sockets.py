"""Sockets and names, as a program's own calls meet them.

| asked for | answer |
|---|---|
| `socket.socket(...)` | a socket of the simulated network (see `lydite.sim.network.sockets`) |
| `gethostname`, `getfqdn` | the host's name |
| `getaddrinfo`, `gethostbyname`, `gethostbyaddr`, `getnameinfo` | the world's name service |
| `socketpair` | refused: it would be a pair of real ones |

Classes that derive from `socket.socket`, such as `ssl.SSLSocket`, keep the real one as their base.
"""

import socket
from typing import TYPE_CHECKING, Any

from lydite.sim.context import active_world
from lydite.sim.network.sockets import SimSocket
from lydite.sim.patches.swaps import put, put_all

if TYPE_CHECKING:
    from lydite.sim.world import SimWorld

_real_gethostname = socket.gethostname
_real_getfqdn = socket.getfqdn
_real_getaddrinfo = socket.getaddrinfo
_real_gethostbyname = socket.gethostbyname
_real_gethostbyaddr = socket.gethostbyaddr
_real_getnameinfo = socket.getnameinfo
_real_socketpair = socket.socketpair


class NameService:
    """What stands in for the functions of `socket` that ask for names."""

    def gethostname(self) -> str:
        world = active_world()
        return _real_gethostname() if world is None else world.loop.process().host.name

    def getfqdn(self, name: str = "") -> str:
        world = active_world()
        if world is None:
            return _real_getfqdn(name)
        return name or world.loop.process().host.name

    def getaddrinfo(
        self, host: Any, port: Any, family: int = 0, type: int = 0, proto: int = 0, flags: int = 0
    ) -> Any:
        world = active_world()
        if world is None:
            return _real_getaddrinfo(host, port, family, type, proto, flags)
        return world.loop.lookup(host, port, family=family, kind=type, flags=flags)

    def gethostbyname(self, hostname: str) -> str:
        world = active_world()
        if world is None:
            return _real_gethostbyname(hostname)
        return _resolved(world, hostname)

    def gethostbyaddr(self, ip_address: str) -> tuple[str, list[str], list[str]]:
        world = active_world()
        if world is None:
            return _real_gethostbyaddr(ip_address)
        address = _resolved(world, ip_address)
        return world.network_model.names.name_at(address), [], [address]

    def getnameinfo(self, sockaddr: Any, flags: int) -> tuple[str, str]:
        world = active_world()
        if world is None:
            return _real_getnameinfo(sockaddr, flags)
        return world.network_model.names.name_at(sockaddr[0]), str(sockaddr[1])

    def socketpair(self, *args: Any, **options: Any) -> Any:
        world = active_world()
        if world is None:
            return _real_socketpair(*args, **options)
        return world.refuse(
            "a pair of real sockets was made", "use asyncio.Queue inside a program, or a Unix socket server"
        )


def _resolved(world: "SimWorld", name: str) -> str:
    return world.network_model.resolve(world.loop.process(), name)


def install() -> None:
    """Put the replacements in place."""
    put(socket, "socket", SimSocket)
    service = NameService()
    names = (
        "gethostname",
        "getfqdn",
        "getaddrinfo",
        "gethostbyname",
        "gethostbyaddr",
        "getnameinfo",
        "socketpair",
    )
    put_all(socket, names, service)
