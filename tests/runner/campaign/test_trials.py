"""Phases of trials and of benchmarks: what a case tells of many seeds."""

from pathlib import Path

import pytest

from lydite.checks import EXCEPTION
from lydite.harness import Campaign, Phase
from lydite.model import Finding, Outcome, PhaseResult, Plain, Verdict, Work
from lydite.runner import Sameness, carry_out, replay, setting_of
from lydite.runner.campaign.artefacts import artefact_of
from lydite.runner.campaign.trials import is_safety
from tests.runner.campaign.projects import write


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return write(tmp_path, monkeypatch)


def carried(phase: Phase) -> PhaseResult:
    campaign = Campaign(target="shop", preset="mine", phases=(phase,))
    (result,) = carry_out(campaign, setting=setting_of(campaign, workers=1)).phases
    return result


def test_a_trial_that_fails_is_told_with_its_smallest_run() -> None:
    result = carried(Phase(name="simulation", work=Work.TRIALS, targets=("shop.py",), seeds=24, shrink_s=20))

    good, bad = result.cases
    assert (good.outcome, good.runs, good.failures, good.suite) == (Outcome.PASSED, 24, 0, "simulation")
    assert good.reproduce == "lydite run shop.py::echoes --seed 0"
    assert (bad.outcome, bad.runs, bad.failures, bad.suite) == (Outcome.FAILED, 24, 5, "storm")
    assert (bad.subject, bad.seed, bad.safety) == ("shop", 3, True)
    assert bad.message == "not-a-fifth: does not hold"
    assert bad.finding is not None
    assert bad.finding.facts["seed"] == 3
    assert bad.faults == ()  # It fails without any.
    assert bad.picture.startswith("<svg")
    names = [each.name for each in bad.artefacts]
    assert names == ["failure file", "smallest failure file", "pytest file", "runs"]
    for each in bad.artefacts:
        assert artefact_of(each.name, Path(each.path)) == each
    assert len(list(Path(bad.artefacts[0].path).parent.glob("*-[0-9]*.failure.json"))) == 3 + 1


def in_virtual_time(result: PhaseResult) -> tuple[object, ...]:
    return (*(each for each in result.series if each.run), *result.bands, *result.restarts)


def test_what_failed_has_its_course_in_virtual_time() -> None:
    phase = Phase(name="s", work=Work.TRIALS, targets=("shop.py",), seeds=4, shrink_s=0)

    result = carried(phase)

    assert {each.run for each in result.series if each.run} == {"shop.every_fifth"}
    assert [(each.name, each.run) for each in result.bands] == [("cut node-1 ↔ tester", "shop.every_fifth")]
    assert in_virtual_time(carried(phase)) == in_virtual_time(result), "it is the same on every machine"


def test_where_none_failed_the_run_with_the_most_faults_has_its_course() -> None:
    result = carried(Phase(name="s", work=Work.TRIALS, targets=("shop.py",), seeds=2))

    assert result.outcome is Outcome.PASSED
    assert {each.run for each in result.series if each.run} == {"shop.every_fifth"}
    assert result.bands


def test_the_command_of_a_failure_does_it_again() -> None:
    result = carried(
        Phase(name="s", work=Work.TRIALS, targets=("shop.py::every_fifth",), seeds=4, shrink_s=0)
    )

    (case,) = result.cases
    words = case.reproduce.split()
    assert words[:2] == ["lydite", "replay"]
    assert replay(Path(words[2])).sameness is Sameness.REPRODUCED
    assert [fault["kind"] for fault in case.faults] == ["network.cut"]


def test_what_no_run_has_seen_is_not_proven(project: Path) -> None:
    (project / "shy.py").write_text(
        "from lydite.harness import trial\n\n\n@trial\nasync def shows(world):\n    world.sometimes('seen', False)\n"
    )

    result = carried(Phase(name="s", work=Work.TRIALS, targets=("shy.py",), seeds=2))

    assert result.outcome is Outcome.UNKNOWN
    assert result.cases[0].message == "seen: was never true: asked once"


def test_a_run_that_ends_badly_is_broken(project: Path) -> None:
    (project / "stuck.py").write_text(
        "import asyncio\nfrom lydite.harness import trial\n\n\n@trial\nasync def waits(world):\n"
        "    await asyncio.get_running_loop().create_future()\n"
    )

    (case,) = carried(Phase(name="s", work=Work.TRIALS, targets=("stuck.py",), seeds=2)).cases

    assert (case.outcome, case.failures, case.safety) == (Outcome.BROKEN, 2, False)
    assert case.message.startswith("Deadlock: ")


def test_when_the_time_is_over_no_more_is_begun_and_what_was_not_tried_is_not_proven() -> None:
    result = carried(
        Phase(name="s", work=Work.TRIALS, targets=("shop.py",), seeds=100_000, seconds=0.000_001)
    )

    assert result.outcome is Outcome.UNKNOWN
    assert result.message == "the time was over before the first run of shop.echoes, shop.every_fifth"


@pytest.mark.parametrize(
    ("check", "verdict", "facts", "safe"),
    [
        ("no-loss", Verdict.VIOLATED, {}, True),
        ("no-loss", Verdict.UNKNOWN, {}, False),
        ("answers", Verdict.VIOLATED, {"mode": "eventually"}, False),
        ("liveness", Verdict.VIOLATED, {}, False),
        (EXCEPTION, Verdict.VIOLATED, {}, False),
    ],
)
def test_only_what_must_never_happen_is_safety(
    check: str, verdict: Verdict, facts: dict[str, Plain], safe: bool
) -> None:
    assert is_safety(Finding(check=check, verdict=verdict, message="", facts=facts)) is safe


def test_a_benchmark_tells_what_a_run_costs_with_its_interval() -> None:
    result = carried(Phase(name="speed", work=Work.BENCHMARKS, targets=("bank.trials",), seeds=6))

    (case,), (cost,) = result.cases, result.measurements
    assert (case.name, case.suite, case.runs) == ("bank.never_overdrawn.performance", "performance", 6)
    assert (cost.name, cost.samples, cost.unit) == ("cost.bank.never_overdrawn.cpu_s", 6, "s")
    assert cost.low is not None
    assert cost.high is not None
    assert cost.low <= cost.value <= cost.high
