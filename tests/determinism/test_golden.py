"""Golden digests: the same scenario, seed and schedule give the same digest, today and on every Python.

They change only when the simulated world itself behaves differently. If that was meant, write them anew:

    python -m tests.determinism.digests > tests/determinism/golden.json
"""

import json
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.determinism.digests import ROOT, digests
from tests.determinism.pythons import Python, environment, equip, others

GOLDEN = json.loads(Path(__file__).with_name("golden.json").read_text())

OF_SQLITE = "bank/"
"""What depends on the version of SQLite that a Python was built with: it decides what is written when."""


def expected(sqlite: str) -> dict[str, str]:
    """The golden digests that a Python with this SQLite must give."""
    same = sqlite == GOLDEN["sqlite"]
    return {
        name: digest for name, digest in GOLDEN["digests"].items() if same or not name.startswith(OF_SQLITE)
    }


def unequal(found: dict[str, str], sqlite: str) -> list[str]:
    wanted = expected(sqlite)
    return [name for name, digest in wanted.items() if found.get(name) != digest]


def test_the_digests_are_the_golden_ones() -> None:
    found = digests()

    assert list(found) == list(GOLDEN["digests"])
    assert not unequal(found, sqlite3.sqlite_version), __doc__


@pytest.fixture
def shelf(pytestconfig: pytest.Config, tmp_path: Path) -> Path:
    """What other Pythons need is kept from one time to the next, unless pytest is to keep nothing."""
    cache: pytest.Cache | None = getattr(pytestconfig, "cache", None)
    return tmp_path if cache is None else cache.mkdir("pythons")


@pytest.mark.timeout(300)
def test_every_python_of_this_machine_gives_the_golden_digests(
    shelf: Path, record_property: Callable[[str, object], None]
) -> None:
    running: dict[str, subprocess.Popen[str]] = {}
    missing: list[str] = []
    for python in others():
        try:
            running[python.version] = start(python, equip(python, shelf))
        except OSError as error:
            missing.append(f"{python.version} ({error})")

    found = {version: answer(process) for version, process in running.items()}

    wrong = {version: unequal(each["digests"], each["sqlite"]) for version, each in found.items()}
    assert not any(wrong.values()), f"not the golden digests: {wrong}"
    record_property(
        "said", f"golden digests are equal on Python {', '.join(found) or 'no other than this one'}"
    )
    for version, each in found.items():
        if each["sqlite"] != GOLDEN["sqlite"]:
            record_property("said", f"Python {version} has SQLite {each['sqlite']}: {OF_SQLITE} was left out")
    if missing:
        record_property("said", f"golden digests could not be tried on Python {'; '.join(missing)}")


def start(python: Python, equipment: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [python.program, "-m", "tests.determinism.digests"],
        cwd=ROOT,
        env=environment(equipment),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def answer(process: "subprocess.Popen[str]") -> dict[str, Any]:
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    report: dict[str, Any] = json.loads(out)
    return report
