"""A script: what may be done in a world step by step, when somebody outside decides what comes next.

A trial is one story, told from its beginning to its end. A script is the vocabulary of many: its methods are
steps, each called from outside with plain values and answering with one. Between two steps the world stands still.
That is what a state machine of Hypothesis drives (`lydite.strategies.WorldMachine`), which then shrinks the story
that failed::

    class Ledger(Script):
        async def begin(self) -> None:
            await self.world.start("node-1", "ledger.node:main", ready=7000)

        async def pay(self, amount: int) -> bool:
            ...

Every script can also bend its world, heal it, and let time pass.
"""

import inspect
from typing import ClassVar, Final

from lydite.checks import Check
from lydite.faults import Bends, Codec, Hands, trouble_of
from lydite.model import Facts, Fault, InputError, Plain, near
from lydite.world import Bend, Limits, Map, Tempo, World

PATIENCE_NS: Final = 3_600_000_000_000
"""Real time that a step may wait for the next one: somebody may be looking at it in a debugger."""


class Script:
    """The base of all: holds its world, and the steps that need no system."""

    checks: ClassVar[tuple[Check, ...]] = ()
    map: ClassVar[Map] = Map()
    tempo: ClassVar[Tempo] = Tempo()
    limits: ClassVar[Limits] = Limits(blocked_ns=PATIENCE_NS)
    codec: ClassVar[Codec | None] = None

    def __init__(self, world: World) -> None:
        self.world = world
        self._bends: dict[int, Bend] = {}
        self._bent = 0

    async def begin(self) -> None:
        """Before the first step: start the system."""

    async def end(self) -> None:
        """After the last step: heal, wait, and say what must hold."""

    async def wait(self, duration_ns: int) -> None:
        """Let the world run on."""
        await self.world.sleep(duration_ns)

    def bend(self, kind: str, args: Facts) -> int:
        """Begin a trouble of the catalogue; the number that ends it."""
        trouble = trouble_of(Fault(at_ns=0, kind=kind, args=args)).cast(self.world.holders)
        bend = trouble.pull(Hands(self.world, self.codec))
        self._bent += 1
        self._bends[self._bent] = bend if bend is not None else Bends()
        return self._bent

    def lift(self, number: int) -> None:
        """End one trouble; harmless when it has ended."""
        bend = self._bends.pop(number, None)
        if bend is not None:
            bend.lift()

    def heal(self) -> None:
        """End all troubles and revive every host."""
        self._bends.clear()
        self.world.heal()

    async def do(self, step: str, args: Facts) -> Plain:
        """Carry out one step by its name."""
        method = getattr(self, step, None)
        if step.startswith("_") or not callable(method) or step in _OWN:
            raise InputError(
                f"{type(self).__name__} has no step {step!r}", remedy=near(step, steps_of(type(self)))
            )
        answer = method(**args)
        if inspect.isawaitable(answer):
            answer = await answer
        return answer  # type: ignore[no-any-return]


_OWN: Final = frozenset({"do", "begin", "end"})


def steps_of(script: type[Script]) -> tuple[str, ...]:
    """The names of its steps."""
    return tuple(
        name
        for name in dir(script)
        if not name.startswith("_") and name not in _OWN and inspect.isfunction(getattr(script, name))
    )
