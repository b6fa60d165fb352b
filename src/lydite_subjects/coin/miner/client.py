"""The mining client: a node's templates, a search, and blocks that are handed in.

miner = MiningClient("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "http://127.0.0.1:5000", workers=2)
block = miner.mine_block(miner.get_mining_template(), timeout=10)
print(block is not None and miner.submit_block(block))
"""

import time
from collections.abc import Callable
from dataclasses import replace
from types import TracebackType
from typing import Final, Self, TypedDict

from lydite_subjects.coin.miner.search import Search, searcher
from lydite_subjects.coin.remote import NODE_URL, NodeRefused, NodeUnreachable, Remote
from lydite_subjects.coin.spec.blocks import Block, block_from_hex
from lydite_subjects.coin.spec.errors import CoinError
from lydite_subjects.coin.spec.keys import owner_of

LOOK_S: Final = 0.5
"""How often the node is asked whether its chain has grown."""
FRESH_S: Final = 15.0
"""How long a template is worked on: meanwhile new payments have come, and the time has moved."""


class Mined(TypedDict):
    """What came of mining for a while."""

    hashes: int
    blocks: int
    stale: int
    seconds: float
    hash_rate: float


class MiningClient:
    """One miner: whom it mines for, which node it works with, and how many workers it has."""

    last_error: CoinError | None
    """Why the last `submit_block` was False."""
    blocks: int
    """How many blocks the node has taken so far."""
    stale: int
    """How many came too late."""

    def __init__(
        self,
        wallet_address: str,
        node_url: str = NODE_URL,
        workers: int = 1,
        *,
        node: Remote | None = None,
        search: Search | None = None,
    ) -> None:
        owner_of(wallet_address)
        self.wallet_address = wallet_address
        self.workers = workers
        self.last_error = None
        self.blocks = self.stale = 0
        self._node = node or Remote(node_url)
        self._search = search or searcher(workers)
        self._looked_s = 0.0

    @property
    def hashes(self) -> int:
        """How many hashes were tried so far."""
        return self._search.hashes

    def get_mining_template(self) -> Block:
        """A block that lacks nothing but its nonce; its first transaction pays the wallet."""
        answer = self._node.get("/mining/template", address=self.wallet_address)
        return block_from_hex(answer["block"], int(answer["height"]))

    def mine_block(self, template: Block, timeout: float = FRESH_S) -> Block | None:
        """The block with its nonce; None if the time is over, or somebody else has found the block of this height."""
        nonce = self._search.find(
            template.header, timeout_s=timeout, wanted=lambda: not self._is_stale(template)
        )
        if nonce is None:
            return None
        return replace(template, header=template.header._replace(nonce=nonce))

    def submit_block(self, block: Block) -> bool:
        """Hand in a block. False if the node does not want it, or if another one is the best of its height."""
        self.last_error = None
        try:
            answer = self._node.post("/mining/submit", {"block": block.encode().hex()}, timeout_s=30.0)
        except NodeRefused as error:
            self.last_error = error
            return False
        if answer.get("connected"):
            return True
        self.last_error = CoinError(
            f"the block: expected to be the tip, found {answer.get('tip')} there: somebody was faster"
        )
        return False

    def mine_for_duration(
        self, seconds: float, *, blocks_max: int | None = None, tell: Callable[[Block], None] | None = None
    ) -> Mined:
        """Mine for so long, or so many blocks; each block that was taken is told.

        NodeRefused if the node does not want a block that it has asked for itself: it is in trouble, not we too late.
        """
        began, hashes, blocks, stale = time.monotonic(), self.hashes, self.blocks, self.stale
        while (left := began + seconds - time.monotonic()) > 0 and self.blocks - blocks != blocks_max:
            block = self.mine_block(self.get_mining_template(), timeout=min(left, FRESH_S))
            if block is None:
                continue
            if self.submit_block(block):
                self.blocks += 1
                if tell is not None:
                    tell(block)
            elif isinstance(self.last_error, NodeRefused):
                raise self.last_error
            else:
                self.stale += 1
        took, tried = time.monotonic() - began, self.hashes - hashes
        return Mined(
            hashes=tried,
            blocks=self.blocks - blocks,
            stale=self.stale - stale,
            seconds=took,
            hash_rate=tried / took if took else 0.0,
        )

    def close(self) -> None:
        """Let the workers go, and hang up."""
        self._search.close()
        self._node.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()

    def _is_stale(self, template: Block) -> bool:
        """Has the node's chain another tip by now? A node that does not answer changes nothing."""
        now = time.monotonic()
        if now - self._looked_s < LOOK_S:
            return False
        self._looked_s = now
        try:
            tip: object = self._node.get("/status").get("tip")
        except NodeUnreachable:
            return False
        return tip != template.previous_hash
