"""The mob: peers that are no nodes, on hosts of their own, who fill a node's memory, waste its time, or surround it."""

import asyncio
import struct
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Final

from lydite.model import seconds
from lydite.world import World
from lydite_subjects.coin.node.frames import HEAD
from lydite_subjects.coin.node.wire import (
    Addresses,
    BlockMessage,
    GetData,
    HeadersMessage,
    Inventory,
    Known,
    TransactionMessage,
    blocks,
)
from lydite_subjects.coin.spec.blocks import Block
from lydite_subjects.coin.spec.encoding import hash256
from lydite_subjects.coin.spec.params import DEV
from lydite_subjects.coin.spec.work import is_met
from lydite_subjects.coin.workload.attacker import Attacker
from lydite_subjects.coin.workload.forge import parts_of
from lydite_subjects.coin.workload.people import FEE, Person
from lydite_subjects.coin.workload.stranger import P2P_PORT, Stranger

ORPHANS: Final = 125
ORPHANS_MAX: Final = 100
"""So many payments may wait at a node for one that they spend."""
CALLERS_MAX: Final = 64
"""So many peers may have called a node."""
ADDRESSES_MAX: Final = 2_000
"""So many addresses a node remembers."""
PATIENCE_S: Final = 5.0


class Mob:
    """All of them, and whom they are after."""

    def __init__(self, world: World, person: Person, victim: str, now_s: int) -> None:
        self.person = person
        self.attacker = Attacker(world, person, victim, now_s)
        self._world = world
        self._victim = victim

    async def sends_noise(self) -> None:
        """Bytes that are no frames, each by somebody else: the node hangs up."""
        noise = {
            "another-magic": HEAD.pack(b"LyCm", b"ping", 8, bytes(4)) + bytes(8),
            "endless-frame": HEAD.pack(DEV.magic, b"block", 0xFFFF_FFFF, bytes(4)),
            "wrong-checksum": HEAD.pack(DEV.magic, b"ping", 8, b"none") + bytes(8),
            "endless-count": _frame(b"inv", b"\xff" + struct.pack("<Q", 1 << 40)),
        }
        for name, data in noise.items():
            dropped = await self._on("mallory-1", partial(self._shouts, data))
            self._world.always(f"refuses-{name}", dropped, node=self._victim)

    async def floods_with_orphans(self) -> None:
        """Many payments that spend what nobody knows, and then what they have waited for."""
        forge = self.attacker.forge
        parent = forge.split(ORPHANS)
        children = [forge.payment([each], [each.output.amount - FEE]) for each in parts_of(parent)]

        async def work() -> bool:
            stranger = await self._meet("orphans")
            if stranger is None:
                return False
            stranger.say(*[TransactionMessage(each) for each in children])
            await self._world.sleep(seconds(1))
            stranger.leave()
            return True

        told = await self._on("mallory-2", work)
        orphans = await self._metric("coin_orphan_transactions")
        self._world.always(
            "memory-is-bounded", 0 <= orphans <= ORPHANS_MAX, node=self._victim, orphans=orphans
        )
        taken = await self.person.hand_in(parent, self._victim)
        answer = await self.person.calls.get(self._victim, "/status")
        waiting = -1 if answer is None else answer.body["mempool_transactions"]
        self._world.sometimes("orphans-find-their-parent", told and taken and waiting > 1, waiting=waiting)

    async def floods_with_addresses(self) -> None:
        """Thousands of addresses that nobody has."""

        async def work() -> bool:
            stranger = await self._meet("addresses")
            if stranger is None:
                return False
            for many in range(40):
                hosts = [f"10.9.{many}.{each}" for each in range(1, 101)]
                stranger.say(Addresses(tuple(Known(host, P2P_PORT, 1 << 31) for host in hosts)))
            await self._world.sleep(seconds(1))
            stranger.leave()
            return True

        await self._on("mallory-3", work)
        known = await self._metric("coin_addresses_known_total")
        self._world.always("memory-is-bounded", 0 <= known <= ADDRESSES_MAX, node=self._victim, known=known)

    async def sends_another_body(self) -> None:
        """A right header, and the body with its end repeated. The sender is banned, and the right body is taken."""
        forge = self.attacker.forge
        block = forge.block()
        wrong = Block(block.header, (*block.transactions, *block.transactions), block.index)

        async def work() -> bool:
            stranger = await self._meet("bodies")
            if stranger is None:
                return False
            stranger.say(HeadersMessage((block.header,)))
            if await stranger.hears(GetData, PATIENCE_S) is None:
                return False
            stranger.say(BlockMessage(wrong))
            return await self._is_banned(stranger)

        self._world.always(
            "bans-who-sends-wrong-bodies", await self._on("mallory-4", work), node=self._victim
        )
        answer = await self.attacker.submits(block)
        taken = answer is not None and answer.ok
        self._world.always("right-body-is-taken-after-a-wrong-one", taken, node=self._victim)
        forge.learn(block)

    async def forges_a_header(self) -> None:
        """A header that nobody has worked for: its sender is banned."""
        header = self.attacker.forge.block().header
        lazy = next(
            each
            for each in (header._replace(nonce=nonce) for nonce in range(1 << 20))
            if not is_met(each.hash, each.bits)
        )

        async def work() -> bool:
            stranger = await self._meet("headers")
            if stranger is None:
                return False
            stranger.say(HeadersMessage((lazy,)))
            return await self._is_banned(stranger)

        self._world.always("bans-who-forges-headers", await self._on("mallory-5", work), node=self._victim)

    async def surrounds(self, *, hosts: int, callers: int, until_ns: int) -> None:
        """Call from a few hosts at once, as often as it takes to have all places, and lie about what there is."""
        draws = [self._world.draws(f"sybil-{host}") for host in range(hosts)]

        async def besiege(host: int) -> bool:
            async with asyncio.TaskGroup() as group:
                for caller in range(callers):
                    group.create_task(call(host, caller))
            return True

        async def call(host: int, caller: int) -> None:
            while self._world.now_ns < until_ns:
                stranger = await Stranger.meeting(self._victim, draws[host], name=f"sybil-{host}-{caller}")
                if stranger is not None:
                    # Blocks that do not exist, and addresses of the attacker's own.
                    unknown = draws[host].octets(32)
                    addresses = [Known(f"10.66.{host}.{each}", P2P_PORT, 1 << 31) for each in range(1, 10)]
                    stranger.say(Inventory(blocks([unknown])), Addresses(tuple(addresses)))
                    left_s = max(0.0, (until_ns - self._world.now_ns) / seconds(1))
                    await stranger.was_dropped(left_s)
                    stranger.leave()
                await self._world.sleep(seconds(1 + draws[host].unit()))

        await asyncio.gather(*[self._on(f"sybil-{host}", partial(besiege, host)) for host in range(hosts)])

    async def does_not_eclipse(self, others: Sequence[str]) -> None:
        """The victim has peers of its own choice, and no more callers than it has room for."""
        answer = await self.person.calls.get(self._victim, "/peers")
        peers = [] if answer is None else answer.body["peers"]
        honest = [each["node_id"] for each in peers if each["node_id"] in others]
        callers = sum(not each["outbound"] for each in peers)
        self._world.always("keeps-peers-of-its-own-choice", bool(honest), node=self._victim, peers=len(peers))
        self._world.always("memory-is-bounded", callers <= CALLERS_MAX, node=self._victim, callers=callers)
        self._world.sometimes("was-surrounded", callers > CALLERS_MAX // 2, callers=callers)

    async def _shouts(self, data: bytes) -> bool:
        """Send any bytes; whether the node hangs up."""
        stranger = await self._meet("noise")
        if stranger is None:
            return False
        stranger.shout(data)
        return await stranger.was_dropped(PATIENCE_S)

    async def _is_banned(self, stranger: Stranger) -> bool:
        return await stranger.was_dropped(PATIENCE_S) and await self._meet("again") is None

    async def _meet(self, name: str) -> Stranger | None:
        return await Stranger.meeting(self._victim, self.person.draws, name=name)

    async def _metric(self, name: str) -> int:
        text = await self.person.calls.text(self._victim, "/metrics")
        found = [line for line in text.splitlines() if line.startswith(f"{name} ")]
        return int(float(found[0].split()[1])) if found else -1

    async def _on(self, host: str, work: Callable[[], Awaitable[bool]]) -> bool:
        """Do something on another host: what it sends comes from there."""
        said: list[bool] = []

        async def program(_: Sequence[str]) -> None:
            said.append(await work())

        process = await self._world.start(host, program)
        await process.wait()
        return said == [True]


def _frame(command: bytes, payload: bytes) -> bytes:
    return HEAD.pack(DEV.magic, command, len(payload), hash256(payload)[:4]) + payload
