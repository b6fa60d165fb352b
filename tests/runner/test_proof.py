"""The proof of a subject."""

from pathlib import Path

import pytest

from lydite.model import MutantDoesNotFit
from lydite.runner import Caught, Honest, Plan, Sameness, prove
from tests.runner.projects import BANK, write_project


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plan:
    write_project(tmp_path, BANK)
    monkeypatch.chdir(tmp_path)
    return Plan(subject="bank.trials", seeds=12, workers=1, out=tmp_path / "failures")


def test_the_honest_program_holds_and_mutants_are_caught_or_survive(plan: Plan) -> None:
    steps = prove(plan, lambda what, progress: None)
    honest, no_check, harmless = (next(steps) for _ in range(3))

    assert isinstance(honest, Honest)
    assert honest.proven
    assert isinstance(no_check, Caught)
    assert no_check.proven
    assert no_check.replay is not None
    assert no_check.replay.sameness is Sameness.REPRODUCED
    assert isinstance(harmless, Caught)
    assert not harmless.proven
    assert harmless.sweep.runs == 12
    with pytest.raises(MutantDoesNotFit):
        next(steps)
