"""Relay: transactions and new blocks are told to those who do not have them, and asked for from one peer at a time."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from lydite_subjects.coin.node.peers import Peer, Roster
from lydite_subjects.coin.node.recent import Recent
from lydite_subjects.coin.node.wire import (
    GET_MAX,
    GetData,
    HeadersMessage,
    Inventory,
    blocks,
    transactions,
)
from lydite_subjects.coin.spec.blocks import Block
from lydite_subjects.coin.spec.chain import Chain
from lydite_subjects.coin.spec.headers import Entry

TOLD_AT_ONCE = 500
"""So many new transactions are told without waiting for the next tick."""
HEADERS_TOLD_MAX = 8
"""A change of more blocks is told by its tip alone: who lacks it asks for the headers."""


@dataclass(slots=True, eq=False)
class _Wanted:
    """A transaction that somebody has."""

    holders: list[Peer] = field(default_factory=list)
    """Who has it and was not asked, the first to tell first."""
    asked: Peer | None = None
    asked_s: int = 0


class Relay:
    """Who has what, who was asked for what."""

    def __init__(self, chain: Chain, roster: Roster) -> None:
        self._chain = chain
        self._roster = roster
        self._wanted: dict[bytes, _Wanted] = {}
        self._refused = Recent(roster.limits.refused)

    @property
    def waiting(self) -> int:
        """How many transactions are asked for or will be."""
        return len(self._wanted)

    def heard_of(self, peer: Peer, txids: Sequence[bytes]) -> None:
        """It has these transactions, and we do not."""
        limits, fresh = self._roster.limits, list[bytes]()
        for txid in txids:
            if txid in self._refused:
                continue
            wanted = self._wanted.get(txid)
            if wanted is None:
                # Nobody may fill the table alone.
                if len(self._wanted) >= limits.asked or peer.asking >= limits.asked // 4:
                    break
                wanted = self._wanted[txid] = _Wanted()
            if peer is wanted.asked or peer in wanted.holders or len(wanted.holders) >= limits.announcers:
                continue
            peer.asking += 1
            if wanted.asked is None:
                wanted.asked, wanted.asked_s = peer, self._roster.at_s
                fresh.append(txid)
            else:
                wanted.holders.append(peer)
        self._ask(peer, fresh)

    def arrived(self, txid: bytes) -> None:
        """It is here, from whomever."""
        wanted = self._wanted.pop(txid, None)
        if wanted is not None:
            for holder in (wanted.asked, *wanted.holders):
                if holder is not None:
                    holder.asking -= 1

    def forged(self, peer: Peer, txid: bytes) -> None:
        """What it sent cannot be right: that says nothing about what others have under the same name."""
        wanted = self._wanted.get(txid)
        if wanted is not None and wanted.asked is peer:
            self._next_holder(txid, wanted)

    def refused(self, txid: bytes) -> None:
        """It is here and not wanted: nobody is asked for it again."""
        self._refused.add([txid])

    def is_asked(self, peer: Peer, txid: bytes) -> bool:
        """Was it this peer that was asked for it?"""
        wanted = self._wanted.get(txid)
        return wanted is not None and wanted.asked is peer

    def chain_changed(self, connected: Sequence[Block]) -> None:
        """What was refused may be right now, and what is in a block need not be asked for."""
        self._refused.clear()
        if self._wanted:
            for block in connected:
                for each in block.transactions:
                    self.arrived(each.txid)

    def missing(self, peer: Peer, txids: Sequence[bytes]) -> None:
        """It does not have these; it may have been so when it told us."""
        for txid in txids:
            self.forged(peer, txid)

    def lost(self, peer: Peer) -> None:
        """It is gone."""
        for txid, wanted in list(self._wanted.items()):
            if peer in wanted.holders:
                wanted.holders.remove(peer)
            if wanted.asked is peer:
                self._next_holder(txid, wanted)

    def tick(self) -> None:
        """Ask others for what one does not send, and tell what has gathered."""
        roster = self._roster
        late = [
            (txid, wanted)
            for txid, wanted in self._wanted.items()
            if roster.at_s - wanted.asked_s >= roster.limits.ask_s
        ]
        for txid, wanted in late:
            self._next_holder(txid, wanted)
        for peer in roster.ready():
            if peer.untold:
                self._tell(peer)

    # Telling

    def tell_transactions(self, txids: Sequence[bytes]) -> None:
        """Tell those who do not have them: at once, or if some were told since the last tick, at the next."""
        for peer in self._roster.ready():
            unknown = [each for each in txids if each not in peer.known]
            if unknown:
                peer.untold += unknown
                if peer.told_s != self._roster.at_s or len(peer.untold) >= TOLD_AT_ONCE:
                    self._tell(peer)

    def tell_tip(self) -> None:
        """Tell those who do not have the tip: by headers if they have what comes before it."""
        headers, tip = self._chain.headers, self._chain.tip
        for peer in self._roster.ready():
            best = headers.get(peer.best) if peer.best is not None else None
            shared = headers.fork(best, tip) if best is not None else None
            if tip.hash in peer.known or shared is tip:
                continue
            peer.known.add([tip.hash])
            if shared is not None and tip.height - shared.height <= HEADERS_TOLD_MAX:
                self._roster.send(peer, HeadersMessage(tuple([each.header for each in _above(shared, tip)])))
            else:
                self._roster.send(peer, Inventory(blocks([tip.hash])))

    def _tell(self, peer: Peer) -> None:
        fresh = [each for each in peer.untold if each not in peer.known]
        peer.untold.clear()
        peer.told_s = self._roster.at_s
        if fresh:
            peer.known.add(fresh)
            self._roster.send(peer, Inventory(transactions(fresh)))

    # Asking

    def _next_holder(self, txid: bytes, wanted: _Wanted) -> None:
        if wanted.asked is not None:
            wanted.asked.asking -= 1
            wanted.asked = None
        while wanted.holders:
            holder = wanted.holders.pop(0)
            if not holder.gone:
                wanted.asked, wanted.asked_s = holder, self._roster.at_s
                self._ask(holder, [txid])
                return
            holder.asking -= 1
        del self._wanted[txid]

    def _ask(self, peer: Peer, txids: list[bytes]) -> None:
        for at in range(0, len(txids), GET_MAX):
            self._roster.send(peer, GetData(transactions(txids[at : at + GET_MAX])))


def _above(shared: Entry, tip: Entry) -> list[Entry]:
    """The entries from above one of its ancestors up to the tip."""
    found: list[Entry] = []
    while tip is not shared:
        found.append(tip)
        assert tip.parent is not None
        tip = tip.parent
    return found[::-1]
