"""`lydite sweep`."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.cli.terminal import lydite


def test_a_sweep_stops_at_the_first_failure_and_tells_its_story() -> None:
    said = lydite("sweep", "shop.py", "--seeds", "10", "--workers", "1")

    lines = said.out.splitlines()
    assert said.code == 1
    assert lines[0] == lines[-1]
    assert lines[0].startswith("replay: lydite replay .lydite/failures/shop.every_fifth-3.failure.json")
    assert "VIOLATED  shop.py: 8 runs: 7 HOLDS, 0 UNKNOWN, 1 VIOLATED" in said.out


def test_a_sweep_can_collect_and_be_read_by_a_script() -> None:
    said = lydite("sweep", "shop.py::every_fifth", "--seeds", "10", "--collect", "--json", "--out", "found")

    (finding,) = said.json["findings"]
    assert said.code == said.json["exit_code"] == 1
    assert (said.json["runs"], said.json["holds"], said.json["violated"]) == (10, 8, 2)
    assert (said.json["seed"], said.json["verdict"], len(said.json["digest"])) == (3, "VIOLATED", 64)
    assert (finding["check"], finding["seeds"]) == ("not-a-fifth", [3, 8])
    assert finding["failure_files"] == [f"found/shop.every_fifth-{seed}.failure.json" for seed in (3, 8)]


def test_a_sweep_that_holds_says_so() -> None:
    said = lydite("sweep", "shop.py::echoes", "--seeds", "3", "--first", "100")

    assert said.code == 0
    assert "HOLDS  shop.py::echoes: 3 runs: 3 HOLDS, 0 UNKNOWN, 0 VIOLATED" in said.out


IDLE = """\
from lydite.harness import trial
from lydite.model import Draws, Fault, Schedule, seconds
from lydite.world import World


def storm(draws: Draws) -> Schedule:
    crash = Fault(at_ns=seconds(1), kind="process.crash", args={"hosts": "@leader"})
    fills = [Fault(at_ns=seconds(at), kind="disk.fill", args={"hosts": at_host}) for at, at_host in FILLS]
    return Schedule.of([crash, *fills])


FILLS = ((2, "@leader"), (90, "node-1"))


@trial(storm=storm)
async def survives(world: World) -> None:
    world.host("node-1")
    await world.sleep(seconds(9))
    world.always("fine", True)
"""


def test_a_sweep_tells_of_faults_that_never_happened_in_one_line_for_each_kind(project: Path) -> None:
    (project / "idle.py").write_text(IDLE)

    said = lydite("sweep", "idle.py", "--seeds", "4")
    told = lydite("sweep", "idle.py", "--seeds", "4", "--json").json

    lines = said.out.splitlines()
    assert said.code == 0
    assert lines[:2] == [
        "never happened: disk.fill in idle.survives, asked for 8 times: 4 met nobody, 4 were due after the end",
        "never happened: process.crash in idle.survives, asked for 4 times: 4 met nobody",
    ]
    assert lines[2].startswith("HOLDS")
    assert told["idle_faults"] == [
        {"label": "idle.survives", "fault": "disk.fill", "asked": 8, "missed": 4, "late": 4},
        {"label": "idle.survives", "fault": "process.crash", "asked": 4, "missed": 4, "late": 0},
    ]


def test_a_sweep_without_idle_faults_says_nothing_of_them() -> None:
    said = lydite("sweep", "shop.py", "--seeds", "2", "--json")

    assert said.json["idle_faults"] == []


def test_an_interrupted_sweep_keeps_what_was_found(project: Path) -> None:
    words = ["sweep", "shop.py::every_fifth", "--seeds", "1000000", "--collect", "--workers", "1"]
    with subprocess.Popen(
        [sys.executable, "-c", "from lydite.cli import main; main()", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as sweep:
        assert sweep.stderr is not None
        # The first line of progress comes after some seconds: by then there are failures.
        first = sweep.stderr.readline()
        os.kill(sweep.pid, signal.SIGINT)
        out, err = sweep.communicate(timeout=60)

    assert "failed" in first
    assert sweep.returncode == 130, err
    assert "INTERRUPTED" in out
    assert out.splitlines()[0] == out.splitlines()[-1]
    assert Path(".lydite/failures/shop.every_fifth-3.failure.json").is_file()
