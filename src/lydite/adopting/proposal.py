"""The proposal: for each file of a folder what it is, where it belongs, with which markers, and why."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Final

from lydite.adopting.breakage import Ground, breakage, script_breakage
from lydite.adopting.evidence import clues
from lydite.adopting.facts import Facts, facts_of, module_marks, parsed
from lydite.adopting.folder import Folder, Source
from lydite.adopting.hindrance import hindrances, weaknesses
from lydite.adopting.importers import importers
from lydite.adopting.judging import Certainty, judged
from lydite.adopting.markers import CATEGORIES, MEANINGS
from lydite.adopting.marking import Insertion, marking
from lydite.adopting.settings import Settings, settings_of
from lydite.adopting.twins import Twin, twins_of
from lydite.model import InputError

TOOLS: Final = "tools"

_CHECK_WORDS: Final = ("test", "check", "verify", "validate", "debug", "quick")


class Nature(StrEnum):
    """What a file is."""

    TEST = "test"
    """pytest finds tests in it."""
    CHECK = "check"
    """A script that looks whether something is right, and that pytest finds nothing in."""
    TOOL = "tool"
    """A script that does something else."""
    MODULE = "module"
    """Others import it, or pytest reads it by its name."""
    SHELL = "shell"
    UNREAD = "unread"
    """It could not be read, for the reason that stands there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What is proposed for one file."""

    path: str
    place: str
    """Where it belongs; its own path if it stays."""
    nature: Nature
    certainty: Certainty
    category: str = ""
    markers: tuple[str, ...] = ()
    """All that it should have: its category and its topics."""
    missing: tuple[str, ...] = ()
    """Those of them that would be written into it."""
    insertions: tuple[Insertion, ...] = ()
    reasons: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    """Why it stays where it is, though it belongs elsewhere."""
    notes: tuple[str, ...] = ()
    """What stands between it and a good test."""
    twins: tuple[Twin, ...] = ()
    tests: int = 0

    @property
    def moves(self) -> bool:
        """Would it be moved?"""
        return self.place != self.path

    @property
    def changes(self) -> bool:
        """Would anything be done with it?"""
        return self.moves or bool(self.insertions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All of it."""

    folder: Folder
    settings: Settings
    proposals: tuple[Proposal, ...]
    collisions: tuple[str, ...]
    """Why nothing can be moved as long as they stand."""
    unregistered: tuple[str, ...]
    """Markers that the project does not know yet."""


def propose(folder: Folder) -> Plan:
    """The plan for a folder."""
    settings = settings_of(folder.root)
    read: dict[str, Facts] = {}
    proposals = [_unread(each.path, each.reason) for each in folder.unread]
    marks: dict[str, frozenset[str]] = {}
    for source in folder.pythons:
        try:
            tree = parsed(source.data)
            read[source.path], marks[source.path] = facts_of(tree), module_marks(tree)
        except (InputError, RecursionError) as error:
            reason = error.what if isinstance(error, InputError) else "it is nested too deeply"
            proposals.append(_unread(source.path, reason))
    ground = Ground(root=folder.root, settings=settings, imported=importers(folder, read))
    twins = twins_of({source.path: source.data for source in folder.pythons if source.path in read})
    for source in folder.pythons:
        if source.path in read:
            found = _proposed(source, read[source.path], marks[source.path], folder, ground)
            notes = (*found.notes, *_named_by(source, folder))
            proposals.append(replace(found, notes=notes, twins=twins.get(source.path, ())))
    proposals += [_shell(source) for source in folder.shells]
    proposals.sort(key=lambda each: each.path)
    wanted = {marker for each in proposals if each.nature is Nature.TEST for marker in each.markers}
    return Plan(
        folder=folder,
        settings=settings,
        proposals=tuple(proposals),
        collisions=tuple(_collisions(proposals, folder, settings)),
        unregistered=tuple(name for name in MEANINGS if name in wanted and name not in settings.markers),
    )


def _unread(path: str, reason: str) -> Proposal:
    return Proposal(path=path, place=path, nature=Nature.UNREAD, certainty=Certainty.SURE, kept=(reason,))


def _shell(source: Source) -> Proposal:
    words = source.data.decode(errors="replace")
    runs = ", ".join(word for word in ("pytest", "curl", "docker", "systemctl", "python") if word in words)
    return Proposal(
        path=source.path,
        place=source.path,
        nature=Nature.SHELL,
        certainty=Certainty.SURE,
        reasons=(f"a shell script{f' that runs {runs}' if runs else ''}",),
        kept=("shell scripts are told and never moved",),
    )


def _proposed(
    source: Source, facts: Facts, marks: frozenset[str], folder: Folder, ground: Ground
) -> Proposal:
    nature, why = _nature(source, facts, ground)
    if nature is Nature.MODULE:
        return Proposal(
            path=source.path, place=source.path, nature=nature, certainty=Certainty.SURE, reasons=(why,)
        )
    if nature is Nature.TOOL:
        return _tool(source, facts, folder, ground, why)
    opinion = judged(clues(source.path, facts, marks), facts)
    found = Proposal(
        path=source.path,
        place=source.path,
        nature=nature,
        certainty=opinion.certainty,
        category=opinion.category,
        markers=(opinion.category, *opinion.topics),
        reasons=opinion.reasons,
        tests=len(facts.tests),
    )
    if nature is Nature.CHECK:
        return replace(found, kept=("pytest finds no test in it",), notes=tuple(hindrances(facts)))
    place = _place(source, found.category, folder, ground.settings)
    return _marked(replace(found, notes=tuple(weaknesses(facts))), source, facts, marks, place, ground)


def _marked(
    found: Proposal, source: Source, facts: Facts, marks: frozenset[str], place: str, ground: Ground
) -> Proposal:
    """The same with its place, unless that would break it, and with its marks, unless they cannot be written."""
    kept = tuple(breakage(source.path, place, facts, ground)) if place != source.path else ()
    notes = found.notes
    if not ground.settings.collects(source.name):
        notes = (f"pytest does not collect it by its name: call it test_{source.name}", *notes)
    there = marks | frozenset.intersection(*(each.marks for each in facts.tests))
    own = {marker for each in facts.tests for marker in each.marks} & set(CATEGORIES)
    missing = tuple(marker for marker in found.markers if marker not in there)
    if len(own) > 1:
        notes = (*notes, f"its tests are of several categories: {', '.join(sorted(own))}; each keeps its own")
        missing = tuple(marker for marker in missing if marker not in CATEGORIES)
    insertions: tuple[Insertion, ...] = ()
    try:
        insertions = marking(source.data, missing) if missing else ()
    except InputError as error:
        notes, missing = (*notes, f"no mark is written: {error.what}"), ()
    return replace(
        found,
        place=source.path if kept else place,
        kept=kept,
        notes=notes,
        missing=missing,
        insertions=insertions,
    )


def _nature(source: Source, facts: Facts, ground: Ground) -> tuple[Nature, str]:
    """What a file is, and why, where that is not told otherwise."""
    if source.name in ("conftest.py", "__init__.py", "setup.py", "noxfile.py", "manage.py"):
        return Nature.MODULE, f"a file {source.name} works by its place"
    if facts.tests:
        return Nature.TEST, ""
    words = source.name.removesuffix(".py").split("_")
    if (facts.main_line or facts.acts_line) and any(word in _CHECK_WORDS for word in words):
        return Nature.CHECK, ""
    if ground.settings.collects(source.name):
        return Nature.CHECK, ""
    if source.path in ground.imported:
        return Nature.MODULE, "others import it"
    if facts.main_line or facts.acts_line:
        if facts.asserts and facts.asserts >= sum(each.name == "print" for each in facts.calls):
            return Nature.CHECK, ""
        return Nature.TOOL, "a script that tests nothing"
    return Nature.MODULE, "a module without a test"


def _tool(source: Source, facts: Facts, folder: Folder, ground: Ground, why: str) -> Proposal:
    """Scripts among the tests belong to the tools. At the root of a project, or in a package, they are left alone."""
    place = f"{TOOLS}/{source.name}"
    kept: tuple[str, ...] = ()
    if not folder.place or source.path.startswith(f"{TOOLS}/"):
        place = source.path
    elif (folder.root / source.folder / "__init__.py").exists():
        kept = ("it is part of a package",)
    else:
        kept = tuple(script_breakage(source.path, facts, ground))
    return Proposal(
        path=source.path,
        place=source.path if kept else place,
        nature=Nature.TOOL,
        certainty=Certainty.LIKELY,
        reasons=(why,),
        kept=kept,
    )


def _place(source: Source, category: str, folder: Folder, settings: Settings) -> str:
    """The folder of its category, with the folders in which it lay below the one that is adopted."""
    home = settings.home
    parts = PurePosixPath(source.path).parts
    if source.path.startswith(f"{home}/") and any(part in CATEGORIES for part in parts[:-1]):
        return source.path
    below = PurePosixPath(source.path).relative_to(folder.place or ".").parent.as_posix()
    below = "" if below == "." else below
    if not folder.place:
        below = "/".join(
            part for part in PurePosixPath(below).parts if part not in (*home.split("/"), "test")
        )
    return "/".join(part for part in (home, category, below, source.name) if part)


def _named_by(source: Source, folder: Folder) -> Iterator[str]:
    """Shell scripts that name it, and what else starts tests by their names."""
    for other in (*folder.shells, *folder.naming):
        if source.name.encode() in other.data:
            yield f"{other.path} names it, and must be changed if it moves"


def _collisions(proposals: list[Proposal], folder: Folder, settings: Settings) -> Iterator[str]:
    """Places that are taken, and names that pytest would take for one module."""
    movers = [each for each in proposals if each.moves]
    targets = Counter(each.place for each in movers)
    for place, count in sorted(targets.items()):
        if count > 1:
            paths = ", ".join(each.path for each in movers if each.place == place)
            yield f"{paths} would all become {place}; rename all but one of them"
    leaving = {each.path for each in movers}
    for each in movers:
        target = folder.root / each.place
        if target.exists() or target.is_symlink():
            told = (
                "which moves away itself: adopt twice" if each.place in leaving else "which is there already"
            )
            yield f"{each.path} would become {each.place}, {told}; rename one of them"
    if not settings.by_file:
        yield from _homonyms(proposals, folder)


def _homonyms(proposals: list[Proposal], folder: Folder) -> Iterator[str]:
    """Tests of one name in two folders that are no packages: pytest takes them for one module, and refuses."""
    names: dict[str, list[Proposal]] = {}
    for each in proposals:
        if (
            each.nature is Nature.TEST
            and not (folder.root / each.place).parent.joinpath("__init__.py").exists()
        ):
            names.setdefault(PurePosixPath(each.place).name, []).append(each)
    for name, same in sorted(names.items()):
        if len({each.place for each in same}) > 1 and any(each.moves for each in same):
            paths = ", ".join(each.path for each in same)
            yield f"{paths} are all called {name}, which pytest takes for one module; rename all but one of them"
