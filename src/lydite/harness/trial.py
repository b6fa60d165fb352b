"""A trial: one complete test of a system, as an async function that is handed a world.

The function starts programs on hosts, works with them as a client would, and states what must hold. What
else belongs to the test stands beside it: a storm (faults drawn from the seed), checks that judge the
events afterwards, the map, the tempo and the limits::

    @trial(storm=cuts_and_crashes, tempo=Tempo(heartbeat_ns=seconds(1)))
    async def the_sum_survives(world: World) -> None:
        ...

A trial does not know what it runs on: it never builds a world.
"""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import TypeAlias, overload

from lydite import faults
from lydite.checks import Check
from lydite.faults import Codec
from lydite.model import Draws, Facts, InputError, Schedule, plain
from lydite.world import Limits, Map, Tempo, World

Run: TypeAlias = Callable[[World], Awaitable[object]]
"""What a trial does with its world."""

Storm: TypeAlias = Callable[[Draws], Schedule]
"""Faults drawn from the seed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One complete test, ready to be run with any seed."""

    name: str
    run: Run
    storm: Storm | None = None
    checks: tuple[Check, ...] = ()
    reaches: tuple[str, ...] = ()
    """What `world.reachable` must have told by the end."""
    hosts: tuple[str, ...] = ()
    """The hosts that the trial makes, where it says so: a schedule that names another one is refused before the run."""
    codec: Codec | None = None
    """How to read and write the messages of the system, for troubles that bend messages."""
    map: Map = field(default_factory=Map)
    tempo: Tempo = field(default_factory=Tempo)
    limits: Limits = field(default_factory=Limits)
    story: str = ""

    def __post_init__(self) -> None:
        if isinstance(self.storm, faults.Storm):
            object.__setattr__(self, "storm", self.storm.fitting(self.codec))

    async def __call__(self, world: World) -> None:
        """Run the trial in a world."""
        await self.run(world)

    @classmethod
    def of(cls, function: Run) -> "Trial":
        """A trial of a plain async function, with everything else as it is by default."""
        return trial(function)

    def schedule(self, seed: int) -> Schedule:
        """The storm of a seed; calm weather where the trial has none."""
        if self.storm is None:
            return Schedule()
        return self.storm(Draws(seed, "storm", self.name))

    def configuration(self, parts: Mapping[str, tuple[int, ...]] | None = None) -> Facts:
        """What the trial fixes about its world, as plain data; with the parts that a shrunk run keeps."""
        fixed: Facts = {
            "map": plain(asdict(self.map)),
            "tempo": plain(asdict(self.tempo)),
            "limits": dict(self.limits.as_plain()),
        }
        return {**fixed, "parts": plain(dict(parts))} if parts else fixed


@overload
def trial(function: Run) -> Trial: ...


@overload
def trial(
    *,
    name: str = "",
    storm: Storm | None = None,
    checks: tuple[Check, ...] = (),
    reaches: tuple[str, ...] = (),
    hosts: tuple[str, ...] = (),
    codec: Codec | None = None,
    map: Map | None = None,
    tempo: Tempo | None = None,
    limits: Limits | None = None,
) -> Callable[[Run], Trial]: ...


def trial(
    function: Run | None = None,
    *,
    name: str = "",
    storm: Storm | None = None,
    checks: tuple[Check, ...] = (),
    reaches: tuple[str, ...] = (),
    hosts: tuple[str, ...] = (),
    codec: Codec | None = None,
    map: Map | None = None,  # noqa: A002 - a trial's map is a map
    tempo: Tempo | None = None,
    limits: Limits | None = None,
) -> Trial | Callable[[Run], Trial]:
    """Make a trial of an async function: `@trial` alone, or with what belongs to it."""

    def decorate(run: Run) -> Trial:
        _must_be_async(run)
        _must_judge(checks)
        return Trial(
            name=name or getattr(run, "__name__", "trial"),
            run=run,
            storm=storm,
            checks=checks,
            reaches=reaches,
            hosts=hosts,
            codec=codec,
            map=map or Map(),
            tempo=tempo or Tempo(),
            limits=limits or Limits(),
            story=(run.__doc__ or "").strip().partition("\n")[0],
        )

    return decorate if function is None else decorate(function)


def _must_be_async(run: Run) -> None:
    if inspect.iscoroutinefunction(inspect.unwrap(run)):
        return
    code = getattr(run, "__code__", None)
    where = f"{code.co_filename}:{code.co_firstlineno}" if code else ""
    named = getattr(run, "__name__", type(run).__name__)
    raise InputError(
        f"a trial is an async function of one world, found {named!r}, which is not async",
        where=where,
        remedy=f"write `async def {named}(world: World) -> None`",
    )


def _must_judge(checks: object) -> None:
    listed = checks if isinstance(checks, tuple | list) else (checks,)
    wrong = [each for each in listed if not isinstance(each, Check)]
    if isinstance(checks, tuple | list) and not wrong:
        return
    found = ", ".join(repr(getattr(each, "__name__", each)) for each in wrong) or "one that stands alone"
    raise InputError(
        f"checks are a tuple of checks, found {found}",
        where="@trial",
        remedy="write `checks=(agreement(),)`: with a comma, and each check called",
    )
