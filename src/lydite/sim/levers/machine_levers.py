"""The levers of single machines: clocks, processes, disks, processors."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from lydite.model import InputError
from lydite.sim.disk.bends import DiskBend
from lydite.sim.levers.bending import Lever, SimBend
from lydite.world import Hosts

if TYPE_CHECKING:
    from lydite.sim.hosts.host import SimHost


class SimClockLever(Lever):
    """Bends clocks."""

    name = "clock"

    def step(self, hosts: Hosts, by_ns: int) -> None:
        self._record("step", hosts=hosts, by_ns=by_ns)
        for host in self._hosts(hosts):
            host.clock.step(by_ns)

    def drift(self, hosts: Hosts, rate: float) -> SimBend:
        if not 0.001 <= rate <= 1000:
            raise InputError(f"a clock's rate lies between 0.001 and 1000, found {rate}", where="clock.drift")
        chosen, token = self._hosts(hosts), object()
        for host in chosen:
            host.drifts[token] = rate
        self._repace(chosen)

        def undo() -> None:
            for host in chosen:
                host.drifts.pop(token, None)
            self._repace(chosen)

        return self._bend("drift", {"hosts": hosts, "rate": rate}, undo)

    def steady(self, hosts: Hosts) -> None:
        self._record("steady", hosts=hosts)
        chosen = self._hosts(hosts)
        for host in chosen:
            host.drifts.clear()
            host.rate = 1.0
        self._repace(chosen)

    def _repace(self, hosts: "Sequence[SimHost]") -> None:
        """Each clock runs as the latest drift in force wants it; without one, as it was made."""
        loop = self._world.loop
        for host in hosts:
            host.clock.run_at(next(reversed(host.drifts.values()), host.rate), loop.now_ns)
            loop.rekey(host)


class SimProcessLever(Lever):
    """Kills, stops, freezes and revives."""

    name = "process"

    def crash(self, hosts: Hosts) -> SimBend:
        chosen = self._machines(hosts)
        for host in chosen:
            self._world.kill_all(host, "crash")
        return self._bend_down("crash", hosts, chosen)

    def revive(self, hosts: Hosts) -> None:
        self._record("revive", hosts=hosts)
        self._revive(self._machines(hosts))

    def power_off(self, hosts: Hosts) -> SimBend:
        chosen = self._machines(hosts)
        for host in chosen:
            self._world.cut_power(host)
        return self._bend_down("power_off", hosts, chosen)

    def power_on(self, hosts: Hosts) -> None:
        self._record("power_on", hosts=hosts)
        self._revive(self._machines(hosts))

    def stop(self, hosts: Hosts) -> SimBend:
        chosen = self._machines(hosts)
        for host in chosen:
            self._world.terminate_all(host)
        return self._bend_down("stop", hosts, chosen)

    def pause(self, hosts: Hosts) -> SimBend:
        chosen, token = self._machines(hosts), object()
        self._world.loop.gated = True
        for host in chosen:
            host.paused.append(token)

        def undo() -> None:
            for host in chosen:
                if token in host.paused:
                    host.paused.remove(token)
                    if not host.paused:
                        self._world.loop.resume(host)

        return self._bend("pause", {"hosts": hosts}, undo)

    def resume(self, hosts: Hosts) -> None:
        self._record("resume", hosts=hosts)
        for host in self._machines(hosts):
            host.paused.clear()
            self._world.loop.resume(host)

    def _bend_down(self, verb: str, hosts: Hosts, chosen: "Sequence[SimHost]") -> SimBend:
        """Hosts are down until the last of the bends that keep them down is lifted."""
        token = object()
        for host in chosen:
            host.down.append(token)

        def undo() -> None:
            for host in chosen:
                if token in host.down:
                    host.down.remove(token)
                    if not host.down:
                        self._world.revive(host)

        return self._bend(verb, {"hosts": hosts}, undo)

    def _machines(self, hosts: Hosts) -> "list[SimHost]":
        """The hosts; the tester is none that can be killed or frozen, for nobody would be left to heal it."""
        chosen = self._hosts(hosts)
        if self._world.tester.host in chosen:
            raise InputError(
                "the tester cannot be killed, stopped or frozen: the trial itself runs there",
                where=self.name,
                remedy="name the hosts of the system under test",
            )
        return chosen

    def _revive(self, hosts: "Sequence[SimHost]") -> None:
        for host in hosts:
            host.down.clear()
            self._world.revive(host)


class SimDiskLever(Lever):
    """Bends disks."""

    name = "disk"

    def fail(self, hosts: Hosts, operation: str = "*", path: str = "", rate: float = 1.0) -> SimBend:
        bend = DiskBend(kind="fail", operation=operation, path=path, rate=rate)
        return self._bend_disks("fail", hosts, bend, operation=operation, path=path, rate=rate)

    def repair(self, hosts: Hosts) -> None:
        self._clear("repair", hosts, "fail")

    def fill(self, hosts: Hosts) -> SimBend:
        return self._bend_disks("fill", hosts, DiskBend(kind="fill"))

    def drain(self, hosts: Hosts) -> None:
        self._clear("drain", hosts, "fill")

    def slow(self, hosts: Hosts, by_ns: int) -> SimBend:
        return self._bend_disks("slow", hosts, DiskBend(kind="slow", by_ns=by_ns), by_ns=by_ns)

    def quicken(self, hosts: Hosts) -> None:
        self._clear("quicken", hosts, "slow")

    def lie(self, hosts: Hosts) -> SimBend:
        return self._bend_disks("lie", hosts, DiskBend(kind="lie"))

    def confess(self, hosts: Hosts) -> None:
        self._clear("confess", hosts, "lie")

    def rot(self, hosts: Hosts, path: str = "", bits: int = 1) -> None:
        self._record("rot", hosts=hosts, path=path, bits=bits)
        for host in self._hosts(hosts):
            host.disk.rot(path, bits)

    def _bend_disks(self, verb: str, hosts: Hosts, bend: DiskBend, **more: str | float) -> SimBend:
        chosen = self._hosts(hosts)
        for host in chosen:
            host.disk.bends.add(bend)

        def undo() -> None:
            for host in chosen:
                host.disk.bends.remove(bend)

        return self._bend(verb, {"hosts": hosts, **more}, undo)

    def _clear(self, verb: str, hosts: Hosts, kind: Literal["fail", "fill", "slow", "lie"]) -> None:
        self._record(verb, hosts=hosts)
        for host in self._hosts(hosts):
            host.disk.bends.clear(kind)


class SimCpuLever(Lever):
    """Makes hosts slow."""

    name = "cpu"

    def burden(self, hosts: Hosts, factor: float) -> SimBend:
        if factor < 1:
            raise InputError(f"a burden's factor is at least 1, found {factor}", where="cpu.burden")
        chosen, token = self._hosts(hosts), object()
        self._world.loop.gated = True
        for host in chosen:
            host.burdens[token] = factor

        def undo() -> None:
            for host in chosen:
                host.burdens.pop(token, None)

        return self._bend("burden", {"hosts": hosts, "factor": factor}, undo)

    def relieve(self, hosts: Hosts) -> None:
        self._record("relieve", hosts=hosts)
        for host in self._hosts(hosts):
            host.burdens.clear()
