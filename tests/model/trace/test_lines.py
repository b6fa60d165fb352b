"""JSON Lines carry a whole trace: out, and in again to the last bit."""

import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lydite.model import (
    CHUNK_RECORDS,
    CorruptRecord,
    InputError,
    Kind,
    Level,
    OtherVersion,
    Payload,
    Plain,
    TraceWriter,
    export_lines,
    import_lines,
    virtual_time,
)
from tests.model.trace.samples import counted_trace, header_of, small_trace


def exported(data: bytes) -> str:
    text = io.StringIO()
    export_lines(io.BytesIO(data), text)
    return text.getvalue()


def imported(text: str) -> bytes:
    trace = io.BytesIO()
    import_lines(io.StringIO(text), trace)
    return trace.getvalue()


@pytest.mark.parametrize("payload", Payload)
def test_a_trace_of_every_kind_goes_out_and_in_to_the_same_bytes(payload: Payload) -> None:
    original = small_trace(header_of(payload=payload))

    assert imported(exported(original)) == original


@pytest.mark.parametrize("records", [0, 1, CHUNK_RECORDS, CHUNK_RECORDS + 1])
def test_a_trace_of_any_length_goes_out_and_in_to_the_same_bytes(records: int) -> None:
    original, _ = counted_trace(records)

    assert imported(exported(original)) == original


@given(
    names=st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["a", "b", "?1", "?7", ""])), max_size=6),
    texts=st.lists(st.text(st.characters(exclude_categories=[]), max_size=8), max_size=4),
)
def test_odd_names_and_texts_go_out_and_in_to_the_same_bytes(
    names: list[tuple[int, str]], texts: list[str]
) -> None:
    sink = io.BytesIO()
    writer = TraceWriter(header_of(), sink)
    for number, name in names:
        writer.emitter(Kind.HOST)(0, number, number, name, "", "")
        writer.emitter(Kind.LOSE)(-5, 2, number, 0, name)
    for text in texts:
        writer.emitter(Kind.END)(0, 1, text)
    writer.close()

    assert imported(exported(sink.getvalue())) == sink.getvalue()


def test_an_export_goes_through_files(tmp_path: Path) -> None:
    (tmp_path / "run.trace").write_bytes(small_trace())

    with (tmp_path / "run.jsonl").open("w", encoding="ascii") as text:
        assert export_lines(tmp_path / "run.trace", text) == len(Kind) + 1
    with (tmp_path / "run.jsonl").open(encoding="utf-8") as text, (tmp_path / "again").open("wb") as trace:
        assert import_lines(text, trace) == len(Kind) + 1

    assert (tmp_path / "again").read_bytes() == small_trace()


def test_each_event_has_id_time_type_source_and_metadata() -> None:
    first, *events, last = map(json.loads, exported(small_trace()).splitlines())

    assert first["lydite_trace"] == 1
    assert first["header"]["claim"]["seed"] == 42
    assert [event["id"] for event in events] == list(range(len(events)))
    assert events[6] == {
        "id": 6,
        "time": "PT0.000000050S",
        "t_ns": 50,
        "type": "send",
        "source": "n1",
        "metadata": {"connection": 7, "size": 5, "payload": "3610a686"},
    }
    assert set(last["end"]) == {"digest", "records", "t_ns"}


@pytest.mark.parametrize(
    ("at_ns", "spelled"),
    [(0, "PT0.000000000S"), (-1_500_000_000, "-PT1.500000000S"), (3_600_000_000_001, "PT3600.000000001S")],
)
def test_virtual_time_is_exact(at_ns: int, spelled: str) -> None:
    assert virtual_time(at_ns) == spelled


@pytest.mark.parametrize("level", [Level.DIGEST, Level.CHECKPOINTS])
def test_a_trace_without_records_cannot_be_exported(level: Level) -> None:
    data, _ = counted_trace(3, header_of(level=level))

    with pytest.raises(InputError, match=f"an export needs every record.*level {level}.*at level full"):
        exported(data)


def changed_line(number: int, **changes: object) -> str:
    """The sample's lines, with parts of one event changed; lines count from 1 and the first is the header."""
    lines = exported(small_trace()).splitlines()
    lines[number - 1] = json.dumps({**json.loads(lines[number - 1]), **changes})
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"id": 7}, "the next id is 6, found 7"),
        ({"time": "PT0.000000051S"}, "time at t_ns 50 is 'PT0.000000050S', found 'PT0.000000051S'"),
        ({"t_ns": 50.0}, "t_ns is a whole number of nanoseconds, found 50.0"),
        ({"t_ns": 2**63}, "t_ns is a whole number"),
        ({"type": "sent"}, "type is one of start, .*, found 'sent'"),
        ({"source": "n9"}, "a HOST record has named before, found 'n9'"),
        ({"source": "?1"}, "a HOST record has named before, found '\\?1'"),
        ({"extra": 1}, "an event has exactly id, .*, found extra, "),
        ({"metadata": {"size": 5}}, "metadata of send has exactly connection, size, payload"),
        (
            {"metadata": {"connection": -1, "size": 5, "payload": "3610a686"}},
            "connection is a whole number from 0 to 4294967295, found -1",
        ),
        (
            {"metadata": {"connection": True, "size": 5, "payload": "3610a686"}},
            "connection is a whole number from 0 to 4294967295, found True",
        ),
        (
            {"metadata": {"connection": 7, "size": 5, "payload": "3610A686"}},
            "payload has 8 hexadecimal digits",
        ),
    ],
)
def test_a_damaged_line_is_named_by_its_number(changes: dict[str, Plain], message: str) -> None:
    with pytest.raises(CorruptRecord, match=message) as caught:
        imported(changed_line(8, **changes))
    assert "line 8)" in str(caught.value)


def test_an_event_that_was_changed_by_hand_is_found_at_the_end() -> None:
    changed = changed_line(8, metadata={"connection": 8, "size": 5, "payload": "3610a686"})

    with pytest.raises(CorruptRecord, match=f"a line was changed, lost or added.*line {len(Kind) + 3}"):
        imported(changed)


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ('"holds": true', '"holds": 1', "holds is bool, found 1"),
        ('"name": "block"', '"name": 5', "name is str, found 5"),
        ('"of": [1.5', '"of": [NaN', "a number that JSON cannot carry"),
        ('"type": "send"}', '"type": "send"', "expected an event, or the end as one JSON object"),
        ('"lydite_trace": 1', '"lydite_track": 1', "the first line has exactly lydite_trace and header"),
        ('"seed": 42', '"seed": "42"', "in the header, seed is int, found '42'"),
        ('"seed": 42', '"seed": 41', "a line was changed"),
        ('"rate": 0.5', '"rate": Infinity', "in the header, "),
        ('"level": "full"', '"level": "digest"', "level full, found level digest"),
        ('"version": 1', '"version": 2', "in the header, "),
    ],
)
def test_a_line_of_other_values_is_refused(before: str, after: str, message: str) -> None:
    text = exported(small_trace())
    assert before in text

    with pytest.raises(CorruptRecord, match=message):
        imported(text.replace(before, after, 1))


def test_lines_of_another_version_say_which_is_read() -> None:
    text = exported(small_trace()).replace('"lydite_trace": 1', '"lydite_trace": 2')

    with pytest.raises(OtherVersion, match=r"of version 2; version 1 is read.*line 1"):
        imported(text)


@pytest.mark.parametrize("lost", range(len(Kind) + 3))
def test_a_lost_line_is_found(lost: int) -> None:
    lines = exported(small_trace()).splitlines(keepends=True)

    with pytest.raises(CorruptRecord):
        imported("".join(lines[:lost] + lines[lost + 1 :]))


def test_a_file_that_was_cut_short_anywhere_is_found() -> None:
    text = exported(small_trace())

    for length in range(0, len(text), 7):
        with pytest.raises(CorruptRecord):
            imported(text[:length])


def test_lines_after_the_end_are_found() -> None:
    with pytest.raises(CorruptRecord, match="the end is the last line"):
        imported(exported(small_trace()) + "\n")


def test_text_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    path.write_bytes(exported(small_trace()).encode().replace(b"nobody listens", b"nobody \xff listens"))

    with (
        path.open(encoding="utf-8") as text,
        pytest.raises(CorruptRecord, match="expected UTF-8, found 0xff"),
    ):
        import_lines(text, io.BytesIO())


def test_a_line_that_never_ends_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lydite.model.trace.lines.LINE_CHARACTERS_MAX", 10_000)

    with pytest.raises(CorruptRecord, match="at most 10,000 characters"):
        imported("[" * 20_000)
