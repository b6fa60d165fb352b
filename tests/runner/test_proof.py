"""The hunt for planted bugs."""

from pathlib import Path

import pytest

from lydite.runner import Budget, Caught, Fate, Plan, Unplanted, hunt, planted
from tests.runner.projects import BANK, write_project


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plan:
    write_project(tmp_path, BANK)
    monkeypatch.chdir(tmp_path)
    return Plan(subject="bank.trials", seeds=12, workers=1, out=tmp_path / "failures", budget=Budget())


def test_mutants_are_caught_survive_or_do_not_fit(plan: Plan) -> None:
    wanted = planted(plan).mutants

    no_check, harmless, unfit = hunt(
        plan, wanted, lambda what, progress: None, lambda what, faults, progress: None
    )

    assert isinstance(no_check, Caught)
    assert no_check.fate is Fate.CAUGHT
    assert no_check.shrunk is not None
    assert no_check.shrunk.reproduced
    assert isinstance(harmless, Caught)
    assert harmless.fate is Fate.MISSED
    assert harmless.sweep.runs == 12
    assert isinstance(unfit, Unplanted)
