"""A trace binds what happened: one run, one digest, at every level of keeping."""

import io
import struct
from dataclasses import replace
from hashlib import blake2b
from zlib import crc32

import pytest

from lydite.model import (
    CHUNK_RECORDS,
    SCHEMA,
    Checkpoint,
    Fault,
    Header,
    InputError,
    Kind,
    Level,
    Payload,
    TraceWriter,
    canonical_json,
    verify_trace,
)
from tests.model.trace.samples import counted_trace, header_of, one_of_each_kind, small_trace

GOLDEN = "c9001f7645f5a6aad073c6f5a2f7d7bc94e2c25799161fd13b4322f4dd8fd5ac"
GOLDEN_EVIDENCE = "bb863db76df3e7e882767a50afd363c5440e734bdb5bdbe59c1f7e0d4ab78902"


def digest_of_each_kind(header: Header) -> str:
    writer = TraceWriter(header)
    one_of_each_kind(writer)
    return writer.close()


def test_the_digest_of_a_known_trace_never_changes() -> None:
    assert digest_of_each_kind(header_of()) == GOLDEN
    assert digest_of_each_kind(header_of(payload=Payload.BLAKE2B)) == GOLDEN_EVIDENCE


def test_the_sample_has_a_record_of_every_kind_and_every_kind_has_fields() -> None:
    writer = TraceWriter(header_of())
    one_of_each_kind(writer)

    assert set(SCHEMA) == set(Kind)
    assert writer.records == len(Kind) + 1  # two hosts


def test_the_chain_is_what_the_documentation_says() -> None:
    data, writer = counted_trace(CHUNK_RECORDS + 1)

    link = blake2b(canonical_json(header_of().claim()), digest_size=32).digest()
    record = struct.Struct("<IqIBII")
    records = [record.pack(21, n * 10, 0, 9, n, 208) for n in range(CHUNK_RECORDS + 1)]
    link = blake2b(link + b"".join(records[:-1]), digest_size=32).digest()
    link = blake2b(link + records[-1], digest_size=32).digest()

    assert writer.digest() == link.hex()
    assert b"".join(records) in data


def test_a_payload_is_remembered_by_its_hash() -> None:
    quick = small_trace()
    evidence = small_trace(header_of(payload=Payload.BLAKE2B))

    assert struct.pack("<II", 5, crc32(b"hello")) in quick
    assert struct.pack("<I", 5) + blake2b(b"hello", digest_size=16).digest() in evidence


@pytest.mark.parametrize(
    "records", [0, 1, CHUNK_RECORDS - 1, CHUNK_RECORDS, CHUNK_RECORDS + 1, 2 * CHUNK_RECORDS + 5]
)
def test_the_digest_is_the_same_at_every_level(records: int) -> None:
    traces = {level: counted_trace(records, header_of(level=level)) for level in Level}

    summaries = {level: verify_trace(io.BytesIO(data)) for level, (data, _) in traces.items()}

    assert len({summary.digest for summary in summaries.values()}) == 1
    assert {summary.records for summary in summaries.values()} == {records}
    assert {summary.end_ns for summary in summaries.values()} == {max(0, records - 1) * 10}
    for level, (_, writer) in traces.items():
        assert writer.digest() == summaries[level].digest
        assert writer.records == records
        assert len(writer.checkpoints) == records // CHUNK_RECORDS
        if level is not Level.DIGEST:
            assert summaries[level].checkpoints == writer.checkpoints


def test_a_checkpoint_is_the_digest_up_to_there() -> None:
    _, whole = counted_trace(CHUNK_RECORDS + 100)
    _, first = counted_trace(CHUNK_RECORDS)

    last_ns = (CHUNK_RECORDS - 1) * 10
    assert whole.checkpoints == (Checkpoint(CHUNK_RECORDS, last_ns, first.digest()),)


def test_asking_for_the_digest_in_the_middle_changes_nothing() -> None:
    asked, silent = TraceWriter(header_of()), TraceWriter(header_of())

    seen = []
    for writer in (asked, silent):
        deliver = writer.emitter(Kind.DELIVER)
        for number in range(CHUNK_RECORDS + 10):
            deliver(number, 0, number, 1)
            if writer is asked and number % 1000 == 0:
                seen += [writer.digest(), writer.digest()]

    assert asked.close() == silent.close() == asked.close()
    assert seen[::2] == seen[1::2]
    assert len(set(seen)) == len(seen) // 2


def test_an_empty_trace_has_the_digest_of_its_claim() -> None:
    assert TraceWriter(header_of()).close() == header_of().genesis().hex()


@pytest.mark.parametrize(
    "other",
    [
        header_of(seed=43),
        header_of(trial="counter.other"),
        header_of(faults=()),
        header_of(faults=(Fault(at_ns=1_001, kind="network.cut", args={"a": "n1"}, lasting_ns=500),)),
        header_of(payload=Payload.BLAKE2B),
        replace(header_of(), configuration={"hosts": 4}),
    ],
)
def test_the_digest_binds_the_claim(other: Header) -> None:
    assert other.genesis() != header_of().genesis()


@pytest.mark.parametrize(
    "other",
    [
        header_of(level=Level.DIGEST),
        header_of(code_digest="another"),
        replace(header_of(), python="PyPy", lydite="9", code_files={}),
    ],
)
def test_the_digest_does_not_bind_where_it_was_made(other: Header) -> None:
    assert other.genesis() == header_of().genesis()
    assert digest_of_each_kind(other) == GOLDEN


def test_large_records_are_handed_on_before_the_chunk_is_full() -> None:
    sink = io.BytesIO()
    writer = TraceWriter(header_of(), sink)
    plain = TraceWriter(header_of())
    for number in range(20):
        for each in (writer, plain):
            each.emitter(Kind.END)(number, 0, "x" * 1_000_000)
        plain.digest()

    assert len(sink.getvalue()) > 15_000_000
    assert writer.records == 20
    assert writer.digest() == plain.digest()
    summary = verify_trace(io.BytesIO(sink.getvalue() + _ending(writer, sink)))
    assert (summary.records, summary.end_ns) == (20, 19)


def _ending(writer: TraceWriter, sink: io.BytesIO) -> bytes:
    before = len(sink.getvalue())
    writer.close()
    return sink.getvalue()[before:]


def test_a_record_that_could_not_be_read_back_is_not_written() -> None:
    writer = TraceWriter(header_of())

    with pytest.raises(InputError, match=r"may have 16,777,216 bytes.*END at 7 ns"):
        writer.emitter(Kind.END)(7, 0, "x" * (16 * 1024 * 1024))
    with pytest.raises(InputError, match="holds is bool, found 1"):
        writer.emitter(Kind.CHECK)(7, 0, "agreement", "always", 1, {})
    with pytest.raises(InputError, match="not a plain value"):
        writer.emitter(Kind.NOTE)(7, 0, "odd", {"it": object()})
    with pytest.raises(struct.error):
        writer.emitter(Kind.DELIVER)(7, 0, -1, 0)

    assert writer.records == 0


def test_a_header_that_could_not_be_read_back_is_refused_before_the_run() -> None:
    odd = header_of(faults=(Fault(at_ns=0, kind="nonsense"),))

    with pytest.raises(InputError, match=r"kind is lever\.verb"):
        TraceWriter(odd, io.BytesIO())


def test_a_record_after_the_end_is_our_own_mistake() -> None:
    writer = TraceWriter(header_of())
    writer.close()
    writer.emitter(Kind.LISTEN)(0, 0, 1)

    with pytest.raises(AssertionError, match="after the trace was closed"):
        writer.close()
