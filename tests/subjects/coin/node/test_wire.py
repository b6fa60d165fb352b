"""Messages and frames: what is said is what is heard, and whatever else comes is refused clearly and cheaply."""

import random
import struct
import tracemalloc
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lydite_subjects.coin.node.frames import HEAD, BadFrame, FrameReader, frame
from lydite_subjects.coin.node.wire import (
    HEADERS_MAX,
    MESSAGES,
    PAYLOAD_MAX,
    Addresses,
    BlockMessage,
    GetAddresses,
    GetData,
    GetHeaders,
    HeadersMessage,
    Inventory,
    Item,
    Kind,
    Known,
    Message,
    NotFound,
    Ping,
    Pong,
    TransactionMessage,
    Verack,
    Version,
    blocks,
)
from lydite_subjects.coin.spec.blocks import Block, Header, genesis
from lydite_subjects.coin.spec.encoding import hash256
from lydite_subjects.coin.spec.params import DEV
from lydite_subjects.coin.spec.transactions import Input, Outpoint, Output, Transaction, coinbase, height_of

MAGIC = DEV.magic

hashes = st.binary(min_size=32, max_size=32)
names = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=64)
u16, u32, u64 = (st.integers(0, (1 << bits) - 1) for bits in (16, 32, 64))
items = st.lists(st.builds(Item, st.sampled_from(Kind), hashes), max_size=20).map(tuple)
headers = st.builds(Header, u32, hashes, hashes, u64, u32, u32)
outputs = st.lists(
    st.builds(Output, st.integers(-(1 << 63), (1 << 63) - 1), st.binary(min_size=20, max_size=20)), max_size=4
)
inputs = st.lists(
    st.builds(
        Input,
        st.builds(Outpoint, hashes, st.integers(0, (1 << 32) - 2)),
        st.binary(max_size=64),
        st.binary(max_size=33),
        st.just(b""),
    ),
    max_size=4,
)
transactions = st.builds(Transaction, inputs.map(tuple), outputs.map(tuple), u32)
coinbases = st.builds(coinbase, u32, outputs, st.binary(max_size=90))
bodies = st.tuples(coinbases, st.lists(transactions, max_size=3)).map(lambda pair: (pair[0], *pair[1]))


def block(header: Header, body: tuple[Transaction, ...]) -> Block:
    return Block(header, body, height_of(body[0]) or 0)


known = st.builds(Known, names, u16, u64)
messages = st.one_of(
    st.builds(Version, u32, names, names, u32, hashes, u64, u16, u64),
    st.just(Verack()),
    st.just(GetAddresses()),
    st.builds(Ping, u64),
    st.builds(Pong, u64),
    st.builds(Addresses, st.lists(known, max_size=5).map(tuple)),
    st.builds(Inventory, items),
    st.builds(GetData, items),
    st.builds(NotFound, items),
    st.builds(GetHeaders, st.lists(hashes, max_size=101).map(tuple), hashes),
    st.builds(HeadersMessage, st.lists(headers, max_size=10).map(tuple)),
    st.builds(BlockMessage, st.builds(block, headers, bodies)),
    st.builds(TransactionMessage, transactions),
)


@given(st.lists(messages, max_size=6), st.integers(1, 400))
def test_messages_come_out_as_they_went_in_however_the_stream_is_cut(said: list[Message], size: int) -> None:
    stream = b"".join(frame(each, MAGIC) for each in said)
    reader = FrameReader(MAGIC)

    heard = [each for at in range(0, len(stream), size) for each in reader.feed(stream[at : at + size])]

    assert heard == said
    assert reader.waiting == 0


def test_a_block_is_told_its_height_by_its_coinbase() -> None:
    block = Block(genesis(DEV).header, (coinbase(77, []),))

    (heard,) = FrameReader(MAGIC).feed(frame(BlockMessage(block), MAGIC))

    assert isinstance(heard, BlockMessage)
    assert heard.block.index == 77
    assert heard.block.encode() == block.encode()


def head(command: bytes, payload: bytes, *, magic: bytes = MAGIC, length: int | None = None) -> bytes:
    return (
        HEAD.pack(magic, command, len(payload) if length is None else length, hash256(payload)[:4]) + payload
    )


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (head(b"verack", b"", magic=b"LyCm"), "expected the magic b'LyCd' of this network, found b'LyCm'"),
        (b"G", "expected the magic b'LyCd' of this network, found b'G'"),
        (b"LyCG", "found b'LyCG'"),
        (head(b"ping", b"", length=9), "ping: expected at most 8 bytes, found 9"),
        (
            head(b"block", b"", length=PAYLOAD_MAX + 1),
            "block: expected at most 4,000,000 bytes, found 4,000,001",
        ),
        (head(b"later", b"", length=65_537), "later: expected at most 65,536 bytes"),
        (HEAD.pack(MAGIC, b"verack", 0, b"1234"), "verack: expected a checksum of 5df6e0e2, found 31323334"),
        (head(b"ping", b"1234567"), "ping: nonce: expected 8 bytes, found 7"),
        (head(b"ping\0pong", b"12345678"), "expected a command of ASCII letters and digits"),
        (head(b"p\xc3\xaf", b""), "expected a command of ASCII letters and digits"),
        (head(b"", b""), "expected a command"),
        (
            head(b"tx", genesis(DEV).transactions[0].encode() + b"\0"),
            "tx: expected its end, found 1 more bytes",
        ),
        (head(b"inv", b"\x01\x03" + bytes(32)), "items: expected kinds 1 or 2, found 3"),
        (head(b"inv", b"\xfd\x05\x00" + bytes(5 * 33)), "expected the shortest spelling"),
        (
            head(b"inv", b"\xfe" + struct.pack("<I", 1 << 16)),
            "expected at most 50,000, found 65,536",
        ),
        (
            head(b"headers", b"\xfd" + struct.pack("<H", HEADERS_MAX + 1)),
            "expected at most 1,000, found 1,001",
        ),
        (head(b"addr", b"\x01\x03a b" + bytes(10)), "host: expected printable ASCII"),
        (head(b"addr", b"\x01\x41" + b"a" * 65 + bytes(10)), "host: expected at most 64, found 65"),
    ],
)
def test_what_is_no_frame_is_refused_with_both_sides(data: bytes, complaint: str) -> None:
    with pytest.raises(BadFrame) as caught:
        FrameReader(MAGIC).feed(data)

    assert complaint in str(caught.value)


def test_a_word_of_a_later_version_is_passed_over() -> None:
    stream = head(b"sendcmpct2", b"whatever") + frame(Ping(7), MAGIC)

    assert FrameReader(MAGIC).feed(stream) == [Ping(7)]


def test_more_than_a_message_may_have_is_not_sent() -> None:
    with pytest.raises(BadFrame, match="expected at most 33,009 bytes to send"):
        frame(GetData(blocks([bytes(32)] * 1_001)), MAGIC)


def samples() -> list[bytes]:
    first = genesis(DEV)
    said: list[Message] = [
        Version(1, "dev", "node-1", 5, first.hash, 1, 8000, 1),
        Verack(),
        Ping(1),
        Addresses((Known("10.0.0.1", 8000, 5),)),
        Inventory(blocks([first.hash] * 3)),
        GetData(blocks([first.hash])),
        GetHeaders((first.hash,)),
        HeadersMessage((first.header,) * 3),
        BlockMessage(first),
        TransactionMessage(first.transactions[0]),
    ]
    return [frame(each, MAGIC) for each in said]


def mutated(data: bytes, draws: random.Random) -> bytes:
    """Some bytes changed, taken out, put in or cut off; mostly with a checksum that is right again."""
    changed = bytearray(data)
    for _ in range(draws.randint(1, 4)):
        at = draws.randrange(len(changed) + 1)
        match draws.randrange(4):
            case 0:
                del changed[at : at + draws.randint(1, 8)]
            case 1:
                changed[at:at] = draws.randbytes(draws.randint(1, 8))
            case 2:
                changed[at : at + 1] = bytes([draws.choice([0, 1, 0xFC, 0xFD, 0xFE, 0xFF])])
            case _:
                changed[at : at + 1] = draws.randbytes(1)
    if draws.random() < 0.8 and len(changed) >= HEAD.size:
        payload = bytes(changed[HEAD.size :])
        struct.pack_into("<I", changed, 16, len(payload))
        changed[20:24] = hash256(payload)[:4]
        changed[:4] = MAGIC
    return bytes(changed)


def test_mutated_messages_are_heard_or_refused_and_nothing_else() -> None:
    draws, originals, refused = random.Random(1), samples(), 0

    for _ in range(4_000):
        reader = FrameReader(MAGIC)
        try:
            heard = reader.feed(mutated(draws.choice(originals), draws) + draws.choice(originals))
        except BadFrame:
            refused += 1
        else:
            for message in heard:
                assert (
                    type(message)(**{name: getattr(message, name) for name in message.__match_args__})
                    == message
                )
                assert FrameReader(MAGIC).feed(frame(message, MAGIC)) == [message]

    assert refused > 1_000


def test_random_bytes_are_refused() -> None:
    draws = random.Random(2)

    for _ in range(2_000):
        reader = FrameReader(MAGIC)
        stream = draws.randbytes(draws.randint(4, 300))
        with pytest.raises(BadFrame):
            reader.feed(stream)

    for command in MESSAGES:
        for _ in range(300):
            payload = draws.randbytes(draws.randint(0, 200))
            try:
                FrameReader(MAGIC).feed(head(command.encode(), payload))
            except BadFrame:
                continue


def test_a_frame_that_never_ends_takes_no_more_memory_than_its_message_may() -> None:
    claims = [command for command, kind in MESSAGES.items() if kind.payload_max >= 1_000]
    tracemalloc.start()

    for command in claims:
        reader = FrameReader(MAGIC)
        most = MESSAGES[command].payload_max
        reader.feed(HEAD.pack(MAGIC, command.encode(), most, b"1234"))
        for _ in range(65_536, most, 65_536):
            reader.feed(bytes(65_536))
        assert reader.waiting <= most + HEAD.size
        with pytest.raises(BadFrame, match="checksum"):
            reader.feed(bytes(65_536))

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3 * PAYLOAD_MAX


def test_a_count_that_promises_much_is_not_believed() -> None:
    tracemalloc.start()

    for command, count in (("inv", 50_000), ("headers", 1_000), ("addr", 1_000), ("block", 0xFFFF)):
        prefix = bytes(84) if command == "block" else b""
        with pytest.raises(BadFrame):
            FrameReader(MAGIC).feed(head(command.encode(), prefix + b"\xfd" + struct.pack("<H", count)))

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 200_000


def test_every_command_is_there_once_and_fits_its_field() -> None:
    commands = sorted(MESSAGES)

    assert len(commands) == 13
    assert all(one != other for one, other in pairwise(commands))
    assert all(len(command) <= 12 and command.isalnum() for command in commands)
