"""What is said to the database: expressions of SQLAlchemy Core, spelled once for each kind of database.

A ledger asks the same few questions again and again, and is opened anew whenever a simulated node starts. So each
expression is compiled once per process and kind of database, to text with places for values, and the text goes to the
driver with plain tuples: no expression is built, looked up or compiled when a question is asked.
"""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Dialect,
    LargeBinary,
    Select,
    Table,
    any_,
    bindparam,
    delete,
    func,
    literal_column,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.schema import CreateIndex, CreateTable, ExecutableDDLElement
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import CompilerElement

from lydite_subjects.coin.store.tables import (
    BODIES,
    COINS,
    CONNECTED,
    HEADERS,
    HISTORY,
    LEDGER,
    META,
    REFUSED,
    TRANSACTIONS,
    VERSION,
)

SQLITE: Final = "sqlite"
POSTGRES: Final = "postgresql"
SIZES: Final = (8, 64, 256)
"""How many values SQLite is given at once: few different texts, each with a plan that is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statements:
    """The texts for one kind of database."""

    schema: tuple[str, ...]
    table_names: str
    begin: str
    revisions: str
    stamp: str
    first: str
    networks: str
    tip: str
    locked_tip: str
    move_tip: str
    last_number: str
    numbers: Mapping[int, str]
    add_header: str
    headers: str
    add_body: str
    bodies: Mapping[int, str]
    block: str
    connect: str
    disconnect: str
    connected: str
    undo: str
    top: str
    put_coin: str
    drop_coin: str
    coin: str
    coins: Mapping[int, str]
    all_coins: str
    balance: str
    unspent: str
    add_transaction: str
    drop_transaction: str
    transaction: str
    add_history: str
    drop_history: str
    history: str
    refuse: str
    refused: str


@functools.cache
def statements(kind: str) -> Statements:
    """The texts for SQLite or PostgreSQL."""
    spell = _Speller(kind)
    parts = (_of_opening, _of_headers, _of_blocks, _of_coins, _of_transactions)
    return Statements(**{name: text for part in parts for name, text in part(spell).items()})


_KEPT: Final = BODIES.c.number == HEADERS.c.number
_BEGIN: Final = {
    # A writer of SQLite takes its turn before it reads: two that have read and then want to write would be stuck.
    SQLITE: "BEGIN IMMEDIATE",
    # The row of `ledger` is what PostgreSQL's writers take turns at.
    POSTGRES: "BEGIN ISOLATION LEVEL READ COMMITTED",
}
_TABLE_NAMES: Final = {
    SQLITE: "SELECT name FROM sqlite_master WHERE type = 'table'",
    POSTGRES: "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()",
}


def _of_opening(spell: "_Speller") -> dict[str, Any]:
    return {
        "schema": spell.schema(),
        "table_names": _TABLE_NAMES[spell.kind],
        "begin": _BEGIN[spell.kind],
        "revisions": spell(select(VERSION.c.version_num)),
        "stamp": spell.insert(VERSION),
        "first": spell.insert(LEDGER),
        "networks": spell(select(LEDGER.c.network)),
        "top": spell(select(func.max(CONNECTED.c.height))),
        "all_coins": spell(select(COINS)),
    }


def _of_headers(spell: "_Speller") -> dict[str, Any]:
    return {
        "last_number": spell(select(func.coalesce(func.max(HEADERS.c.number), literal_column("0")))),
        "numbers": spell.among(HEADERS.c.hash, select(HEADERS.c.hash, HEADERS.c.number)),
        "add_header": spell.insert_new(HEADERS),
        "headers": spell(
            select(HEADERS.c.height, HEADERS.c.hash, HEADERS.c.header).order_by(
                HEADERS.c.height, HEADERS.c.number
            )
        ),
        "refuse": spell.insert_new(REFUSED),
        "refused": spell(select(REFUSED.c.hash, REFUSED.c.reason)),
    }


def _of_blocks(spell: "_Speller") -> dict[str, Any]:
    return {
        "tip": spell(select(LEDGER.c.tip, LEDGER.c.height)),
        "locked_tip": spell(select(LEDGER.c.tip, LEDGER.c.height).with_for_update()),
        "move_tip": spell(update(LEDGER).values(tip=bindparam("tip"), height=bindparam("height"))),
        "add_body": spell.insert_new(BODIES),
        "bodies": spell.among(HEADERS.c.hash, select(HEADERS.c.hash).join_from(HEADERS, BODIES, _KEPT)),
        "block": spell(
            select(HEADERS.c.height, BODIES.c.data)
            .join_from(HEADERS, BODIES, _KEPT)
            .where(HEADERS.c.hash == bindparam("hash"))
        ),
        "connect": spell.insert(CONNECTED),
        "disconnect": spell(delete(CONNECTED).where(CONNECTED.c.height == bindparam("height"))),
        "connected": spell(_of_connected().where(CONNECTED.c.height == bindparam("height"))),
        "undo": spell(_of_connected().where(HEADERS.c.hash == bindparam("hash"))),
    }


def _of_coins(spell: "_Speller") -> dict[str, Any]:
    return {
        "put_coin": spell.put(COINS),
        "drop_coin": spell(
            delete(COINS).where(COINS.c.txid == bindparam("txid"), COINS.c.output == bindparam("output"))
        ),
        "coin": spell(
            select(COINS).where(COINS.c.txid == bindparam("txid"), COINS.c.output == bindparam("output"))
        ),
        "coins": spell.coins(),
        "balance": spell(
            # In two halves: no sum of amounts is too large for the database, however broken the chain may be.
            select(
                func.sum(COINS.c.amount.bitwise_rshift(literal_column("32"))),
                func.sum(COINS.c.amount.bitwise_and(literal_column("4294967295"))),
            ).where(COINS.c.owner == bindparam("owner"))
        ),
        "unspent": spell(
            select(COINS)
            .where(
                COINS.c.owner == bindparam("owner"),
                tuple_(COINS.c.txid, COINS.c.output) > tuple_(bindparam("txid"), bindparam("output")),
            )
            .order_by(COINS.c.txid, COINS.c.output)
            .limit(bindparam("limit"))
            .offset(literal_column("0"))
        ),
    }


def _of_transactions(spell: "_Speller") -> dict[str, Any]:
    located = BODIES.join(CONNECTED, CONNECTED.c.number == BODIES.c.number).join(
        HEADERS, HEADERS.c.number == CONNECTED.c.number
    )
    return {
        "add_transaction": spell.insert(TRANSACTIONS),
        "drop_transaction": spell(delete(TRANSACTIONS).where(TRANSACTIONS.c.txid == bindparam("txid"))),
        "transaction": spell(
            _excerpt(TRANSACTIONS)
            .select_from(located.join(TRANSACTIONS, TRANSACTIONS.c.height == CONNECTED.c.height))
            .where(TRANSACTIONS.c.txid == bindparam("txid"))
        ),
        "add_history": spell.insert(HISTORY),
        "drop_history": spell(
            delete(HISTORY).where(
                HISTORY.c.owner == bindparam("owner"),
                HISTORY.c.height == bindparam("height"),
                HISTORY.c.place == bindparam("place"),
            )
        ),
        "history": spell(
            _excerpt(HISTORY)
            .select_from(located.join(HISTORY, HISTORY.c.height == CONNECTED.c.height))
            .where(
                HISTORY.c.owner == bindparam("owner"),
                tuple_(HISTORY.c.height, HISTORY.c.place) < tuple_(bindparam("height"), bindparam("place")),
            )
            .order_by(HISTORY.c.height.desc(), HISTORY.c.place.desc())
            .limit(bindparam("limit"))
            .offset(literal_column("0"))
        ),
    }


def _of_connected() -> Select[Any]:
    return select(
        CONNECTED.c.height, HEADERS.c.hash, CONNECTED.c.number, CONNECTED.c.undo, CONNECTED.c.checksum
    ).join_from(
        CONNECTED,
        HEADERS,
        (CONNECTED.c.number == HEADERS.c.number) & (CONNECTED.c.height == HEADERS.c.height),
    )


def _excerpt(table: Table) -> Select[Any]:
    """A transaction's height, the hash of its block, its place in it, its bytes, and their checksum."""
    data = func.substr(BODIES.c.data, table.c.place + literal_column("1"), table.c.size)
    return select(table.c.height, HEADERS.c.hash, table.c.place, data, table.c.checksum)


class _Speller:
    """Compiles for one kind of database, with places for values that are filled in order."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._dialect: Dialect = (
            sqlite.dialect() if kind == SQLITE else PGDialect_psycopg(paramstyle="format")  # type: ignore[no-untyped-call]
        )

    def __call__(self, statement: CompilerElement) -> str:
        compiled = statement.compile(dialect=self._dialect)
        assert isinstance(compiled, SQLCompiler)
        assert not [name for name, bind in compiled.binds.items() if not bind.required], "a hidden value"
        return str(compiled)

    def schema(self) -> tuple[str, ...]:
        """What makes all tables."""
        tables = [*META.sorted_tables, VERSION]
        parts: list[ExecutableDDLElement] = [CreateTable(table) for table in tables]
        parts += [CreateIndex(index) for table in tables for index in sorted(table.indexes, key=str)]
        return tuple([str(each.compile(dialect=self._dialect)) for each in parts])

    def insert(self, table: Table) -> str:
        """A row that must not be there; values in the order of the columns."""
        return self(self._row(table))

    def insert_new(self, table: Table) -> str:
        """A row, unless it is there."""
        return self(self._row(table).on_conflict_do_nothing())

    def put(self, table: Table) -> str:
        """A row, instead of another one with its key if there is one."""
        statement = self._row(table)
        keys = {each.name for each in table.primary_key}
        return self(
            statement.on_conflict_do_update(
                index_elements=[each.name for each in table.primary_key],
                set_={
                    each.name: statement.excluded[each.name]
                    for each in table.columns
                    if each.name not in keys
                },
            )
        )

    def _row(self, table: Table) -> "sqlite.Insert | postgresql.Insert":
        insert = sqlite.insert if self.kind == SQLITE else postgresql.insert
        return insert(table).values({each.name: bindparam(each.name) for each in table.columns})

    def among(self, key: ColumnElement[bytes], query: Select[Any]) -> Mapping[int, str]:
        """The rows with one of many keys, by how many values a text takes; 0: PostgreSQL takes a list."""
        if self.kind == POSTGRES:
            keys = bindparam("keys", type_=postgresql.ARRAY(LargeBinary))
            return {0: self(query.where(key == any_(keys)))}
        one = self(query.where(key.in_([bindparam("key", type_=LargeBinary)])))
        assert one.count("(?)") == 1, one
        return {size: one.replace("(?)", f"({', '.join('?' * size)})") for size in SIZES}

    def coins(self) -> Mapping[int, str]:
        """The coins at many outpoints, by how many of them a text takes; 0: PostgreSQL takes two lists."""
        # In words of our own, as Core has none for the CROSS JOIN by which SQLite is told where to begin.
        wanted = ", ".join(f"coins.{each.name}" for each in COINS.columns)
        on = "ON coins.txid = asked.column1 AND coins.output = asked.column2"
        if self.kind == POSTGRES:
            asked = "unnest(%s::bytea[], %s::bigint[]) AS asked(column1, column2)"
            return {0: f"SELECT {wanted} FROM {asked} JOIN coins {on}"}  # noqa: S608 - names of our own
        return {
            size: f"SELECT {wanted} FROM (VALUES {', '.join(['(?, ?)'] * size)}) AS asked CROSS JOIN coins {on}"  # noqa: S608
            for size in SIZES
        }


_SPELLED: Final = statements(SQLITE)
"""Those of SQLite are spelled when this is imported: each run of a simulated world is a process of its own, forked
from one that has them ready."""
