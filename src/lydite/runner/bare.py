"""A trial around a program that has none: started on one host, left alone, and watched until it ends."""

import asyncio
import inspect

from lydite.harness import Trial
from lydite.model import SECOND, TargetNotFound
from lydite.runner.orders import Bare
from lydite.runner.targets import Aim, Loaded, import_target, load, trials_of
from lydite.world import World

HOST = "node-1"

ENDED = "program-ended"
"""The note that says with which code the program ended."""


def load_or_wrap(aimed: Aim, bare: Bare) -> tuple[Loaded, ...]:
    """The trials of a target, or a trial made around the program that it names."""
    module = import_target(aimed)
    name = aimed.name or ("main" if not trials_of(module) else "")
    value = getattr(module, name, None) if name else None
    if not inspect.iscoroutinefunction(value) or "world" in inspect.signature(value).parameters:
        if aimed.name or trials_of(module):
            return load(aimed)
        raise TargetNotFound(
            f"there is neither a trial nor a program in {aimed.target}",
            where=str(module.__file__),
            remedy="a program is `async def main(argv)`; or name one: " + aimed.spelling.format("main"),
        )
    return (Loaded(name=name, trial=around(f"{aimed.module}:{name}", bare)),)


def around(entry: str, bare: Bare) -> Trial:
    """A trial that starts the program and waits until it ends, or for so long."""

    async def alone(world: World) -> None:
        process = await world.start(HOST, entry, *bare.argv)
        try:
            code = await asyncio.wait_for(process.wait(), bare.for_ns / SECOND)
        except TimeoutError:
            return
        world.note(ENDED, code=code)

    return Trial(name="alone", run=alone, story=f"{entry} alone on {HOST}")
