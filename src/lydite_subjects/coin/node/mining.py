"""Mining inside a node: templates for miners, blocks that they bring, and a block found by the node itself.

The node has other things to do: it searches in short stretches, and gives way before each.
"""

import asyncio
import secrets
from http import HTTPStatus
from typing import Any, Final

from lydite_subjects.coin.node.answers import Refusal
from lydite_subjects.coin.node.node import Node
from lydite_subjects.coin.spec.amounts import coins
from lydite_subjects.coin.spec.blocks import NONCE_MAX, Block
from lydite_subjects.coin.spec.headers import Entry
from lydite_subjects.coin.spec.keys import owner_of
from lydite_subjects.coin.spec.mining import solve, template
from lydite_subjects.coin.spec.work import target_of

STRETCH: Final = 1_000
"""Hashes in a stretch: a few milliseconds."""
PAUSE_S: Final = 0.001
"""How long the node has for everything else before each stretch."""
AT_ONCE_MAX: Final = 4
"""How many may be searched for at the same time."""
TIMEOUT_S: Final = 30.0
TIMEOUT_S_MAX: Final = 300.0
_MEMO_BYTES: Final = 8


class Mine:
    """The blocks that a node is asked to find."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._searches = 0

    def template(self, address: str) -> Block:
        """A block for the tip that pays an address. Its memo is drawn, so that no two searches are the same."""
        node = self._node
        return template(
            node.chain, node.mempool, owner_of(address), node.now_s(), secrets.token_bytes(_MEMO_BYTES)
        )

    def offer(self, address: str) -> dict[str, Any]:
        """The same in the form that miners are given."""
        block = self.template(address)
        return {
            "height": block.index,
            "previous_hash": block.previous_hash,
            "bits": f"{block.header.bits:08x}",
            "target": f"{target_of(block.header.bits):064x}",
            "timestamp": block.header.time_s,
            "reward": coins(block.transactions[0].paid),
            "block": block.encode().hex(),
            "transactions": [each.as_plain() for each in block.transactions],
        }

    def submit(self, block: Block) -> dict[str, Any]:
        """Take a block from a miner."""
        entry = self._node.submit_block(block)
        tip = self._node.chain.tip
        return {
            "hash": entry.hash.hex(),
            "height": entry.height,
            "connected": self._node.chain.ledger.hash_at(entry.height) == entry.hash,
            "tip": tip.hash.hex(),
        }

    async def find(self, address: str, timeout_s: float) -> tuple[Entry, Block]:
        """Search for a block until one is found; a tip that moves only means a new template."""
        owner_of(address)
        if self._searches >= AT_ONCE_MAX:
            raise Refusal(
                HTTPStatus.TOO_MANY_REQUESTS,
                "busy",
                expected=f"at most {AT_ONCE_MAX} searches for a block at the same time",
                found=f"{self._searches} under way",
                hint="later, or with the miner: python -m lydite_subjects.coin.miner",
            )
        self._searches += 1
        try:
            async with asyncio.timeout(timeout_s):
                return await self._found(address)
        except TimeoutError:
            raise Refusal(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "no-block",
                expected=f"a block within {timeout_s:g} s",
                found="none",
                hint="a longer timeout_s, or the miner with several workers",
            ) from None
        finally:
            self._searches -= 1

    async def _found(self, address: str) -> tuple[Entry, Block]:
        while True:
            block = self.template(address)
            nonce = await self._solved(block)
            if nonce is not None:
                solved = Block(block.header._replace(nonce=nonce), block.transactions, block.index)
                return self._node.submit_block(solved), solved

    async def _solved(self, block: Block) -> int | None:
        """The nonce; None when the tip has moved, or all were tried."""
        first = 1
        while self._node.chain.tip.hash == block.header.previous and first < NONCE_MAX:
            await asyncio.sleep(PAUSE_S)
            nonce = solve(block.header, first, min(STRETCH, NONCE_MAX - first))
            if nonce is not None:
                return nonce
            first += STRETCH
        return None
