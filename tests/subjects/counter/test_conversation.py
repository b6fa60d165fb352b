"""What a conversation does where it cannot say what it has to."""

import asyncio
from typing import cast

import pytest

from lydite_subjects.counter.node.conversation import UNSENT_BYTES_MAX, Conversation, Listener
from lydite_subjects.counter.spec import Counted


class Node:
    """A node that is told nothing that matters here."""

    def met(self, conversation: Conversation) -> None:
        pass

    def heard(self, conversation: Conversation, message: object) -> None:
        pass

    def parted(self, conversation: Conversation) -> None:
        pass


class Pipe:
    """A transport to somebody who does not read."""

    def __init__(self, waiting: int, *, memory: bool) -> None:
        self.waiting = waiting
        self.memory = memory
        self.aborted = False

    def is_closing(self) -> bool:
        return self.aborted

    def write(self, data: bytes) -> None:
        if not self.memory:
            raise MemoryError
        self.waiting += len(data)

    def get_write_buffer_size(self) -> int:
        return self.waiting

    def abort(self) -> None:
        self.aborted = True


async def told(pipe: Pipe) -> None:
    conversation = Conversation(cast("Listener", Node()))
    conversation.transport = cast("asyncio.Transport", pipe)
    conversation.say(Counted(1))


@pytest.mark.parametrize(("waiting", "aborted"), [(0, False), (UNSENT_BYTES_MAX, True)])
def test_whoever_has_too_much_waiting_is_hung_up_on(waiting: int, aborted: bool) -> None:
    pipe = Pipe(waiting, memory=True)

    asyncio.run(told(pipe))

    assert pipe.aborted is aborted


def test_a_node_without_memory_for_an_answer_ends() -> None:
    with pytest.raises(SystemExit, match="no memory left"):
        asyncio.run(told(Pipe(0, memory=False)))
