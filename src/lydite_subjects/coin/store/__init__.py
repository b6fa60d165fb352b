"""Ledgers in databases: SQLite in a file, or PostgreSQL on a server; SQLAlchemy Core, and Alembic for what changes.

`open_ledger(url, params)` gives a `SqlLedger`; it does what `spec.ledger.Ledger` says. What it refuses, and why, is in
`errors`; what is in the database, in `tables`; what a commit survives, in `database`.
"""

from lydite_subjects.coin.store.errors import (
    BadDatabaseUrl,
    Busy,
    Damaged,
    Failed,
    Foreign,
    InUse,
    Newer,
    OtherNetwork,
    Overtaken,
    StoreError,
    Unreachable,
)
from lydite_subjects.coin.store.ledger import SqlLedger
from lydite_subjects.coin.store.opening import open_ledger

__all__ = [
    "BadDatabaseUrl",
    "Busy",
    "Damaged",
    "Failed",
    "Foreign",
    "InUse",
    "Newer",
    "OtherNetwork",
    "Overtaken",
    "SqlLedger",
    "StoreError",
    "Unreachable",
    "open_ledger",
]
