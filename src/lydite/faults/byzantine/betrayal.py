"""Betrayals: what is common to all Byzantine troubles."""

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from lydite.faults.byzantine.traitor import Traitor, Voice
from lydite.faults.codec import Message, lacking
from lydite.faults.drawing import share
from lydite.faults.shapes import Hosts, hosts, rate
from lydite.faults.trouble import EVERYBODY, Hands, Harm, Trouble, listed
from lydite.model import Draws, InputError, Plain
from lydite.world import Bend, Capability, Leaving


@dataclass(frozen=True, slots=True)
class RolesShape:
    """Some roles of messages, or none for all."""

    words: str = "a list of roles that the codec tells; empty for every message"

    def read(self, value: Plain) -> object:
        if isinstance(value, list | tuple) and all(isinstance(each, str) and each for each in value):
            return tuple(str(each) for each in value)
        raise ValueError(self.words)

    def simpler(self, value: tuple[str, ...]) -> Iterator[object]:
        if len(value) > 1:
            for left_out in range(len(value)):
                yield value[:left_out] + value[left_out + 1 :]


def roles(*default: str) -> Any:
    """A field for roles of messages."""
    return field(default=default, metadata={"shape": RolesShape()})


@dataclass(frozen=True, slots=True, kw_only=True)
class Betrayal(Trouble):
    """Programs that are honest, and whose words are not what leaves their hosts."""

    opposite: ClassVar[str] = "network.restore"
    verbs: ClassVar[tuple[str, ...]] = ("network.tamper",)
    needs: ClassVar[Capability] = Capability.BYZANTINE
    harm: ClassVar[Harm] = Harm.BYZANTINE
    power: ClassVar[type | None] = None
    """What the codec must be able to do, besides reading and writing."""
    least: ClassVar[int] = 1
    """Among how few traitors it makes sense."""

    hosts: Hosts = hosts()
    rate: float = rate(1.0)

    @abstractmethod
    def becomes(self, voice: Voice, message: Message, frame: bytes) -> Iterable[Leaving]:
        """What leaves in place of this message."""

    def learn(self, traitor: Traitor, host: str, message: Message) -> None:
        """A traitor has heard a message."""

    @property
    def powers(self) -> tuple[type, ...]:
        """What the codec must be able to do."""
        return () if self.power is None else (self.power,)

    def lacks(self, codec: object) -> Iterator[str]:
        return lacking(codec, self.powers)

    def pull(self, hands: Hands) -> Bend:
        problems = list(self.lacks(hands.codec))
        if problems or hands.codec is None:
            raise InputError(f"{self.kind} {'; '.join(problems)}")
        return hands.world.network.tamper(self.hosts, Traitor(self, hands.world, hands.codec, self.hosts))

    def victims(self, everybody: Sequence[str]) -> tuple[str, ...]:
        return tuple(everybody) if self.hosts == EVERYBODY else listed(self.hosts)

    def holds(self) -> Iterator[tuple[str, str]]:
        return ((host, "") for host in listed(self.hosts))

    @classmethod
    def drawn(cls, draws: Draws, everybody: Sequence[str]) -> Self | None:
        """Of fewer than a third of the hosts: that many are what agreement can bear."""
        most = (len(everybody) - 1) // 3
        if most < cls.least:
            return None
        traitors = draws.sample(everybody, draws.between(cls.least, most))
        return cls(hosts=traitors, rate=share(draws, 30, 100), **cls._figures(draws))

    @classmethod
    def _figures(cls, draws: Draws) -> dict[str, Any]:
        """How strong it is, beside for whom and how often."""
        return {}
