"""The trace: the canonical record of a run, chained by hashes, equal to the byte for equal runs."""

from lydite.model.trace.difference import Change, Difference, describe_event, first_difference
from lydite.model.trace.frames import CHUNK_RECORDS, Checkpoint
from lydite.model.trace.header import TRACE_VERSION, Header, Level, Payload
from lydite.model.trace.lines import event_as_line, export_lines, import_lines, virtual_time
from lydite.model.trace.reader import TraceReader, TraceSource, TraceSummary, read_trace, verify_trace
from lydite.model.trace.schema import SCHEMA, Shape
from lydite.model.trace.writer import Emitter, TraceWriter

__all__ = [
    "CHUNK_RECORDS",
    "SCHEMA",
    "TRACE_VERSION",
    "Change",
    "Checkpoint",
    "Difference",
    "Emitter",
    "Header",
    "Level",
    "Payload",
    "Shape",
    "TraceReader",
    "TraceSource",
    "TraceSummary",
    "TraceWriter",
    "describe_event",
    "event_as_line",
    "export_lines",
    "first_difference",
    "import_lines",
    "read_trace",
    "verify_trace",
    "virtual_time",
]
