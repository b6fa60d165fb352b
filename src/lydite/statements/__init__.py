"""Statements: what somebody signs of a campaign, so that a stranger can check it and do its runs again."""

from lydite.statements.contradictions import contradictions
from lydite.statements.envelope import HEAD, Envelope, read_envelope, signers
from lydite.statements.errors import DamagedStatement, Refuted
from lydite.statements.keyfiles import public_path, read_private, read_public, write_pair
from lydite.statements.keys import PrivateKey, PublicKey, fresh_draw, private_key
from lydite.statements.making import Kept, kept_runs, statement_of
from lydite.statements.runs import RUNS, Code, RunDigest, TrialRuns, runs_document
from lydite.statements.sampling import Pick, pool_of, sample_of, share_at_most
from lydite.statements.statement import (
    EXTENSION,
    Statement,
    TrialFacts,
    payload_of,
    statement_from,
    statement_schema,
)
from lydite.statements.strict import BYTES_MAX

__all__ = [
    "BYTES_MAX",
    "EXTENSION",
    "HEAD",
    "RUNS",
    "Code",
    "DamagedStatement",
    "Envelope",
    "Kept",
    "Pick",
    "PrivateKey",
    "PublicKey",
    "Refuted",
    "RunDigest",
    "Statement",
    "TrialFacts",
    "TrialRuns",
    "contradictions",
    "fresh_draw",
    "kept_runs",
    "payload_of",
    "pool_of",
    "private_key",
    "public_path",
    "read_envelope",
    "read_private",
    "read_public",
    "runs_document",
    "sample_of",
    "share_at_most",
    "signers",
    "statement_from",
    "statement_of",
    "statement_schema",
    "write_pair",
]
