"""Betrayals that need no key: what is not said, said late, said again or damaged."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from lydite.faults.byzantine.betrayal import Betrayal, roles
from lydite.faults.byzantine.traitor import Voice
from lydite.faults.codec import Classifies, Codec, Message
from lydite.faults.drawing import millis
from lydite.faults.shapes import Hosts, count, duration, hosts
from lydite.faults.trouble import EVERYBODY
from lydite.model import Draws
from lydite.world import Leaving

ATTEMPTS: Final = 8
"""How many places in a frame are tried before it is left whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfRoles(Betrayal):
    """What the betrayals that choose among messages share."""

    roles: tuple[str, ...] = roles()

    @property
    def powers(self) -> tuple[type, ...]:
        return (Classifies,) if self.roles else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Withhold(OfRoles):
    """Messages are not sent: some roles or all, towards some or everybody.

    Breaks what waits for every voice, and what takes the silence of one for the silence of all. Ends without a trace:
    what was withheld is never said.
    """

    kind: ClassVar[str] = "byzantine.withhold"

    towards: Hosts = hosts(EVERYBODY)

    def becomes(self, voice: Voice, message: Message, frame: bytes) -> Iterable[Leaving]:
        chosen = voice.speaks_to(self.towards) and voice.plays(self.roles, message)
        return () if chosen and voice.draws.chance(self.rate) else ((0, frame),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay(OfRoles):
    """Messages leave late, and so does all that follows them on the same connection.

    Breaks what takes an old message for a new one, and timeouts that punish the wrong host. At the end what is late
    leaves at once.
    """

    kind: ClassVar[str] = "byzantine.delay"

    by_ns: int = duration()

    def becomes(self, voice: Voice, message: Message, frame: bytes) -> Iterable[Leaving]:
        chosen = voice.plays(self.roles, message) and voice.draws.chance(self.rate)
        return ((self.by_ns if chosen else 0, frame),)

    @classmethod
    def _figures(cls, draws: Draws) -> dict[str, Any]:
        return {"by_ns": millis(draws, 100, 5_000)}


@dataclass(frozen=True, slots=True, kw_only=True)
class StallFinality(OfRoles):
    """Votes are withheld, or leave late and out of their order, while everything else goes on.

    Breaks finality that needs every vote; beyond a third of the votes it must stall every protocol, and nothing may be
    final that is not. A late vote leaves with the first message after its time, or at the end.
    """

    kind: ClassVar[str] = "byzantine.stall_finality"

    roles: tuple[str, ...] = roles("vote")
    by_ns: int = duration(0)
    """How late; 0: never."""

    def becomes(self, voice: Voice, message: Message, frame: bytes) -> Iterable[Leaving]:
        now_ns, late = voice.now_ns, voice.late
        leaving = []
        while late and late[0][0] <= now_ns:
            leaving.append((0, late.popleft()[1]))
        if not (voice.plays(self.roles, message) and voice.draws.chance(self.rate)):
            leaving.append((0, frame))
        elif self.by_ns:
            late.append((now_ns + self.by_ns, frame))
        return leaving

    @classmethod
    def _figures(cls, draws: Draws) -> dict[str, Any]:
        return {"by_ns": millis(draws, 500, 10_000) if draws.chance(0.5) else 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay(OfRoles):
    """Old messages are sent again, to anybody, word for word.

    Breaks what counts messages and not signers, and what does not look whether a message is about now.
    """

    kind: ClassVar[str] = "byzantine.replay"

    again: int = count(1, most=1_000)
    """How many old ones go with each new one."""

    def becomes(self, voice: Voice, message: Message, frame: bytes) -> Iterable[Leaving]:
        said = voice.memory.said
        old = []
        if said and voice.draws.chance(self.rate):
            old = [(0, voice.draws.choice(said)) for _ in range(self.again)]
        if voice.plays(self.roles, message):
            said.append(frame)
        return ((0, frame), *old)

    @classmethod
    def _figures(cls, draws: Draws) -> dict[str, Any]:
        return {"again": draws.between(1, 3)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Garble(OfRoles):
    """Bits of a message are damaged before it is sent; where it begins and ends stays as it was.

    Breaks what trusts the form of a message, and what does not check that its words are those that were signed.
    """

    kind: ClassVar[str] = "byzantine.garble"

    bits: int = count(1, most=1_000)

    def becomes(self, voice: Voice, message: Message, frame: bytes) -> Iterable[Leaving]:
        chosen = voice.plays(self.roles, message) and voice.draws.chance(self.rate)
        return ((0, _garbled(frame, self.bits, voice.codec, voice.draws) if chosen else frame),)

    @classmethod
    def _figures(cls, draws: Draws) -> dict[str, Any]:
        return {"bits": draws.between(1, 4)}


def _garbled(frame: bytes, bits: int, codec: Codec, draws: Draws) -> bytes:
    """The frame with other bits, if it can be damaged and is still one frame."""
    for _ in range(ATTEMPTS):
        damaged = bytearray(frame)
        for _ in range(bits):
            place, bit = divmod(draws.below(len(frame) * 8), 8)
            damaged[place] ^= 1 << bit
        if damaged != frame and _is_whole(bytes(damaged), codec):
            return bytes(damaged)
    return frame


def _is_whole(frame: bytes, codec: Codec) -> bool:
    try:
        return codec.frames(frame) == ([frame], b"")
    except ValueError:
        return False


SILENCES: Final[tuple[type[Betrayal], ...]] = (Withhold, Delay, StallFinality, Replay, Garble)
