"""The disk of a simulated host: files and directories in memory, and everything that can be wrong with a disk.

What a program writes is seen at once by every process of its host and survives the death of a process;
what it has synced survives a power loss too (`inode.py` and `tree.py` say what else may). The
disk can be asked to fail, fill up, slow down, lie about syncs and rot. Each write, sync, change of
a name and each failure is handed to `record`; the time that an operation takes, to `charge`.

Modes and owners are kept and not enforced, as for root. Not modelled: symbolic links, sparse files
(a gap takes room), extended attributes, quotas, and a failed sync that forgets the data
(here it may be tried again).
"""

import errno
import os
import stat
from collections.abc import Callable
from typing import Protocol

from lydite.model import Draws
from lydite.sim.disk.bends import DiskBends, Trip, absolute
from lydite.sim.disk.inode import Directory, File, Inode
from lydite.sim.disk.tree import Tree, error
from lydite.world import Disk, Unsynced

FOLDERS = ("/disk", "/tmp")  # noqa: S108 - the simulated host's own
"""What a new disk holds: the host's root, and a place for temporary files."""

BLOCK = 4096
DEVICE = 0x4C59


class Record(Protocol):
    """Told of each write, sync, change of a name and failure."""

    def __call__(self, operation: str, path: str, size: int, content: bytes = b"") -> None: ...


def _say_nothing(operation: str, path: str, size: int, content: bytes = b"") -> None:
    """Nobody keeps a record."""


def _take_no_time(duration_ns: int) -> None:
    """Nobody keeps the time."""


def _midnight() -> int:
    return 0


class SimDisk:
    """One host's disk. It outlives the host's processes."""

    __slots__ = (
        "_losses",
        "_rot",
        "_spec",
        "_tree",
        "_used",
        "bends",
        "charge",
        "guard",
        "now",
        "record",
        "scarce",
        "trips",
    )

    def __init__(
        self,
        spec: Disk,
        draws: Draws,
        *,
        record: Record = _say_nothing,
        charge: Callable[[int], None] = _take_no_time,
        now: Callable[[], int] = _midnight,
    ) -> None:
        self._spec = spec
        self.record = record
        self.charge = charge
        self.now = now
        # A stream of its own for each use: an error more does not move what the next power loss takes.
        self.bends = DiskBends(Draws(draws.word(), "disk", "failures"))
        self.trips: list[Trip] = []
        self.guard: Callable[[], None] = _let_pass
        """Asked before each operation: stops the frames of a process that has died in the middle of a call."""
        self.scarce: Callable[[int], None] | None = None
        """Asked for the memory of what is read, while there is little of it; raises MemoryError."""
        self._losses = Draws(draws.word(), "disk", "losses")
        self._rot = Draws(draws.word(), "disk", "rot")
        self._tree = Tree()
        self._used = 0
        for path in FOLDERS:
            self._tree.root.entries[path[1:]] = Directory(self._tree.number(), 0o755, now())

    # What is there.

    @property
    def used(self) -> int:
        """How many bytes its files take."""
        return self._used

    @property
    def room(self) -> int:
        """How many bytes more it takes."""
        return 0 if self.bends.full else max(0, self._spec.bytes_max - self._used)

    @property
    def bytes_max(self) -> int:
        """How many bytes it holds."""
        return self._spec.bytes_max

    def find(self, path: str) -> Inode | None:
        """What a path stands for, or None when it is not there or one of its folders is not."""
        try:
            return self._tree.find(path)
        except (FileNotFoundError, NotADirectoryError):
            return None

    def get(self, path: str) -> Inode:
        """What a path stands for."""
        return self._tree.get(path)

    def folder(self, path: str) -> Directory:
        """The directory that a path stands for."""
        node = self._tree.get(path)
        if not isinstance(node, Directory):
            raise error(errno.ENOTDIR, path)
        return node

    def status(self, inode: Inode) -> os.stat_result:
        """What `stat` shows of it."""
        size, accessed, modified, changed = inode.size, inode.accessed_ns, inode.modified_ns, inode.changed_ns
        whole = (accessed // 10**9, modified // 10**9, changed // 10**9)
        return os.stat_result(
            (inode.mode, inode.number, DEVICE, inode.links, 0, 0, size, *whole),
            {
                "st_atime": whole[0] + accessed % 10**9 * 1e-9,
                "st_mtime": whole[1] + modified % 10**9 * 1e-9,
                "st_ctime": whole[2] + changed % 10**9 * 1e-9,
                "st_atime_ns": accessed,
                "st_mtime_ns": modified,
                "st_ctime_ns": changed,
                "st_blksize": BLOCK,
                "st_blocks": -(-size // 512),
                "st_rdev": 0,
            },
        )

    # Contents.

    def open(self, path: str, flags: int, permissions: int) -> Inode:
        """Find or make what is opened, as the flags of `os.open` ask. The inode counts who has it open."""
        node = self._tree.find(path)
        if node is None:
            if not flags & os.O_CREAT:
                raise error(errno.ENOENT, path)
            node = self._create(path, permissions)
        elif flags & os.O_CREAT and flags & os.O_EXCL:
            raise error(errno.EEXIST, path)
        elif isinstance(node, Directory):
            if flags & (os.O_ACCMODE | os.O_CREAT | os.O_TRUNC):
                raise error(errno.EISDIR, path)
        elif flags & os.O_DIRECTORY:
            raise error(errno.ENOTDIR, path)
        elif isinstance(node, File) and flags & os.O_TRUNC and flags & os.O_ACCMODE and node.data:
            self.truncate(node, path, 0)
        node.opens += 1
        return node

    def _create(self, path: str, permissions: int) -> File:
        directory, name = self._tree.parent(path)
        if not name or path.endswith("/"):
            raise error(errno.EISDIR, path)
        self._begin("write", path)
        self._need_room(path)
        file = File(self._tree.number(), permissions, self.now())
        self._tree.edit(self.now(), (directory, name, file))
        self.record("create", path, 0)
        return file

    def _need_room(self, path: str) -> None:
        """A new name needs room too, if only a little."""
        if self.room <= 0:
            self.record("write ENOSPC", path, 0)
            raise error(errno.ENOSPC, path)

    def close(self, inode: Inode) -> None:
        """Somebody has it open no more; what has no name left is gone then."""
        inode.opens -= 1
        self._release(inode)

    def _release(self, inode: Inode) -> None:
        if inode.links <= 0 and inode.opens <= 0 and isinstance(inode, File):
            # Its room is free, its bytes stay: until the journal is committed a power loss may bring it back.
            self._used -= len(inode.data)

    def read(self, file: File, path: str, offset: int, count: int) -> bytes:
        """Up to so many bytes from an offset."""
        self._begin("read", path)
        if self.scarce is not None:
            self._take_memory(path, min(count, max(0, len(file.data) - offset)))
        with memoryview(file.data) as view:
            return bytes(view[offset : offset + count])

    def _take_memory(self, path: str, size: int) -> None:
        assert self.scarce is not None
        try:
            self.scarce(size)
        except MemoryError:
            self.record("read ENOMEM", path, size)
            raise

    def write(self, file: File, path: str, offset: int, octets: bytes) -> int:
        """Put bytes at an offset; how many of them there was room for."""
        self._begin("write", path)
        growth = offset + len(octets) - len(file.data)
        if growth > 0:
            room = self.room
            if growth > room:
                fitting = len(octets) - growth + room
                if fitting <= 0:
                    self.record("write ENOSPC", path, len(octets))
                    raise error(errno.ENOSPC, path)
                octets = octets[:fitting]
                growth = room
            self._used += growth
        file.write(offset, octets)
        file.modified_ns = file.changed_ns = self.now()
        self.record("write", path, len(octets), bytes(octets))
        return len(octets)

    def truncate(self, file: File, path: str, size: int) -> None:
        """Cut a file to a size, or let it grow to it with zeros."""
        self._begin("write", path)
        growth = size - len(file.data)
        if growth > self.room and growth > 0:
            self.record("write ENOSPC", path, size)
            raise error(errno.ENOSPC, path)
        self._used += growth
        file.truncate(size)
        file.modified_ns = file.changed_ns = self.now()
        self.record("truncate", path, size)

    def sync(self, inode: Inode, path: str) -> None:
        """Make a file's bytes and its name safe, or a directory's names."""
        if self._spec.sync_ns:
            self.charge(self._spec.sync_ns)
        self._begin("sync", path)
        if self.bends.lying:
            self.record("sync lied", path, inode.size)
            return
        if isinstance(inode, File):
            inode.sync()
        self._tree.commit(inode)
        self.record("sync", path, inode.size)

    def sync_all(self) -> None:
        """Make everything safe."""
        if self._spec.sync_ns:
            self.charge(self._spec.sync_ns)
        self._begin("sync", "/")
        if self.bends.lying:
            self.record("sync lied", "/", self._used)
            return
        for _, file in self._tree.files():
            file.sync()
        self._tree.commit_all()
        self.record("sync", "/", self._used)

    def _begin(self, operation: str, path: str) -> None:
        """Take the time that an operation takes, and fail if it is to fail."""
        self.guard()
        cost_ns = self._spec.operation_ns + self.bends.slow_ns
        if cost_ns:
            self.charge(cost_ns)
        for trip in tuple(self.trips):
            trip.meet(operation, path)
        if self.bends.fails(operation, path):
            self.record(f"{operation} EIO", path, 0)
            raise error(errno.EIO, path)

    # Names.

    def names(self, path: str) -> list[str]:
        """The names in a directory, sorted."""
        return sorted(self.folder(path).entries)

    def mkdir(self, path: str, permissions: int) -> None:
        """Make a directory."""
        if self._tree.find(path) is not None:
            raise error(errno.EEXIST, path)
        directory, name = self._tree.parent(path)
        self._begin("write", path)
        self._need_room(path)
        self._tree.edit(
            self.now(), (directory, name, Directory(self._tree.number(), permissions, self.now()))
        )
        self.record("mkdir", path, 0)

    def rmdir(self, path: str) -> None:
        """Remove an empty directory."""
        node = self.folder(path)
        self._guard(path)
        if node.entries:
            raise error(errno.ENOTEMPTY, path)
        directory, name = self._tree.parent(path)
        self._begin("write", path)
        self._tree.edit(self.now(), (directory, name, None))
        self.record("rmdir", path, 0)

    def unlink(self, path: str) -> None:
        """Remove a name; the file goes with its last name, when nobody has it open."""
        node = self._tree.get(path)
        if not isinstance(node, File):
            raise error(errno.EISDIR, path)
        directory, name = self._tree.parent(path)
        self._begin("write", path)
        self._tree.edit(self.now(), (directory, name, None))
        self.record("unlink", path, 0)
        node.links -= 1
        node.changed_ns = self.now()
        self._release(node)

    def rename(self, source: str, target: str) -> None:
        """Give a file or directory another name; what had that name is replaced, at once."""
        node = self._tree.find(source)
        if node is None:
            raise error(errno.ENOENT, source, target)
        old_home, old_name = self._tree.parent(source)
        new_home, new_name = self._tree.parent(target)
        replaced = new_home.entries.get(new_name)
        self._guard(source)
        self._guard(target)
        if replaced is node:
            return
        if target.startswith(source + "/"):
            raise error(errno.EINVAL, source, target)
        if isinstance(replaced, Directory):
            if not isinstance(node, Directory):
                raise error(errno.EISDIR, source, target)
            if replaced.entries:
                raise error(errno.ENOTEMPTY, source, target)
        elif replaced is not None and isinstance(node, Directory):
            raise error(errno.ENOTDIR, source, target)
        self._begin("write", source)
        self._tree.edit(self.now(), (old_home, old_name, None), (new_home, new_name, node))
        self.record("rename", f"{source} -> {target}", 0)
        if isinstance(replaced, File):
            replaced.links -= 1
            self._release(replaced)

    def link(self, source: str, target: str) -> None:
        """Give a file a second name."""
        node = self._tree.get(source)
        if not isinstance(node, File):
            raise error(errno.EPERM, source, target)
        if self._tree.find(target) is not None:
            raise error(errno.EEXIST, source, target)
        directory, name = self._tree.parent(target)
        self._begin("write", target)
        self._tree.edit(self.now(), (directory, name, node))
        node.links += 1
        self.record("link", f"{source} -> {target}", 0)

    def _guard(self, path: str) -> None:
        """The folders that a disk is mounted at stay."""
        if path in FOLDERS:
            raise error(errno.EBUSY, path)

    def set_mode(self, inode: Inode, permissions: int) -> None:
        """Write down who may do what. Nobody is held to it."""
        inode.mode = stat.S_IFMT(inode.mode) | stat.S_IMODE(permissions)
        inode.changed_ns = self.now()

    def set_times(self, inode: Inode, accessed_ns: int, modified_ns: int) -> None:
        """Write down when it was read and written."""
        inode.accessed_ns, inode.modified_ns, inode.changed_ns = accessed_ns, modified_ns, self.now()

    # What happens to it.

    def crash(self) -> None:
        """Every process of the host is killed: their locks are gone, and what they wrote is not."""
        for _, file in self._tree.files():
            file.locks = file.sharing = None

    def power_loss(self, unsynced: Unsynced = "any") -> None:
        """The power goes: of what was not synced, some is lost, some is kept, and some is torn; or as it is asked."""
        draws = Draws(self._losses.word(), "disk", "names")
        self._tree.lose_power(draws, unsynced)
        self._used = 0
        files = tuple(self._tree.files())
        for _, file in files:
            file.links = file.opens = 0
        for path, file in files:
            file.links += 1
            if file.changes:
                file.lose_power(Draws(draws.word(), "disk", path), unsynced)
            if file.links == 1:
                self._used += len(file.data)
        self.crash()

    def settle(self) -> None:
        """The host shuts down: its kernel writes back what was not synced, if the disk lets it."""
        if not self.bends.lying:
            for _, file in self._tree.files():
                file.sync()
            self._tree.commit_all()

    def swap_contents(self, other: "SimDisk") -> None:
        """Exchange two disks, as if somebody had put each into the other's machine; what bends them stays there."""
        self._spec, other._spec = other._spec, self._spec
        self._tree, other._tree = other._tree, self._tree
        self._used, other._used = other._used, self._used

    def rot(self, path: str = "", bits: int = 1) -> None:
        """Flip stored bits, once, in files whose path begins so; each bit of them is as likely.

        It is seen at once: no cache of the kernel hides it.
        """
        files = self._stored(path)
        total = sum(len(file.data) for _, file in files)
        for _ in range(bits if total else 0):
            bit = self._rot.below(total * 8)
            for name, file in files:
                if bit < len(file.data) * 8:
                    file.data[bit // 8] ^= 1 << bit % 8
                    self.record("rot", name, bit // 8)
                    break
                bit -= len(file.data) * 8

    def stores(self, path: str) -> bool:
        """Is there any bit in files whose path begins so?"""
        return bool(self._stored(path))

    def _stored(self, path: str) -> list[tuple[str, File]]:
        start = absolute(path)
        return [(name, file) for name, file in self._tree.files() if name.startswith(start) and file.data]

    @property
    def unsynced(self) -> bool:
        """Is there anything that a power loss could take?"""
        return self._tree.uncommitted or any(file.changes for _, file in self._tree.files())


def _let_pass() -> None:
    """Nobody stands guard over a disk that is in no world."""
