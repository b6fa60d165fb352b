"""Cores joined by hand: a chain maker, and a pump that passes messages between cores in virtual time."""

import random
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from lydite_subjects.coin.node.core import Core
from lydite_subjects.coin.node.effects import Address, Dial, Drop, Effect, More, Send, Tell
from lydite_subjects.coin.node.frames import FrameReader, frame
from lydite_subjects.coin.node.settings import Limits, Settings
from lydite_subjects.coin.node.wire import Message
from lydite_subjects.coin.spec.blocks import Block, Header, genesis, root_of
from lydite_subjects.coin.spec.chain import Chain
from lydite_subjects.coin.spec.keys import PrivateKey
from lydite_subjects.coin.spec.memory import Memory
from lydite_subjects.coin.spec.mempool import Mempool
from lydite_subjects.coin.spec.params import DEV, Params
from lydite_subjects.coin.spec.transactions import Input, Outpoint, Output, Transaction, coinbase
from lydite_subjects.coin.spec.work import is_met

EASY = replace(DEV, easiest_bits=0x207FFFFF, maturity_blocks=2, retarget_blocks=1_000_000)
"""A network whose blocks take two attempts."""
KEY = PrivateKey(bytes([7]) * 32)
PORT = 8_000


def mined(
    params: Params,
    parent: Header,
    height: int,
    body: Sequence[Transaction] = (),
    *,
    memo: bytes = b"",
    paid: int = 0,
) -> Block:
    """A block on top of another one."""
    first = coinbase(height, [Output(paid or params.subsidy_at(height), KEY.public.owner)], memo)
    everything = (first, *body)
    header = Header(
        1, parent.hash, root_of(everything), parent.time_s + params.spacing_s, params.easiest_bits, 0
    )
    while not is_met(header.hash, header.bits):
        header = header._replace(nonce=header.nonce + 1)
    return Block(header, everything, height)


def chain_of(
    params: Params, length: int, *, upon: Block | None = None, memo: bytes = b"", payments: bool = False
) -> list[Block]:
    """Blocks on top of each other, with one payment each if wanted."""
    last, made = upon or genesis(params), list[Block]()
    for _ in range(length):
        height, body = last.index + 1, list[Transaction]()
        if payments and len(made) > params.maturity_blocks:
            body.append(payment(params, made[-params.maturity_blocks].transactions[0]))
        last = mined(params, last.header, height, body, memo=memo)
        made.append(last)
    return made


def payment(
    params: Params, source: Transaction, *, fee: int = 1_000, index: int = 0, owner: bytes = bytes(20)
) -> Transaction:
    """A payment of all of an output of ours."""
    spent = source.outputs[index]
    unsigned = Transaction((Input(Outpoint(source.txid, index)),), (Output(spent.amount - fee, owner),))
    return unsigned.signed([KEY], [spent], params.magic)


Tamper = Callable[[Message], Sequence[Message]]


@dataclass
class Pump:
    """Some cores and what is on its way between them."""

    params: Params = EASY
    now_s: int = EASY.genesis_time_s + 1_000_000
    limits: Limits = field(default_factory=Limits)
    cores: list[Core] = field(default_factory=list)
    tampers: dict[int, Tamper] = field(default_factory=dict)
    """By core: what becomes of what it says."""
    cut: set[frozenset[int]] = field(default_factory=set)
    drops: list[tuple[int, Drop]] = field(default_factory=list)
    told: list[tuple[int, str]] = field(default_factory=list)
    """By core: what it tells whoever runs it."""
    sent: int = 0
    _ends: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    _queue: deque[Callable[[], None]] = field(default_factory=deque)
    _ids: int = 0

    def add(
        self, blocks: Sequence[Block] = (), bootstrap: Sequence[int] = (), limits: Limits | None = None
    ) -> Core:
        """One more core, with some blocks."""
        chain = Chain.open(self.params, Memory(self.params.name))
        if blocks:
            change = chain.add_blocks(blocks, self.now_s)
            assert not change.refused
        number = len(self.cores)
        settings = Settings(
            node_id=f"node-{number}",
            port=PORT,
            bootstrap=tuple(address(each) for each in bootstrap),
            limits=limits or self.limits,
        )
        core = Core(chain, Mempool(self.params), settings, random.Random(number))
        self.cores.append(core)
        return core

    def connect(self, caller: int, called: int) -> None:
        """A connection between two cores."""
        self._ids += 2
        here, there = (caller, self._ids), (called, self._ids + 1)
        self._ends[here], self._ends[there] = there, here
        self.perform(
            called, self.cores[called].opened(there[1], Address(address(caller).host, 0), None, self.now_s)
        )
        self.perform(caller, self.cores[caller].opened(here[1], address(called), address(called), self.now_s))

    def sever(self, one: int, other: int) -> None:
        """The network between two cores is cut."""
        self.cut.add(frozenset((one, other)))
        for (core, peer), (far, _) in list(self._ends.items()):
            if {core, far} == {one, other}:
                self.close(core, peer)

    def perform(self, core: int, effects: Sequence[Effect]) -> None:
        """Do what a core wants."""
        for effect in effects:
            match effect:
                case Send(peer, message):
                    tamper = self.tampers.get(core)
                    for each in (message,) if tamper is None else tamper(message):
                        self._queue.append(partial(self._deliver, core, peer, each))
                case More(peer):
                    self._queue.append(partial(self._continue, core, peer))
                case Drop(peer):
                    self.drops.append((core, effect))
                    self._queue.append(partial(self.close, core, peer))
                case Tell(text):
                    self.told.append((core, text))
                case Dial(host, port):
                    self._queue.append(partial(self._dial, core, Address(host, port)))

    def close(self, core: int, peer: int) -> None:
        """A connection ends, for both."""
        far = self._ends.pop((core, peer), None)
        if far is not None:
            del self._ends[far]
            self.perform(core, self.cores[core].closed(peer))
            self.perform(far[0], self.cores[far[0]].closed(far[1]))

    def flow(self) -> None:
        """Let everything arrive."""
        while self._queue:
            self._queue.popleft()()

    def run(self, seconds: int, until: Callable[[], bool] = lambda: False) -> int:
        """Let time pass; tells how many seconds it took."""
        self.flow()
        for second in range(seconds):
            if until():
                return second
            self.now_s += 1
            for number, core in enumerate(self.cores):
                self.perform(number, core.tick(self.now_s))
            self.flow()
        return seconds

    def mine(self, core: int, *, body: Sequence[Transaction] = (), memo: bytes = b"") -> Block:
        """A core finds a block."""
        tip = self.cores[core].chain.tip
        block = mined(self.params, tip.header, tip.height + 1, body, memo=memo)
        self.perform(core, self.cores[core].submit_block(block, self.now_s))
        return block

    def tips(self) -> set[bytes]:
        """The tips of all."""
        return {each.chain.tip.hash for each in self.cores}

    def _deliver(self, core: int, peer: int, message: Message) -> None:
        far = self._ends.get((core, peer))
        if far is not None:
            (heard,) = FrameReader(self.params.magic).feed(frame(message, self.params.magic))
            self.sent += 1
            self.perform(far[0], self.cores[far[0]].received(far[1], heard, self.now_s))

    def _continue(self, core: int, peer: int) -> None:
        self.perform(core, self.cores[core].continued(peer))

    def _dial(self, caller: int, called: Address) -> None:
        number = int(called.host.rpartition(".")[2])
        if number < len(self.cores) and frozenset((caller, number)) not in self.cut:
            self.connect(caller, number)
        else:
            self.perform(caller, self.cores[caller].unreachable(called, "nobody"))


def address(core: int) -> Address:
    """Where a core listens."""
    return Address(f"10.0.0.{core}", PORT)
