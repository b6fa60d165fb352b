"""Phases of tests and of harnesses: each in a process of its own, told step by step."""

from pathlib import Path

import pytest

from lydite.harness import Campaign, Phase
from lydite.model import Case, Outcome, PhaseResult, Work
from lydite.runner import carry_out, setting_of
from tests.runner.campaign.projects import write


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return write(tmp_path, monkeypatch)


def carried(phase: Phase) -> PhaseResult:
    campaign = Campaign(target="bank", preset="mine", phases=(phase,))
    (result,) = carry_out(campaign, setting=setting_of(campaign)).phases
    return result


def pytested(
    *targets: str, seconds: float = 60, options: tuple[str, ...] = (), category: str = ""
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


def asked(name: str, seconds: float = 60) -> PhaseResult:
    return carried(Phase(name="own", work=Work.HARNESS, targets=(name,), seconds=seconds))


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


def test_tests_on_many_cores_are_told_once() -> None:
    result = pytested("checks/test_checks.py", options=("-n", "2"))

    assert len(result.cases) == 5
    assert by_name(result)["test_fails"].suite == "e2e"


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


def test_tests_that_take_too_long_are_ended_and_take_down_what_they_brought_up(project: Path) -> None:
    (project / "checks/test_slow.py").write_text(
        "import threading\nfrom pathlib import Path\n\nimport pytest\n\n\n@pytest.fixture\ndef lamp():\n"
        "    Path('up.txt').touch()\n    yield\n    Path('down.txt').touch()\n\n\n"
        "def test_waits(lamp):\n    threading.Event().wait()\n"
    )

    result = pytested("checks/test_slow.py", seconds=8)

    assert result.outcome is Outcome.BROKEN
    assert result.message.startswith("the tests took longer than 8 s and were ended")
    # A machine that is very busy has not begun it by then.
    assert (project / "down.txt").exists() == (project / "up.txt").exists()


def test_a_plugin_of_ones_own_that_breaks_pytest_is_told() -> None:
    result = pytested("checks/test_checks.py", options=("--no-such-option",))

    assert result.outcome is Outcome.BROKEN
    assert "pytest ended with status 4" in result.message


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


def test_a_harness_whose_time_is_over_is_shut_down(project: Path) -> None:
    result = asked("own:Endless", seconds=6)

    assert result.outcome is Outcome.BROKEN
    assert "own:Endless took longer than 6 s and was ended" in result.message
    # A machine that is very busy has not asked it anything by then.
    steps = project / "steps.txt"
    assert not steps.exists() or steps.read_text().split()[-1] == "shutdown"


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
