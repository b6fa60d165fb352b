"""The hazard table, row by row: each hazard meets the outcome that it is said to meet.

Every row runs in the gate's three surroundings, in interpreters that bound some names before Lydite came.
"""

import functools
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from lydite.model import Verdict
from lydite.runner import ForkedEngine, Gated, Habitat, Opening, Order, Run, check_determinism
from tests.determinism.hazard import TOLD
from tests.determinism.table import CAUGHT, REFUSED, SAME, TABLE, Outcome

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
PYTHON = Opening(target="tests/determinism/hazards.py", home=str(ROOT))
LIBRARIES = Opening(target="tests/determinism/hazards_of_libraries.py", home=str(ROOT))
ROWS_OF = {
    PYTHON: tuple(row for title, rows in TABLE.items() if title != "Libraries" for row in rows),
    LIBRARIES: TABLE["Libraries"],
}
BOTH = pytest.mark.parametrize("target", [PYTHON, LIBRARIES], ids=["python", "libraries"])
SEED = 42

ELSEWHERE = {
    "HOME": "/elsewhere",
    "USER": "ann",
    "LOGNAME": "ann",
    "LANG": "de_DE.UTF-8",
    "LC_NUMERIC": "de_DE.UTF-8",
    "TZ": "Asia/Tokyo",
    "TMPDIR": "/var/tmp",
    "HTTP_PROXY": "http://proxy:3128",
    "COLUMNS": "41",
}
"""The environment of somebody else."""


@pytest.fixture(scope="module", autouse=True)
def early_references() -> Iterator[None]:
    """Let every interpreter that is started import `early/sitecustomize.py` before anything else."""
    with pytest.MonkeyPatch.context() as patch:
        paths = [str(HERE / "early"), str(ROOT / "src"), os.environ.get("PYTHONPATH", "")]
        patch.setenv("PYTHONPATH", os.pathsep.join(filter(None, paths)))
        yield


def outcome_of(row: Gated) -> Outcome:
    if row.ending is not None:
        assert row.ending.error == "Refused", f"{row.listed.name}: {row.ending}"
        return REFUSED
    told = told_by(row.runs[0])
    assert told["code"] == 0, f"{row.listed.name} failed: {row.runs[0].last_words}"
    return SAME if row.verdict is Verdict.HOLDS else CAUGHT


def told_by(run: Run) -> dict[str, object]:
    """What the program returned."""
    (facts,) = (event.fields["facts"] for event in run.story if event.fields.get("name") == TOLD)
    assert isinstance(facts, dict)
    return facts


@functools.cache
def none_moves() -> bool:
    """Does this build of Python lie at another address each time it is started?"""
    command = [sys.executable, "-c", "print(hash(None))"]
    return len({subprocess.check_output(command) for _ in range(3)}) > 1


@BOTH
def test_every_hazard_meets_its_outcome(target: Opening) -> None:
    expected = {row.name: row.expected for row in ROWS_OF[target]}
    if "hash_of_none" in expected and not none_moves():
        expected["hash_of_none"] = SAME

    gated = {each.listed.name: each for each in check_determinism(target, [SEED])}

    assert {name: outcome_of(each) for name, each in gated.items()} == expected
    for name, outcome in expected.items():
        if outcome is REFUSED:
            it_names_host_program_and_line(gated[name])
        if outcome is CAUGHT:
            it_shows_where_the_traces_part(gated[name])


def it_names_host_program_and_line(refused: Gated) -> None:
    name, ending = refused.listed.name, refused.ending
    assert ending is not None
    assert "program on node-1" in ending.message, name
    assert "/tests/determinism/hazards_of_" in ending.where, name
    assert ending.where.endswith(f" in {name}"), name
    assert ending.remedy, name


def it_shows_where_the_traces_part(caught: Gated) -> None:
    name, found = caught.listed.name, caught.difference
    assert found is not None, name
    assert found.left is not None, name
    assert found.right is not None, name
    # Nothing differs before the record in which the program tells what it found.
    assert (found.left.fields["name"], found.right.fields["name"]) == (TOLD, TOLD), name
    assert found.left.fields["facts"] != found.right.fields["facts"], name
    assert f"The traces part at record {found.number}." in found.describe(), name
    assert "≠ facts" in found.describe(), name


@BOTH
def test_nothing_of_this_machine_shows_even_where_it_is_the_same_every_time(
    target: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = runs_of(target, Habitat())
    for name, value in ELSEWHERE.items():
        monkeypatch.setenv(name, value)

    elsewhere = runs_of(target, Habitat(folder="/"))

    assert {name: run.result.digest for name, run in elsewhere.items()} == {
        name: run.result.digest for name, run in here.items()
    }


def test_a_program_is_told_of_its_host_and_nothing_of_the_machine() -> None:
    names = ("host_name", "processors", "home_and_user", "environment")

    told: dict[str, Any] = {
        name: told_by(run)["answers"] for name, run in runs_of(PYTHON, Habitat(), names).items()
    }

    assert told["host_name"] == [["node-1"] * 4]
    assert told["processors"] == [[2, 2, 2, [0.0, 0.0, 0.0]]]
    assert told["home_and_user"] == [["/disk", "root", 0, [0]]]
    assert sorted(told["environment"][0]) == [
        *("HOME", "HOSTNAME", "LANG", "LC_ALL", "LOGNAME", "PATH", "PWD", "SHELL", "TMPDIR", "TZ", "USER")
    ]


def runs_of(target: Opening, habitat: Habitat, names: Sequence[str] = ()) -> dict[str, Run]:
    """Each of these hazards, or all that are the same every time, once in an interpreter of that kind."""
    names = names or [row.name for row in ROWS_OF[target] if row.expected is SAME]
    with ForkedEngine(target, habitat=habitat) as engine:
        labels = {listed.name: listed.label for listed in engine.description.trials}
        return {
            name: engine.run(Order(number=0, label=labels[name], seed=SEED, verbose=True)) for name in names
        }
