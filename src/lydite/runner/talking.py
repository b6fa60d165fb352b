"""A conversation with a script, inside the process that was forked for it.

The steps come over the nursery's own pipe, one message each, and every answer goes back before the next step is
read. While it is read nothing happens in the world, and its clock stands still.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from lydite.checks import described, place_of
from lydite.harness import Script, Trial
from lydite.model import InputError, LyditeError, SimulationError, plain
from lydite.runner.documents import error_as_plain
from lydite.runner.wire import Message
from lydite.world import World

Hear: TypeAlias = "Callable[[], Message | None]"
Say: TypeAlias = "Callable[[Message], None]"


@dataclass(frozen=True, slots=True)
class Silence:
    """What the trial of a script does when nobody tells it its steps."""

    script: type[Script]

    async def __call__(self, world: World) -> None:
        """Refuse, and say what a script is for."""
        name = self.script.__name__
        raise InputError(
            f"{name} is a script: it has steps and no story of its own",
            remedy=f"drive it with a lydite.strategies.WorldMachine whose script is {name}",
        )


def trial_of(script: type[Script]) -> Trial:
    """A script as a trial, to be told its steps."""
    return Trial(
        name=script.__name__,
        run=Silence(script),
        checks=script.checks,
        codec=script.codec,
        map=script.map,
        tempo=script.tempo,
        limits=script.limits,
        story=(script.__doc__ or "").strip().partition("\n")[0],
    )


def spoken(trial: Trial, hear: Hear, say: Say) -> Trial:
    """The trial of a script that is told its steps."""
    if not isinstance(trial.run, Silence):
        raise InputError(f"{trial.name} is no script", remedy="name a class below lydite.harness.Script")
    return replace(trial, run=_talk(trial.run.script, hear, say))


def _talk(script: type[Script], hear: Hear, say: Say) -> Callable[[World], Awaitable[object]]:
    async def main(world: World) -> None:
        actor = script(world)
        await actor.begin()
        say({"answer": None, "at_ns": world.now_ns})
        while (message := hear()) is not None and message["do"] == "step":
            say(await _answer(actor, message))
        await actor.end()

    return main


async def _answer(actor: Script, message: Message) -> Message:
    try:
        answer = plain(await actor.do(message["step"], message["args"]))
    except SimulationError:
        raise
    except LyditeError as error:
        return {"misspoken": error_as_plain(error)}
    except Exception as error:
        place = place_of(error)
        return {"failed": described(error), "where": str(place), "line": place.text}
    return {"answer": answer, "at_ns": actor.world.now_ns}
