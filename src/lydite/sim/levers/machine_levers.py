"""The levers of single machines: clocks, processes, disks, processors."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Literal, get_args

from lydite.model import InputError
from lydite.sim.disk.bends import DiskBend, Trip, absolute
from lydite.sim.levers.bending import Lever, SimBend
from lydite.sim.levers.exchanges import Exchanges
from lydite.sim.programs.lifecycle import Vanished
from lydite.world import Hosts, Unsynced

if TYPE_CHECKING:
    from lydite.sim.hosts.host import SimHost
    from lydite.sim.world import SimWorld


UNSYNCED: Final = get_args(Unsynced)


class SimClockLever(Lever):
    """Bends clocks."""

    name = "clock"

    def step(self, hosts: Hosts, by_ns: int) -> None:
        self._record("step", hosts=hosts, by_ns=by_ns)
        for host in self._hosts(hosts):
            host.offsets[object()] = by_ns
            host.clock.step(by_ns)

    def offset(self, hosts: Hosts, by_ns: int) -> SimBend:
        chosen, token = self._hosts(hosts), object()
        for host in chosen:
            host.offsets[token] = by_ns
            host.clock.step(by_ns)

        def undo() -> None:
            for host in chosen:
                host.clock.step(-host.offsets.pop(token, 0))

        def holds() -> bool:
            return any(token in host.offsets for host in chosen)

        return self._bend("offset", {"hosts": hosts, "by_ns": by_ns}, undo, holds)

    def correct(self, hosts: Hosts) -> None:
        with self._healing("correct", hosts=hosts):
            for host in self._hosts(hosts):
                host.clock.step(-sum(host.offsets.values()))
                host.offsets.clear()

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

        def holds() -> bool:
            return any(token in host.drifts for host in chosen)

        return self._bend("drift", {"hosts": hosts, "rate": rate}, undo, holds)

    def steady(self, hosts: Hosts) -> None:
        with self._healing("steady", hosts=hosts):
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

    def runs(self, hosts: Hosts) -> bool:
        return any(host.processes or (host.down and host.programs) for host in self._hosts(hosts))

    def crash(self, hosts: Hosts) -> SimBend:
        chosen = self._machines(hosts)
        for host in chosen:
            self._world.kill_all(host, "crash")
        return self._bend_down("crash", hosts, chosen)

    def revive(self, hosts: Hosts) -> None:
        with self._healing("revive", hosts=hosts):
            self._revive(self._machines(hosts))

    def power_off(self, hosts: Hosts, unsynced: Unsynced = "any") -> SimBend:
        if unsynced not in UNSYNCED:
            raise InputError(
                f"what was not synced is {', '.join(UNSYNCED)}; found {unsynced!r}", where="process.power_off"
            )
        chosen = self._machines(hosts)
        for host in chosen:
            self._world.cut_power(host, unsynced)
        more = {"unsynced": unsynced} if unsynced != "any" else {}
        return self._bend_down("power_off", hosts, chosen, **more)

    def power_on(self, hosts: Hosts) -> None:
        with self._healing("power_on", hosts=hosts):
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

        return self._bend(
            "pause", {"hosts": hosts}, undo, lambda: any(token in host.paused for host in chosen)
        )

    def resume(self, hosts: Hosts) -> None:
        with self._healing("resume", hosts=hosts):
            for host in self._machines(hosts):
                host.paused.clear()
                self._world.loop.resume(host)

    def _bend_down(self, verb: str, hosts: Hosts, chosen: "Sequence[SimHost]", **more: str) -> SimBend:
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

        def holds() -> bool:
            return any(token in host.down for host in chosen)

        return self._bend(verb, {"hosts": hosts, **more}, undo, holds)

    def _revive(self, hosts: "Sequence[SimHost]") -> None:
        for host in hosts:
            host.down.clear()
            self._world.revive(host)


class SimDiskLever(Lever):
    """Bends disks."""

    name = "disk"

    def __init__(self, world: "SimWorld") -> None:
        super().__init__(world)
        self._exchanges = Exchanges(world)

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

    def stores(self, hosts: Hosts, path: str = "") -> bool:
        return any(host.disk.stores(path) for host in self._hosts(hosts))

    def unsynced(self, hosts: Hosts) -> bool:
        return any(host.disk.unsynced for host in self._hosts(hosts))

    def swap(self, left: str, right: str) -> SimBend:
        chosen = self._machines((left, right))
        if chosen[0] is chosen[1]:
            raise InputError(
                f"a disk is swapped with that of another host, found {left} twice", where="disk.swap"
            )
        number = self._exchanges.add(*chosen)
        args = {"left": left, "right": right}
        return self._bend(
            "swap", args, lambda: self._exchanges.take_back(number), lambda: number in self._exchanges
        )

    def unswap(self, left: str, right: str) -> None:
        with self._healing("unswap", left=left, right=right):
            self._exchanges.take_back_all(*self._machines((left, right)))

    def trip(self, hosts: Hosts, path: str = "", skip: int = 0) -> SimBend:
        chosen = self._machines(hosts)
        if skip < 0:
            raise InputError(f"it skips no sync or some, found {skip}", where="disk.trip")
        set_up = [(host, self._wire(host, path, skip)) for host in chosen]

        def undo() -> None:
            for host, wire in set_up:
                if wire in host.disk.trips:
                    host.disk.trips.remove(wire)
                elif wire in host.down:
                    host.down.remove(wire)
                    if not host.down:
                        self._world.revive(host)

        def holds() -> bool:
            return any(wire in host.disk.trips or wire in host.down for host, wire in set_up)

        return self._bend("trip", {"hosts": hosts, "path": path, "skip": skip}, undo, holds)

    def untrip(self, hosts: Hosts) -> None:
        with self._healing("untrip", hosts=hosts):
            for host in self._hosts(hosts):
                host.disk.trips.clear()

    def _wire(self, host: "SimHost", path: str, skip: int) -> Trip:
        """Take the host's power at the sync that meets the wire, and end the call that it was in."""

        def strike() -> None:
            host.disk.trips.remove(wire)
            host.down.append(wire)
            self._record("tripped", hosts=host.name)
            self._world.cut_power(host)
            raise Vanished

        wire = Trip(path=absolute(path), skip=skip, strike=strike)
        host.disk.trips.append(wire)
        return wire

    def _bend_disks(self, verb: str, hosts: Hosts, bend: DiskBend, **more: str | float) -> SimBend:
        chosen = self._hosts(hosts)
        for host in chosen:
            host.disk.bends.add(bend)

        def undo() -> None:
            for host in chosen:
                host.disk.bends.remove(bend)

        def holds() -> bool:
            return any(bend in host.disk.bends for host in chosen)

        return self._bend(verb, {"hosts": hosts, **more}, undo, holds)

    def _clear(self, verb: str, hosts: Hosts, kind: Literal["fail", "fill", "slow", "lie"]) -> None:
        with self._healing(verb, hosts=hosts):
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

        return self._bend(
            "burden",
            {"hosts": hosts, "factor": factor},
            undo,
            lambda: any(token in host.burdens for host in chosen),
        )

    def relieve(self, hosts: Hosts) -> None:
        with self._healing("relieve", hosts=hosts):
            for host in self._hosts(hosts):
                host.burdens.clear()
