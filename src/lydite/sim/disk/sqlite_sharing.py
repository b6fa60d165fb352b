"""What SQLite's connections to one database file share: the file's lock, and the memory of a write-ahead log.

The lock has SQLite's five levels. Many connections may share; one may be reserved to write later,
while others still read; pending keeps new readers out; exclusive is alone. The memory is what SQLite maps
from the `-shm` file next to the database, with eight slots that are locked shared or exclusive.
It is memory: no such file is seen on the disk, and it is gone with the last connection, as SQLite
itself starts it afresh when a first connection comes.
"""

import ctypes

UNLOCKED, SHARED, RESERVED, PENDING, EXCLUSIVE = range(5)

SLOTS = 8


class Sharing:
    """Locks and shared memory of one database file. Owners are open files of SQLite."""

    __slots__ = ("_exclusive", "_levels", "_regions", "_shared", "_users")

    def __init__(self) -> None:
        self._levels: dict[object, int] = {}
        self._users: dict[object, None] = {}
        self._regions: list[ctypes.Array[ctypes.c_char]] = []
        self._shared: list[dict[object, None]] = [{} for _ in range(SLOTS)]
        self._exclusive: list[object | None] = [None] * SLOTS

    def level(self, owner: object) -> int:
        """What the connection holds."""
        return self._levels.get(owner, UNLOCKED)

    def lock(self, owner: object, wanted: int) -> bool:
        """Raise a connection's lock; False when another is in the way (it may be left pending then)."""
        held = self.level(owner)
        if wanted <= held:
            return True
        others = [level for other, level in self._levels.items() if other is not owner]
        highest = max(others, default=UNLOCKED)
        if wanted == SHARED and highest >= PENDING:
            return False
        if wanted >= RESERVED and highest >= RESERVED:
            return False
        if wanted == EXCLUSIVE and highest >= SHARED:
            self._levels[owner] = PENDING
            return False
        self._levels[owner] = wanted
        return True

    def unlock(self, owner: object, wanted: int) -> None:
        """Lower a connection's lock to shared, or give it up."""
        if wanted == UNLOCKED:
            self._levels.pop(owner, None)
        elif self.level(owner) > wanted:
            self._levels[owner] = wanted

    def reserved(self) -> bool:
        """Does a connection mean to write?"""
        return any(level >= RESERVED for level in self._levels.values())

    def region(
        self, owner: object, index: int, size: int, *, extend: bool
    ) -> "ctypes.Array[ctypes.c_char] | None":
        """A region of the shared memory; None when there is none and none is to be made."""
        self._users[owner] = None
        if not extend and index >= len(self._regions):
            return None
        while len(self._regions) <= index:
            self._regions.append(ctypes.create_string_buffer(size))
        return self._regions[index]

    def lock_slots(self, owner: object, first: int, count: int, *, exclusive: bool) -> bool:
        """Lock slots of the shared memory, all or none."""
        slots = range(first, first + count)
        for slot in slots:
            if self._exclusive[slot] not in {None, owner}:
                return False
            if exclusive and any(other is not owner for other in self._shared[slot]):
                return False
        for slot in slots:
            if exclusive:
                self._exclusive[slot] = owner
            else:
                self._shared[slot][owner] = None
        return True

    def unlock_slots(self, owner: object, first: int, count: int) -> None:
        """Unlock slots of the shared memory."""
        for slot in range(first, first + count):
            if self._exclusive[slot] is owner:
                self._exclusive[slot] = None
            self._shared[slot].pop(owner, None)

    def unmap(self, owner: object) -> None:
        """A connection lets go of the shared memory; the last one ends it."""
        self.unlock_slots(owner, 0, SLOTS)
        self._users.pop(owner, None)
        if not self._users:
            self._regions = []

    def drop(self, owner: object) -> None:
        """A connection is closed, or its process is dead."""
        self._levels.pop(owner, None)
        self.unmap(owner)
