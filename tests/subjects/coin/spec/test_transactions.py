"""Transactions: one encoding for each, a txid of what it does, and signatures of exactly that."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lydite_subjects.coin.spec.amounts import COIN
from lydite_subjects.coin.spec.coins import Coin
from lydite_subjects.coin.spec.encoding import Reader, hash256
from lydite_subjects.coin.spec.errors import BadAddress, BadEncoding, CoinError, RuleBroken
from lydite_subjects.coin.spec.keys import PrivateKey, verify
from lydite_subjects.coin.spec.params import DEV, MAIN
from lydite_subjects.coin.spec.rules import check_inputs, check_transaction
from lydite_subjects.coin.spec.transactions import (
    MEMO_BYTES_MAX,
    NO_OUTPOINT,
    NOWHERE,
    Input,
    Outpoint,
    Output,
    Transaction,
    coinbase,
    height_of,
    outpoint_from_plain,
    read_transaction,
    transaction_from_bytes,
    transaction_from_hex,
)
from lydite_subjects.coin.testing import Spending
from lydite_subjects.coin.testing.strategies import (
    Mutation,
    keys,
    mutations,
    outpoints,
    outputs,
    spendings,
    spoilt,
    transactions,
)

SOMEWHERE = Outpoint(bytes(range(32)), 7)
OWNER = bytes(range(20))
PLAIN = Transaction((Input(SOMEWHERE, b"\5" * 64, b"\2" * 33),), (Output(3 * COIN, OWNER),))


# Encodings


def test_the_bytes_of_a_transaction_are_these() -> None:
    stripped = (
        *("01000000", "01", bytes(range(32)).hex(), "07000000"),
        *("01", "00a3e11100000000", bytes(range(20)).hex()),
    )

    assert PLAIN.encode().hex() == "".join((*stripped, "40", "05" * 64, "21", "02" * 33))
    assert PLAIN.txid == hash256(bytes.fromhex("".join(stripped)))
    assert PLAIN.seal == hash256(PLAIN.encode())
    assert PLAIN.size == len(PLAIN.encode())


def test_the_bytes_of_a_coinbase_have_its_memo_and_no_signature() -> None:
    first = coinbase(258, [Output(COIN, OWNER)], b"hi")

    assert first.encode().hex() == "".join(
        (
            *("01000000", "01", "00" * 32, "ffffffff", "06", "02010000", b"hi".hex()),
            *("01", "00e1f50500000000", bytes(range(20)).hex()),
        )
    )
    assert first.is_coinbase
    assert height_of(first) == 258


@given(transactions())
def test_a_transaction_is_read_as_it_was_written(transaction: Transaction) -> None:
    found = transaction_from_bytes(transaction.encode())

    assert found == transaction
    assert (found.txid, found.seal) == (transaction.txid, transaction.seal)
    assert transaction_from_hex(transaction.encode().hex()) == transaction


@given(st.data())
def test_bytes_that_were_changed_are_refused_or_another_transaction_with_these_bytes(
    data: st.DataObject,
) -> None:
    transaction = data.draw(transactions())
    changed = data.draw(spoilt(transaction.encode()))
    assume(changed != transaction.encode())

    try:
        found = transaction_from_bytes(changed)
    except BadEncoding:
        return
    assert found != transaction
    assert found.seal != transaction.seal
    assert replace(found).encode() == changed  # Written anew: a copy has kept no bytes.


@given(st.binary(max_size=300))
def test_any_bytes_are_a_transaction_with_these_bytes_or_refused(data: bytes) -> None:
    try:
        found = transaction_from_bytes(data)
    except BadEncoding:
        return
    assert replace(found).encode() == data


@given(transactions(), transactions())
def test_two_transactions_in_a_row_are_read_one_by_one(one: Transaction, other: Transaction) -> None:
    reader = Reader(one.encode() + other.encode())

    assert [read_transaction(reader), read_transaction(reader)] == [one, other]
    assert reader.left == 0


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "00",
        "zz",
        "0" * 7,
        5,
        b"00",
        PLAIN.encode().hex() + "00",
        PLAIN.encode().hex()[:-2],
        " " + PLAIN.encode().hex(),
    ],
)
def test_a_text_that_is_no_transaction_is_refused(text: object) -> None:
    with pytest.raises(BadEncoding, match="expected"):
        transaction_from_hex(text)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\1\0\0\0" + b"\xfd\x11\x27", "inputs of a transaction: expected at most 10,000, found 10,001"),
        (b"\1\0\0\0\0" + b"\xfe\xff\xff\xff\xff", "outputs of a transaction: expected at most 10,000"),
        (PLAIN.encode().replace(b"\x40\5\5", b"\x41\5\5"), "signature: expected at most 64, found 65"),
        (PLAIN.encode().replace(b"\x21\2\2", b"\x22\2\2"), "public key: expected at most 33, found 34"),
        (coinbase(1, [], bytes(97)).encode(), "memo of a coinbase: expected at most 100, found 101"),
    ],
)
def test_what_is_larger_than_its_limit_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(BadEncoding) as caught:
        transaction_from_bytes(data)

    assert why in str(caught.value)


def test_a_memo_may_be_as_long_as_it_may_be() -> None:
    first = coinbase(1, [Output(0, OWNER)], bytes(MEMO_BYTES_MAX - 4))

    check_transaction(first)
    assert transaction_from_bytes(first.encode()) == first


@pytest.mark.parametrize("amount", [-1, -(2**63), 2**63 - 1])
def test_amounts_that_no_law_allows_are_read_as_they_are_and_then_refused(amount: int) -> None:
    transaction = replace(PLAIN, outputs=(Output(amount, OWNER),))

    found = transaction_from_bytes(transaction.encode())

    assert found.outputs[0].amount == amount
    with pytest.raises(RuleBroken, match="output-amount"):
        check_transaction(found)


@given(transactions())
def test_what_was_read_has_the_bytes_and_the_names_of_what_is_written_anew(transaction: Transaction) -> None:
    found = transaction_from_bytes(transaction.encode())
    anew = replace(found)

    assert (found.encode(), found.txid, found.seal) == (anew.encode(), anew.txid, anew.seal)


# Names


@given(spendings())
def test_a_txid_does_not_depend_on_signatures_and_a_seal_does(spending: Spending) -> None:
    signed = spending.transaction
    bare = replace(signed, inputs=tuple(Input(each.outpoint) for each in signed.inputs))

    assert bare.txid == signed.txid
    assert bare.seal != signed.seal


@given(mutations())
def test_whatever_a_transaction_does_is_in_its_txid(mutation: Mutation) -> None:
    before, after = mutation.of.transaction, mutation.transaction
    only_proofs = mutation.what in {"signature", "public key", "swapped proofs"}

    assert (after.txid == before.txid) is only_proofs
    assert after.seal != before.seal


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1), st.binary(max_size=8))
def test_coinbases_of_different_heights_are_never_alike(one: int, other: int, memo: bytes) -> None:
    assume(one != other)
    made = [Output(50 * COIN, OWNER)]

    assert coinbase(one, made, memo).txid != coinbase(other, made, memo).txid


def test_a_transaction_with_a_null_input_among_others_is_no_coinbase() -> None:
    assert not Transaction((Input(NO_OUTPOINT), Input(SOMEWHERE)), ()).is_coinbase
    assert not Transaction((), ()).is_coinbase
    assert not Transaction((Input(Outpoint(bytes(32), 0)),), ()).is_coinbase


@pytest.mark.parametrize("memo", [b"", b"\1\2\3"])
def test_a_memo_that_is_too_short_tells_no_height(memo: bytes) -> None:
    assert height_of(Transaction((Input(NO_OUTPOINT, memo=memo),), ())) is None


# Signatures


@given(spendings())
def test_a_signed_payment_is_lawful_where_its_coins_are(spending: Spending) -> None:
    fee = _judge(spending.transaction, spending.coins)

    assert fee == sum(each.amount for each in spending.coins) - spending.transaction.paid


@given(mutations())
def test_whatever_is_changed_after_signing_is_refused(mutation: Mutation) -> None:
    with pytest.raises(RuleBroken) as caught:
        _judge(mutation.transaction, mutation.of.coins)

    assert caught.value.rule in {"signature", "owner", "overspent", "no-outputs"}, mutation.what


def _judge(transaction: Transaction, coins: Sequence[Coin]) -> int:
    check_transaction(transaction)
    return check_inputs(transaction, coins, 2, DEV)


@given(spendings(), st.data())
def test_a_signature_is_bound_to_the_coin_that_is_spent(spending: Spending, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(spending.coins) - 1))
    each, coin = spending.transaction.inputs[at], spending.coins[at]
    good = spending.transaction.digest(at, coin.output, DEV.magic)
    others = (
        spending.transaction.digest(at, Output(coin.amount + 1, coin.owner), DEV.magic),
        spending.transaction.digest(at, Output(coin.amount, bytes(20)), DEV.magic),
        spending.transaction.digest(at, coin.output, MAIN.magic),
        _elsewhere(spending.transaction, at).digest(at, coin.output, DEV.magic),
    )

    assert verify(each.public, each.signature, good)
    assert not any(verify(each.public, each.signature, other) for other in others)


def _elsewhere(transaction: Transaction, at: int) -> Transaction:
    """The same, but input `at` spends another output of the same transaction."""
    txid, output = transaction.inputs[at].outpoint
    moved = transaction.inputs[at]._replace(outpoint=Outpoint(txid, (output + 1) % NOWHERE))
    return replace(transaction, inputs=(*transaction.inputs[:at], moved, *transaction.inputs[at + 1 :]))


@given(keys(), outpoints(), outputs())
def test_two_outputs_of_one_transaction_are_signed_for_one_by_one(
    key: PrivateKey, point: Outpoint, output: Output
) -> None:
    spent = [Output(5, key.public.owner)] * 2
    points = (point, point._replace(output=(point.output + 1) % NOWHERE))
    bare = Transaction(tuple(Input(each) for each in points), (output,))

    signed = bare.signed([key, key], spent, DEV.magic)

    assert signed.inputs[0].signature != signed.inputs[1].signature


def test_signing_wants_a_key_and_an_output_for_each_input() -> None:
    key = PrivateKey(b"\1" * 32)

    with pytest.raises(ValueError, match="zip"):
        PLAIN.signed([key, key], [Output(1, OWNER)] * 2, DEV.magic)


# For people


def test_the_plain_form_has_amounts_in_coins_as_text() -> None:
    plain = PLAIN.as_plain()

    assert plain["outputs"] == [{"amount": "3", "address": Output(1, OWNER).address}]
    assert plain["inputs"][0]["txid"] == SOMEWHERE.txid.hex()
    assert plain["txid"] == PLAIN.txid.hex()
    assert coinbase(1, [], b"hi").as_plain()["inputs"] == [{"memo": "010000006869"}]


def test_an_output_pays_to_an_address_or_to_none() -> None:
    made = Output.pay("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", 5)

    assert made.owner.hex() == "62e907b15cbf27d5425399ebf6f0fb50ebb88f18"
    with pytest.raises(BadAddress):
        Output.pay("2MzQwSSnBHWHqSAqtTVQ6v47XtaisrJa1Vc", 5)


@given(outpoints())
def test_an_outpoint_is_read_from_its_plain_form(outpoint: Outpoint) -> None:
    assert outpoint_from_plain({"txid": outpoint.txid.hex(), "index": outpoint.output}) == outpoint


@pytest.mark.parametrize(
    "value",
    [
        *(None, [], "x", {}, {"txid": "00" * 32}, {"index": 0}, {"txid": "00", "index": 0}),
        *({"txid": "00" * 32, "index": each} for each in (-1, NOWHERE, "0", 0.0, None, True)),
        {"txid": None, "index": 0},
    ],
)
def test_what_is_no_outpoint_is_refused(value: object) -> None:
    with pytest.raises(CoinError, match="expected"):
        outpoint_from_plain(value)
