"""A trace file as a row of frames: header, records or checkpoints, trailer; every byte accounted for.

    magic 8 | version u16 | length u32 | header JSON | crc32 of all before
    length u32 | record                                    one by one, at level FULL
    CHECKPOINT u32 | records u64 | at_ns i64 | link 32 | crc32      at level CHECKPOINTS
    END u32        | records u64 | at_ns i64 | digest 32 | crc32

The records are hashed in chunks: ``link = BLAKE2b-256(link before, chunk)``, beginning with the
hash of the header's claim; the digest of the trace is the last link. The trailer says that the
writer came to its end: a file without one was cut short, and that is another trouble than damage.
"""

import hashlib
import struct
from collections.abc import Iterator
from typing import BinaryIO, Final, NamedTuple
from zlib import crc32

from lydite.model.errors import CorruptRecord, OtherVersion
from lydite.model.trace.header import (
    HEADER_BYTES_MAX,
    TRACE_VERSION,
    Header,
    Level,
    decode_header,
    encode_header,
)
from lydite.model.trace.schema import HEAD, LENGTH, RECORD_BYTES_MAX

CHUNK_RECORDS: Final = 4096
"""Records in one link of the chain, and between two checkpoints."""

MAGIC: Final = b"LYDITE\x00T"
CHECKPOINT_MARK: Final = 0xFFFFFFFE
END_MARK: Final = 0xFFFFFFFF

_PREAMBLE: Final = struct.Struct("<8sHI")
_POINT: Final = struct.Struct("<IQq32s")
_CRC: Final = struct.Struct("<I")
_POINT_BYTES: Final = _POINT.size + _CRC.size

_AGAIN: Final = "copy the file again, or make the trace anew from its seed"


class Checkpoint(NamedTuple):
    """How far a trace is: how many records, the time of the last one, and the link that binds them all."""

    records: int
    at_ns: int
    digest: str


def encode_preamble(header: Header) -> bytes:
    """Everything in front of the records."""
    encoded = encode_header(header)
    front = _PREAMBLE.pack(MAGIC, TRACE_VERSION, len(encoded)) + encoded
    return front + _CRC.pack(crc32(front))


def encode_point(mark: int, point: Checkpoint) -> bytes:
    """A checkpoint, or the trailer."""
    packed = _POINT.pack(mark, point.records, point.at_ns, bytes.fromhex(point.digest))
    return packed + _CRC.pack(crc32(packed))


def _decode_point(frame: bytes) -> Checkpoint | None:
    """The checkpoint in a whole frame, or None where its bytes are damaged."""
    if len(frame) < _POINT_BYTES or _CRC.unpack(frame[_POINT.size :])[0] != crc32(frame[: _POINT.size]):
        return None
    _, records, at_ns, link = _POINT.unpack(frame[: _POINT.size])
    return Checkpoint(records, at_ns, link.hex())


class Frames:
    """The frames of one file, read once from front to back; the chain is computed on the way.

    Iterating gives the records without their length. Each is as yet unproven: only when the
    iteration ends without an error are all of them what the writer wrote.
    """

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._file = file
        self._name = name
        self._offset = 0
        self._place = 0
        self._mark: int | None = None
        self.number = -1
        """The number of the record that was given last."""
        self.checkpoints: list[Checkpoint] = []
        self.end: Checkpoint | None = None
        """The trailer, once it was reached."""
        self.header = self._read_header()
        self._link = self.header.genesis()
        self._hash = hashlib.blake2b(self._link, digest_size=32)
        self._at_ns = 0

    def __iter__(self) -> Iterator[bytes]:
        full = self.header.level is Level.FULL
        while (mark := self._read_mark()) != END_MARK:
            if mark == CHECKPOINT_MARK and not full:
                self._checkpoint()
            elif full:
                yield self._record(mark)
            else:
                raise self.damaged(f"a trace of level {self.header.level} holds no record, found one")
        self._finish()

    def damaged(self, what: str) -> CorruptRecord:
        """The error for damage in the frame that was read last."""
        return CorruptRecord(f"the trace is damaged: {what}", where=self._where(), remedy=_AGAIN)

    def _where(self) -> str:
        record = f", record {self.number}" if self.number >= 0 else ""
        return f"{self._name}, byte {self._place}{record}"

    def _read_header(self) -> Header:
        preamble = self._up_to(_PREAMBLE.size)
        if preamble[: len(MAGIC)] != MAGIC[: len(preamble)] or not preamble:
            found = f"starts with {preamble[: len(MAGIC)]!r}" if preamble else "is empty"
            raise CorruptRecord(
                f"this is no trace: a trace starts with {MAGIC!r}, this {found}",
                where=self._name,
                remedy="give a file that Lydite wrote as a trace",
            )
        if len(preamble) < _PREAMBLE.size:
            raise self._cut_short(_PREAMBLE.size, preamble)
        _, version, length = _PREAMBLE.unpack(preamble)
        if version != TRACE_VERSION:
            raise OtherVersion(
                f"the trace is of version {version}; version {TRACE_VERSION} is read",
                where=self._name,
                remedy="read it with the Lydite that wrote it, or make it anew from its seed",
            )
        if length > HEADER_BYTES_MAX:
            raise self.damaged(f"a header has at most {HEADER_BYTES_MAX:,} bytes, found {length:,}")
        rest = self._read(length + _CRC.size)
        if _CRC.unpack(rest[length:])[0] != crc32(preamble + rest[:length]):
            raise self.damaged("the header does not fit its checksum")
        try:
            return decode_header(rest[:length])
        except ValueError as error:
            raise self.damaged(f"in the header, {error}") from error

    def _read_mark(self) -> int:
        self._place, self._mark = self._offset, -1
        self._mark = int.from_bytes(self._read(LENGTH.size), "little")
        return self._mark

    def _record(self, length: int) -> bytes:
        self.number += 1
        if not HEAD.size <= length <= RECORD_BYTES_MAX:
            raise self.damaged(f"a record has {HEAD.size} to {RECORD_BYTES_MAX:,} bytes, found {length:,}")
        record = self._read(length)
        self._hash.update(LENGTH.pack(length))
        self._hash.update(record)
        self._at_ns = int.from_bytes(record[:8], "little", signed=True)
        if (self.number + 1) % CHUNK_RECORDS == 0:
            self._link = self._hash.digest()
            self._hash = hashlib.blake2b(self._link, digest_size=32)
            self.checkpoints.append(Checkpoint(self.number + 1, self._at_ns, self._link.hex()))
        return record

    def _checkpoint(self) -> None:
        point = self._read_point(CHECKPOINT_MARK)
        wanted = CHUNK_RECORDS * (len(self.checkpoints) + 1)
        if point.records != wanted:
            raise self.damaged(f"the next checkpoint is that of record {wanted}, found {point.records}")
        self.checkpoints.append(point)

    def _finish(self) -> None:
        end = self._read_point(END_MARK)
        if self._file.read(1):
            raise self.damaged("the trailer is the last thing in a trace, found more behind it")
        if self.header.level is Level.FULL:
            digest = self._hash.hexdigest() if (self.number + 1) % CHUNK_RECORDS else self._link.hex()
            found = Checkpoint(self.number + 1, self._at_ns, digest)
        else:
            found = self._implied(end)
        for part, wanted, value in zip(Checkpoint._fields, end, found, strict=True):
            if wanted != value:
                raise self.damaged(f"the trailer says {part} {wanted}, what stands before it gives {value}")
        self.end = end

    def _implied(self, end: Checkpoint) -> Checkpoint:
        """What header and checkpoints let expect of a trailer, as far as they go."""
        if not end.records:
            return Checkpoint(0, 0, self._link.hex())
        if self.header.level is Level.DIGEST:
            return end
        chunks, rest = divmod(end.records, CHUNK_RECORDS)
        if chunks != len(self.checkpoints):
            raise self.damaged(
                f"{end.records} records have {chunks} checkpoints, found {len(self.checkpoints)}"
            )
        return end if rest else self.checkpoints[-1]

    def _read_point(self, mark: int) -> Checkpoint:
        point = _decode_point(LENGTH.pack(mark) + self._read(_POINT_BYTES - LENGTH.size))
        if point is None:
            raise self.damaged("a checkpoint or trailer does not fit its checksum")
        return point

    def _read(self, count: int) -> bytes:
        """That many bytes, or the error that fits a file without them."""
        found = self._up_to(count)
        if len(found) < count:
            raise self._cut_short(count, found)
        return found

    def _up_to(self, count: int) -> bytes:
        """That many bytes, or as many as there are."""
        found = self._file.read(count)
        while len(found) < count and (more := self._file.read(count - len(found))):
            found += more
        self._offset += len(found)
        return found

    def _cut_short(self, wanted: int, found: bytes) -> CorruptRecord:
        """The error for a file that ends too soon. One that has its trailer is whole: then a length lies."""
        tail = found[-_POINT_BYTES:]
        if tail[: LENGTH.size] == LENGTH.pack(END_MARK) and _decode_point(tail):
            return self.damaged(f"a length of {wanted:,} leads past the end of the file")
        match self._mark:
            case None:
                part = "in its header"
            case -1:
                part = f"after {self.number + 1} records"
            case _ if self._mark in {CHECKPOINT_MARK, END_MARK}:
                part = "in a checkpoint" if self._mark == CHECKPOINT_MARK else "in its trailer"
            case _:
                part = f"in record {self.number}"
        return CorruptRecord(
            f"the trace is cut short {part}: the file ends at byte {self._offset}, before its trailer",
            where=self._where(),
            remedy="what came before can be read; for the rest " + _AGAIN,
        )
