"""Keys and addresses, against vectors that others have published, and against everything that is no address."""

import hashlib
from itertools import pairwise

import coincurve
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lydite_subjects.coin.spec.encoding import hash256
from lydite_subjects.coin.spec.errors import BadAddress, BadKey
from lydite_subjects.coin.spec.keys import (
    ALPHABET,
    ORDER,
    PrivateKey,
    PublicKey,
    address_of,
    base58check,
    hash160,
    owner_of,
    validate_address,
    verify,
)
from lydite_subjects.coin.testing.strategies import keys, owners

GENESIS = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"
P2SH = "2MzQwSSnBHWHqSAqtTVQ6v47XtaisrJa1Vc"

RFC_6979 = [
    (
        1,
        "Satoshi Nakamoto",
        "934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8",
        "2442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5",
    ),
    (
        1,
        "All those moments will be lost in time, like tears in rain. Time to die...",
        "8600dbd41e348fe5c9465ab92d23e3db8b98b873beecd930736488696438cb6b",
        "547fe64427496db33bf66019dacbf0039c04199abb0122918601db38a72cfc21",
    ),
    (
        ORDER - 1,
        "Satoshi Nakamoto",
        "fd567d121db66e382991534ada77a6bd3106f0a1098c231e47993447cd6af2d0",
        "6b39cd0eb1bc8603e159ef5c20a5c8ad685a45b06ce9bebed3f153d10d93bed5",
    ),
    (
        0xF8B8AF8CE3C7CCA5E300D33939540C10D45CE001B8F252BFBC57BA0342904181,
        "Alan Turing",
        "7063ae83e7f62bbb171798131b4a0564b956930092b33b07b395615d9ec7e15c",
        "58dfcc1e00a35e1572f366ffe34ba0fc47db1e7189759b9fb233c5b05ab388ea",
    ),
]
"""Key, message, and r and s of the signature by RFC 6979 of its SHA-256, with the smaller s."""


def key_of(number: int) -> PrivateKey:
    return PrivateKey(number.to_bytes(32, "big"))


# Keys


def test_a_key_knows_its_public_key_and_its_address() -> None:
    key = key_of(1)

    assert key.public.raw.hex() == "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
    assert key.address == "1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH"
    assert len(key.hex) == 64
    assert validate_address(key.address)


@pytest.mark.parametrize(
    "raw", [b"", bytes(32), ORDER.to_bytes(32, "big"), b"\xff" * 32, b"\1" * 31, b"\1" * 33]
)
def test_what_is_no_private_key_is_refused(raw: bytes) -> None:
    with pytest.raises(BadKey, match="expected 32 bytes of a number from 1"):
        PrivateKey(raw)


@pytest.mark.parametrize("text", ["", "00", "zz" * 32, "01" * 33, " " * 64, "01 " * 32])
def test_a_text_that_is_no_private_key_is_refused_and_not_told(text: str) -> None:
    with pytest.raises(BadKey) as caught:
        PrivateKey.from_hex(text)

    assert not text or text not in str(caught.value)


def test_a_private_key_is_never_printed() -> None:
    assert repr(key_of(0x1234567890ABCDEF)) == "PrivateKey()"


@given(keys())
def test_a_key_is_read_as_it_was_written(key: PrivateKey) -> None:
    assert PrivateKey.from_hex(key.hex) == key


@pytest.mark.parametrize(
    "raw", [b"", bytes(33), b"\2" + b"\xff" * 32, b"\5" + key_of(1).public.raw[1:], key_of(1).public.raw[:-1]]
)
def test_what_is_no_point_of_the_curve_is_no_public_key(raw: bytes) -> None:
    with pytest.raises(BadKey, match="a public key: expected 33 bytes"):
        PublicKey(raw)


def test_the_long_form_of_a_point_is_refused() -> None:
    long = coincurve.PrivateKey(key_of(1).raw).public_key.format(compressed=False)

    with pytest.raises(BadKey, match="expected 33 bytes, found 65"):
        PublicKey(long)


# Signatures


@pytest.mark.parametrize(("number", "message", "r", "s"), RFC_6979)
def test_signatures_are_those_of_rfc_6979(number: int, message: str, r: str, s: str) -> None:
    key, digest = key_of(number), hashlib.sha256(message.encode()).digest()

    assert key.sign(digest).hex() == r + s
    assert verify(key.public.raw, bytes.fromhex(r + s), digest)


@given(keys(), st.binary(min_size=32, max_size=32))
def test_a_signature_is_good_and_always_the_same(key: PrivateKey, digest: bytes) -> None:
    signature = key.sign(digest)

    assert len(signature) == 64
    assert signature == key.sign(digest)
    assert verify(key.public.raw, signature, digest)


@given(keys(), keys(), st.binary(min_size=32, max_size=32), st.integers(0, 511))
def test_a_signature_is_good_for_one_digest_and_one_key(
    key: PrivateKey, other: PrivateKey, digest: bytes, bit: int
) -> None:
    # One of a digest of nothing but zeros is good for a key and for its opposite, as the curve has it.
    assume(key != other and any(digest))
    signature = key.sign(digest)
    flipped = (int.from_bytes(signature, "big") ^ 1 << bit).to_bytes(64, "big")

    assert not verify(other.public.raw, signature, digest)
    assert not verify(key.public.raw, signature, hashlib.sha256(digest).digest())
    assert not verify(key.public.raw, flipped, digest)


@given(keys(), st.binary(min_size=32, max_size=32))
def test_nobody_else_can_make_another_signature_of_one(key: PrivateKey, digest: bytes) -> None:
    signature = key.sign(digest)
    larger = ORDER - int.from_bytes(signature[32:], "big")

    assert int.from_bytes(signature[32:], "big") <= ORDER // 2
    assert not verify(key.public.raw, signature[:32] + larger.to_bytes(32, "big"), digest)


@pytest.mark.parametrize(
    ("public", "signature", "digest"),
    [
        *((b"", bytes(64), bytes(32)), (bytes(33), bytes(64), bytes(32)), (bytes(65), bytes(64), bytes(32))),
        *((key_of(1).public.raw, each, bytes(32)) for each in (b"", bytes(63), bytes(64), bytes(65), b"\xff" * 64)),
        *((key_of(1).public.raw, key_of(1).sign(bytes(32)), each) for each in (b"", bytes(31), bytes(33))),
    ],
)  # fmt: skip
def test_what_is_no_key_no_signature_or_no_digest_is_not_good(
    public: bytes, signature: bytes, digest: bytes
) -> None:
    assert not verify(public, signature, digest)


@pytest.mark.parametrize("digest", [b"", bytes(31), bytes(33)])
def test_only_a_digest_is_signed(digest: bytes) -> None:
    with pytest.raises(ValueError, match="32"):
        key_of(1).sign(digest)


# Addresses


@pytest.mark.parametrize(
    ("owner", "address"),
    [
        ("62e907b15cbf27d5425399ebf6f0fb50ebb88f18", GENESIS),
        ("010966776006953d5567439e5e39f86a0d273bee", "16UwLL9Risc3QfPqBUvKofHmBQ7wMtjvM"),
        ("41e5d4715e0dcd17706de98d11f04c0021d0d67e", "171SFKyrSm3n1GLXkLcCtQWTm1ZRVNvEB7"),
        ("50cc366b88f19fbb4a0068a82a0b83f4ff777528", "18NDhHYAa3bx3jAZkc7HZf3vKr1JrwVXG3"),
        ("00" * 20, "1111111111111111111114oLvT2"),
        ("00" * 19 + "01", "11111111111111111111BZbvjr"),
    ],
)
def test_addresses_are_those_of_bitcoin(owner: str, address: str) -> None:
    assert address_of(bytes.fromhex(owner)) == address
    assert owner_of(address).hex() == owner


def test_an_owner_is_the_hash_of_the_public_key() -> None:
    assert hash160(key_of(1).public.raw).hex() == "751e76e8199196d454941c45d1b3a323f1433bd6"


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("invalid", "expected letters of Base58, found 'l'"),
        ("1234567890123456789012345678901234567890", "at most 35 letters, found 40"),
        ("", "begins with 1"),
        (P2SH, "expected version 0 of an address (it begins with 1), found 196"),
        (
            "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy",
            "expected version 0 of an address (it begins with 1), found 5",
        ),
        (GENESIS[:-1] + "b", "expected the checksum"),
        (GENESIS.replace("P", "Q", 1), "expected the checksum"),
        (GENESIS[:-1], "expected the checksum"),
        (GENESIS[:-2], "of 25 bytes, found 24"),
        ("1" + GENESIS, "of 25 bytes, found 26"),
        (GENESIS[1:], "of 25 bytes, found 24"),
        (GENESIS + " ", "expected letters of Base58, found ' '"),
        ("0" + GENESIS[1:], "expected letters of Base58, found '0'"),
        ("1" * 35, "of 25 bytes, found 35"),
        ("1" * 100_000, "at most 35 letters, found 100000"),
        ("１A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "expected letters of Base58"),
        (None, "begins with 1"),
        (17, "begins with 1"),
        (GENESIS.encode(), "begins with 1"),
        ([GENESIS], "begins with 1"),
    ],
)
def test_what_is_no_address_is_refused_with_the_reason(address: object, why: str) -> None:
    assert not validate_address(address)
    with pytest.raises(BadAddress) as caught:
        owner_of(address)

    assert why in str(caught.value)
    assert len(str(caught.value)) < 200


@given(owners())
def test_an_address_is_read_as_it_was_written(owner: bytes) -> None:
    address = address_of(owner)

    assert address.startswith("1")
    assert set(address) <= set(ALPHABET)
    assert owner_of(address) == owner


@given(owners(), st.data())
def test_an_address_with_a_mistake_is_refused(owner: bytes, data: st.DataObject) -> None:
    address = address_of(owner)
    at = data.draw(st.integers(0, len(address) - 1))
    mistake = data.draw(st.sampled_from(["change", "drop", "double", "swap"]))
    match mistake:
        case "change":
            wrong = address[:at] + data.draw(st.sampled_from(ALPHABET)) + address[at + 1 :]
        case "drop":
            wrong = address[:at] + address[at + 1 :]
        case "double":
            wrong = address[: at + 1] + address[at:]
        case _:
            wrong = address[:at] + address[at : at + 2][::-1] + address[at + 2 :]
    assume(wrong != address)

    assert not validate_address(wrong)


@given(st.text(max_size=40))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    if validate_address(text):
        assert address_of(owner_of(text)) == text


@given(st.lists(owners(), min_size=2, max_size=2, unique=True))
def test_different_owners_have_different_addresses(two: list[bytes]) -> None:
    assert all(address_of(one) != address_of(other) for one, other in pairwise(two))


@given(st.binary(max_size=30))
def test_base58check_ends_with_the_checksum_of_what_is_before(data: bytes) -> None:
    number = 0
    text = base58check(data)
    for letter in text:
        number = number * 58 + ALPHABET.index(letter)

    raw = data + hash256(data)[:4]
    assert number == int.from_bytes(raw, "big")
    assert len(text) - len(text.lstrip("1")) == len(raw) - len(raw.lstrip(b"\0"))
