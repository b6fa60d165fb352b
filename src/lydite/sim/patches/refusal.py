"""Refusing what no world can reproduce: through the world, which knows who did it and where."""

from typing import NoReturn

from lydite.sim.context import active_world


def refuse(what: str, remedy: str) -> NoReturn:
    """Refuse it. The world adds host, program, file and line, and ends the run with it."""
    world = active_world()
    assert world is not None, "nothing is refused outside a world"
    world.refuse(what, remedy)
