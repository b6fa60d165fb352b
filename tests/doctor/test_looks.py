"""What single probes say of machines that are as they are, and of those that are not."""

import os
import resource
import socket
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lydite.doctor import PORTS, Health, libraries, machine, powers, programs
from lydite.doctor.ports import port
from lydite.doctor.programs import Tool
from tests.house.tree import ROOT


@pytest.mark.parametrize(
    ("script", "health", "found"),
    [
        ("echo 'tool 1.2.3'", Health.FINE, "tool 1.2.3 ("),
        ("echo 'warning: odd' >&2; echo 'tool 1.2'", Health.FINE, "tool 1.2 ("),
        ("echo 'tool 1.2' >&2", Health.FINE, "tool 1.2 ("),
        ("true", Health.FINE, "no version told ("),
        ("echo 'no daemon' >&2; exit 7", Health.LACKING, "ended with 7: no daemon"),
        ("exit 7", Health.LACKING, "ended with 7: without a word"),
        ("printf 'tool \\033[31m1.2'", Health.FINE, "tool ?[31m1.2 ("),
        ("yes | head -c 500000 | tr -d '\\n'", Health.FINE, "yyyy"),
    ],
)
def test_a_program_is_there_when_it_answers(
    script: str, health: Health, found: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "tool"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)

    answer = programs.tool(Tool(name="tool", enables="a test", remedy="install it"))

    assert answer.health is health
    assert found in answer.found
    assert len(answer.found) < 300
    assert (answer.remedy == "install it") is (health is Health.LACKING)


def test_a_program_that_cannot_be_started_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "tool"
    program.write_bytes(b"\0\1\2")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    answer = programs.tool(Tool(name="tool", enables="a test", remedy="install it"))

    assert answer.health is Health.LACKING
    assert "cannot be started: exec format error" in answer.found


def test_every_tool_says_what_it_enables_and_how_to_get_it() -> None:
    for each in programs.TOOLS:
        assert each.enables
        assert each.remedy


def test_every_extra_of_the_project_says_what_it_is_good_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    everything = {"dev"}

    assert {*project["optional-dependencies"]} - everything == {*libraries.EXTRAS}


def test_libraries_are_compared_with_what_the_package_wants() -> None:
    wanted = ["rich>=13.7", 'a[b]>=1.0,<2; extra == "x"', 'lydite[y]; extra == "x"', "c; extra == 'y'"]

    assert libraries.wanted(wanted, "x") == {"a": "1.0", "c": ""}
    assert libraries.wanted(wanted, "") == {"rich": "13.7"}
    assert libraries.wanted(['lydite[x]; extra == "x"', 'd; extra == "x"'], "x") == {"d": ""}
    assert libraries.older("1.2", "1.10")
    assert not libraries.older("2.0", "2")
    assert libraries.core().health is Health.FINE
    assert libraries.extra("of-nobody").health is Health.UNKNOWN


@pytest.mark.parametrize(("kilobytes", "health"), [(100_000, Health.LACKING), (8_000_000, Health.FINE)])
def test_little_memory_is_told(kilobytes: int, health: Health, tmp_path: Path) -> None:
    meminfo = tmp_path / "meminfo"
    meminfo.write_text(f"MemTotal: 16000000 kB\nMemAvailable: {kilobytes} kB\n")

    assert machine.memory(meminfo, ()).health is health
    assert machine.memory_at_all(meminfo).health is health


def test_a_limit_on_memory_counts_as_the_machine_does(tmp_path: Path) -> None:
    meminfo, limit = tmp_path / "meminfo", tmp_path / "memory.max"
    meminfo.write_text("MemAvailable: 8000000 kB\n")

    limit.write_text("1000000000\n")
    bounded = machine.memory(meminfo, (limit,))
    limit.write_text("max\n")
    free = machine.memory(meminfo, (limit,))

    assert (bounded.health, free.health) == (Health.LACKING, Health.FINE)
    assert machine.memory(tmp_path / "gone", ()).health is Health.UNKNOWN


@contextmanager
def limited(what: int, soft: int) -> Iterator[None]:
    before = resource.getrlimit(what)
    resource.setrlimit(what, (soft, before[1]))
    yield
    resource.setrlimit(what, before)


def test_few_open_files_are_told_with_the_command_that_allows_more() -> None:
    with limited(resource.RLIMIT_NOFILE, 256):
        answer = machine.open_files()

    assert (answer.health, answer.found) == (Health.LACKING, "256")
    assert answer.remedy.startswith("ulimit -n 4096")


def test_time_goes_forward_here() -> None:
    assert machine.clock().health is Health.FINE


def test_a_data_folder_is_tried_and_left_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    assert machine.data_dir(tmp_path).found == f"{tmp_path} can be written"
    assert machine.data_dir(tmp_path / "a/b").found.endswith("can be made")
    assert machine.data_dir(tmp_path / "file/a").health is Health.LACKING
    assert machine.data_dir(Path("/proc/lydite")).health is Health.LACKING
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(
    ("family", "address"),
    [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::1")],
)
def test_a_port_is_free_or_somebody_has_it(family: socket.AddressFamily, address: str) -> None:
    with socket.socket(family) as server:
        server.bind((address, 0))
        number = server.getsockname()[1]
        server.listen()
        taken = port(number)

    assert taken.health is Health.LACKING
    assert f"process {os.getpid()} (" in taken.found
    assert port(number).health is Health.FINE


def test_every_port_is_named_once() -> None:
    assert len({each.number for each in PORTS}) == len(PORTS)


def test_cgroups_are_tried_by_making_one(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.write_text("0::/mine\n")
    root = tmp_path / "cgroup"
    root.mkdir()

    old = powers.cgroups(root, own)
    (root / "cgroup.controllers").touch()
    refused = powers.cgroups(root, own)
    (root / "mine").mkdir()
    made = powers.cgroups(root, own)

    assert old.found == "no cgroups of version 2"
    assert refused.found == "no group can be made: no such file or directory"
    assert made.health is Health.FINE
    assert list((root / "mine").iterdir()) == []
