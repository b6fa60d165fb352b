"""Frames: messages in a stream of bytes. What comes is refused at the first byte that cannot be right.

A frame is the magic of its network (4 bytes), a command (12, ASCII, padded with zeros), the length of its payload
(u32), the first 4 bytes of the payload's double SHA-256, and the payload.
"""

import struct
from typing import Final

from lydite_subjects.coin.node.wire import MESSAGES, Message, message_of
from lydite_subjects.coin.spec.encoding import hash256
from lydite_subjects.coin.spec.errors import BadEncoding, CoinError

HEAD: Final = struct.Struct("<4s12sI4s")
UNKNOWN_MAX: Final = 65_536
"""What a later version of the protocol may say to one that does not know the word."""
_MAGIC_BYTES: Final = 4


class BadFrame(CoinError):
    """Bytes that are no frame of this network, or a frame whose payload is not what its command says."""


def frame(message: Message, magic: bytes) -> bytes:
    """The bytes of a message."""
    payload = message.encode()
    if len(payload) > message.payload_max:
        raise BadFrame(
            f"{message.command}: expected at most {message.payload_max:,} bytes to send, found {len(payload):,}"
        )
    return HEAD.pack(magic, message.command.encode(), len(payload), hash256(payload)[:4]) + payload


class FrameReader:
    """Cuts a stream into messages. It keeps no more than one frame that has not come to its end."""

    __slots__ = ("_begun", "_magic", "_needed")

    def __init__(self, magic: bytes) -> None:
        self._magic = magic
        self._begun = bytearray()
        self._needed = HEAD.size
        """How many bytes there must be before it is worth looking again."""

    @property
    def waiting(self) -> int:
        """How many bytes wait for the end of their frame."""
        return len(self._begun)

    def feed(self, data: bytes) -> list[Message]:
        """The messages that these bytes bring to their end, in order. After a BadFrame the stream is lost."""
        begun = self._begun
        begun += data
        if len(begun) < self._needed:
            self._judge_start(begun)
            return []
        messages: list[Message] = []
        at, size = 0, len(begun)
        while size - at >= HEAD.size:
            magic, raw, length, checksum = HEAD.unpack_from(begun, at)
            command = self._command(magic, raw, length)
            end = at + HEAD.size + length
            if end > size:
                self._needed = end - at
                break
            with memoryview(begun) as view:
                payload = bytes(view[at + HEAD.size : end])
            at = end
            if hash256(payload)[:4] != checksum:
                raise BadFrame(
                    f"{command}: expected a checksum of {hash256(payload)[:4].hex()}, found {checksum.hex()}"
                )
            if command in MESSAGES:
                messages.append(self._message(command, payload))
        else:
            self._needed = HEAD.size
        del begun[:at]
        self._judge_start(begun)
        return messages

    def _judge_start(self, begun: bytearray) -> None:
        start = bytes(begun[:_MAGIC_BYTES])
        if not self._magic.startswith(start):
            raise BadFrame(f"a frame: expected the magic {self._magic!r} of this network, found {start!r}")

    def _command(self, magic: bytes, raw: bytes, length: int) -> str:
        """The command of a frame, if its head is one."""
        if magic != self._magic:
            raise BadFrame(f"a frame: expected the magic {self._magic!r} of this network, found {magic!r}")
        name = raw.rstrip(b"\0")
        if not name.isalnum():
            raise BadFrame(f"a frame: expected a command of ASCII letters and digits, found {raw!r}")
        command = name.decode("ascii")
        known = MESSAGES.get(command)
        most = known.payload_max if known else UNKNOWN_MAX
        if length > most:
            raise BadFrame(f"{command}: expected at most {most:,} bytes, found {length:,}")
        return command

    @staticmethod
    def _message(command: str, payload: bytes) -> Message:
        try:
            return message_of(command, payload)
        except BadEncoding as error:
            raise BadFrame(f"{command}: {error}") from error
