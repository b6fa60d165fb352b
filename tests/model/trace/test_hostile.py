"""Files made to mislead: lengths that are not believed, records that say nothing, headers of other parts."""

import io
import struct

import pytest

from lydite.model import (
    CorruptRecord,
    Header,
    Kind,
    Level,
    Plain,
    TraceWriter,
    canonical_json,
    verify_trace,
)
from lydite.model.trace.header import decode_header
from tests.model.trace.samples import counted_trace, header_of

TRAILER_BYTES = 4 + 8 + 8 + 32 + 4


class Endless(io.RawIOBase):
    """A hostile file: as many bytes as anybody asks for. It remembers the largest request."""

    def __init__(self, start: bytes) -> None:
        self._start = io.BytesIO(start)
        self.largest = 0

    def read(self, size: int = -1, /) -> bytes:
        self.largest = max(self.largest, size)
        return self._start.read(size) or b"\0" * size


def test_a_hostile_length_of_the_header_is_not_believed() -> None:
    file = Endless(struct.pack("<8sHI", b"LYDITE\x00T", 1, 0xFFFFFFF0))

    with pytest.raises(CorruptRecord, match="a header has at most 16,777,216 bytes, found 4,294,967,280"):
        verify_trace(file)  # type: ignore[arg-type]
    assert file.largest < 100


def test_a_hostile_length_of_a_record_is_not_believed() -> None:
    original, _ = counted_trace(0)
    file = Endless(original[:-TRAILER_BYTES] + struct.pack("<I", 0xFFFFFFF0))

    with pytest.raises(CorruptRecord, match="a record has 13 to 16,777,216 bytes, found 4,294,967,280"):
        verify_trace(file)  # type: ignore[arg-type]
    assert file.largest < 2_000


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (struct.pack("<qIB", 0, 0, 99), "99 is not a valid Kind"),
        (struct.pack("<qIBI", 0, 0, Kind.DELIVER, 1), "size ends at byte"),
        (struct.pack("<qIBIII", 0, 0, Kind.DELIVER, 1, 2, 3), "DELIVER ends after 21 bytes, found 25"),
        (struct.pack("<qIBI", 0, 0, Kind.END, 100), "outcome ends at byte 117"),
        (struct.pack("<qIBII", 0, 0, Kind.NOTE, 0, 7) + b'{"a": 1', "facts: .*"),
        (struct.pack("<qIBII", 0, 0, Kind.NOTE, 0, 8) + b'{"a": 1}', "not in the canonical spelling"),
        (struct.pack("<qIBII", 0, 0, Kind.NOTE, 0, 3) + b"NaN", "JSON cannot carry"),
        (struct.pack("<qIBII", 0, 0, Kind.NOTE, 0, 8) + b'"\\ud800"', "UTF-8 cannot spell"),
        (struct.pack("<qIBII", 0, 0, Kind.NOTE, 0, 200_000) + b"[" * 200_000, "nested too deeply"),
        (struct.pack("<qIBIIB", 0, 0, Kind.CHECK, 0, 0, 2), "holds is 0 or 1, found 2"),
    ],
)
def test_a_record_that_is_chained_well_but_says_nothing_is_refused(record: bytes, message: str) -> None:
    sink = io.BytesIO()
    writer = TraceWriter(header_of(), sink)
    writer.add(struct.pack("<I", len(record)) + record)
    writer.close()

    with pytest.raises(CorruptRecord, match=message):
        verify_trace(io.BytesIO(sink.getvalue()))


def test_a_record_does_not_belong_in_a_trace_of_digests() -> None:
    digest, _ = counted_trace(3, header_of(level=Level.DIGEST))
    full, _ = counted_trace(3)
    odd = digest[:-TRAILER_BYTES] + full[-TRAILER_BYTES - 75 :]

    with pytest.raises(CorruptRecord, match="level digest holds no record"):
        verify_trace(io.BytesIO(odd))


@pytest.mark.parametrize(
    ("part", "value", "message"),
    [
        ("seed", True, "seed is int, found True"),
        ("schedule", [{"at_ns": 0}], "kind is lever.verb"),
        ("payload", "md5", "payload is one of crc32, blake2b, found 'md5'"),
        ("version", 2, "version is 1 there, found 2"),
    ],
)
def test_a_header_of_other_parts_is_refused_by_name(part: str, value: Plain, message: str) -> None:
    plain = header_of().as_plain()
    claim = plain["claim"]
    assert isinstance(claim, dict)
    odd = {**plain, "claim": {**claim, part: value}}

    with pytest.raises(ValueError, match=message):
        _checked(odd)


def _checked(odd: dict[str, Plain]) -> Header:
    return decode_header(canonical_json(odd))
