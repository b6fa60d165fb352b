"""The network lever: bends the roads between hosts, and their names."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from lydite.model import InputError
from lydite.sim.levers.bending import Lever, SimBend
from lydite.sim.network.roads import Road, RoadBend
from lydite.world import Hosts, Tamperer

if TYPE_CHECKING:
    from lydite.sim.network.streams import SimStream


class SimNetworkLever(Lever):
    """Bends roads."""

    name = "network"

    def cut(self, left: Hosts, right: Hosts) -> SimBend:
        return self._bend_roads("cut", left, right, RoadBend(kind="cut", cut=True))

    def heal(self, left: Hosts, right: Hosts) -> None:
        self._straighten("heal", left, right, "cut", "block")

    def block(self, source: Hosts, target: Hosts) -> SimBend:
        bend = RoadBend(kind="block", cut=True)
        roads = self._roads(source, target)
        args = {"source": source, "target": target}
        return self._bend("block", args, *self._apply(roads, bend))

    def unblock(self, source: Hosts, target: Hosts) -> None:
        with self._healing("unblock", source=source, target=target):
            for road in self._roads(source, target):
                road.straighten_all(("block",))

    def hold(self, left: Hosts, right: Hosts) -> SimBend:
        return self._bend_roads("hold", left, right, RoadBend(kind="hold", hold=True))

    def release(self, left: Hosts, right: Hosts) -> None:
        self._straighten("release", left, right, "hold")

    def delay(self, left: Hosts, right: Hosts, by_ns: int, jitter_ns: int = 0) -> SimBend:
        if by_ns < 0 or jitter_ns < 0:
            raise InputError(
                f"a delay is not negative, found {min(by_ns, jitter_ns)} ns", where="network.delay"
            )
        bend = RoadBend(kind="delay", delay_ns=by_ns, jitter_ns=jitter_ns)
        return self._bend_roads("delay", left, right, bend, by_ns=by_ns, jitter_ns=jitter_ns)

    def hasten(self, left: Hosts, right: Hosts) -> None:
        self._straighten("hasten", left, right, "delay")

    def lose(self, left: Hosts, right: Hosts, rate: float, burst: float = 1) -> SimBend:
        # Single losses are independent of each other, so any rate will do.
        least = max(1, rate / (1 - rate)) if _rate(rate, "network.lose") < 1 and burst != 1 else 1
        if burst < least:
            raise InputError(
                f"at a rate of {rate:g} bursts are {least:.3g} packets long or more, found {burst:g}",
                where="network.lose",
                remedy="lose less, or in longer bursts",
            )
        bend = RoadBend(kind="lose", loss=rate, burst=burst)
        more = {"burst": burst} if burst != 1 else {}
        return self._bend_roads("lose", left, right, bend, rate=rate, **more)

    def keep(self, left: Hosts, right: Hosts) -> None:
        self._straighten("keep", left, right, "lose")

    def duplicate(self, left: Hosts, right: Hosts, rate: float) -> SimBend:
        bend = RoadBend(kind="duplicate", duplicate=_rate(rate, "network.duplicate"))
        return self._bend_roads("duplicate", left, right, bend, rate=rate)

    def dedupe(self, left: Hosts, right: Hosts) -> None:
        self._straighten("dedupe", left, right, "duplicate")

    def reorder(self, left: Hosts, right: Hosts, rate: float, by_ns: int) -> SimBend:
        if by_ns < 0:
            raise InputError(f"a packet is late, not early: found {by_ns} ns", where="network.reorder")
        bend = RoadBend(kind="reorder", late=_rate(rate, "network.reorder"), late_ns=by_ns)
        return self._bend_roads("reorder", left, right, bend, rate=rate, by_ns=by_ns)

    def order(self, left: Hosts, right: Hosts) -> None:
        self._straighten("order", left, right, "reorder")

    def throttle(self, left: Hosts, right: Hosts, bytes_per_second: int) -> SimBend:
        if bytes_per_second < 1:
            raise InputError(
                f"a bandwidth is at least 1 byte per second, found {bytes_per_second}",
                where="network.throttle",
                remedy="use network.cut to let nothing through",
            )
        bend = RoadBend(kind="throttle", bytes_per_second=bytes_per_second)
        return self._bend_roads("throttle", left, right, bend, bytes_per_second=bytes_per_second)

    def unthrottle(self, left: Hosts, right: Hosts) -> None:
        self._straighten("unthrottle", left, right, "throttle")

    def corrupt(self, left: Hosts, right: Hosts, rate: float) -> SimBend:
        bend = RoadBend(kind="corrupt", corrupt=_rate(rate, "network.corrupt"))
        return self._bend_roads("corrupt", left, right, bend, rate=rate)

    def mend(self, left: Hosts, right: Hosts) -> None:
        self._straighten("mend", left, right, "corrupt")

    def refuse(self, left: Hosts, right: Hosts) -> SimBend:
        return self._bend_roads("refuse", left, right, RoadBend(kind="refuse", refuse=True))

    def admit(self, left: Hosts, right: Hosts) -> None:
        self._straighten("admit", left, right, "refuse")

    def forget(self, names: Hosts) -> SimBend:
        forgotten = self._world.network_model.names.forgotten
        token = object()
        for host in self._hosts(names):
            forgotten.setdefault(host.name, []).append(token)

        def undo() -> None:
            for tokens in forgotten.values():
                if token in tokens:
                    tokens.remove(token)

        def holds() -> bool:
            return any(token in tokens for tokens in forgotten.values())

        return self._bend("forget", {"names": names}, undo, holds)

    def recall(self, names: Hosts) -> None:
        with self._healing("recall", names=names):
            for host in self._hosts(names):
                self._world.network_model.names.forgotten.pop(host.name, None)

    def reset(self, left: Hosts, right: Hosts) -> None:
        self._record("reset", left=left, right=right)
        for stream in self._streams(left, right):
            for end in (stream, stream.peer):
                self._world.loop.at(self._world.now_ns, end.process.host, end.was_reset, context=end.context)

    def connected(self, left: Hosts, right: Hosts) -> bool:
        return any(self._streams(left, right))

    def _streams(self, left: Hosts, right: Hosts) -> "Iterator[SimStream]":
        """One end of each connection between the two sides."""
        for one in self._hosts(left):
            for other in self._hosts(right):
                yield from self._world.network_model.streams_between(one, other)

    def tamper(self, hosts: Hosts, tamperer: Tamperer) -> SimBend:
        chosen, tampering = self._hosts(hosts), self._world.network_model.tampering
        number = tampering.begin(chosen, tamperer)
        args = {"hosts": hosts, "tamperer": tamperer.words}
        return self._bend(
            "tamper", args, lambda: tampering.end(chosen, number), lambda: tampering.holds(number)
        )

    def restore(self, hosts: Hosts) -> None:
        with self._healing("restore", hosts=hosts):
            self._world.network_model.tampering.end_all(self._hosts(hosts))

    def _bend_roads(
        self, verb: str, left: Hosts, right: Hosts, bend: RoadBend, **more: int | float
    ) -> SimBend:
        roads = self._roads(left, right)
        roads += [road for road in self._roads(right, left) if road not in roads]
        args = {"left": left, "right": right, **more}
        return self._bend(verb, args, *self._apply(roads, bend))

    def _apply(self, roads: list[Road], bend: RoadBend) -> tuple[Callable[[], None], Callable[[], bool]]:
        """Bend the roads: how to undo that, and how to ask whether any of them is bent by it still."""
        for road in roads:
            road.bend(bend)

        def undo() -> None:
            for road in roads:
                road.straighten(bend)

        def holds() -> bool:
            return any(each is bend for road in roads for each in road.bends)

        return undo, holds

    def _straighten(self, verb: str, left: Hosts, right: Hosts, *kinds: str) -> None:
        with self._healing(verb, left=left, right=right):
            for road in self._roads(left, right) + self._roads(right, left):
                road.straighten_all(kinds)

    def _roads(self, source: Hosts, target: Hosts) -> list[Road]:
        roads = self._world.network_model.roads
        return [
            roads.between(one, other)
            for one in self._hosts(source)
            for other in self._hosts(target)
            if one is not other
        ]


def _rate(rate: float, where: str) -> float:
    if not 0 <= rate <= 1:
        raise InputError(f"a rate lies between 0 and 1, found {rate}", where=where)
    return rate
