"""Reads a trace as events, and proves on the way that it is what its writer wrote."""

from collections.abc import Iterator
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, TypeAlias

from lydite.model.errors import InputError
from lydite.model.event import Event, Kind
from lydite.model.trace.codec import codec
from lydite.model.trace.frames import Checkpoint, Frames
from lydite.model.trace.header import Header, Level
from lydite.model.trace.names import HostNames
from lydite.model.trace.schema import HEAD

TraceSource: TypeAlias = "str | PathLike[str] | BinaryIO"
"""A trace to be read: the path of its file, or the file, opened for bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceSummary:
    """What a whole trace comes to, after every byte of it was checked."""

    header: Header
    records: int
    end_ns: int
    """The time of the last record."""
    digest: str
    checkpoints: tuple[Checkpoint, ...]
    end: str | None
    """The outcome that its END record tells; None where there is none, or records were not kept."""


class TraceReader:
    """One pass over a trace: the header at once, then its events.

    The events before a damaged place are given before the error is raised; that they are all
    genuine is certain only when the iteration ends without one. A file that the reader opened, it
    closes: at the end of the pass, after an error, or at the end of a `with`.
    """

    def __init__(self, source: TraceSource) -> None:
        self._opened: BinaryIO | None = None
        if isinstance(source, str | PathLike):
            self._file = self._opened = _open(Path(source))
            self.name = str(source)
        else:
            self._file = source
            self.name = str(getattr(source, "name", "trace"))
        try:
            self._frames = Frames(self._file, self.name)
        except BaseException:
            self.close()
            raise
        self._names = HostNames()

    @property
    def header(self) -> Header:
        """What the trace says of itself."""
        return self._frames.header

    @property
    def end(self) -> Checkpoint | None:
        """The trailer, proven; None until the pass is over."""
        return self._frames.end

    @property
    def checkpoints(self) -> tuple[Checkpoint, ...]:
        """One for each full chunk that was passed."""
        return tuple(self._frames.checkpoints)

    def __iter__(self) -> Iterator[Event]:
        return (self.event(record, self._frames.number) for record in self.records())

    def records(self) -> Iterator[bytes]:
        """The records as they are in the file, without their length; `event` decodes them, in this order."""
        try:
            yield from self._frames
        finally:
            self.close()

    def event(self, record: bytes, number: int) -> Event:
        """The event in a record. HOST records must come by here, in their order: they give the names."""
        at_ns, host, code = HEAD.unpack_from(record)
        try:
            form = codec(Kind(code), self.header.payload)
            values = form.decode(record)
        except ValueError as error:
            raise self._frames.damaged(f"{error}, in a record of kind {code}") from error
        fields = form.readable(values, self._names)
        if form.kind is Kind.HOST:
            self._names.learn(int(str(fields["index"])), str(fields["name"]))
        return Event(
            number=number,
            at_ns=at_ns,
            host=self._names.name(host),
            kind=form.kind,
            fields=fields,
        )

    def close(self) -> None:
        """Close the file, if this reader opened it."""
        if self._opened is not None:
            self._opened.close()

    def __enter__(self) -> "TraceReader":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def read_trace(source: TraceSource) -> TraceReader:
    """The trace in that file. `header` is there at once; iterate for the events."""
    return TraceReader(source)


def read_full_trace(source: TraceSource, purpose: str) -> TraceReader:
    """The trace in that file, if it kept its records; or an error that says what they are needed for."""
    reader = TraceReader(source)
    if reader.header.level is not Level.FULL:
        reader.close()
        raise InputError(
            f"{purpose} needs every record, and this trace kept only level {reader.header.level}",
            where=reader.name,
            remedy="make it anew from its seed at level full",
        )
    return reader


def verify_trace(source: TraceSource) -> TraceSummary:
    """Read all of it, check every record and the whole chain, and say what it comes to."""
    outcome: str | None = None
    with TraceReader(source) as reader:
        for event in reader:
            if event.kind is Kind.END:
                outcome = str(event.fields["outcome"])
        end = reader.end
        assert end is not None, "a pass that ends without an error has passed the trailer"
        return TraceSummary(
            header=reader.header,
            records=end.records,
            end_ns=end.at_ns,
            digest=end.digest,
            checkpoints=reader.checkpoints,
            end=outcome,
        )


def _open(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(f"the trace cannot be opened: {reason.lower()}", where=str(path)) from error
