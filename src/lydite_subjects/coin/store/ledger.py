"""The ledger over SQL: what a chain keeps, in a database of SQLite or PostgreSQL.

A commit is one transaction. It begins by taking its turn and by reading the tip: a step that does not begin there is
refused, so that whatever went on behind this program's back is never built upon.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, pairwise
from typing import Any, Final, TypeVar

from lydite_subjects.coin.spec.blocks import Block, Header
from lydite_subjects.coin.spec.coins import BadLedger, Coin, Undo
from lydite_subjects.coin.spec.headers import Entry
from lydite_subjects.coin.spec.ledger import Ledger, Located, Step
from lydite_subjects.coin.spec.transactions import Outpoint
from lydite_subjects.coin.store import rows
from lydite_subjects.coin.store.database import Database
from lydite_subjects.coin.store.errors import Damaged, Overtaken
from lydite_subjects.coin.store.statements import SQLITE

T = TypeVar("T")

_HEIGHT_MAX: Final = 2**31 - 1
_NOWHERE: Final = (b"", -1)
"""Before all outpoints."""


class SqlLedger(Ledger):
    """A ledger in a database; `opening.open_ledger` makes one."""

    def __init__(self, database: Database, network: str) -> None:
        self._database = database
        self._say = database.say
        self._network = network

    @property
    def network(self) -> str:
        """The name of the network that it was made for."""
        return self._network

    # What a chain needs.

    def tip(self) -> bytes | None:
        """The hash of the last connected block."""
        return self._tip(self._say.tip)[0]

    def height(self) -> int:
        """The height of the last connected block; -1 before the first commit."""
        return self._tip(self._say.tip)[1]

    def hash_at(self, height: int) -> bytes | None:
        """The hash of the connected block of that height."""
        if not 0 <= height <= _HEIGHT_MAX:
            return None
        row = self._database.one(self._say.connected, (height,))
        if row is not None:
            return rows.connected_of(row)[0]
        if height <= self.height():
            raise Damaged(
                f"{self._database.where}: expected a connected block of height {height}, found none"
            )
        return None

    def headers(self) -> Iterator[tuple[Header, int]]:
        """All known headers with their heights, in order of height."""
        for row in self._database.ask(self._say.headers):
            yield rows.header_of(row)

    def add_headers(self, entries: Sequence[Entry]) -> None:
        """Makes headers known."""
        if entries:
            with self._database.writing():
                self._tip(self._say.locked_tip)
                self._add_headers(entries)

    def bodies(self, hashes: Sequence[bytes]) -> set[bytes]:
        """Those of these blocks whose bodies are kept."""
        return {block_hash for (block_hash,) in self._among(self._say.bodies, hashes)}

    def has_block(self, block_hash: bytes) -> bool:
        """Is the body of this block kept?"""
        return bool(self.bodies([block_hash]))

    def block(self, block_hash: bytes) -> Block | None:
        """A block whose body is kept."""
        row = self._database.one(self._say.block, (block_hash,))
        return None if row is None else rows.block_of(block_hash, row)

    def undo(self, block_hash: bytes) -> Undo | None:
        """The undo data of a connected block."""
        row = self._database.one(self._say.undo, (block_hash,))
        return None if row is None else rows.undo_of(row)

    def coin(self, outpoint: Outpoint) -> Coin | None:
        """The coin there."""
        row = self._database.one(self._say.coin, outpoint)
        return None if row is None else rows.coin_of(row)[1]

    def coins(self, outpoints: Sequence[Outpoint]) -> dict[Outpoint, Coin]:
        """Those of these coins that are there."""
        found: dict[Outpoint, Coin] = {}
        for statement, part in _parts(self._say.coins, outpoints):
            columns = zip(*part, strict=True)
            values = list(chain(*part)) if self._database.kind == SQLITE else list(map(list, columns))
            found.update(map(rows.coin_of, self._database.ask(statement, values)))
        return found

    def mark_invalid(self, block_hash: bytes, reason: str) -> None:
        """Notes that a block breaks the law."""
        with self._database.writing():
            self._database.do(self._say.refuse, (block_hash, reason.encode("utf-8", "surrogatepass")))

    def invalid(self) -> dict[bytes, str]:
        """The blocks that were noted so, and why."""
        return {
            block_hash: reason.decode("utf-8", "surrogatepass")
            for block_hash, reason in self._database.ask(self._say.refused)
        }

    def commit(self, step: Step) -> None:
        """Does one step, in one transaction."""
        begin = _begin(step)
        database, say = self._database, self._say
        with database.writing(), database.together():
            tip, height = self._tip(say.locked_tip)
            if tip != begin:
                expected, found = (each.hex() if each else "none" for each in (begin, tip))
                raise Overtaken(
                    f"{database.where}: expected tip {expected}, found {found}: another one wrote"
                )
            self._add_headers(step.headers)
            numbers = self._numbers(step)
            database.do_all(
                say.add_body, [(numbers[entry.hash], block.encode()) for entry, block in step.new_blocks]
            )
            for entry in step.disconnected:
                self._disconnect(entry)
            self._connect(step, numbers)
            self._change_coins(step)
            if (step.tip.hash, step.tip.height) != (tip, height):
                database.do_all(say.move_tip, [(step.tip.hash, step.tip.height)], "rows of a tip")

    def close(self) -> None:
        """Lets go of the connection."""
        self._database.close()

    # What people ask.

    def transaction(self, txid: bytes) -> Located | None:
        """A transaction of the connected chain."""
        row = self._database.one(self._say.transaction, (txid,))
        return None if row is None else rows.located_of(row)

    def balance(self, owner: bytes) -> int:
        """The sum of an owner's coins."""
        ((high, low),) = self._database.ask(self._say.balance, (owner,))
        return (int(high or 0) << 32) + int(low or 0)

    def unspent(self, owner: bytes, limit: int, after: Outpoint | None = None) -> list[tuple[Outpoint, Coin]]:
        """An owner's coins in the order of their outpoints."""
        values = (owner, *(after or _NOWHERE), max(limit, 0))
        return [rows.coin_of(row) for row in self._database.ask(self._say.unspent, values)]

    def history(
        self, owner: bytes, limit: int, before_height: int | None = None, before_place: int = 0
    ) -> list[Located]:
        """An owner's transactions, the latest first."""
        height = _HEIGHT_MAX if before_height is None else min(max(before_height, 0), _HEIGHT_MAX)
        place = min(max(before_place, 0), _HEIGHT_MAX)
        found = self._database.ask(self._say.history, (owner, height, place, max(limit, 0)))
        return [rows.located_of(row) for row in found]

    # Parts of a commit.

    def _tip(self, statement: str) -> tuple[bytes | None, int]:
        row = self._database.one(statement)
        if row is None:
            raise Damaged(f"{self._database.where}: expected a row with the tip, found none")
        return row[0], row[1]

    def _add_headers(self, entries: Sequence[Entry]) -> None:
        if entries:
            ((last,),) = self._database.ask(self._say.last_number)
            self._database.do_all(
                self._say.add_header,
                [
                    (number, entry.hash, entry.height, entry.header.encode())
                    for number, entry in enumerate(entries, last + 1)
                ],
            )

    def _numbers(self, step: Step) -> dict[bytes, int]:
        """The numbers of the headers of all blocks of a step."""
        hashes = dict.fromkeys(
            [entry.hash for entry, _ in step.new_blocks] + [entry.hash for entry, _, _ in step.connected]
        )
        found: dict[bytes, int] = dict(self._among(self._say.numbers, list(hashes)))
        for block_hash in hashes:
            if block_hash not in found:
                raise BadLedger(f"a block to keep: expected a known header, found {block_hash.hex()}")
        return found

    def _connect(self, step: Step, numbers: dict[bytes, int]) -> None:
        connected, transactions, history = [], [], []
        for entry, block, undo in step.connected:
            height = entry.height
            connected.append(rows.connected_row(height, numbers[entry.hash], undo))
            for txid, place, size, checksum, owners in rows.places(block, undo):
                transactions.append((txid, height, place, size, checksum))
                history += [(owner, height, place, size, checksum) for owner in owners]
        self._database.do_all(self._say.connect, connected)
        self._database.do_all(self._say.add_transaction, sorted(transactions))
        self._database.do_all(self._say.add_history, sorted(history))

    def _disconnect(self, entry: Entry) -> None:
        block, undo = self.block(entry.hash), self.undo(entry.hash)
        if block is None or undo is None:
            raise Damaged(
                f"block {entry.hash.hex()}: expected its body and undo data, found less: it cannot be disconnected"
            )
        places = list(rows.places(block, undo))
        keys = [(owner, entry.height, each.place) for each in places for owner in each.owners]
        database, say = self._database, self._say
        database.do_all(say.drop_history, keys, "rows of history")
        database.do_all(say.drop_transaction, [(each.txid,) for each in places], "transactions")
        database.do_all(say.disconnect, [(entry.height,)], "connected blocks")

    def _change_coins(self, step: Step) -> None:
        going: list[tuple[Any, ...]] = []
        coming: list[tuple[Any, ...]] = []
        for outpoint, coin in step.coins.items():
            if coin is None:
                going.append(outpoint)
            else:
                coming.append(rows.coin_row(outpoint, coin))
        # In the order of their keys: neighbours are on the same page.
        going.sort()
        coming.sort()
        self._database.do_all(self._say.drop_coin, going, "coins that go")
        self._database.do_all(self._say.put_coin, coming)

    def _among(self, texts: Mapping[int, str], hashes: Sequence[bytes]) -> Iterator[rows.Row]:
        for statement, part in _parts(texts, hashes):
            values = part if self._database.kind == SQLITE else [list(part)]
            yield from self._database.ask(statement, values)


def _parts(texts: Mapping[int, str], values: Sequence[T]) -> Iterator[tuple[str, Sequence[T]]]:
    """Statements that take so many values, each with its part of the values; a short part is filled up with its
    first value."""
    most = max(texts) or len(values)
    for begin in range(0, len(values), max(most, 1)):
        part = values[begin : begin + most]
        size = min((each for each in texts if each >= len(part)), default=0)
        yield texts[size], [*part, *[part[0]] * (size - len(part))]


def _begin(step: Step) -> bytes | None:
    """The tip that a step begins at; refuses a step that does not hang together."""
    left = [entry.header.previous for entry in step.disconnected]
    if any(previous != entry.hash for previous, entry in zip(left, step.disconnected[1:], strict=False)):
        raise BadLedger("a step: expected to disconnect from the tip down, found other blocks")
    entries = [entry for entry, _, _ in step.connected]
    for below, above in pairwise(entries):
        if above.header.previous != below.hash or above.height != below.height + 1:
            raise BadLedger(f"a step: expected a child of the block before, found height {above.height}")
    top = entries[-1].hash if entries else left[-1] if left else step.tip.hash
    if step.tip.hash != top:
        raise BadLedger(f"a step: expected {top.hex()} as its tip, found {step.tip.hash.hex()}")
    foot = None if not entries or entries[0].height == 0 else entries[0].header.previous
    if left and entries and foot != left[-1]:
        raise BadLedger("a step: expected a child of what is left of the chain, found another block")
    if step.disconnected:
        return step.disconnected[0].hash
    return foot if entries else step.tip.hash
