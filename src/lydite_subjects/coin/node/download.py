"""Download: the bodies of the best chain of headers, from several peers at once, in batches for the chain.

A window of blocks above the last one that is kept is divided among the peers who have them. What arrives waits until
it forms a run from the bottom of the window, which is given to the chain together: one commit for hundreds of blocks.
A peer that holds up the others loses what it owes to them.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from lydite_subjects.coin.node.peers import Peer, Roster
from lydite_subjects.coin.node.wire import GET_MAX, GetData, blocks
from lydite_subjects.coin.spec.blocks import Block
from lydite_subjects.coin.spec.chain import Chain, Change
from lydite_subjects.coin.spec.errors import RuleBroken
from lydite_subjects.coin.spec.headers import Entry
from lydite_subjects.coin.spec.rules import BODY_RULES, PASSING_RULES

IN_FLIGHT_BYTES = 2_000_000
"""About how much one peer may owe."""
HEDGE_S = 2
"""How long all may wait for one, when there is somebody else to ask."""
SHARE_MIN = 16
"""Fewer blocks than these are not divided among peers."""


class _Arrived(NamedTuple):
    block: Block
    peer: int
    size: int


class Download:
    """Which blocks are wanted, who was asked for which, and what has arrived."""

    def __init__(self, chain: Chain, roster: Roster, changed: Callable[[Change], None]) -> None:
        """`changed` is told what each batch has done."""
        self._chain = chain
        self._roster = roster
        self._changed = changed
        self._stale = True
        """The window has to be looked at again."""
        self._window: list[Entry] = []
        self._inside: set[bytes] = set()
        """The hashes of the window."""
        self._next = 0
        """From here on there may be blocks that nobody was asked for."""
        self._run = 0
        """How many blocks from the bottom of the window have arrived."""
        self._run_bytes = 0
        self._asked: dict[bytes, int] = {}
        self._arrived: dict[bytes, _Arrived] = {}
        self._arrived_bytes = 0
        self._size = 1_000.0
        """How large blocks are, lately."""

    @property
    def waiting(self) -> int:
        """How many bytes of blocks wait for one before them."""
        return self._arrived_bytes

    @property
    def waiting_blocks(self) -> int:
        """How many blocks those are."""
        return len(self._arrived)

    def headers_changed(self) -> None:
        """There may be another best chain."""
        self._stale = True

    def fill(self) -> None:
        """Ask peers for what is wanted and nobody owes."""
        self._renew()
        if self._next >= len(self._window):
            return
        room_each = self._room_each()
        takers = [each for each in self._roster.ready() if each.best and len(each.owes) <= room_each // 2]
        if not takers:
            return
        # The most useful first, so that the bottom of the window is owed by those who deliver.
        takers.sort(key=lambda each: -each.useful)
        for index, peer in enumerate(takers):
            left = len(self._window) - self._next
            share = max(SHARE_MIN, -(-left // (len(takers) - index)))
            hashes = self._next_unasked(min(share, room_each - len(peer.owes), GET_MAX), self._reach(peer))
            if hashes:
                self._ask(peer, hashes)

    def take(self, peer: Peer, block: Block, now_s: int) -> None:
        """A block has arrived."""
        block_hash = block.hash
        solicited = block_hash in peer.owes
        if solicited:
            del peer.owes[block_hash]
            peer.delivered_s = self._roster.at_s
            if self._asked.get(block_hash) == peer.id:
                del self._asked[block_hash]
        if block_hash in self._arrived or self._chain.has_block(block_hash):
            return
        if not solicited and not self._is_wanted(peer, block, now_s):
            return
        peer.useful += 1
        peer.brought += 1
        size = len(block.encode())
        self._size += (size - self._size) / 64
        self._arrived[block_hash] = _Arrived(block, peer.id, size)
        self._arrived_bytes += size
        self._renew()
        self._advance()
        if self._is_due():
            self._flush_run(now_s)
        elif block_hash not in self._inside:
            self._flush([block_hash], now_s)
        elif self._arrived_bytes > self._roster.limits.buffer_bytes:
            self._flush(list(self._arrived), now_s)

    def missing(self, peer: Peer, hashes: list[bytes]) -> None:
        """It does not have these though it said so."""
        owed = [each for each in hashes if each in peer.owes]
        if owed:
            peer.best = None
            self._release(peer)
            self._roster.punish(peer, "not-found", owed[0].hex())

    def lost(self, peer: Peer) -> None:
        """It is gone; others are asked for what it owed."""
        self._release(peer)

    def tick(self, now_s: int) -> None:
        """Give what has arrived to the chain, and replace those who hold up the others."""
        roster = self._roster
        self._renew()
        if self._arrived and not self._asked:
            self._flush(list(self._arrived), now_s)
        elif self._run:
            self._flush_run(now_s)
        owing = [each for each in roster.ready() if each.owes]
        for peer in owing:
            if roster.at_s - peer.delivered_s > roster.limits.stall_s:
                if self._others(peer):
                    roster.punish(peer, "stalling", f"{len(peer.owes)} blocks")
                    roster.drop(peer, f"expected a block within {roster.limits.stall_s} s, found none")
                self._release(peer)
        self._hedge()
        self.fill()

    # The window

    def _next_unasked(self, most: int, height_max: int) -> list[bytes]:
        """The next blocks of the window that nobody was asked for."""
        found: list[bytes] = []
        window = self._window
        while self._next < len(window) and len(found) < most:
            entry = window[self._next]
            if entry.hash not in self._asked and entry.hash not in self._arrived:
                if entry.height > height_max:
                    break
                found.append(entry.hash)
            self._next += 1
        return found

    def _renew(self) -> None:
        if self._stale:
            self._stale = False
            self._window = (
                self._chain.wanted(self._roster.limits.window_blocks) if self._past_checkpoints() else []
            )
            self._inside = {each.hash for each in self._window}
            self._next = self._run = self._run_bytes = 0
            self._advance()

    def _past_checkpoints(self) -> bool:
        """Until the headers have come past the last checkpoint, any chain of them may be a cheap one."""
        return self._chain.headers.best.height >= max(self._chain.params.checkpoints, default=0)

    def _advance(self) -> None:
        window, arrived = self._window, self._arrived
        while self._run < len(window) and (found := arrived.get(window[self._run].hash)) is not None:
            self._run += 1
            self._run_bytes += found.size

    def _is_due(self) -> bool:
        limits = self._roster.limits
        return self._run > 0 and (
            self._run >= limits.batch_blocks
            or self._run_bytes >= limits.batch_bytes
            or self._run == len(self._window)
            or not self._asked
        )

    def _flush_run(self, now_s: int) -> None:
        self._flush([each.hash for each in self._window[: self._run]], now_s)

    def _flush(self, hashes: list[bytes], now_s: int) -> None:
        """Give blocks to the chain. If its ledger fails they are lost here, and will be wanted again."""
        batch = [self._arrived.pop(each) for each in hashes]
        self._arrived_bytes -= sum(each.size for each in batch)
        self._stale = True
        change = self._chain.add_blocks([each.block for each in batch], now_s)
        self._blame(change.refused, {each.block.hash: each.peer for each in batch})
        self._changed(change)

    def _blame(self, refused: Mapping[bytes, RuleBroken], senders: Mapping[bytes, int]) -> None:
        for block_hash, error in refused.items():
            sender = self._roster.get(senders.get(block_hash, -1))
            if sender is not None and error.rule not in PASSING_RULES:
                offence = "wrong-body" if error.rule in BODY_RULES else "bad-block"
                self._roster.punish(sender, offence, error)

    def _is_wanted(self, peer: Peer, block: Block, now_s: int) -> bool:
        """Is a block that nobody asked for worth having? It is if it makes the best chain longer."""
        chain, roster = self._chain, self._roster
        try:
            (entry,) = chain.add_headers([block.header], now_s)
        except RuleBroken as error:
            if error.rule not in PASSING_RULES:
                roster.punish(peer, "bad-block", error)
            return False
        if entry.work <= chain.tip.work or entry.height > chain.tip.height + roster.limits.window_blocks:
            roster.punish(peer, "unasked")
            return False
        self._stale = True
        return True

    # Who owes what

    def _room_each(self) -> int:
        return max(2, min(self._roster.limits.peer_blocks, int(IN_FLIGHT_BYTES / self._size)))

    def _reach(self, peer: Peer) -> int:
        """Up to which height the peer has the blocks of the best chain."""
        headers = self._chain.headers
        entry = headers.get(peer.best or b"")
        return headers.fork(entry, headers.best).height if entry is not None else -1

    def _ask(self, peer: Peer, hashes: list[bytes]) -> None:
        if not peer.owes:
            peer.delivered_s = self._roster.at_s
        for each in hashes:
            self._asked[each] = peer.id
            peer.owes[each] = None
        self._roster.send(peer, GetData(blocks(hashes)))

    def _release(self, peer: Peer) -> None:
        self._unask(peer)
        peer.owes.clear()

    def _unask(self, peer: Peer) -> None:
        """What it owes may be had from others."""
        for each in peer.owes:
            if self._asked.get(each) == peer.id:
                del self._asked[each]
        self._next = self._run

    def _others(self, peer: Peer) -> list[Peer]:
        """Who else has the lowest block that is waited for."""
        if self._run >= len(self._window):
            return []
        lowest = self._window[self._run].height
        return [each for each in self._roster.ready() if each is not peer and self._reach(each) >= lowest]

    def _hedge(self) -> None:
        """Everybody waits for one peer, and somebody is idle: the idle one is asked, too."""
        self._renew()
        if self._run >= len(self._window):
            return
        holder = self._roster.get(self._asked.get(self._window[self._run].hash, -1))
        if holder is None or self._roster.at_s - holder.delivered_s <= HEDGE_S:
            return
        idle = next((each for each in self._others(holder) if not each.owes), None)
        if idle is not None:
            self._unask(holder)
            hashes = self._next_unasked(self._room_each(), self._reach(idle))
            self._ask(idle, hashes)
