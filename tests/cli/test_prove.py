"""`lydite prove`: a campaign from the command line, and what it leaves behind."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lydite.cli.prove import _going
from lydite.model import CampaignResult, from_form
from lydite.runner import Going
from tests.cli.terminal import lydite


@pytest.fixture
def sound() -> None:
    """Only the mutant that is caught is left."""
    mutants = Path("bank/mutants.py")
    text = mutants.read_text()
    mutants.write_text(text[: text.index('    Mutant(\n        name="harmless"')] + ")\n")


def kept(folder: str = "") -> CampaignResult:
    (path,) = Path(folder or ".lydite/campaigns").rglob("result.json")
    return from_form(CampaignResult, json.loads(path.read_text()))


@pytest.mark.usefixtures("sound")
def test_what_holds_is_proven_and_kept() -> None:
    said = lydite("prove", "bank.trials", "--seeds", "4", "--workers", "1")

    lines = said.out.splitlines()
    assert said.code == 0
    assert lines[0] == "proving bank.trials, development: simulation, mutants"
    assert lines[1].startswith("PASSED    simulation, ")
    assert "1 passed, 4 runs; " in lines[1]
    assert "HOLDS  bank.trials holds: 2 cases passed in 2 phases" in lines
    assert lines[-1] == "  again:  lydite prove bank.trials --preset development --seeds 4"
    result = kept()
    assert f"  result.json: .lydite/campaigns/{result.identity}/result.json" in lines
    assert not result.interrupted


@pytest.mark.parametrize(
    ("going", "told"),
    [
        (Going(phase="a", what="tests"), "tests"),
        (Going(phase="a", what="x", wanted=4, seconds=3, left_s=300.0), "0/4, no finding, at most 5 min"),
        (
            Going(phase="a", what="x", done=2, wanted=4, seconds=1, left_s=1.0, failed=1),
            "2/4, 2.0/s, 1 found, 1 s left",
        ),
        (
            Going(phase="a", what="x", done=2, wanted=4_000, seconds=60, left_s=99_999.0),
            "2/4,000, 2.0/min, no finding, 27.8 h left",
        ),
    ],
)
def test_progress_tells_how_far_it_is_and_how_long_it_will_take(going: Going, told: str) -> None:
    assert _going(going) == told


def test_what_survives_is_told_with_the_command_that_shows_it() -> None:
    said = lydite("prove", "bank.trials", "--seeds", "4", "--workers", "1", "--out", "here")

    assert said.code == 1
    assert (
        "  mutants: bank.mutants.harmless: it survived: not-negative did not catch it in 4 runs" in said.out
    )
    assert "    replay: lydite mutants bank.trials --only harmless --seeds 4" in said.out
    assert "  mutants: bank.mutants.does-not-fit: it was not planted: " in said.out
    assert "VIOLATED  bank.trials does not hold: bank.mutants.harmless: it survived" in said.out
    assert "  news:   2 new; no earlier campaign is kept\n" in said.out
    assert kept("here").verdict == "VIOLATED"


@pytest.mark.usefixtures("sound")
def test_a_script_reads_it_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LYDITE_PROPERTY_CASES", "20")
    Path("my.toml").write_text("[gates]\nunit = 99\n")
    Path("my.env").write_text("SHOP=open\n")
    seeds = ("--seeds", "2", "--seed", "7", "--set", "chaos.interval_s=5", "--set", "lydite.jobs=1")
    files = ("--config", "my.toml", "--set", "lydite.environment_file=my.env")
    said = lydite("prove", "bank.trials", *seeds, *files, "--json", "--out", "here")

    assert said.code == said.json["exit_code"] == 0
    assert (said.json["verb"], said.json["target"], said.json["preset"]) == (
        "prove",
        "bank.trials",
        "development",
    )
    assert (said.json["seed"], said.json["verdict"]) == (7, "HOLDS")
    assert said.json["file"] == "here/result.json"
    # What was said for this time only, and bears on what is found, is said again.
    assert said.json["reproduce"] == (
        "lydite prove bank.trials --preset development --seed 7 --seeds 2 "
        "--config my.toml --set lydite.environment_file=my.env --set property.cases=20 --set chaos.interval_s=5.0"
    )
    assert from_form(CampaignResult, said.json["result"]) == kept("here")


def test_a_run_that_ends_badly_is_no_proof() -> None:
    said = lydite("prove", "stuck.py::waits_for_ever", "--seeds", "1")

    assert said.code == 4
    assert "UNKNOWN  stuck.py::waits_for_ever is not decided: the phase simulation broke" in said.out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("bank.trials", "--preset", "quick"), "there is no preset 'quick' of bank.trials"),
        (("nowhere/campaign.toml",), "the campaign cannot be read"),
        (("bank.trials", "--out", "shop.py"), "the file cannot be written"),
    ],
)
def test_what_cannot_be_begun_is_one_sentence(words: tuple[str, ...], told: str) -> None:
    said = lydite("prove", *words)

    assert said.code == 2
    assert said.err.startswith(f"lydite: {told}")


def test_ctrl_c_leaves_a_result_that_is_whole() -> None:
    words = ["prove", "shop.py::echoes", "--seeds", "100000", "--preset", "nightly", "--workers", "1"]
    with subprocess.Popen(
        [sys.executable, "-c", "from lydite.cli import main; main()", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as proving:
        assert proving.stderr is not None
        # The first line of progress comes after some seconds: by then something was done.
        first = proving.stderr.readline()
        os.kill(proving.pid, signal.SIGINT)
        out, err = proving.communicate(timeout=60)

    result = kept()
    assert "no finding" in first
    assert proving.returncode == 130, err
    assert "INTERRUPTED  shop.py::echoes is not decided: the campaign was interrupted" in out
    assert result.interrupted
    assert [phase.outcome for phase in result.phases] == ["broken", "skipped", "skipped"]
    assert result.cases[0].runs > 0


SCALED = """\
from lydite.model import Case, Outcome


class Scaled:
    name = "scaled"
    scale = None

    async def health_check(self):
        return True

    async def initialize(self):
        pass

    async def run_all_tests(self):
        told = f"{self.scale.nodes} {self.scale.chain_size} {self.scale.chaos_interval_s:g}"
        return [Case(name="found", subject="", suite="", outcome=Outcome.PASSED, message=told)]

    async def get_metrics(self):
        return []

    async def shutdown(self):
        pass
"""

SCALES = """\
[mine]

[[mine.phases]]
name = "own"
work = "harness"
targets = ["scaled:Scaled"]
"""


def test_a_harness_finds_the_scale_that_file_variable_and_flag_say(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("scaled.py").write_text(SCALED)
    Path("campaign.toml").write_text(SCALES)
    Path("lydite.toml").write_text("network.nodes = 4\nsync.chain_size = 40\nchaos.interval_s = 4.0\n")
    monkeypatch.setenv("LYDITE_SYNC_CHAIN_SIZE", "50")
    monkeypatch.setenv("LYDITE_CHAOS_INTERVAL_S", "5")

    said = lydite(
        "prove", "campaign.toml", "--preset", "mine", "--set", "chaos.interval_s=6", "--out", "here"
    )

    assert said.code == 0, said.out + said.err
    assert [case.message for case in kept("here").cases] == ["4 50 6"]


LOOKS = """\
import json
from pathlib import Path


def test_there_is_a_result_from_the_beginning():
    (file,) = Path("kept").glob("result.json")
    assert json.loads(file.read_text())["interrupted"] is True
"""


def test_a_campaign_that_dies_in_its_first_phase_has_left_a_result_too() -> None:
    Path("test_looks.py").write_text(LOOKS)
    Path("campaign.toml").write_text(
        '[[quick.phases]]\nname = "looks"\nwork = "pytest"\ntargets = ["test_looks.py"]\n'
    )

    said = lydite("prove", "campaign.toml", "--preset", "quick", "--out", "kept")

    assert said.code == 0, said.out


def test_a_target_that_is_not_there_is_refused_before_anything_is_kept() -> None:
    said = lydite("prove", "nowhere")

    assert said.code == 2
    assert "nowhere" in said.err
    assert not Path(".lydite").exists()
