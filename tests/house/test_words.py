"""Words: names that say nothing, and places that exist on one machine only."""

import ast
import re
from pathlib import Path

import pytest

from tests.house.tree import ROOT, Source, documents, files, judge, nodes, sources

EMPTY_NAMES = {"base", "common", "helper", "helpers", "manager", "managers", "misc", "util", "utils"}

EMPTY_CLASS = re.compile(r"(Base|Common|Helper|Helpers|Manager|Util|Utils)$|^Base(?=[A-Z])")

# Homes and mounts of somebody's machine. Written in two parts, so that this file does not break its own rule.
MACHINE_PATH = re.compile(r"(?<![\w.~}/-])/(?:" + r"work|root|opt|mnt|Users|home/(?!ann\b)\w+)" + r"(?:/|\b)")

OUTSIDE = re.compile(r"\.\./" + r"shared\b")

INDEX = re.compile(r"--(?:extra-)?index-url|--find-links|https?://|file:")


def empty_names(path: str, text: str) -> list[str]:
    """Complain about modules and classes whose name would fit anything."""
    complaints = [
        f"{path}: the name `{part}` would fit anything; name it after the one noun it is about"
        for part in Path(path).with_suffix("").parts
        if part.strip("_") in EMPTY_NAMES
    ]
    return complaints + [
        f"{path}:{node.lineno}: the class name `{node.name}` would fit anything; say what it is"
        for node in nodes(text)
        if path.startswith("src/") and isinstance(node, ast.ClassDef) and EMPTY_CLASS.search(node.name)
    ]


def machine_paths(path: str, text: str) -> list[str]:
    """Complain about paths that exist on one machine only, or outside of the repository."""
    return [
        f"{path}:{number}: {found.group()!r} is a place on somebody's machine; use a path of the repository"
        for number, line in enumerate(text.splitlines(), start=1)
        for found in (*MACHINE_PATH.finditer(line), *OUTSIDE.finditer(line))
    ]


def named_indexes(path: str, text: str) -> list[str]:
    """Complain when locked requirements say where to download from: that is the user's own choice."""
    return [
        f"{path}:{number}: names an index ({found.group()}); lock again with `make lock`"
        for number, line in enumerate(text.splitlines(), start=1)
        if (found := INDEX.search(line))
    ]


def house_files() -> list[Source]:
    """Everything written by hand."""
    loose = ["Makefile", "pyproject.toml", ".importlinter", ".gitignore", ".ci/run"]
    return [
        *sources(),
        *documents(),
        *files("*.txt", "requirements"),
        *(Source(name, (ROOT / name).read_text()) for name in loose),
    ]


def test_names_say_what_things_are() -> None:
    judge(empty_names, sources())


def test_no_path_is_of_one_machine() -> None:
    judge(machine_paths, house_files())


def test_locked_requirements_name_no_index() -> None:
    judge(named_indexes, files("*.txt", "requirements"))


def test_every_locked_requirement_has_a_hash() -> None:
    for source in files("*.txt", "requirements"):
        entries = re.split(r"\n(?=\w)", source.text)[1:]
        assert entries
        assert all("--hash=sha256:" in entry for entry in entries), source.path


@pytest.mark.parametrize(
    "path", ["src/lydite/sim/utils.py", "src/lydite/common/ids.py", "src/lydite/sim/_base.py"]
)
def test_an_empty_module_name_is_found(path: str) -> None:
    assert "would fit anything" in empty_names(path, "")[0]


def test_an_empty_class_name_is_found() -> None:
    assert empty_names("src/a.py", "class DiskManager: ...\n")
    assert empty_names("src/a.py", "class BaseWorld: ...\n")
    assert empty_names("src/a.py", "class Database: ...\n") == []


def test_a_machine_path_is_found() -> None:
    planted = "see " + "/ro" + "ot/notes and ../" + "shared/plan"

    assert len(machine_paths("a.md", planted)) == 2
    assert machine_paths("a.md", "on the host, /data/root.db and src/home/x") == []


def test_a_named_index_is_found() -> None:
    assert named_indexes("requirements/dev.txt", "--index-url https://example.org/simple\nrich==1\n")
    assert named_indexes("requirements/dev.txt", "rich==1 \\\n    --hash=sha256:00\n") == []
