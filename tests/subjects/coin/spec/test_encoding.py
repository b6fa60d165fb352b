"""Bytes of the chain: one spelling for each value, and nothing is read that is not there."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lydite_subjects.coin.spec.encoding import (
    Reader,
    count,
    decoded,
    from_hex,
    hash256,
    hash_from_hex,
    sized,
)
from lydite_subjects.coin.spec.errors import BadEncoding

U64_MAX = (1 << 64) - 1


def test_a_hash_is_that_of_the_hash() -> None:
    found = hash256(b"hello")

    assert found.hex() == "9595c9df90075148eb06860365df33584b75bff782a510c6cd4883a419833d50"


@pytest.mark.parametrize(
    ("number", "spelled"),
    [
        *((0, "00"), (0xFC, "fc"), (0xFD, "fdfd00"), (0xFFFF, "fdffff"), (0x10000, "fe00000100")),
        *((0xFFFFFFFF, "feffffffff"), (1 << 32, "ff0000000001000000"), (U64_MAX, "ff" * 9)),
    ],
)
def test_a_count_takes_one_to_nine_bytes(number: int, spelled: str) -> None:
    assert count(number).hex() == spelled
    assert decoded(bytes.fromhex(spelled), lambda reader: reader.count(U64_MAX), "count") == number


@pytest.mark.parametrize(
    "spelled", ["fd0000", "fdfc00", "fe00000000", "feffff0000", f"ff{0:016}", "ffffffffff00000000"]
)
def test_a_count_that_is_spelled_longer_than_it_must_be_is_refused(spelled: str) -> None:
    with pytest.raises(BadEncoding, match="expected the shortest spelling"):
        Reader(bytes.fromhex(spelled)).count(U64_MAX)


@pytest.mark.parametrize("spelled", ["", "fd", "fd00", "fe000000", "ff00000000000000"])
def test_a_count_without_its_end_is_refused(spelled: str) -> None:
    with pytest.raises(BadEncoding, match=r"expected \d bytes, found"):
        Reader(bytes.fromhex(spelled)).count(U64_MAX)


@given(st.integers(0, U64_MAX))
def test_a_count_is_read_as_it_was_written(number: int) -> None:
    assert decoded(count(number), lambda reader: reader.count(U64_MAX), "count") == number


@given(st.binary(max_size=12))
def test_whatever_is_read_as_a_count_is_spelled_in_no_other_way(data: bytes) -> None:
    reader = Reader(data)
    try:
        number = reader.count(U64_MAX)
    except BadEncoding:
        return
    assert count(number) == data[: reader.at]


def test_a_length_over_the_limit_is_refused_before_there_is_room_for_it() -> None:
    reader = Reader(b"\xff" + b"\xff" * 8)

    with pytest.raises(BadEncoding, match="expected at most 100, found 18,446,744,073,709,551,615"):
        reader.sized(100)


def test_a_list_that_promises_more_than_there_is_ends_with_what_there_is() -> None:
    seen = []

    with pytest.raises(BadEncoding, match="one: expected 4 bytes, found 2"):
        Reader(b"\xfe\xff\xff\xff\x00" + bytes(10)).many(
            lambda reader: seen.append(reader.raw(4, "one")), 1 << 32, "all"
        )

    assert len(seen) == 2


def test_what_is_left_over_is_refused() -> None:
    with pytest.raises(BadEncoding, match="pair: expected its end, found 3 more bytes"):
        decoded(bytes(5), lambda reader: reader.raw(2), "pair")


def test_reading_tells_how_far_it_has_come() -> None:
    reader = Reader(bytes(10))

    reader.raw(4)

    assert (reader.at, reader.left) == (4, 6)


def test_numbers_that_are_cut_off_are_refused_and_nothing_is_consumed() -> None:
    reader = Reader(bytes(7))

    with pytest.raises(BadEncoding, match="expected 8 bytes, found 7"):
        reader.unpack(struct.Struct("<Q"))

    assert reader.at == 0


@given(st.binary(max_size=300))
def test_bytes_with_their_length_are_read_as_they_were_written(data: bytes) -> None:
    assert decoded(sized(data), lambda reader: reader.sized(300), "bytes") == data


@given(st.binary(min_size=32, max_size=32))
def test_a_hash_is_64_digits_of_either_case(data: bytes) -> None:
    assert hash_from_hex(data.hex()) == hash_from_hex(data.hex().upper()) == data


@pytest.mark.parametrize(
    "text",
    [
        *("", "00", "00" * 31, "00" * 33, "zz" * 32, "0" * 63, "00" * 31 + "  ", " " * 64),
        *("0x" + "00" * 31, "٠" * 64, None, 5, b"00" * 32, ["00" * 32]),
    ],
)
def test_what_is_no_hash_is_refused(text: object) -> None:
    with pytest.raises(BadEncoding, match="txid: expected 64 hexadecimal digits, found"):
        hash_from_hex(text, "txid")


@pytest.mark.parametrize("text", ["0", "0g", "00 00", " 00", "00\n", "0x00", None, b"00", 7])
def test_what_are_no_hexadecimal_digits_is_refused(text: object) -> None:
    with pytest.raises(BadEncoding, match="block: expected hexadecimal digits"):
        from_hex(text, "block")
