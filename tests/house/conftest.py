"""The rules of the house read every file there is."""

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _nothing_is_thrown_away() -> Iterator[None]:
    """The trees of a thousand files stay: to look through them for garbage takes longer than to make them."""
    gc.disable()
    yield
    gc.enable()
