import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lydite_subjects.counter.spec import (
    BadMessage,
    Compare,
    Counted,
    Describe,
    Description,
    Hello,
    Holds,
    Increment,
    Message,
    Read,
    Refused,
    Same,
    Store,
    Stored,
    Value,
    decode,
    encode,
)

TALLY = {"ann": ((1, 3), (5, 5)), "bob": ((2, 2),)}

MESSAGES: list[Message] = [
    Hello(0, "node-1"),
    Increment(1, "ann", 7),
    Read(2),
    Describe(3),
    Store(4, TALLY),
    Compare(5, "00ff"),
    Counted(1),
    Value(2, 40),
    Description(3, "node-1", 40, "00ff"),
    Stored(4),
    Same(5),
    Holds(5, TALLY),
    Refused(6, "no majority answers"),
]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_a_message_is_one_line_and_comes_back_as_it_was(message: Message) -> None:
    line = encode(message)

    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert decode(line) == message


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (b"", "one line of JSON"),
        (b"\xff\xfe", "one line of JSON"),
        (b"[" * 100_000, "one line of JSON"),
        (b"7", "an object of a kind"),
        (b'{"tag":1}', "an object of a kind"),
        (b'{"kind":["read"],"tag":1}', "an object of a kind"),
        (b'{"kind":"frobnicate","tag":1}', "an object of a kind (increment, read, "),
        (b'{"kind":"read","tag":true}', "tag is a whole number"),
        (b'{"kind":"read","tag":-1}', "tag is a whole number"),
        (b'{"kind":"read","tag":1e3}', "tag is a whole number"),
        (b'{"kind":"increment","tag":1,"client":"","number":1}', "client is a name"),
        (b'{"kind":"increment","tag":1,"client":"a b","number":1}', "client is a name"),
        (b'{"kind":"increment","tag":1,"client":"ann","number":0}', "number is a whole number from 1"),
        (b'{"kind":"increment","tag":1,"client":"ann","number":1,"by":2}', "by is no field of increment"),
        (b'{"kind":"store","tag":1,"tally":[]}', "tally is an object of client to spans"),
        (b'{"kind":"store","tag":1,"tally":{"ann":[]}}', "ascending spans"),
        (b'{"kind":"store","tag":1,"tally":{"ann":[[1,2],[3,4]]}}', "ascending spans"),
        (b'{"kind":"store","tag":1,"tally":{"ann":[[5,5],[1,2]]}}', "ascending spans"),
        (b'{"kind":"store","tag":1,"tally":{"ann":[[0,2]]}}', "ascending spans"),
        (b'{"kind":"store","tag":1,"tally":{"ann":[[1,true]]}}', "ascending spans"),
        (b'{"kind":"compare","tag":1,"digest":7}', "digest is text"),
    ],
)
def test_what_is_no_message_is_refused_with_what_was_expected(line: bytes, complaint: str) -> None:
    with pytest.raises(BadMessage) as refused:
        decode(line)

    assert complaint in str(refused.value)


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(BadMessage, match=r"by is no field .*; tag is .*; client is .*; number is "):
        decode(b'{"kind":"increment","by":2}')


@given(
    st.dictionaries(
        st.sampled_from(["kind", "tag", "client", "number", "tally", "digest", "more"]),
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats()
        | st.sampled_from(["read", "store", "increment", "holds", "ann"])
        | st.lists(st.integers())
        | st.dictionaries(st.text(), st.lists(st.lists(st.integers()))),
    )
)
def test_anything_else_is_a_message_or_a_bad_message(found: dict[str, object]) -> None:
    line = json.dumps(found).encode()

    try:
        message = decode(line)
    except BadMessage:
        return

    assert decode(encode(message)) == message
