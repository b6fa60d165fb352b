"""A fault as plain data: one lever, pulled at one moment, for a while.

The kind of a fault is `lever.verb` (`network.cut`, `process.crash`); its arguments are those of
the lever. A schedule is faults in time. Both are values: they go into the trace's header, into a
failure file, and out again, and mean the same run.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from lydite.model.canonical import Facts, Plain, plain
from lydite.model.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One lever pulled at `at_ns`; its opposite heals it after `lasting_ns` (0: never, or nothing to heal)."""

    at_ns: int
    kind: str
    args: Facts = field(default_factory=dict)
    lasting_ns: int = 0

    def as_plain(self) -> Facts:
        """The JSON form."""
        return {
            "at_ns": self.at_ns,
            "kind": self.kind,
            "args": dict(self.args),
            "lasting_ns": self.lasting_ns,
        }

    @classmethod
    def from_plain(cls, value: Plain, where: str = "fault") -> "Fault":
        """A fault from its JSON form, or an error that names the field."""
        if not isinstance(value, Mapping):
            raise InputError(f"a fault is an object, found {type(value).__name__}", where=where)
        unknown = sorted(set(value) - {"at_ns", "kind", "args", "lasting_ns"})
        if unknown:
            raise InputError(
                f"unknown field {unknown[0]!r}", where=where, remedy="use at_ns, kind, args, lasting_ns"
            )
        at_ns, kind, args = value.get("at_ns"), value.get("kind"), value.get("args", {})
        lasting_ns = value.get("lasting_ns", 0)
        if not isinstance(at_ns, int) or isinstance(at_ns, bool) or at_ns < 0:
            raise InputError(
                f"at_ns is a whole number of nanoseconds from the start, found {at_ns!r}", where=where
            )
        if not isinstance(kind, str) or kind.count(".") != 1:
            raise InputError(f"kind is lever.verb, such as network.cut, found {kind!r}", where=where)
        if not isinstance(args, Mapping):
            raise InputError(f"args is an object, found {type(args).__name__}", where=where)
        if not isinstance(lasting_ns, int) or isinstance(lasting_ns, bool) or lasting_ns < 0:
            raise InputError(f"lasting_ns is a whole number, not negative, found {lasting_ns!r}", where=where)
        return cls(at_ns=at_ns, kind=kind, args=args, lasting_ns=lasting_ns)


@dataclass(frozen=True, slots=True)
class Schedule:
    """Faults in the order in which they start; ties keep the order in which they were given."""

    faults: tuple[Fault, ...] = ()

    @classmethod
    def of(cls, faults: Iterable[Fault]) -> "Schedule":
        """The faults, sorted by their start."""
        return cls(tuple(sorted(faults, key=lambda fault: fault.at_ns)))

    def __len__(self) -> int:
        return len(self.faults)

    def as_plain(self) -> list[Plain]:
        """The JSON form."""
        return [plain(fault.as_plain()) for fault in self.faults]

    @classmethod
    def from_plain(cls, value: Plain, where: str = "schedule") -> "Schedule":
        """A schedule from its JSON form, or an error that tells of each fault that is none."""
        if not isinstance(value, list | tuple):
            raise InputError(f"a schedule is a list of faults, found {type(value).__name__}", where=where)
        faults: list[Fault] = []
        problems: list[InputError] = []
        for index, item in enumerate(value):
            try:
                faults.append(Fault.from_plain(item, f"{where}[{index}]"))
            except InputError as error:
                problems.append(error)
        if len(problems) > 1:
            told = "; ".join(f"{each.what} ({each.where})" for each in problems)
            raise InputError(f"{len(problems)} faults are none: {told}", where=where)
        if problems:
            raise problems[0]
        return cls.of(faults)
