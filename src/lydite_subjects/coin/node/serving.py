"""Serving: what peers ask for is sent to them, no faster than they read it."""

from collections.abc import Callable

from lydite_subjects.coin.node.peers import Peer, Roster
from lydite_subjects.coin.node.wire import (
    HEADERS_MAX,
    BlockMessage,
    GetData,
    GetHeaders,
    HeadersMessage,
    Item,
    Kind,
    NotFound,
    TransactionMessage,
)
from lydite_subjects.coin.spec.chain import Chain
from lydite_subjects.coin.spec.transactions import Transaction

GREEDY_MESSAGES = 20
"""What a question for headers costs of a peer's allowance: the answer is a thousand of them."""


class Serving:
    """Answers to questions for headers, blocks and transactions."""

    def __init__(self, chain: Chain, roster: Roster, pooled: Callable[[bytes], Transaction | None]) -> None:
        self._chain = chain
        self._roster = roster
        self._pooled = pooled

    def headers(self, peer: Peer, message: GetHeaders) -> None:
        """What follows on the connected chain: of what is only known by its header nothing is told."""
        headers, tip = self._chain.headers, self._chain.tip
        peer.allowance -= GREEDY_MESSAGES
        until = headers.fork(tip, headers.best).height
        found = [each for each in headers.after(message.locator, HEADERS_MAX) if each.height <= until]
        for index, entry in enumerate(found):
            if entry.hash == message.stop:
                del found[index + 1 :]
        self._roster.send(peer, HeadersMessage(tuple([each.header for each in found])))

    def data(self, peer: Peer, message: GetData) -> None:
        """It wants these."""
        if len(peer.owed) + len(message.items) > self._roster.limits.owed_items:
            self._roster.punish(peer, "greedy", f"{len(peer.owed) + len(message.items)} things")
            return
        was_idle = not peer.owed
        peer.owed.extend(message.items)
        if was_idle:
            self.continued(peer)

    def continued(self, peer: Peer) -> None:
        """Send the next part of what a peer wants."""
        limits, missing = self._roster.limits, list[Item]()
        size = items = 0
        while peer.owed and not peer.gone and size < limits.serve_bytes and items < limits.serve_items:
            item = peer.owed.popleft()
            found = self._found(item)
            items += 1
            if found is None:
                missing.append(item)
            else:
                size += len(found.encode())
                peer.known.add([item.hash])
                self._roster.send(peer, found)
        if missing:
            self._roster.send(peer, NotFound(tuple(missing)))
        if peer.owed:
            self._roster.more(peer)

    def _found(self, item: Item) -> BlockMessage | TransactionMessage | None:
        if item.kind is Kind.BLOCK:
            block = self._chain.block(item.hash)
            return None if block is None else BlockMessage(block)
        transaction = self._pooled(item.hash)
        return None if transaction is None else TransactionMessage(transaction)
