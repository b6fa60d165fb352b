"""The determinism gate: the same run in three different surroundings must be the same to the byte.

What differs between the three is what a program may depend on without knowing: the hash seed (the order of
sets), the memory layout (the order of things sorted by their address), and the working directory. A
program that fails this gate cannot be replayed; and where it is a node of a chain, nodes that must agree
would not. It does not see a dependence on the machine, its clock or its network that is the same three
times in a row: the simulated world takes those away instead.
"""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lydite.model import Difference, Ending, Level, Verdict, first_difference, gravest
from lydite.runner.bare import ENDED
from lydite.runner.engines import ForkedEngine, Habitat
from lydite.runner.engines.forked import TIMEOUT_S
from lydite.runner.orders import Listed, Opening, Order, Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Surrounding:
    """One of the three, and what is different in it."""

    name: str
    habitat: Habitat


@dataclass(frozen=True, slots=True, kw_only=True)
class Gated:
    """What the gate says of one trial with one seed."""

    listed: Listed
    seed: int
    runs: tuple[Run, ...]
    """One for each surrounding."""
    surroundings: tuple[str, ...]
    difference: Difference | None
    """Where the first two unequal traces part."""
    differs: tuple[str, str] | None
    """The names of their surroundings: left and right."""

    @property
    def ending(self) -> Ending | None:
        """How the run failed, where it did."""
        return next((run.result.ending for run in self.runs if run.result.ending is not None), None)

    @property
    def failed_start(self) -> bool:
        """A bare program that ended with another code than 0 has shown nothing of itself."""
        return any(
            event.fields.get("name") == ENDED and _code(event.fields.get("facts")) != 0
            for event in self.runs[0].story
        )

    @property
    def verdict(self) -> Verdict:
        """HOLDS where all three are equal, VIOLATED where not, UNKNOWN where there was nothing to compare."""
        if self.differs is not None:
            return Verdict.VIOLATED
        if self.ending is not None or self.failed_start:
            return Verdict.UNKNOWN
        return Verdict.HOLDS


def check_determinism(opening: Opening, seeds: Sequence[int], timeout_s: float = TIMEOUT_S) -> list[Gated]:
    """Run each trial of a target three times with each seed, and compare the traces."""
    with tempfile.TemporaryDirectory(prefix="lydite-gate-") as folder:
        surroundings = _surroundings(Path(folder))
        runs: dict[tuple[str, int], list[Run]] = {}
        trials: dict[str, Listed] = {}
        for index, surrounding in enumerate(surroundings):
            with ForkedEngine(opening, timeout_s=timeout_s, habitat=surrounding.habitat) as engine:
                trials.update({listed.label: listed for listed in engine.description.trials})
                for order in _orders(engine, seeds, Path(folder), index):
                    run = engine.run(order)
                    runs.setdefault((order.label, order.seed), []).append(run)
        names = tuple(surrounding.name for surrounding in surroundings)
        return [_gated(trials[label], seed, found, names) for (label, seed), found in runs.items()]


def overall(gated: Sequence[Gated]) -> Verdict:
    """The gravest of them."""
    return gravest(each.verdict for each in gated)


def _surroundings(folder: Path) -> tuple[Surrounding, ...]:
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    return (
        Surrounding(name="hash seed 0", habitat=Habitat(hash_seed=0)),
        Surrounding(name="hash seed 1, memory shifted", habitat=Habitat(hash_seed=1, heap=1)),
        Surrounding(
            name="hash seed 2, another working directory",
            habitat=Habitat(hash_seed=2, folder=str(elsewhere)),
        ),
    )


def _orders(engine: ForkedEngine, seeds: Sequence[int], folder: Path, index: int) -> Iterator[Order]:
    for position, listed in enumerate(engine.description.trials):
        for seed in seeds:
            trace = folder / f"{position}-{seed}-{index}.trace"
            yield Order(
                number=0,
                label=listed.label,
                seed=seed,
                trace=str(trace),
                level=Level.FULL,
                verbose=True,
            )


def _gated(listed: Listed, seed: int, runs: Sequence[Run], names: tuple[str, ...]) -> Gated:
    digests = [run.result.digest for run in runs]
    other = next((index for index, digest in enumerate(digests) if digest != digests[0]), None)
    difference = None
    if other is not None and all(Path(runs[index].order.trace).is_file() for index in (0, other)):
        difference = first_difference(runs[0].order.trace, runs[other].order.trace)
    return Gated(
        listed=listed,
        seed=seed,
        runs=tuple(runs),
        surroundings=names,
        difference=difference,
        differs=None if other is None else (names[0], names[other]),
    )


def _code(facts: object) -> object:
    return facts.get("code", 0) if isinstance(facts, dict) else 0
