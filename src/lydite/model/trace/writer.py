"""Writes a trace: one closure for each kind of record, made for speed, and the chain behind them.

A simulated world emits a record for every message sent and received, so this is where the trace
costs time. For kinds of fixed size a record is one `struct.pack`, one `append` and one comparison;
everything else happens once in 4,096 records. Measure before you change: `timeit` of an emitter.
"""

import hashlib
from collections.abc import Callable
from typing import BinaryIO, Final, TypeAlias
from zlib import crc32

from lydite.model.canonical import Plain
from lydite.model.errors import InputError
from lydite.model.event import Kind
from lydite.model.trace.codec import Codec, codec
from lydite.model.trace.frames import (
    CHECKPOINT_MARK,
    CHUNK_RECORDS,
    END_MARK,
    Checkpoint,
    encode_point,
    encode_preamble,
)
from lydite.model.trace.header import Header, Level, Payload
from lydite.model.trace.schema import HEAD, LENGTH, Shape

Emitter: TypeAlias = Callable[..., None]
"""`emit(at_ns, host, *fields)`; a payload is given as its bytes, in last place, and hashed here."""

PIECE_RECORDS: Final = 128
"""So many records wait before they are hashed: few enough that they are still in the processor's cache."""

_PENDING_BYTES_MAX: Final = 4 * 1024 * 1024
"""Large records are handed on before their piece is full, so that none of them fill the memory."""

assert CHUNK_RECORDS % PIECE_RECORDS == 0


class TraceWriter:
    """The trace of one run, growing. With a sink, the header is written at once and `close` ends the file.

    Without a sink, or at level DIGEST, nothing is kept but the digest and the checkpoints.
    """

    def __init__(self, header: Header, sink: BinaryIO | None = None) -> None:
        self.header = header
        self._sink = sink
        self._piece: list[bytes] = []
        self._handed = 0
        """How many records have left the piece."""
        self._points: list[Checkpoint] = []
        self._link = header.genesis()
        self._hash = hashlib.blake2b(self._link, digest_size=32)
        self._at_ns = 0
        self._pending_bytes = 0
        self._end: Checkpoint | None = None
        if sink is not None:
            sink.write(encode_preamble(header))

    @property
    def records(self) -> int:
        """How many records there are, which is the number of the next one."""
        return self._handed + len(self._piece)

    @property
    def checkpoints(self) -> tuple[Checkpoint, ...]:
        """One for each full chunk."""
        return tuple(self._points)

    def digest(self) -> str:
        """The digest of the records so far; asking for it changes nothing."""
        if self.records % CHUNK_RECORDS == 0:
            return self._link.hex()
        link = self._hash.copy()
        link.update(b"".join(self._piece))
        return link.hexdigest()

    @property
    def last_ns(self) -> int:
        """The time of the last record, 0 before the first."""
        last = self._piece[-1] if self._piece else b""
        return int(HEAD.unpack_from(last, LENGTH.size)[0]) if last else self._at_ns

    def emitter(self, kind: Kind) -> Emitter:
        """The function that adds a record of that kind; ask once and keep it."""
        form = codec(kind, self.header.payload)
        if form.fixed is None:
            return self._emitter_of_any_size(form)
        if form.fields[-1][1] is Shape.PAYLOAD:
            return self._emitter_with_payload(form)
        return self._emitter_of_fixed_size(form)

    def add(self, record: bytes) -> None:
        """Add a record that is encoded already, its length included."""
        self._piece.append(record)
        self._pending_bytes += len(record)
        if len(self._piece) == PIECE_RECORDS or self._pending_bytes > _PENDING_BYTES_MAX:
            self._hand_on()

    def close(self) -> str:
        """End the trace, and its file if there is one; returns the digest. The sink stays open."""
        if self._end is None:
            digest = self.digest()
            self._hand_on()
            self._end = Checkpoint(self.records, self._at_ns, digest)
            if self._sink is not None:
                self._sink.write(encode_point(END_MARK, self._end))
        assert self._end.records == self.records, "a record was added after the trace was closed"
        return self._end.digest

    def _emitter_of_fixed_size(self, form: Codec) -> Emitter:
        # The shapes that make up nearly all of a trace are spelled out: a star costs 150 ns each time.
        assert form.fixed is not None
        pack, length, kind = form.fixed.pack, form.fixed.size - LENGTH.size, int(form.kind)
        piece, append, hand_on = self._piece, self._piece.append, self._hand_on

        def emit_two(at_ns: int, host: int, first: int, second: int) -> None:
            append(pack(length, at_ns, host, kind, first, second))
            if len(piece) >= PIECE_RECORDS:
                hand_on()

        def emit_three(at_ns: int, host: int, first: int, second: int, third: int) -> None:
            append(pack(length, at_ns, host, kind, first, second, third))
            if len(piece) >= PIECE_RECORDS:
                hand_on()

        def emit(at_ns: int, host: int, *fields: int) -> None:
            append(pack(length, at_ns, host, kind, *fields))
            if len(piece) >= PIECE_RECORDS:
                hand_on()

        spelled_out: dict[int, Emitter] = {2: emit_two, 3: emit_three}
        return spelled_out.get(len(form.fields), emit)

    def _emitter_with_payload(self, form: Codec) -> Emitter:
        assert form.fixed is not None
        pack, length, kind = form.fixed.pack, form.fixed.size - LENGTH.size, int(form.kind)
        piece, append, hand_on = self._piece, self._piece.append, self._hand_on
        hashed: Callable[[bytes], int | bytes] = crc32
        if self.header.payload is Payload.BLAKE2B:
            hashed = _blake2b_of

        def emit_three(at_ns: int, host: int, first: int, second: int, payload: bytes) -> None:
            append(pack(length, at_ns, host, kind, first, second, hashed(payload)))
            if len(piece) >= PIECE_RECORDS:
                hand_on()

        def emit_five(
            at_ns: int, host: int, first: int, second: int, third: int, fourth: int, payload: bytes
        ) -> None:
            append(pack(length, at_ns, host, kind, first, second, third, fourth, hashed(payload)))
            if len(piece) >= PIECE_RECORDS:
                hand_on()

        spelled_out: dict[int, Emitter] = {3: emit_three, 5: emit_five}
        return spelled_out[len(form.fields)]

    def _emitter_of_any_size(self, form: Codec) -> Emitter:
        encode, add = form.encode, self.add

        def emit(at_ns: int, host: int, *fields: Plain) -> None:
            try:
                record = encode(at_ns, host, fields)
            except ValueError as error:
                raise InputError(
                    f"this cannot be recorded: {error}",
                    where=f"{form.kind.name} at {at_ns} ns",
                    remedy="give the fields the types that the trace has for them, and less text",
                ) from error
            add(record)

        return emit

    def _hand_on(self) -> None:
        """Give the piece to hash and sink; where it reaches over the end of a chunk, in two parts."""
        piece = self._piece
        while piece:
            part = piece[: CHUNK_RECORDS - self._handed % CHUNK_RECORDS]
            del piece[: len(part)]
            data = b"".join(part)
            self._hash.update(data)
            if self._sink is not None and self.header.level is Level.FULL:
                self._sink.write(data)
            self._at_ns = int(HEAD.unpack_from(part[-1], LENGTH.size)[0])
            self._handed += len(part)
            if self._handed % CHUNK_RECORDS == 0:
                self._fold()
        self._pending_bytes = 0

    def _fold(self) -> None:
        """End a full chunk: the next link of the chain, and a checkpoint."""
        self._link = self._hash.digest()
        self._hash = hashlib.blake2b(self._link, digest_size=32)
        point = Checkpoint(self._handed, self._at_ns, self._link.hex())
        self._points.append(point)
        if self._sink is not None and self.header.level is Level.CHECKPOINTS:
            self._sink.write(encode_point(CHECKPOINT_MARK, point))


def _blake2b_of(payload: bytes) -> bytes:
    return hashlib.blake2b(payload, digest_size=16).digest()
