"""A node's hands: its state, its journal and its connections, and the law that moves them."""

import asyncio
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from lydite_subjects.counter.node.journal import Journal
from lydite_subjects.counter.spec import (
    FRAME_BYTES_MAX,
    Answer,
    Answered,
    Append,
    Asked,
    BadMessage,
    Beat,
    Compare,
    Describe,
    Event,
    Hello,
    Increment,
    Left,
    Linked,
    Message,
    Read,
    Refused,
    Reply,
    Send,
    State,
    Store,
    decode,
    encode,
    step,
)

CONNECT_S = 2.0
RETRY_S_MIN, RETRY_S_MAX = 0.5, 4.0
UNSENT_BYTES_MAX = 4 * FRAME_BYTES_MAX
"""Whoever reads so slowly that more than this waits for it is disconnected."""


@dataclass(slots=True, eq=False)
class Link:
    """A connection to a peer, and the beat of the oldest request that it has not answered."""

    peer: str
    writer: asyncio.StreamWriter
    unanswered: int | None = None


class Node:
    """One node: its state, its journal, and its connections."""

    def __init__(self, name: str, peers: Sequence[str], journal: Journal) -> None:
        self._journal = journal
        self._callers: dict[int, asyncio.StreamWriter] = {}
        self._links: dict[str, Link] = {}
        self._connections = 0
        self.state = State(name=name, peers=tuple(peers), tally=journal.replay())

    def happen(self, event: Event) -> None:
        """Let the law decide, and do what it says. If the disk refuses, the event has not happened."""
        state, effects = step(self.state, event)
        try:
            for effect in effects:
                if isinstance(effect, Append):
                    self._journal.append(effect.tally)
        except OSError as error:
            print(f"{state.name}: the disk refuses: {error.strerror}", file=sys.stderr, flush=True)
            if isinstance(event, Asked):
                why = f"the disk of {state.name} refuses: {error.strerror}"
                self._reply(event.caller, Refused(event.request.tag, why))
            return
        self.state = state
        for effect in effects:
            if isinstance(effect, Reply):
                self._reply(effect.caller, effect.answer)
            elif isinstance(effect, Send):
                self._send(effect)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take what a client or a peer says that has called, until it goes."""
        await self._converse(reader, writer, "")

    async def keep_linked(self, peer: str, host: str, port: int) -> None:
        """Keep a connection to a peer, and make it again whenever it is lost."""
        wait_s = RETRY_S_MIN
        while True:
            try:
                async with asyncio.timeout(CONNECT_S):
                    reader, writer = await asyncio.open_connection(host, port, limit=FRAME_BYTES_MAX)
            except OSError:
                wait_s = min(2 * wait_s, RETRY_S_MAX)
            else:
                wait_s = RETRY_S_MIN
                _write(writer, Hello(0, self.state.name))
                await self._converse(reader, writer, peer)
            await asyncio.sleep(wait_s * random.uniform(0.5, 1.0))

    async def keep_beating(self, beat_s: float) -> None:
        """Let time pass, and hang up on peers that have left a request unanswered for a whole beat."""
        while True:
            await asyncio.sleep(beat_s)
            for link in self._links.values():
                if link.unanswered is not None and link.unanswered < self.state.beats:
                    link.writer.transport.abort()
            self.happen(Beat())

    async def end(self) -> None:
        """Hang up on everybody and close the journal."""
        for writer in self._callers.values():
            writer.transport.abort()
        while self._callers:
            await asyncio.sleep(0)  # Whoever serves them finds out at its next turn.
        self._journal.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, peer: str) -> None:
        self._connections += 1
        caller = self._connections
        self._callers[caller] = writer
        link = self._linked(peer, writer) if peer else None
        try:
            while line := await _line(reader):
                link = self._hear(caller, link, decode(line)) or link
                await writer.drain()
        except BadMessage as problem:
            self._reply(caller, Refused(0, str(problem)))
        except OSError:
            pass  # It has gone without a word, which is a way to go.
        finally:
            del self._callers[caller]
            if link is not None and self._links.get(link.peer) is link:
                del self._links[link.peer]
            self.happen(Left(caller))
            writer.close()

    def _hear(self, caller: int, link: Link | None, message: Message) -> Link | None:
        """Take one message. The link that the connection turns out to be, if it says hello."""
        match message:
            case Hello(_, node) if link is None and node in self.state.peers:
                return self._linked(node, self._callers[caller])
            case Hello(tag, node):
                self._reply(caller, Refused(tag, f"{self.state.name} expects no hello of {node}"))
            case Increment() | Read() | Describe() | Store() | Compare():
                self.happen(Asked(caller, message))
            case _ if link is not None:
                link.unanswered = None
                self.happen(Answered(link.peer, message))
            case _:
                self._reply(caller, Refused(message.tag, f"{self.state.name} has asked nothing"))
        return None

    def _linked(self, peer: str, writer: asyncio.StreamWriter) -> Link:
        before = self._links.get(peer)
        if before is not None:
            before.writer.transport.abort()
        self._links[peer] = link = Link(peer, writer)
        self.happen(Linked(peer))
        return link

    def _send(self, send: Send) -> None:
        link = self._links.get(send.peer)
        if link is not None:
            if link.unanswered is None:
                link.unanswered = self.state.beats
            _write(link.writer, send.request)

    def _reply(self, caller: int, answer: Answer) -> None:
        writer = self._callers.get(caller)
        if writer is not None:
            _write(writer, answer)


async def _line(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readline()
    except ValueError as error:
        raise BadMessage(f"a message has at most {FRAME_BYTES_MAX} bytes") from error


def _write(writer: asyncio.StreamWriter, message: Message) -> None:
    if not writer.is_closing():
        writer.write(encode(message))
        if writer.transport.get_write_buffer_size() > UNSENT_BYTES_MAX:
            writer.transport.abort()
