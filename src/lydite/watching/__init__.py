"""Watching: what a change of a file concerns, in which order things are run, and the vigil that runs them."""

from lydite.watching.graph import Graph, is_test
from lydite.watching.items import Item, Job, Sort, Wanted, Why, told
from lydite.watching.process import Command
from lydite.watching.tree import Tree
from lydite.watching.vigil import (
    Began,
    Changed,
    Ended,
    Event,
    Going,
    Idle,
    Outcome,
    Ready,
    Stopped,
    Vigil,
    Waiting,
)

__all__ = [
    "Began",
    "Changed",
    "Command",
    "Ended",
    "Event",
    "Going",
    "Graph",
    "Idle",
    "Item",
    "Job",
    "Outcome",
    "Ready",
    "Sort",
    "Stopped",
    "Tree",
    "Vigil",
    "Waiting",
    "Wanted",
    "Why",
    "is_test",
    "told",
]
