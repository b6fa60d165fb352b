"""The map is the land: ARCHITECTURE.md tells the packages there are, what each may import, and the rooms of sim."""

import ast
import configparser
import re

from tests.house.tree import ROOT, packages, parsed

ROW = re.compile(r"^\| *\d+ *\| *`(?P<package>\w+)/` *\|(?P<what>[^|]*)\|(?P<imports>[^|]*)\|$", re.MULTILINE)

ROOM = re.compile(r"^\| *`sim/(?P<room>\w+(?:/|\.py))` *\| *\S", re.MULTILINE)

MODULE = re.compile(r"`(?P<path>(?:\w+/)+\w+\.py)`")

MAP = (ROOT / "ARCHITECTURE.md").read_text()
CONTRACTS = (ROOT / ".importlinter").read_text()


def drawn(text: str) -> dict[str, set[str]]:
    """The packages of the table of storeys, and what each may import."""
    return {
        row["package"]: set(re.findall(r"`(\w+)`", row["imports"])) if "`" in row["imports"] else set()
        for row in ROW.finditer(text)
    }


def contracted(text: str) -> dict[str, set[str]]:
    """The same, from the contracts: all storeys below, less what is forbidden."""
    contracts = configparser.ConfigParser()
    contracts.read_string(text)
    storeys = [
        {package.strip() for package in line.split("|")}
        for line in contracts["importlinter:contract:storeys"]["layers"].split("\n")
        if line.strip()
    ]
    allowed: dict[str, set[str]] = {}
    for floor, storey in enumerate(storeys):
        below = {package for lower in storeys[floor + 1 :] for package in lower}
        allowed |= {package: set(below) for package in storey}
    for contract in contracts.values():
        if contract.get("type") == "forbidden":
            forbidden = {name.removeprefix("lydite.") for name in contract["forbidden_modules"].split()}
            for source in contract["source_modules"].split():
                allowed.get(source.removeprefix("lydite."), set()).difference_update(forbidden)
    return allowed


def strayed(drawn_map: dict[str, set[str]], allowed: dict[str, set[str]], real: set[str]) -> list[str]:
    """Complain where the map, the contracts and the folders differ."""
    complaints = []
    for package in sorted(real | drawn_map.keys() | allowed.keys()):
        if package not in real:
            complaints.append(
                f"{package}: there is no src/lydite/{package}; take it out of map and contracts"
            )
        elif package not in drawn_map:
            complaints.append(f"{package}: missing in ARCHITECTURE.md; add its row to the table of storeys")
        elif package not in allowed:
            complaints.append(f"{package}: missing in .importlinter; add it to the layers")
        elif drawn_map[package] != allowed[package]:
            complaints.append(
                f"{package}: may import {sorted(drawn_map[package])} in ARCHITECTURE.md "
                f"and {sorted(allowed[package])} in .importlinter; make them say the same"
            )
    return complaints


def test_the_map_shows_the_packages_there_are_and_what_they_may_import() -> None:
    complaints = strayed(drawn(MAP), contracted(CONTRACTS), set(packages()))

    assert not complaints, "\n" + "\n".join(complaints)


def misplaced(text: str, real: set[str]) -> list[str]:
    """Complain where the rooms that are drawn are not those that there are."""
    rooms = [room["room"] for room in ROOM.finditer(text)]
    return [
        *(
            f"sim/{room}: missing in ARCHITECTURE.md; add its row to the rooms"
            for room in sorted(real - {*rooms})
        ),
        *(f"sim/{room}: there is none; take its row out" for room in sorted({*rooms} - real)),
        *(f"sim/{room}: has two rows" for room in sorted({*rooms}) if rooms.count(room) > 1),
    ]


def test_the_map_shows_the_rooms_of_the_simulated_world() -> None:
    sim = ROOT / "src/lydite/sim"
    real = {f"{init.parent.name}/" for init in sim.glob("*/__init__.py")}
    real |= {module.name for module in sim.glob("*.py") if module.name != "__init__.py"}

    complaints = misplaced(MAP, real)

    assert not complaints, "\n" + "\n".join(complaints)


def test_every_module_that_the_map_names_is_there() -> None:
    named = {found["path"] for found in MODULE.finditer(MAP)}

    gone = sorted(path for path in named if not (ROOT / "src/lydite" / path).is_file())

    assert named
    assert not gone, f"ARCHITECTURE.md names {gone}, which are not in src/lydite"


def test_the_map_names_every_subject_and_every_part_of_a_subject() -> None:
    for folder in sorted((ROOT / "src/lydite_subjects").glob("*/")):
        parts = [part.name for part in folder.glob("*.py") if part.name != "__init__.py"]
        unnamed = [name for name in [f"{folder.name}/", *parts] if f"`{name}`" not in MAP]
        if folder.name != "__pycache__":
            assert not unnamed, f"ARCHITECTURE.md does not name {unnamed}"


def test_every_package_and_module_says_what_it_is_for() -> None:
    silent = [
        path.relative_to(ROOT).as_posix()
        for path in sorted((ROOT / "src").rglob("*.py"))
        if not ast.get_docstring(parsed(path.read_text()))
    ]

    assert not silent, f"no module docstring in {silent}; its first sentence says what the module is for"


def test_a_map_that_strays_is_found() -> None:
    planted_map = drawn("| 1 | `world/` | levers | `model` |\n| 0 | `model/` | values | standard library |\n")
    planted_contracts = contracted(
        "[importlinter:contract:storeys]\nlayers =\n    checks | sim\n    world\n    model\n"
        "[importlinter:contract:x]\ntype = forbidden\n"
        "source_modules = lydite.checks\nforbidden_modules = lydite.world\n"
    )

    assert planted_map == {"world": {"model"}, "model": set()}
    assert planted_contracts["checks"] == {"model"}
    assert planted_contracts["sim"] == {"world", "model"}
    assert strayed(planted_map, {"world": {"model"}, "model": set()}, {"world", "model"}) == []
    assert "no src/lydite/world" in strayed({"world": {"model"}}, {}, set())[0]
    assert "missing in ARCHITECTURE.md" in strayed({}, {"sim": set()}, {"sim"})[0]
    assert "missing in .importlinter" in strayed({"sim": set()}, {}, {"sim"})[0]
    assert "make them say the same" in strayed({"sim": set()}, {"sim": {"model"}}, {"sim"})[0]


def test_a_room_that_strays_is_found() -> None:
    text = "| `sim/hosts/` | machines |\n| `sim/loop.py` | the loop |\n"

    assert misplaced(text, {"hosts/", "loop.py"}) == []
    assert "sim/disk/: missing" in misplaced(text, {"hosts/", "loop.py", "disk/"})[0]
    assert "sim/loop.py: there is none" in misplaced(text, {"hosts/"})[0]
    assert "two rows" in misplaced(text * 2, {"hosts/", "loop.py"})[0]
