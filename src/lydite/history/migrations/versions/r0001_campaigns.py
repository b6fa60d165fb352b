"""The first tables, the guards that let them only grow, and the views for people who ask by hand."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

KEYS = {
    "campaigns": ("identity",),
    "forms": ("campaign",),
    "phases": ("campaign", "position"),
    "cases": ("campaign", "position"),
    "findings": ("campaign", "case_position"),
    "measurements": ("campaign", "position"),
    "environments": ("campaign",),
    "artefacts": ("campaign", "case_position", "position"),
    "decisions": ("campaign", "number"),
}

ONLY_GROWS = "the history only grows: a row is never changed or taken out"

VIEWS = {
    "latest_run_summary": """
        SELECT target, preset, identity, begun, seconds, verdict, standing, sentence, cases, passed, failed,
               commit_id, reproduce
        FROM (
            SELECT c.*,
                   (SELECT d.standing FROM decisions d WHERE d.campaign = c.number
                    ORDER BY d.number DESC LIMIT 1) AS standing,
                   (SELECT count(*) FROM cases k WHERE k.campaign = c.number
                    AND k.outcome = 'passed') AS passed,
                   (SELECT count(*) FROM cases k WHERE k.campaign = c.number
                    AND k.outcome IN ('failed', 'broken')) AS failed,
                   row_number() OVER (PARTITION BY c.target, c.preset
                                      ORDER BY c.begun_us DESC, c.number DESC) AS place
            FROM campaigns c
        ) AS ranked
        WHERE place = 1
    """,
    "coverage_trends": """
        SELECT c.target, c.preset, m.name, c.begun, c.identity, c.commit_id, m.value, m.unit
        FROM measurements m JOIN campaigns c ON c.number = m.campaign
        WHERE m.name LIKE '%coverage%'
        ORDER BY c.target, c.preset, m.name, c.begun_us, c.number
    """,
    "slowest_cases": """
        SELECT c.target, c.preset, k.name, k.suite, count(*) AS campaigns,
               avg(k.seconds) AS seconds_mean, max(k.seconds) AS seconds_max
        FROM cases k JOIN campaigns c ON c.number = k.campaign
        WHERE k.outcome <> 'skipped'
        GROUP BY c.target, c.preset, k.name, k.suite
        ORDER BY seconds_mean DESC, k.name
    """,
    # A trial that fails with some seeds is not flaky: each seed is a test of its own. Code without a digest is
    # compared with itself only.
    "flakiest_cases": """
        SELECT target, preset, name, min(suite) AS suite, sum(runs) AS runs, sum(failures) AS failures,
               1.0 * sum(failures) / sum(runs) AS rate
        FROM (
            SELECT c.target, c.preset, k.name, min(k.suite) AS suite, sum(k.runs) AS runs,
                   sum(k.failures) AS failures
            FROM cases k JOIN campaigns c ON c.number = k.campaign
            JOIN phases p ON p.campaign = k.campaign AND p.position = k.phase
            WHERE k.outcome IN ('passed', 'failed') AND p.work NOT IN ('trials', 'mutants')
            GROUP BY c.target, c.preset, k.name, c.code,
                     CASE WHEN c.code = '' THEN c.number ELSE 0 END
        ) AS by_code
        WHERE failures > 0 AND failures < runs
        GROUP BY target, preset, name
        ORDER BY rate DESC, name
    """,
}


def upgrade() -> None:
    """Makes them."""
    _upgrade_campaigns()
    _upgrade_cases()
    _upgrade_figures()
    _upgrade_guards()
    for name, question in VIEWS.items():
        op.execute(f"CREATE VIEW {name} AS {question}")


def downgrade() -> None:
    """Unmakes them."""
    for name in reversed(VIEWS):
        op.execute(f"DROP VIEW {name}")
    for name in reversed(KEYS):
        op.drop_table(name)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION lydite_history_only_grows()")


def _number() -> Any:
    return sa.BigInteger().with_variant(sa.Integer, "sqlite")


def _of_campaign() -> sa.Column[int]:
    return sa.Column("campaign", _number(), sa.ForeignKey("campaigns.number"), primary_key=True)


def _place(name: str = "position") -> sa.Column[int]:
    return sa.Column(name, sa.Integer, primary_key=True, autoincrement=False)


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _upgrade_campaigns() -> None:
    op.create_table(
        "campaigns",
        sa.Column("number", _number(), primary_key=True),
        sa.Column("identity", sa.Text, nullable=False, unique=True),
        *_text("target", "preset", "begun"),
        sa.Column("begun_us", sa.BigInteger, nullable=False),
        sa.Column("seconds", sa.Double, nullable=False),
        *_text("verdict", "sentence", "code", "commit_id", "seed", "reproduce"),
        sa.Column("interrupted", sa.Boolean, nullable=False),
        sa.Column("cases", sa.Integer, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("campaigns_by_target", "campaigns", ["target", "preset", "begun_us"])
    op.create_table(
        "forms", _of_campaign(), *_text("digest"), sa.Column("form", sa.LargeBinary, nullable=False)
    )
    op.create_table("environments", _of_campaign(), *_text("fingerprint", "facts", "doubts"))
    op.create_table("decisions", _of_campaign(), _place("number"), *_text("standing", "sentence", "form"))


def _upgrade_cases() -> None:
    op.create_table(
        "phases",
        _of_campaign(),
        _place(),
        *_text("name", "work", "outcome"),
        sa.Column("seconds", sa.Double, nullable=False),
        *_text("message"),
    )
    op.create_table(
        "cases",
        _of_campaign(),
        _place(),
        sa.Column("phase", sa.Integer, nullable=False),
        *_text("name", "subject", "suite", "outcome"),
        sa.Column("seconds", sa.Double, nullable=False),
        sa.Column("runs", sa.BigInteger, nullable=False),
        sa.Column("failures", sa.BigInteger, nullable=False),
        *_text("cause", "message"),
        sa.Column("safety", sa.Boolean, nullable=False),
        sa.Column("seed", sa.Text),
        *_text("reproduce"),
    )
    op.create_index("cases_by_name", "cases", ["name", "campaign"])
    op.create_table(
        "findings",
        _of_campaign(),
        _place("case_position"),
        *_text("check_name", "verdict", "message"),
        sa.Column("at_ns", sa.BigInteger, nullable=False),
        *_text("host", "facts"),
    )


def _upgrade_figures() -> None:
    op.create_table(
        "measurements",
        _of_campaign(),
        _place(),
        sa.Column("phase", sa.Integer, nullable=False),
        *_text("name"),
        sa.Column("value", sa.Double, nullable=False),
        *_text("unit", "better"),
        sa.Column("samples", sa.BigInteger, nullable=False),
        sa.Column("low", sa.Double),
        sa.Column("high", sa.Double),
        sa.Column("exact", sa.Boolean, nullable=False),
    )
    op.create_index("measurements_by_name", "measurements", ["name", "campaign"])
    op.create_table(
        "artefacts",
        _of_campaign(),
        _place("case_position"),
        _place(),
        *_text("digest", "name", "path"),
        sa.Column("size", sa.BigInteger, nullable=False),
    )
    op.create_index("artefacts_by_digest", "artefacts", ["digest"])


def _upgrade_guards() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION lydite_history_only_grows() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{ONLY_GROWS}'; END $$"
        )
        for name in KEYS:
            call = "EXECUTE FUNCTION lydite_history_only_grows()"
            op.execute(f"CREATE TRIGGER {name}_stay BEFORE UPDATE OR DELETE ON {name} FOR EACH ROW {call}")
            op.execute(f"CREATE TRIGGER {name}_remain BEFORE TRUNCATE ON {name} FOR EACH STATEMENT {call}")
        return
    for name, key in KEYS.items():
        raising = f"BEGIN SELECT RAISE(ABORT, '{ONLY_GROWS}'); END"
        # INSERT OR REPLACE takes a row out without asking the trigger for that.
        same = " AND ".join(f"{column} = NEW.{column}" for column in key)
        same += " OR number = NEW.number" if name == "campaigns" else ""
        op.execute(f"CREATE TRIGGER {name}_stay BEFORE UPDATE ON {name} {raising}")
        op.execute(f"CREATE TRIGGER {name}_remain BEFORE DELETE ON {name} {raising}")
        twice = f"WHEN EXISTS (SELECT 1 FROM {name} WHERE {same})"  # noqa: S608 -- the names are ours
        op.execute(f"CREATE TRIGGER {name}_once BEFORE INSERT ON {name} {twice} {raising}")
