"""A codec: how the messages of a system are read and written, so that traitors can be made of its honest programs.

`Codec` is what every one has. The rest are powers, each a small protocol of its own: an attack needs some of them
and is refused, before the run, for a codec that lacks one. What a message is, is the codec's own business: whatever
object it makes of a frame.

A traitor has no keys but its own. So whatever signs is told the host that lies, must use nothing but that host's keys,
and answers None where a message is not that host's to change.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Protocol, TypeAlias, runtime_checkable

from lydite.model import Draws

Message: TypeAlias = Any
"""Whatever a codec makes of a frame."""


@runtime_checkable
class Codec(Protocol):
    """Where messages begin and end, what they say, and how they are written."""

    def frames(self, buffer: bytes) -> tuple[list[bytes], bytes]:
        """The whole messages at the beginning of these bytes, delimiters and all, and what is left over."""
        ...

    def decode(self, frame: bytes) -> Message | None:
        """What a frame says; None for one that is not the codec's business, and passes as it is."""
        ...

    def encode(self, message: Message) -> bytes:
        """The frame that says it."""
        ...


@runtime_checkable
class Answers(Protocol):
    """Power: there are ports on which something else is spoken."""

    @property
    def ports(self) -> Sequence[int]:
        """The ports whose messages these are; what goes to and from others passes as it is."""
        ...


@runtime_checkable
class Classifies(Protocol):
    """Power: to say what a message is for."""

    def role(self, message: Message) -> str:
        """One word, such as `vote`, `proposal` or `block`."""
        ...


@runtime_checkable
class Conflicts(Protocol):
    """Power: to say two things where a signer may say one."""

    def slot(self, message: Message) -> str | None:
        """What may be said once only, such as `vote 12`, the same for every signer; None for other messages."""
        ...

    def conflict(self, message: Message, host: str, draws: Draws) -> Message | None:
        """A different message for the same slot, with the host's valid signature."""
        ...


@runtime_checkable
class Votes(Protocol):
    """Power: to vote otherwise."""

    def flip(self, message: Message, host: str) -> Message | None:
        """The opposite vote of the host, validly signed."""
        ...


@runtime_checkable
class Proposes(Protocol):
    """Power: to propose what the rules forbid."""

    def fake(self, message: Message, host: str, draws: Draws) -> Message | None:
        """The host's proposal, validly signed, with content that no honest program would make."""
        ...


@runtime_checkable
class Signs(Protocol):
    """Power: to damage a signature."""

    def spoil(self, message: Message) -> Message | None:
        """The same words with a signature that is not valid."""
        ...


@runtime_checkable
class Identifies(Protocol):
    """Power: to speak under an invented name."""

    def impersonate(self, message: Message, identity: str) -> Message | None:
        """The same words by somebody who does not exist, validly signed with a key of their own."""
        ...


@runtime_checkable
class Endorses(Protocol):
    """Power: to vote for anything."""

    def endorse(self, message: Message, host: str) -> Message | None:
        """The host's vote for this, if it is a proposal, whosesoever it is."""
        ...


@runtime_checkable
class Forks(Protocol):
    """Power: to rewrite history."""

    def rewrite(self, message: Message, host: str, depth: int) -> Message | None:
        """The same piece of history with other content in its last `depth` entries, signed by the host."""
        ...


VERBS: Final[Mapping[type, str]] = {
    Answers: "ports",
    Classifies: "role",
    Conflicts: "conflict",
    Votes: "flip",
    Proposes: "fake",
    Signs: "spoil",
    Identifies: "impersonate",
    Endorses: "endorse",
    Forks: "rewrite",
}
"""Each power, and what it is known by."""


def lacking(codec: object, powers: Sequence[type]) -> Iterator[str]:
    """What a codec would need and has not."""
    if codec is None:
        yield "needs a codec, and the trial declares none; say @trial(codec=...)"
        return
    name = type(codec).__name__
    if not isinstance(codec, Codec):
        yield f"needs a codec with `frames`, `decode` and `encode`, and {name} is none"
    for power in powers:
        if not isinstance(codec, power):
            yield f"needs a codec that can `{VERBS[power]}`, and {name} cannot"
