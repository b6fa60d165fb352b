"""Lines that tests run: counted with pytest-cov in the phases that ask for it, and told why not elsewhere."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from lydite.gates import Rules, decide
from lydite.harness import Campaign, Phase
from lydite.model import CampaignResult, Outcome, Standing, Work
from lydite.runner import carry_out, setting_of
from lydite.runner.campaign import lines
from tests.runner.campaign.projects import write
from tests.runner.projects import write_project

DAY = dt.date(2026, 1, 1)

TESTS = """\
from bank.law import after


def test_pays():
    assert after(3, 1) == 2
"""

MORE = """\
from bank.more import other


def test_other():
    assert other(1) == 2
"""

LAW = """\
def other(number):
    if number == 1:
        return 2
    return 3


def unused():
    return 4
"""


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = write(tmp_path, monkeypatch)
    (folder / "bank/more.py").write_text(LAW)
    (folder / "bank/trials.py").unlink()
    (folder / "bank/mutants.py").unlink()
    (folder / "checks/test_law.py").write_text(TESTS)
    (folder / "checks/test_more.py").write_text(MORE)
    return folder


def suite(name: str, target: str, *options: str, coverage: tuple[str, ...] = ("bank",)) -> Phase:
    return Phase(name=name, work=Work.PYTEST, targets=(target,), options=options, coverage=coverage)


def carried(*phases: Phase, counted: bool = True) -> CampaignResult:
    campaign = Campaign(target="bank", preset="mine", phases=phases)
    return carry_out(campaign, setting=replace(setting_of(campaign), coverage=counted))


def figures(result: CampaignResult) -> list[tuple[str, float, int]]:
    return [(each.name, round(each.value, 1), each.samples) for each in result.measurements]


@pytest.mark.parametrize("options", [(), ("-n", "2")], ids=["one process", "many"])
def test_the_lines_that_tests_run_are_measured(project: Path, options: tuple[str, ...]) -> None:
    result = carried(suite("unit", "checks/test_law.py", *options))

    assert result.phases[0].outcome is Outcome.PASSED
    # Two of bank/law.py were run, and none of the six of bank/more.py.
    assert figures(result) == [("coverage.lines", 25.0, 8)]
    assert not [*project.glob(".coverage*")]


def test_phases_count_together() -> None:
    result = carried(suite("unit", "checks/test_law.py"), suite("integration", "checks/test_more.py"))

    assert figures(result) == [("coverage.lines", 75.0, 8)]
    assert [len(phase.measurements) for phase in result.phases] == [0, 1]


def test_lines_of_a_package_that_no_test_imports_count(project: Path) -> None:
    write_project(project, {"shed/__init__.py": "", "shed/tools.py": LAW})

    result = carried(suite("unit", "checks/test_law.py", coverage=("bank.law", "shed")))

    assert figures(result) == [("coverage.lines", 25.0, 8)]


def test_what_was_counted_is_gated() -> None:
    result = carried(suite("unit", "checks/test_law.py"))

    (gate,) = (each for each in decide(result, Rules(), today=DAY).outcomes if each.gate == "coverage.lines")

    assert (gate.standing, gate.actual, gate.samples) == (Standing.FAILED, 25.0, 8)


def test_without_pytest_cov_it_is_told_why_nothing_was_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "COUNTER", "not_installed_at_all")

    result = carried(suite("unit", "checks/test_law.py"))

    assert figures(result) == []
    assert result.phases[0].outcome is Outcome.PASSED
    assert (
        result.phases[0].message
        == "no lines were counted: pytest-cov is not installed; pip install pytest-cov"
    )
    (gate,) = (each for each in decide(result, Rules(), today=DAY).outcomes if each.gate == "coverage.lines")
    assert gate.standing is Standing.NOT_EVALUATED


def test_a_package_that_is_not_there_has_no_lines() -> None:
    result = carried(suite("unit", "checks/test_law.py", coverage=("bnak",)))

    assert figures(result) == []
    assert result.phases[0].message.startswith("no lines were counted: ")


def test_nothing_is_counted_where_settings_or_phases_do_not_want_it() -> None:
    unwanted = carried(suite("unit", "checks/test_law.py"), counted=False)
    unasked = carried(suite("unit", "checks/test_law.py", coverage=()))

    for result in (unwanted, unasked):
        assert figures(result) == []
        assert result.phases[0].message == ""
