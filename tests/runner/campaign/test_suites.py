"""Phases of tests and of harnesses: each in a process of its own, told step by step."""

import sys
from pathlib import Path

import pytest

from lydite.harness import Campaign, Phase
from lydite.logs import Line, Wanted, kept, levels_of, listening, logs_in
from lydite.model import Case, Outcome, PhaseResult, Work
from lydite.runner import carry_out, setting_of
from lydite.runner.campaign.child import Child
from lydite.runner.campaign.harnesses import LODGING
from tests.runner.campaign.projects import write


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return write(tmp_path, monkeypatch)


def carried(phase: Phase) -> PhaseResult:
    campaign = Campaign(target="bank", preset="mine", phases=(phase,))
    (result,) = carry_out(campaign, setting=setting_of(campaign)).phases
    return result


def pytested(
    *targets: str, seconds: float = 0, options: tuple[str, ...] = (), category: str = ""
) -> PhaseResult:
    return carried(
        Phase(
            name="tests",
            work=Work.PYTEST,
            targets=targets,
            seconds=seconds,
            options=options,
            category=category,
        )
    )


def asked(name: str, seconds: float = 0) -> PhaseResult:
    return carried(Phase(name="own", work=Work.HARNESS, targets=(name,), seconds=seconds))


ENDLESS = """\
import threading
from pathlib import Path

import pytest


@pytest.fixture
def lamp():
    yield
    Path("down.txt").touch()


def test_waits(lamp):
    Path("up.txt").touch()
    threading.Event().wait()
"""


def ended_when(there: Path, argv: list[str]) -> Child:
    """A process whose time is over when a file is there, however long that takes."""
    child = Child(
        argv,
        log=Path("child.log"),
        seconds=1.0,
        variables={},
        clock=lambda: 2.0 if there.exists() else 0.0,
    )
    for _ in child:
        continue
    return child


def by_name(result: PhaseResult) -> dict[str, Case]:
    return {case.name.rpartition("::")[2]: case for case in result.cases}


def test_each_test_is_a_case_with_its_category() -> None:
    result = pytested("checks/test_checks.py", category="integration")

    found = by_name(result)
    assert {name: case.outcome for name, case in found.items()} == {
        "test_passes": Outcome.PASSED,
        "test_fails": Outcome.FAILED,
        "test_has_no_fixture": Outcome.BROKEN,
        "test_is_skipped": Outcome.SKIPPED,
        "test_is_expected_to_fail": Outcome.PASSED,
    }
    assert result.outcome is Outcome.FAILED
    assert found["test_fails"].suite == "e2e"
    assert found["test_passes"].suite == "integration"
    assert found["test_fails"].message == "AssertionError: one is not two"
    assert "assert 1 == 2" in found["test_fails"].detail
    assert found["test_fails"].reproduce == "pytest checks/test_checks.py::test_fails"
    assert found["test_has_no_fixture"].message == "OSError: no room"
    assert found["test_is_skipped"].message == "not here"


def test_a_phase_may_be_called_like_the_log_of_the_campaign(project: Path) -> None:
    phase = Phase(name="campaign", work=Work.PYTEST, targets=("checks/test_checks.py",))
    campaign = Campaign(target="bank", preset="mine", phases=(phase,))
    setting = setting_of(campaign, out=project / "kept")
    setting.folder.mkdir()

    with kept(setting.folder, levels_of("info", where="here")):
        carry_out(campaign, setting=setting)

    lines = logs_in(setting.folder, Wanted()).lines
    assert lines[0].text.startswith(f"{setting.identity} begins: bank, mine, ")
    assert any(line.component == "campaign-1" and "one is not two" in line.text for line in lines)


def test_tests_on_many_cores_are_told_once_and_what_they_log(project: Path) -> None:
    (project / "checks/test_talks.py").write_text(
        "import logging\n\n\ndef test_talks():\n    logging.getLogger('my.tests').warning('low on disk')\n"
    )
    lines: list[Line] = []

    with listening(levels_of("warning,child=error", where="here"), lines.append):
        result = pytested("checks/test_checks.py", "checks/test_talks.py", options=("-n", "2"))

    assert len(result.cases) == 6
    assert by_name(result)["test_fails"].suite == "e2e"
    assert [line.text for line in lines if line.component == "tests.my.tests"] == ["low on disk"]


def test_a_file_that_cannot_be_read_is_broken(project: Path) -> None:
    (project / "checks/test_bad.py").write_text("import nowhere_at_all\n")

    result = pytested("checks/test_bad.py")

    assert result.outcome is Outcome.BROKEN
    assert [case.name for case in result.cases] == ["checks/test_bad.py"]
    assert "nowhere_at_all" in result.cases[0].detail


def test_no_tests_prove_nothing() -> None:
    result = pytested("checks/test_none.py")

    assert (result.outcome, result.message) == (Outcome.UNKNOWN, "there was nothing to try")


def test_tests_that_are_not_there_break_the_phase() -> None:
    result = pytested("checks/test_checks.py", "chekcs")

    assert result.outcome is Outcome.BROKEN
    assert result.message.startswith("there are no tests at chekcs (seen from ")


def test_tests_that_take_too_long_are_ended(project: Path) -> None:
    (project / "checks/test_slow.py").write_text(ENDLESS)

    result = pytested("checks/test_slow.py", seconds=0.000_001)

    assert result.outcome is Outcome.BROKEN
    assert result.message.startswith("the tests took longer than 1e-06 s and were ended")
    assert "; give its phase more `seconds`, or see what took so long: lydite logs " in result.message
    assert result.message.endswith(" --component tests")


def test_tests_that_are_killed_say_what_may_help(project: Path) -> None:
    (project / "checks/test_dies.py").write_text(
        "import os\n\n\ndef test_dies():\n    os.kill(os.getpid(), 9)\n"
    )

    result = pytested("checks/test_dies.py")

    assert result.outcome is Outcome.BROKEN
    assert "pytest ended with status -9: " in result.message
    assert (
        "the machine may have run out of memory, or somebody has stopped it; see lydite logs "
        in result.message
    )


def test_what_tests_brought_up_is_taken_down_when_their_time_is_over(project: Path) -> None:
    (project / "checks/test_slow.py").write_text(ENDLESS)
    argv = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "checks/test_slow.py"]

    child = ended_when(project / "up.txt", argv)

    assert child.late
    assert (project / "down.txt").exists()


def test_a_plugin_of_ones_own_that_breaks_pytest_is_told() -> None:
    result = pytested("checks/test_checks.py", options=("--no-such-option",))

    assert result.outcome is Outcome.BROKEN
    assert "pytest ended with status 4" in result.message


def test_a_harness_may_lie_in_src(project: Path) -> None:
    (project / "src").mkdir()
    (project / "own.py").rename(project / "src/apart.py")

    result = asked("apart:Good")

    assert [case.name for case in result.cases] == ["own.a", "own.b"]


def test_a_harness_of_ones_own_is_a_phase(project: Path) -> None:
    result = asked("own:Good")

    assert [(case.name, case.subject, case.suite, case.outcome) for case in result.cases] == [
        ("own.a", "bank", "harness", Outcome.PASSED),
        ("own.b", "bank", "property", Outcome.UNKNOWN),
    ]
    assert result.outcome is Outcome.UNKNOWN
    assert [(each.name, each.value) for each in result.measurements] == [("own.speed", 3.0)]
    assert (project / "steps.txt").read_text().split() == [
        "health_check",
        "initialize",
        "run_all_tests",
        "shutdown",
    ]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("own:Ill", "own cannot be carried out here: its health_check said no"),
        ("own:Fragile", "run_all_tests: ValueError: out of order"),
        ("own:Vague", "run_all_tests tells of a Case, found str"),
    ],
)
def test_a_harness_that_goes_wrong_is_broken_and_shut_down(project: Path, name: str, said: str) -> None:
    result = asked(name)

    assert result.outcome is Outcome.BROKEN
    assert said in result.message
    assert (project / "steps.txt").read_text().split()[-1] == "shutdown"


def test_a_harness_whose_time_is_over_is_broken() -> None:
    result = asked("own:Endless", seconds=0.000_001)

    assert result.outcome is Outcome.BROKEN
    assert "own:Endless took longer than 1e-06 s and was ended" in result.message


def test_a_harness_whose_time_is_over_is_shut_down(project: Path) -> None:
    child = ended_when(
        project / "endless.txt", [sys.executable, "-P", "-m", LODGING, "own:Endless", "60", "{}"]
    )

    assert child.late
    assert (project / "steps.txt").read_text().split()[-1] == "shutdown"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("own:Silent", "own:Silent is no harness: it lacks health_check, initialize"),
        ("own:Gode", "there is no Gode in own (phase); did you mean Good?"),
        ("nowhere:Good", "ModuleNotFoundError: No module named 'nowhere'"),
        ("own", "a harness is named as package.module:Class, found 'own'"),
    ],
)
def test_what_is_no_harness_is_told(name: str, said: str) -> None:
    result = asked(name)

    assert result.outcome is Outcome.BROKEN
    assert said in result.message
