"""Stalls: what a stream does while something is in the way, as TCP does it.

Lost or corrupted segments come later, never never. A cut is silent: what is sent waits and is sent again
when the road opens, at the moment at which TCP's doubling timer would have tried. News of room in a
reader's buffer waits in the same way, so a writer that waits for room waits on.

After `GIVE_UP_NS` without an answer the sender's end times out, whether what it sent could not go out or
only the answers cannot come back. An end that nobody owns any more, for it was closed or its process is
dead, gives up in silence: its kernel forgets the connection, and answers with a reset from then on.
Whoever has nothing to send never learns that the other end is gone.

None of this costs a stream anything whose roads are open: a road that closes tells the streams whose
answers travel on it, and they look up at their next write.
"""

from asyncio import transports
from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Any

from lydite.sim.network.errors import timed_out
from lydite.sim.network.roads import RETRANSMIT_NS, RETRANSMIT_NS_MAX, Road
from lydite.sim.network.segments import FIN, GIVE_UP_NS, PROBE, RST, SEGMENT_MAX, Mark

if TYPE_CHECKING:
    from contextvars import Context

    from lydite.sim.hosts.process import SimProcess
    from lydite.sim.loop import SimLoop
    from lydite.sim.network.network import Network
    from lydite.sim.network.streams import SimStream


def next_try(first_ns: int, now_ns: int) -> int:
    """When TCP's doubling timer, which began at the first moment, next rings."""
    try_ns, wait_ns = first_ns, RETRANSMIT_NS
    while try_ns < now_ns:
        try_ns += wait_ns
        wait_ns = min(wait_ns * 2, RETRANSMIT_NS_MAX)
    return try_ns


class Stalls(transports.Transport):
    """The part of a stream that waits, tries again and gives up."""

    __slots__ = (
        "_acknowledged",
        "_consumed",
        "_free_ns",
        "_heard",
        "_limit",
        "_network",
        "_sent",
        "_unheard_ns",
        "_unsent",
        "connection",
        "context",
        "eof_sent",
        "forgotten",
        "loop",
        "lost",
        "number",
        "peer",
        "process",
        "road",
    )

    _network: "Network"
    loop: "SimLoop"
    process: "SimProcess"
    context: "Context"
    connection: int
    number: int
    road: Road
    peer: "SimStream"
    lost: bool
    eof_sent: bool
    forgotten: bool
    """Does its kernel know nothing of the connection any more?"""
    _free_ns: int
    _limit: int
    _sent: int
    _consumed: int
    _unsent: deque[tuple[int, bool, Any]] | None
    """Since when it waits, whether it was lost (or only held back), and what."""
    _acknowledged: int
    """While it is deaf: how much of what it sent had left before that."""
    _heard: int
    """While it is deaf: how much the other end had taken before that."""
    _unheard_ns: int
    """Since when it has waited for an answer that cannot come; -1 while it does not."""

    if TYPE_CHECKING:

        def fail(self, error: BaseException) -> None:
            """The connection is broken: the protocol hears why."""

        @property
        def waits_for_room(self) -> bool:
            """Is its writer paused until the other end takes something?"""

    # -- the way out

    def _finish(self) -> None:
        self._network.trace.finish(self.loop.now_ns, self.process.host.index, self.connection)
        self._send_slowly(FIN)
        if self.deaf:
            self.expect_answer()

    def answer_reset(self) -> None:
        """Tell the other end that this one is gone. A reset is sent once: a cut road loses it."""
        network, road = self._network, self.road
        self.forgotten = True
        network.trace.reset(self.loop.now_ns, self.process.host.index, self.connection)
        condition = road.condition
        if condition is not None and condition.hold and not condition.cut:
            self._keep_back(RST)
            return
        self._unsent = None
        if condition is None or not (condition.cut or road.loses()):
            self._arrive_at_peer(RST, 0)

    def _send_slowly(self, data: Any) -> None:
        condition = self.road.condition
        if self._unsent or (condition is not None and condition.closed):
            self._keep_back(data)
            return
        if data.__class__ is Mark:
            self._arrive_at_peer(data, 0)
            return
        for start in range(0, len(data), SEGMENT_MAX):
            piece = data[start : start + SEGMENT_MAX]
            self._arrive_at_peer(piece, len(piece))

    def _arrive_at_peer(self, data: Any, size: int) -> None:
        road = self.road
        when_ns = road.arrival(self.loop.now_ns, size) + road.retransmissions()
        self._free_ns = when_ns = max(when_ns, self._free_ns)
        self.loop.arrive(when_ns, self.peer.process.host, self.peer, data)

    def _keep_back(self, data: Any) -> None:
        now_ns = self.loop.now_ns
        if self._unsent is None:
            self._unsent = deque()
        if not self._unsent:
            self._network.later(GIVE_UP_NS, self.process.host, self._give_up, now_ns)
        condition = self.road.condition
        self._unsent.append((now_ns, condition is None or condition.cut, data))
        self.road.waiting[self.number] = self.road_opened

    def road_opened(self) -> None:
        """What was held goes on at once; what was lost, when TCP's doubling timer next tries."""
        if not self._unsent:
            return
        now_ns, (first_ns, was_lost, _) = self.loop.now_ns, self._unsent[0]
        try_ns = next_try(first_ns if was_lost else now_ns, now_ns)
        self.loop.at(try_ns, self.process.host, self._send_again, context=self._network.context)

    def _send_again(self) -> None:
        condition = self.road.condition
        if condition is not None and condition.closed:
            self.road.waiting[self.number] = self.road_opened
            return
        unsent, self._unsent = self._unsent, None
        for _, _, data in unsent or ():
            self._send_slowly(data)

    def _give_up(self, since_ns: int) -> None:
        if self._unsent and self._unsent[0][0] <= since_ns:
            self._unsent = None
            self.road.waiting.pop(self.number, None)
            self._time_out()

    def _time_out(self) -> None:
        """There was no answer for too long: the program hears so, if there is still one."""
        self.forgotten = True
        if not self.lost:
            self.loop.call_soon(self.fail, timed_out(), context=self.context)

    def lost_on_the_way(self, data: Any) -> None:
        """The host at the other end has no power: what was sent will be sent again, when it is back."""
        if not self.lost or self.eof_sent:
            self._keep_back(data)
            self.road.waiting.pop(self.number, None)
            self._network.unpowered(self.peer.process.host, self)

    # -- the way back

    @property
    def deaf(self) -> bool:
        """Can no answer come, for the way back is cut or held?"""
        condition = self.peer.road.condition
        return condition is not None and condition.closed

    def went_deaf(self) -> None:
        """The way back has closed. What has arrived by now was acknowledged, what is on its way will not be."""
        self._heard = self.peer._consumed
        self._acknowledged = self._sent
        self._limit = -1
        if self._free_ns > self.loop.now_ns or self.waits_for_room:
            self.expect_answer()

    def expect_answer(self) -> None:
        """Something was sent that needs an answer: wait for one as long as TCP does."""
        if self._unheard_ns < 0:
            self._unheard_ns = now_ns = self.loop.now_ns
            self._network.hold(self.peer.road, self._hear_again)
            self._network.later(GIVE_UP_NS, self.process.host, self._no_answer, now_ns)

    def _hear_again(self) -> None:
        """The way back is open: what TCP's doubling timer sends next will be answered."""
        try_ns = next_try(self._unheard_ns, self.loop.now_ns)
        self.loop.at(try_ns, self.process.host, self._ask_again, context=self._network.context)

    def _ask_again(self) -> None:
        if self.lost or self._unheard_ns < 0:
            return
        if self.deaf:
            self._network.hold(self.peer.road, self._hear_again)
            return
        self._unheard_ns = -1
        if self.peer.forgotten:
            self._send_slowly(PROBE)
        elif self.peer.peer_waits:
            self.peer.grant()

    def _no_answer(self, since_ns: int) -> None:
        if self._unheard_ns == since_ns:
            self._unheard_ns = -1
            self._time_out()

    def _send_grant(self, since_ns: int) -> None:
        """Tell the writer at the other end that there is room."""
        road, peer, now_ns = self.road, self.peer, self.loop.now_ns
        condition = road.condition
        if self.forgotten:
            return
        if condition is not None and condition.closed:
            self._network.hold(road, partial(self._grant_again, since_ns if condition.cut else -1))
            return
        when_ns = road.arrival(now_ns, 0) + road.retransmissions()
        self.loop.at(when_ns, peer.process.host, peer.granted, context=peer.context)

    def _grant_again(self, since_ns: int) -> None:
        """The way to the writer is open: what was held goes on at once, a lost one when the writer next asks."""
        now_ns = self.loop.now_ns
        since_ns = since_ns if since_ns >= 0 else now_ns
        try_ns = next_try(since_ns, now_ns)
        self.loop.at(try_ns, self.process.host, self._send_grant, since_ns, context=self._network.context)
