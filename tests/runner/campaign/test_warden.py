"""What becomes of a phase whose campaign was killed: its warden ends it, with all that it has started."""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from lydite.runner.campaign.warden import end, guarded
from tests.runner.projects import write_project

LIMIT_S = 120
"""Far longer than anything takes here; a process that stays is there for ever."""

UP = """\
import os
import subprocess
import sys


def bring_up():
    held = os.open("held", os.O_WRONLY)
    os.set_inheritable(held, True)
    subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"], close_fds=False)
    os.write(held, str(os.getpid()).encode())
"""

TESTS = """\
import threading
from pathlib import Path

import pytest

from up import bring_up


@pytest.fixture
def lamp():
    yield
    Path("down.txt").touch()


def test_waits(lamp):
    bring_up()
    threading.Event().wait()
"""

HARNESS = """\
import asyncio
from pathlib import Path

from up import bring_up


class Endless:
    name = "own"

    async def health_check(self):
        return True

    async def initialize(self):
        bring_up()

    async def run_all_tests(self):
        await asyncio.get_running_loop().create_future()

    async def get_metrics(self):
        return []

    async def shutdown(self):
        Path("down.txt").touch()
"""

CAMPAIGN = """\
[[tests.phases]]
name = "tests"
work = "pytest"
targets = ["test_own.py"]

[[harness.phases]]
name = "own"
work = "harness"
targets = ["own:Endless"]
"""


@pytest.fixture
def held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A pipe with a name, which is at its end when nobody is left who holds it."""
    write_project(tmp_path, {"up.py": UP, "test_own.py": TESTS, "own.py": HARNESS, "campaign.toml": CAMPAIGN})
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    os.mkfifo("held")
    reading = os.open("held", os.O_RDONLY | os.O_NONBLOCK)
    yield reading
    os.close(reading)


def heard(reading: int) -> bytes:
    """What comes next on a pipe; nothing at its end."""
    assert select.select([reading], [], [], LIMIT_S)[0], f"nothing was heard for {LIMIT_S} s"
    return os.read(reading, 1_000)


def heard_and_killed(reading: int, group: int) -> bytes:
    """What comes next; nothing stays of a group, whatever that was."""
    try:
        return heard(reading)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)


@pytest.mark.parametrize("preset", ["tests", "harness"])
def test_what_a_killed_campaign_has_started_takes_down_what_it_brought_up_and_ends(
    held: int, preset: str
) -> None:
    prove = "from lydite.cli import main; main()"
    words = [sys.executable, "-P", "-c", prove, "prove", "campaign.toml", "--preset", preset]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as campaign:
        group = int(heard(held))
        campaign.send_signal(signal.SIGKILL)
    left = heard_and_killed(held, group)

    assert left == b""
    assert Path("down.txt").exists()


@pytest.mark.parametrize("program", ["signal.signal(signal.SIGINT, signal.SIG_IGN)", "pass"])
def test_a_process_that_is_asked_to_end_ends_with_all_that_is_left_of_it(held: int, program: str) -> None:
    script = f"import signal, up; {program}; up.bring_up(); signal.pause()"
    with subprocess.Popen([sys.executable, "-c", script], start_new_session=True) as process:
        assert int(heard(held)) == process.pid

        end(process.pid, 0.2)
        left = heard_and_killed(held, process.pid)

    assert left == b""


def test_who_is_guarded_by_somebody_who_lives_is_left_alone() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        with guarded(process.pid):
            pass
        assert process.stdin is not None
        process.stdin.write(b"\n")

    assert process.returncode == 0
