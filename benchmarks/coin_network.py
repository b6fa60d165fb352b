"""A day of the coin at the level of messages: many cores, links with latencies, virtual time.

Nothing here is a socket, a loop or a byte: cores are handed the messages of others when these have travelled, blocks
are found as often as the law wants them, by anybody, and people pay each other in between. Every node judges every
signature and every block by itself.
"""

import argparse
import heapq
import itertools
import json
import random
import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final

from lydite_subjects.coin.node.core import Core
from lydite_subjects.coin.node.effects import Address, Dial, Drop, Effect, More, Send
from lydite_subjects.coin.node.settings import Limits, Settings
from lydite_subjects.coin.spec.blocks import Block
from lydite_subjects.coin.spec.chain import Chain
from lydite_subjects.coin.spec.coins import Coin
from lydite_subjects.coin.spec.keys import PrivateKey
from lydite_subjects.coin.spec.memory import Memory
from lydite_subjects.coin.spec.mempool import Mempool
from lydite_subjects.coin.spec.mining import solve, template
from lydite_subjects.coin.spec.params import MAIN, Params
from lydite_subjects.coin.spec.transactions import Outpoint, Output
from lydite_subjects.coin.testing import signed_payment

EASY: Final = replace(MAIN, name="easy", easiest_bits=0x207FFFFF, maturity_blocks=6)
"""Blocks of ten minutes that take two attempts: when they are found is drawn instead."""
PORT: Final = 8_000
TICK_S: Final = 20
LIMITS: Final = Limits(
    tick_s=TICK_S,
    ping_s=240,
    **dict.fromkeys(("pong_s", "headers_s", "stall_s", "ask_s", "handshake_s", "dial_s"), 3 * TICK_S),
)
"""Those of a network that has time: with blocks of ten minutes nobody needs a sign of life each minute, and most of a
day would go by with pings. Nothing is waited for shorter than a few ticks."""
FEE: Final = 10_000
KNOWN: Final = 3
"""How many other nodes each one is told of; it hears of the rest from them."""


class Network:
    """Nodes, what is on its way between them, and the time."""

    def __init__(self, nodes: int, seed: int, params: Params = EASY) -> None:
        self.params = params
        self.now = float(params.genesis_time_s)
        self.messages = self.events = self.payments = 0
        self._draws = random.Random(f"network {seed}")
        self._queue: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self._ids = itertools.count(1)
        self._ends: dict[tuple[int, int], tuple[int, int]] = {}
        self._arrives: dict[tuple[int, int], float] = {}
        self._keys = [PrivateKey((1 + number).to_bytes(32, "big")) for number in range(nodes)]
        self._owners = {key.public.owner: key for key in self._keys}
        self._spendable: list[tuple[Outpoint, Coin]] = []
        self.cores = [self._core(number) for number in range(nodes)]
        for number in range(nodes):
            self._after(self._draws.random() * TICK_S, partial(self._tick, number))

    def run(self, seconds: float, payment_s: float) -> None:
        """Let time pass: a block is found every so often, and somebody pays at these distances on average."""
        until = self.now + seconds
        self._after(self._draws.expovariate(1 / self.params.spacing_s), self._mine)
        self._after(self._draws.expovariate(1 / payment_s), partial(self._pay, payment_s))
        while self._queue and self._queue[0][0] <= until:
            self.now, _, act = heapq.heappop(self._queue)
            self.events += 1
            act()

    def _core(self, number: int) -> Core:
        params = self.params
        known = {self._draws.randrange(number) for _ in range(KNOWN)} if number else set[int]()
        settings = Settings(
            node_id=f"node-{number}",
            port=PORT,
            bootstrap=tuple(_address(each) for each in sorted(known)),
            limits=LIMITS,
        )
        chain = Chain.open(params, Memory(params.name))
        return Core(chain, Mempool(params), settings, random.Random(f"core {number}"))

    def _after(self, seconds: float, act: Callable[[], None]) -> None:
        heapq.heappush(self._queue, (self.now + seconds, next(self._numbers), act))

    # What happens

    def _tick(self, number: int) -> None:
        self._perform(number, self.cores[number].tick(int(self.now)))
        self._after(TICK_S, partial(self._tick, number))

    def _mine(self) -> None:
        number = self._draws.randrange(len(self.cores))
        core = self.cores[number]
        unsolved = template(core.chain, core.mempool, self._keys[number].public.owner, int(self.now))
        nonce = solve(unsolved.header, 0, 1_000)
        assert nonce is not None
        block = Block(unsolved.header._replace(nonce=nonce), unsolved.transactions, unsolved.index)
        self._perform(number, core.submit_block(block, int(self.now)))
        self._spendable += self._made(block)
        self._after(self._draws.expovariate(1 / self.params.spacing_s), self._mine)

    def _pay(self, payment_s: float) -> None:
        """Somebody spends a coin that the chain of a node has."""
        number = self._draws.randrange(len(self.cores))
        core, height = self.cores[number], self.cores[number].chain.tip.height + 1
        for _ in range(min(8, len(self._spendable))):
            at = self._draws.randrange(len(self._spendable))
            self._spendable[at], self._spendable[-1] = self._spendable[-1], self._spendable[at]
            outpoint, coin = self._spendable[-1]
            if core.chain.coin(outpoint) is None:
                del self._spendable[-1]
            elif not coin.coinbase or height - coin.height >= self.params.maturity_blocks:
                del self._spendable[-1]
                self._send(number, outpoint, coin)
                break
        self._after(self._draws.expovariate(1 / payment_s), partial(self._pay, payment_s))

    def _send(self, number: int, outpoint: Outpoint, coin: Coin) -> None:
        amount = self._draws.randrange(1, coin.amount - FEE)
        outputs = [
            Output(amount, self._draws.choice(self._keys).public.owner),
            Output(coin.amount - FEE - amount, coin.owner),
        ]
        paid = signed_payment({outpoint: coin}, [self._owners[coin.owner]], outputs, self.params)
        self.payments += 1
        self._perform(number, self.cores[number].submit_transaction(paid))

    def _made(self, block: Block) -> list[tuple[Outpoint, Coin]]:
        return [
            (each.outpoint(at), Coin(output.amount, output.owner, block.index, not index))
            for index, each in enumerate(block.transactions)
            for at, output in enumerate(each.outputs)
            if output.amount > 4 * FEE
        ]

    # What travels

    def _perform(self, core: int, effects: Sequence[Effect]) -> None:
        for effect in effects:
            match effect:
                case Send(peer, message):
                    self._travel((core, peer), partial(self._deliver, core, peer, message))
                case More(peer):
                    self._after(0, partial(self._continue, core, peer))
                case Drop(peer):
                    self._after(0, partial(self._close, core, peer))
                case Dial(host):
                    self._after(self._latency(), partial(self._connect, core, _number(host)))

    def _latency(self) -> float:
        return 0.02 + 0.1 * self._draws.random()

    def _travel(self, end: tuple[int, int], act: Callable[[], None]) -> None:
        """What is said later arrives later."""
        arrives = self._arrives[end] = max(self._arrives.get(end, 0.0), self.now + self._latency())
        self._after(arrives - self.now, act)

    def _connect(self, caller: int, called: int) -> None:
        one, other = next(self._ids), next(self._ids)
        here, there = (caller, one), (called, other)
        self._ends[here], self._ends[there] = there, here
        now_s, host = int(self.now), _address(caller).host
        self._perform(called, self.cores[called].opened(other, Address(host, 0), None, now_s))
        target = _address(called)
        self._perform(caller, self.cores[caller].opened(one, target, target, now_s))

    def _deliver(self, core: int, peer: int, message: Any) -> None:
        far = self._ends.get((core, peer))
        if far is not None:
            self.messages += 1
            self._perform(far[0], self.cores[far[0]].received(far[1], message, int(self.now)))

    def _continue(self, core: int, peer: int) -> None:
        self._perform(core, self.cores[core].continued(peer))

    def _close(self, core: int, peer: int) -> None:
        far = self._ends.pop((core, peer), None)
        if far is not None:
            del self._ends[far]
            self._perform(core, self.cores[core].closed(peer))
            self._perform(far[0], self.cores[far[0]].closed(far[1]))


def _address(number: int) -> Address:
    return Address(f"10.{number // 250}.{number % 250}.1", PORT)


def _number(host: str) -> int:
    _, high, low, _ = host.split(".")
    return int(high) * 250 + int(low)


def day(nodes: int, hours: float, payment_s: float, seed: int = 1) -> dict[str, Any]:
    """How long so many virtual hours take, and what they were like."""
    begun, cpu = time.perf_counter(), time.process_time()
    network = Network(nodes, seed)
    network.run(hours * 3_600, payment_s)
    took_s, cpu_s = time.perf_counter() - begun, time.process_time() - cpu
    tips = [core.chain.tip for core in network.cores]
    best = max(tips, key=lambda each: each.work)
    chain = network.cores[tips.index(best)].chain
    bodies = [chain.ledger.hash_at(height) for height in range(1, best.height + 1)]
    held = [chain.block(each) for each in bodies if each is not None]
    # The last block may still be on its way, and one of the same height may have been found.
    assert all(tip.height >= best.height - 3 for tip in tips), sorted(tip.height for tip in tips)
    return {
        "seconds": took_s,
        "cpu_s": cpu_s,
        "height": best.height,
        "agreeing": sum(each.hash == best.hash for each in tips),
        "payments": network.payments,
        "confirmed": sum(len(block.transactions) - 1 for block in held if block is not None),
        "messages": network.messages,
        "events": network.events,
        "links": len(network._ends) // 2,
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def main() -> None:
    """Print the figures of one run as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=100)
    parser.add_argument("--hours", type=float, default=24.0)
    parser.add_argument("--payment-s", type=float, default=60.0, help="seconds between two payments")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print(json.dumps(day(options.nodes, options.hours, options.payment_s, options.seed)))


if __name__ == "__main__":
    main()
