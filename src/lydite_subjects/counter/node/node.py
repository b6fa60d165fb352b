"""A node's hands: its state, its journal and its connections, and the law that moves them."""

import asyncio
import random
import sys
from collections.abc import Sequence

from lydite_subjects.counter.node.conversation import Conversation
from lydite_subjects.counter.node.journal import Journal
from lydite_subjects.counter.spec import (
    Answer,
    Answered,
    Append,
    Asked,
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
    step,
)

CONNECT_S = 2.0
RETRY_S_MIN, RETRY_S_MAX = 0.5, 4.0


class Node:
    """One node: its state, its journal, and its connections."""

    def __init__(self, name: str, peers: Sequence[str], journal: Journal) -> None:
        self._journal = journal
        self._callers: dict[int, Conversation] = {}
        self._links: dict[str, Conversation] = {}
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

    def converse(self) -> Conversation:
        """A conversation with whoever calls: what a server asks for."""
        return Conversation(self)

    async def keep_linked(self, peer: str, host: str, port: int) -> None:
        """Keep a connection to a peer, and make it again whenever it is lost."""
        loop, wait_s = asyncio.get_running_loop(), RETRY_S_MIN
        while True:
            try:
                async with asyncio.timeout(CONNECT_S):
                    _, link = await loop.create_connection(lambda: Conversation(self, peer), host, port)
            except OSError:
                wait_s = min(2 * wait_s, RETRY_S_MAX)
            else:
                wait_s = RETRY_S_MIN
                await link.ended
            await asyncio.sleep(wait_s * random.uniform(0.5, 1.0))

    async def keep_beating(self, beat_s: float) -> None:
        """Let time pass, and hang up on peers that have left a request unanswered for a whole beat."""
        while True:
            await asyncio.sleep(beat_s)
            for link in self._links.values():
                if link.unanswered is not None and link.unanswered < self.state.beats:
                    link.transport.abort()
            self.happen(Beat())

    async def end(self) -> None:
        """Hang up on everybody and close the journal."""
        for conversation in self._callers.values():
            conversation.transport.abort()
        while self._callers:
            await asyncio.sleep(0)  # They are told so at the loop's next turn.
        self._journal.close()

    def met(self, conversation: Conversation) -> None:
        """A connection was made, by either side."""
        self._connections += 1
        conversation.caller = self._connections
        self._callers[self._connections] = conversation
        if conversation.peer:
            conversation.say(Hello(0, self.state.name))
            self._link(conversation)

    def heard(self, conversation: Conversation, message: Message) -> None:
        """A client or a peer has said something."""
        match message:
            case Hello(_, node) if not conversation.peer and node in self.state.peers:
                conversation.peer = node
                self._link(conversation)
            case Hello(tag, node):
                conversation.say(Refused(tag, f"{self.state.name} expects no hello of {node}"))
            case Increment() | Read() | Describe() | Store() | Compare():
                self.happen(Asked(conversation.caller, message))
            case _ if conversation.peer:
                conversation.unanswered = None
                self.happen(Answered(conversation.peer, message))
            case _:
                conversation.say(Refused(message.tag, f"{self.state.name} has asked nothing"))

    def parted(self, conversation: Conversation) -> None:
        """A connection is gone."""
        del self._callers[conversation.caller]
        if self._links.get(conversation.peer) is conversation:
            del self._links[conversation.peer]
        self.happen(Left(conversation.caller))

    def _link(self, conversation: Conversation) -> None:
        """This is the connection to its peer from now on."""
        before = self._links.get(conversation.peer)
        if before is not None:
            before.transport.abort()
        self._links[conversation.peer] = conversation
        self.happen(Linked(conversation.peer))

    def _send(self, send: Send) -> None:
        link = self._links.get(send.peer)
        if link is not None:
            if link.unanswered is None:
                link.unanswered = self.state.beats
            link.say(send.request)

    def _reply(self, caller: int, answer: Answer) -> None:
        conversation = self._callers.get(caller)
        if conversation is not None:
            conversation.say(answer)
