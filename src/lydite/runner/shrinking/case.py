"""A case: what a shrunk run does, as a value: its faults, and the parts of the trial that it keeps."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from lydite.model import Fault, Schedule, digest_of
from lydite.runner.orders import Parts, parts_as_plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Several:
    """Something that a trial does several of, and the numbers that are kept."""

    name: str
    count: int
    kept: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One way to run a trial with the seed of a failure."""

    faults: tuple[Fault, ...] = ()
    """In the order of their start."""
    several: tuple[Several, ...] = ()
    """What is not whole any more, by name."""

    @property
    def key(self) -> str:
        """What tells this case from every other one."""
        return digest_of([self.schedule.as_plain(), parts_as_plain(self.parts)])

    @property
    def schedule(self) -> Schedule:
        """Its faults as a schedule."""
        return Schedule(self.faults)

    @property
    def parts(self) -> Parts:
        """Its parts as an order has them."""
        return {each.name: each.kept for each in self.several}

    @property
    def size(self) -> tuple[int, int]:
        """How much is left: faults, and then the less the more parts were left out."""
        return len(self.faults), sum(len(each.kept) - each.count for each in self.several)

    def with_faults(self, faults: Iterable[Fault]) -> "Case":
        """The same with other faults."""
        return replace(self, faults=Schedule.of(faults).faults)

    def keeping(self, name: str, count: int, kept: tuple[int, ...]) -> "Case":
        """The same with other numbers of one part; what is whole is not told."""
        others = [each for each in self.several if each.name != name]
        if len(kept) < count:
            others.append(Several(name=name, count=count, kept=kept))
        return replace(self, several=tuple(sorted(others, key=lambda each: each.name)))

    def kept(self, name: str, count: int) -> tuple[int, ...]:
        """The numbers of one part that are kept."""
        found = self.parts.get(name)
        return tuple(range(1, count + 1)) if found is None else found
