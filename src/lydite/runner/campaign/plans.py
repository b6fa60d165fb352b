"""Plans: which campaign a word on the command line means.

A target may have campaigns of its own, in a file `campaign.toml` beside its trials, or be such a file itself. Each
table of it is a preset, with the fields of `Campaign` and `Phase`::

    [development]
    policy = "go on"

    [[development.phases]]
    name = "simulation"
    work = "trials"
    targets = ["coin"]

A preset that is not in the file, and a target without one, have the campaign that every target has.
"""

import sys
import tomllib
from dataclasses import replace
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any, Final

from lydite.harness import PRESETS, Campaign, preset
from lydite.model import InputError, Work, from_form, near
from lydite.runner.campaign.suites import is_there
from lydite.runner.engines import ForkedEngine
from lydite.runner.orders import Opening
from lydite.runner.whereabouts import roots, subjects

FILE: Final = "campaign.toml"


def campaign_of(
    target: str, name: str, *, seed: int = 0, seeds: int | None = None, usual: int | None = None
) -> Campaign:
    """The campaign of a target by the name of its preset; with another first seed, and at most so many of them.

    Phases that do not say how many seeds they want have the usual number, if there is one.
    """
    file = _file_of(target)
    document = _read(file) if file is not None else {}
    if name in document:
        assert file is not None
        table = _object(document[name], f"{file}: {name}")
        form = {"target": target, "preset": name, **_with_seeds(table, usual)}
        campaign = from_form(Campaign, form, f"{file}: {name}")
    elif name in PRESETS and not target.endswith(".toml"):
        campaign = preset(name, target, seeds or usual)
        # A target that is not there is a mistake of whoever typed it, and no campaign that went badly.
        with ForkedEngine(Opening(target=target)) as engine:
            _ = engine.description
    else:
        known = [*document, *([] if target.endswith(".toml") else PRESETS)]
        raise InputError(
            f"there is no preset {name!r} of {target}", where="--preset", remedy=near(name, known)
        )
    most = seeds or campaign.seeds
    phases = [replace(each, seeds=min(most, each.seeds)) if most else each for each in campaign.phases]
    return replace(campaign, seed=seed, seeds=most, phases=tuple(_fitting(phases)))


def _with_seeds(table: dict[str, Any], usual: int | None) -> dict[str, Any]:
    """A preset whose phases all say how many seeds they want, where that is known."""
    phases = table.get("phases")
    if usual is None or not isinstance(phases, list):
        return table
    return table | {
        "phases": [
            {"seeds": usual, **each}
            if isinstance(each, dict) and each.get("work") in (Work.TRIALS, Work.MUTANTS)
            else each
            for each in phases
        ]
    }


def _fitting(phases: list[Any]) -> list[Any]:
    """The phases that can be carried out here: of two that stand for one another, one."""
    there = {
        phase.name: phase.work is not Work.PYTEST or all(is_there(each) for each in phase.targets)
        for phase in phases
    }
    replaced = {
        phase.instead_of: phase.name for phase in phases if phase.instead_of and not there[phase.instead_of]
    }
    kept = [
        phase
        for phase in phases
        if phase.name not in replaced and (not phase.instead_of or phase.instead_of in replaced)
    ]
    return [
        replace(phase, instead_of="", needs=tuple(replaced.get(each, each) for each in phase.needs))
        for phase in kept
    ]


def _file_of(target: str) -> Path | None:
    """The file with the campaigns of a target; nothing of the target is imported for that."""
    if target.endswith(".toml"):
        return Path(target)
    if "::" in target or target.endswith(".py"):
        beside = Path(target.partition("::")[0]).parent / FILE
    else:
        folder = _folder_of(next((each.module for each in subjects() if each.name == target), target))
        if folder is None:
            return None
        beside = folder / FILE
    return beside if beside.is_file() else None


def _folder_of(module: str) -> Path | None:
    """The folder that a module lies in, found from the outermost package, without importing any."""
    top, *rest = module.partition(":")[0].split(".")
    spec = PathFinder.find_spec(top, [*map(str, roots(Path.cwd())), *sys.path])
    if spec is None or spec.submodule_search_locations is None:
        return None
    for place in spec.submodule_search_locations:
        folder = Path(place).joinpath(*rest[:-1])
        if folder.is_dir():
            return folder
    return None


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"the campaign cannot be read: {error.strerror}", where=str(file)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"the campaign is no TOML: {error}", where=str(file)) from error


def _object(value: object, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InputError(f"a preset is a table, found {type(value).__name__}", where=where)
    return value
