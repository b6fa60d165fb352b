"""`lydite shrink`, and what a sweep shrinks by itself."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lydite.model import digest_of
from tests.cli.terminal import lydite
from tests.runner.projects import RING

FILE = ".lydite/failures/ring.ring-0.failure.json"
SMALL = ".lydite/failures/ring.ring-0.shrunk.failure.json"


@pytest.fixture
def failure(project: Path) -> str:
    """The failure file of the ring."""
    (project / "ring.py").write_text(RING)
    assert lydite("run", "ring.py").code == 1
    return FILE


def test_a_failure_is_shrunk_and_told_with_the_replay_first_and_last(failure: str) -> None:
    said = lydite("shrink", failure)

    lines = said.out.splitlines()
    assert said.code == 0
    assert lines[0] == lines[-1]
    assert lines[0].startswith(f"replay: lydite replay {SMALL}  # seed 0")
    assert "SHRUNK  ring.ring, seed 0: from 12 faults to 2 in " in said.out
    assert "nothing more can be taken away" in said.out
    rows = [line.split() for line in lines]
    assert ["before", "after"] in rows
    assert ["faults", "12", "2"] in rows
    assert ["nodes", "4", "2"] in rows
    assert "  stands: does not hold" in said.out
    assert "the faults that it needs:" in said.out
    assert "network.cut left=node-" in said.out
    for path in (SMALL, ".lydite/failures/test_ring_ring_0.py", ".lydite/failures/ring.ring-0.html"):
        assert path in said.out
        assert Path(path).stat().st_size > 500


def test_a_folder_that_cannot_be_is_told_before_anything_is_shrunk(
    failure: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("taken").write_text("a file")
    monkeypatch.setattr("lydite.runner.shrink", None)

    said = lydite("shrink", failure, "--out", "taken")

    assert said.code == 2
    assert "cannot be written" in said.err


def test_the_shrunk_file_is_replayed_and_the_picture_stands_alone(failure: str) -> None:
    lydite("shrink", failure, "--out", "small")

    again = lydite("replay", "small/ring.ring-0.shrunk.failure.json")

    assert again.code == 1
    assert "reproduced: the same run, record by record" in again.out
    picture = Path("small/ring.ring-0.html").read_text()
    assert "<svg" in picture
    assert "ring.ring, seed 0" in picture


def test_the_json_of_a_shrink_has_its_stable_keys(failure: str) -> None:
    said = lydite("shrink", failure, "--json")

    assert said.code == said.json["exit_code"] == 0
    assert (said.json["verb"], said.json["seed"], said.json["verdict"]) == ("shrink", 0, "VIOLATED")
    assert (said.json["kind"], said.json["ended"], said.json["steady"]) == ("stands", "smallest", True)
    assert said.json["faults"] == {"before": 12, "after": 2}
    assert said.json["parts"]["nodes"] == {"before": 4, "after": 2}
    assert len(said.json["schedule"]) == 2
    assert said.json["replay"] == f"lydite replay {SMALL}"
    for key in ("failure_file", "test_file", "picture"):
        assert Path(said.json[key]).is_file()
    assert json.loads(Path(SMALL).read_text())["digest"] == said.json["digest"]


def test_a_small_budget_keeps_the_best_so_far_and_says_so(failure: str) -> None:
    said = lydite("shrink", failure, "--replays", "3")

    assert said.code == 0
    assert "its replays were used up" in said.out
    assert Path(SMALL).is_file()


def test_what_does_not_come_again_is_not_shrunk(failure: str) -> None:
    Path("ring.py").write_text(RING.replace("not (cut and drift)", "True"))

    said = lydite("shrink", failure)
    told = lydite("shrink", failure, "--json")

    assert said.code == told.json["exit_code"] == 3
    assert "NOT REPRODUCED  ring.ring, seed 0: nothing was shrunk" in said.out
    assert "stands was recorded, and nothing fails now" in said.out
    assert "the code has changed since the failure was found: ring" in said.out
    assert said.out.startswith(f"replay: lydite replay {FILE}")
    assert (told.json["reproduced"], told.json["ended"], told.json["failure_file"]) == (
        False,
        "not-reproduced",
        None,
    )
    assert not Path(SMALL).exists()


def test_other_code_that_fails_in_the_same_way_is_shrunk_with_a_word(failure: str) -> None:
    Path("ring.py").write_text(RING + "\n# A comment.\n")

    said = lydite("shrink", failure, "--replays", "5")

    assert said.code == 0
    assert "the code has changed since the failure was found: ring" in said.out


def test_a_missing_a_damaged_and_a_bent_file_are_bad_input(failure: str) -> None:
    missing = lydite("shrink", "nowhere.failure.json")
    text = Path(failure).read_text()
    Path("short.failure.json").write_text(text[:-40])
    damaged = lydite("shrink", "short.failure.json")
    document = json.loads(text)
    document["parts"] = {"nodes": [0]}
    document.pop("checksum")
    Path("bent.failure.json").write_text(json.dumps({**document, "checksum": digest_of(document)}))
    bent = lydite("shrink", "bent.failure.json")
    gone = Path("ring.py").rename("gone.txt")
    target = lydite("shrink", failure)

    assert [said.code for said in (missing, damaged, bent, target)] == [2, 2, 2, 2]
    assert "there is no such failure file" in missing.err
    assert "damaged or cut short" in damaged.err
    assert "'parts' of the failure file is an object of lists of numbers from 1" in bent.err
    assert "there is no file ring.py" in target.err
    assert gone.is_file()


def test_an_interrupted_shrink_keeps_the_best_so_far(failure: str) -> None:
    # Looks that take their time, so that there is time for Ctrl-C.
    slow = RING.replace(
        "        if number in looks:", "        sum(range(3_000_000))\n        if number in looks:"
    )
    Path("ring.py").write_text(slow)
    with subprocess.Popen(
        [sys.executable, "-c", "from lydite.cli import main; main()", "shrink", failure, "--workers", "1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as shrink:
        assert shrink.stderr is not None
        # The first line of progress comes after some seconds: by then there is something smaller.
        first = shrink.stderr.readline()
        os.kill(shrink.pid, signal.SIGINT)
        out, err = shrink.communicate(timeout=60)

    assert "replays, " in first
    assert shrink.returncode == 130, err
    assert "interrupted, so this is the smallest one until then" in out
    assert out.splitlines()[0] == out.splitlines()[-1]
    assert Path(SMALL).is_file()


def test_a_sweep_shrinks_what_it_finds_and_says_where_it_is(project: Path) -> None:
    (project / "ring.py").write_text(RING)

    said = lydite("sweep", "ring.py", "--seeds", "4")

    lines = said.out.splitlines()
    assert said.code == 1
    assert lines[0] == lines[-1]
    assert lines[0].startswith(f"replay: lydite replay {FILE}")
    assert "  shrunk from 12 faults to 2 in " in said.out
    assert f"    replay: lydite replay {SMALL}" in lines
    assert "    pytest file:  .lydite/failures/test_ring_ring_0.py" in lines
    assert "    picture:      .lydite/failures/ring.ring-0.html" in lines


def test_the_json_of_a_sweep_tells_what_was_shrunk(project: Path) -> None:
    (project / "ring.py").write_text(RING)

    shrunk = lydite("sweep", "ring.py", "--seeds", "1", "--json").json["findings"][0]["shrunk"]
    whole = lydite("sweep", "ring.py", "--seeds", "1", "--no-shrink", "--json", "--out", "whole")

    assert shrunk["faults"] == {"before": 12, "after": 2}
    assert shrunk["failure_file"] == SMALL
    assert whole.json["findings"][0]["shrunk"] is None
    assert [path.name for path in Path("whole").iterdir()] == ["ring.ring-0.failure.json"]


def test_a_run_that_fails_tells_how_to_shrink_it(failure: str) -> None:
    said = lydite("run", "ring.py")

    assert f"  shrink: lydite shrink {failure}" in said.out.splitlines()
