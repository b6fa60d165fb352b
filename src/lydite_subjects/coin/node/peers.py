"""Peers: what a node knows of each one that it is connected with, and the roster of all of them."""

import random
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from lydite_subjects.coin.node.conduct import OFFENCES, Conduct
from lydite_subjects.coin.node.effects import Address, Drop, Effect, More, Send
from lydite_subjects.coin.node.recent import Recent
from lydite_subjects.coin.node.settings import Limits, Settings
from lydite_subjects.coin.node.wire import Item, Message, Version


@dataclass(slots=True, eq=False)
class Peer:
    """One connection. Times are seconds of the node's ticks."""

    id: int
    address: Address
    """Where it listens; of one that has called, port 0 until it has told."""
    dialled: Address | None
    """What was dialled, which may be a name; None if it has called."""
    known: Recent
    """What it has: it told us so, or we told it."""
    opened_s: int
    allowance: int
    """How many messages it may still send unasked."""
    heard_s: int
    version: Version | None = None
    acknowledged: bool = False
    introduced: bytes = b""
    """The tip that it was told in our version."""
    gone: bool = False
    why: str = ""
    """Why it was dropped, if it was."""
    ping: int | None = None
    """The number that its pong has to repeat."""
    ping_s: int = 0
    untold: list[bytes] = field(default_factory=list)
    """Transactions that it will be told of at the next tick."""
    told_s: int = -1
    best: bytes | None = None
    """Of the headers that we know, the one with the most work whose block it has."""
    claimed: bytes | None = None
    """A block that it has and we know nothing of."""
    asked_headers_s: int | None = None
    unconnected: int = 0
    beside: int = 0
    """How many headers on chains with less work than ours it has sent."""
    owes: dict[bytes, None] = field(default_factory=dict)
    """Blocks that it was asked for."""
    delivered_s: int = 0
    useful: int = 0
    """How many blocks and transactions it was the first to send."""
    brought: int = 0
    """How many of them were blocks."""
    owed: deque[Item] = field(default_factory=deque)
    """What it has asked for and was not sent yet."""
    reading: bool = True
    """Has it read most of what it was sent?"""
    asking: int = 0
    """How many transactions are waited for on its word."""
    wants_addresses: bool = False
    told_addresses: bool = False

    @property
    def outbound(self) -> bool:
        """Was it called by this node?"""
        return self.dialled is not None

    @property
    def ready(self) -> bool:
        """Is the handshake done?"""
        return self.version is not None and self.acknowledged

    @property
    def height(self) -> int:
        """How high its chain was when it came."""
        return self.version.height if self.version else 0


class Roster:
    """All peers, and what is to be done for them: the parts of the core put their effects here."""

    def __init__(self, settings: Settings, draws: random.Random) -> None:
        self.settings = settings
        self.draws = draws
        self.conduct = Conduct(settings.limits)
        self.at_s = 0
        """The time that the ticks have counted. A wall clock may jump, and nobody shall be late because of that."""
        self.port = settings.port
        self.counts = dict.fromkeys(("peers_dropped", "peers_banned"), 0)
        self._peers: dict[int, Peer] = {}
        self._effects: list[Effect] = []
        self._gone: list[Peer] = []

    @property
    def limits(self) -> Limits:
        """How much of anything there may be."""
        return self.settings.limits

    def __iter__(self) -> Iterator[Peer]:
        return iter(list(self._peers.values()))

    def __len__(self) -> int:
        return len(self._peers)

    def get(self, peer: int) -> Peer | None:
        """A peer that is still there."""
        return self._peers.get(peer)

    def ready(self) -> list[Peer]:
        """Those with whom the handshake is done, the first to come first."""
        return [each for each in self._peers.values() if each.version is not None and each.acknowledged]

    def enter(self, peer: int, address: Address, dialled: Address | None) -> Peer:
        """A connection was made."""
        known, allowance = Recent(self.limits.inventory), self.limits.messages_at_once
        entered = Peer(peer, address, dialled, known, self.at_s, allowance, self.at_s)
        self._peers[peer] = entered
        return entered

    def leave(self, peer: Peer) -> None:
        """A connection is gone."""
        if self._peers.pop(peer.id, None) is not None:
            peer.gone = True
            self._gone.append(peer)

    def send(self, peer: Peer, message: Message) -> None:
        """Say something to a peer, if it is still there."""
        if not peer.gone:
            self._effects.append(Send(peer.id, message))

    def more(self, peer: Peer) -> None:
        """Ask to be called again when a peer has read what it was sent."""
        if not peer.gone:
            self._effects.append(More(peer.id))

    def do(self, effect: Effect) -> None:
        """Anything else that is to be done."""
        self._effects.append(effect)

    def drop(self, peer: Peer, why: str, ban_s: int = 0) -> None:
        """Hang up."""
        if not peer.gone:
            self.leave(peer)
            peer.why = why
            self.counts["peers_dropped"] += 1
            self.counts["peers_banned"] += ban_s > 0
            self._effects.append(Drop(peer.id, why, ban_s))

    def punish(self, peer: Peer, offence: str, found: object = "") -> None:
        """Hold something against a peer; at some point that is the end of it."""
        if peer.gone:
            return
        ban_s = self.conduct.punish(peer.address, offence, self.at_s)
        if ban_s:
            detail = f" ({found})" if found else ""
            self.drop(peer, f"{offence}: {OFFENCES[offence].why}{detail}", ban_s)

    def take_gone(self) -> list[Peer]:
        """Who has left since this was asked last."""
        gone, self._gone = self._gone, []
        return gone

    def take_effects(self) -> list[Effect]:
        """What is to be done."""
        effects, self._effects = self._effects, []
        return effects
