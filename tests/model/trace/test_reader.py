"""A trace that was read to its end is what was written: no byte of it can change unseen."""

import io
from pathlib import Path
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lydite.model import (
    Event,
    Kind,
    Payload,
    Plain,
    TraceWriter,
    read_trace,
    verify_trace,
)
from tests.model.trace.samples import header_of, small_trace


def events_of(data: bytes) -> list[Event]:
    return list(read_trace(io.BytesIO(data)))


def test_every_field_comes_back_as_it_was_given() -> None:
    events = {event.kind: event for event in events_of(small_trace())}

    assert [event.number for event in events_of(small_trace())] == list(range(len(Kind) + 1))
    assert events[Kind.HOST].fields == {"index": 1, "name": "n1", "region": "us", "address": "10.0.0.2"}
    assert events[Kind.SEND] == Event(
        number=6,
        at_ns=50,
        host="n1",
        kind=Kind.SEND,
        fields={"connection": 7, "size": 5, "payload": f"{crc32(b'hello'):08x}"},
    )
    assert events[Kind.CONNECT].fields == {"connection": 7, "peer": "n0", "port": 8000, "local_port": 40000}
    assert events[Kind.LOSE].fields == {"peer": "?4294967295", "size": 3, "why": "cut"}
    assert events[Kind.DISK].fields == {
        "operation": "write",
        "path": "/data/\udcff.db",
        "size": 2**64 - 1,
        "content": 2**32 - 1,
    }
    assert events[Kind.CRASH].fields["cause"] == "höhe \x1b[31m\n\\ud800"
    assert events[Kind.NOTE].fields["facts"] == {"height": 1, "of": [1.5, True, None]}
    assert events[Kind.CHECK].fields["holds"] is True
    assert events[Kind.EXIT].fields == {"incarnation": 1, "code": -9}
    assert events[Kind.END].at_ns == 2**62


def test_the_header_comes_back_as_it_was_given() -> None:
    assert read_trace(io.BytesIO(small_trace())).header == header_of()


def test_evidence_has_long_hashes() -> None:
    send = events_of(small_trace(header_of(payload=Payload.BLAKE2B)))[6]

    assert len(str(send.fields["payload"])) == 32


def test_a_summary_says_what_a_trace_comes_to(tmp_path: Path) -> None:
    path = tmp_path / "run.trace"
    path.write_bytes(small_trace())

    summary = verify_trace(path)

    assert (summary.records, summary.end_ns, summary.end) == (len(Kind) + 1, 2**62, "HOLDS")
    assert summary.header == header_of()


TEXT = st.text(max_size=20).filter(lambda text: text.encode("utf-8", "ignore").decode() == text)
FACTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


@given(
    notes=st.lists(st.tuples(st.integers(0, 2**63 - 1), st.integers(0, 2**32 - 1), TEXT, FACTS), max_size=5),
    payloads=st.lists(st.binary(max_size=30), max_size=5),
)
def test_whatever_is_written_is_read(notes: list[tuple[int, int, str, Plain]], payloads: list[bytes]) -> None:
    sink = io.BytesIO()
    writer = TraceWriter(header_of(), sink)
    for at_ns, host, name, facts in notes:
        writer.emitter(Kind.NOTE)(at_ns, host, name, facts)
    for payload in payloads:
        writer.emitter(Kind.SEND)(0, 0, 1, len(payload), payload)
    writer.close()

    events = events_of(sink.getvalue())

    told = [(e.at_ns, e.host, e.fields["name"], e.fields["facts"]) for e in events[: len(notes)]]
    assert told == [(at_ns, f"?{host}", name, facts) for at_ns, host, name, facts in notes]
    assert [e.fields["payload"] for e in events[len(notes) :]] == [f"{crc32(p):08x}" for p in payloads]


def test_a_name_always_leads_to_one_host() -> None:
    sink = io.BytesIO()
    writer = TraceWriter(header_of(), sink)
    host, listen = writer.emitter(Kind.HOST), writer.emitter(Kind.LISTEN)
    listen(0, 1, 1)
    for number, name in [(1, "a"), (2, "a"), (3, "?9"), (1, "b"), (4, "")]:
        host(0, number, number, name, "", "")
        listen(0, number, 1)
    writer.close()

    hosts = [event.host for event in events_of(sink.getvalue()) if event.kind is Kind.LISTEN]

    assert hosts == ["?1", "a", "?2", "?3", "a", "?4"]


def test_a_reader_closes_the_file_that_it_opened(tmp_path: Path) -> None:
    path = tmp_path / "run.trace"
    path.write_bytes(small_trace())

    with read_trace(path) as half:
        next(iter(half))
    whole = read_trace(str(path))
    events = list(whole)

    assert len(events) == len(Kind) + 1
    assert whole.end is not None
    with pytest.raises(ValueError, match="closed file"):
        list(half)
