"""Betrayals with a key: what is said and is not so.

A traitor signs with its own key only. What it says for one slot, it says the same way to all whom it deceives, and
whom it deceives is drawn once: that is what makes two halves of a network believe two different things.
"""

from abc import abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from lydite.faults.byzantine.betrayal import Betrayal, roles
from lydite.faults.byzantine.traitor import Traitor, Voice
from lydite.faults.codec import (
    Classifies,
    Conflicts,
    Endorses,
    Forks,
    Identifies,
    Message,
    Proposes,
    Signs,
    Votes,
)
from lydite.faults.shapes import count
from lydite.model import Draws
from lydite.world import Leaving


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoFaced(Betrayal):
    """What the betrayals share that tell different things to different hosts."""

    power: ClassVar[type | None] = Conflicts

    roles: tuple[str, ...] = roles()

    @property
    def powers(self) -> tuple[type, ...]:
        return (Conflicts, Classifies) if self.roles else (Conflicts,)

    def becomes(self, voice: Voice, message: Message, frame: bytes) -> Iterable[Leaving]:
        party = self._party(voice.way.source)
        lie = None
        if voice.traitor.deceives(voice.way.target, party) and voice.plays(self.roles, message):
            lie = self._lie(voice, message, party)
        return ((0, voice.spelt(lie) or frame),)

    def _lie(self, voice: Voice, message: Message, party: str) -> Message | None:
        codec = voice.codec
        assert isinstance(codec, Conflicts)
        slot = codec.slot(message)
        if slot is None:
            return None
        draws = voice.traitor.draws(f"{party}/{slot}")
        return codec.conflict(message, voice.way.source, draws) if draws.chance(self.rate) else None

    @abstractmethod
    def _party(self, host: str) -> str:
        """Whose lie it is: the same party tells the same lie to the same hosts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubleSign(TwoFaced):
    """Each traitor says one thing to some and another thing to the others, both signed (equivocation).

    Breaks agreement where somebody believes the first who speaks, or votes for both; who compares notes finds the two
    signatures.
    """

    kind: ClassVar[str] = "byzantine.double_sign"

    def _party(self, host: str) -> str:
        return host


@dataclass(frozen=True, slots=True, kw_only=True)
class Cartel(TwoFaced):
    """Several traitors act as one: the same lie to the same victims, the truth to everybody else.

    Breaks thresholds that are a little too low. To each host outside of the cartel all of its members look alike.
    """

    kind: ClassVar[str] = "byzantine.cartel"
    least: ClassVar[int] = 2

    def _party(self, host: str) -> str:
        return "cartel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Instead(Betrayal):
    """What the betrayals share that say something else than the program does."""

    def becomes(self, voice: Voice, message: Message, frame: bytes) -> Iterable[Leaving]:
        instead = self._instead(voice, message)
        if instead is None or not voice.draws.chance(self.rate):
            return ((0, frame),)
        return ((0, voice.codec.encode(instead)),)

    @abstractmethod
    def _instead(self, voice: Voice, message: Message) -> Message | None:
        """What is said; None where the truth is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FakeProposal(Instead):
    """Proposals are validly signed and hold what the rules forbid.

    Breaks whoever votes before it has checked.
    """

    kind: ClassVar[str] = "byzantine.fake_proposal"
    power: ClassVar[type | None] = Proposes

    def _instead(self, voice: Voice, message: Message) -> Message | None:
        codec, host = voice.codec, voice.way.source
        assert isinstance(codec, Proposes)
        return codec.fake(message, host, voice.traitor.draws(f"{host}/{codec.encode(message).hex()}"))


@dataclass(frozen=True, slots=True, kw_only=True)
class SpoilSignature(Instead):
    """Messages leave with a signature that is not valid.

    Breaks whoever does not look at it, and whoever looks only at some.
    """

    kind: ClassVar[str] = "byzantine.spoil_signature"
    power: ClassVar[type | None] = Signs

    def _instead(self, voice: Voice, message: Message) -> Message | None:
        assert isinstance(voice.codec, Signs)
        return voice.codec.spoil(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class LongRange(Instead):
    """History is told anew from some depth below: other entries where others are final already.

    Breaks whoever follows the longest history without looking at what it has finalised, mostly newcomers.
    """

    kind: ClassVar[str] = "byzantine.long_range"
    power: ClassVar[type | None] = Forks

    depth: int = count(1, most=1_000_000)

    def _instead(self, voice: Voice, message: Message) -> Message | None:
        assert isinstance(voice.codec, Forks)
        return voice.codec.rewrite(message, voice.way.source, self.depth)

    @classmethod
    def _figures(cls, draws: Draws) -> dict[str, Any]:
        return {"depth": draws.between(1, 20)}


@dataclass(frozen=True, slots=True, kw_only=True)
class FlipVote(Betrayal):
    """It votes, and then votes otherwise, to everybody.

    Breaks whoever lets the last vote win, or counts both.
    """

    kind: ClassVar[str] = "byzantine.flip_vote"
    power: ClassVar[type | None] = Votes

    def becomes(self, voice: Voice, message: Message, frame: bytes) -> Iterable[Leaving]:
        assert isinstance(voice.codec, Votes)
        flipped = voice.codec.flip(message, voice.way.source)
        if flipped is None or not voice.draws.chance(self.rate):
            return ((0, frame),)
        return ((0, frame), (0, voice.codec.encode(flipped)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sybil(Betrayal):
    """With each message others say the same, who do not exist.

    Breaks whoever counts voices without asking whose they are.
    """

    kind: ClassVar[str] = "byzantine.sybil"
    power: ClassVar[type | None] = Identifies

    identities: int = count(3, most=10_000)

    def becomes(self, voice: Voice, message: Message, frame: bytes) -> Iterable[Leaving]:
        codec, host = voice.codec, voice.way.source
        assert isinstance(codec, Identifies)
        crowd: list[Leaving] = []
        if voice.draws.chance(self.rate):
            names = (f"{host}-sybil-{number}" for number in range(1, self.identities + 1))
            said = (voice.spelt(codec.impersonate(message, name)) for name in names)
            crowd = [(0, each) for each in said if each is not None]
        return ((0, frame), *crowd)

    @classmethod
    def _figures(cls, draws: Draws) -> dict[str, Any]:
        return {"identities": draws.between(1, 10)}


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingAtStake(Betrayal):
    """It votes for every proposal that it knows of, whosesoever, for a vote costs it nothing.

    Breaks whoever counts a signer once for each proposal, and a fork choice in which nobody pays for voting twice. The
    votes leave with the next message of the program.
    """

    kind: ClassVar[str] = "byzantine.nothing_at_stake"
    power: ClassVar[type | None] = Endorses

    def learn(self, traitor: Traitor, host: str, message: Message) -> None:
        assert isinstance(traitor.codec, Endorses)
        vote = traitor.codec.endorse(message, host)
        if vote is not None:
            traitor.memory(host).votes[traitor.codec.encode(vote)] = None

    def becomes(self, voice: Voice, message: Message, frame: bytes) -> Iterable[Leaving]:
        self.learn(voice.traitor, voice.way.source, message)
        known = list(voice.memory.votes)
        fresh, voice.cast = known[voice.cast :], len(known)
        votes = [(0, vote) for vote in fresh if vote != frame and voice.draws.chance(self.rate)]
        return ((0, frame), *votes)


LIES: Final[tuple[type[Betrayal], ...]] = (
    DoubleSign,
    Cartel,
    FlipVote,
    FakeProposal,
    SpoilSignature,
    Sybil,
    NothingAtStake,
    LongRange,
)
