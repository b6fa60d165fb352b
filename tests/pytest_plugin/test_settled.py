"""What `lydite.toml` and the variables say to tests: seeds, workers, cases, chaos, and where things are kept."""

from pathlib import Path

import pytest

from tests.pytest_plugin.conftest import Started

pytest_plugins = ["pytester"]

PROPERTY = """
import pathlib
from hypothesis import given, settings, strategies as st

@given(st.integers())
def test_plain(number):
    with pathlib.Path("plain.txt").open("a") as file:
        file.write(".")

@settings(max_examples=3)
@given(st.integers())
def test_own(number):
    with pathlib.Path("own.txt").open("a") as file:
        file.write(".")
"""

OWN_PROFILE = """
from hypothesis import settings

settings.register_profile("mine", max_examples=2)
settings.load_profile("mine")
"""

TRIAL = """
import pytest

@pytest.mark.lydite{marker}
async def test_counts(world):
    world.always("low", world.seed < {below})
"""

CHAOTIC = """
import pytest

@pytest.mark.chaos
def test_breaks():
    pass

def test_whole():
    pass
"""


@pytest.fixture
def say(pytester: pytest.Pytester) -> Path:
    """Where the settings stand."""
    return pytester.path / "lydite.toml"


def cases(name: str) -> int:
    return len(Path(f"{name}.txt").read_text())


def test_a_property_is_tried_as_often_as_the_settings_say(
    pytester: pytest.Pytester, start: Started, say: Path
) -> None:
    say.write_text("property.cases = 7\n")
    pytester.makepyfile(PROPERTY)

    start("-p", "_hypothesis_pytestplugin").assert_outcomes(passed=2)

    assert (cases("plain"), cases("own")) == (7, 3)


def test_a_preset_that_is_named_says_it_too(
    pytester: pytest.Pytester, start: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LYDITE_PRESET", "ci")
    pytester.makepyfile(PROPERTY)

    start("-p", "_hypothesis_pytestplugin").assert_outcomes(passed=2)

    assert cases("plain") == 1000


@pytest.mark.parametrize("text", ["sweep.seeds = 3\n", "property.cases = 7\n"])
def test_a_profile_of_ones_own_wins_and_nothing_said_is_nothing_done(
    pytester: pytest.Pytester, start: Started, say: Path, text: str
) -> None:
    say.write_text(text)
    if "cases" in text:
        pytester.makeconftest(OWN_PROFILE)
    pytester.makepyfile(PROPERTY)

    start("-p", "_hypothesis_pytestplugin").assert_outcomes(passed=2)

    assert cases("plain") == (2 if "cases" in text else 100)


@pytest.mark.parametrize(
    ("marker", "text", "variable", "passes"),
    [
        ("", "sweep.seeds = 5\n", "", True),
        ("", "sweep.seeds = 6\n", "", False),
        ("(seeds=6)", "sweep.seeds = 5\n", "", False),
        ("(seeds=6)", "", "5", True),
    ],
)
def test_a_trial_has_the_seeds_of_its_marker_or_of_the_settings(
    pytester: pytest.Pytester,
    start: Started,
    say: Path,
    monkeypatch: pytest.MonkeyPatch,
    marker: str,
    text: str,
    variable: str,
    passes: bool,
) -> None:
    say.write_text(text)
    monkeypatch.setenv("LYDITE_SWEEP_SEEDS", variable)
    pytester.makepyfile(TRIAL.format(marker=marker, below=5))

    start("--lydite-no-shrink").assert_outcomes(passed=int(passes), failed=int(not passes))


def test_what_fails_is_kept_in_the_folder_of_data(
    pytester: pytest.Pytester, start: Started, say: Path
) -> None:
    say.write_text('lydite.data_dir = "data"\nsweep.timeout_s = 60.0\n')
    pytester.makepyfile(TRIAL.format(marker="(seeds=1)", below=0))

    start("--lydite-no-shrink").assert_outcomes(failed=1)

    assert [*pytester.path.glob("data/failures/*.failure.json")]
    assert not (pytester.path / ".lydite").exists()


def test_without_chaos_its_tests_are_left_out(pytester: pytest.Pytester, start: Started, say: Path) -> None:
    say.write_text("chaos.enabled = false\n")
    pytester.makepyfile(CHAOTIC)

    said = start("-rs")

    said.assert_outcomes(passed=1, skipped=1)
    said.stdout.fnmatch_lines(["*chaos.enabled is false (*lydite.toml:1)"])


def test_settings_that_are_wrong_stop_it_with_every_reason(
    pytester: pytest.Pytester, start: Started, say: Path
) -> None:
    say.write_text("swep.seeds = 3\nproperty.case = 1\n")
    pytester.makepyfile(CHAOTIC)

    said = start()

    assert said.ret is pytest.ExitCode.USAGE_ERROR
    said.stderr.fnmatch_lines(["*lydite.toml:1: swep*", "*lydite.toml:2: property.case*"])
