"""A node's hands: its chain, its memory pool and its connections, and the core that tells what to do with them."""

import asyncio
import random
import secrets
import sys
import time
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import Any, Final

from lydite_subjects.coin.node.core import Core
from lydite_subjects.coin.node.effects import Address, Dial, Drop, Effect, More, Send, Tell
from lydite_subjects.coin.node.frames import BadFrame, frame
from lydite_subjects.coin.node.links import Link
from lydite_subjects.coin.node.reasons import reason_of
from lydite_subjects.coin.node.remembrance import Remembrance
from lydite_subjects.coin.node.settings import Settings
from lydite_subjects.coin.node.trusted import Trusted
from lydite_subjects.coin.node.wire import PROTOCOL, Message
from lydite_subjects.coin.spec.blocks import Block
from lydite_subjects.coin.spec.chain import Chain
from lydite_subjects.coin.spec.errors import CoinError
from lydite_subjects.coin.spec.headers import Entry
from lydite_subjects.coin.spec.mempool import Mempool
from lydite_subjects.coin.spec.transactions import Transaction
from lydite_subjects.coin.spec.waiting import Pooled
from lydite_subjects.coin.spec.work import target_of

EFFECTS_AT_ONCE: Final = 32
"""So many effects of one peer's messages are performed together."""


class Node:
    """One node. All of it lives on one event loop; no method may be called from another thread."""

    def __init__(
        self,
        chain: Chain,
        mempool: Mempool,
        settings: Settings,
        *,
        host: str = "0.0.0.0",
        remembrance: Remembrance | None = None,
    ) -> None:
        """`host` is where to listen; `remembrance` keeps known addresses and bans, without it they are forgotten when
        the node ends. The chain's ledger is the caller's, who closes it after `stop`."""
        self.chain = chain
        self.mempool = mempool
        self.settings = settings
        self.core = Core(chain, mempool, settings, random.Random(secrets.randbits(128)))
        self.started_s = 0
        """When it was started, by its own clock; 0 before."""
        self._host = host
        self._remembrance = remembrance
        self._links: dict[int, Link] = {}
        self._met = 0
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._trouble = ""
        self._counts = dict.fromkeys(
            ("messages_received", "messages_sent", "bytes_received", "bytes_sent", "troubles"), 0
        )

    @property
    def port(self) -> int:
        """Where it listens for peers, once it has started; a setting of 0 becomes the port that was found."""
        return self.core.roster.port

    def now_s(self) -> int:
        """The node's clock: the only place where it is read."""
        return int(time.time())

    async def start(self) -> None:
        """Listen, and begin to call peers. OSError if the port cannot be had."""
        loop, magic = asyncio.get_running_loop(), self.chain.params.magic
        self._server = await loop.create_server(lambda: Link(self, magic), self._host, self.settings.port)
        self.core.listening(self._server.sockets[0].getsockname()[1])
        self.started_s = self.now_s()
        if self._remembrance is not None:
            self._remembrance.recall(self.core.dialling.book, self.core.roster, self.started_s)
        self._begin(self._keep_ticking())

    async def stop(self) -> None:
        """Hang up on everybody, stop listening and calling. It may be called twice, and before `start`."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
            if self._remembrance is not None:
                self._remembrance.write(self.core.dialling.book, self.core.roster, self.now_s())
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for link in self._links.values():
            link.hang_up()
        while self._links:
            await asyncio.sleep(0)  # They are told so at the loop's next turn.
        if server is not None:
            await server.wait_closed()

    def submit_block(self, block: Block) -> Entry:
        """Take a block that was found here, and tell the peers. CoinError (mostly RuleBroken) if it is refused.

        A block that is valid and not on the best chain is kept without error: compare with `node.chain.tip`.
        """
        try:
            effects = self.core.submit_block(block, self.now_s())
        except CoinError:
            # It may be refused and have changed something all the same: blocks that have waited for it.
            self._perform(self.core.effects())
            raise
        self._perform(effects)
        entry = self.chain.headers.get(block.hash)
        assert entry is not None
        return entry

    def submit_transaction(self, transaction: Transaction) -> Pooled:
        """Take a transaction into the memory pool, and tell the peers. RuleBroken if it is refused.

        One that is there already is answered as it was the first time.
        """
        if transaction.txid not in self.mempool:
            self._perform(self.core.submit_transaction(transaction))
        pooled = self.mempool.get(transaction.txid)
        assert pooled is not None
        return pooled

    def introduce(self, address: Address) -> None:
        """Somebody to call, now and whenever there are too few peers, on the word of who runs this node."""
        self.core.dialling.introduced(address)

    def tell(self, text: str) -> None:
        """Say something to whoever runs this node."""
        print(f"{self.settings.node_id}: {text}", file=sys.stderr, flush=True)

    @property
    def has_peers(self) -> bool:
        """Is there anybody to talk to?"""
        return bool(self.core.roster.ready())

    def status(self) -> dict[str, Any]:
        """What `/status` tells, as plain JSON: node_id, network, version, blockchain_length (blocks, the first one
        included), height, tip, headers_height, syncing, work, difficulty, active_peers, inbound, outbound,
        mempool_transactions, mempool_bytes, orphan_transactions, orphan_bytes (of those), orphan_blocks, uptime_s,
        time_s.
        """
        chain, ready, now_s = self.chain, self.core.roster.ready(), self.now_s()
        easiest, target = target_of(chain.params.easiest_bits), target_of(chain.tip.header.bits)
        return {
            "node_id": self.settings.node_id,
            "network": chain.params.name,
            "version": PROTOCOL,
            "blockchain_length": chain.tip.height + 1,
            "height": chain.tip.height,
            "tip": chain.tip.hash.hex(),
            "headers_height": chain.headers.best.height,
            "syncing": self.core.is_syncing,
            "work": chain.tip.work,
            "difficulty": easiest / target,
            "active_peers": len(ready),
            "inbound": sum(not each.outbound for each in ready),
            "outbound": sum(each.outbound for each in ready),
            "mempool_transactions": len(self.mempool),
            "mempool_bytes": self.mempool.bytes,
            "orphan_transactions": self.mempool.orphans,
            "orphan_bytes": self.mempool.orphan_bytes,
            "orphan_blocks": self.core.download.waiting_blocks + chain.waiting_blocks,
            "uptime_s": now_s - self.started_s if self.started_s else 0,
            "time_s": now_s,
        }

    def peers(self) -> list[dict[str, Any]]:
        """What `/peers` tells, a dict each: id, address, outbound, ready, node_id, height, score, connected_s."""
        roster, headers = self.core.roster, self.chain.headers
        found = []
        for each in roster:
            best = headers.get(each.best) if each.best is not None else None
            found.append(
                {
                    "id": each.id,
                    "address": str(each.address),
                    "outbound": each.outbound,
                    "ready": each.ready,
                    "node_id": each.version.node_id if each.version else None,
                    "height": max(each.height, best.height if best else 0),
                    "score": roster.conduct.points(each.address, roster.at_s),
                    "connected_s": roster.at_s - each.opened_s,
                }
            )
        return found

    @property
    def trusted(self) -> Trusted:
        """What came of calling its bootstrap nodes."""
        return self.core.dialling.trusted

    def counts(self) -> dict[str, int]:
        """What `/metrics` counts: messages_received, messages_sent, bytes_received, bytes_sent, peers_dropped,
        peers_banned, blocks_connected, blocks_disconnected, blocks_refused, transactions_accepted,
        transactions_refused, addresses_known, troubles.
        """
        known = {"addresses_known": len(self.core.dialling.book)}
        return self._counts | self.core.counts | self.core.roster.counts | known

    # What links tell

    def met(self, link: Link) -> None:
        """A connection was made."""
        self._met += 1
        link.id = self._met
        self._links[link.id] = link
        self._do(lambda: self.core.opened(link.id, link.address, link.dialled, self.now_s()))

    def heard(self, link: Link, messages: Sequence[Message], size: int) -> None:
        """Messages have come."""
        self._counts["bytes_received"] += size
        self._counts["messages_received"] += len(messages)
        now_s, effects = self.now_s(), list[Effect]()
        for message in messages:
            if len(effects) >= EFFECTS_AT_ONCE:
                # An answer may be much longer than its question: what is sent must not be far behind.
                self._perform(effects)
                effects = []
            if link.is_over:
                break
            effects += self._decided(partial(self.core.received, link.id, message, now_s))
        self._perform(effects)

    def garbled(self, link: Link, error: BadFrame) -> None:
        """What has come is no message."""
        self._do(lambda: self.core.malformed(link.id, error))

    def drained(self, link: Link) -> None:
        """The peer has read most of what it was sent."""
        if link.wants_more:
            link.wants_more = False
            self._do(lambda: self.core.continued(link.id))

    def parted(self, link: Link) -> None:
        """A connection is gone."""
        if self._links.pop(link.id, None) is not None:
            self._do(lambda: self.core.closed(link.id))

    # What the core wants

    def _do(self, event: Callable[[], list[Effect]]) -> None:
        self._perform(self._decided(event))

    def _decided(self, event: Callable[[], list[Effect]]) -> list[Effect]:
        """Let the core decide. If the ledger fails, the node says so and goes on: what was lost is asked for again."""
        try:
            return event()
        except CoinError as error:
            self._counts["troubles"] += 1
            if str(error) != self._trouble:
                self._trouble = str(error)
                self.tell(self._trouble)
            return self.core.effects()

    def _perform(self, effects: Sequence[Effect]) -> None:
        """Do it. What goes to one peer is written at once."""
        if not effects:
            return
        said: dict[int, list[bytes]] = {}
        magic = self.chain.params.magic
        for effect in effects:
            match effect:
                case Send(peer, message):
                    said.setdefault(peer, []).append(frame(message, magic))
                case Drop(peer):
                    link = self._links.get(peer)
                    if link is not None:
                        link.hang_up()
                case Dial(host, port):
                    self._begin(self._dial(Address(host, port)))
                case Tell(text):
                    self.tell(text)
                case More(peer):
                    asyncio.get_running_loop().call_soon(self._continue, peer)
        for peer, frames in said.items():
            link = self._links.get(peer)
            if link is not None and not link.is_over:
                data = b"".join(frames)
                self._counts["messages_sent"] += len(frames)
                self._counts["bytes_sent"] += len(data)
                link.say(data)

    def _continue(self, peer: int) -> None:
        link = self._links.get(peer)
        if link is not None:
            link.wants_more = True
            if not link.full:
                self.drained(link)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            what = {"message": f"{self.settings.node_id}: a mistake of the node", "exception": error}
            task.get_loop().call_exception_handler(what)

    async def _dial(self, address: Address) -> None:
        loop, magic = asyncio.get_running_loop(), self.chain.params.magic
        within_s = self.settings.limits.dial_s
        try:
            async with asyncio.timeout(within_s):
                await loop.create_connection(lambda: Link(self, magic, address), *address)
        except (OSError, UnicodeError) as error:
            why = reason_of(error, within_s=within_s)
            self._do(lambda: self.core.unreachable(address, why))

    async def _keep_ticking(self) -> None:
        self._do(lambda: self.core.tick(self.now_s()))
        while True:
            await asyncio.sleep(self.settings.limits.tick_s)
            self._do(lambda: self.core.tick(self.now_s()))
            if self._remembrance is not None:
                self._remembrance.tick(self.core.dialling.book, self.core.roster, self.now_s())
