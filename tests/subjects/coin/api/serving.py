"""A node in this process, without sockets: its chain in memory, and a client that asks its application directly."""

from dataclasses import dataclass
from typing import Any, Self

import httpx

from lydite_subjects.coin.node.api import APP, SHORTCUTS
from lydite_subjects.coin.node.node import Node
from lydite_subjects.coin.node.service import Service
from lydite_subjects.coin.node.settings import Settings
from lydite_subjects.coin.spec.amounts import COIN
from lydite_subjects.coin.spec.chain import Chain
from lydite_subjects.coin.spec.keys import PrivateKey
from lydite_subjects.coin.spec.memory import Memory
from lydite_subjects.coin.spec.mempool import Mempool
from lydite_subjects.coin.spec.params import DEV
from lydite_subjects.coin.spec.transactions import Output, Transaction
from lydite_subjects.coin.wallet.payment import owned_from_plain, pay

ALICE, BOB = PrivateKey(bytes(31) + b"\1"), PrivateKey(bytes(31) + b"\2")


@dataclass
class Served:
    """A node, and what it answers."""

    node: Node
    client: httpx.AsyncClient

    @classmethod
    def new(cls, name: str = "node-1") -> Self:
        chain = Chain.open(DEV, Memory(DEV.name))
        node = Node(chain, Mempool(DEV), Settings(node_id=name))
        transport = httpx.ASGITransport(Service(node, APP, shortcuts=SHORTCUTS), raise_app_exceptions=False)
        return cls(node, httpx.AsyncClient(transport=transport, base_url="http://node"))

    async def get(self, path: str, **query: Any) -> dict[str, Any]:
        """An answer that must be one."""
        response = await self.client.get(path, params=query)
        assert response.status_code == 200, response.text
        found: dict[str, Any] = response.json()
        return found

    async def post(self, path: str, body: Any, status: int = 200) -> dict[str, Any]:
        """An answer to what is sent."""
        response = await self.client.post(path, json=body)
        assert response.status_code == status, response.text
        found: dict[str, Any] = response.json()
        return found

    async def mine(self, key: PrivateKey = ALICE, blocks: int = 1) -> list[dict[str, Any]]:
        """Blocks that pay a key."""
        return [await self.post("/mine_block", {"miner_address": key.address}) for _ in range(blocks)]

    async def payment(self, key: PrivateKey, to: str, amount: int = COIN, fee: int = 1_000) -> Transaction:
        """A payment that has not been handed in."""
        owned = owned_from_plain((await self.get(f"/utxos/{key.address}"))["utxos"])
        return pay(key, owned, [Output.pay(to, amount)], fee=fee, magic=DEV.magic)
