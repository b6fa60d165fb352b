"""A peer that is no core: the test says what it says, and reads what it is told."""

from collections.abc import Sequence

from lydite_subjects.coin.node.effects import Address, Drop, Effect, Send
from lydite_subjects.coin.node.wire import (
    Message,
    Verack,
    Version,
)
from tests.subjects.coin.node.pump import EASY, PORT, Pump, chain_of

LONG = chain_of(EASY, 2_500)


class Stranger:
    """A peer of core 0 that is no core: the test says what it says."""

    def __init__(self, pump: Pump, number: int = 50, *, called: bool = False) -> None:
        self.pump, self.id, self.core = pump, 1_000_000 + number, pump.cores[0]
        self.host = f"10.0.1.{number}"
        self.heard: list[Message] = []
        self.why = ""
        self.ban_s = 0
        dialled = Address(self.host, PORT) if called else None
        self._take(self.core.opened(self.id, dialled or Address(self.host, 0), dialled, pump.now_s))

    def say(self, *messages: Message) -> list[Message]:
        before = len(self.heard)
        for message in messages:
            self._take(self.core.received(self.id, message, self.pump.now_s))
        return self.heard[before:]

    def greet(self, tip: bytes = b"", height: int = 0) -> "Stranger":
        tip = tip or self.core.chain.tip.hash
        nonce = self.id << 16
        self.say(Version(1, "dev", "stranger", height, tip, nonce, PORT, self.pump.now_s), Verack())
        return self

    def tick(self, seconds: int = 1) -> list[Message]:
        before = len(self.heard)
        for _ in range(seconds):
            self.pump.now_s += 1
            self._take(self.core.tick(self.pump.now_s))
        return self.heard[before:]

    def _take(self, effects: Sequence[Effect]) -> None:
        for effect in effects:
            if isinstance(effect, Send) and effect.peer == self.id:
                self.heard.append(effect.message)
            elif isinstance(effect, Drop) and effect.peer == self.id:
                self.why, self.ban_s = effect.why, effect.ban_s


def kinds(messages: Sequence[Message]) -> list[str]:
    return [each.command for each in messages]
