"""Templates: the files of a new project, with its name filled in.

Below `templates/` every file of a project is a file, with `.template` behind its name, so that no tool takes it for
code of this package. `every/` is in all projects. In paths `NAME` stands for the name of the project, and `DOT.` for a
dot at the beginning; in texts `<<name>>` and the other fields stand for their values. There is no more to it: no
conditions, no loops, and a field that is not known is a mistake of ours.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import PurePosixPath
from typing import Final

import lydite
from lydite.model import InputError, near

FOLDER: Final = "templates"
EVERY: Final = "every"
SUFFIX: Final = ".template"

FIELD: Final = re.compile(r"<<(?P<field>\w+)>>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A kind of project."""

    name: str
    story: str
    dependencies: tuple[str, ...] = ()
    """What its program needs beside Python."""

    @property
    def modules(self) -> tuple[str, ...]:
        """What must be importable for its tests to run."""
        needed = (re.split(r"[^\w-]", each)[0] for each in self.dependencies)
        return (*needed, "hypothesis", "pytest")


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One file of a project."""

    path: PurePosixPath
    text: str


TEMPLATES: Final = (
    Template(name="chain", story="A replicated chain over TCP: blocks, gossip, a store on disk."),
    Template(
        name="service",
        story="Two services of FastAPI, httpx and SQLite that send each other money.",
        dependencies=("fastapi>=0.115", "httpx>=0.27", "uvicorn>=0.30"),
    ),
)
"""The kinds there are; the first of them unless one is named."""


def template_of(name: str) -> Template:
    """The template of that name."""
    for template in TEMPLATES:
        if template.name == name:
            return template
    names = [template.name for template in TEMPLATES]
    raise InputError(f"there is no template {name!r}", where="--template", remedy=near(name, names))


def files_of(template: Template, name: str) -> tuple[File, ...]:
    """All files of a project of that name, in the order of their paths."""
    fields = {
        "name": name,
        "story": template.story,
        "dependencies": _listed(template.dependencies),
        "lydite": lydite.__version__,
    }
    root = files("lydite.scaffold") / FOLDER
    found = [
        File(path=_path(place, name), text=_filled(text, fields))
        for part in (EVERY, template.name)
        for place, text in _texts(root / part, PurePosixPath())
    ]
    return tuple(sorted(found, key=lambda file: file.path))


def _listed(dependencies: tuple[str, ...]) -> str:
    """What stands between the brackets of a list in TOML."""
    return "".join(f'\n    "{each}",' for each in dependencies) + "\n" * bool(dependencies)


def _texts(folder: Traversable, place: PurePosixPath) -> Iterator[tuple[PurePosixPath, str]]:
    for each in folder.iterdir():
        if each.is_dir():
            yield from _texts(each, place / each.name)
        elif each.name.endswith(SUFFIX):
            yield place / each.name.removesuffix(SUFFIX), each.read_text(encoding="utf-8")


def _path(place: PurePosixPath, name: str) -> PurePosixPath:
    parts = (name if part == "NAME" else part for part in place.parts)
    return PurePosixPath(*(re.sub(r"^DOT\.", ".", part) for part in parts))


def _filled(text: str, fields: Mapping[str, str]) -> str:
    return FIELD.sub(lambda found: fields[found["field"]], text)
