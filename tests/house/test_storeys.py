"""The contracts of `.importlinter` bite: one wrong import at a time, and the contract that must break.

`make lint` runs the contracts on the real house.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import ROOT


def lint_imports(house: Path) -> str:
    """What import-linter says of the house built below a folder."""
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [program, "--no-logo", "--no-cache"],
        cwd=house,
        env={**os.environ, "PYTHONPATH": str(house / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """The rooms of the real house, all of them empty, with two subjects."""
    contracts = (ROOT / ".importlinter").read_text()
    (tmp_path / ".importlinter").write_text(contracts)
    layers = re.findall(r"\w+", contracts.partition("layers =")[2].partition("exhaustive")[0])
    rooms = [f"lydite/{package}" for package in layers]
    for room in ["lydite", *rooms, "lydite_subjects", "lydite_subjects/ann", "lydite_subjects/bob"]:
        (tmp_path / "src" / room).mkdir(parents=True)
        (tmp_path / "src" / room / "__init__.py").touch()
    for part in ("spec", "node", "store", "miner", "wallet", "remote", "trials"):
        (tmp_path / f"src/lydite_subjects/ann/{part}.py").touch()
    return tmp_path


def test_empty_rooms_break_no_contract(house: Path) -> None:
    assert " 0 broken" in lint_imports(house)


@pytest.mark.parametrize(
    ("room", "wanted", "contract"),
    [
        ("lydite/checks/__init__", "lydite.sim", "Storeys"),
        ("lydite/model/__init__", "lydite.cli", "Storeys"),
        ("lydite/checks/__init__", "lydite.world", "Judges"),
        ("lydite/harness/__init__", "lydite.sim", "The harness"),
        ("lydite/world/__init__", "typer", "Values and levers"),
        ("lydite/runner/__init__", "rich", "Only the command line"),
        ("lydite/cli/__init__", "lydite_subjects.ann", "The platform"),
        ("lydite_subjects/ann/spec", "lydite.model", "A subject's law"),
        ("lydite_subjects/ann/node", "lydite.world", "A subject's law"),
        *[
            (f"lydite_subjects/ann/{part}", "lydite.world", "A subject's law")
            for part in ("store", "miner", "wallet", "remote")
        ],
        ("lydite_subjects/ann/trials", "lydite_subjects.bob", "Subjects are strangers"),
    ],
)
def test_a_wrong_import_breaks_its_contract(house: Path, room: str, wanted: str, contract: str) -> None:
    (house / f"src/{room}.py").write_text(f"import {wanted}\n")

    broken = re.findall(r"^(.*) BROKEN$", lint_imports(house), re.MULTILINE)

    assert len(broken) == 1
    assert broken[0].startswith(contract)


def test_a_circle_between_modules_breaks_a_contract(house: Path) -> None:
    (house / "src/lydite/sim/one.py").write_text("import lydite.sim.two\n")
    (house / "src/lydite/sim/two.py").write_text("import lydite.sim.one\n")

    assert "No cycles, at any depth BROKEN" in lint_imports(house)


def test_an_undeclared_room_is_refused(house: Path) -> None:
    (house / "src/lydite/attic").mkdir()
    (house / "src/lydite/attic/__init__.py").touch()

    assert "attic" in lint_imports(house)
