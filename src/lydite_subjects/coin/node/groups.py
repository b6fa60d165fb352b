"""Groups of addresses: who has one address of a group can easily have many, so a node calls one of each.

An address of the internet belongs to the group of its first bits: 16 of IPv4, 32 of IPv6, which is about what one
provider is given. IPv4 that is wrapped in IPv6 counts as what it is. Whatever no provider gives out stands for itself:
a name, which only whoever runs the node can tell, and an address of a private network or of the machine.
"""

import ipaddress
from functools import lru_cache
from typing import Final

from lydite_subjects.coin.node.effects import Address

BITS_OF_4: Final = 16
BITS_OF_6: Final = 32


@lru_cache(maxsize=4_096)
def group_of(address: Address) -> str:
    """The group that an address belongs to."""
    try:
        host = ipaddress.ip_address(address.host)
    except ValueError:
        return str(address)
    if isinstance(host, ipaddress.IPv6Address):
        # Without the scope, which tells an interface of this machine and no address.
        host = _unwrapped(ipaddress.IPv6Address(int(host)))
    if not host.is_global:
        return str(address)
    bits = BITS_OF_4 if host.version == 4 else BITS_OF_6
    return str(ipaddress.ip_network(f"{host}/{bits}", strict=False))


def _unwrapped(host: ipaddress.IPv6Address) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    wrapped = host.ipv4_mapped or host.sixtofour
    if wrapped is None and host.teredo is not None:
        wrapped = host.teredo[1]
    return wrapped or host
