"""Messages between the runner and its nurseries: JSON documents with their length in front."""

import json
import os
import struct
from collections.abc import Mapping
from typing import Any, TypeAlias

from lydite.model import CorruptRecord

Message: TypeAlias = Mapping[str, Any]
"""One JSON object; who receives it knows what it must hold."""

_LENGTH = struct.Struct(">I")
_LENGTH_MAX = 1 << 30


def encode(message: Message) -> bytes:
    """The bytes of a message, length included."""
    body = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()
    return _LENGTH.pack(len(body)) + body


def decode(framed: bytes) -> Message:
    """The message in these bytes."""
    message: Message = json.loads(framed[_LENGTH.size :])
    return message


def frames(octets: bytes) -> list[bytes]:
    """The messages in these bytes, each of them framed as it came; one that was cut short is left out."""
    found: list[bytes] = []
    start = 0
    while start + _LENGTH.size <= len(octets):
        stop = start + _LENGTH.size + _LENGTH.unpack_from(octets, start)[0]
        if stop > len(octets):
            break
        found.append(octets[start:stop])
        start = stop
    return found


def send(descriptor: int, framed: bytes) -> None:
    """Write all of it."""
    view = memoryview(framed)
    while view:
        view = view[os.write(descriptor, view) :]


def receive(descriptor: int) -> Message | None:
    """The next message, or None where the other side has hung up."""
    head = _exactly(descriptor, _LENGTH.size)
    if head is None:
        return None
    (length,) = _LENGTH.unpack(head)
    if length > _LENGTH_MAX:
        raise CorruptRecord(f"a message of {length:,} bytes is not one of ours", where="pipe of a nursery")
    body = _exactly(descriptor, length)
    if body is None:
        return None
    message: Message = json.loads(body)
    return message


def _exactly(descriptor: int, count: int) -> bytes | None:
    parts: list[bytes] = []
    while count:
        part = os.read(descriptor, min(count, 1 << 20))
        if not part:
            return None
        parts.append(part)
        count -= len(part)
    return b"".join(parts)
