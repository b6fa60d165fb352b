"""Links: the connections of a node on asyncio. Bytes come in and messages go to the node; what it says goes out."""

import asyncio
from collections.abc import Sequence
from typing import Final, Protocol

from lydite_subjects.coin.node.effects import Address
from lydite_subjects.coin.node.frames import BadFrame, FrameReader
from lydite_subjects.coin.node.wire import Message

UNREAD_BYTES_HIGH: Final = 1_000_000
"""If more than this waits for a peer to read it, it gets nothing more of what it has asked for."""
UNREAD_BYTES_LOW: Final = 250_000
UNREAD_BYTES_MAX: Final = 8_000_000
"""Whoever reads so slowly that more than this waits for it is disconnected."""


class Listener(Protocol):
    """Who is told of links: the node."""

    def met(self, link: "Link") -> None:
        """A connection was made."""
        ...

    def heard(self, link: "Link", messages: Sequence[Message], size: int) -> None:
        """Messages have come, the last of them with the last of so many bytes."""
        ...

    def garbled(self, link: "Link", error: BadFrame) -> None:
        """What has come is no message."""
        ...

    def drained(self, link: "Link") -> None:
        """The peer has read most of what it was sent, after it had not for a while."""
        ...

    def parted(self, link: "Link") -> None:
        """The connection is gone."""
        ...


class Link(asyncio.Protocol):
    """One connection: with a peer that was called, or with whoever has called."""

    def __init__(self, node: Listener, magic: bytes, dialled: Address | None = None) -> None:
        self._node = node
        self._frames = FrameReader(magic)
        self._transport: asyncio.Transport | None = None
        self.dialled = dialled
        """What was called; None for a caller."""
        self.address = dialled or Address("", 0)
        """The peer's host, and the port that was called, 0 for a caller."""
        self.id = 0
        """What the core knows it by."""
        self.full = False
        """Does more wait for the peer to read it than is good?"""
        self.wants_more = False
        """Is there more to be sent when it has?"""

    @property
    def is_over(self) -> bool:
        """Is nobody there any more?"""
        return self._transport is None or self._transport.is_closing()

    def say(self, data: bytes) -> None:
        """Send some frames to who is still there. It is the end for those who leave too much unread."""
        assert self._transport is not None
        self._transport.write(data)
        if self._transport.get_write_buffer_size() > UNREAD_BYTES_MAX:
            self._transport.abort()

    def hang_up(self) -> None:
        """End it at once."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.set_write_buffer_limits(UNREAD_BYTES_HIGH, UNREAD_BYTES_LOW)
        name = transport.get_extra_info("peername")
        if name:
            self.address = Address(name[0], self.address.port)
        self._node.met(self)

    def data_received(self, data: bytes) -> None:
        """Called by asyncio."""
        try:
            messages = self._frames.feed(data)
        except BadFrame as error:
            self._node.garbled(self, error)
            self.hang_up()
        else:
            self._node.heard(self, messages, len(data))

    def pause_writing(self) -> None:
        """Called by asyncio."""
        self.full = True

    def resume_writing(self) -> None:
        """Called by asyncio."""
        self.full = False
        self._node.drained(self)

    def connection_lost(self, error: Exception | None) -> None:
        """Called by asyncio: closed by either side, or gone without a word, which is a way to go."""
        self._node.parted(self)
