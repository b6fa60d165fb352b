"""A trouble: one way to misbehave, as a frozen value, without its time.

What it bends are levers of the `World` interface, never the inside of a simulator, so the same trouble works in every
world that has those levers. Together with a time it is a fault of a schedule::

    Partition(groups=(("node-1",), ("node-2", "node-3"))).at(seconds(5), lasting_ns=seconds(3))

or, in a trial, a scope that heals when it is left::

    with Partition(groups=(("node-1",), ("node-2", "node-3"))).pull(Hands(world)):
        await world.sleep(seconds(3))

Its JSON form is its kind and its fields. To add one: a frozen dataclass below `Trouble` in the file of its
resource, whose fields are made by the functions of `shapes`, and its name in that file's tuple.
"""

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cache
from typing import Any, ClassVar, Self, cast

from lydite.faults.codec import Codec
from lydite.faults.shapes import GroupsShape, Hosts, HostsShape, shape_of
from lydite.model import Draws, Facts, Fault, Plain, near
from lydite.world import Bend, Capability, World

EVERYBODY = "*"
ROLE = "@"


class Harm(Enum):
    """What a trouble takes from the hosts that it is about, as a budget counts it."""

    NOTHING = "nothing"
    """It is slow or late, but all of it arrives: no promise is at stake."""
    DOWN = "down"
    """The host does not run, or cannot be reached."""
    DATA = "data"
    """What the host has promised to keep may be gone."""
    CLOCK = "clock"
    """The host's clock cannot be believed."""
    BYZANTINE = "byzantine"
    """The host may do anything."""


@dataclass(frozen=True, slots=True)
class Hands:
    """What pulls: a world, and where messages are bent, the subject's codec."""

    world: World
    codec: Codec | None = None


class Trouble(ABC):
    """The base of all: what is common to a cut network, a lying disk and a traitor."""

    __slots__ = ()

    kind: ClassVar[str]
    """Its name: the resource and what happens to it, such as `network.cut`."""
    opposite: ClassVar[str] = ""
    """The kind that heals it. Empty: it happens once and stays."""
    needs: ClassVar[Capability]
    """What a world must be able to do."""
    harm: ClassVar[Harm] = Harm.NOTHING
    stormy: ClassVar[bool] = True
    """Does it belong into a storm?"""
    verbs: ClassVar[tuple[str, ...]] = ()
    """The verbs of the levers that it pulls, where that is not its kind."""
    heals: ClassVar[tuple[str, ...]] = ()
    """Of a trouble that heals: the verbs whose bends it lifts."""

    @abstractmethod
    def pull(self, hands: Hands) -> Bend | None:
        """Begin; the bend that is returned ends it. None: there is nothing to end."""

    def problems(self) -> Iterator[str]:
        """What is wrong with it that no single field can tell."""
        return iter(())

    def lacks(self, codec: Codec | None) -> Iterator[str]:
        """What the subject's codec would have to be able to do, and is not."""
        return iter(())

    def meets(self, everybody: Sequence[str]) -> bool:
        """Is there anything that it can bend among these hosts? A road leads from one host to another one."""
        places = [*self.holds()]
        return not places or any(
            one != other
            for left, right in places
            for one in _everyone(left, everybody)
            for other in _everyone(right, everybody)
        )

    def finds(self, world: World) -> bool:
        """Is there now what it acts on? Only what does all that it does at once can find nothing."""
        return True

    def holds(self) -> Iterator[tuple[str, str]]:
        """Each road that it bends, as two hosts, or each host (and nothing), as far as its fields tell."""
        names = [
            listed(getattr(self, each.name))
            for each in _fields(type(self))
            if isinstance(shape_of(each), HostsShape)
        ]
        left, right = (*names, ("",))[:2] if names else ((), ())
        return ((one, other) for one in left for other in right)

    def victims(self, everybody: Sequence[str]) -> tuple[str, ...]:
        """The hosts that it harms, of all hosts of the world."""
        return tuple(everybody) if EVERYBODY in self.named else self.named

    @classmethod
    @abstractmethod
    def drawn(cls, draws: Draws, everybody: Sequence[str]) -> Self | None:
        """One drawn from the seed for a storm among these hosts; None where there is none among so few."""

    @property
    def named(self) -> tuple[str, ...]:
        """Every host and role that its fields name, in their order, each once."""
        names: dict[str, None] = {}
        for each in _fields(type(self)):
            value = getattr(self, each.name)
            shape = shape_of(each)
            if isinstance(shape, HostsShape):
                names.update(dict.fromkeys(listed(value)))
            elif isinstance(shape, GroupsShape):
                names.update(dict.fromkeys(name for group in value for name in group))
        return tuple(names)

    @property
    def told(self) -> str:
        """In words, as a world tells what is bent."""
        return f"{self.kind}({', '.join(_words(getattr(self, each.name)) for each in _fields(type(self)))})"

    @property
    def args(self) -> Facts:
        """Its fields in their JSON form."""
        return {each.name: _plain(getattr(self, each.name)) for each in _fields(type(self))}

    def at(self, at_ns: int, *, lasting_ns: int = 0) -> Fault:
        """The fault of a schedule that begins then, and ends after so long (0: never)."""
        return Fault(at_ns=at_ns, kind=self.kind, args=self.args, lasting_ns=lasting_ns)

    def cast(self, holders: Mapping[str, str]) -> Self:
        """The same with each role replaced by the host that holds it."""
        if not any(name.startswith(ROLE) for name in self.named):
            return self
        changed: dict[str, object] = {}
        for each in _fields(type(self)):
            value = getattr(self, each.name)
            if isinstance(shape_of(each), HostsShape):
                named = _cast(listed(value), holders)
                changed[each.name] = named[0] if isinstance(value, str) else named
            elif isinstance(shape_of(each), GroupsShape):
                changed[each.name] = tuple(_cast(group, holders) for group in value)
        return cast("Self", replace(cast("Any", self), **changed))

    def simpler(self) -> "Iterator[Trouble]":
        """What says less: a plainer kind, fewer hosts, rounder and weaker figures; one change each, simplest first."""
        return self.weaker()

    def weaker(self) -> Iterator[Self]:
        """The same kind saying less: one field at a time, simplest first."""
        for each in _fields(type(self)):
            for value in shape_of(each).simpler(getattr(self, each.name)):
                candidate = cast("Self", replace(cast("Any", self), **{each.name: value}))
                if not any(candidate.problems()):
                    yield candidate

    @classmethod
    def read(cls, args: Facts) -> "tuple[Self | None, tuple[str, ...]]":
        """The trouble with these arguments, or all that is wrong with them."""
        known = {each.name: each for each in _fields(cls)}
        problems = [f"unknown argument {name}; {near(name, known)}" for name in args if name not in known]
        values: dict[str, object] = {}
        for name, each in known.items():
            if name not in args:
                if each.default is dataclasses.MISSING:
                    problems.append(f"argument {name} is missing, expected {shape_of(each).words}")
                continue
            try:
                values[name] = shape_of(each).read(args[name])
            except ValueError as error:
                problems.append(f"argument {name} is {args[name]!r}, expected {error}")
        if problems:
            return None, tuple(problems)
        made = cls(**values)
        return made, tuple(made.problems())

    @classmethod
    def story(cls) -> str:
        """The first line of the docstring: what it does, for the reference."""
        return (cls.__doc__ or "").strip().partition("\n")[0]


@dataclass(slots=True)
class Bends:
    """Several bends as one: lifted together, the last one first."""

    bends: list[Bend] = field(default_factory=list)

    @classmethod
    def of(cls, bends: "Iterable[Bend | None]") -> "Bends":
        """Those that are something."""
        return cls([bend for bend in bends if bend is not None])

    def lift(self) -> None:
        """Undo all of them, each once."""
        while self.bends:
            self.bends.pop().lift()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *leaving: object) -> None:
        self.lift()


def _fields(kind: "type[Trouble]") -> "tuple[dataclasses.Field[Any], ...]":
    return _fields_of(cast("Any", kind))


_fields_of = cache(dataclasses.fields)


def listed(value: Hosts) -> tuple[str, ...]:
    """What a field for hosts names, one or several."""
    return (value,) if isinstance(value, str) else value


def _everyone(name: str, everybody: Sequence[str]) -> Sequence[str]:
    return everybody if name == EVERYBODY else (name,)


def _cast(names: Sequence[str], holders: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(holders.get(name, name) for name in names))


def _words(value: object) -> str:
    return " ".join(_words(each) for each in value) if isinstance(value, tuple) else str(value)


def _plain(value: object) -> Plain:
    return [_plain(each) for each in value] if isinstance(value, tuple) else cast("Plain", value)
