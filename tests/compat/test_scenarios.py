"""What runs unmodified: each scenario holds, and leaves the same trace wherever it is played.

Two interpreters play all scenarios, each one in a child of its own, under different hash seeds, from
different working directories and with differently filled heaps. The tests below read what they wrote.
"""

import fcntl
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.compat.stage import SCENARIOS, names

ROOT = SCENARIOS.parents[2]
SECONDS_MAX = 280
VARIANTS = (("1", "0"), ("2", "10001"))
"""Hash seed and heap of each interpreter; the working directory is always its own."""

Report = dict[str, dict[str, object]]


@pytest.fixture(scope="session")
def reports(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> list[Report]:
    """What each interpreter wrote. Parallel test workers share one playing."""
    folder = tmp_path_factory.getbasetemp()
    shared = (folder if worker_id == "master" else folder.parent) / "compat"
    shared.mkdir(exist_ok=True)
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        files = [shared / f"report-{number}.json" for number in range(len(VARIANTS))]
        if not all(file.exists() for file in files):
            _play(shared, files)
    return [json.loads(file.read_text()) for file in files]


def _play(shared: Path, files: list[Path]) -> None:
    running = []
    for file, (hash_seed, heap) in zip(files, VARIANTS, strict=True):
        folder = shared / f"here-{hash_seed}"
        folder.mkdir(exist_ok=True)
        environment = {
            **os.environ,
            "PYTHONHASHSEED": hash_seed,
            "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
            "PYTHONDONTWRITEBYTECODE": "1",
            "TZ": "UTC",
        }
        command = [sys.executable, "-m", "tests.compat.stage", str(file), heap]
        running.append(
            subprocess.Popen(
                command,
                cwd=folder,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        )
    for process in running:
        output, _ = process.communicate(timeout=SECONDS_MAX)
        assert process.returncode == 0, output


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", names())
def test_the_scenario_holds_and_its_trace_is_the_same_everywhere(name: str, reports: list[Report]) -> None:
    played = [report[name] for report in reports]

    for one in played:
        assert not one["error"], one["error"]
    assert len({one["digest"] for one in played}) == 1, "the trace depends on hash seed, heap or folder"
    assert all(one["records"] for one in played)


def test_the_page_on_compatibility_names_every_set_of_scenarios() -> None:
    page = (ROOT / "docs/reference/compatibility.md").read_text()

    for path in SCENARIOS.glob("*.py"):
        assert f"(../../tests/compat/scenarios/{path.name})" in page, f"docs know nothing of {path.name}"
