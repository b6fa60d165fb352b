"""Forms: what people and clients send to a node in JSON, made into values of the chain or refused."""

import asyncio
import json
from http import HTTPStatus
from typing import Any, Final

from fastapi import Request

from lydite_subjects.coin.node.answers import Refusal
from lydite_subjects.coin.spec.amounts import grains
from lydite_subjects.coin.spec.blocks import NONCE_MAX, Block, Header, block_from_hex
from lydite_subjects.coin.spec.encoding import hash_from_hex
from lydite_subjects.coin.spec.errors import BadEncoding
from lydite_subjects.coin.spec.keys import PUBLIC_BYTES, SIGNATURE_BYTES, owner_of
from lydite_subjects.coin.spec.transactions import (
    INPUTS_MAX,
    MEMO_BYTES_MAX,
    NO_OUTPOINT,
    OUTPUTS_MAX,
    Input,
    Output,
    Transaction,
    outpoint_from_plain,
    transaction_from_hex,
)

BODY_BYTES_MAX: Final = 4_000_000
"""A block of the largest size, in hexadecimal digits, and room to spare."""
BODY_S_MAX: Final = 30.0
"""How long a body may take to arrive."""
_U32: Final = 0xFFFF_FFFF


async def body(request: Request) -> dict[str, Any]:
    """The JSON object that was sent."""
    try:
        async with asyncio.timeout(BODY_S_MAX):
            data = await request.body()
    except TimeoutError:
        raise Refusal(
            HTTPStatus.REQUEST_TIMEOUT,
            "slow-body",
            expected=f"a body within {BODY_S_MAX:.0f} s",
            found="a part of one",
        ) from None
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Refusal(
            HTTPStatus.BAD_REQUEST,
            "bad-json",
            expected="a JSON object",
            found=f"{data[:60]!r} ({type(error).__name__})",
            where="body",
        ) from error
    return fields(value, where="body")


def fields(value: object, *, where: str, known: frozenset[str] | None = None) -> dict[str, Any]:
    """An object; with no other fields than those that are known."""
    if not isinstance(value, dict):
        raise BadEncoding(f"{where}: expected an object, found {_shown(value)}")
    strange = [] if known is None else sorted(value.keys() - known)
    if known is not None and strange:
        raise BadEncoding(
            f"{where}: expected no other fields than {', '.join(sorted(known))}, found {strange[0]!r:.60}"
        )
    return value


def transaction_from_form(form: dict[str, Any]) -> Transaction:
    """A transaction, as `{"hex": …}` or as its JSON form."""
    if "hex" in form:
        return transaction_from_hex(fields(form, where="body", known=frozenset({"hex"}))["hex"])
    return transaction_from_plain(form)


def transaction_from_plain(value: object) -> Transaction:
    """The opposite of `Transaction.as_plain`; a `txid` may stand there, and then it must be right."""
    form = fields(value, where="transaction", known=frozenset({"txid", "version", "inputs", "outputs"}))
    transaction = Transaction(
        tuple([_input(each) for each in _list(form, "inputs", INPUTS_MAX)]),
        tuple([_output(each) for each in _list(form, "outputs", OUTPUTS_MAX)]),
        _number(form.get("version", 1), "version", _U32),
    )
    said = form.get("txid")
    if said is not None and hash_from_hex(said, "txid") != transaction.txid:
        raise BadEncoding(f"txid: expected {transaction.txid.hex()}, found {said}")
    return transaction


def block_from_form(form: dict[str, Any]) -> Block:
    """`{"block": …}`, in hexadecimal digits or in its JSON form."""
    value = fields(form, where="body", known=frozenset({"block"})).get("block")
    return block_from_plain(value) if isinstance(value, dict) else block_from_hex(value)


def block_from_plain(value: object) -> Block:
    """The opposite of `Block.as_plain`; a `hash` may stand there, and then it must be right."""
    known = {"hash", "version", "previous_hash", "merkle_root", "timestamp", "bits", "nonce", "index"}
    form = fields(value, where="block", known=frozenset({*known, "transactions"}))
    bits = form.get("bits")
    if not isinstance(bits, str) or len(bits) != 8:
        raise BadEncoding(f"bits: expected 8 hexadecimal digits, found {_shown(bits)}")
    header = Header(
        _number(form.get("version", 1), "version", _U32),
        hash_from_hex(form.get("previous_hash"), "previous_hash"),
        hash_from_hex(form.get("merkle_root"), "merkle_root"),
        _number(form.get("timestamp"), "timestamp", (1 << 64) - 1),
        int.from_bytes(_bytes(bits, "bits", 4), "big"),
        _number(form.get("nonce"), "nonce", NONCE_MAX),
    )
    if form.get("hash") is not None and hash_from_hex(form["hash"]) != header.hash:
        raise BadEncoding(f"hash: expected {header.hash.hex()}, found {form['hash']}")
    transactions = [transaction_from_plain(each) for each in _list(form, "transactions", INPUTS_MAX)]
    return Block(header, tuple(transactions), _number(form.get("index", 0), "index", _U32))


def _input(value: object) -> Input:
    if isinstance(value, dict) and "memo" in value:
        form = fields(value, where="input", known=frozenset({"memo"}))
        return Input(NO_OUTPOINT, memo=_bytes(form["memo"], "memo", MEMO_BYTES_MAX))
    form = fields(value, where="input", known=frozenset({"txid", "index", "signature", "public_key"}))
    return Input(
        outpoint_from_plain({"txid": form.get("txid"), "index": _number(form.get("index"), "index", _U32)}),
        _bytes(form.get("signature"), "signature", SIGNATURE_BYTES),
        _bytes(form.get("public_key"), "public_key", PUBLIC_BYTES),
    )


def _output(value: object) -> Output:
    form = fields(value, where="output", known=frozenset({"amount", "address"}))
    amount = form.get("amount")
    if not isinstance(amount, str):
        raise BadEncoding(
            f'amount: expected coins as text, such as "1.5", so that no digit is lost, found {_shown(amount)}'
        )
    return Output(grains(amount), owner_of(form.get("address")))


def _list(form: dict[str, Any], name: str, most: int) -> list[Any]:
    found = form.get(name)
    if not isinstance(found, list) or len(found) > most:
        raise BadEncoding(f"{name}: expected a list of at most {most:,}, found {_shown(found)}")
    return found


def _number(value: object, name: str, most: int) -> int:
    if type(value) is not int or not 0 <= value <= most:
        raise BadEncoding(f"{name}: expected a whole number from 0 to {most}, found {_shown(value)}")
    return value


def _bytes(value: object, name: str, most: int) -> bytes:
    try:
        data = bytes.fromhex(value) if isinstance(value, str) else None
    except ValueError:
        data = None
    if data is None or len(data) > most:
        raise BadEncoding(
            f"{name}: expected hexadecimal digits of at most {most} bytes, found {_shown(value)}"
        )
    return data


def _shown(value: object) -> str:
    """What was found, short; a huge number is not even written out."""
    if isinstance(value, int) and value.bit_length() > 256:
        return f"a number of {value.bit_length()} bits"
    return f"{value!r:.60}" if isinstance(value, str | int | float | None) else f"a {type(value).__name__}"
