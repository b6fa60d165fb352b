"""A hazard: a small program whose outcome is written into the trace, so that the gate can see it differ.

Each is an `async def` without arguments that returns plain data. Around it a trial starts it as a program
on a host, waits until it ends, and notes what it returned.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeAlias

from lydite.harness import Trial
from lydite.model import Plain
from lydite.world import World

Body: TypeAlias = Callable[[], Awaitable[Plain]]

HOST: Final = "node-1"
TOLD: Final = "told"
"""The note that holds what the program returned."""

HAZARDS: Final[dict[str, Trial]] = {}


def hazard(body: Body) -> Body:
    """Make a trial of a body, under its name."""

    async def run(world: World) -> None:
        answers: list[Plain] = []

        async def program(argv: Sequence[str]) -> None:
            answers.append(await body())

        process = await world.start(HOST, program)
        code = await process.wait()
        world.note(TOLD, code=code, answers=answers)

    HAZARDS[body.__name__] = Trial(name=body.__name__, run=run)
    return body
