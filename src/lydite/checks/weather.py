"""The weather of a run: when the world was bent and when it was calm, as its FAULT events tell.

A bend begins where its lever is pulled and ends where the opposite verb is recorded for the same hosts. Where the
records leave a doubt the world counts as bent, so that no system is held to a promise that is due in calm weather only:

* a bend that is healed for some of its hosts only lasts on for the rest;
* of two bends with the same arguments, one record of the opposite ends the older one;
* a verb that is not known here is never healed.

What happens at once and stays (a clock that is set, connections that are reset, bits that rot) bends the world for that
moment. A fault of the schedule bends the world through levers, so that its FAULT events are enough.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from lydite.model import HEALERS, TESTER, Event, Kind, Plain

_HEALING: Final = frozenset(healer for healers in HEALERS.values() for healer in healers)
_ONE_WAY: Final = "network.unblock"
"""What heals one direction of a road; every other verb heals both."""
_STRUCK: Final = "disk.tripped"
"""A trip wire was met, and the power is gone. Until the wire is healed it bends the world; this is a moment of it."""
_EVERYBODY: Final = "*"


@dataclass(slots=True, kw_only=True)
class Bent:
    """One thing bent: what, since when, and until when."""

    what: str
    args: Mapping[str, Plain]
    begun: Event
    ended: Event | None = None
    left: list[tuple[str, ...]] = field(default_factory=list)
    """The hosts, or pairs of hosts, for which it is not healed yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of time, from its first nanosecond to just before `end_ns`."""

    begin_ns: int
    end_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """All that was bent in a run, in the order in which it began."""

    bends: tuple[Bent, ...]

    @property
    def first(self) -> Event | None:
        """Where the world was bent for the first time."""
        return self.bends[0].begun if self.bends else None

    @property
    def still(self) -> tuple[str, ...]:
        """What was never healed."""
        return tuple(bent.what for bent in self.bends if bent.ended is None)

    @property
    def last_heal(self) -> Event | None:
        """Where the world was whole for good; None if nothing was ever bent, or something still is."""
        ends = [bent.ended for bent in self.bends if bent.ended is not None]
        return None if self.still or not ends else max(ends, key=lambda event: event.number)

    def bent(self, whole: Span) -> list[Span]:
        """When the world was bent within a span: in order, and apart from each other."""
        merged: list[Span] = []
        for span in sorted(self._spans(whole), key=lambda span: span.begin_ns):
            if merged and span.begin_ns <= merged[-1].end_ns:
                end_ns = max(merged[-1].end_ns, span.end_ns)
                merged[-1] = Span(begin_ns=merged[-1].begin_ns, end_ns=end_ns)
            else:
                merged.append(span)
        return merged

    def calm(self, whole: Span, *, settle_ns: int = 0) -> list[Span]:
        """When it was calm within a span, less the time that is granted after each bend."""
        calm, since_ns = [], whole.begin_ns
        for span in self.bent(whole):
            calm.append(Span(begin_ns=since_ns, end_ns=span.begin_ns))
            since_ns = span.end_ns + settle_ns
        calm.append(Span(begin_ns=since_ns, end_ns=whole.end_ns))
        return [span for span in calm if span.begin_ns < span.end_ns]

    def _spans(self, whole: Span) -> Iterator[Span]:
        for bent in self.bends:
            end_ns = whole.end_ns if bent.ended is None else bent.ended.at_ns + 1
            begin_ns, end_ns = max(whole.begin_ns, bent.begun.at_ns), min(whole.end_ns, end_ns)
            if begin_ns < end_ns:
                yield Span(begin_ns=begin_ns, end_ns=end_ns)


def weather(events: Sequence[Event], *, despite: Sequence[str] = ()) -> Weather:
    """The weather of a story; bends whose verb begins with one of `despite` do not count as bad weather."""
    bends: list[Bent] = []
    for event in events:
        if event.kind is Kind.FAULT:
            _pulled(bends, event, tuple(despite))
    return Weather(bends=tuple(bends))


def _pulled(bends: list[Bent], event: Event, despite: tuple[str, ...]) -> None:
    verb, args = str(event.fields.get("verb")), _args(event)
    if verb in _HEALING:
        _heal(bends, event, verb, args)
    elif not verb.startswith(despite):
        at_once = verb == _STRUCK or (verb in HEALERS and not HEALERS[verb])
        ended = event if at_once else None
        bends.append(Bent(what=verb, args=args, begun=event, ended=ended, left=_places(args)))


def _heal(bends: list[Bent], event: Event, verb: str, args: Mapping[str, Plain]) -> None:
    open_ones = [bent for bent in bends if bent.ended is None and verb in HEALERS.get(bent.what, ())]
    same = next((bent for bent in open_ones if bent.args == args), None)
    if same is not None:
        same.ended = event
        return
    healed = _places(args)
    if verb != _ONE_WAY:
        healed += [place[::-1] for place in healed]
    for bent in open_ones:
        bent.left = [place for place in bent.left if not any(_covers(each, place) for each in healed)]
        if not bent.left:
            bent.ended = event


def _args(event: Event) -> Mapping[str, Plain]:
    args = event.fields.get("args")
    return args if isinstance(args, Mapping) else {}


def _places(args: Mapping[str, Plain]) -> list[tuple[str, ...]]:
    """The hosts that a pull is about, or the pairs of hosts, whichever way round."""
    for one, other in (("left", "right"), ("source", "target")):
        if one in args and other in args:
            return [(left, right) for left in _hosts(args[one]) for right in _hosts(args[other])]
    return [(host,) for host in _hosts(args.get("hosts", args.get("names", "")))]


def _hosts(value: Plain) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list | tuple) else [str(value)]


def _covers(healed: tuple[str, ...], place: tuple[str, ...]) -> bool:
    return len(healed) == len(place) and all(
        mine == theirs or (mine == _EVERYBODY and theirs != TESTER)
        for mine, theirs in zip(healed, place, strict=True)
    )
