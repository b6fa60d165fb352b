"""No library keeps in a set what is hashed by its address: looked at, and not left to luck.

Whether an address shows in a trace depends on where objects happen to lie: one that keeps a place in a set of
others for a moment moves them in one run of three, on a busy machine only. So the hazards of libraries run
here once more under a watch that looks into every set right after something was put into it.

It does not see sets that are made whole, and not what a library keeps in sets when it is used in another way.
"""

import sys
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import pytest

from lydite.model import Header
from lydite.sim import simulate
from tests.determinism import hazards_of_libraries, hazards_of_order
from tests.determinism.hazard import HAZARDS
from tests.determinism.table import TABLE

TOPICS = (hazards_of_order, hazards_of_libraries)

NEVER_WALKED = ("_weakrefset._IterationGuard", "logging.Handler")
"""Classes of what enters sets that nobody walks. (Nor are classes walked: libraries ask whether they have met them.)"""

NAMES = [row.name for row in TABLE["Libraries"]] + [
    row.name for row in TABLE["Order"] if row.name.startswith(("anyio", "async_generator"))
]


@contextmanager
def watched() -> Iterator[set[str]]:
    """What was found in sets and is hashed by its address: what it is, and who has put it there."""
    strangers: set[str] = set()

    def watch(frame: FrameType, event: str, called: Any) -> None:
        kept = getattr(called, "__self__", None) if event == "c_return" else None
        if type(kept) is set:
            where = f"{frame.f_globals.get('__name__')}:{frame.f_lineno}"
            strangers.update(f"{name} in {where}" for name in map(_stranger, list(kept)) if name)

    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        yield strangers
    finally:
        sys.setprofile(before)


def _stranger(item: object) -> str:
    """The name of its class, if an object is hashed by its address; nothing otherwise."""
    if isinstance(item, weakref.ref):
        item = item()
    kind = type(item)
    if item is None or isinstance(item, type) or kind.__hash__ is not object.__hash__:
        return ""
    names = [f"{each.__module__}.{each.__qualname__}" for each in kind.__mro__]
    return "" if any(name in NEVER_WALKED for name in names) else names[0]


@pytest.mark.parametrize("name", NAMES)
def test_no_library_keeps_in_a_set_what_is_hashed_by_its_address(name: str) -> None:
    with watched() as strangers:
        outcome = simulate(HAZARDS[name].run, Header(trial=name, seed=42))

    assert outcome.error is None
    assert not strangers, "number their classes in `sim/patches/tasks.py`"


def test_the_watch_sees_an_object_that_is_hashed_by_its_address() -> None:
    with watched() as strangers:
        simulate(HAZARDS["weak_set_of_objects"].run, Header(trial="watch", seed=42))

    assert {each.partition(" in ")[0] for each in strangers} == {f"{hazards_of_order.__name__}.Peer"}
