"""Messages between nodes, and their bytes: each is bounded in all of its parts before room is made for them.

| command | says |
|---|---|
| `version` | who I am and how far my chain goes; the first message of both sides |
| `verack` | I have read your version |
| `ping`, `pong` | are you there? yes |
| `getaddr`, `addr` | whom do you know? these |
| `inv` | I have these blocks and transactions |
| `getdata` | send me these |
| `notfound` | I do not have these |
| `getheaders` | what follows after this chain of yours? |
| `headers` | these; also the way to announce a new block to who has the one before it |
| `block`, `tx` | here it is |
"""

import struct
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType
from typing import ClassVar, Final, NamedTuple, Self, TypeAlias

from lydite_subjects.coin.spec.blocks import HEADER, Block, Header, read_block
from lydite_subjects.coin.spec.encoding import HASH_BYTES, Reader, count, decoded, sized
from lydite_subjects.coin.spec.errors import BadEncoding
from lydite_subjects.coin.spec.transactions import Transaction, height_of, read_transaction

PROTOCOL: Final = 1
PAYLOAD_MAX: Final = 4_000_000
ADDRESSES_MAX: Final = 1_000
INVENTORY_MAX: Final = 50_000
GET_MAX: Final = 1_000
HEADERS_MAX: Final = 1_000
LOCATOR_MAX: Final = 101
HOST_LETTERS_MAX: Final = 64
NAME_LETTERS_MAX: Final = 64

_VERSION = struct.Struct("<IIQHQ")
_U64 = struct.Struct("<Q")
_PLACE = struct.Struct("<HQ")
_ITEM = struct.Struct(f"<B{HASH_BYTES}s")


class Kind(IntEnum):
    """What an item of an inventory is."""

    BLOCK = 1
    TRANSACTION = 2


_KINDS: Final[Mapping[int, Kind]] = MappingProxyType({kind.value: kind for kind in Kind})


class Item(NamedTuple):
    """A block by its hash, or a transaction by its txid."""

    kind: Kind
    hash: bytes


class Known(NamedTuple):
    """Where a node listens, and when somebody last heard of it."""

    host: str
    port: int
    last_seen_s: int


@dataclass(frozen=True, slots=True)
class Version:
    """Who I am."""

    command: ClassVar[str] = "version"
    payload_max: ClassVar[int] = 512

    protocol: int
    network: str
    node_id: str
    height: int
    tip: bytes
    nonce: int
    port: int
    time_s: int

    def encode(self) -> bytes:
        """Its payload."""
        numbers = _VERSION.pack(self.protocol, self.height, self.nonce, self.port, self.time_s)
        return numbers + self.tip + sized(self.network.encode()) + sized(self.node_id.encode())

    @classmethod
    def read(cls, reader: Reader) -> Self:
        """From its payload."""
        protocol, height, nonce, port, time_s = reader.unpack(_VERSION, "version")
        tip = reader.raw(HASH_BYTES, "tip")
        network, node_id = (_text(reader, NAME_LETTERS_MAX, what) for what in ("network", "name of a node"))
        return cls(protocol, network, node_id, height, tip, nonce, port, time_s)


class _Empty:
    """A message without content."""

    __slots__ = ()

    def encode(self) -> bytes:
        """Its payload."""
        return b""

    @classmethod
    def read(cls, reader: Reader) -> Self:
        """From its payload."""
        return cls()


@dataclass(frozen=True, slots=True)
class _Nonced:
    """A message with a number that its answer repeats."""

    nonce: int

    def encode(self) -> bytes:
        """Its payload."""
        return _U64.pack(self.nonce)

    @classmethod
    def read(cls, reader: Reader) -> Self:
        """From its payload."""
        return cls(*reader.unpack(_U64, "nonce"))


@dataclass(frozen=True, slots=True)
class _Listed:
    """A message that is a list of items."""

    items_max: ClassVar[int] = GET_MAX
    items: tuple[Item, ...]

    def encode(self) -> bytes:
        """Its payload."""
        return count(len(self.items)) + b"".join([_ITEM.pack(*item) for item in self.items])

    @classmethod
    def read(cls, reader: Reader) -> Self:
        """From its payload."""
        number = reader.count(cls.items_max, "items")
        raw = reader.raw(number * _ITEM.size, "items")
        try:
            return cls(tuple([Item(_KINDS[kind], each) for kind, each in _ITEM.iter_unpack(raw)]))
        except KeyError as error:
            raise BadEncoding(f"items: expected kinds 1 or 2, found {error.args[0]}") from None


@dataclass(frozen=True, slots=True)
class Verack(_Empty):
    """I have read your version."""

    command: ClassVar[str] = "verack"
    payload_max: ClassVar[int] = 0


@dataclass(frozen=True, slots=True)
class GetAddresses(_Empty):
    """Whom do you know?"""

    command: ClassVar[str] = "getaddr"
    payload_max: ClassVar[int] = 0


@dataclass(frozen=True, slots=True)
class Ping(_Nonced):
    """Are you there?"""

    command: ClassVar[str] = "ping"
    payload_max: ClassVar[int] = _U64.size


@dataclass(frozen=True, slots=True)
class Pong(_Nonced):
    """I am."""

    command: ClassVar[str] = "pong"
    payload_max: ClassVar[int] = _U64.size


@dataclass(frozen=True, slots=True)
class Addresses:
    """Nodes that I know."""

    command: ClassVar[str] = "addr"
    payload_max: ClassVar[int] = 9 + ADDRESSES_MAX * (1 + HOST_LETTERS_MAX + _PLACE.size)
    addresses: tuple[Known, ...]

    def encode(self) -> bytes:
        """Its payload."""
        rows = [sized(host.encode()) + _PLACE.pack(port, seen_s) for host, port, seen_s in self.addresses]
        return count(len(rows)) + b"".join(rows)

    @classmethod
    def read(cls, reader: Reader) -> Self:
        """From its payload."""
        return cls(reader.many(_read_known, ADDRESSES_MAX, "addresses"))


@dataclass(frozen=True, slots=True)
class Inventory(_Listed):
    """I have these."""

    command: ClassVar[str] = "inv"
    payload_max: ClassVar[int] = 9 + INVENTORY_MAX * _ITEM.size
    items_max: ClassVar[int] = INVENTORY_MAX


@dataclass(frozen=True, slots=True)
class GetData(_Listed):
    """Send me these."""

    command: ClassVar[str] = "getdata"
    payload_max: ClassVar[int] = 9 + GET_MAX * _ITEM.size


@dataclass(frozen=True, slots=True)
class NotFound(_Listed):
    """I do not have these."""

    command: ClassVar[str] = "notfound"
    payload_max: ClassVar[int] = 9 + GET_MAX * _ITEM.size


@dataclass(frozen=True, slots=True)
class GetHeaders:
    """What follows after the first of these blocks that is on your chain?"""

    command: ClassVar[str] = "getheaders"
    payload_max: ClassVar[int] = 9 + (LOCATOR_MAX + 1) * HASH_BYTES
    locator: tuple[bytes, ...]
    stop: bytes = bytes(HASH_BYTES)

    def encode(self) -> bytes:
        """Its payload."""
        return b"".join((count(len(self.locator)), *self.locator, self.stop))

    @classmethod
    def read(cls, reader: Reader) -> Self:
        """From its payload."""
        locator = reader.many(lambda each: each.raw(HASH_BYTES, "hash of a locator"), LOCATOR_MAX, "locator")
        return cls(locator, reader.raw(HASH_BYTES, "stop"))


@dataclass(frozen=True, slots=True)
class HeadersMessage:
    """Headers, each the parent of the next one."""

    command: ClassVar[str] = "headers"
    payload_max: ClassVar[int] = 9 + HEADERS_MAX * HEADER.size
    headers: tuple[Header, ...]

    def encode(self) -> bytes:
        """Its payload."""
        return count(len(self.headers)) + b"".join([HEADER.pack(*header) for header in self.headers])

    @classmethod
    def read(cls, reader: Reader) -> Self:
        """From its payload."""
        raw = reader.raw(reader.count(HEADERS_MAX, "headers") * HEADER.size, "headers")
        return cls(tuple(map(Header._make, HEADER.iter_unpack(raw))))


@dataclass(frozen=True, slots=True)
class BlockMessage:
    """A block."""

    command: ClassVar[str] = "block"
    payload_max: ClassVar[int] = PAYLOAD_MAX
    block: Block

    def encode(self) -> bytes:
        """Its payload."""
        return self.block.encode()

    @classmethod
    def read(cls, reader: Reader) -> Self:
        """From its payload; its height is what its coinbase tells, which the rules hold to be true."""
        block = read_block(reader)
        told = (
            height_of(block.transactions[0]) if block.transactions and block.transactions[0].inputs else None
        )
        return cls(Block(block.header, block.transactions, told or 0))


@dataclass(frozen=True, slots=True)
class TransactionMessage:
    """A transaction."""

    command: ClassVar[str] = "tx"
    payload_max: ClassVar[int] = 1_000_000
    transaction: Transaction

    def encode(self) -> bytes:
        """Its payload."""
        return self.transaction.encode()

    @classmethod
    def read(cls, reader: Reader) -> Self:
        """From its payload."""
        return cls(read_transaction(reader))


Hello: TypeAlias = Version | Verack | Ping | Pong | GetAddresses | Addresses
Data: TypeAlias = GetHeaders | HeadersMessage | BlockMessage | TransactionMessage
Message: TypeAlias = Hello | Data | Inventory | GetData | NotFound

_MESSAGES: Final[tuple[type[Message], ...]] = (
    *(Version, Verack, Ping, Pong, GetAddresses, Addresses, Inventory, GetData, NotFound),
    *(GetHeaders, HeadersMessage, BlockMessage, TransactionMessage),
)
MESSAGES: Final[Mapping[str, type[Message]]] = MappingProxyType({each.command: each for each in _MESSAGES})
"""The messages by their commands."""


def message_of(command: str, payload: bytes) -> Message:
    """The message that a payload is; BadEncoding if it is none."""
    read: Callable[[Reader], Message] = MESSAGES[command].read
    return decoded(payload, read, command)


def blocks(hashes: Iterable[bytes]) -> tuple[Item, ...]:
    """Items for some blocks."""
    return tuple([Item(Kind.BLOCK, each) for each in hashes])


def transactions(txids: Iterable[bytes]) -> tuple[Item, ...]:
    """Items for some transactions."""
    return tuple([Item(Kind.TRANSACTION, each) for each in txids])


def _read_known(reader: Reader) -> Known:
    host = _text(reader, HOST_LETTERS_MAX, "host")
    port, seen_s = reader.unpack(_PLACE, "port and time")
    return Known(host, port, seen_s)


def _text(reader: Reader, most: int, what: str) -> str:
    """Printable ASCII: it ends up in logs and on terminals."""
    raw = reader.sized(most, what)
    if not all(0x20 < letter < 0x7F for letter in raw):
        raise BadEncoding(f"{what}: expected printable ASCII without spaces, found {raw!r:.80}")
    return raw.decode("ascii")
