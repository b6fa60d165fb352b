"""`lydite watch` as a real process: files change, and it tells what it runs again. Its own events set the pace."""

import json
import os
import pty
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.terminal import lydite
from tests.runner.projects import write_project

Told = dict[str, Any]

PROJECT = {
    "bank/__init__.py": "",
    "bank/coins.py": "def add(left, right):\n    return left + right\n",
    "tests/test_coins.py": "from bank.coins import add\n\n\ndef test_add():\n    assert add(1, 2) == 3\n",
    "tests/test_other.py": "def test_other():\n    assert True\n",
    "trials.py": (
        "from bank.coins import add\nfrom lydite.harness import trial\n\n\n"
        "@trial\nasync def adds(world):\n    world.always('sum', add(1, 2) == 3)\n"
    ),
}
WRONG = "def add(left, right):\n    return left - right\n"
SLOW = """\
import pathlib
import time


def test_slow():
    try:
        pathlib.Path("begun").touch()
        while not pathlib.Path("enough").exists():
            time.sleep(0.01)
    finally:
        pathlib.Path("taken-down").touch()
"""


def environment() -> dict[str, str]:
    """Plain pytest below it, which starts sooner."""
    return {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONDONTWRITEBYTECODE": "1"}


class Watch:
    """A watch under way, and what it has told."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def events(self, until: Callable[[Told], bool]) -> list[Told]:
        """What it tells, up to the first event that is wanted."""
        assert self.process.stdout is not None
        found = []
        for line in self.process.stdout:
            found.append(json.loads(line))
            assert found[-1].pop("verb") == "watch"
            if until(found[-1]):
                return found
        raise AssertionError(f"it has ended: {found}")

    def idle(self) -> list[Told]:
        """What it tells until it has nothing more to do."""
        return self.events(lambda event: event["event"] == "idle")

    def end(self) -> list[Told]:
        """End it by Ctrl-C; what it still tells."""
        os.kill(self.process.pid, signal.SIGINT)
        out, _ = self.process.communicate(timeout=60)
        assert self.process.returncode == 0
        return [json.loads(line) for line in out.splitlines()]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "watched"
    folder.mkdir()
    write_project(folder, PROJECT)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def watch(home: Path) -> Iterator[Callable[..., Watch]]:
    begun: list[subprocess.Popen[str]] = []

    def begin(*words: str) -> Watch:
        command = [sys.executable, "-c", "from lydite.cli import main; main()", "watch", "--json", *words]
        process = subprocess.Popen(
            command, cwd=home, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        begun.append(process)
        return Watch(process)

    yield begin
    for process in begun:
        process.kill()
        process.communicate()


def write(path: str, text: str) -> None:
    """As an editor does: whole."""
    partial = Path(f"{path}.partial")
    partial.write_text(text)
    partial.replace(path)


def began(events: list[Told]) -> list[tuple[str, list[str]]]:
    return [(event["why"], event["items"]) for event in events if event["event"] == "began"]


def outcomes(events: list[Told]) -> dict[str, str]:
    found: dict[str, str] = {}
    for event in events:
        found |= event.get("outcomes", {})
    return found


def test_everything_runs_once_and_then_what_a_change_concerns_first(watch: Callable[..., Watch]) -> None:
    going = watch("tests")

    first = going.idle()
    write("bank/coins.py", WRONG)
    broken = going.idle()
    write("bank/coins.py", PROJECT["bank/coins.py"])
    mended = going.idle()
    last = going.end()

    assert first[0] == {"event": "ready", "files": 5, "left_out": 0, "tests": 2, "trials": 0}
    assert began(first) == [("other", ["tests/test_coins.py", "tests/test_other.py"])]
    assert set(outcomes(first).values()) == {"passed"}
    assert broken[0] == {"event": "changed", "files": ["bank/coins.py"], "affected": 1}
    assert began(broken) == [("affected", ["tests/test_coins.py"]), ("other", ["tests/test_other.py"])]
    assert outcomes(broken) == {"tests/test_coins.py": "failed", "tests/test_other.py": "passed"}
    output = next("\n".join(event["output"]) for event in broken if event["event"] == "ended")
    assert "assert -1 == 3" in output
    assert broken[-1] == {"event": "idle", "passed": 1, "failed": ["tests/test_coins.py"]}
    assert [why for why, _ in began(mended)] == ["failed last time", "other"]
    assert mended[-1] == {"event": "idle", "passed": 2, "failed": []}
    assert last == [{"verb": "watch", "event": "over"}]


def test_trials_are_swept_where_a_change_reaches_them(watch: Callable[..., Watch]) -> None:
    write_project(Path.cwd(), {"bank/trials.py": PROJECT["trials.py"]})
    going = watch("bank.trials:adds", "--seeds", "2", "--workers", "1")

    first = going.idle()
    write("bank/coins.py", WRONG)
    broken = going.idle()

    assert first[0] == {"event": "ready", "files": 6, "left_out": 0, "tests": 0, "trials": 1}
    assert outcomes(first) == {"bank.trials:adds": "passed"}
    assert began(broken) == [("affected", ["bank.trials:adds"])]
    assert outcomes(broken) == {"bank.trials:adds": "failed"}
    output = next("\n".join(event["output"]) for event in broken if event["event"] == "ended")
    assert "sum: does not hold" in output
    assert "replay: lydite replay .lydite/failures/" in output
    going.end()


def test_without_a_word_tests_and_trials_of_the_folder_are_found(watch: Callable[..., Watch]) -> None:
    going = watch("--seeds", "1", "--workers", "1")

    events = going.idle()

    assert began(events) == [
        ("other", ["tests/test_coins.py", "tests/test_other.py"]),
        ("other", ["trials.py"]),
    ]
    assert events[-1] == {"event": "idle", "passed": 3, "failed": []}
    going.end()


def test_what_failed_last_time_comes_first_the_next_time(watch: Callable[..., Watch]) -> None:
    write("tests/test_other.py", "def test_other():\n    assert False\n")
    before = watch("tests")
    before.idle()
    before.end()

    between = watch("tests/test_coins.py")
    between.idle()
    between.end()
    again = watch("tests").idle()

    assert began(again) == [("failed last time", ["tests/test_other.py"]), ("other", ["tests/test_coins.py"])]


def test_a_change_ends_the_run_under_way_cleanly_and_begins_anew(watch: Callable[..., Watch]) -> None:
    write("tests/test_slow.py", SLOW)
    going = watch("tests/test_slow.py")
    going.events(lambda event: event["event"] == "going" and event["wanted"] == 1)
    assert Path("tests/test_slow.py").exists()
    wait_for(Path("begun"))

    write("tests/test_slow.py", SLOW + "# changed\n")
    stopped = going.events(lambda event: event["event"] == "began")

    assert [event["event"] for event in stopped if event["event"] != "going"] == [
        "stopped",
        "changed",
        "began",
    ]
    assert began(stopped) == [("affected", ["tests/test_slow.py"])]
    assert Path("taken-down").exists()
    Path("enough").touch()
    assert going.idle()[-1]["failed"] == []
    going.end()


def wait_for(path: Path) -> None:
    """Until another process has made it; the limit of the test is the limit."""
    while not path.exists():
        threading.Event().wait(0.01)


def test_nothing_runs_while_a_file_does_not_parse(watch: Callable[..., Watch]) -> None:
    going = watch("tests")
    going.idle()

    write("bank/coins.py", "def add(left, right:\n")
    typing = going.events(lambda event: event["event"] == "waiting")
    write("bank/coins.py", PROJECT["bank/coins.py"])
    done = going.idle()

    assert began(typing) == []
    assert [each["file"] for each in typing[-1]["problems"]] == ["bank/coins.py"]
    assert typing[-1]["problems"][0]["problem"].startswith("line 1: ")
    assert began(done)[0] == ("affected", ["tests/test_coins.py"])
    assert done[-1]["failed"] == []
    going.end()


def test_files_come_and_go(watch: Callable[..., Watch]) -> None:
    going = watch("tests")
    going.idle()

    Path("bank/coins.py").unlink()
    gone = going.idle()
    write("tests/test_new.py", "from bank.coins import add\n\n\ndef test_new():\n    assert add(2, 2) == 4\n")
    write("bank/coins.py", PROJECT["bank/coins.py"])
    come = going.idle()
    while come[-1] != {"event": "idle", "passed": 3, "failed": []}:
        # The two files may have been seen one after the other.
        come += going.idle()
    Path("tests/test_other.py").unlink()
    less = going.idle()

    assert outcomes(gone) == {"tests/test_coins.py": "failed", "tests/test_other.py": "passed"}
    assert outcomes(come)["tests/test_new.py"] == "passed"
    assert less[-1] == {"event": "idle", "passed": 2, "failed": []}
    going.end()


def test_a_branch_switch_is_one_change(watch: Callable[..., Watch], home: Path) -> None:
    write_project(home, {f"bank/part{number}.py": "X = 0\n" for number in range(500)})
    going = watch("tests")
    going.idle()

    write_project(home, {f"bank/part{number}.py": "X = 1\n" for number in range(500)})
    write("bank/coins.py", WRONG)
    events = going.idle()
    while events[-1]["failed"] != ["tests/test_coins.py"]:
        events += going.idle()

    changes = [event for event in events if event["event"] == "changed"]
    assert sum(len(event["files"]) for event in changes) == 501
    # The first look may meet the switch half-way; the rest of it is one change.
    assert len(changes) <= 2
    going.end()


def test_settings_concern_everything(watch: Callable[..., Watch]) -> None:
    going = watch("tests")
    going.idle()

    write("pytest.ini", "[pytest]\naddopts = -k other\n")
    events = going.idle()

    assert events[0] == {"event": "changed", "files": ["pytest.ini"], "affected": 2}
    going.end()


def test_what_is_written_by_the_tests_themselves_starts_nothing(watch: Callable[..., Watch]) -> None:
    write("tests/test_other.py", "def test_other():\n    open('out.json', 'w').write('{}')\n")
    going = watch("tests")
    going.idle()

    write("tests/test_other.py", "def test_other():\n    open('chain.db', 'w').write('x')\n")
    events = going.idle()

    assert [event["files"] for event in events if event["event"] == "changed"] == [["tests/test_other.py"]]
    going.end()


def test_a_subject_is_watched_where_it_is_installed(watch: Callable[..., Watch]) -> None:
    going = watch("counter.everything_quiet", "--seeds", "1", "--workers", "1")

    ready = going.events(lambda event: event["event"] == "ready")[0]
    going.end()

    # Its package lies elsewhere: more is watched than the five files of this folder.
    assert ready["files"] > 10
    assert ready["trials"] == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_what_is_under_way_and_exits_with_0(
    watch: Callable[..., Watch], number: signal.Signals
) -> None:
    write("tests/test_slow.py", SLOW)
    going = watch("tests/test_slow.py")
    wait_for(Path("begun"))

    os.kill(going.process.pid, number)
    out, _ = going.process.communicate(timeout=60)

    assert going.process.returncode == 0
    assert json.loads(out.splitlines()[-1]) == {"verb": "watch", "event": "over"}
    assert Path("taken-down").exists()


def test_in_a_pipe_it_tells_plain_lines(home: Path) -> None:
    command = [sys.executable, "-c", "from lydite.cli import main; main()", "watch", "tests"]
    with subprocess.Popen(
        command, cwd=home, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            if line.startswith("PASSED"):
                break
        os.kill(process.pid, signal.SIGINT)
        rest, _ = process.communicate(timeout=60)

    assert lines[0] == "watching 5 files: 2 files of tests, 0 targets with trials\n"
    assert lines[1].startswith("passed  2 files of tests (other, ")
    assert lines[2] == "PASSED  all 2\n"
    assert rest == "not watched any more\n"


def test_on_a_terminal_ctrl_c_leaves_a_clean_screen(home: Path) -> None:
    write("tests/test_slow.py", SLOW)
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", "from lydite.cli import main; main()", "watch", "tests/test_slow.py"]
    with subprocess.Popen(
        command,
        cwd=home,
        env=environment() | {"TERM": "xterm", "COLUMNS": "100"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    ) as process:
        os.close(theirs)
        wait_for(Path("begun"))
        os.kill(process.pid, signal.SIGINT)
        shown = b""
        while True:
            try:
                part = os.read(ours, 4096)
            except OSError:
                break
            if not part:
                break
            shown += part
    os.close(ours)

    text = shown.decode()
    assert process.returncode == 0
    assert "watching 6 files: 1 file of tests, 0 targets with trials" in text
    assert text.rstrip().endswith("not watched any more")
    assert "Traceback" not in text


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("nowhere",), "there is nothing called 'nowhere' to watch"),
        (("bank",), "there is nothing to run: no file of tests, and none with a trial"),
        (("countr",), "there is nothing called 'countr' to watch"),
    ],
)
@pytest.mark.usefixtures("home")
def test_bad_input_is_one_sentence(words: tuple[str, ...], told: str) -> None:
    said = lydite("watch", *words)

    assert said.code == 2
    assert said.err.startswith(f"lydite: {told}")
