"""Headers first: learning from peers which chain has the most work, before any block of it is downloaded.

One peer at a time is asked for the long way; what is new at the tip comes by announcements from all of them.
"""

from lydite_subjects.coin.node.peers import Peer, Roster
from lydite_subjects.coin.node.wire import HEADERS_MAX, LOCATOR_MAX, GetHeaders, HeadersMessage
from lydite_subjects.coin.spec.chain import Chain
from lydite_subjects.coin.spec.errors import RuleBroken
from lydite_subjects.coin.spec.headers import Entry, UnknownParent
from lydite_subjects.coin.spec.rules import PASSING_RULES

ASKED_MAX = 3
"""How many peers are asked for headers at the same time, once the long way is done."""
UNCONNECTED_MAX = 5
"""How often a peer may send headers whose parent is unknown before it is held against it: it may be on a chain that
has left ours long ago, and has announced more than one block before our question came."""


class HeadersSync:
    """What each peer has, as far as headers tell, and questions for more."""

    def __init__(self, chain: Chain, roster: Roster) -> None:
        self._chain = chain
        self._roster = roster
        self._long_way = False
        """The last answer was full: there is more where it came from."""
        self._polled_s = 0

    def claims(self, peer: Peer, block_hash: bytes) -> None:
        """It has that block."""
        entry = self._chain.headers.get(block_hash)
        if entry is None:
            peer.claimed = block_hash
            self._ask_those_who_claim()
        else:
            self.has(peer, entry)

    def has(self, peer: Peer, entry: Entry) -> None:
        """It has the block of that header, and so all before it."""
        headers = self._chain.headers
        if headers.invalid(entry.hash) is None:
            before = headers.get(peer.best) if peer.best is not None else None
            if before is None or entry.work > before.work or headers.invalid(before.hash) is not None:
                peer.best = entry.hash

    def ask(self, peer: Peer, locator: list[bytes] | None = None) -> None:
        """Ask a peer what comes after our chain."""
        headers = self._chain.headers
        if peer.asked_headers_s is None:
            peer.asked_headers_s = self._roster.at_s
            located = headers.locator(headers.best) if locator is None else locator
            self._roster.send(peer, GetHeaders(tuple(located[:LOCATOR_MAX])))

    def take(self, peer: Peer, message: HeadersMessage, now_s: int) -> None:
        """It has sent some: an answer, or an announcement; one taken for the other does no harm."""
        asked = peer.asked_headers_s is not None
        if asked:
            peer.asked_headers_s, peer.claimed = None, None
            self._long_way = len(message.headers) == HEADERS_MAX
        if message.headers:
            self._learn(peer, message, now_s)
        self._ask_those_who_claim()

    def lost(self, peer: Peer) -> None:
        """It is gone."""
        if peer.asked_headers_s is not None:
            self._long_way = False
            self._ask_those_who_claim()

    def tick(self) -> None:
        """Give up on those who do not answer; now and then ask somebody, for an announcement may have been lost."""
        roster = self._roster
        for peer in roster.ready():
            late = peer.asked_headers_s is not None and (
                roster.at_s - peer.asked_headers_s > roster.limits.headers_s
            )
            if late:
                roster.punish(peer, "headers-late")
                roster.drop(peer, f"expected headers within {roster.limits.headers_s} s, found none")
        if roster.at_s - self._polled_s >= roster.limits.poll_s:
            self._polled_s = roster.at_s
            idle = [each for each in roster.ready() if each.asked_headers_s is None]
            if idle and not self._long_way:
                self.ask(roster.draws.choice(idle))

    def _learn(self, peer: Peer, message: HeadersMessage, now_s: int) -> None:
        chain, roster = self._chain, self._roster
        if message.headers[0].previous not in chain.headers:
            self._again(peer)
            return
        before, best = len(chain.headers), chain.headers.best
        try:
            entries = chain.add_headers(message.headers, now_s)
        except UnknownParent:
            roster.punish(peer, "headers-disorder")
            return
        except RuleBroken as error:
            if error.rule not in PASSING_RULES:
                roster.punish(peer, "bad-header", error)
            return
        added = len(chain.headers) - before
        self.has(peer, entries[-1])
        if chain.headers.best is best:
            peer.beside += added
            if peer.beside > roster.limits.side_headers:
                roster.punish(peer, "headers-beside", peer.beside)
        if added:
            peer.unconnected = 0
        if len(message.headers) == HEADERS_MAX:
            if added:
                self.ask(peer, [entries[-1].hash])
            else:
                self._again(peer)

    def _again(self, peer: Peer) -> None:
        """What it sent is of no use yet: ask from where we are now, but not for ever."""
        peer.unconnected += 1
        if peer.unconnected > UNCONNECTED_MAX:
            self._roster.punish(peer, "headers-unconnected")
        self.ask(peer)

    def _ask_those_who_claim(self) -> None:
        """Ask those who have blocks that we know nothing of; while one leads the long way, nobody else."""
        asked = sum(each.asked_headers_s is not None for each in self._roster)
        headers = self._chain.headers
        for peer in self._roster.ready():
            if peer.claimed is None or peer.asked_headers_s is not None:
                continue
            entry = headers.get(peer.claimed)
            if entry is not None:
                peer.claimed = None
                self.has(peer, entry)
            elif asked < (1 if self._long_way else ASKED_MAX):
                asked += 1
                self.ask(peer)
