"""Every planted bug is found in the simulated world, by the check that is named for it."""

from pathlib import Path

import pytest

from lydite.runner import ForkedEngine, Opening, Run, Sweep, Until
from lydite_subjects.coin.mutants import MUTANTS

SEEDS = 12
MADE_FOR = {
    "value_overflow": "attacks",
    "duplicate_inputs": "attacks",
    "fee_overflow": "attacks",
    "unbound_signature": "attacks",
    "malleable_txid": "attacks_by_a_rival",
    "merkle_duplication": "attacks",
    "wrong_body_blames_header": "attacks",
    "time_warp": "attacks",
    "retarget_off_by_one": "attacks_by_a_rival",
    "equal_work_tie": "attacks",
    "undo_not_applied": "attacks_by_a_rival",
    "undo_forgets_rewards": "attacks_by_a_rival",
    "immature_after_reorg": "attacks",
    "conflict_after_reorg": "attacks_by_a_rival",
    "lock_limit": "attacks_by_a_rival",
    "coins_before_block": "attacks_by_a_rival",
    "commit_without_sync": "restarts_in_a_reorganisation",
    "orphan_memory": "attacks_by_peers",
    "skewed_timestamp": "skewed_clocks",
}
"""Of each mutant, the trial that finds it within a few seeds."""
CAUGHT_BY = {mutant.name: mutant.caught_by for mutant in MUTANTS}


def _found_by(run: Run) -> str:
    return run.result.finding.check if run.result.finding else ""


@pytest.mark.parametrize("mutant", CAUGHT_BY)
def test_a_planted_bug_is_found_by_its_check(mutant: str, tmp_path: Path) -> None:
    sweep = Sweep(first=0, count=SEEDS, until=Until.FIRST, out=tmp_path, mutant=mutant)
    sweep.fails = lambda run: _found_by(run) == CAUGHT_BY[mutant]

    with ForkedEngine(Opening(target=f"coin.{MADE_FOR[mutant]}", mutant=mutant)) as engine:
        result = sweep.run(engine)

    assert result.groups, f"{mutant} survives {SEEDS} seeds of {MADE_FOR[mutant]}: {result.by_kind}"
