"""The names of a simulated disk, and the journal that keeps them through a power loss.

Creating, renaming, linking and removing change directories. Each such change is one entry of a
journal, in order, as on ext4: a power loss keeps a prefix of the entries that are not committed
yet, so names are never half changed, a rename over an old file shows the old file or the new one,
and what came later is never there without what came before. A sync of a file or of a directory
commits all entries up to the last one that concerns it, so a synced file keeps its name. What
a program has not synced may be gone: after `rename`, that is the directory.

Paths are absolute, normalised text. There are no symbolic links.
"""

import errno
import os
from collections.abc import Iterator
from typing import NamedTuple, assert_never

from lydite.model import Draws
from lydite.sim.disk.inode import Directory, File, Inode
from lydite.world import Unsynced

ENTRIES_MAX = 20_000
"""So many entries wait for a sync; then the older half is committed, as by a journal that is full."""


class Edit(NamedTuple):
    """One name in one directory: what it stood for, and what it stands for."""

    directory: Directory
    name: str
    before: Inode | None
    after: Inode | None


def error(number: int, path: str, second: str | None = None) -> OSError:
    """The error that the kernel would give, of the class that Python gives it."""
    if second is None:
        return OSError(number, os.strerror(number), path)
    return OSError(number, os.strerror(number), path, None, second)


class Tree:
    """All directories of a disk from its root."""

    __slots__ = ("_committed", "_journal", "_numbers", "root")

    def __init__(self) -> None:
        self._numbers = 1
        self._journal: list[tuple[Edit, ...]] = []
        self._committed = 0
        self.root = Directory(1, 0o755, 0)

    def number(self) -> int:
        """The next inode number."""
        self._numbers += 1
        return self._numbers

    def find(self, path: str) -> Inode | None:
        """What a path stands for, or None when the last of its names is missing."""
        node: Inode | None = self.root
        for name in path.split("/"):
            if not name:
                continue
            if not isinstance(node, Directory):
                raise error(errno.ENOENT if node is None else errno.ENOTDIR, path)
            node = node.entries.get(name)
        return node

    def get(self, path: str) -> Inode:
        """What a path stands for."""
        found = self.find(path)
        if found is None:
            raise error(errno.ENOENT, path)
        return found

    def parent(self, path: str) -> tuple[Directory, str]:
        """The directory that a path lies in, and the name it has there."""
        folder, _, name = path.rpartition("/")
        directory = self.get(folder)
        if not isinstance(directory, Directory):
            raise error(errno.ENOTDIR, path)
        if len(name.encode(errors="surrogateescape")) > 255:
            raise error(errno.ENAMETOOLONG, path)
        return directory, name

    def edit(self, now_ns: int, *edits: tuple[Directory, str, Inode | None]) -> None:
        """Change names, all at once, as one entry of the journal."""
        number = self._committed + len(self._journal) + 1
        entry = []
        for directory, name, after in edits:
            before = directory.entries.get(name)
            entry.append(Edit(directory, name, before, after))
            _set(directory, name, after)
            directory.modified_ns = directory.changed_ns = now_ns
            for inode in (directory, before, after):
                if inode is not None:
                    inode.entry = number
        self._journal.append(tuple(entry))
        if len(self._journal) > ENTRIES_MAX:
            self._commit_to(self._committed + ENTRIES_MAX // 2)

    def commit(self, inode: Inode) -> None:
        """Make every change safe up to the last one that concerns the inode."""
        if inode.entry > self._committed:
            self._commit_to(inode.entry)

    def commit_all(self) -> None:
        """Make every change safe."""
        self._commit_to(self._committed + len(self._journal))

    def _commit_to(self, number: int) -> None:
        del self._journal[: number - self._committed]
        self._committed = number

    @property
    def uncommitted(self) -> bool:
        """Is there any change that is not safe?"""
        return bool(self._journal)

    def lose_power(self, draws: Draws, unsynced: Unsynced = "any") -> None:
        """Keep the committed changes, and of the others as many as the journal had written."""
        match unsynced:
            case "any":
                kept = draws.below(len(self._journal) + 1)
            case "lost":
                kept = 0
            case "kept" | "torn":
                kept = len(self._journal)
            case _:
                assert_never(unsynced)
        for entry in reversed(self._journal[kept:]):
            for edit in reversed(entry):
                _set(edit.directory, edit.name, edit.before)
        self.commit_all()

    def files(self) -> Iterator[tuple[str, File]]:
        """Every file with its path, in order of path; a file of several names comes as often."""
        waiting: list[tuple[str, Inode]] = [("", self.root)]
        while waiting:
            path, node = waiting.pop()
            if isinstance(node, Directory):
                waiting.extend(
                    (f"{path}/{name}", node.entries[name]) for name in sorted(node.entries, reverse=True)
                )
            elif isinstance(node, File):
                yield path, node


def _set(directory: Directory, name: str, inode: Inode | None) -> None:
    if inode is None:
        directory.entries.pop(name, None)
    else:
        directory.entries[name] = inode
