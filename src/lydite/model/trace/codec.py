"""Records as bytes: how the fields of each kind are packed and unpacked, and damage is named.

Nothing here knows of files: a codec raises `ValueError` for what does not fit, and whoever called it
knows the place and what to try.
"""

import struct
from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Final, TypeAlias, TypeVar

from lydite.model.canonical import Plain, canonical_json
from lydite.model.event import Kind
from lydite.model.trace.header import Payload
from lydite.model.trace.names import HostNames
from lydite.model.trace.schema import HEAD, LENGTH, RECORD_BYTES_MAX, SCHEMA, Shape
from lydite.model.trace.spelling import decode_json

_pack_length: Final = LENGTH.pack
_pack_head: Final = struct.Struct("<IqIB").pack

PAYLOAD_BYTES: Final = {Payload.CRC32: 4, Payload.BLAKE2B: 16}

Given = TypeVar("Given")

_RANGES: Final = {
    Shape.U32: (0, 2**32 - 1, struct.Struct("<I").pack),
    Shape.HOST: (0, 2**32 - 1, struct.Struct("<I").pack),
    Shape.U64: (0, 2**64 - 1, struct.Struct("<Q").pack),
    Shape.I32: (-(2**31), 2**31 - 1, struct.Struct("<i").pack),
}
"""Of each shape that is a number: the least, the greatest, and what makes bytes of it."""


Encoder: TypeAlias = Callable[[str, Plain], bytes]
"""The bytes of a field, given its name and its value."""


class Codec:
    """Turns the fields of one kind of record into bytes and back.

    Its values are those of the bytes: a host is its number, a payload the bytes of its hash.
    """

    __slots__ = (
        "_encoders",
        "_hosts",
        "_names",
        "_payloads",
        "_unpacked",
        "fields",
        "fixed",
        "hash_bytes",
        "kind",
    )

    def __init__(self, kind: Kind, payload: Payload) -> None:
        self.kind = kind
        self.fields = SCHEMA[kind]
        self.hash_bytes = PAYLOAD_BYTES[payload]
        self._names = tuple(name for name, _ in self.fields)
        self._encoders = tuple((name, self._encoder_of(shape)) for name, shape in self.fields)
        self._hosts = tuple(name for name, shape in self.fields if shape is Shape.HOST)
        self._payloads = tuple(name for name, shape in self.fields if shape is Shape.PAYLOAD)
        codes = {Shape.HOST: "I", Shape.TEXT: "", Shape.JSON: "", Shape.PAYLOAD: f"{self.hash_bytes}s"}
        parts = [codes.get(shape, str(shape.value)) for _, shape in self.fields]
        self._unpacked = struct.Struct(f"<{HEAD.size}x" + "".join(parts)) if all(parts) else None
        # crc32 gives a number, which struct packs faster than anybody turns it into bytes.
        parts = [code.replace("4s", "I") for code in parts]
        self.fixed = struct.Struct("<IqIB" + "".join(parts)) if all(parts) else None
        """The whole record with its length, where all fields have a fixed size."""

    def encode(self, at_ns: int, host: int, values: Sequence[Plain]) -> bytes:
        """The record, length included; a `ValueError` names a value that does not fit its field."""
        if len(values) != len(self._encoders):
            raise ValueError(f"{self.kind.name} has {len(self.fields)} fields, found {len(values)}")
        pairs = zip(self._encoders, values, strict=True)
        body = b"".join([encode(name, value) for (name, encode), value in pairs])
        length = HEAD.size + len(body)
        if length > RECORD_BYTES_MAX:
            raise ValueError(
                f"a record may have {RECORD_BYTES_MAX:,} bytes, this {self.kind.name} has {length:,}"
            )
        return _pack_head(length, at_ns, host, self.kind) + body

    def decode(self, record: bytes) -> list[Plain]:
        """The values in a record (without its length), or a `ValueError` that names the field."""
        if self._unpacked is not None and len(record) == self._unpacked.size:
            return list(self._unpacked.unpack(record))
        values: list[Plain] = []
        offset = HEAD.size
        for name, shape in self.fields:
            value, offset = self._value_at(name, shape, record, offset)
            values.append(value)
        if offset != len(record):
            raise ValueError(f"{self.kind.name} ends after {offset} bytes, found {len(record)}")
        return values

    def readable(self, values: Sequence[Plain], names: HostNames) -> dict[str, Plain]:
        """The values by name as judges see them: hosts by name, payloads in hexadecimal."""
        fields = dict(zip(self._names, values, strict=True))
        for name in self._hosts:
            number = fields[name]
            assert isinstance(number, int)
            fields[name] = names.name(number)
        for name in self._payloads:
            hashed = fields[name]
            assert isinstance(hashed, bytes)
            # A checksum is a number, and people write the high digits of a number first.
            fields[name] = hashed.hex() if len(hashed) > 4 else hashed[::-1].hex()
        return fields

    def _encoder_of(self, shape: Shape) -> Encoder:
        match shape:
            case Shape.TEXT:
                return _bytes_of_text
            case Shape.JSON:
                return _bytes_of_json
            case Shape.BOOL:
                return _bytes_of_flag
            case Shape.PAYLOAD:
                return partial(_bytes_of_hash, self.hash_bytes)
            case _:
                return partial(_bytes_of_number, *_RANGES[shape])

    def _value_at(self, name: str, shape: Shape, record: bytes, start: int) -> tuple[Plain, int]:
        match shape:
            case Shape.TEXT | Shape.JSON:
                begin = start + LENGTH.size
                end = begin + int.from_bytes(_slice(record, name, start, begin), "little")
                found = _slice(record, name, begin, end)
                return (_decode_text(found) if shape is Shape.TEXT else _decode_facts(name, found)), end
            case Shape.BOOL:
                flag = _slice(record, name, start, start + 1)
                if flag > b"\x01":
                    raise ValueError(f"{name} is 0 or 1, found {flag[0]}")
                return flag == b"\x01", start + 1
            case Shape.PAYLOAD:
                return _slice(record, name, start, start + self.hash_bytes), start + self.hash_bytes
            case _:
                size = 8 if shape is Shape.U64 else 4
                found = _slice(record, name, start, start + size)
                return int.from_bytes(found, "little", signed=shape is Shape.I32), start + size


@cache
def codec(kind: Kind, payload: Payload) -> Codec:
    """The codec of one kind, for traces that hash payloads that way."""
    return Codec(kind, payload)


def _is(wanted: type[Given], name: str, value: Plain) -> Given:
    if not isinstance(value, wanted):
        raise ValueError(f"{name} is {wanted.__name__}, found {value!r}")
    return value


def _bytes_of_text(name: str, value: Plain) -> bytes:
    encoded = _encode_text(value if value.__class__ is str else _is(str, name, value))
    return _pack_length(len(encoded)) + encoded


def _bytes_of_json(_name: str, value: Plain) -> bytes:
    encoded = canonical_json(value)
    return _pack_length(len(encoded)) + encoded


def _bytes_of_flag(name: str, value: Plain) -> bytes:
    return b"\x01" if _is(bool, name, value) else b"\x00"


def _bytes_of_hash(size: int, name: str, value: Plain) -> bytes:
    hashed = _is(bytes, name, value)
    if len(hashed) != size:
        raise ValueError(f"{name} has {size} bytes, found {len(hashed)}")
    return hashed


def _bytes_of_number(low: int, high: int, pack: Callable[[int], bytes], name: str, value: Plain) -> bytes:
    if not isinstance(value, int) or value.__class__ is bool or not low <= value <= high:
        raise ValueError(f"{name} is a whole number from {low} to {high}, found {value!r}")
    return pack(value)


def _encode_text(text: str) -> bytes:
    # A path may hold bytes that are no UTF-8, which Python spells as lone surrogates: they go back
    # to the same bytes. Surrogates of other origin have no bytes, and are spelled out.
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace")


def _decode_text(encoded: bytes) -> str:
    return encoded.decode("utf-8", "surrogateescape")


def _decode_facts(name: str, encoded: bytes) -> Plain:
    try:
        return decode_json(encoded)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None


def _slice(record: bytes, name: str, start: int, end: int) -> bytes:
    if end > len(record):
        raise ValueError(f"{name} ends at byte {end} of its record, which has {len(record)}")
    return record[start:end]
