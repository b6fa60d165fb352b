"""Doing what was proposed, all of it or nothing, and putting it back.

A file is moved by its name and then changed at its new place. Nothing is ever overwritten: a name is given only where
there is none.
"""

import contextlib
import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from lydite.adopting.folder import Source
from lydite.adopting.journal import Journal, Step, digest, read_journal, read_whole, write_journal
from lydite.adopting.marking import Insertion, inserted, removed
from lydite.adopting.proposal import Plan
from lydite.adopting.registering import registering
from lydite.adopting.settings import read_settings
from lydite.model import InputError


def unregistered(plan: Plan) -> tuple[tuple[str, ...], tuple[Insertion, ...]]:
    """The markers that must be registered by hand, and what else is inserted into the settings of pytest."""
    settings = plan.settings
    if not plan.unregistered or not settings.file:
        return plan.unregistered, ()
    try:
        return (), registering(read_settings(plan.folder.root / settings.file), settings, plan.unregistered)
    except InputError:
        return plan.unregistered, ()


def apply(plan: Plan) -> Path | None:
    """Move and mark, after everything was looked at once more; where the journal is, or None if nothing was to do."""
    if plan.collisions:
        raise InputError(
            "nothing was moved, for files would be in each other's way: " + "; ".join(plan.collisions)
        )
    root = plan.folder.root
    sources = {each.path: each for each in plan.folder.pythons}
    steps = tuple(
        _step(sources[each.path], each.place, each.insertions) for each in plan.proposals if each.changes
    )
    _, known = unregistered(plan)
    if known:
        path = plan.settings.file
        steps += (_step(Source(path=path, data=read_settings(root / path)), path, known),)
    if not steps:
        return None
    journal = Journal(root=root, steps=steps, folders=tuple(_new_folders(root, steps)))
    _refuse(journal, list(_obstacles(journal)), "nothing was moved")
    try:
        written = write_journal(journal)
    except OSError as error:
        told = f"the journal cannot be written, and nothing was moved: {_reason(error)}"
        raise InputError(told, where=str(root)) from error
    _carry_out(journal, written)
    return written


def undo(path: Path) -> tuple[Journal, int]:
    """Put everything back, and tell how many files that were; an error, and nothing done, where one has changed."""
    journal = read_journal(path)
    problems = [problem for step in journal.steps for problem in _changed(journal.root, step)]
    _refuse(journal, problems, "nothing was put back")
    try:
        return journal, _put_back(journal)
    except OSError as error:
        told = f"not all files are put back yet: {_reason(error)}"
        raise InputError(told, where=str(journal.root), remedy="mend that, and undo again") from error


def _carry_out(journal: Journal, written: Path) -> None:
    """Every step, or none."""
    root = journal.root
    try:
        for folder in journal.folders:
            (root / folder).mkdir()
        for step in journal.steps:
            _take(root, step)
    except BaseException as error:
        try:
            _put_back(journal)
        except OSError as trouble:
            raise InputError(
                f"the files cannot be moved, and not all are put back yet: {_reason(trouble)}",
                where=str(root),
                remedy=f"mend that, then: lydite adopt --undo {written}",
            ) from error
        written.unlink()
        if isinstance(error, OSError):
            told = f"the files cannot be moved: {_reason(error)}; all is as it was"
            raise InputError(told, where=str(root)) from error
        raise


def _reason(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()


def _step(source: Source, place: str, insertions: tuple[Insertion, ...]) -> Step:
    after = digest(inserted(source.data, insertions))
    return Step(path=source.path, place=place, before=digest(source.data), after=after, insertions=insertions)


def _new_folders(root: Path, steps: tuple[Step, ...]) -> Iterator[str]:
    found: dict[str, None] = {}
    for step in steps:
        for folder in reversed(PurePosixPath(step.place).parents):
            if folder.parts and not (root / folder).exists():
                found[folder.as_posix()] = None
    return iter(found)


def _refuse(journal: Journal, problems: list[str], then: str) -> None:
    if problems:
        raise InputError(f"{then}: {'; '.join(problems)}", where=str(journal.root))


def _obstacles(journal: Journal) -> Iterator[str]:
    """What is not any more as it was when the plan was made, or leads out of the project."""
    root = journal.root
    for step in journal.steps:
        data = read_whole(root / step.path)
        if data is None or digest(data) != step.before:
            yield f"{step.path} has changed meanwhile"
        if step.place != step.path and os.path.lexists(root / step.place):
            yield f"{step.place} is there already"
        if not _leads_into(root, root / step.place) or not _leads_into(root, root / step.path):
            yield f"{step.place} lies behind a symbolic link"


def _leads_into(root: Path, path: Path) -> bool:
    """Does the folder of the path lie where its name says?"""
    folder = path.parent
    while not folder.exists() and folder != root:
        folder = folder.parent
    return folder.resolve() == folder and folder.is_relative_to(root)


def _take(root: Path, step: Step) -> None:
    if step.place != step.path:
        _rename(root / step.path, root / step.place)
    if step.insertions:
        data = read_whole(root / step.place)
        assert data is not None
        _replace(root / step.place, inserted(data, step.insertions))


def _rename(path: Path, place: Path) -> None:
    """Give a file another name, which nobody has."""
    try:
        # A second name, and then the first one goes: unlike a rename this never overwrites.
        os.link(path, place, follow_symlinks=False)
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK, errno.ENOSYS):
            raise
        if os.path.lexists(place):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(place)) from error
        path.rename(place)
    else:
        path.unlink()


def _replace(place: Path, data: bytes) -> None:
    """Other bytes in a file, all of them or none."""
    partial = place.with_name(f".lydite-{os.getpid()}.partial")
    try:
        with partial.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        shutil.copymode(place, partial)
        partial.replace(place)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def _changed(root: Path, step: Step) -> Iterator[str]:
    """Why a step cannot be taken back."""
    here, there = read_whole(root / step.path), read_whole(root / step.place)
    if step.place == step.path:
        if there is None or digest(there) not in (step.before, step.after):
            yield f"{step.path} is not as it was left"
    elif there is None:
        if here is None or digest(here) != step.before:
            yield f"{step.place} is gone"
    elif digest(there) not in (step.before, step.after):
        yield f"{step.place} has changed since"
    elif here is not None and digest(here) != step.before:
        yield f"{step.path} is taken by something else"
    elif not _leads_into(root, root / step.path):
        yield f"{step.path} lies behind a symbolic link"


def _put_back(journal: Journal) -> int:
    """Take every step back that was taken, the last one first; how many these were."""
    root = journal.root
    count = 0
    for step in reversed(journal.steps):
        data = read_whole(root / step.place)
        if data is None or (step.place == step.path and digest(data) == step.before):
            continue
        count += 1
        if step.insertions and digest(data) == step.after:
            data = removed(data, step.insertions)
            assert digest(data) == step.before
            _replace(root / step.place, data)
        if step.place != step.path:
            _rename_back(root / step.place, root / step.path)
    for folder in reversed(journal.folders):
        # Somebody else may have put something into it.
        with contextlib.suppress(OSError):
            (root / folder).rmdir()
    return count


def _rename_back(place: Path, path: Path) -> None:
    if path.exists():
        # It died between the two names of one file.
        place.unlink()
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    _rename(place, path)
