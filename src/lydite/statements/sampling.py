"""The sample: which runs a verifier does again, and what that proves.

The draw is a function of the payload and of a word of the verifier. The payload alone would not do. Whoever signs can
change an unimportant byte and look which runs come up, until none of the false ones does: with a tenth of the runs
false and a sample of twenty that takes eight tries. So the word must be one that the signer could not know: fresh, or
from a source that spoke only after the signature, as a later block of a chain.
"""

import hashlib
from dataclasses import dataclass
from typing import Final

from lydite.model import Draws
from lydite.statements.runs import RunDigest
from lydite.statements.statement import Statement, TrialFacts

DOMAIN: Final = "lydite-statement-sample"

DOUBT: Final = 0.05
"""How often a bound may be wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """One run of a statement that is done again."""

    trial: TrialFacts
    run: RunDigest


def pool_of(statement: Statement) -> tuple[Pick, ...]:
    """All runs that can be done again: those that came to an end and left a trace."""
    return tuple(Pick(trial=trial, run=run) for trial in statement.trials for run in trial.runs if run.digest)


def sample_of(statement: Statement, payload: bytes, *, draw: str, count: int) -> tuple[Pick, ...]:
    """That many different runs, each as likely as any other, in the order of the statement."""
    pool = pool_of(statement)
    told = hashlib.blake2b(payload, digest_size=32).hexdigest()
    return Draws(0, DOMAIN, f"{told}/{draw}").sample(pool, min(count, len(pool)))


def share_at_most(count: int, total: int) -> float:
    """The share of runs that may be otherwise than stated, where none of so many was: the bound at 95 %.

    It holds where nobody who signed could know the sample, and is a little too high for samples of nearly all.

    >>> round(share_at_most(20, 300), 3), share_at_most(300, 300), share_at_most(0, 300)
    (0.139, 0.0, 1.0)
    """
    if count >= total:
        return 0.0
    return float(1.0 - DOUBT ** (1.0 / count)) if count else 1.0
