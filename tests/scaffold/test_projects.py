"""A new project works as it is, and finds what is broken in it: by its own tests and by its own campaign."""

import json
import shlex
from pathlib import Path

import pytest

from tests.cli.terminal import lydite as called
from tests.scaffold.projects import NAMES, lydite, new_project, own_tests

SYNC = "            os.fsync(self._file.fileno())\n"
"""Without it the chain confirms what its disk does not have yet."""


def break_node(project: Path, text: str, other: str) -> None:
    """Put another text in the place of one that stands once in the program."""
    node = project / "src" / project.name / "node.py"
    source = node.read_text()
    assert source.count(text) == 1
    node.write_text(source.replace(text, other))


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("template", "which"), [("chain", "chaos"), pytest.param("service", "", marks=pytest.mark.nightly)]
)
def test_it_passes_its_own_tests(template: str, which: str, tmp_path: Path) -> None:
    # The other tests of the chain are a phase of its campaign, below.
    project = new_project(tmp_path, template)

    done = own_tests(project, "--lydite-seeds", "1", "-m", which)

    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout.splitlines()[-1]
    assert "warning" not in done.stdout


@pytest.mark.timeout(600)
def test_its_campaign_holds_and_so_do_the_steps_of_its_workflows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = new_project(tmp_path, "chain")

    done = lydite(project, "prove", "--seeds", "2", "--workers", "1", "--out", "proof", "--json")
    monkeypatch.chdir(project)
    called("new-key", "release.pem")
    steps = (
        "config check lydite.toml",
        "report proof/report.json --github --comment proof/comment.md",
        "gate proof/result.json --partial",
        "sign proof/result.json --partial --key release.pem --out proof/statement.json",
        "history show",
        "history trends",
        "history flaky",
    )
    codes = {step: called(*shlex.split(step)).code for step in steps}

    told = json.loads(done.stdout)
    assert done.returncode == 0, told["sentence"]
    assert told["troubles"] == []
    phases = {phase["name"]: phase for phase in told["result"]["phases"]}
    assert list(phases) == ["tests", "simulation", "mutants"]
    assert {phase["outcome"] for phase in phases.values()} == {"passed"}
    assert {case["suite"] for case in phases["tests"]["cases"]} == {"unit", "property"}
    assert len(phases["mutants"]["cases"]) == 4
    assert set(codes.values()) == {0}, codes
    assert {"report.html", "comment.md", "statement.json"} <= {path.name for path in project.glob("proof/*")}


@pytest.mark.timeout(600)
def test_a_bug_in_the_chain_is_found_and_its_replay_tells_when_it_is_mended(tmp_path: Path) -> None:
    project = new_project(tmp_path, "chain")
    node = project / "src/mychain/node.py"
    sound = node.read_text()
    break_node(project, SYNC, "")

    target = "src/mychain/trials.py::survives_crashes"
    found = lydite(project, "sweep", target, "--seeds", "5", "--workers", "1", "--no-shrink", "--json")
    (finding,) = json.loads(found.stdout)["findings"]
    replay = shlex.split(finding["replay"], comments=True)[1:]
    node.write_text(sound)
    mended = lydite(project, *replay)

    assert (found.returncode, mended.returncode) == (1, 0)
    assert finding["check"] == "nothing-kept-is-lost"
    assert "mychain.node" in mended.stdout


@pytest.mark.nightly
@pytest.mark.timeout(600)
def test_a_bug_in_the_service_is_found_by_its_own_tests(tmp_path: Path) -> None:
    project = new_project(tmp_path, "service")
    break_node(project, "            if new:\n", "            if True:\n")

    test = "tests/test_trials.py::test_no_money_is_lost_when_the_network_falls_apart"
    done = own_tests(project, "--lydite-no-shrink", test)

    assert done.returncode == 1
    assert "no-money-is-made-or-lost" in done.stdout
    assert "replay: PYTHONPATH=src lydite replay .lydite/failures/" in done.stdout


@pytest.mark.nightly
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("template", NAMES)
def test_every_planted_bug_is_found_and_the_honest_program_holds(template: str, tmp_path: Path) -> None:
    project = new_project(tmp_path, template)
    target = f"src/{project.name}/trials.py"

    held = lydite(project, "sweep", target, "--seeds", "100")
    caught = lydite(project, "mutants", target, "--seeds", "100", "--no-shrink")

    assert held.returncode == 0, held.stdout
    assert caught.returncode == 0, caught.stdout
