"""Names: the world's name service. Every host is known by its name; nothing else is known."""

import ipaddress
from typing import TYPE_CHECKING

from lydite.sim.network.ports import ANY, LOCAL

if TYPE_CHECKING:
    from lydite.sim.hosts.host import SimHost

LOCAL_NAMES = ("localhost", "localhost.localdomain", "::1", "ip6-localhost")


class Names:
    """Which name has which address, and which names are forgotten for a while."""

    __slots__ = ("_by_address", "_by_name", "forgotten")

    def __init__(self) -> None:
        self._by_name: dict[str, SimHost] = {}
        self._by_address: dict[str, SimHost] = {}
        self.forgotten: dict[str, list[object]] = {}
        """Names that do not resolve now, with the bends that make them so."""

    def add(self, host: "SimHost") -> None:
        """A new host."""
        self._by_name[host.name.lower()] = host
        self._by_address[host.address] = host

    def all_hosts(self) -> "list[SimHost]":
        """Every host, in the order in which they were made."""
        return list(self._by_address.values())

    def host_at(self, address: str) -> "SimHost | None":
        """The host that has this address."""
        return self._by_address.get(address)

    def name_at(self, address: str) -> str:
        """The name of the host at an address; the address itself if there is none."""
        host = self._by_address.get(address)
        return host.name if host is not None else address

    def address_of(self, name: str) -> str | None:
        """The address of a name: None if nobody has it, empty if resolution fails for now."""
        name = name.lower().rstrip(".")
        if name in LOCAL_NAMES:
            return LOCAL
        if name in (ANY, "", "::"):
            return ANY
        if name in self._by_address:
            return name
        host = self._by_name.get(name)
        if host is not None:
            return "" if self.forgotten.get(host.name) else host.address
        try:
            return str(ipaddress.IPv4Address(name))
        except ValueError:
            return None
