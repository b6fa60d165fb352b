"""The traitor: what tampers with the words of an honest program, message by message.

It cuts what the program sends into messages, asks a `Lie` what each one becomes, and lets all else pass. What it
decides by chance is keyed by the kind of the betrayal, by who speaks to whom and by the connection between those two,
or by what the message is about: no other fault moves a draw of it.
"""

from collections import deque
from collections.abc import Iterable
from typing import Final, Protocol

from lydite.faults.codec import Answers, Classifies, Codec, Message
from lydite.faults.shapes import Hosts
from lydite.faults.trouble import EVERYBODY, listed
from lydite.model import Draws, InputError
from lydite.world import Leaving, Way, World

REMEMBERED_MAX: Final = 256
"""How many of its own messages a host remembers, to say them again."""


class Lie(Protocol):
    """What decides what becomes of each message."""

    @property
    def kind(self) -> str:
        """The name of the betrayal."""
        ...

    def becomes(self, voice: "Voice", message: Message, frame: bytes) -> Iterable[Leaving]:
        """What leaves in place of this message."""
        ...

    def learn(self, traitor: "Traitor", host: str, message: Message) -> None:
        """One of the traitors has heard this."""
        ...


class Memory:
    """What one host has said and heard while it was a traitor."""

    def __init__(self) -> None:
        self.said: deque[bytes] = deque(maxlen=REMEMBERED_MAX)
        self.votes: dict[bytes, None] = {}
        """Votes that it could cast, one for each proposal it knows, in the order in which it learned of them."""


class Voice:
    """A traitor's voice towards one other host, on one connection."""

    def __init__(self, traitor: "Traitor", way: Way, number: int) -> None:
        self.traitor = traitor
        self.way = way
        self.memory = traitor.memory(way.source)
        self.draws = traitor.draws(f"{way.source}>{way.target}/{number}")
        self.partial = b""
        self.late: deque[tuple[int, bytes]] = deque()
        """Messages that are kept back, and until when."""
        self.cast = 0
        """How many of the votes in memory it has cast on this way."""

    @property
    def codec(self) -> Codec:
        """How its messages are spelt."""
        return self.traitor.codec

    @property
    def now_ns(self) -> int:
        """The world's own clock."""
        return self.traitor.world.now_ns

    def speaks_to(self, hosts: Hosts) -> bool:
        """Is this said to one of these?"""
        return hosts == EVERYBODY or self.way.target in listed(hosts)

    def plays(self, roles: tuple[str, ...], message: Message) -> bool:
        """Has the message one of these roles? No role means every message."""
        if not roles:
            return True
        assert isinstance(self.codec, Classifies)
        return self.codec.role(message) in roles

    def spelt(self, message: Message | None) -> bytes | None:
        """The frame that says it."""
        return None if message is None else self.codec.encode(message)


class Traitor:
    """Tampers with the words of some hosts, as one lie tells it."""

    def __init__(self, lie: Lie, world: World, codec: Codec, hosts: Hosts) -> None:
        self.words = lie.kind
        self.world = world
        self.codec = codec
        self._hosts = hosts
        self._lie = lie
        self._sides: dict[str, dict[str, bool]] = {}
        self._voices: dict[Way, Voice] = {}
        self._connections: dict[tuple[str, str], int] = {}
        self._heard: dict[Way, bytes] = {}
        self._memories: dict[str, Memory] = {}

    def draws(self, entity: str) -> Draws:
        """Chance that belongs to one thing, and begins anew each time that it is asked for."""
        return Draws(self.world.seed, "byzantine", f"{self.words}/{entity}")

    def memory(self, host: str) -> Memory:
        """What a host has said and heard."""
        return self._memories.setdefault(host, Memory())

    def deceives(self, host: str, party: str) -> bool:
        """Does a party of traitors lie to this host?

        It lies to some of the honest hosts that there are when it first lies, and not to all of them; of one that
        comes later, a coin decides.
        """
        sides = self._sides.get(party)
        if sides is None:
            sides = self._sides[party] = self._drawn_sides(party)
        if host not in sides:
            sides[host] = not self._betrays(host) and self.draws(f"{party}/deceives/{host}").chance(0.5)
        return sides[host]

    def _drawn_sides(self, party: str) -> dict[str, bool]:
        honest = [host.name for host in self.world.hosts if not self._betrays(host.name)]
        draws = self.draws(f"{party}/deceives")
        chosen = draws.sample(honest, draws.between(1, max(1, len(honest) - 1)))
        return {name: name in chosen for name in honest}

    def _betrays(self, host: str) -> bool:
        return self._hosts == EVERYBODY or host in listed(self._hosts)

    # -- what a world asks of a tamperer

    def tamper(self, way: Way, data: bytes) -> list[Leaving]:
        """What leaves instead."""
        if not self._concerns(way):
            return [(0, data)]
        voice = self._voice(way)
        frames, voice.partial = self._cut(voice.partial + data)
        leaving: list[Leaving] = []
        for frame in frames:
            message = self.codec.decode(frame)
            if message is None:
                leaving.append((0, frame))
            else:
                leaving += self._lie.becomes(voice, message, frame)
        if not way.connection and voice.partial:
            leaving.append((0, voice.partial))
            voice.partial = b""
        return leaving

    def hear(self, way: Way, data: bytes) -> None:
        """What others say to a traitor, it may use."""
        if not self._concerns(way):
            return
        frames, self._heard[way] = self._cut(self._heard.pop(way, b"") + data)
        for frame in frames:
            message = self.codec.decode(frame)
            if message is not None:
                self._lie.learn(self, way.target, message)
        if not way.connection:
            del self._heard[way]

    def rest(self, way: Way) -> bytes:
        """What was kept back, in order, and the beginning of a message."""
        voice = self._voices.pop(way, None)
        if voice is None:
            return b""
        return b"".join(frame for _, frame in voice.late) + voice.partial

    def _concerns(self, way: Way) -> bool:
        return not isinstance(self.codec, Answers) or way.port in self.codec.ports

    def _voice(self, way: Way) -> Voice:
        voice = self._voices.get(way)
        if voice is None:
            pair = (way.source, way.target)
            self._connections[pair] = number = self._connections.get(pair, 0) + 1
            voice = self._voices[way] = Voice(self, way, number)
        return voice

    def _cut(self, data: bytes) -> tuple[list[bytes], bytes]:
        frames, rest = self.codec.frames(data)
        if b"".join(frames) + rest != data:
            raise InputError(
                f"{type(self.codec).__name__}.frames lost or changed some of {len(data)} bytes",
                remedy="return every byte once: whole frames with their delimiters, and the rest",
            )
        return frames, rest
