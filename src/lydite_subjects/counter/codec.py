"""How the messages of a counter are read and written from outside: for whoever bends them on their way.

A counter promises nothing while one of its nodes lies, so its own storms bend no messages (see the README).
"""

from typing import Final

from lydite_subjects.counter.spec import BadMessage, Message, decode, encode


class CounterCodec:
    """Lines of JSON, each a message of the law; its role is what kind it is."""

    def frames(self, buffer: bytes) -> tuple[list[bytes], bytes]:
        """Whole lines, and the beginning of one."""
        *lines, rest = buffer.split(b"\n")
        return [line + b"\n" for line in lines], rest

    def decode(self, frame: bytes) -> Message | None:
        """What a line says; None for one that says nothing."""
        try:
            return decode(frame)
        except BadMessage:
            return None

    def encode(self, message: Message) -> bytes:
        """The line that says it."""
        return encode(message)

    def role(self, message: Message) -> str:
        """Its kind: `increment`, `store`, `stored` and so on."""
        return type(message).__name__.lower()


CODEC: Final = CounterCodec()
