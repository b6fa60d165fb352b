"""A stranger: a peer of nodes that is no node. It says what it likes, and hears what it is told.

Auditors use it to fetch whole chains as they are, attackers to say what no node would.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Final, Self, TypeVar

from lydite.model import Draws
from lydite_subjects.coin.node.frames import FrameReader, frame
from lydite_subjects.coin.node.wire import (
    PROTOCOL,
    BlockMessage,
    GetData,
    GetHeaders,
    HeadersMessage,
    Message,
    Ping,
    Pong,
    Verack,
    Version,
    blocks,
)
from lydite_subjects.coin.spec.blocks import Block, genesis
from lydite_subjects.coin.spec.params import DEV

P2P_PORT: Final = 8000
PATIENCE_S: Final = 10.0
GET_AT_ONCE: Final = 500

M = TypeVar("M", bound=Message)


class Stranger:
    """One connection to a node."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._frames = FrameReader(DEV.magic)
        self._heard: deque[Message] = deque()

    @classmethod
    async def meeting(
        cls, node: str, draws: Draws, *, name: str = "stranger", tip: bytes = b"", port: int = 0
    ) -> Self | None:
        """A stranger that a node has shaken hands with; None if the node does not want to, or is away."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                stranger = cls(*await asyncio.open_connection(node, P2P_PORT))
        except OSError:
            return None
        tip = tip or genesis(DEV).hash
        stranger.say(Version(PROTOCOL, DEV.name, name, 0, tip, draws.word(), port, 0))
        if await stranger.hears(Verack) is None:
            stranger.leave()
            return None
        stranger.say(Verack())
        return stranger

    def say(self, *messages: Message) -> None:
        """Say something."""
        self.shout(b"".join(frame(each, DEV.magic) for each in messages))

    def shout(self, data: bytes) -> None:
        """Send any bytes."""
        self._writer.write(data)

    async def hears(self, kind: type[M], patience_s: float = PATIENCE_S) -> M | None:
        """The next message of a kind; the others are passed over. None if the node says none, or hangs up."""
        try:
            async with asyncio.timeout(patience_s):
                while (message := await self._next()) is not None:
                    if isinstance(message, kind):
                        return message
        except OSError:
            pass
        return None

    async def was_dropped(self, patience_s: float = PATIENCE_S) -> bool:
        """Does the node hang up?"""
        try:
            async with asyncio.timeout(patience_s):
                while await self._next() is not None:
                    pass
        except TimeoutError:
            return False
        except OSError:
            pass
        return True

    async def chain(self) -> list[Block] | None:
        """The whole chain of the node from above the genesis, as it serves it; None if it does not."""
        hashes: list[bytes] = []
        last = genesis(DEV).hash
        while True:
            self.say(GetHeaders((last,)))
            told = await self.hears(HeadersMessage)
            if told is None:
                return None
            if not told.headers:
                break
            hashes += [each.hash for each in told.headers]
            last = hashes[-1]
        return await self._bodies(hashes)

    async def brings(self, found: Sequence[Block]) -> bool:
        """Tell of right blocks, and send those that the node asks for; whether it has asked for all."""
        bodies = {block.hash: block for block in found}
        self.say(HeadersMessage(tuple(block.header for block in found)))
        while bodies:
            asked = await self.hears(GetData)
            if asked is None:
                return False
            wanted = [bodies.pop(each.hash) for each in asked.items if each.hash in bodies]
            self.say(*[BlockMessage(block) for block in wanted])
        return True

    def leave(self) -> None:
        """Hang up."""
        self._writer.close()

    async def _bodies(self, hashes: Sequence[bytes]) -> list[Block] | None:
        found: dict[bytes, Block] = {}
        for begin in range(0, len(hashes), GET_AT_ONCE):
            part = hashes[begin : begin + GET_AT_ONCE]
            self.say(GetData(blocks(part)))
            while not all(each in found for each in part):
                told = await self.hears(BlockMessage)
                if told is None:
                    return None
                found[told.block.hash] = told.block
        return [found[each] for each in hashes]

    async def _next(self) -> Message | None:
        while not self._heard:
            data = await self._reader.read(1 << 16)
            if not data:
                return None
            self._heard += self._frames.feed(data)
        message = self._heard.popleft()
        if isinstance(message, Ping):
            self.say(Pong(message.nonce))
        return message
