"""The other verbs, and the command line as a whole."""

import ast
import subprocess
import sys
from collections import Counter

import lydite as package
from tests.cli.terminal import lydite
from tests.house.tree import parsed, sources


def test_determinism_holds_or_is_violated_with_the_first_difference() -> None:
    good = lydite("check-determinism", "restless.py:sorted_walk", "--", "--to", "me")
    bad = lydite("check-determinism", "restless.py:walks_a_set")
    told = lydite("check-determinism", "shop.py::echoes", "--json")

    assert good.code == 0
    assert "HOLDS  restless.sorted_walk  seed 0: equal in 3 surroundings" in good.out
    assert bad.code == 1
    assert "the traces differ" in bad.out
    assert "sort before you walk" in bad.out
    assert told.json["verdict"] == "HOLDS"
    assert len(set(told.json["trials"][0]["digests"].values())) == 1


def test_a_program_that_dies_at_once_is_unknown() -> None:
    said = lydite("check-determinism", "restless.py:dies_at_once")

    assert said.code == 3
    assert "RuntimeError: no configuration" in said.out


def test_subjects_are_listed_with_trials_and_mutants() -> None:
    subjects = lydite("list")
    bank = lydite("list", "bank.trials", "--json")

    assert "counter" in subjects.out
    (listed,) = bank.json["targets"]
    assert listed["trials"][0]["target"] == "bank.trials:never_overdrawn"
    assert [mutant["name"] for mutant in listed["mutants"]] == ["no-check", "harmless", "does-not-fit"]


def test_the_version_is_told() -> None:
    assert lydite("version").out.startswith(f"lydite {package.__version__} on Python ")
    assert lydite("version", "--json").json["trace_version"] == 1


def test_without_a_verb_there_is_help() -> None:
    said = lydite("--help")

    assert said.code == 0
    for verb in ("run", "sweep", "replay", "check-determinism", "prove", "trace", "list", "version"):
        assert f"  {verb} " in said.out


def test_what_several_verbs_take_is_worded_once() -> None:
    helps = Counter(
        word.value.value
        for source in sources("src/lydite/cli")
        for node in ast.walk(parsed(source.text))
        if isinstance(node, ast.Call)
        for word in node.keywords
        if word.arg == "help" and isinstance(word.value, ast.Constant) and isinstance(word.value.value, str)
    )

    assert len(helps) > 50
    assert [text for text, count in helps.items() if count > 1] == []


def test_the_command_line_loads_neither_simulator_nor_rich_until_it_needs_them() -> None:
    loaded = _loaded("import lydite.cli")

    assert not {"lydite.sim", "lydite.runner", "rich"} & loaded


def test_a_verb_that_runs_a_target_loads_nothing_of_it_and_reads_its_options_itself() -> None:
    start = "from lydite.cli import main; sys.argv = ['lydite', 'version', '--json']; main()"
    runs = "from lydite.runner import ForkedEngine, run_seed"

    loaded = _loaded(f"import contextlib\nwith contextlib.suppress(SystemExit): {start}\n{runs}")

    assert "lydite.runner.engines" in loaded
    assert not {"pydantic", "lydite.faults", "lydite.sim", "lydite.checks", "rich"} & loaded


def _loaded(script: str) -> set[str]:
    """What a fresh interpreter has loaded after a script."""
    command = [sys.executable, "-c", f"import sys\n{script}\nprint(*sys.modules)"]
    return set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())


def test_a_reader_who_leaves_early_is_no_error() -> None:
    script = "from lydite.cli import main; main()"
    command = f"{sys.executable} -c '{script}' run shop.py::echoes --json | head -n 1"

    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True)

    assert done.stdout == "{\n"
    assert "Traceback" not in done.stderr
