"""`lydite mutants`: what catches each planted bug, after how many seeds, and what is said of survivors."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.terminal import Said, lydite
from tests.runner.projects import write_project

WELL = {
    "well/__init__.py": "",
    "well/law.py": '''\
"""What a well is like, by its seed."""


def dry(seed):
    return True


def deep(seed):
    return True
''',
    "well/idle.py": "DEPTH = 3\n",
    "well/trials.py": '''\
from lydite.harness import trial
from lydite.model import Draws, Fault, Schedule, seconds
from lydite.world import World
from well import law


def storm(draws: Draws) -> Schedule:
    """Two pauses, which do not matter."""
    return Schedule.of(
        Fault(at_ns=seconds(number), kind="process.pause", args={"hosts": "node-1"}, lasting_ns=seconds(1))
        for number in (1, 3)
    )


@trial
async def calm(world: World) -> None:
    """Nothing that a bug could break; it fails by itself with seed 9."""
    world.always("not-nine", world.seed != 9)


@trial(storm=storm)
async def rough(world: World) -> None:
    """A look into the well when the storm is over."""
    world.host("node-1")
    await world.sleep(seconds(5))
    world.always("is-dry", law.dry(world.seed))
    world.always("is-deep", law.deep(world.seed))
''',
    "well/mutants.py": """\
from lydite.harness import Mutant

DRY = "def dry(seed):\\n    return "
DEEP = "def deep(seed):\\n    return "
BOTH = "return {0}\\n\\n\\n" + DEEP + "{0}"


def mutant(name, *, replace=DRY + "True", by, caught_by="is-dry", module="well.law"):
    return Mutant(name=name, module=module, replace=replace, by=by, caught_by=caught_by, story=f"The {name} one.")


MUTANTS = (
    mutant("third", by=DRY + "seed != 2"),
    mutant("both", by=BOTH.format("seed != 1"), replace=BOTH.format("True")),
    mutant("elsewhere", by=DEEP + "seed < 5", replace=DEEP + "True"),
    mutant("harmless", by=DRY + "1"),
    mutant("blamed", by=DRY + "1", caught_by="not-nine"),
    mutant("idle", by="DEPTH = 4", replace="DEPTH = 3", module="well.idle"),
    mutant("unfit", by="", replace="no such text"),
)
""",
}


@pytest.fixture(autouse=True)
def well(project: Path) -> None:
    """A well with one kind of mutant for each way to survive."""
    write_project(project, WELL)


def hunted(*names: str, seeds: int = 9, words: tuple[str, ...] = ()) -> Said:
    """Hunt some mutants of the well."""
    only = [word for name in names for word in ("--only", name)]
    return lydite("mutants", "well.trials", "--seeds", str(seeds), "--workers", "1", *only, *words)


def row_of(said: Said, name: str) -> list[str]:
    """The cells of a mutant's row."""
    rows = [line.split() for line in said.out.splitlines() if line.startswith(f"{name} ")]
    assert len(rows) == 1, said.out
    return rows[0]


def test_a_caught_mutant_has_a_row_with_check_trial_seeds_and_size() -> None:
    said = hunted("third")

    lines = said.out.splitlines()
    assert said.code == 0
    assert lines[0].split() == ["mutant", "seeds", "faults", "replays", "time", "trial", "caught", "by"]
    name, seeds, before, arrow, after, *_, trial, check = row_of(said, "third")
    assert (name, seeds, before, arrow, after) == ("third", "3", "2", "->", "0")
    assert (trial, check) == ("rough", "is-dry")
    assert lines[-1].startswith("CAUGHT  well.trials: 1 of 1 planted bug caught, each within 3 seeds; ")


@pytest.mark.parametrize(("first", "needed"), [(0, 3), (1, 2), (2, 1)])
def test_seeds_are_counted_from_the_first_one_and_from_one(first: int, needed: int) -> None:
    said = hunted("third", words=("--first", str(first), "--no-shrink", "--json"))

    (mutant,) = said.json["mutants"]
    assert (mutant["seed"], mutant["seeds"]) == (2, needed)


def test_a_bug_is_missed_by_one_seed_too_few() -> None:
    enough, too_few = (hunted("third", seeds=seeds, words=("--no-shrink",)) for seeds in (3, 2))

    assert (enough.code, too_few.code) == (0, 1)
    assert "is-dry did not catch it in 4 runs" in too_few.out


SURVIVORS = {
    "elsewhere": ("others", "is-deep failed in 4 of them, but is not what the mutant names", "`caught_by`"),
    "harmless": ("missed", "is-dry did not catch it in 18 runs", "try more seeds"),
    "idle": ("idle", "the mutant idle was never in force", "name a module that"),
    "unfit": ("idle", "replaces a text that occurs once, found 0 times", "write the replaced text anew"),
}


def test_survivors_are_named_with_what_to_do_and_fail_the_command() -> None:
    said = hunted("third", *SURVIVORS)

    assert said.code == 1
    assert row_of(said, "third")[-1] == "is-dry"
    for name, (_, told, remedy) in SURVIVORS.items():
        assert row_of(said, name)[-1] == "SURVIVED"
        story = said.out.partition(f"SURVIVED  {name}: The {name} one.\n")[2].partition("\n\n")[0]
        assert told in story
        assert remedy in story
    names = ", ".join(SURVIVORS)
    summary = f"SURVIVED  well.trials: 1 of 5 planted bugs caught, {names} survived; "
    assert said.out.splitlines()[-1].startswith(summary)


def test_survivors_stand_in_the_json_with_their_fate() -> None:
    said = hunted("third", *SURVIVORS, words=("--json",))

    assert said.code == said.json["exit_code"] == 1
    assert said.json["verdict"] == "VIOLATED"
    assert said.json["survivors"] == list(SURVIVORS)
    third, *others = said.json["mutants"]
    assert (third["caught"], third["fate"]) == (True, "caught")
    assert {each["name"]: each["fate"] for each in others} == {
        name: fate for name, (fate, _, _) in SURVIVORS.items()
    }
    assert not any(each["caught"] for each in others)


def test_a_check_that_fails_without_the_bug_has_not_caught_it() -> None:
    said = hunted("blamed", seeds=10, words=("--no-shrink",))

    assert said.code == 1
    assert row_of(said, "blamed")[-1] == "SURVIVED"
    assert "not-nine fails in the same run of the honest program" in said.out
    assert "lydite prove" in said.out


def test_what_fell_over_it_by_the_way_is_told() -> None:
    said = hunted("both", words=("--no-shrink",))
    plain = hunted("both", words=("--no-shrink", "--json"))

    assert said.code == 0
    assert "  failed as well: is-deep (1 run)" in said.out.splitlines()
    assert plain.json["mutants"][0]["others"] == {"is-deep": 1}


def test_the_json_has_its_stable_keys() -> None:
    said = hunted("third", "unfit", words=("--json",))

    assert (said.json["verb"], said.json["target"]) == ("mutants", "well.trials")
    caught, unfit = said.json["mutants"]
    assert set(caught) == set(unfit)
    assert (caught["label"], caught["runs"], caught["error"]) == ("well.rough", 6, None)
    assert caught["shrunk"]["faults"] == {"before": 2, "after": 0}
    assert Path(caught["failure_file"]).is_file()
    assert unfit["error"]["error"] == "MutantDoesNotFit"
    assert unfit["shrunk"] is None


def test_without_a_shrink_only_the_faults_of_the_failure_are_told() -> None:
    said = hunted("third", words=("--no-shrink",))
    plain = hunted("third", words=("--no-shrink", "--json"))

    assert row_of(said, "third")[:3] == ["third", "3", "2"]
    assert "->" not in said.out
    assert plain.json["mutants"][0]["shrunk"] is None


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["shop.py"], "lydite: shop.py has no planted bugs; put a list MUTANTS"),
        (["conter"], "there is no target 'conter'"),
        (
            ["well.trials", "--only", "thurd"],
            "well.trials has no mutant thurd (--only); thurd: did you mean third?",
        ),
        (
            ["well.trials", "--only", "third", "--only", "x"],
            "has no mutant x (--only); x: known: third, both",
        ),
        (["well.trials", "--seeds", "0"], "Invalid value for '--seeds'"),
        (["well.trials", "--first", str(2**64 - 1)], "a seed is below 2**64"),
    ],
)
def test_bad_input_is_told_and_nothing_is_run(words: list[str], told: str) -> None:
    said = lydite("mutants", *words)

    assert said.code == 2
    assert told in said.err
    assert said.out == ""


def test_an_interrupted_hunt_tells_what_was_found_until_then() -> None:
    words = ["mutants", "well.trials", "--seeds", "1000000", "--workers", "1", "--only", "third"]
    with subprocess.Popen(
        [sys.executable, "-c", "from lydite.cli import main; main()", *words, "--only", "harmless"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as hunt:
        assert hunt.stderr is not None
        # A line of progress comes every few seconds.
        while "harmless: " not in hunt.stderr.readline():
            assert hunt.poll() is None
        os.kill(hunt.pid, signal.SIGINT)
        out, err = hunt.communicate(timeout=60)

    assert hunt.returncode == 130, err
    assert out.splitlines()[1].startswith("third ")
    assert out.splitlines()[-1].startswith("INTERRUPTED  well.trials: so far 1 of 2 planted bugs caught")
