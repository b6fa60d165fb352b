"""Tampering: what leaves a host in place of what its programs have sent.

A host whose words are tampered with has an outlet for each way on which it talks: the bytes of a write, or a
datagram, go through every tamperer of the host in turn, and what comes of them leaves, some of it later. On one way
nothing overtakes anything. The trace tells what leaves (SEND, DATAGRAM), for that is what others can know of.

TLS is tampered with in plain text, as a traitor would who has its own keys; the messages of a handshake pass
untouched. What a host says to itself never leaves it. When a connection ends, what is kept of it still leaves, late
things in their time, and the end of the stream behind them; a reset and a loss of power take it all away.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from lydite.model import InputError, LyditeError
from lydite.sim.context import active_world
from lydite.sim.network.tls import Eavesdropper, is_handshake
from lydite.world import Leaving, Tamperer, Way

if TYPE_CHECKING:
    from lydite.sim.hosts.host import SimHost
    from lydite.sim.network.network import Network
    from lydite.sim.network.streams import SimStream

Leave: TypeAlias = Callable[[bytes], None]
"""What sends bytes that leave."""

Tamperers: TypeAlias = dict[int, Tamperer]
"""Those of one host, by the number of the bend, the oldest first."""

Piece: TypeAlias = tuple[dict[int, int], bytes]
"""By how much each bend delays it, and the bytes."""

Answer = TypeVar("Answer")


class Waiting:
    """Something that leaves later."""

    __slots__ = ("act", "delays", "when_ns", "written_ns")

    def __init__(
        self, written_ns: int, when_ns: int, delays: dict[int, int], act: Callable[[], None]
    ) -> None:
        self.written_ns = written_ns
        self.when_ns = when_ns
        self.delays = delays
        self.act = act


class Outlet:
    """Where one way leaves a host that is tampered with."""

    __slots__ = (
        "_eavesdropper",
        "_gone",
        "_host",
        "_leave",
        "_network",
        "_owe",
        "_tamperers",
        "_waiting",
        "way",
    )

    def __init__(
        self,
        network: "Network",
        host: "SimHost",
        way: Way,
        tamperers: Tamperers,
        *,
        leave: Leave,
        owe: Callable[[int], None],
    ) -> None:
        self._network = network
        self._host = host
        self._tamperers = tamperers
        self._leave = leave
        self._owe = owe
        self._waiting: deque[Waiting] = deque()
        self._eavesdropper = Eavesdropper()
        self._gone = False
        self.way = way

    def write(self, data: bytes) -> None:
        """A program has sent this."""
        if is_handshake(data):
            self._owe(len(data))
            self._put({}, partial(self._leave, data))
        else:
            self._through([({}, data)], self._tamperers.items())

    def write_datagram(self, data: bytes, leave: Leave) -> None:
        """A program has sent this datagram, which would leave in that manner."""
        self._leave = leave
        self.write(data)

    def hear(self, data: bytes) -> None:
        """The other end's words have reached the program."""
        plain = self._eavesdropper.plain(data)
        if plain:
            way = self.way
            back = replace(way, source=way.target, target=way.source, opened=not way.opened)
            tell(self._tamperers, back, plain)

    def end(self, finish: Callable[[], None]) -> None:
        """The program has sent its last: what is kept leaves first."""
        for number in list(self._tamperers):
            self._flush(number)
        self._put({}, finish)

    def spare(self, number: int) -> None:
        """One bend is lifted: what its tamperer kept leaves, and nothing waits for its sake any more."""
        self._flush(number)
        for waiting in self._waiting:
            waiting.delays.pop(number, None)
            waiting.when_ns = waiting.written_ns + sum(waiting.delays.values())
            self._call_at(waiting.when_ns)
        self._let_go()

    def drop(self) -> None:
        """The connection is gone, and what was kept of it."""
        self._gone = True
        self._waiting.clear()

    def _flush(self, number: int) -> None:
        tamperer = self._tamperers[number]
        rest = blaming(tamperer, lambda: tamperer.rest(self.way)) or b""
        if rest:
            later = [(other, each) for other, each in self._tamperers.items() if other > number]
            self._through([({}, rest)], later)

    def _through(self, pieces: list[Piece], tamperers: Iterable[tuple[int, Tamperer]]) -> None:
        for number, tamperer in tamperers:
            pieces = [
                ({**delays, number: delay_ns}, left)
                for delays, data in pieces
                for delay_ns, left in self._asked(tamperer, data)
            ]
        for delays, data in pieces:
            self._owe(len(data))
            self._put(delays, partial(self._leave, data))

    def _asked(self, tamperer: Tamperer, data: bytes) -> Sequence[Leaving]:
        return blaming(tamperer, lambda: checked(tamperer.tamper(self.way, data))) or ()

    def _put(self, delays: dict[int, int], act: Callable[[], None]) -> None:
        if self._gone:
            return
        now_ns = self._network.loop.now_ns
        when_ns = now_ns + sum(delays.values())
        if not self._waiting and when_ns <= now_ns:
            act()
            return
        self._waiting.append(Waiting(now_ns, when_ns, delays, act))
        self._call_at(when_ns)

    def _call_at(self, when_ns: int) -> None:
        self._network.later(max(0, when_ns - self._network.loop.now_ns), self._host, self._let_go)

    def _let_go(self) -> None:
        """Whatever is due leaves, and nothing before what was said before it."""
        waiting, now_ns = self._waiting, self._network.loop.now_ns
        while waiting and waiting[0].when_ns <= now_ns:
            waiting.popleft().act()


class Tampering:
    """Who tampers with the words of which host."""

    def __init__(self, network: "Network") -> None:
        self._network = network
        self._by_host: dict[int, Tamperers] = {}
        self._outlets: dict[int | Way, Outlet] = {}
        """Of streams by their number, of datagrams by their way."""
        self._bends = 0

    def __bool__(self) -> bool:
        return bool(self._by_host)

    def begin(self, hosts: "Sequence[SimHost]", tamperer: Tamperer) -> int:
        """From now on the words of these hosts go through it; the number of the bend."""
        self._bends += 1
        for host in hosts:
            self._by_host.setdefault(host.index, {})[self._bends] = tamperer
            for stream in self._network.streams_of(host):
                self.watch(stream)
        return self._bends

    def holds(self, number: int) -> bool:
        """Do any words still go through the tamperer of this bend?"""
        return any(number in tamperers for tamperers in self._by_host.values())

    def end(self, hosts: "Sequence[SimHost]", number: int) -> None:
        """One bend is lifted: what its tamperer kept of these hosts leaves now."""
        for host in hosts:
            tamperers = self._by_host.get(host.index, {})
            if number not in tamperers:
                continue
            outlets = [outlet for outlet in self._outlets.values() if outlet.way.source == host.name]
            for outlet in outlets:
                outlet.spare(number)
            del tamperers[number]
            if not tamperers:
                self._leave_alone(host)

    def end_all(self, hosts: "Sequence[SimHost]") -> None:
        """Nobody tampers with the words of these hosts any more."""
        for host in hosts:
            for number in list(self._by_host.get(host.index, ())):
                self.end([host], number)

    def watch(self, stream: "SimStream") -> None:
        """A connection has begun: if this end of it is on such a host, it gets an outlet."""
        host, target = stream.process.host, stream.peer.process.host
        tamperers = self._by_host.get(host.index)
        if not tamperers or host is target or stream.outlet is not None:
            return
        opened = stream.number % 2 == 0
        called = stream.get_extra_info("peername" if opened else "sockname")
        way = Way(
            source=host.name,
            target=target.name,
            connection=stream.connection,
            opened=opened,
            port=int(called[1]),
        )
        outlet = Outlet(self._network, host, way, tamperers, leave=stream.leave, owe=stream.owe)
        self._outlets[stream.number] = outlet
        stream.tampered_by(outlet)

    def datagrams(self, source: "SimHost", target: "SimHost", port: int) -> Outlet | None:
        """Where the datagrams of one host to a port of another leave, if they are tampered with."""
        tamperers = self._by_host.get(source.index)
        if not tamperers or source is target:
            return None
        way = Way(source=source.name, target=target.name, port=port)
        if way not in self._outlets:
            self._outlets[way] = Outlet(self._network, source, way, tamperers, leave=unsent, owe=unowed)
        return self._outlets[way]

    def hear_datagram(self, source: "SimHost", target: "SimHost", port: int, data: bytes) -> None:
        """A datagram has reached a program."""
        tamperers = self._by_host.get(target.index)
        if tamperers and source is not target:
            tell(tamperers, Way(source=source.name, target=target.name, port=port), data)

    def _leave_alone(self, host: "SimHost") -> None:
        del self._by_host[host.index]
        for key in [key for key, outlet in self._outlets.items() if outlet.way.source == host.name]:
            del self._outlets[key]
        for stream in self._network.streams_of(host):
            stream.tampered_by(None)


def tell(tamperers: Tamperers, way: Way, data: bytes) -> None:
    """Let all of them hear what was said to their host."""
    for tamperer in tamperers.values():
        blaming(tamperer, partial(tamperer.hear, way, data))


def checked(leaving: Sequence[Leaving]) -> Sequence[Leaving]:
    """What a tamperer has answered, if it can be done."""
    for delay_ns, data in leaving:
        if delay_ns < 0 or not isinstance(data, bytes):
            raise InputError(
                f"a delay of at least 0 ns and bytes can leave, found {delay_ns} ns and {type(data).__name__}"
            )
    return leaving


def blaming(tamperer: Tamperer, ask: Callable[[], Answer]) -> Answer | None:
    """Its answer. An error is the tester's own and ends the run; the program that was sending hears nothing of it."""
    try:
        return ask()
    except Exception as error:
        world = active_world()
        assert world is not None
        problem = f"{type(error).__name__}: {error}"
        known = error if isinstance(error, LyditeError) else None
        world.fail(
            InputError(
                f"{tamperer.words} could not tamper: {known.what if known else problem}",
                where=known.where if known else "",
                remedy=(known.remedy if known else "") or "correct the code that was given to network.tamper",
            )
        )
        return None


def unsent(data: bytes) -> None:
    """Nothing was ever sent on this way, so nothing is left of it."""


def unowed(size: int) -> None:
    """Datagrams fill no buffers."""
