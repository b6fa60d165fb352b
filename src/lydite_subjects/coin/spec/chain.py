"""The chain of a node: which blocks are connected, in which order, and when to change one's mind.

Headers come first and tell which chain has the most work; bodies come later, from anywhere, in any order. A `Chain`
keeps both in its ledger, and holds to one rule: **connected is the chain with the most work among those whose bodies
are all here and none of which is known to break the law; of those with equal work, the one that was complete first**.

To connect another chain, the blocks down to the fork are disconnected with their undo data, and those of the other
branch are connected from there on. All of it happens on an overlay, and is committed in one step: the ledger never
shows anything between two chains. A block that breaks a rule on the way is marked as invalid with all that is built on
it, the overlay is thrown away, and the best chain is looked for again. So a chain that has the most work and a bad
block costs its maker that work, and a node some time once; nothing stands still because of it.

Whatever a method has changed is durable in the ledger before it returns, and the work of the connected chain never
gets less: neither is there a moment at which a killed process would find anything else when it comes back. Only a
header that comes alone, as one does that is announced, is not worth a commit: it is kept with the next step, which
mostly is that of its block. Who is killed before has to be told of it once more.
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Self

from lydite_subjects.coin.spec.blocks import Block, Header, genesis
from lydite_subjects.coin.spec.bodies import Bodies
from lydite_subjects.coin.spec.coins import BadLedger, Coin, Overlay, Undo, apply, unapply
from lydite_subjects.coin.spec.errors import RuleBroken
from lydite_subjects.coin.spec.headers import Entry, Headers, UnknownParent
from lydite_subjects.coin.spec.ledger import Ledger, Step
from lydite_subjects.coin.spec.params import Params
from lydite_subjects.coin.spec.rules import BODY_RULES, check_block, connect
from lydite_subjects.coin.spec.transactions import Outpoint

STEP_BLOCKS: Final = 1_000
"""After how many blocks a step is committed, as soon as the chain has gained work by it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a call did to the connected chain, all in all."""

    tip: Entry
    """The last connected block now."""
    disconnected: tuple[Block, ...] = ()
    """Tip first."""
    connected: tuple[Block, ...] = ()
    """Lowest first."""
    refused: Mapping[bytes, RuleBroken] = field(default_factory=dict)
    """By hash, what was wrong with the blocks that were given, and with others that were found out by the way.
    `UnknownParent` is among them: such a block may come again later. A block that is not refused is here."""


@dataclass(slots=True)
class _Arrival:
    """One call, while it lasts: what it brought, and what it has found out."""

    refused: dict[bytes, RuleBroken] = field(default_factory=dict)
    unsaved: dict[bytes, tuple[Entry, Block]] = field(default_factory=dict)
    """What was brought and is not in the ledger yet."""
    seen: dict[bytes, Block] = field(default_factory=dict)
    """Whatever was connected or disconnected."""
    judged: set[bytes] = field(default_factory=set)
    """Whose signatures were found to be good: after a failure they are not looked at once more."""


class _Fetched:
    """A view of coins that were all fetched before."""

    __slots__ = ("_coins",)

    def __init__(self, coins: Mapping[Outpoint, Coin]) -> None:
        self._coins = coins

    def coin(self, outpoint: Outpoint) -> Coin | None:
        """The coin there."""
        return self._coins.get(outpoint)


class Chain:
    """A connected chain in a ledger, and all headers.

    `headers` and `tip` are to be asked for each time: after its ledger has failed, the next call reads it anew.
    """

    headers: Headers
    """All known headers; change them through the chain only."""
    tip: Entry
    """The last connected block."""

    def __init__(self, params: Params, ledger: Ledger) -> None:
        self.params = params
        self.ledger = ledger
        self._load()

    @classmethod
    def open(cls, params: Params, ledger: Ledger) -> Self:
        """The chain that a ledger holds; an empty one gets the genesis.

        A ledger of another network, or one that contradicts itself, is refused (`BadLedger`).
        """
        return cls(params, ledger)

    # What comes in

    def add_headers(self, headers: Sequence[Header], now_s: int) -> list[Entry]:
        """Makes headers known, parents first; at the first bad one it raises, and those before it stay."""
        self._renew()
        fresh: list[Entry] = []
        found: list[Entry] = []
        try:
            for header in headers:
                before = len(self.headers)
                found.append(self.headers.add(header, now_s))
                if len(self.headers) > before:
                    fresh.append(found[-1])
        finally:
            self._unkept += fresh
            if len(fresh) > 1:
                self._keep_headers()
        return found

    def add_blocks(self, blocks: Sequence[Block], now_s: int) -> Change:
        """Keeps blocks, in any order, and connects the best chain whose bodies are all here.

        Their headers may be known or not. Whatever is wrong with one is told in `Change.refused`, and nothing is
        raised for it. Many blocks in one call cost the ledger little more than one: their coins are fetched at once,
        and they are committed in one step.
        """
        self._renew()
        arrival = _Arrival()
        try:
            for entry, block in self._placed(blocks, now_s, arrival):
                self._judge(entry, block, arrival)
            return self._advance(arrival)
        except BaseException:
            self._stale = True
            raise

    # What can be asked

    def wanted(self, limit: int) -> list[Entry]:
        """Of the best header chain, the next entries without bodies, lowest first."""
        best, found = self.headers.best, list[Entry]()
        for height in range(self.headers.fork(self.tip, best).height + 1, best.height + 1):
            if len(found) >= limit:
                break
            entry = self.headers.at(best, height)
            if entry.hash not in self._bodies:
                found.append(entry)
        return found

    def has_block(self, block_hash: bytes) -> bool:
        """Is its body here, connected or not? Asks no ledger."""
        return block_hash in self._bodies

    def block(self, block_hash: bytes) -> Block | None:
        """A block whose body is here, connected or not."""
        return self._bodies.held(block_hash) or self.ledger.block(block_hash)

    @property
    def waiting_blocks(self) -> int:
        """How many bodies are here, while some before them are not."""
        return self._bodies.waiting

    def coin(self, outpoint: Outpoint) -> Coin | None:
        """A coin of the connected chain."""
        return self.ledger.coin(outpoint)

    # Reading the ledger

    def _renew(self) -> None:
        """After a ledger has failed nobody knows what it holds: it is read again."""
        if self._stale:
            self._load()

    def _load(self) -> None:
        self._stale = True
        ledger, first = self.ledger, genesis(self.params)
        if ledger.network != self.params.name:
            raise BadLedger(f"a ledger: expected one of network {self.params.name}, found {ledger.network}")
        headers = Headers(self.params, first.header)
        if ledger.tip() is None:
            _begin(ledger, headers.genesis, first)
        begin = ledger.hash_at(0)
        if begin != first.hash:
            found = begin.hex() if begin else "none"
            raise BadLedger(f"a ledger: expected the genesis {first.hash.hex()}, found {found}")
        for header, height in ledger.headers():
            entry = headers.restore(header)
            if entry.height != height:
                raise BadLedger(f"a known header: expected height {entry.height}, found {height}")
        for block_hash, reason in ledger.invalid().items():
            if block_hash not in headers or block_hash == first.hash:
                raise BadLedger(f"an invalid block: expected a known one, found {block_hash.hex()}")
            headers.mark_invalid(block_hash, reason)
        tip = self._kept_tip(headers)
        headers.prefer(tip)
        bodies = self._kept_bodies(headers, tip)
        # All at once: as long as the ledger cannot be read, what was known before can be asked for.
        self.headers, self.tip, self._bodies = headers, tip, bodies
        self._unkept: list[Entry] = []
        """Known headers that the ledger does not have yet."""
        self._advance(_Arrival())
        self._stale = False

    def _kept_tip(self, headers: Headers) -> Entry:
        ledger, tip_hash = self.ledger, self.ledger.tip() or b""
        tip = headers.get(tip_hash)
        if tip is None:
            raise BadLedger(f"the tip of a ledger: expected a known header, found {tip_hash.hex()}")
        reason = headers.invalid(tip_hash)
        if reason is not None:
            raise BadLedger(f"the tip of a ledger: expected a valid block, found one that is not: {reason}")
        if ledger.height() != tip.height or ledger.hash_at(tip.height) != tip_hash:
            raise BadLedger(f"the tip of a ledger: expected height {tip.height}, found {ledger.height()}")
        if not ledger.has_block(tip_hash) or ledger.undo(tip_hash) is None:
            raise BadLedger(
                f"the tip of a ledger: expected body and undo data, found less of {tip_hash.hex()}"
            )
        return tip

    def _kept_bodies(self, headers: Headers, tip: Entry) -> Bodies:
        """Those of the connected chain are all here; of the other headers it is asked, in one question."""
        bodies = Bodies([headers.at(tip, height) for height in range(tip.height + 1)])
        others = [each for each in headers if each.hash not in bodies]
        here = self.ledger.bodies([each.hash for each in others]) if others else set()
        for entry in others:
            if entry.hash in here and headers.invalid(entry.hash) is None:
                bodies.arrive(entry)
        return bodies

    # Taking blocks in

    def _placed(self, blocks: Sequence[Block], now_s: int, arrival: _Arrival) -> list[tuple[Entry, Block]]:
        """The blocks whose bodies are not here yet, in their places, parents first; new headers become known."""
        placed: dict[bytes, tuple[Entry, Block]] = {}
        orphans: dict[bytes, list[Block]] = {}
        queue = deque(blocks)
        while queue:
            block = queue.popleft()
            if block.hash in placed or (block.hash in self._bodies and not self.headers.invalid(block.hash)):
                continue
            before = len(self.headers)
            try:
                entry = self.headers.add(block.header, now_s)
            except UnknownParent as error:
                arrival.refused[block.hash] = error
                orphans.setdefault(error.parent, []).append(block)
                continue
            except RuleBroken as error:
                arrival.refused[block.hash] = error
                continue
            arrival.refused.pop(block.hash, None)
            placed[block.hash] = entry, _at_height(block, entry.height)
            if len(self.headers) > before:
                self._unkept.append(entry)
                queue.extendleft(reversed(orphans.pop(block.hash, [])))
        return list(placed.values())

    def _judge(self, entry: Entry, block: Block, arrival: _Arrival) -> None:
        """Takes a body in if it is right by itself, and nothing is wrong with the blocks before it."""
        reason = self.headers.invalid(entry.hash)
        if reason is not None:
            arrival.refused[entry.hash] = _known_invalid(entry, reason)
            return
        try:
            check_block(block, self.params)
        except RuleBroken as error:
            arrival.refused[entry.hash] = error
            # A body that is not the one of this header says nothing about the header: the right one may still come.
            if error.rule not in BODY_RULES:
                self._mark_invalid(entry, error)
            return
        arrival.unsaved[entry.hash] = entry, block
        self._bodies.arrive(entry)

    def _keep_headers(self) -> None:
        try:
            self.ledger.add_headers(self._unkept)
        except BaseException:
            self._stale = True
            raise
        self._unkept = []

    def _mark_invalid(self, entry: Entry, error: RuleBroken) -> None:
        self.headers.mark_invalid(entry.hash, str(error))
        # A ledger knows the headers of the blocks that it has verdicts on.
        self._keep_headers()
        self.ledger.mark_invalid(entry.hash, str(error))
        self._bodies.choose(self.headers, self.tip)

    # Connecting

    def _advance(self, arrival: _Arrival) -> Change:
        """Connects the best complete chain, step by step, and keeps the bodies that have arrived."""
        begin = self.tip
        while self._bodies.best is not self.tip:
            step = self._step(arrival)
            if step is None:
                self._drop_invalid(arrival)
            else:
                self._commit(step, arrival)
        if arrival.unsaved:
            kept = Step(tip=self.tip, headers=tuple(self._unkept), new_blocks=tuple(arrival.unsaved.values()))
            self._commit(kept, arrival)
        fork = self.headers.fork(begin, self.tip)
        return Change(
            tip=self.tip,
            disconnected=tuple([arrival.seen[each.hash] for each in _down(begin, fork)]),
            connected=tuple([arrival.seen[each.hash] for each in reversed(_down(self.tip, fork))]),
            refused=arrival.refused,
        )

    def _step(self, arrival: _Arrival) -> Step | None:
        """What leads towards the best complete chain; None if a block of it breaks the law, which is then known."""
        fork = self.headers.fork(self.tip, self._bodies.best)
        leaving = [(each, self._body(each, arrival), self._undo(each)) for each in _down(self.tip, fork)]
        coming = [(each, self._body(each, arrival)) for each in self._next_blocks(fork)]
        touched = _touched([*(block for _, block, _ in leaving), *(block for _, block in coming)])
        overlay = Overlay(_Fetched(self.ledger.coins(touched)))
        for _, block, undo in leaving:
            unapply(block, undo, overlay)
        connected = []
        for entry, block in coming:
            proven = entry.hash in arrival.judged or self.headers.vouched(entry)
            try:
                undo, _ = connect(block, entry.height, overlay, self.params, signatures=not proven)
            except RuleBroken as error:
                arrival.refused[entry.hash] = error
                self._mark_invalid(entry, error)
                return None
            arrival.judged.add(entry.hash)
            connected.append((entry, block, undo))
        return Step(
            tip=coming[-1][0],
            headers=tuple(self._unkept),
            new_blocks=tuple(arrival.unsaved.values()),
            disconnected=tuple([entry for entry, _, _ in leaving]),
            connected=tuple(connected),
            coins=overlay.changes,
        )

    def _next_blocks(self, fork: Entry) -> list[Entry]:
        """From above a fork towards the best complete entry: all of the way, or so far that it is worth a step."""
        way = list(reversed(_down(self._bodies.best, fork)))
        enough = STEP_BLOCKS
        while enough < len(way) and way[enough - 1].work <= self.tip.work:
            enough += 1
        return way[:enough]

    def _commit(self, step: Step, arrival: _Arrival) -> None:
        self.ledger.commit(step)
        self.tip, self._unkept = step.tip, []
        connected = {entry.hash for entry, _, _ in step.connected}
        for entry, block in step.new_blocks:
            if entry.hash not in connected:
                self._bodies.hold(block)
        self._bodies.release(entry.hash for entry, _, _ in step.connected)
        arrival.unsaved = {}

    def _drop_invalid(self, arrival: _Arrival) -> None:
        """Of what arrived, nothing is kept that is invalid, or built on what is."""
        for block_hash, (entry, _) in list(arrival.unsaved.items()):
            reason = self.headers.invalid(block_hash)
            if reason is not None:
                del arrival.unsaved[block_hash]
                self._bodies.forget(block_hash)
                arrival.refused.setdefault(block_hash, _known_invalid(entry, reason))

    def _body(self, entry: Entry, arrival: _Arrival) -> Block:
        there = arrival.seen.get(entry.hash)
        if there is None and entry.hash in arrival.unsaved:
            there = arrival.unsaved[entry.hash][1]
        found = there or self.block(entry.hash)
        if found is None:
            raise BadLedger(f"a kept block: expected the body of {entry.hash.hex()}, found none")
        arrival.seen[entry.hash] = found
        return found

    def _undo(self, entry: Entry) -> Undo:
        found = self.ledger.undo(entry.hash)
        if found is None:
            raise BadLedger(f"a connected block: expected the undo data of {entry.hash.hex()}, found none")
        return found


def _begin(ledger: Ledger, entry: Entry, block: Block) -> None:
    """Gives the genesis to an empty ledger."""
    overlay = Overlay(_Fetched({}))
    undo = apply(block, 0, overlay)
    ledger.commit(
        Step(
            tip=entry,
            headers=(entry,),
            new_blocks=((entry, block),),
            connected=((entry, block, undo),),
            coins=overlay.changes,
        )
    )


def _down(entry: Entry, fork: Entry) -> list[Entry]:
    """From an entry down to above one of its ancestors."""
    found = []
    while entry is not fork:
        found.append(entry)
        assert entry.parent is not None
        entry = entry.parent
    return found


def _touched(blocks: Iterable[Block]) -> list[Outpoint]:
    """The coins that blocks make or spend, each once."""
    found: dict[Outpoint, None] = {}
    for block in blocks:
        for index, transaction in enumerate(block.transactions):
            if index:
                found.update(dict.fromkeys([each.outpoint for each in transaction.inputs]))
            txid = transaction.txid
            for output in range(len(transaction.outputs)):
                found[Outpoint(txid, output)] = None
    return list(found)


def _at_height(block: Block, height: int) -> Block:
    """The block with its height as its index, whatever it was when it came."""
    if block.index == height:
        return block
    placed = Block(block.header, block.transactions, height)
    placed._kept.update(block._kept)
    return placed


def _known_invalid(entry: Entry, reason: str) -> RuleBroken:
    where = f"block {entry.hash.hex()}"
    return RuleBroken("known-invalid", expected="no broken rule", found=reason, where=where)
