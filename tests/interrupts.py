"""Ctrl-C in tests that wait for it."""

import signal
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def interruptible() -> Iterator[None]:
    """What a test starts ends at Ctrl-C, even where a shell has started the tests in the background.

    A shell lets such programs ignore Ctrl-C, and theirs do so too; one that the tests handle is theirs to take.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
