"""Troubles that happen in steps: a generator bends, says how long, and is closed when the trouble ends.

A step is what happens between two `yield`s; what is yielded is how long it lasts. Bends are opened as scopes, so that
closing the generator lifts whatever is bent just then::

    def story() -> Steps:
        while True:
            with world.network.cut(left, right):
                yield cut_ns
            yield whole_ns

The whole stands in the world as one bend, also while nothing is bent between two steps. So `world.heal()` ends it
for good, and `world.bent` tells of it: whoever waits for calm weather is not fooled by a pause.
"""

from collections.abc import Generator
from typing import Final, TypeAlias

from lydite.world import Bend, World

Steps: TypeAlias = Generator[int, None, None]

FOREVER: Final = -1
"""How long a last step lasts: until the trouble is lifted."""


def in_steps(world: World, what: str, steps: Steps) -> Bend:
    """Let the steps happen one after the other, until the bend is lifted or there is none left."""
    bend = world.bend(what, steps.close)

    def step() -> None:
        # A generator that was closed has no next step, nor has one that came to its end.
        lasting_ns = next(steps, None)
        if lasting_ns is None:
            bend.lift()
        elif lasting_ns != FOREVER:
            world.at(world.now_ns + lasting_ns, step)

    step()
    return bend
