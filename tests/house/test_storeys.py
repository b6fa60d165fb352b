"""The contracts of `.importlinter` bite: a house of wrong imports, and the contract that charges each.

`make lint` runs the contracts on the real house.
"""

import os
import re
import shutil
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
        env={**os.environ, "PYTHONPATH": str(house / "src"), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


WRONG = (
    ("lydite/checks/__init__", "lydite.sim", "Storeys"),
    ("lydite/model/__init__", "lydite.cli", "Storeys"),
    ("lydite/checks/__init__", "lydite.world", "Judges"),
    ("lydite/config/__init__", "lydite.world", "Settings"),
    ("lydite/harness/__init__", "lydite.sim", "The harness"),
    ("lydite/world/__init__", "typer", "Values and levers"),
    ("lydite/runner/__init__", "rich", "Only the command line"),
    ("lydite/cli/__init__", "lydite_subjects.ann", "The platform"),
    ("lydite_subjects/ann/spec", "lydite.model", "A subject's law"),
    ("lydite_subjects/ann/node", "lydite.world", "A subject's law"),
    ("lydite_subjects/ann/store", "lydite.world", "A subject's law"),
    ("lydite_subjects/ann/miner", "lydite.world", "A subject's law"),
    ("lydite_subjects/ann/wallet", "lydite.world", "A subject's law"),
    ("lydite_subjects/ann/remote", "lydite.world", "A subject's law"),
    ("lydite_subjects/ann/trials", "lydite_subjects.bob", "Subjects are strangers"),
)
"""A room, what it must not import, and the contract that says so."""


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The rooms of the real house, all of them empty, with two subjects."""
    house = tmp_path_factory.mktemp("house")
    contracts = (ROOT / ".importlinter").read_text()
    (house / ".importlinter").write_text(contracts)
    layers = re.findall(r"\w+", contracts.partition("layers =")[2].partition("exhaustive")[0])
    rooms = [f"lydite/{package}" for package in layers]
    for room in ["lydite", *rooms, "lydite_subjects", "lydite_subjects/ann", "lydite_subjects/bob"]:
        (house / "src" / room).mkdir(parents=True)
        (house / "src" / room / "__init__.py").touch()
    for part in ("spec", "node", "store", "miner", "wallet", "remote", "trials"):
        (house / f"src/lydite_subjects/ann/{part}.py").touch()
    return house


@pytest.fixture(scope="module")
def charges(empty: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What each contract says of a house with all the wrong imports, each contract by its name."""
    house = Path(shutil.copytree(empty, tmp_path_factory.mktemp("wrong") / "house"))
    (house / "src/lydite/sim/one.py").write_text("import lydite.sim.two\n")
    (house / "src/lydite/sim/two.py").write_text("import lydite.sim.one\n")
    for room, wanted, _ in WRONG:
        with (house / f"src/{room}.py").open("a") as file:
            file.write(f"import {wanted}\n")
    said = lint_imports(house).partition("Broken contracts")[2]
    headed = re.split(r"^(\S.*)\n-+\n", said, flags=re.MULTILINE)
    return dict(zip(headed[1::2], headed[2::2], strict=True))


def test_empty_rooms_break_no_contract(empty: Path) -> None:
    assert " 0 broken" in lint_imports(empty)


@pytest.mark.parametrize(("room", "wanted", "contract"), WRONG)
def test_a_wrong_import_is_charged_by_its_contract(
    charges: dict[str, str], room: str, wanted: str, contract: str
) -> None:
    importer = room.removesuffix("/__init__").replace("/", ".")
    charge = {name: said for name, said in charges.items() if name.startswith(contract)}

    assert len(charge) == 1, list(charges)
    assert f"{importer} -> {wanted} (l." in " ".join(charge.popitem()[1].split())


def test_a_circle_between_modules_is_charged(charges: dict[str, str]) -> None:
    assert ".two -> .one" in charges["No cycles, at any depth"]


def test_every_contract_is_tried() -> None:
    contracts = re.findall(r"^name = (.*)$", (ROOT / ".importlinter").read_text(), flags=re.MULTILINE)

    tried = {name for name in contracts for _, _, contract in WRONG if name.startswith(contract)}
    assert tried == {*contracts} - {"No cycles, at any depth"}


def test_an_undeclared_room_is_refused(empty: Path, tmp_path: Path) -> None:
    house = Path(shutil.copytree(empty, tmp_path / "house"))
    (house / "src/lydite/attic").mkdir()
    (house / "src/lydite/attic/__init__.py").touch()

    assert "attic" in lint_imports(house)
