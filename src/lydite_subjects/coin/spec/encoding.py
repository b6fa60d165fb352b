"""Bytes of the chain: little-endian numbers, lengths in front, one spelling for each value.

A `Reader` walks over bytes that may come from anybody: it never reads beyond their end, refuses a length larger than
its limit before it makes room for it, and a number that was spelled longer than it must be.
"""

import hashlib
import re
import struct
from collections.abc import Callable
from typing import Final, TypeVar

from lydite_subjects.coin.spec.errors import BadEncoding

T = TypeVar("T")

HASH_BYTES: Final = 32
COUNT_MAX: Final = 1 << 32

_HEX: Final = re.compile("(?:[0-9a-fA-F]{2})*")
_SHORT: Final = 0xFD
_U16, _U32, _U64 = (struct.Struct(f"<{code}") for code in "HIQ")


def hash256(data: bytes) -> bytes:
    """SHA-256 of the SHA-256."""
    return hashlib.sha256(hashlib.sha256(data).digest()).digest()


def count(number: int) -> bytes:
    """A length or a count, in one to nine bytes."""
    if number < _SHORT:
        return number.to_bytes(1, "little")
    if number < 1 << 16:
        return b"\xfd" + _U16.pack(number)
    if number < 1 << 32:
        return b"\xfe" + _U32.pack(number)
    return b"\xff" + _U64.pack(number)


def sized(data: bytes) -> bytes:
    """Bytes with their length in front."""
    return count(len(data)) + data


class Reader:
    """Reads values from the front of some bytes."""

    __slots__ = ("_at", "_data")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def left(self) -> int:
        """How many bytes have not been read."""
        return len(self._data) - self._at

    @property
    def at(self) -> int:
        """How many bytes have been read."""
        return self._at

    def since(self, begin: int) -> bytes:
        """The bytes that were read since it was at `begin`."""
        return self._data[begin : self._at]

    def raw(self, size: int, what: str = "bytes") -> bytes:
        """So many bytes."""
        begin = self._at
        end = begin + size
        if end > len(self._data):
            raise BadEncoding(f"{what}: expected {size} bytes, found {len(self._data) - begin}")
        self._at = end
        return self._data[begin:end]

    def unpack(self, form: struct.Struct, what: str = "numbers") -> tuple[int, ...]:
        """Some numbers of fixed size."""
        return form.unpack(self.raw(form.size, what))

    def count(self, most: int, what: str = "count") -> int:
        """A length or a count of at most `most`, in its shortest spelling."""
        first = self.raw(1, what)[0]
        if first < _SHORT:
            number = first
        else:
            form, least = {0xFD: (_U16, _SHORT), 0xFE: (_U32, 1 << 16), 0xFF: (_U64, 1 << 32)}[first]
            (number,) = form.unpack(self.raw(form.size, what))
            if number < least:
                raise BadEncoding(
                    f"{what}: expected the shortest spelling of {number}, found {form.size + 1} bytes"
                )
        if number > most:
            raise BadEncoding(f"{what}: expected at most {most:,}, found {number:,}")
        return number

    def sized(self, most: int, what: str = "bytes") -> bytes:
        """Bytes with their length in front, at most so many."""
        return self.raw(self.count(most, what), what)

    def many(self, read: "Callable[[Reader], T]", most: int, what: str) -> tuple[T, ...]:
        """A count, and then as many values."""
        return tuple([read(self) for _ in range(self.count(most, what))])

    def end(self, what: str) -> None:
        """Nothing may be left."""
        if self.left:
            raise BadEncoding(f"{what}: expected its end, found {self.left} more bytes")


def decoded(data: bytes, read: "Callable[[Reader], T]", what: str) -> T:
    """One value that takes up all of the bytes."""
    reader = Reader(data)
    value = read(reader)
    reader.end(what)
    return value


def from_hex(text: object, what: str) -> bytes:
    """The bytes of hexadecimal digits, and of nothing else: `bytes.fromhex` would leave out spaces."""
    if not isinstance(text, str) or not _HEX.fullmatch(text):
        raise BadEncoding(f"{what}: expected hexadecimal digits, two for each byte, found {text!r:.80}")
    return bytes.fromhex(text)


def hash_from_hex(text: object, what: str = "hash") -> bytes:
    """The 32 bytes of 64 hexadecimal digits."""
    if isinstance(text, str) and len(text) == 2 * HASH_BYTES and _HEX.fullmatch(text):
        return bytes.fromhex(text)
    raise BadEncoding(f"{what}: expected {2 * HASH_BYTES} hexadecimal digits, found {text!r:.80}")
