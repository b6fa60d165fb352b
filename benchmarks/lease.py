"""Five nodes that elect a leader over UDP, two virtual minutes, forty faults: what a run of a small protocol costs.

The node is an ordinary asyncio program: a leader renews its lease with a heartbeat a second, and whoever
hears nothing for too long asks for votes. The faults cut, delay and lose, crash hosts and bend clocks.
"""

import asyncio
import json
import time
from collections.abc import Sequence
from typing import Any

from lydite.harness import trial
from lydite.model import Draws, Facts, Fault, Schedule, milliseconds, seconds
from lydite.world import World

NODES = tuple(f"node-{number}" for number in range(1, 6))
PORT = 7000
FAULTS = 40
LASTS_NS = seconds(120)

HEARTBEAT_S = 1.0
LEASE_S = 5.0
PATIENCE_S = 7.0


class Node(asyncio.DatagramProtocol):
    """One candidate."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.others = [other for other in NODES if other != name]
        self.term = 0
        self.leads = False
        self.heard = time.monotonic()
        self.votes: set[str] = set()
        self.answers: dict[str, float] = {}

    def connection_made(self, transport: Any) -> None:
        """The endpoint is open."""
        self.transport = transport

    def tell(self, other: str, kind: str) -> None:
        """Send one message."""
        message = json.dumps([kind, self.term, self.name]).encode()
        self.transport.sendto(message, (other, PORT))

    def datagram_received(self, data: bytes, addr: Any) -> None:
        """Follow whoever leads in the newest term; vote once in each."""
        kind, term, sender = json.loads(data)
        now = time.monotonic()
        if kind == "beat" and term >= self.term:
            self.leads = self.leads and term == self.term
            self.term, self.heard = term, now
            self.tell(sender, "here")
        elif kind == "here" and self.leads and term == self.term:
            self.answers[sender] = now
        elif kind == "vote?" and term > self.term and now - self.heard > PATIENCE_S - HEARTBEAT_S:
            self.term, self.heard, self.leads = term, now, False
            self.tell(sender, "vote!")
        elif kind == "vote!" and term == self.term and not self.leads:
            self.votes.add(sender)
            self.leads = len(self.votes) + 1 > len(NODES) // 2
            self.answers = dict.fromkeys(sorted(self.votes), now)

    async def run(self) -> None:
        """Beat while leading; stand for election when nobody does."""
        patience = PATIENCE_S + 0.7 * NODES.index(self.name)
        while True:
            now = time.monotonic()
            if self.leads:
                fresh = sum(now - heard < LEASE_S for heard in self.answers.values())
                self.leads = fresh + 1 > len(NODES) // 2
                for other in self.others:
                    self.tell(other, "beat")
            elif now - self.heard > patience:
                self.term, self.heard, self.votes = self.term + 1, now, set()
                for other in self.others:
                    self.tell(other, "vote?")
            await asyncio.sleep(HEARTBEAT_S)


async def main(argv: Sequence[str]) -> None:
    """The program: one node, by its name."""
    node = Node(argv[0])
    loop = asyncio.get_running_loop()
    await loop.create_datagram_endpoint(lambda: node, local_addr=("0.0.0.0", PORT))
    await node.run()


def storm(draws: Draws) -> Schedule:
    """Forty faults within the two minutes."""
    return Schedule.of(_fault(draws) for _ in range(FAULTS))


def _fault(draws: Draws) -> Fault:
    one, other = draws.sample(NODES, 2)
    kinds: tuple[tuple[str, Facts], ...] = (
        ("network.cut", {"left": one, "right": [node for node in NODES if node != one]}),
        ("network.delay", {"left": one, "right": other, "by_ns": draws.between(0, milliseconds(500))}),
        ("network.lose", {"left": one, "right": other, "rate": draws.unit()}),
        ("clock.drift", {"hosts": one, "rate": 0.5 + draws.unit()}),
        ("clock.step", {"hosts": one, "by_ns": draws.between(-seconds(5), seconds(5))}),
        ("process.crash", {"hosts": one}),
    )
    kind, args = draws.choice(kinds)
    return Fault(
        at_ns=draws.between(seconds(5), LASTS_NS - seconds(30)),
        kind=kind,
        args=args,
        lasting_ns=0 if kind == "clock.step" else draws.between(seconds(2), seconds(25)),
    )


@trial(storm=storm)
async def lease(world: World) -> None:
    """Two virtual minutes of elections."""
    for name in NODES:
        await world.start(name, main, name)
    await world.sleep(LASTS_NS)
    world.always("lasted", world.now_ns >= LASTS_NS)
