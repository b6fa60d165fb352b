"""What a campaign keeps of every run of a trial, and that those runs are what it says."""

from dataclasses import replace
from pathlib import Path

import pytest

from lydite.harness import Campaign, Phase
from lydite.model import CampaignResult, Decision, Outcome, Standing, Verdict, Work
from lydite.runner import Rechecked, carry_out, recheck, setting_of
from lydite.statements import Statement, kept_runs, pool_of, statement_of
from tests.runner.campaign.projects import write

UNDECIDED = Decision(standing=Standing.NOT_EVALUATED, sentence="", outcomes=())


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return write(tmp_path, monkeypatch)


def carried(*phases: Phase, storms: bool = True) -> CampaignResult:
    campaign = Campaign(target="shop", preset="mine", phases=phases)
    setting = setting_of(campaign, out=Path("proof"), workers=1)
    return carry_out(campaign, setting=replace(setting, storms=storms))


def simulation(name: str = "simulation", seeds: int = 5) -> Phase:
    return Phase(name=name, work=Work.TRIALS, targets=("shop.py",), seeds=seeds, shrink_s=0)


def rechecked(statement: Statement) -> list[Rechecked]:
    """All runs of a statement, done again."""
    found = [each for each in recheck(statement, pool_of(statement)) if isinstance(each, Rechecked)]
    assert len(found) == statement.runs
    return found


def test_every_run_is_kept_and_can_be_done_again() -> None:
    result = carried(simulation())

    kept = kept_runs(result)
    statement = statement_of(result, UNDECIDED, kept)

    good, bad = (each.runs.runs for each in kept)
    assert [each.case for each in kept] == ["shop.echoes", "shop.every_fifth"]
    assert [run.seed for run in good] == [run.seed for run in bad] == [*range(5)]
    assert [run.failed for run in bad] == ["", "", "", "not-a-fifth", ""]
    assert bad[3].verdict is Verdict.VIOLATED
    assert len({run.digest for run in (*good, *bad)}) == 10
    assert {each.runs.code.digest for each in kept} == {result.code}
    assert all(each.same for each in rechecked(statement))


def test_the_same_trial_in_two_phases_is_kept_twice() -> None:
    result = carried(simulation(seeds=2), simulation("more", seeds=3))

    kept = kept_runs(result)

    assert [(each.case, len(each.runs.runs)) for each in kept] == [
        ("shop.echoes", 2),
        ("shop.every_fifth", 2),
        ("shop.echoes (more)", 3),
        ("shop.every_fifth (more)", 3),
    ]
    assert statement_of(result, UNDECIDED, kept).runs == 10


def test_runs_without_storms_are_done_again_without_them() -> None:
    stormy = kept_runs(carried(simulation(seeds=2)))

    result = carried(simulation(seeds=2), storms=False)

    calm = kept_runs(result)
    assert calm[1].runs.runs != stormy[1].runs.runs
    assert all(each.same for each in rechecked(statement_of(result, UNDECIDED, calm)))


def test_a_run_that_was_refused_is_kept_with_what_ended_it(project: Path) -> None:
    (project / "stuck.py").write_text(
        "import asyncio\nfrom lydite.harness import trial\n\n\n@trial\nasync def waits(world):\n"
        "    await asyncio.get_running_loop().create_future()\n"
    )
    phase = Phase(name="s", work=Work.TRIALS, targets=("stuck.py",), seeds=2, shrink_s=0)

    result = carried(phase)

    (kept,) = kept_runs(result)
    assert [(run.verdict, run.failed) for run in kept.runs.runs] == [(Verdict.UNKNOWN, "Deadlock")] * 2
    assert result.cases[0].outcome is Outcome.BROKEN
    assert all(each.same for each in rechecked(statement_of(result, UNDECIDED, (kept,))))


def test_where_runs_cannot_be_written_the_phase_is_broken_with_a_sentence() -> None:
    Path("proof").mkdir()
    Path("proof/runs").write_text("in the way")

    result = carried(simulation(seeds=1))

    assert result.phases[0].outcome is Outcome.BROKEN
    assert "the runs cannot be written: " in result.phases[0].message
