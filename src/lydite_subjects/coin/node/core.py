"""The core of a node: events in, effects out; no socket, no clock, no loop.

It puts the parts together: who is a peer (`handshake`, `dialling`, `conduct`), what the chain is (`headers_sync`,
`download`), and what goes around (`relay`, `serving`). Each call is one event, and answers with what is to be done for
it. The same core runs on asyncio, in a simulated world, and in a test that passes messages from hand to hand.

`now_s` is the clock on the wall, which the law needs. Everything that waits here counts ticks instead: a wall
clock may jump.
"""

import random
from typing import assert_never

from lydite_subjects.coin.node.dialling import Dialling
from lydite_subjects.coin.node.download import Download
from lydite_subjects.coin.node.effects import Address, Effect
from lydite_subjects.coin.node.handshake import Handshake
from lydite_subjects.coin.node.headers_sync import HeadersSync
from lydite_subjects.coin.node.peers import Peer, Roster
from lydite_subjects.coin.node.relay import HEADERS_TOLD_MAX, Relay
from lydite_subjects.coin.node.serving import Serving
from lydite_subjects.coin.node.settings import Settings
from lydite_subjects.coin.node.wire import (
    Addresses,
    BlockMessage,
    GetAddresses,
    GetData,
    GetHeaders,
    HeadersMessage,
    Inventory,
    Kind,
    Message,
    NotFound,
    Ping,
    Pong,
    TransactionMessage,
    Verack,
    Version,
)
from lydite_subjects.coin.spec.blocks import Block
from lydite_subjects.coin.spec.chain import Chain, Change
from lydite_subjects.coin.spec.errors import CoinError, RuleBroken
from lydite_subjects.coin.spec.mempool import Mempool, MissingParents
from lydite_subjects.coin.spec.transactions import Transaction

FORGERIES = frozenset(
    {
        *("transaction-size", "no-inputs", "no-outputs", "output-amount", "outputs-sum", "input-repeated"),
        *("null-input", "coinbase-memo", "inputs-sum", "overspent", "owner", "signature"),
    }
)
"""What no honest node relays, whatever its chain is."""
PARENTS_MAX = 25
"""For so many parents of a transaction its sender is asked."""
POOL_TOLD_BYTES = 1_000_000
"""A new peer is told of so much of the memory pool."""


class Core:
    """One node's mind."""

    def __init__(self, chain: Chain, mempool: Mempool, settings: Settings, draws: random.Random) -> None:
        self.chain = chain
        self.mempool = mempool
        self.roster = Roster(settings, draws)
        self.dialling = Dialling(self.roster, chain.params)
        self.download = Download(chain, self.roster, self._changed)
        self.headers_sync = HeadersSync(chain, self.roster)
        self.relay = Relay(chain, self.roster)
        self.counts = dict.fromkeys(
            (
                *("blocks_connected", "blocks_disconnected", "blocks_refused"),
                *("transactions_accepted", "transactions_refused"),
            ),
            0,
        )
        self._handshake = Handshake(chain, self.roster)
        self._serving = Serving(chain, self.roster, self._pooled)

    @property
    def is_syncing(self) -> bool:
        """Is the chain well behind what its headers promise?"""
        return self.chain.headers.best.height - self.chain.tip.height > HEADERS_TOLD_MAX

    # Events

    def listening(self, port: int) -> None:
        """Peers can call this port."""
        self.roster.port = port

    def opened(self, peer: int, address: Address, dialled: Address | None, now_s: int) -> list[Effect]:
        """A connection was made with whoever is at `address`; `dialled` is what was called, None for a caller."""
        entered = self.roster.enter(peer, address, dialled)
        if self.roster.conduct.is_banned(address, self.roster.at_s):
            self.roster.drop(entered, "it is banned")
        self.dialling.opened(entered)
        self._handshake.opened(entered, now_s)
        return self.effects()

    def unreachable(self, address: Address, why: str) -> list[Effect]:
        """A call was not answered."""
        self.dialling.unreachable(address, why)
        return self.effects()

    def received(self, peer: int, message: Message, now_s: int) -> list[Effect]:
        """A peer has said something."""
        sender = self.roster.get(peer)
        if sender is not None:
            sender.heard_s = self.roster.at_s
            if not sender.ready:
                self._greet(sender, message, now_s)
            elif self._is_allowed(sender, message):
                self._hear(sender, message, now_s)
        return self.effects()

    def malformed(self, peer: int, error: CoinError) -> list[Effect]:
        """A peer has sent what is no message; there is no telling where its next one begins."""
        sender = self.roster.get(peer)
        if sender is not None:
            self.roster.punish(sender, "bad-frame", error)
            self.roster.drop(sender, str(error))
        return self.effects()

    def continued(self, peer: int) -> list[Effect]:
        """A peer has read most of what it was sent."""
        sender = self.roster.get(peer)
        if sender is not None:
            self._serving.continued(sender)
        return self.effects()

    def closed(self, peer: int) -> list[Effect]:
        """A connection is gone."""
        leaver = self.roster.get(peer)
        if leaver is not None:
            self.roster.leave(leaver)
        return self.effects()

    def tick(self, now_s: int) -> list[Effect]:
        """Some time has passed: as much as `Limits.tick_s` says."""
        roster, limits = self.roster, self.roster.limits
        roster.at_s += limits.tick_s
        for peer in roster:
            peer.allowance = min(
                peer.allowance + limits.messages_per_s * limits.tick_s, limits.messages_at_once
            )
        self._handshake.tick()
        self.headers_sync.tick()
        self.relay.tick()
        self.dialling.tick(self.chain.tip.hash)
        # Of no headers, this only has the chain read its ledger anew if that has failed before.
        self.chain.add_headers((), now_s)
        self.download.headers_changed()
        self.download.tick(now_s)
        return self.effects()

    def submit_block(self, block: Block, now_s: int) -> list[Effect]:
        """A block was found here. RuleBroken if it is refused."""
        change = self.chain.add_blocks([block], now_s)
        self.download.headers_changed()
        self._changed(change)
        if block.hash in change.refused:
            raise change.refused[block.hash]
        return self.effects()

    def submit_transaction(self, transaction: Transaction) -> list[Effect]:
        """Somebody here wants to pay. RuleBroken if it is refused."""
        self._pool(transaction)
        return self.effects()

    def effects(self) -> list[Effect]:
        """What is to be done by now; after an event that has failed as well."""
        gone = self.roster.take_gone()
        while gone:
            for peer in gone:
                self.headers_sync.lost(peer)
                self.download.lost(peer)
                self.relay.lost(peer)
                self.dialling.lost(peer)
            gone = self.roster.take_gone()
        self.download.fill()
        return self.roster.take_effects()

    # Messages

    def _greet(self, peer: Peer, message: Message, now_s: int) -> None:
        if isinstance(message, Version):
            own = self._handshake.version(peer, message, now_s)
            if own is not None:
                self.dialling.is_own(own)
            is_ready = peer.ready
        elif isinstance(message, Verack):
            is_ready = self._handshake.acknowledged(peer)
        else:
            self.roster.punish(peer, "out-of-turn", message.command)
            self.roster.drop(peer, f"expected a handshake, found {message.command}")
            return
        if is_ready and not peer.gone:
            self._welcome(peer, now_s)

    def _welcome(self, peer: Peer, now_s: int) -> None:
        assert peer.version is not None
        self.dialling.ready(peer, now_s)
        self.headers_sync.claims(peer, peer.version.tip)
        if peer.introduced != self.chain.tip.hash:
            self.relay.tell_tip()
        if len(self.mempool):
            peer.untold += [each.txid for each in self.mempool.selected(POOL_TOLD_BYTES)]

    def _is_allowed(self, peer: Peer, message: Message) -> bool:
        """What was asked for is free. The rest costs, and what cannot be paid for is not listened to."""
        match message:
            case BlockMessage(block) if block.hash in peer.owes:
                return True
            case HeadersMessage() if peer.asked_headers_s is not None:
                return True
            case TransactionMessage(transaction) if self.relay.is_asked(peer, transaction.txid):
                return True
            case Inventory(items) | GetData(items) | NotFound(items):
                peer.allowance -= 1 + len(items) // 100
            case _:
                peer.allowance -= 1
        if peer.allowance < 0:
            self.roster.punish(peer, "flood")
        return peer.allowance >= 0

    def _hear(self, peer: Peer, message: Message, now_s: int) -> None:
        match message:
            case BlockMessage(block):
                self._block(peer, block, now_s)
            case TransactionMessage(transaction):
                self._transaction(peer, transaction)
            case Inventory():
                self._inventory(peer, message)
            case HeadersMessage():
                self.headers_sync.take(peer, message, now_s)
                self.download.headers_changed()
            case GetData():
                self._serving.data(peer, message)
            case GetHeaders():
                self._serving.headers(peer, message)
            case NotFound(items):
                self.download.missing(peer, [each.hash for each in items if each.kind is Kind.BLOCK])
                self.relay.missing(peer, [each.hash for each in items if each.kind is Kind.TRANSACTION])
            case Ping(nonce):
                self.roster.send(peer, Pong(nonce))
            case Pong():
                self._handshake.pong(peer, message)
            case GetAddresses():
                self.dialling.asked(peer, now_s)
            case Addresses():
                self.dialling.told(peer, message, now_s)
            case Version() | Verack():
                self.roster.punish(peer, "out-of-turn", message.command)
            case _:
                assert_never(message)

    def _inventory(self, peer: Peer, message: Inventory) -> None:
        peer.known.add([each.hash for each in message.items])
        tips = [each.hash for each in message.items if each.kind is Kind.BLOCK]
        if tips:
            # The last one is the highest: whoever tells many tells them in order.
            self.headers_sync.claims(peer, tips[-1])
        if not self.is_syncing:
            pool = self.mempool
            txids = [each.hash for each in message.items if each.kind is Kind.TRANSACTION]
            self.relay.heard_of(peer, [each for each in txids if each not in pool])

    # Blocks

    def _block(self, peer: Peer, block: Block, now_s: int) -> None:
        peer.known.add([block.hash])
        if block.header.previous not in self.chain.headers:
            # It is not kept until its parents are known: whoever has it has them as well.
            self.headers_sync.claims(peer, block.hash)
            return
        solicited = block.hash in peer.owes
        self.download.take(peer, block, now_s)
        entry = None if solicited else self.chain.headers.get(block.hash)
        if entry is not None:
            self.headers_sync.has(peer, entry)

    def _changed(self, change: Change) -> None:
        """The chain is not as it was."""
        self.counts["blocks_refused"] += len(change.refused)
        if not change.connected and not change.disconnected:
            return
        self.counts["blocks_connected"] += len(change.connected)
        self.counts["blocks_disconnected"] += len(change.disconnected)
        self.mempool.changed(change, self.chain, change.tip.height)
        self.relay.chain_changed(change.connected)
        if not self.is_syncing:
            self.relay.tell_tip()
            back = [each.txid for block in change.disconnected for each in block.transactions[1:]]
            self.relay.tell_transactions([each for each in back if each in self.mempool])

    # Transactions

    def _pooled(self, txid: bytes) -> Transaction | None:
        pooled = self.mempool.get(txid)
        return None if pooled is None else pooled.tx

    def _pool(self, transaction: Transaction) -> None:
        """Take it into the pool, with those that have waited for it, and tell others."""
        try:
            self.mempool.add(transaction, self.chain, self.chain.tip.height)
        except RuleBroken:
            self.counts["transactions_refused"] += 1
            raise
        self.counts["transactions_accepted"] += 1
        self.relay.tell_transactions([transaction.txid, *self.mempool.descendants(transaction.txid)])

    def _transaction(self, peer: Peer, transaction: Transaction) -> None:
        txid = transaction.txid
        peer.known.add([txid])
        if txid in self.mempool:
            self.relay.arrived(txid)
            return
        try:
            self._pool(transaction)
        except RuleBroken as error:
            if error.rule in FORGERIES:
                self.relay.forged(peer, txid)
                self.roster.punish(peer, "bad-transaction", error)
                return
            self.relay.arrived(txid)
            if isinstance(error, MissingParents):
                # It waits in the pool for what it spends; its sender may have that.
                parents = [each for each in error.parents[:PARENTS_MAX] if each not in self.mempool]
                self.relay.heard_of(peer, parents)
            else:
                self.relay.refused(txid)
        else:
            peer.useful += 1
            self.relay.arrived(txid)
