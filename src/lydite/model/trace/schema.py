"""The fields of each kind of record: what a trace can say.

A record is `length u32 | at_ns i64 | host u32 | kind u8 | fields`, little-endian, unpadded; the
length counts what follows it. Numbers have a fixed size; text and JSON carry their length in front.
Hosts are numbers on disk and names everywhere else (`HostNames`). The order of the fields is part
of the format: to change it is to make another `TRACE_VERSION`.
"""

import struct
from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final, TypeAlias

from lydite.model.event import Kind

RECORD_BYTES_MAX: Final = 16 * 1024 * 1024
"""A longer record is neither written nor read: a damaged length must not fill the memory."""

HEAD: Final = struct.Struct("<qIB")
"""What all records begin with, after their length: time, host, kind."""

LENGTH: Final = struct.Struct("<I")


class Shape(Enum):
    """The type of one field."""

    U32 = "I"
    U64 = "Q"
    I32 = "i"
    BOOL = "B"
    HOST = "host"
    TEXT = "text"
    JSON = "json"
    PAYLOAD = "payload"


Fields: TypeAlias = tuple[tuple[str, Shape], ...]
"""Names and types, in the order of the bytes."""


def _fields(**shapes: Shape) -> Fields:
    return tuple(shapes.items())


_U32, _HOST, _TEXT = Shape.U32, Shape.HOST, Shape.TEXT

SCHEMA: Final[Mapping[Kind, Fields]] = MappingProxyType(
    {
        Kind.HOST: _fields(index=_U32, name=_TEXT, region=_TEXT, address=_TEXT),
        Kind.START: _fields(incarnation=_U32, program=_TEXT),
        Kind.EXIT: _fields(incarnation=_U32, code=Shape.I32),
        Kind.CRASH: _fields(incarnation=_U32, cause=_TEXT),
        Kind.LISTEN: _fields(port=_U32),
        Kind.CONNECT: _fields(connection=_U32, peer=_HOST, port=_U32, local_port=_U32),
        Kind.ACCEPT: _fields(connection=_U32, peer=_HOST, port=_U32),
        Kind.REFUSE: _fields(peer=_HOST, port=_U32, why=_TEXT),
        Kind.SEND: _fields(connection=_U32, size=_U32, payload=Shape.PAYLOAD),
        Kind.DELIVER: _fields(connection=_U32, size=_U32),
        Kind.FINISH: _fields(connection=_U32),
        Kind.RESET: _fields(connection=_U32),
        Kind.DATAGRAM: _fields(peer=_HOST, port=_U32, local_port=_U32, size=_U32, payload=Shape.PAYLOAD),
        Kind.ARRIVE: _fields(peer=_HOST, port=_U32, size=_U32),
        Kind.LOSE: _fields(peer=_HOST, size=_U32, why=_TEXT),
        Kind.FAULT: _fields(verb=_TEXT, args=Shape.JSON),
        Kind.SCHEDULED: _fields(number=_U32, fault=_TEXT, phase=_TEXT, args=Shape.JSON),
        Kind.DISK: _fields(operation=_TEXT, path=_TEXT, size=Shape.U64, content=_U32),
        Kind.NOTE: _fields(name=_TEXT, facts=Shape.JSON),
        Kind.CHECK: _fields(name=_TEXT, mode=_TEXT, holds=Shape.BOOL, facts=Shape.JSON),
        Kind.ENTROPY: _fields(state=Shape.U64),
        Kind.END: _fields(outcome=_TEXT),
    }
)
