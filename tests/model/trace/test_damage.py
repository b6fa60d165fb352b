"""Damage is found wherever it is, told from a file cut short, and told with its place and a remedy."""

import io
import struct
from pathlib import Path

import pytest

from lydite.model import (
    CHUNK_RECORDS,
    Checkpoint,
    CorruptRecord,
    InputError,
    Level,
    OtherVersion,
    RecordError,
    read_trace,
    verify_trace,
)
from lydite.model.trace.frames import encode_point
from tests.model.trace.samples import counted_trace, header_of, small_trace

TRAILER_BYTES = 4 + 8 + 8 + 32 + 4


@pytest.mark.parametrize("level", Level)
def test_a_change_of_any_bit_is_found(level: Level) -> None:
    header = header_of(level=level)
    original = small_trace(header) if level is Level.FULL else counted_trace(CHUNK_RECORDS + 1, header)[0]

    unseen = []
    for offset in range(len(original)):
        for bit in (0x01, 0x80, 0xFF):
            changed = bytearray(original)
            changed[offset] ^= bit
            try:
                verify_trace(io.BytesIO(bytes(changed)))
                unseen.append((offset, bit))
            except RecordError as error:
                if not (error.where and error.remedy):
                    unseen.append((offset, bit))

    assert unseen == []


@pytest.mark.parametrize("level", Level)
def test_a_file_that_was_cut_short_says_so_and_where(level: Level) -> None:
    header = header_of(level=level)
    original = small_trace(header) if level is Level.FULL else counted_trace(CHUNK_RECORDS + 1, header)[0]

    assert len(original) > 400
    for length in range(1, len(original)):
        with pytest.raises(CorruptRecord, match="cut short") as caught:
            verify_trace(io.BytesIO(original[:length]))
        assert f"ends at byte {length}," in str(caught.value)


def test_an_error_names_byte_record_and_remedy() -> None:
    original, _ = counted_trace(10)
    first = len(original) - TRAILER_BYTES - 10 * 25

    with pytest.raises(CorruptRecord) as caught:
        verify_trace(io.BytesIO(original[: first + 4 * 25 + 7]))

    assert str(caught.value) == (
        f"the trace is cut short in record 4: the file ends at byte {first + 107}, before its trailer "
        f"(trace, byte {first + 100}, record 4); what came before can be read; for the rest copy the "
        "file again, or make the trace anew from its seed"
    )


@pytest.mark.parametrize(
    ("level", "cut", "message"),
    [
        (Level.FULL, 2, "in its trailer"),
        (Level.FULL, TRAILER_BYTES, "after 4097 records"),
        (Level.FULL, TRAILER_BYTES + 3, "in record 4096"),
        (Level.DIGEST, 2, "in its trailer"),
        (Level.CHECKPOINTS, 2, "in its trailer"),
        (Level.CHECKPOINTS, TRAILER_BYTES + 2, "in a checkpoint"),
    ],
)
def test_a_short_file_says_in_which_part_it_ends(level: Level, cut: int, message: str) -> None:
    original, _ = counted_trace(CHUNK_RECORDS + 1, header_of(level=level))

    with pytest.raises(CorruptRecord, match=f"cut short {message}"):
        verify_trace(io.BytesIO(original[:-cut]))


def test_a_length_that_lies_is_damage_and_not_a_short_file() -> None:
    original, _ = counted_trace(10)
    first = len(original) - TRAILER_BYTES - 10 * 25
    changed = original[:first] + struct.pack("<I", 100_000) + original[first + 4 :]

    with pytest.raises(CorruptRecord, match="damaged: a length of 100,000 leads past the end"):
        verify_trace(io.BytesIO(changed))


def test_what_came_before_the_end_of_a_short_file_can_be_read() -> None:
    original, _ = counted_trace(10)
    events = iter(read_trace(io.BytesIO(original[: -TRAILER_BYTES - 50])))

    assert [next(events).number for _ in range(8)] == list(range(8))
    with pytest.raises(CorruptRecord, match="after 8 records"):
        next(events)


def test_something_behind_the_trailer_is_found() -> None:
    with pytest.raises(CorruptRecord, match="the last thing in a trace"):
        verify_trace(io.BytesIO(small_trace() + b"\0"))


@pytest.mark.parametrize("drop", [0, 5, 9])
def test_a_missing_or_repeated_record_is_found(drop: int) -> None:
    original, _ = counted_trace(10)
    first = len(original) - TRAILER_BYTES - 10 * 25
    start, end = first + drop * 25, first + (drop + 1) * 25

    for changed in (original[:start] + original[end:], original[:end] + original[start:]):
        with pytest.raises(CorruptRecord, match="trailer says"):
            verify_trace(io.BytesIO(changed))


def test_a_trace_of_another_version_says_which_is_read() -> None:
    changed = bytearray(small_trace())
    changed[8:10] = struct.pack("<H", 7)

    with pytest.raises(OtherVersion, match="of version 7; version 1 is read"):
        verify_trace(io.BytesIO(bytes(changed)))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "this is empty"),
        (b"SQLite format 3\x00 and so on", "this is no trace.*SQLite"),
        (b"LY", "cut short in its header"),
    ],
)
def test_a_file_that_is_no_trace_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "odd"
    path.write_bytes(content)

    with pytest.raises(CorruptRecord, match=message) as caught:
        verify_trace(path)
    assert str(path) in str(caught.value)


def test_a_missing_file_is_an_error_of_the_input(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        verify_trace(tmp_path / "missing")
    with pytest.raises(InputError, match="is a directory"):
        verify_trace(tmp_path)


def point(mark: int, records: int, digest: str) -> bytes:
    return encode_point(mark, Checkpoint(records, 0, digest))


@pytest.mark.parametrize(
    ("level", "points", "end", "message"),
    [
        (Level.DIGEST, [], 0, "trailer says digest"),
        (Level.CHECKPOINTS, [1], 2, "the next checkpoint is that of record 4096, found 1"),
        (Level.CHECKPOINTS, [CHUNK_RECORDS, CHUNK_RECORDS], 3 * CHUNK_RECORDS, "of record 8192, found 4096"),
        (Level.CHECKPOINTS, [CHUNK_RECORDS], 5, "5 records have 0 checkpoints, found 1"),
        (Level.CHECKPOINTS, [], CHUNK_RECORDS, "4096 records have 1 checkpoints, found 0"),
        (Level.CHECKPOINTS, [CHUNK_RECORDS], CHUNK_RECORDS, "trailer says digest"),
    ],
)
def test_checkpoints_and_trailer_that_contradict_each_other_are_refused(
    level: Level, points: list[int], end: int, message: str
) -> None:
    empty, _ = counted_trace(0, header_of(level=level))
    frames = [point(0xFFFFFFFE, records, "aa" * 32) for records in points]
    odd = empty[:-TRAILER_BYTES] + b"".join(frames) + point(0xFFFFFFFF, end, "bb" * 32)

    with pytest.raises(CorruptRecord, match=message):
        verify_trace(io.BytesIO(odd))
