"""`lydite doctor`: what the machine has and lacks, always with an end."""

import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.cli.terminal import lydite


def test_this_machine_has_all_that_is_required() -> None:
    said = lydite("doctor", "--json")

    told = said.json
    by_name = {each["name"]: each for each in told["probes"]}
    assert said.code == told["exit_code"] == 0
    assert told["well"] is True
    assert by_name["python"]["health"] == "fine"
    assert f"{sys.version_info.major}.{sys.version_info.minor}." in by_name["python"]["found"]
    assert {each["group"] for each in told["probes"]} == {
        "Python",
        "machine",
        "files",
        "tools",
        "privileges",
        "ports",
    }
    assert len(by_name) == len(told["probes"])
    for each in told["probes"]:
        assert list(each) == ["name", "group", "enables", "required", "health", "found", "remedy", "seconds"]
        assert each["enables"]
        assert each["health"] == "fine" or each["remedy"] or each["health"] == "unknown"


def test_what_is_missing_is_told_with_what_it_would_enable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    said = lydite("doctor")

    assert said.code == 0
    lines = said.out.splitlines()
    at = lines.index("  lacking  git: not on the PATH")
    assert lines[at + 1].startswith("           would enable: results that name the commit")
    assert lines[at + 2] == "           remedy: install git (Debian: apt install git)"
    assert lines[-1].startswith("everything that is required is there; ")


def test_a_data_folder_that_cannot_be_written_is_missing_and_required() -> None:
    said = lydite("doctor", "--data-dir", "shop.py/data")

    assert said.code == 1
    assert "  lacking  data folder: " in said.out
    assert "is no folder" in said.out
    assert "needed for: failure files, history and reports" in said.out
    assert said.out.endswith("missing, and required: data folder\n")


def test_the_data_folder_is_that_of_the_settings_and_is_not_made(tmp_path: Path) -> None:
    Path("lydite.toml").write_text('lydite.data_dir = "kept/here"\n')
    before = sorted(tmp_path.rglob("*"))

    told = lydite("doctor", "--json").json

    (folder,) = [each for each in told["probes"] if each["name"] == "data folder"]
    assert folder["found"] == "kept/here can be made"
    assert sorted(tmp_path.rglob("*")) == before


def test_a_program_that_never_answers_holds_up_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # It ignores what asks it to end, and leaves a child that keeps its output open.
    program = tmp_path / "git"
    program.write_text("#!/bin/sh\ntrap '' TERM INT HUP\n/bin/sleep 1000 &\necho $! > child\nwait\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    said = lydite("doctor", "--json")

    (git,) = [each for each in said.json["probes"] if each["name"] == "git"]
    assert said.code == 0
    assert git["health"] == "lacking"
    assert "gave no answer within" in git["found"]
    child = Path("/proc") / (tmp_path / "child").read_text().strip() / "stat"
    # It is killed by now, and gone as soon as the kernel comes to it: the limit of the test is the limit.
    while state_of(child) not in ("", "Z"):
        threading.Event().wait(0.01)


def state_of(stat: Path) -> str:
    """The state of a process; nothing, where there is none any more."""
    try:
        return stat.read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return ""


def test_who_takes_long_is_told_how_far_it_is(tmp_path: Path) -> None:
    program = tmp_path / "git"
    program.write_text("#!/bin/sh\nexec /bin/sleep 1000\n")
    program.chmod(0o755)
    script = "from lydite.cli import main; main()"

    done = subprocess.run(
        [sys.executable, "-c", script, "doctor"],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0
    assert "doctor: " in done.stderr
    assert " probes" in done.stderr


def test_a_port_in_use_is_told_with_its_user() -> None:
    from lydite.doctor import PORTS

    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken = _listen_on_one_of(server, [port.number for port in PORTS])

        said = lydite("doctor")

    assert said.code == 0
    assert f"lacking  port {taken}: used by process " in said.out


def _listen_on_one_of(server: socket.socket, numbers: list[int]) -> int:
    for number in numbers:
        try:
            server.bind(("127.0.0.1", number))
        except OSError:
            continue
        server.listen()
        return number
    raise AssertionError("every port that the documents name is in use")
