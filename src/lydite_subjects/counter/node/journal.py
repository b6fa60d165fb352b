"""The journal: what a node has promised to keep, on its disk."""

import errno
import json
import os
import zlib

from lydite_subjects.counter.spec import NOTHING, Tally, merge, tally_of


class Damaged(Exception):
    """A journal that has lost more than its last line: what it held can no longer be told."""


class Journal:
    """What the node has promised to keep: a file with a checksum and a batch of operations per line."""

    def __init__(self, folder: str) -> None:
        if not os.path.isdir(folder):
            os.makedirs(folder)
        self._file = open(os.path.join(folder, "journal"), "a+b", buffering=0)  # noqa: SIM115 - while the node lives
        self._length = 0
        self._torn = True
        """Whether there may be something after `_length` that was never promised."""
        directory = os.open(folder, os.O_RDONLY)
        os.fsync(directory)
        os.close(directory)

    def replay(self) -> Tally:
        """All that was ever appended. Half a last line is what a loss of power leaves: nobody was told of it."""
        # A crash may have left what was written and not synced. It counts from here on, so it must stay.
        os.fsync(self._file.fileno())
        self._file.seek(0)
        lines = self._file.read().splitlines(keepends=True)
        tally = NOTHING
        for number, line in enumerate(lines, start=1):
            checksum, _, batch = line.rstrip(b"\n").partition(b" ")
            if not line.endswith(b"\n") or checksum != b"%08x" % zlib.crc32(batch):
                if number < len(lines):
                    raise Damaged(f"{self._file.name}: line {number} of {len(lines)} is not what was written")
                break
            tally = merge(tally, tally_of(json.loads(batch)))
            self._length += len(line)
        return tally

    def append(self, tally: Tally) -> None:
        """Keep it: on return it is on the disk. After an error it is as if nothing had been asked."""
        batch = json.dumps(tally, separators=(",", ":")).encode()
        line = b"%08x %s\n" % (zlib.crc32(batch), batch)
        if self._torn:
            self._file.truncate(self._length)
        self._torn = True
        if self._file.write(line) != len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), self._file.name)
        os.fsync(self._file.fileno())
        self._torn = False
        self._length += len(line)

    def close(self) -> None:
        """Nothing is left to be written."""
        self._file.close()
