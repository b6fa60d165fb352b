"""Hashes that were seen lately: a bounded memory that forgets the oldest half at a time, and so never searches."""

from collections.abc import Iterable


class Recent:
    """At least the last `most // 2` hashes, at most the last `most`."""

    __slots__ = ("_half", "_new", "_old")

    def __init__(self, most: int) -> None:
        self._half = max(1, most // 2)
        self._new: set[bytes] = set()
        self._old: set[bytes] = set()

    def add(self, hashes: Iterable[bytes]) -> None:
        """These were seen."""
        for each in hashes:
            if len(self._new) >= self._half:
                self._old, self._new = self._new, set()
            self._new.add(each)

    def clear(self) -> None:
        """Forget everything."""
        self._new.clear()
        self._old.clear()

    def __contains__(self, each: object) -> bool:
        return each in self._new or each in self._old

    def __len__(self) -> int:
        return len(self._new) + len(self._old)
