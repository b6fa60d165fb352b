"""The tables of a history. The migrations make them; a test holds the two equal.

The whole campaign is kept as its canonical JSON, compressed, in `forms`; everything beside it is there to be asked.
Words that SQL keeps for itself are avoided: the commit is `commit_id`, the check `check_name`.
"""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)

REVISION: Final = "0001"
"""The newest migration."""

VERSION_TABLE: Final = "lydite_history_version"

META: Final = MetaData()

NUMBER: Final = BigInteger().with_variant(Integer, "sqlite")


def _of_campaign() -> Column[int]:
    return Column("campaign", NUMBER, ForeignKey("campaigns.number"), primary_key=True)


def _place(name: str = "position") -> Column[int]:
    return Column(name, Integer, primary_key=True, autoincrement=False)


CAMPAIGNS: Final = Table(
    "campaigns",
    META,
    Column("number", NUMBER, primary_key=True),
    Column("identity", Text, nullable=False, unique=True),
    Column("target", Text, nullable=False),
    Column("preset", Text, nullable=False),
    Column("begun", Text, nullable=False),
    Column("begun_us", BigInteger, nullable=False),
    Column("seconds", Double, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("sentence", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("commit_id", Text, nullable=False),
    Column("seed", Text, nullable=False),
    Column("reproduce", Text, nullable=False),
    Column("interrupted", Boolean, nullable=False),
    Column("cases", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
    Index("campaigns_by_target", "target", "preset", "begun_us"),
    sqlite_autoincrement=True,
)

FORMS: Final = Table(
    "forms",
    META,
    _of_campaign(),
    Column("digest", Text, nullable=False),
    Column("form", LargeBinary, nullable=False),
)

PHASES: Final = Table(
    "phases",
    META,
    _of_campaign(),
    _place(),
    Column("name", Text, nullable=False),
    Column("work", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("seconds", Double, nullable=False),
    Column("message", Text, nullable=False),
)

CASES: Final = Table(
    "cases",
    META,
    _of_campaign(),
    _place(),
    Column("phase", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("suite", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("seconds", Double, nullable=False),
    Column("runs", BigInteger, nullable=False),
    Column("failures", BigInteger, nullable=False),
    Column("cause", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("safety", Boolean, nullable=False),
    Column("seed", Text),
    Column("reproduce", Text, nullable=False),
    Index("cases_by_name", "name", "campaign"),
)

FINDINGS: Final = Table(
    "findings",
    META,
    _of_campaign(),
    _place("case_position"),
    Column("check_name", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("at_ns", BigInteger, nullable=False),
    Column("host", Text, nullable=False),
    Column("facts", Text, nullable=False),
)

MEASUREMENTS: Final = Table(
    "measurements",
    META,
    _of_campaign(),
    _place(),
    Column("phase", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("value", Double, nullable=False),
    Column("unit", Text, nullable=False),
    Column("better", Text, nullable=False),
    Column("samples", BigInteger, nullable=False),
    Column("low", Double),
    Column("high", Double),
    Column("exact", Boolean, nullable=False),
    Index("measurements_by_name", "name", "campaign"),
)

ENVIRONMENTS: Final = Table(
    "environments",
    META,
    _of_campaign(),
    Column("fingerprint", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Column("doubts", Text, nullable=False),
)

ARTEFACTS: Final = Table(
    "artefacts",
    META,
    _of_campaign(),
    _place("case_position"),
    _place(),
    Column("digest", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Index("artefacts_by_digest", "digest"),
)

DECISIONS: Final = Table(
    "decisions",
    META,
    _of_campaign(),
    _place("number"),
    Column("standing", Text, nullable=False),
    Column("sentence", Text, nullable=False),
    Column("form", Text, nullable=False),
)
