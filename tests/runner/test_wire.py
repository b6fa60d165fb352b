"""Messages over a pipe."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lydite.model import CorruptRecord
from lydite.runner.wire import Message, decode, encode, frames, receive, send


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ours, theirs = os.pipe()
    yield ours, theirs
    for end in (ours, theirs):
        try:
            os.close(end)
        except OSError:
            continue


def decoded(octets: bytes) -> list[Message]:
    return [decode(each) for each in frames(octets)]


@given(
    st.lists(st.dictionaries(st.text(), st.integers() | st.text() | st.none()), max_size=4),
    st.integers(0, 20),
)
def test_messages_come_back_and_a_cut_one_is_left_out(messages: list[dict[str, object]], cut: int) -> None:
    framed = b"".join(encode(message) for message in messages)

    assert decoded(framed) == messages
    if messages and cut:
        assert decoded(framed[: -min(cut, len(encode(messages[-1])))]) == messages[:-1]


def test_a_message_is_received_as_it_was_sent(pipe: tuple[int, int]) -> None:
    ours, theirs = pipe

    send(theirs, encode({"seed": 7, "é": ["x" * 1000]}))

    assert receive(ours) == {"seed": 7, "é": ["x" * 1000]}


def test_a_pipe_that_was_hung_up_gives_nothing(pipe: tuple[int, int]) -> None:
    ours, theirs = pipe
    os.write(theirs, encode({"seed": 7})[:-1])

    os.close(theirs)

    assert receive(ours) is None


def test_noise_on_the_pipe_is_not_taken_for_a_message(pipe: tuple[int, int]) -> None:
    ours, theirs = pipe
    os.write(theirs, b"\xff" * 8)

    with pytest.raises(CorruptRecord, match=r"not one of ours"):
        receive(ours)
