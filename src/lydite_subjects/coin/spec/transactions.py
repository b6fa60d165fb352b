"""Transactions: outputs of earlier ones are spent, new ones are made, and what is left over is the fee.

A transaction has two hashes. Its `txid` is that of what it does, without its signatures: nobody can change it in
transit, so it is the name by which outputs are spent. Its `seal` is that of all its bytes, and what a block commits to.

A signature is of a digest over the whole transaction and over the output that is spent: which one, how much,
and whose. It cannot be carried over to another input, another output, or another network.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple

from lydite_subjects.coin.spec.amounts import coins
from lydite_subjects.coin.spec.encoding import (
    HASH_BYTES,
    Reader,
    count,
    decoded,
    from_hex,
    hash256,
    hash_from_hex,
    sized,
)
from lydite_subjects.coin.spec.errors import BadEncoding
from lydite_subjects.coin.spec.keys import (
    OWNER_BYTES,
    PUBLIC_BYTES,
    SIGNATURE_BYTES,
    PrivateKey,
    address_of,
    owner_of,
)

NOTHING: Final = bytes(HASH_BYTES)
NOWHERE: Final = 0xFFFF_FFFF
INPUTS_MAX: Final = 10_000
OUTPUTS_MAX: Final = 10_000
MEMO_BYTES_MAX: Final = 100
"""How much a coinbase may say, its height included."""

_VERSION = struct.Struct("<I")
_INDEX = struct.Struct("<I")
_AMOUNT = struct.Struct("<q")
_HEIGHT = struct.Struct("<I")
_PURPOSE: Final = b"lydite coin input"


class Outpoint(NamedTuple):
    """One output of one transaction."""

    txid: bytes
    output: int

    def __str__(self) -> str:
        return f"{self.txid.hex()}:{self.output}"


NO_OUTPOINT: Final = Outpoint(NOTHING, NOWHERE)


class Output(NamedTuple):
    """So many grains, and the 20 bytes of whom they belong to."""

    amount: int
    owner: bytes

    @property
    def address(self) -> str:
        """The owner, for people."""
        return address_of(self.owner)

    def encode(self) -> bytes:
        """Its bytes."""
        return _AMOUNT.pack(self.amount) + self.owner

    @classmethod
    def pay(cls, address: str, amount: int) -> "Output":
        """An output for an address."""
        return cls(amount, owner_of(address))


class Input(NamedTuple):
    """An output that is spent, with the proof that its owner wants it. A coinbase spends nothing and says something."""

    outpoint: Outpoint
    signature: bytes = b""
    public: bytes = b""
    memo: bytes = b""
    """Of a coinbase: the height of its block, and what its miner wants to say."""


@dataclass(frozen=True, slots=True)
class Transaction:
    """What is spent and what is made."""

    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    version: int = 1
    _kept: dict[str, bytes] = field(default_factory=dict, init=False, repr=False, compare=False, hash=False)
    """Its bytes and hashes, once they were asked for."""

    @property
    def is_coinbase(self) -> bool:
        """Does it make new money?"""
        return len(self.inputs) == 1 and self.inputs[0].outpoint == NO_OUTPOINT

    @property
    def txid(self) -> bytes:
        """The hash of what it does, without its signatures."""
        kept = self._kept.get("txid")
        if kept is None:
            kept = self._kept["txid"] = hash256(self._stripped())
        return kept

    @property
    def seal(self) -> bytes:
        """The hash of all of it."""
        kept = self._kept.get("seal")
        if kept is None:
            kept = self._kept["seal"] = hash256(self.encode())
        return kept

    @property
    def paid(self) -> int:
        """The sum of its outputs."""
        return sum(output.amount for output in self.outputs)

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return len(self.encode())

    def outpoint(self, index: int) -> Outpoint:
        """One of its outputs."""
        return Outpoint(self.txid, index)

    def encode(self) -> bytes:
        """Its bytes."""
        kept = self._kept.get("bytes")
        if kept is None:
            parts = [self._stripped()]
            for each in () if self.is_coinbase else self.inputs:
                parts += (sized(each.signature), sized(each.public))
            kept = self._kept["bytes"] = b"".join(parts)
        return kept

    def digest(self, index: int, spent: Output, magic: bytes) -> bytes:
        """What the owner of the output that input `index` spends has to sign."""
        outpoint = self.inputs[index].outpoint
        return hash256(
            b"".join(
                (
                    _PURPOSE,
                    magic,
                    self._stripped(),
                    outpoint.txid,
                    _INDEX.pack(outpoint.output),
                    spent.encode(),
                )
            )
        )

    def signed(self, keys: Sequence[PrivateKey], spent: Sequence[Output], magic: bytes) -> "Transaction":
        """The same with the signature of each input, by the key of the same place."""
        inputs = [
            each._replace(signature=key.sign(self.digest(index, output, magic)), public=key.public.raw)
            for index, (each, key, output) in enumerate(zip(self.inputs, keys, spent, strict=True))
        ]
        return replace(self, inputs=tuple(inputs))

    def as_plain(self) -> dict[str, Any]:
        """The JSON form; amounts in coins, as text, so that no digit is lost."""
        inputs: list[dict[str, Any]] = [
            {"memo": each.memo.hex()}
            if self.is_coinbase
            else {
                "txid": each.outpoint.txid.hex(),
                "index": each.outpoint.output,
                "signature": each.signature.hex(),
                "public_key": each.public.hex(),
            }
            for each in self.inputs
        ]
        outputs = [{"amount": coins(each.amount), "address": each.address} for each in self.outputs]
        return {"txid": self.txid.hex(), "version": self.version, "inputs": inputs, "outputs": outputs}

    def _stripped(self) -> bytes:
        """Its bytes without signatures. A coinbase has none, and its memo makes it unlike any other one."""
        kept = self._kept.get("stripped")
        if kept is None:
            parts = [_VERSION.pack(self.version), count(len(self.inputs))]
            for each in self.inputs:
                parts += (each.outpoint.txid, _INDEX.pack(each.outpoint.output))
            if self.is_coinbase:
                parts.append(sized(self.inputs[0].memo))
            parts.append(count(len(self.outputs)))
            parts += [_AMOUNT.pack(each.amount) + each.owner for each in self.outputs]
            kept = self._kept["stripped"] = b"".join(parts)
        return kept


def read_transaction(reader: Reader) -> Transaction:
    """A transaction from the front of some bytes.

    It keeps them: there is one spelling for each transaction, so what was read is what it would write.
    """
    begin = reader.at
    (version,) = reader.unpack(_VERSION, "version of a transaction")
    points = reader.many(_read_outpoint, INPUTS_MAX, "inputs of a transaction")
    coinbase = points == (NO_OUTPOINT,)
    memo = reader.sized(MEMO_BYTES_MAX, "memo of a coinbase") if coinbase else b""
    outputs = reader.many(_read_output, OUTPUTS_MAX, "outputs of a transaction")
    stripped = reader.since(begin)
    if coinbase:
        first = Transaction((Input(NO_OUTPOINT, memo=memo),), outputs, version)
        first._kept.update(stripped=stripped, bytes=stripped)
        return first
    inputs = tuple(
        [
            Input(
                point,
                reader.sized(SIGNATURE_BYTES, "signature"),
                reader.sized(PUBLIC_BYTES, "public key"),
            )
            for point in points
        ]
    )
    found = Transaction(inputs, outputs, version)
    found._kept.update(stripped=stripped, bytes=reader.since(begin))
    return found


def transaction_from_bytes(data: bytes) -> Transaction:
    """A transaction that takes up all of the bytes."""
    return decoded(data, read_transaction, "transaction")


def transaction_from_hex(text: object) -> Transaction:
    """A transaction from its bytes in hexadecimal digits."""
    return transaction_from_bytes(from_hex(text, "transaction"))


def coinbase(height: int, outputs: Sequence[Output], memo: bytes = b"") -> Transaction:
    """The first transaction of a block of that height."""
    return Transaction((Input(NO_OUTPOINT, memo=_HEIGHT.pack(height) + memo),), tuple(outputs))


def height_of(transaction: Transaction) -> int | None:
    """The height that a coinbase tells; None if it tells none."""
    memo = transaction.inputs[0].memo
    return int(_HEIGHT.unpack_from(memo)[0]) if len(memo) >= _HEIGHT.size else None


def outpoint_from_plain(value: object) -> Outpoint:
    """An outpoint from `{"txid": …, "index": …}`."""
    if (
        not isinstance(value, dict)
        or type(value.get("index")) is not int  # A bool is an int, too.
        or not 0 <= value["index"] < NOWHERE
    ):
        raise BadEncoding(f"outpoint: expected an object with txid and index, found {value!r:.80}")
    return Outpoint(hash_from_hex(value.get("txid"), "txid"), value["index"])


def _read_outpoint(reader: Reader) -> Outpoint:
    txid = reader.raw(HASH_BYTES, "txid of an input")
    (index,) = reader.unpack(_INDEX, "index of an input")
    return Outpoint(txid, index)


def _read_output(reader: Reader) -> Output:
    (amount,) = reader.unpack(_AMOUNT, "amount of an output")
    return Output(amount, reader.raw(OWNER_BYTES, "owner of an output"))
