"""`lydite init`: what it writes, what it says, what it refuses."""

import importlib.util
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from tests.cli.terminal import lydite


def test_a_project_is_begun_and_the_next_commands_are_told(tmp_path: Path) -> None:
    said = lydite("init", "mychain")

    assert said.code == 0
    assert (tmp_path / "mychain/src/mychain/node.py").is_file()
    assert said.out.splitlines() == [
        "mychain: 21 files in mychain. A replicated chain over TCP: blocks, gossip, a store on disk.",
        "  cd mychain",
        "  lydite prove  tests, storms of faults, planted bugs",
        "  pytest        the tests alone",
        "README.md tells what it is and what to change first",
    ]


def test_its_json_has_every_file(tmp_path: Path) -> None:
    told = lydite("init", "new place/mybank", "--template", "service", "--json").json

    assert list(told) == ["verb", "name", "template", "folder", "files", "missing", "next", "exit_code"]
    assert (told["name"], told["template"], told["missing"]) == ("mybank", "service", [])
    assert told["next"] == ["cd 'new place/mybank'", "lydite prove", "pytest"]
    for file in told["files"]:
        assert (tmp_path / "new place/mybank" / file).is_file()


def test_in_the_folder_itself_there_is_nowhere_to_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mychain").mkdir()
    monkeypatch.chdir(tmp_path / "mychain")

    told = lydite("init", ".", "--json").json

    assert told["name"] == "mychain"
    assert told["next"] == ["lydite prove", "pytest"]


def test_what_the_tests_need_and_is_not_here_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.util.find_spec

    def without(name: str, package: str | None = None) -> ModuleSpec | None:
        return None if name in ("hypothesis", "httpx") else real(name, package)

    monkeypatch.setattr(importlib.util, "find_spec", without)
    said = lydite("init", "mybank", "--template", "service")

    assert "  make setup    installs what is not here yet: httpx, hypothesis" in said.out.splitlines()


def test_what_cannot_be_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))

    full = lydite("init", str(tmp_path))
    named = lydite("init", "asyncio", "--json")
    unknown = lydite("init", "mychain", "--template", "chian")

    assert full.code == named.code == unknown.code == 2
    assert named.json["error"]["remedy"] == "for instance my_asyncio"
    assert unknown.err == "lydite: there is no template 'chian' (--template); did you mean chain?\n"
    assert sorted(tmp_path.rglob("*")) == before
