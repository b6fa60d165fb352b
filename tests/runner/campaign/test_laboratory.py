"""The laboratory that harnesses find: its runs are bound by the settings as all others are."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from lydite.harness import Campaign, Phase
from lydite.model import Outcome, PhaseResult, Result, Work
from lydite.runner import carry_out, setting_of
from lydite.runner.campaign.laboratory import SimulatedLaboratory
from tests.runner.campaign.projects import write
from tests.runner.projects import RING, STUCK, write_project

OWN = """\
from lydite.model import Case, Outcome


class Looks:
    name = "looks"
    laboratory = None

    async def health_check(self):
        return bool(await self.laboratory.open("ring.py"))

    async def initialize(self):
        pass

    async def run_all_tests(self):
        # With this seed its storm brings it down.
        result = await self.laboratory.run("ring", 0)
        return [Case(name="ring", subject="", suite="", outcome=Outcome.PASSED, message=str(result.verdict))]

    async def get_metrics(self):
        return []

    async def shutdown(self):
        await self.laboratory.close()
"""


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write(tmp_path, monkeypatch)
    write_project(tmp_path, {"ring.py": RING, "stuck.py": STUCK, "looks.py": OWN})
    return tmp_path


async def done(laboratory: SimulatedLaboratory, target: str, trial: str) -> Result:
    try:
        await laboratory.open(target)
        return await laboratory.run(trial, 0)
    finally:
        await laboratory.close()


def test_a_run_that_takes_too_long_is_stopped() -> None:
    result = asyncio.run(done(SimulatedLaboratory(timeout_s=0.5), "stuck.py", "spins"))

    assert result.ending is not None
    assert result.ending.error == "TimedOut"


@pytest.mark.parametrize(("storms", "verdict"), [(True, "VIOLATED"), (False, "HOLDS")])
def test_no_storm_rages_in_it_where_chaos_is_switched_off(storms: bool, verdict: str) -> None:
    assert looked(storms).cases[0].message == verdict


def looked(storms: bool) -> PhaseResult:
    phase = Phase(name="own", work=Work.HARNESS, targets=("looks:Looks",))
    campaign = Campaign(target="ring", preset="mine", phases=(phase,))
    (result,) = carry_out(campaign, setting=replace(setting_of(campaign), storms=storms)).phases
    assert result.outcome is Outcome.PASSED, result.message
    return result
