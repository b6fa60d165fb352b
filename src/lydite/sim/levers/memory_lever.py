"""The memory lever: makes memory short for the programs of a host."""

from lydite.model import InputError
from lydite.sim.levers.bending import Lever, SimBend
from lydite.sim.network.scarcity import loosen, tighten
from lydite.world import Hosts


class SimMemoryLever(Lever):
    """Makes memory short."""

    name = "memory"

    def limit(self, hosts: Hosts, bytes_max: int) -> SimBend:
        if bytes_max < 0:
            raise InputError(f"a limit is not negative, found {bytes_max} bytes", where="memory.limit")
        chosen, token = self._machines(hosts), object()
        for host in chosen:
            host.memory_limits[token] = bytes_max
            tighten(host)

        def undo() -> None:
            for host in chosen:
                if host.memory_limits.pop(token, None) is not None and not host.memory_limits:
                    loosen(host)

        def holds() -> bool:
            return any(token in host.memory_limits for host in chosen)

        return self._bend("limit", {"hosts": hosts, "bytes_max": bytes_max}, undo, holds)

    def unlimit(self, hosts: Hosts) -> None:
        with self._healing("unlimit", hosts=hosts):
            for host in self._hosts(hosts):
                host.memory_limits.clear()
                loosen(host)
