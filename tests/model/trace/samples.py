"""Small traces that the tests of this folder share."""

import io
from collections.abc import Sequence

from lydite.model import Fault, Header, Kind, Level, Payload, Schedule, TraceWriter


def header_of(
    *,
    trial: str = "counter.agreement",
    seed: int = 42,
    level: Level = Level.FULL,
    payload: Payload = Payload.CRC32,
    faults: Sequence[Fault] = (Fault(at_ns=1_000, kind="network.cut", args={"a": "n1"}, lasting_ns=500),),
    code_digest: str = "c0de",
) -> Header:
    return Header(
        trial=trial,
        seed=seed,
        configuration={"hosts": 3, "rate": 0.5, "name": "é"},
        schedule=Schedule(tuple(faults)),
        payload=payload,
        level=level,
        code_digest=code_digest,
        code_files={"node.py": "aa"},
        python="CPython 3.11.7",
        lydite="0.1.0",
    )


def one_of_each_kind(writer: TraceWriter) -> None:
    """A record of every kind, with the odd values that each field may have."""

    def emit(kind: Kind, at_ns: int, host: int, *fields: object) -> None:
        writer.emitter(kind)(at_ns, host, *fields)

    emit(Kind.HOST, 0, 0, 0, "n0", "eu", "10.0.0.1")
    emit(Kind.HOST, 0, 1, 1, "n1", "us", "10.0.0.2")
    emit(Kind.START, 10, 0, 1, "pkg.mod:main")
    emit(Kind.LISTEN, 20, 0, 8000)
    emit(Kind.CONNECT, 30, 1, 7, 0, 8000, 40000)
    emit(Kind.ACCEPT, 40, 0, 7, 1, 40000)
    emit(Kind.SEND, 50, 1, 7, 5, b"hello")
    emit(Kind.DELIVER, 60, 0, 7, 5)
    emit(Kind.FINISH, 70, 1, 7)
    emit(Kind.RESET, 80, 0, 7)
    emit(Kind.REFUSE, 90, 1, 0, 81, "nobody listens")
    emit(Kind.DATAGRAM, 100, 1, 0, 53, 40001, 3, b"udp")
    emit(Kind.ARRIVE, 110, 0, 1, 40001, 3)
    emit(Kind.LOSE, 120, 1, 4_294_967_295, 3, "cut")
    emit(Kind.SCHEDULED, 130, 0, 1, "network.cut", "begin", {"left": "n0", "right": "n1"})
    emit(Kind.FAULT, 130, 0, "network.cut", {"a": "n1", "b": None})
    emit(Kind.DISK, 140, 0, "write", "/data/\udcff.db", 2**64 - 1, 2**32 - 1)
    emit(Kind.NOTE, 160, 1, "block", {"height": 1, "of": [1.5, True, None]})
    emit(Kind.CHECK, 170, 0, "agreement", "always", True, {})
    emit(Kind.ENTROPY, 180, 0, 2**64 - 1)
    emit(Kind.EXIT, 190, 0, 1, -9)
    emit(Kind.CRASH, 200, 1, 1, "höhe \x1b[31m\n\ud800")
    emit(Kind.END, 2**62, 0, "HOLDS")


def small_trace(header: Header | None = None) -> bytes:
    """The file of a trace with one record of each kind."""
    sink = io.BytesIO()
    writer = TraceWriter(header or header_of(), sink)
    one_of_each_kind(writer)
    writer.close()
    return sink.getvalue()


def counted_trace(records: int, header: Header | None = None) -> tuple[bytes, TraceWriter]:
    """The file of a trace with that many DELIVER records, and its closed writer."""
    sink = io.BytesIO()
    writer = TraceWriter(header or header_of(), sink)
    deliver = writer.emitter(Kind.DELIVER)
    for number in range(records):
        deliver(number * 10, 0, number, 208)
    writer.close()
    return sink.getvalue(), writer


def trace_of_notes(notes: Sequence[str], header: Header | None = None) -> io.BytesIO:
    """The file of a trace with two hosts and one NOTE for each text, on host n1."""
    sink = io.BytesIO()
    writer = TraceWriter(header or header_of(), sink)
    host, note = writer.emitter(Kind.HOST), writer.emitter(Kind.NOTE)
    host(0, 0, 0, "n0", "", "10.0.0.1")
    host(0, 1, 1, "n1", "", "10.0.0.2")
    for number, text in enumerate(notes):
        note(1_000 * number, 1, text, {"number": number})
    writer.close()
    return io.BytesIO(sink.getvalue())
