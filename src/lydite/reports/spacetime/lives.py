"""Lives: of each host, when its programs ran, were frozen, or were gone, and how they went."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from lydite.model import TESTER, Event, Kind
from lydite.reports.spacetime.wording import names_in


class State(StrEnum):
    """How a host is."""

    RUNNING = "running"
    PAUSED = "paused"
    CRASHED = "crashed"
    POWERLESS = "powerless"
    ENDED = "ended"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """For how long a host was so."""

    begin_ns: int
    end_ns: int
    state: State


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A moment at which it changed."""

    at_ns: int
    state: State
    words: str


@dataclass(slots=True)
class Life:
    """One host from the first record to the last."""

    host: str
    stretches: list[Stretch] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    _state: State = State.RUNNING
    _since_ns: int = 0
    _alive: int = 0
    _starts: int = 0
    _freezes: int = 0

    def begin(self, event: Event) -> None:
        """The first record that speaks of it."""
        self._state, self._since_ns = State.EMPTY, event.at_ns

    def started(self, event: Event) -> None:
        """A program runs."""
        again = self._starts and not self._alive
        self._alive += 1
        self._starts += 1
        words = f"{'started again' if again else 'started'}: {event.fields.get('program', '')}"
        self.turns.append(Turn(at_ns=event.at_ns, state=State.RUNNING, words=words))
        self._become(State.PAUSED if self._freezes else State.RUNNING, event.at_ns)

    def stopped(self, event: Event) -> None:
        """A program is gone."""
        self._alive = max(0, self._alive - 1)
        if event.kind is Kind.EXIT:
            state, words = State.ENDED, f"ended by itself with code {event.fields.get('code', 0)}"
        elif event.fields.get("cause") == "power":
            state, words = State.POWERLESS, "lost its power"
        else:
            state, words = State.CRASHED, f"was killed: {event.fields.get('cause', '')}"
        self.turns.append(Turn(at_ns=event.at_ns, state=state, words=words))
        if not self._alive:
            self._become(state, event.at_ns)

    def bent(self, verb: str, at_ns: int) -> None:
        """A lever was pulled on it."""
        match verb:
            case "process.pause":
                self._freezes += 1
                if self._state is State.RUNNING:
                    self._become(State.PAUSED, at_ns)
            case "process.resume":
                self._freezes = max(0, self._freezes - 1)
                if not self._freezes and self._state is State.PAUSED:
                    self._become(State.RUNNING, at_ns)
            case "process.power_off" if self._state in {State.CRASHED, State.ENDED}:
                self._become(State.POWERLESS, at_ns)
            case _:
                pass

    def finish(self, end_ns: int) -> None:
        """The records are over."""
        self._become(self._state, end_ns)

    def _become(self, state: State, at_ns: int) -> None:
        if at_ns > self._since_ns:
            self.stretches.append(Stretch(begin_ns=self._since_ns, end_ns=at_ns, state=self._state))
        self._state, self._since_ns = state, at_ns


def hosts_of(events: Sequence[Event], mentioned: Sequence[str] = ()) -> list[str]:
    """The hosts of a run: the tester first, then in the order in which they were made, then who is only mentioned."""
    made = [str(event.fields["name"]) for event in events if event.kind is Kind.HOST]
    seen = [event.host for event in events if event.host]
    names = list(dict.fromkeys([*made, *seen, *(name for name in mentioned if name)]))
    return [*(name for name in names if name == TESTER), *(name for name in names if name != TESTER)]


def lives_of(events: Sequence[Event], hosts: Sequence[str], end_ns: int) -> Mapping[str, Life]:
    """The life of each of these hosts."""
    lives = {host: Life(host) for host in hosts}
    begun = {event.host for event in events if event.kind is Kind.START}
    for event in events:
        life = lives.get(event.host)
        match event.kind:
            case Kind.HOST if life and event.host in begun:
                life.begin(event)
            case Kind.START if life:
                life.started(event)
            case Kind.EXIT | Kind.CRASH if life:
                life.stopped(event)
            case Kind.FAULT:
                for name in _meant(event, hosts):
                    lives[name].bent(str(event.fields["verb"]), event.at_ns)
            case _:
                pass
    for life in lives.values():
        life.finish(end_ns)
    return lives


def _meant(event: Event, hosts: Sequence[str]) -> list[str]:
    args = event.fields.get("args")
    names = args.get("hosts") if isinstance(args, Mapping) else None
    return [name for name in hosts if name != TESTER] if names == "*" else names_in(names, hosts)
