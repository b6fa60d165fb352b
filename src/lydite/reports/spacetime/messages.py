"""Messages: what was sent, paired with where and when it arrived, or with why it never did.

A stream carries bytes, not messages: one write may arrive in pieces, and two may arrive as one. What a host wrote in
one go is a message here, and it has arrived when its last byte has. Bytes of one direction of a connection stay in
order, so counting them is enough. Datagrams carry no number: they are paired by their two hosts, their port and
their size, in order.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from lydite.model import Event, Kind, format_ns


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What one host sent to another."""

    number: int
    """The record that tells of its sending."""
    source: str
    target: str
    sent_ns: int
    arrived_ns: int | None
    """None: it never did."""
    size: int
    why: str = ""
    """Why it never arrived."""


@dataclass(slots=True)
class _Wait:
    event: Event
    target: str
    rest: int


@dataclass(slots=True)
class _Pairing:
    """What is on its way while the records are read."""

    ends: dict[int, tuple[str, str]] = field(default_factory=dict)
    streams: dict[tuple[int, str], deque[_Wait]] = field(default_factory=dict)
    datagrams: dict[tuple[str, str, int], list[_Wait]] = field(default_factory=dict)
    latest: dict[tuple[str, str, int, int], Event] = field(default_factory=dict)
    paired: list[Message] = field(default_factory=list)

    def read(self, event: Event) -> None:
        """Take in the next record."""
        fields = event.fields
        match event.kind:
            case Kind.CONNECT:
                self.ends[_int(event, "connection")] = (event.host, str(fields["peer"]))
            case Kind.SEND:
                number = _int(event, "connection")
                wait = _Wait(
                    event=event, target=self._other_end(number, event.host), rest=_int(event, "size")
                )
                self.streams.setdefault((number, event.host), deque()).append(wait)
            case Kind.DELIVER:
                self._deliver(event)
            case Kind.DATAGRAM:
                wait = _Wait(event=event, target=str(fields["peer"]), rest=0)
                key = (event.host, wait.target, _int(event, "size"))
                self.datagrams.setdefault(key, []).append(wait)
            case Kind.ARRIVE:
                self._arrive(event)
            case Kind.LOSE:
                self._lose(event)
            case _:
                pass

    def unpaired(self) -> Iterable[_Wait]:
        """What was still on its way at the end."""
        for waiting in (*self.streams.values(), *self.datagrams.values()):
            yield from waiting

    def _other_end(self, connection: int, host: str) -> str:
        one, other = self.ends.get(connection, (host, ""))
        return other if host == one else one

    def _deliver(self, event: Event) -> None:
        number, size = _int(event, "connection"), _int(event, "size")
        waiting = self.streams.get((number, self._other_end(number, event.host)))
        while waiting and size > 0:
            wait = waiting[0]
            taken = min(wait.rest, size)
            wait.rest -= taken
            size -= taken
            if wait.rest == 0:
                waiting.popleft()
                self._pair(wait.event, event.host, event.at_ns)

    def _arrive(self, event: Event) -> None:
        source, port, size = str(event.fields["peer"]), _int(event, "port"), _int(event, "size")
        key = (source, event.host, port, size)
        waiting = self.datagrams.get((source, event.host, size), [])
        for place, wait in enumerate(waiting):
            if _int(wait.event, "port") == port:
                self.latest[key] = waiting.pop(place).event
                break
        # One that arrives twice was sent once: its second arrival belongs to the same sending.
        if key in self.latest:
            self._pair(self.latest[key], event.host, event.at_ns)

    def _lose(self, event: Event) -> None:
        target = str(event.fields["peer"])
        if waiting := self.datagrams.get((event.host, target, _int(event, "size"))):
            # It is lost as it leaves: nothing was sent after it.
            self.paired.append(_message(waiting.pop().event, target, None, f"lost: {event.fields['why']}"))

    def _pair(self, sent: Event, target: str, at_ns: int) -> None:
        self.paired.append(_message(sent, target, at_ns, ""))


def messages_of(events: Sequence[Event]) -> tuple[list[Message], int]:
    """The messages between hosts in the order in which they were sent, and how many stayed within their host."""
    pairing = _Pairing()
    for event in events:
        pairing.read(event)
    reasons = _Reasons(events)
    lost = [
        replace(_message(wait.event, wait.target, None, ""), why=reasons.why(wait.event, wait.target))
        for wait in pairing.unpaired()
    ]
    every = sorted(pairing.paired + lost, key=lambda message: (message.sent_ns, message.number))
    between = [message for message in every if message.target and message.source != message.target]
    return between, len(every) - len(between)


class _Reasons:
    """What ended the hope that bytes would still arrive."""

    def __init__(self, events: Iterable[Event]) -> None:
        self._resets: dict[int, list[int]] = {}
        self._ends: dict[str, list[int]] = {}
        for event in events:
            if event.kind is Kind.RESET:
                self._resets.setdefault(_int(event, "connection"), []).append(event.at_ns)
            elif event.kind in {Kind.CRASH, Kind.EXIT}:
                self._ends.setdefault(event.host, []).append(event.at_ns)

    def why(self, sent: Event, target: str) -> str:
        """Why what was sent then never arrived."""
        ends = [(at_ns, f"{target} went down") for at_ns in self._ends.get(target, ())]
        if sent.kind is Kind.SEND:
            resets = self._resets.get(_int(sent, "connection"), ())
            ends += [(at_ns, "the connection was reset") for at_ns in resets]
        later = sorted(end for end in ends if end[0] >= sent.at_ns)
        if not later:
            return "never arrived: the records end before"
        at_ns, what = later[0]
        return f"never arrived: {what} at {format_ns(at_ns)}"


def _message(sent: Event, target: str, arrived_ns: int | None, why: str) -> Message:
    return Message(
        number=sent.number,
        source=sent.host,
        target=target,
        sent_ns=sent.at_ns,
        arrived_ns=arrived_ns,
        size=_int(sent, "size"),
        why=why,
    )


def _int(event: Event, name: str) -> int:
    value = event.fields.get(name, 0)
    return value if isinstance(value, int) else 0
