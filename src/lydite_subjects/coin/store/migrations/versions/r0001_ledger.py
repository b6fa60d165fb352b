"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Makes them."""
    _upgrade_blocks()
    _upgrade_coins()


def downgrade() -> None:
    """Unmakes them."""
    for each in ("refused", "history", "transactions", "coins", "connected", "bodies", "headers", "ledger"):
        op.drop_table(each)


def _upgrade_blocks() -> None:
    op.create_table(
        "ledger",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("network", sa.String(64), nullable=False),
        sa.Column("tip", sa.LargeBinary),
        sa.Column("height", sa.Integer, nullable=False),
    )
    op.create_table(
        "headers",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("header", sa.LargeBinary, nullable=False),
    )
    op.create_index("headers_by_hash", "headers", ["hash"], unique=True)
    op.create_table(
        "bodies",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "connected",
        sa.Column("height", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("undo", sa.LargeBinary, nullable=False),
        sa.Column("checksum", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "refused",
        sa.Column("hash", sa.LargeBinary, primary_key=True),
        sa.Column("reason", sa.LargeBinary, nullable=False),
    )


def _upgrade_coins() -> None:
    op.create_table(
        "coins",
        sa.Column("txid", sa.LargeBinary, primary_key=True),
        sa.Column("output", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("owner", sa.LargeBinary, nullable=False),
        sa.Column("height", sa.BigInteger, nullable=False),
        sa.Column("coinbase", sa.Integer, nullable=False),
        sa.Column("checksum", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("coins_by_owner", "coins", ["owner", "txid", "output"])
    op.create_table(
        "transactions",
        sa.Column("txid", sa.LargeBinary, primary_key=True),
        *_place(),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "history",
        sa.Column("owner", sa.LargeBinary, primary_key=True),
        sa.Column("height", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("place", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("checksum", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )


def _place() -> list[sa.Column[int]]:
    return [
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("checksum", sa.BigInteger, nullable=False),
    ]
