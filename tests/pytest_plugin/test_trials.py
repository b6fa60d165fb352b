"""A marked test is a trial: swept, shrunk, told as an example, and run again first."""

import re
import shlex
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.pytest_plugin.conftest import Started

pytest_plugins = ["pytester"]

LYDITE = Path(sys.executable).with_name("lydite")

COUNTING = """
import pytest
from lydite.model import Fault, Schedule, seconds

def storm(draws):
    kinds = (
        ("network.cut", {"left": ["node-1"], "right": ["node-2"]}),
        ("clock.drift", {"hosts": ["node-1"], "rate": 0.6}),
    )
    chosen = [draws.choice(kinds) for _ in range(8)]
    return Schedule.of(
        Fault(at_ns=draws.between(seconds(1), seconds(4)), kind=kind, args=args, lasting_ns=seconds(1))
        for kind, args in chosen
    )

@pytest.mark.lydite(seeds=12, storm=storm)
async def test_never_cut(world):
    '''Looks five times whether the two are apart.'''
    world.host("node-1")
    world.host("node-2")
    for _ in range(5):
        await world.sleep(seconds(1))
        cut = any("network.cut" in each for each in world.bent)
        world.always("together", not cut or LIMIT > world.seed, seed=world.seed)

LIMIT = 4

def test_plain():
    assert True
"""


def replay_command(printed: str) -> list[str]:
    """The command that a failure names, as this interpreter runs it."""
    found = re.findall(r"^replay: (?:PYTHONPATH=\S+ )?lydite (replay .*?)  # seed", printed, re.MULTILINE)
    assert len(found) >= 2
    assert len(set(found)) == 1
    return [str(LYDITE), *shlex.split(found[0])]


def test_a_trial_that_holds_passes_and_nothing_is_printed_that_pytest_would_not(
    pytester: pytest.Pytester, start: Started
) -> None:
    pytester.makepyfile(COUNTING.replace("LIMIT = 4", "LIMIT = 99"))

    done = start("-q")

    done.assert_outcomes(passed=2)
    dots, count = filter(None, done.outlines)
    assert re.fullmatch(r"\.\. +\[100%\]", dots)
    assert re.fullmatch(r"2 passed in .*s", count)
    assert done.errlines == []
    assert not Path(".lydite").exists()


def test_a_failing_seed_is_told_as_an_example_that_can_be_replayed(
    pytester: pytest.Pytester, start: Started
) -> None:
    pytester.makepyfile(COUNTING)

    done = start("-q", "--junitxml=junit.xml")

    done.assert_outcomes(passed=1, failed=1)
    printed = done.stdout.str()
    seed = re.search(r"^VIOLATED with seed (\d+): together: does not hold$", printed, re.MULTILINE)
    assert seed is not None
    assert re.search(
        r"^Found by run \d+ of 12; shrunk from 8 faults to 1 in \d+ replays\.$", printed, re.MULTILINE
    )
    assert f"seed={seed[1]}" in printed
    assert len(re.findall(r"network\.cut left=", printed)) == 1
    assert "clock.drift" not in printed
    assert "Traceback" not in printed
    (failure,) = ET.parse("junit.xml").iter("failure")
    assert f"VIOLATED with seed {seed[1]}" in str(failure.get("message"))
    again = subprocess.run(
        replay_command(printed), capture_output=True, text=True, check=False, cwd=pytester.path
    )
    assert again.returncode == 1, again.stdout + again.stderr
    assert "reproduced: the same run" in again.stdout


@pytest.mark.parametrize("machine", ["CI", "terminal"])
def test_the_summary_of_a_failure_is_one_line_with_the_check_and_the_seed(
    pytester: pytest.Pytester, start: Started, monkeypatch: pytest.MonkeyPatch, machine: str
) -> None:
    pytester.makepyfile(test_it=COUNTING)
    for name in ("CI", "BUILD_NUMBER"):
        monkeypatch.delenv(name, raising=False)
    if machine == "CI":
        monkeypatch.setenv("CI", "true")

    done = start("-q", "--lydite-no-shrink")

    summary = done.stdout.str().rpartition("short test summary")[2].splitlines()[1:-1]
    (line,) = summary
    assert re.fullmatch(
        r"FAILED test_it\.py::test_never_cut - VIOLATED with seed \d+: together: does not hold", line
    )


def test_what_failed_before_is_run_first_and_passes_when_it_is_mended(
    pytester: pytest.Pytester, start: Started
) -> None:
    path = pytester.makepyfile(COUNTING)
    start("-q").assert_outcomes(passed=1, failed=1)

    second = start("-q")
    again = start("-q", "--lydite-seeds=2", "--lydite-first-seed=0")
    path.write_text(COUNTING.replace("LIMIT = 4", "LIMIT = 99"))
    mended = start("-q")
    whole = next(Path(".lydite/failures").glob("*shrunk*"))
    whole.write_text(whole.read_text()[:100])
    damaged = start("-q", "-W", "default")

    for done in (second, again):
        done.assert_outcomes(passed=1, failed=1)
        done.stdout.fnmatch_lines(["Found by a stored failure, which is run first."])
    mended.assert_outcomes(passed=2)
    damaged.assert_outcomes(passed=2, warnings=1)
    damaged.stdout.fnmatch_lines(["*a stored failure is left out: *damaged or cut short*"])


def test_options_go_before_the_marker(pytester: pytest.Pytester, start: Started) -> None:
    pytester.makepyfile(COUNTING)

    few = start("-q", "--lydite-seeds=4")
    late = start(
        "-q", "--lydite-first-seed=1000", "--lydite-no-shrink", "--lydite-out=kept", "--lydite-workers=1"
    )

    few.assert_outcomes(passed=2)
    late.assert_outcomes(passed=1, failed=1)
    late.stdout.re_match_lines(
        [r"VIOLATED with seed 10\d\d: together", r"Found by run \d+ of 12\.", r"  its faults:"]
    )
    (kept,) = Path("kept").iterdir()
    assert re.fullmatch(r"test_\w+\.test_never_cut-10\d\d\.failure\.json", kept.name)
    assert not Path(".lydite").exists()


@pytest.mark.parametrize("option", ["--lydite-seeds=0", "--lydite-first-seed=-1", "--lydite-workers=many"])
def test_an_option_that_is_no_number_is_refused(start: Started, option: str) -> None:
    done = start(option)

    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines([f"*{option.partition('=')[0]}: expected a number from *found*"])


def test_a_trial_that_proves_nothing_does_not_pass(pytester: pytest.Pytester, start: Started) -> None:
    pytester.makepyfile(
        """
        import pytest
        pytestmark = pytest.mark.lydite(seeds=3)

        async def test_silent(world):
            await world.sleep(1)

        async def test_never(world):
            world.sometimes("luck", world.seed > 10)

        @pytest.mark.lydite(seeds=12)
        async def test_at_last(world):
            world.sometimes("luck", world.seed > 10)
        """
    )

    done = start("-q")

    done.assert_outcomes(passed=1, failed=2)
    done.stdout.fnmatch_lines(["UNKNOWN after 3 seeds: *", "*nothing was checked*", "*luck: was never true*"])


def test_faults_of_the_marker_happen_with_every_seed(pytester: pytest.Pytester, start: Started) -> None:
    pytester.makepyfile(
        """
        import pytest
        from lydite.model import Fault, seconds

        CUT = Fault(at_ns=seconds(1), kind="network.cut", args={"left": "a", "right": "b"})

        @pytest.mark.lydite(seeds=3, faults=[CUT], hosts=("a", "b"))
        async def test_cut(world):
            world.host("a")
            world.host("b")
            await world.sleep(seconds(2))
            world.always("cut", bool(world.bent))
        """
    )

    start("-q").assert_outcomes(passed=1)


BAD = {
    "spelling": (
        "@pytest.mark.lydite(seed=3, strom=None)",
        "world",
        ["seed*did you mean seeds?", "strom*did you mean storm?"],
    ),
    "numbers": ("@pytest.mark.lydite(seeds=0)", "world", ["seeds is a whole number from 1, found 0"]),
    "many": ("@pytest.mark.lydite(first=2**64 - 1)", "world", ["a seed is below 2[*][*]64*"]),
    "place": ("@pytest.mark.lydite(200)", "world", ["takes keywords only"]),
    "real": ("@pytest.mark.lydite(world='reel')", "world", ["there is no world 'reel'"]),
    "storm": ("@pytest.mark.lydite(storm=3)", "world", ["a storm is called with draws*found int"]),
    "faults": ("@pytest.mark.lydite(faults=['cut'])", "world", ["faults are a Schedule*"]),
    "hosts": (
        "@pytest.mark.lydite(hosts='lamp')",
        "world",
        ["hosts are a list of names, found a text; write*lamp*"],
    ),
    "both": ("@pytest.mark.lydite(faults=[], storm=print)", "world", ["a storm or faults, not both"]),
    "checks": ("@pytest.mark.lydite(checks=print)", "world", ["checks are a tuple of checks"]),
    "none": ("@pytest.mark.lydite", "", ["takes no world, found nothing; write `async def test_it(world)`"]),
    "other": (
        "@pytest.mark.lydite",
        "tmp_path",
        ["takes no world, found tmp_path; write*(tmp_path, world)`"],
    ),
    "given": (
        "from hypothesis import given, strategies\n@pytest.mark.lydite\n@given(x=strategies.integers())",
        "world, x",
        ["Hypothesis has it already; *leave @given out*"],
    ),
}


def test_a_marker_that_cannot_be_is_refused_at_collection_with_everything_that_is_wrong(
    pytester: pytest.Pytester, start: Started
) -> None:
    pytester.makepyfile(
        **{
            f"test_{name}": f"import pytest\n\n{marker}\nasync def test_it({takes}):\n    pass\n"
            for name, (marker, takes, _) in BAD.items()
        },
        test_sync="import pytest\n\n@pytest.mark.lydite\ndef test_it(world):\n    pass\n",
    )

    done = start("-q", "--collect-only")

    done.assert_outcomes(errors=len(BAD) + 1)
    printed = done.stdout.str()
    assert "has no attribute" not in printed
    for name, (_, _, complaints) in BAD.items():
        done.stdout.fnmatch_lines([f"test_{name}.py::test_it cannot be run as a trial:"])
        for complaint in complaints:
            done.stdout.fnmatch_lines([f"  - *{complaint}*"])
    assert "it is not async; write `async def test_it(world)`" in printed


def test_trials_run_below_xdist(pytester: pytest.Pytester, start: Started) -> None:
    pytester.makepyfile(COUNTING)

    done = start("-q", "-p", "xdist", "-n", "2", "--junitxml=junit.xml")

    done.assert_outcomes(passed=1, failed=1)
    assert re.search(r"^VIOLATED with seed \d+: together", done.stdout.str(), re.MULTILINE)
    (failure,) = ET.parse("junit.xml").iter("failure")
    assert "VIOLATED with seed" in str(failure.get("message"))


def test_choosing_the_last_failed_the_slowest_and_the_first_failure_works(
    pytester: pytest.Pytester, start: Started
) -> None:
    pytester.makepyfile(COUNTING)
    pytester.makeini("[pytest]\n")
    start("-q", "--durations=1", "-x").stdout.fnmatch_lines(["*s call*::test_never_cut", "*1 failed in*"])

    last = start("-q", "--lf")
    other = start("-q", "-k", "plain")

    last.assert_outcomes(failed=1)
    other.assert_outcomes(passed=1, deselected=1)


def test_trials_are_not_taken_by_a_plugin_that_runs_every_coroutine(
    pytester: pytest.Pytester, start: Started
) -> None:
    pytester.makepyfile(COUNTING + "\nasync def test_other():\n    assert True\n")
    pytester.makeini("[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n")

    done = start("-q", "-p", "asyncio")

    done.assert_outcomes(passed=2, failed=1)
    done.stdout.fnmatch_lines(["VIOLATED with seed *"])


def test_what_the_project_makes_importable_is_so_for_its_trials_and_their_replays(
    pytester: pytest.Pytester, start: Started
) -> None:
    pytester.makeini("[pytest]\npythonpath = src\n")
    pytester.mkdir("src").joinpath("rules.py").write_text("def fine(seed):\n    return seed != 2\n")
    tests = pytester.mkdir("tests")
    tests.joinpath("test_rules.py").write_text(
        "import pytest\nfrom rules import fine\n\n@pytest.mark.lydite\nasync def test_fine(world):\n"
        "    world.always('fine', fine(world.seed))\n"
    )

    done = start("-q")

    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["VIOLATED with seed 2: fine*", "replay: PYTHONPATH=src lydite replay *"])
    command = re.findall(r"^replay: (.*?)  # seed", done.stdout.str(), re.MULTILINE)[-1]
    again = subprocess.run(
        command.replace("lydite", str(LYDITE), 1), shell=True, capture_output=True, text=True, check=False
    )
    assert again.returncode == 1, again.stdout + again.stderr


def test_a_module_that_its_process_cannot_import_is_told_and_no_traceback(
    pytester: pytest.Pytester, start: Started
) -> None:
    pytester.makeconftest(
        "import sys\nfrom types import ModuleType\nsys.modules['ghost'] = ModuleType('ghost')\n"
    )
    pytester.makepyfile("import ghost, pytest\n\n@pytest.mark.lydite\nasync def test_it(world):\n    pass\n")

    done = start("-q")

    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["*cannot be imported: ModuleNotFoundError: No module named 'ghost'*"])
    assert "Traceback" not in done.stdout.str()
