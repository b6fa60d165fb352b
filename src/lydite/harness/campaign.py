"""A campaign: phases in their order, what each of them tries, what it needs, and how much it may take.

It is a plain value: it can be written by hand, as code or as TOML, and carried out by `lydite.runner.carry_out`::

    Campaign(
        target="counter",
        preset="quick",
        phases=(
            Phase(name="simulation", work=Work.TRIALS, targets=("counter",), seeds=20),
            Phase(name="mutants", work=Work.MUTANTS, targets=("counter",), needs=("simulation",)),
        ),
    )
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from lydite.model import InputError, Work, near

DEVELOPMENT: Final = "development"
CI: Final = "ci"
NIGHTLY: Final = "nightly"
PRESETS: Final = (DEVELOPMENT, CI, NIGHTLY)
"""The presets that every target has."""


class Policy(StrEnum):
    """What becomes of the phases after one that did not pass."""

    STOP = "stop"
    """They are left out."""
    GO_ON = "go on"
    """Those that need it are left out, the others are carried out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """One phase: what is tried in it, and how much that may take."""

    name: str
    work: Work
    targets: tuple[str, ...]
    """Of TRIALS, MUTANTS and BENCHMARKS: targets; of PYTEST: files and folders; of HARNESS: `package.module:Class`."""
    needs: tuple[str, ...] = ()
    """The phases before this one that must have passed."""
    category: str = ""
    """What its cases are, where they do not say it themselves: storm, unit, integration, e2e, ..."""
    seeds: int = 100
    """How many seeds of each trial, at most."""
    seconds: float = 0.0
    """How long it may take; 0: as long as it takes.

    Of TRIALS, MUTANTS and BENCHMARKS nothing more is begun then, and what was done counts. PYTEST and HARNESS are
    ended, and broken.
    """
    only: tuple[str, ...] = ()
    """The mutants that are hunted; all of them, if none is named."""
    shrink_s: float = 10.0
    """How long the failures of a target, or that of a mutant, may be shrunk; 0: they are not."""
    options: tuple[str, ...] = ()
    """More words for pytest."""
    coverage: tuple[str, ...] = ()
    """Of PYTEST: the packages whose lines are counted, together with those of the phases before it."""
    instead_of: str = ""
    """It takes the place of that phase, where the files and folders of that one are not there."""

    def problems(self) -> Iterator[str]:
        """What is wrong with it, taken by itself."""
        if not self.name.strip():
            yield "a phase has a name, found none"
        if not self.targets:
            yield f"the phase {self.name} has targets, found none"
        if self.seeds < 1:
            yield f"the phase {self.name} has at least 1 seed, found {self.seeds}"
        for name in ("seconds", "shrink_s"):
            if getattr(self, name) < 0:
                yield f"the {name} of the phase {self.name} are not negative, found {getattr(self, name):g}"
        for name, work in (("only", Work.MUTANTS), ("options", Work.PYTEST), ("coverage", Work.PYTEST)):
            if getattr(self, name) and self.work is not work:
                yield f"{name} is for a phase of {work}, the phase {self.name} is one of {self.work}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """Phases, in the order in which they are carried out."""

    target: str
    preset: str
    phases: tuple[Phase, ...]
    policy: Policy = Policy.GO_ON
    seed: int = 0
    """The first seed of every trial."""
    seeds: int | None = None
    """How many seeds of each trial at most, whatever its phase says; None: as many as that says."""

    def __post_init__(self) -> None:
        problems = [*self._problems()]
        if problems:
            raise InputError(
                "; ".join(problems),
                where=f"campaign {self.preset} of {self.target}",
                remedy="a phase needs, and takes the place of, phases that stand before it, each with its own name",
            )

    def _problems(self) -> Iterator[str]:
        if not self.phases:
            yield "a campaign has phases, found none"
        counts = Counter(phase.name for phase in self.phases)
        yield from (f"{count} phases have the name {name}" for name, count in counts.items() if count > 1)
        before: list[str] = []
        for phase in self.phases:
            yield from phase.problems()
            for other in (*phase.needs, *((phase.instead_of,) if phase.instead_of else ())):
                if other not in before:
                    meant = near(other, before)
                    yield f"no phase {other!r} stands before the phase {phase.name}" + (
                        f": {meant}" * bool(meant)
                    )
            before.append(phase.name)


def preset(name: str, target: str, seeds: int | None = None) -> Campaign:
    """The campaign of that name for a target that has none of its own: its trials, and its planted bugs.

    So many seeds of each trial, or as many as the preset says.

    >>> [phase.name for phase in preset("development", "shop.py").phases]
    ['simulation', 'mutants']
    >>> preset("ci", "shop.py").policy
    <Policy.STOP: 'stop'>
    """
    if name not in PRESETS:
        raise InputError(f"there is no preset {name!r}", where="--preset", remedy=near(name, PRESETS))
    usual, seconds = {DEVELOPMENT: (100, 20.0), CI: (400, 300.0), NIGHTLY: (10_000, 3600.0)}[name]
    seeds = seeds or usual
    simulation = Phase(name="simulation", work=Work.TRIALS, targets=(target,), seeds=seeds, seconds=seconds)
    mutants = Phase(
        name="mutants",
        work=Work.MUTANTS,
        targets=(target,),
        needs=("simulation",),
        seeds=seeds,
        shrink_s=60.0 if name == NIGHTLY else 1.0,
    )
    speed = Phase(name="speed", work=Work.BENCHMARKS, targets=(target,), needs=("simulation",), seeds=30)
    phases = (simulation, mutants) if name == DEVELOPMENT else (simulation, mutants, speed)
    policy = Policy.STOP if name == CI else Policy.GO_ON
    return Campaign(target=target, preset=name, phases=phases, policy=policy)
