"""The notebook of a trial: what it writes down and claims, who plays which role, and how much it does."""

import asyncio
import inspect
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from lydite.model import SECOND, Draws, Facts, InputError, Plain
from lydite.world import Tempo

if TYPE_CHECKING:
    from lydite.sim.hosts.host import SimHost
    from lydite.sim.hosts.process import SimProcess
    from lydite.sim.levers.bending import SimBend
    from lydite.sim.recorder import Recorder


class Notebook(ABC):
    """The part of a world that its trial writes."""

    seed: int
    tempo: Tempo
    trace: "Recorder"
    tester: "SimProcess"
    bends: "dict[int, SimBend]"

    def __init__(self, parts: Mapping[str, tuple[int, ...]] | None = None) -> None:
        self.holders: dict[str, str] = {}
        self.asked: dict[str, tuple[int, int]] = {}
        self.bent_until_ns = 0
        """When something was bent last, of what is not bent any more."""
        self._parts = dict(parts or {})

    @property
    @abstractmethod
    def now_ns(self) -> int:
        """The world's own clock."""

    @property
    def bent(self) -> tuple[str, ...]:
        """What is bent now, in words, the oldest first."""
        return tuple(bend.what for bend in self.bends.values())

    @abstractmethod
    def known(self, name: str) -> "SimHost":
        """The host of that name, or an error that says which there are."""

    @abstractmethod
    async def sleep(self, duration_ns: int) -> None:
        """Let the world run on for so long."""

    def draws(self, entity: str) -> Draws:
        """A stream of keyed randomness for the workload."""
        return Draws(self.seed, "workload", entity)

    def note(self, name: str, **facts: Plain) -> None:
        """Write down what happened."""
        self.trace.note(self.tester, name, facts)

    def always(self, name: str, holds: bool, **facts: Plain) -> bool:
        """Check that something holds whenever this line runs."""
        told = _truth(name, holds)
        self.trace.check(self.tester, name, mode="always", holds=told, facts=facts)
        return told

    def sometimes(self, name: str, seen: bool, **facts: Plain) -> bool:
        """Check that something is true at least once in the run."""
        told = _truth(name, seen)
        self.trace.check(self.tester, name, mode="sometimes", holds=told, facts=facts)
        return told

    def reachable(self, name: str, **facts: Plain) -> None:
        """Write down that this line was reached."""
        self.trace.check(self.tester, name, mode="reachable", holds=True, facts=facts)

    async def eventually(
        self,
        name: str,
        probe: Callable[[], Awaitable[bool]],
        *,
        within_ns: int,
        every_ns: int = 0,
        **facts: Plain,
    ) -> bool:
        """Check that something comes true in time, looking once per beat.

        The time counts from the last moment at which something was bent. A claim whose time would be up while
        something is bent, or was bent again in the time that was added, ends there: so no wait lasts longer than
        twice its time, whatever is bent how often.
        """
        begun_ns, beat_ns = self.now_ns, every_ns or self.tempo.heartbeats(1)
        reached = await self._looked(name, probe, within_ns)
        while not reached and (left_ns := self._left_ns(begun_ns, within_ns)) > 0:
            await self.sleep(min(beat_ns, left_ns))
            reached = await self._looked(name, probe, max(beat_ns, self._left_ns(begun_ns, within_ns)))
        told: Facts = {
            **facts,
            "within_ns": within_ns,
            "took_ns": self.now_ns - begun_ns,
            "bent": list(self.bent),
        }
        if self.bent_until_ns > begun_ns:
            told = {**told, "bent_until_ns": self.bent_until_ns}
        self.trace.check(self.tester, name, mode="eventually", holds=reached, facts=told)
        return reached

    def _left_ns(self, begun_ns: int, within_ns: int) -> int:
        """How long what was claimed then may still take to come true."""
        due_ns = begun_ns + within_ns
        if self.now_ns < due_ns or self.bends or self.bent_until_ns > due_ns:
            return due_ns - self.now_ns
        return max(begun_ns, self.bent_until_ns) + within_ns - self.now_ns

    async def _looked(self, name: str, probe: Callable[[], Awaitable[bool]], patience_ns: int) -> bool:
        try:
            async with asyncio.timeout(patience_ns / SECOND):
                return _truth(name, await probe())
        except OSError:
            return False  # Refused, lost or late: it is not yet so.

    def several(self, name: str, count: int, *, least: int = 1) -> tuple[int, ...]:
        """The numbers from 1 to `count`, of which a shrunk run leaves some out."""
        if not 0 <= least <= count:
            raise InputError(
                f"several({name!r}, {count}, least={least}): the least lies between 0 and the count"
            )
        if self.asked.setdefault(name, (count, least)) != (count, least):
            raise InputError(
                f"several({name!r}, {count}, least={least}): asked before with the count and least {self.asked[name]}",
                remedy="give another thing another name: a shrunk run could not tell of which to leave some out",
            )
        kept = self._parts.get(name)
        everything = range(1, count + 1)
        return tuple(everything) if kept is None else tuple(each for each in everything if each in kept)

    def appoint(self, role: str, host: str) -> None:
        """Say which host has a role now; with no host, that nobody has it."""
        if not role.isidentifier():
            raise InputError(f"a role is a word such as leader, found {role!r}", where="world.appoint")
        if not host:
            self.holders.pop(f"@{role}", None)
        else:
            self.holders[f"@{role}"] = self.known(host).name


def _truth(name: str, claim: object) -> bool:
    """What was claimed; not a coroutine or a function, which are true whatever they would say."""
    if inspect.isawaitable(claim) or callable(claim):
        what = "a coroutine" if inspect.isawaitable(claim) else "a function"
        if inspect.iscoroutine(claim):
            claim.close()
        raise InputError(
            f"the claim {name!r} is true or false, found {what}",
            remedy="await it" if what == "a coroutine" else "call it",
        )
    return bool(claim)
