"""What all levers of the simulated world share: a pull is recorded, and gives a bend that can be lifted."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Self

from lydite.model import OPPOSITES, Facts, InputError
from lydite.world import Hosts

if TYPE_CHECKING:
    from lydite.sim.hosts.host import SimHost
    from lydite.sim.world import SimWorld


def _until_lifted() -> bool:
    return True


class SimBend:
    """One thing bent, until it is lifted, or until healing verbs have taken back all of it.

    What is bent stands in the thing itself: in a road, a disk, a host. The bend asks there whether any of it is left.
    """

    __slots__ = ("_holds", "_number", "_undo", "_world", "what")

    def __init__(
        self,
        world: "SimWorld",
        what: str,
        undo: Callable[[], None],
        holds: Callable[[], bool] = _until_lifted,
    ) -> None:
        self._world = world
        self.what = what
        self._undo: Callable[[], None] | None = undo
        self._holds = holds
        # A pull that met nothing (no two hosts, nobody of that name) is recorded and lifted, and has bent nothing.
        self._number = world.remember(self) if holds() else 0

    def settle(self) -> None:
        """Something was healed: if nothing is left of this bend, it is over, and lifting it does nothing any more."""
        if not self._holds():
            self._undo = None
            self._world.bends.pop(self._number, None)

    def lift(self) -> None:
        """Undo this bend, and only this one; once."""
        undo, self._undo = self._undo, None
        if undo is not None:
            self._world.bends.pop(self._number, None)
            self._world.bent_until_ns = self._world.now_ns
            undo()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.lift()


class Lever:
    """What the levers share: finding hosts by name, and recording what was pulled."""

    name = ""
    """What its verbs are called by: `network.cut`."""

    def __init__(self, world: "SimWorld") -> None:
        self._world = world

    def _hosts(self, names: Hosts) -> "list[SimHost]":
        if isinstance(names, str):
            if names == "*":
                return list(self._world.hosts)
            names = (names,)
        return [self._world.known(name) for name in names]

    def _machines(self, hosts: Hosts) -> "list[SimHost]":
        """The hosts; the tester is none that can be killed or frozen, for nobody would be left to heal it."""
        chosen = self._hosts(hosts)
        if self._world.tester.host in chosen:
            raise InputError(
                "the tester cannot be killed, stopped or frozen: the trial itself runs there",
                where=self.name,
                remedy="name the hosts of the system under test",
            )
        return chosen

    def _record(self, verb: str, **args: object) -> None:
        facts = {name: list(value) if isinstance(value, tuple) else value for name, value in args.items()}
        self._world.record_fault(f"{self.name}.{verb}", facts)  # type: ignore[arg-type]

    @contextmanager
    def _healing(self, verb: str, **args: object) -> Iterator[None]:
        """Record that something is healed; when it is, the bends of which nothing is left are over."""
        self._record(verb, **args)
        yield
        for bend in list(self._world.bends.values()):
            bend.settle()

    def _bend(self, verb: str, args: Facts, undo: Callable[[], None], holds: Callable[[], bool]) -> SimBend:
        """Record the pull; when the bend is lifted, record that too. `holds` says whether any of it is in force."""
        self._record(verb, **args)
        opposite = OPPOSITES[f"{self.name}.{verb}"].removeprefix(f"{self.name}.")

        def lift() -> None:
            undo()
            self._record(opposite, **args)

        said = ", ".join(_words(value) for value in args.values())
        return SimBend(self._world, f"{self.name}.{verb}({said})", lift, holds)


def _words(value: object) -> str:
    return " ".join(value) if isinstance(value, list | tuple) else str(value)
