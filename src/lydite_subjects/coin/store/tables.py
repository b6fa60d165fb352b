"""The tables of a ledger.

| table | a row is | found by |
|---|---|---|
| `ledger` | the network, and the tip of the connected chain: one row, which whoever writes locks first | |
| `headers` | a known header; its number tells in which order they came | number, hash |
| `bodies` | the bytes of a block that has arrived | number of its header |
| `connected` | a block of the connected chain, with its undo data | height |
| `coins` | a coin of the connected chain | outpoint; owner |
| `transactions` | where in which body a transaction of the connected chain is | txid |
| `history` | the same, for each owner that it pays or takes from | owner, from the latest down |
| `refused` | a block that breaks the law, and why | hash |

Bytes are stored as bytes, and a transaction once, in the body of its block. A checksum in a row is that of its
content (see `rows`): SQLite has none of its own, and a disk that rots must not change what a coin is worth.
"""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
)

REVISION: Final = "0001"
"""The newest migration: what a database made by this program is stamped with."""

META: Final = MetaData()
_VERSIONS: Final = MetaData()

LEDGER: Final = Table(
    "ledger",
    META,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("network", String(64), nullable=False),
    Column("tip", LargeBinary),
    Column("height", Integer, nullable=False),
)

HEADERS: Final = Table(
    "headers",
    META,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False),
    Column("height", Integer, nullable=False),
    Column("header", LargeBinary, nullable=False),
    Index("headers_by_hash", "hash", unique=True),
)

BODIES: Final = Table(
    "bodies",
    META,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("data", LargeBinary, nullable=False),
)

CONNECTED: Final = Table(
    "connected",
    META,
    Column("height", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False),
    Column("undo", LargeBinary, nullable=False),
    Column("checksum", BigInteger, nullable=False),
)

COINS: Final = Table(
    "coins",
    META,
    Column("txid", LargeBinary, primary_key=True),
    Column("output", BigInteger, primary_key=True, autoincrement=False),
    Column("amount", BigInteger, nullable=False),
    Column("owner", LargeBinary, nullable=False),
    Column("height", BigInteger, nullable=False),
    Column("coinbase", Integer, nullable=False),
    Column("checksum", BigInteger, nullable=False),
    Index("coins_by_owner", "owner", "txid", "output"),
    sqlite_with_rowid=False,
)

TRANSACTIONS: Final = Table(
    "transactions",
    META,
    Column("txid", LargeBinary, primary_key=True),
    Column("height", Integer, nullable=False),
    Column("place", Integer, nullable=False),
    Column("size", Integer, nullable=False),
    Column("checksum", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

HISTORY: Final = Table(
    "history",
    META,
    Column("owner", LargeBinary, primary_key=True),
    Column("height", Integer, primary_key=True, autoincrement=False),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("size", Integer, nullable=False),
    Column("checksum", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

REFUSED: Final = Table(
    "refused",
    META,
    Column("hash", LargeBinary, primary_key=True),
    Column("reason", LargeBinary, nullable=False),
)

VERSION: Final = Table(
    "alembic_version",
    _VERSIONS,
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
"""Alembic's own table, as Alembic makes it."""
