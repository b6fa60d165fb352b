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
        chosen = self._hosts(hosts)
        before = [host.clock.ppb for host in chosen]
        self._run_at(chosen, [rate] * len(chosen))

        def undo() -> None:
            self._run_at(chosen, [ppb / 1_000_000_000 for ppb in before])

        return self._bend("drift", {"hosts": hosts, "rate": rate}, undo)

    def steady(self, hosts: Hosts) -> None:
        self._record("steady", hosts=hosts)
        chosen = self._hosts(hosts)
        self._run_at(chosen, [1.0] * len(chosen))

    def _run_at(self, hosts: "Sequence[SimHost]", rates: Sequence[float]) -> None:
        loop = self._world.loop
        for host, rate in zip(hosts, rates, strict=True):
            host.clock.run_at(rate, loop.now_ns)
            loop.rekey(host)


class SimProcessLever(Lever):
    """Kills, stops, freezes and revives."""

    name = "process"

    def crash(self, hosts: Hosts) -> SimBend:
        chosen = self._hosts(hosts)
        for host in chosen:
            self._world.kill_all(host, "crash")
        return self._bend("crash", {"hosts": hosts}, lambda: self._revive(chosen))

    def revive(self, hosts: Hosts) -> None:
        self._record("revive", hosts=hosts)
        self._revive(self._hosts(hosts))

    def power_off(self, hosts: Hosts) -> SimBend:
        chosen = self._hosts(hosts)
        for host in chosen:
            self._world.cut_power(host)
        return self._bend("power_off", {"hosts": hosts}, lambda: self._revive(chosen))

    def power_on(self, hosts: Hosts) -> None:
        self._record("power_on", hosts=hosts)
        self._revive(self._hosts(hosts))

    def stop(self, hosts: Hosts) -> SimBend:
        chosen = self._hosts(hosts)
        for host in chosen:
            self._world.terminate_all(host)
        return self._bend("stop", {"hosts": hosts}, lambda: self._revive(chosen))

    def pause(self, hosts: Hosts) -> SimBend:
        chosen = self._hosts(hosts)
        self._world.loop.gated = True
        for host in chosen:
            host.paused += 1

        def undo() -> None:
            for host in chosen:
                host.paused = max(0, host.paused - 1)
                if not host.paused:
                    self._world.loop.resume(host)

        return self._bend("pause", {"hosts": hosts}, undo)

    def resume(self, hosts: Hosts) -> None:
        self._record("resume", hosts=hosts)
        for host in self._hosts(hosts):
            host.paused = 0
            self._world.loop.resume(host)

    def _revive(self, hosts: "Sequence[SimHost]") -> None:
        for host in hosts:
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
        chosen = self._hosts(hosts)
        self._world.loop.gated = True
        for host in chosen:
            host.burdens.append(factor)

        def undo() -> None:
            for host in chosen:
                if factor in host.burdens:
                    host.burdens.remove(factor)

        return self._bend("burden", {"hosts": hosts, "factor": factor}, undo)

    def relieve(self, hosts: Hosts) -> None:
        self._record("relieve", hosts=hosts)
        for host in self._hosts(hosts):
            host.burdens.clear()
