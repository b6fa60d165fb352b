"""The trials hold for the honest program, and find nodes that were tampered with."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lydite.model import Verdict
from lydite.runner import ForkedEngine, Opening, Order, Run, Sweep, SweepResult, Until

TRIALS = (
    "everything_quiet",
    "payments_under_competition",
    "partitions_and_reorganisations",
    "restarts_in_a_reorganisation",
    "disks_fail_at_commit",
    "slow_and_lying_peers",
    "eclipse_attempt",
    "skewed_clocks",
    "falls_and_jumps_in_a_row",
    "newcomer_syncs_from_faulty_peers",
    "attacks",
    "attacks_by_a_rival",
    "attacks_by_peers",
    "storm",
)
SEEDS = 2


def swept(target: str, out: Path, seeds: int, home: str = "") -> SweepResult:
    sweep = Sweep(first=0, count=seeds, until=Until.FIRST, out=out)
    with ForkedEngine(Opening(target=target, home=home), workers=1) as engine:
        return sweep.run(engine)


@pytest.fixture(scope="module")
def coin() -> Iterator[ForkedEngine]:
    """The honest program, opened once for all its trials."""
    with ForkedEngine(Opening(target="coin"), workers=1) as engine:
        yield engine


@pytest.mark.parametrize("trial", TRIALS)
def test_the_honest_program_holds(trial: str, coin: ForkedEngine) -> None:
    runs = coin.runs(Order(number=seed, label=f"coin.{trial}", seed=seed) for seed in range(SEEDS))

    assert [(run.result.verdict, told(run)) for run in runs] == [(Verdict.HOLDS, "")] * SEEDS


def told(run: Run) -> str:
    """What was found, if anything was."""
    return run.result.finding.message if run.result.finding else ""


def test_every_trial_is_tried(coin: ForkedEngine) -> None:
    assert {f"coin.{trial}" for trial in TRIALS} == {each.label for each in coin.description.trials}


SABOTAGE = {
    "bodies are believed": (
        "attacks",
        "chain.check_block = lambda block, params: None",
        "",
    ),
    "no fork is taken back": (
        "partitions_and_reorganisations",
        "chain.unapply = lambda block, undo, overlay: None",
        "",
    ),
    "the pool is never cleaned": (
        "payments_under_competition",
        "mempool.Mempool._drop_conflicts = lambda self, transaction: None",
        "",
    ),
    "anybody may send anything": (
        "attacks_by_peers",
        "conduct.Conduct.punish = lambda self, address, offence, at_s: 0",
        "bans-who-sends-wrong-bodies",
    ),
    "later blocks win": (
        "attacks",
        "bodies.Bodies.arrive = eager",
        "first-seen-stays",
    ),
}

TAMPERED = """
from lydite_subjects.coin.node import conduct
from lydite_subjects.coin.spec import bodies, chain, mempool
from lydite_subjects.coin.trials import {trial}

arrive = bodies.Bodies.arrive


def eager(self, entry):
    arrive(self, entry)
    if entry.work == self._best.work:
        self._best = entry


{change}
"""


@pytest.mark.parametrize("name", SABOTAGE)
def test_a_node_that_was_tampered_with_is_found(name: str, tmp_path: Path) -> None:
    trial, change, check = SABOTAGE[name]
    file = tmp_path / "tampered.py"
    file.write_text(TAMPERED.format(trial=trial, change=change))

    result = swept(f"{file}::{trial}", tmp_path, 12, str(tmp_path))

    assert result.groups, f"nobody has noticed in {result.verdicts} that {name}"
    found = {group.kind for group in result.groups}
    assert check in found if check else found
