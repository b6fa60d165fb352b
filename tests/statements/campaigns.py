"""A campaign to sign: two trials of a shop, a unit test and a planted bug, made up without running anything."""

import hashlib
from dataclasses import replace

from lydite.model import (
    CampaignResult,
    Case,
    Decision,
    Environment,
    GateOutcome,
    Outcome,
    PhaseResult,
    Standing,
    Verdict,
    Work,
)
from lydite.statements import Code, Kept, RunDigest, Statement, TrialRuns, statement_of

COMMIT = "0123456789abcdef0123456789abcdef01234567"

CODE = Code(
    target="shop.trials",
    digest="c0" * 32,
    files={"shop.law": "aa" * 16, "shop.trials": "bb" * 16},
    platform="dd" * 16,
    lydite="0.1.0",
    python="3.11.7",
    dependencies={"httpx": "0.28.1"},
)


def digest(*words: object) -> str:
    """What could be the digest of a trace."""
    return hashlib.blake2b(repr(words).encode(), digest_size=32).hexdigest()


def run(seed: int, trial: str = "shop.sells", **changes: object) -> RunDigest:
    """A run that holds."""
    made = RunDigest(seed=seed, verdict=Verdict.HOLDS, failed="", digest=digest(trial, seed))
    return replace(made, **changes)  # type: ignore[arg-type]


def kept(case: str = "shop.sells", *, seeds: int = 4) -> Kept:
    """The runs of a trial, from seed 0 on."""
    runs = tuple(run(seed, case) for seed in range(seeds))
    return Kept(case=case, runs=TrialRuns(trial=case, configuration="ee" * 32, code=CODE, runs=runs))


def case(name: str, suite: str = "storm", outcome: Outcome = Outcome.PASSED, runs: int = 1) -> Case:
    """One case of the shop."""
    return Case(name=name, subject="shop", suite=suite, outcome=outcome, runs=runs)


def result(*cases: Case, seeds: int = 4, verdict: Verdict = Verdict.HOLDS) -> CampaignResult:
    """A campaign with two trials, and with these cases in a phase of tests."""
    trials = (case("shop.sells", runs=seeds), case("shop.buys", runs=seeds))
    outcome = Outcome.PASSED if verdict is Verdict.HOLDS else Outcome.FAILED
    return CampaignResult(
        identity="20261121T000000Z-shop-ci-0a0b0c0d",
        target="shop.trials",
        preset="ci",
        begun="2026-11-21T00:00:00Z",
        seconds=2.5,
        verdict=verdict,
        sentence="shop holds" if verdict is Verdict.HOLDS else "shop does not hold",
        phases=(
            PhaseResult(name="simulation", work=Work.TRIALS, outcome=Outcome.PASSED, cases=trials),
            PhaseResult(name="tests", work=Work.PYTEST, outcome=outcome, cases=cases),
        ),
        environment=Environment(fingerprint="m-1", facts={"python": "3.11.7"}),
        code=CODE.digest,
        commit=COMMIT[:12],
        reproduce="lydite prove shop.trials --preset ci",
    )


def decision(standing: Standing = Standing.PASSED) -> Decision:
    """What one gate says."""
    gate = GateOutcome(
        gate="safety.violations",
        standing=standing,
        required=True,
        actual=0.0,
        bound=0.0,
        limit=0.0,
        at_least=False,
        unit="",
        samples=8,
        sentence="nothing failed in safety",
    )
    return Decision(standing=standing, sentence=f"{standing}: 1 gate", outcomes=(gate,))


def statement(*cases: Case, seeds: int = 4, url: str = "") -> Statement:
    """What is signed of it."""
    tests = cases or (case("test_pays", "unit"), case("shop.mutants.no-check", "mutants"))
    runs = [kept(name, seeds=seeds) for name in ("shop.sells", "shop.buys")]
    return statement_of(result(*tests, seeds=seeds), decision(), runs, git_commit=COMMIT, url=url)
