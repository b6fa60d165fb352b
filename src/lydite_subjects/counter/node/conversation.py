"""A conversation: one connection to a node, with a client or with a peer, as lines of messages both ways."""

import asyncio
from typing import Protocol

from lydite_subjects.counter.spec import FRAME_BYTES_MAX, BadMessage, Message, Refused, decode, encode

UNSENT_BYTES_MAX = 2 * FRAME_BYTES_MAX
"""Whoever reads so slowly that more than this waits for it is disconnected."""


class Listener(Protocol):
    """Who is told of conversations: the node."""

    def met(self, conversation: "Conversation") -> None:
        """It has begun."""
        ...

    def heard(self, conversation: "Conversation", message: Message) -> None:
        """Something was said in it."""
        ...

    def parted(self, conversation: "Conversation") -> None:
        """It is over."""
        ...


class Conversation(asyncio.Protocol):
    """A connection: with the peer that was called, or with whoever has called."""

    transport: asyncio.Transport

    def __init__(self, node: Listener, peer: str = "") -> None:
        self._node = node
        self._begun = b""
        """A line that has not ended yet."""
        self.ended = asyncio.get_running_loop().create_future()
        self.caller = 0
        """What the law knows it by."""
        self.peer = peer
        """The peer at the other end. Of one that has called it is not known before it says hello."""
        self.unanswered: int | None = None
        """The beat of the oldest request that the peer has not answered."""

    def say(self, message: Message) -> None:
        """Send one message, if there is still somebody to hear it."""
        transport = self.transport
        if not transport.is_closing():
            try:
                transport.write(encode(message))
            except MemoryError as error:
                # Half of what a step says was said, and nobody knows which: a fresh start says all of it again.
                raise SystemExit("there is no memory left to answer with") from error
            if transport.get_write_buffer_size() > UNSENT_BYTES_MAX:
                transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._node.met(self)

    def data_received(self, data: bytes) -> None:
        """Called by asyncio: take the lines that are whole."""
        *lines, self._begun = (self._begun + data).split(b"\n")
        for line in lines:
            if self.transport.is_closing():
                return
            self._take(line)
        if len(self._begun) > FRAME_BYTES_MAX:
            self._take(self._begun)

    def eof_received(self) -> None:
        """Called by asyncio: a last line may end here, and the connection does."""
        if self._begun:
            self._take(self._begun)

    def pause_writing(self) -> None:
        """Called by asyncio: who does not read what it is told is not listened to either."""
        self.transport.pause_reading()

    def resume_writing(self) -> None:
        """Called by asyncio."""
        self.transport.resume_reading()

    def connection_lost(self, error: Exception | None) -> None:
        """Called by asyncio: closed by either side, or gone without a word, which is a way to go."""
        self._node.parted(self)
        if not self.ended.done():
            self.ended.set_result(None)

    def _take(self, line: bytes) -> None:
        try:
            if len(line) > FRAME_BYTES_MAX:
                raise BadMessage(f"a message has at most {FRAME_BYTES_MAX} bytes")
            message = decode(line)
        except BadMessage as problem:
            self.say(Refused(0, str(problem)))
            self.transport.close()
        else:
            self._node.heard(self, message)
