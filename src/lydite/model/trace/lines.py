"""A trace as JSON Lines, for every other tool, and back again without losing a bit.

The first line is the header, then there is one event in a line, and the last line is the trailer:

    {"header": {...}, "lydite_trace": 1}
    {"id": 0, "metadata": {...}, "source": "a", "t_ns": 50000000, "time": "PT0.050000000S", "type": "send"}
    {"end": {"digest": "...", "records": 1, "t_ns": 50000000}}

`time` is the virtual time since the world began, spelled as an ISO 8601 duration; `t_ns` is the
same in nanoseconds. Payloads are their hash in hexadecimal. What is imported is proven by the
digest in the last line: who edits an event by hand gets an error, not another trace.
"""

import json
from typing import BinaryIO, Final, TextIO

from lydite.model.canonical import Plain
from lydite.model.errors import CorruptRecord, InputError, OtherVersion
from lydite.model.event import Event, Kind
from lydite.model.trace.codec import Codec, codec
from lydite.model.trace.frames import Checkpoint
from lydite.model.trace.header import TRACE_VERSION, Header, Level, Payload, encode_header
from lydite.model.trace.names import HostNames
from lydite.model.trace.reader import TraceSource, read_full_trace
from lydite.model.trace.schema import RECORD_BYTES_MAX, Shape
from lydite.model.trace.writer import TraceWriter

LINE_CHARACTERS_MAX: Final = 8 * RECORD_BYTES_MAX
"""JSON may spell one byte with six characters, and there is a frame around them."""

# ASCII, because a path may hold lone surrogates, which no encoding of a text file takes.
_ENCODE: Final = json.JSONEncoder(sort_keys=True, allow_nan=False, ensure_ascii=True).encode
_EVENT_KEYS: Final = {"id", "metadata", "source", "t_ns", "time", "type"}
_KINDS: Final = {kind.name.lower(): kind for kind in Kind}


def export_lines(trace: TraceSource, text: TextIO) -> int:
    """Write the trace as JSON Lines; returns how many events there were."""
    with read_full_trace(trace, "an export") as reader:
        text.write(_spell({"lydite_trace": TRACE_VERSION, "header": reader.header.as_plain()}))
        text.writelines(_spell(event_as_line(event)) for event in reader)
        end = reader.end
        assert end is not None, "a pass that ends without an error has passed the trailer"
        text.write(_spell({"end": {"records": end.records, "t_ns": end.at_ns, "digest": end.digest}}))
        return end.records


def import_lines(text: TextIO, trace: BinaryIO) -> int:
    """Write the trace that `export_lines` once read, bit by bit; returns how many events there were."""
    lines = _Lines(text)
    header = lines.header()
    writer = TraceWriter(header, trace)
    names = HostNames()
    while "end" not in (line := lines.next("an event, or the end")):
        try:
            writer.add(_record_of(line, writer.records, header.payload, names))
        except (ValueError, InputError) as error:
            raise lines.damaged(str(error)) from error
    found = Checkpoint(writer.records, writer.last_ns, writer.digest())
    lines.finish(line["end"], found)
    writer.close()
    return found.records


def event_as_line(event: Event) -> dict[str, Plain]:
    """The object that one event is in every JSON of Lydite: a line of an export, a member of a list."""
    return {
        "id": event.number,
        "time": virtual_time(event.at_ns),
        "t_ns": event.at_ns,
        "type": event.kind.name.lower(),
        "source": event.host,
        "metadata": event.fields,
    }


def virtual_time(at_ns: int) -> str:
    """A time of the world as an ISO 8601 duration, to the nanosecond.

    >>> virtual_time(61_500_000_000)
    'PT61.500000000S'
    """
    whole, rest = divmod(abs(at_ns), 1_000_000_000)
    return f"{'-' if at_ns < 0 else ''}PT{whole}.{rest:09d}S"


def _spell(line: dict[str, Plain]) -> str:
    return _ENCODE(line) + "\n"


def _record_of(line: dict[str, Plain], number: int, payload: Payload, names: HostNames) -> bytes:
    """The record that a line tells, or a `ValueError` of what was expected and found."""
    if set(line) != _EVENT_KEYS:
        raise ValueError(
            f"an event has exactly {', '.join(sorted(_EVENT_KEYS))}, found {', '.join(sorted(line))}"
        )
    if line["id"] != number or isinstance(line["id"], bool):
        raise ValueError(f"the next id is {number}, found {line['id']!r}")
    at_ns, kind, metadata = line["t_ns"], _KINDS.get(str(line["type"])), line["metadata"]
    if not isinstance(at_ns, int) or isinstance(at_ns, bool) or not -(2**63) <= at_ns < 2**63:
        raise ValueError(f"t_ns is a whole number of nanoseconds, found {at_ns!r}")
    if line["time"] != virtual_time(at_ns):
        raise ValueError(f"time at t_ns {at_ns} is {virtual_time(at_ns)!r}, found {line['time']!r}")
    if kind is None:
        raise ValueError(f"type is one of {', '.join(_KINDS)}, found {line['type']!r}")
    form = codec(kind, payload)
    wanted = [name for name, _ in form.fields]
    if not isinstance(metadata, dict) or set(metadata) != set(wanted):
        raise ValueError(f"metadata of {line['type']} has exactly {', '.join(wanted)}, found {metadata!r}")
    values = [_value_of(form, name, shape, metadata[name], names) for name, shape in form.fields]
    if kind is Kind.HOST and isinstance(values[0], int):
        names.learn(values[0], str(values[1]))
    return form.encode(at_ns, names.number(line["source"]), values)


def _value_of(form: Codec, name: str, shape: Shape, told: Plain, names: HostNames) -> Plain:
    if shape is Shape.HOST:
        return names.number(told)
    if shape is Shape.PAYLOAD:
        digits = told if isinstance(told, str) else ""
        if len(digits) != 2 * form.hash_bytes or set(digits) - set("0123456789abcdef"):
            raise ValueError(f"{name} has {2 * form.hash_bytes} hexadecimal digits, found {told!r}")
        hashed = bytes.fromhex(digits)
        return hashed if form.hash_bytes > 4 else hashed[::-1]
    return told


class _Lines:
    """Lines of JSON with their numbers, and the errors that name them."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self._name = str(getattr(text, "name", "text"))
        self._number = 0

    def next(self, wanted: str) -> dict[str, Plain]:
        """The object in the next line."""
        spelled = self._read()
        if not spelled.endswith("\n"):
            if spelled:
                raise self.damaged(
                    f"a line has an end and at most {LINE_CHARACTERS_MAX:,} characters: cut short?"
                )
            raise self.damaged(f"expected {wanted}, found the end of the file: it is cut short")
        try:
            line: Plain = json.loads(spelled)
        except (ValueError, RecursionError) as error:
            raise self.damaged(
                f"expected {wanted} as one JSON object, found {spelled[:60]!r}: {error}"
            ) from error
        if not isinstance(line, dict):
            raise self.damaged(f"expected {wanted} as one JSON object, found {spelled[:60]!r}")
        return line

    def header(self) -> Header:
        """The header in the first line."""
        line = self.next("the header")
        if set(line) != {"lydite_trace", "header"}:
            raise self.damaged(f"the first line has exactly lydite_trace and header, found {', '.join(line)}")
        if line["lydite_trace"] != TRACE_VERSION:
            raise OtherVersion(
                f"the lines are of version {line['lydite_trace']!r}; version {TRACE_VERSION} is read",
                where=self._where(),
                remedy="read them with the Lydite that wrote them",
            )
        try:
            header = Header.from_plain(line["header"])
            encode_header(header)
        except (ValueError, InputError) as error:
            raise self.damaged(f"in the header, {error}") from error
        if header.level is not Level.FULL:
            raise self.damaged(f"the header is one of level full, found level {header.level}")
        return header

    def finish(self, told: Plain, found: Checkpoint) -> None:
        """Check the last line against what the lines before it came to, and that it is the last."""
        wanted = {"records": found.records, "t_ns": found.at_ns, "digest": found.digest}
        if told != wanted:
            raise self.damaged(
                f"a line was changed, lost or added: the lines give {wanted}, the end says {told}"
            )
        if self._read():
            raise self.damaged("the end is the last line, found another one")

    def damaged(self, what: str) -> CorruptRecord:
        """The error for the line that was read last."""
        return CorruptRecord(
            f"these lines are no trace: {what}", where=self._where(), remedy="export the trace again"
        )

    def _read(self) -> str:
        self._number += 1
        try:
            return self._text.readline(LINE_CHARACTERS_MAX)
        except UnicodeDecodeError as error:
            raise self.damaged(
                f"expected UTF-8, found {error.object[error.start]:#04x} in this line or a later one"
            ) from error

    def _where(self) -> str:
        return f"{self._name}, line {self._number}"
