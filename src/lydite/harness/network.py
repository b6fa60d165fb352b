"""The network harness: do nodes find each other, does what one tells reach all, and does that outlive trouble?

A system says in a `Network` how its nodes join, whom they know, and how something is told. `network_trials` makes three
trials of that, which do not know what they run on, and `NetworkHarness` carries them out in the laboratory that it is
given. Times are taken from what the trials claim: `took_ns` of each `world.eventually`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Final, Protocol

from lydite.harness.protocol import Laboratory
from lydite.harness.trial import Trial
from lydite.model import (
    SECOND,
    Better,
    Case,
    Ending,
    Finding,
    InputError,
    Measurement,
    Outcome,
    Result,
    Verdict,
    gravest,
    seconds,
)
from lydite.world import World

DISCOVERY: Final = "discovery"
PROPAGATION: Final = "propagation"
RESILIENCE: Final = "resilience"
PARTS: Final = (DISCOVERY, PROPAGATION, RESILIENCE)
"""The three trials, by their names."""


class Network(Protocol):
    """A system as a network: made for one world, and asked by whoever tests it."""

    async def join(self, node: str, known: Sequence[str]) -> None:
        """Start a node that knows these others, and no more."""
        ...

    async def peers(self, node: str) -> int:
        """How many others it talks with now; 0 where it does not answer."""
        ...

    async def tell(self, node: str) -> str:
        """Let a node tell the others something new; its name, or nothing where the node did not."""
        ...

    async def has(self, node: str, item: str) -> bool:
        """Does a node know of it?"""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Demands:
    """How large the network is, and how fast it must be."""

    nodes: int = 5
    peers: int = 2
    """With how many others each node talks, when all have found each other."""
    items: int = 6
    """How many things are told."""
    discovery_ns: int = seconds(60)
    propagation_ns: int = seconds(30)
    recovery_ns: int = seconds(120)
    trouble_ns: int = seconds(20)
    """How long a trouble lasts."""


def network_trials(
    make: Callable[[World], Network], demands: Demands | None = None
) -> tuple[Trial, Trial, Trial]:
    """Discovery, propagation and resilience of a network."""
    asked = demands or Demands()

    async def discovery(world: World) -> None:
        network = make(world)
        await _joined(world, network, asked)

    async def propagation(world: World) -> None:
        network = make(world)
        nodes = await _joined(world, network, asked)
        draws = world.draws("tellers")
        for _ in range(asked.items):
            await _spread(world, network, nodes, draws.choice(nodes), asked.propagation_ns)

    async def resilience(world: World) -> None:
        network = make(world)
        nodes = await _joined(world, network, asked)
        draws = world.draws("troubles")
        left = draws.sample(nodes, len(nodes) // 2)
        right = [node for node in nodes if node not in left]
        with world.network.cut(left, right):
            told = await network.tell(right[0])
            world.sometimes("a-side-goes-on", bool(told))
            await world.sleep(asked.trouble_ns)
        await _reaches(world, network, nodes, told, "after-a-cut", asked.recovery_ns)
        victim = draws.choice(left)
        with world.process.crash(victim):
            told = await network.tell(right[0])
            await world.sleep(asked.trouble_ns)
        await _reaches(world, network, nodes, told, "after-a-crash", asked.recovery_ns)
        with world.network.delay("*", "*", by_ns=SECOND):
            told = await network.tell(right[-1])
            await world.sleep(asked.trouble_ns)
        await _reaches(world, network, nodes, told, "after-a-delay", asked.recovery_ns)

    return (
        Trial(name=DISCOVERY, run=discovery, story="Nodes that know one find the others."),
        Trial(name=PROPAGATION, run=propagation, story="What a node tells reaches all."),
        Trial(name=RESILIENCE, run=resilience, story="A cut, a crash and a delay are survived."),
    )


async def _joined(world: World, network: Network, asked: Demands) -> list[str]:
    """Nodes that all know the first one only, and find the others."""
    nodes = [f"node-{number}" for number in range(1, asked.nodes + 1)]
    for node in nodes:
        await network.join(node, [] if node == nodes[0] else nodes[:1])

    async def all_have_peers() -> bool:
        return all([await network.peers(node) >= asked.peers for node in nodes])

    await world.eventually("peers-are-found", all_have_peers, within_ns=asked.discovery_ns)
    return nodes


async def _spread(world: World, network: Network, nodes: Sequence[str], teller: str, within_ns: int) -> None:
    told = await network.tell(teller)
    if world.always("a-node-can-tell", bool(told), node=teller):
        await _reaches(world, network, nodes, told, "what-is-told-arrives", within_ns)


async def _reaches(
    world: World, network: Network, nodes: Sequence[str], item: str, claim: str, within_ns: int
) -> None:
    """What was told is known to all, where anything was told."""

    async def all_have_it() -> bool:
        return all([await network.has(node, item) for node in nodes])

    if item:
        await world.eventually(claim, all_have_it, within_ns=within_ns, every_ns=SECOND // 20)


@dataclass(slots=True, kw_only=True)
class _Book:
    """What came of one of the trials: its results, by their seeds."""

    results: dict[int, Result] = field(default_factory=dict)

    @property
    def failed(self) -> list[Result]:
        """Those that did not pass."""
        return [each for each in self.results.values() if _why(each)]

    @property
    def gravest(self) -> tuple[int, Result]:
        """The first seed whose result says most: one that failed, else one that did not pass, else any."""
        found = min(self.results, key=lambda seed: (_GRAVITY.index(_outcome(self.results[seed])), seed))
        return found, self.results[found]


class NetworkHarness:
    """Carries out the three trials of a target, some seeds of each. What it tests is said by a subclass."""

    target: ClassVar[str] = ""
    """A module that has the three trials."""
    subject: ClassVar[str] = ""
    seeds: ClassVar[int] = 5

    def __init__(self) -> None:
        self.laboratory: Laboratory | None = None
        self._books = {part: _Book() for part in PARTS}

    @property
    def name(self) -> str:
        """Its name."""
        return "network"

    async def health_check(self) -> bool:
        """Has the target the three trials?"""
        found = await self._laboratory.open(self.target)
        missing = [part for part in PARTS if part not in found]
        if missing:
            raise InputError(
                f"the network harness needs the trials {', '.join(PARTS)}, found no {', '.join(missing)}",
                where=self.target,
                remedy="make them with lydite.harness.network_trials",
            )
        return True

    async def initialize(self) -> None:
        """Forget what was found before."""
        self._books = {part: _Book() for part in PARTS}

    async def run_all_tests(self) -> Sequence[Case]:
        """Some seeds of each trial."""
        for seed in range(self.seeds):
            for part, book in self._books.items():
                book.results[seed] = await self._laboratory.run(part, seed)
        return [self._case(part, book) for part, book in self._books.items()]

    async def shutdown(self) -> None:
        """Close the laboratory."""
        if self.laboratory is not None:
            await self.laboratory.close()

    async def get_metrics(self) -> Sequence[Measurement]:
        """How long it took, at most and in the mean of the seeds, until each claim came true."""
        found = []
        for part, book in self._books.items():
            took: dict[str, list[float]] = {}
            for finding in (each for result in book.results.values() for each in result.findings):
                took_ns = finding.facts.get("took_ns")
                if finding.verdict is Verdict.HOLDS and isinstance(took_ns, int):
                    took.setdefault(finding.check, []).append(took_ns / SECOND)
            for claim, values in sorted(took.items()):
                found += [
                    self._measured(f"network.{part}.{claim}_s", sum(values) / len(values), len(values)),
                    self._measured(f"network.{part}.{claim}_s_max", max(values), len(values)),
                ]
        return found

    @property
    def _laboratory(self) -> Laboratory:
        assert self.laboratory is not None, "whoever carries out a harness gives it its laboratory first"
        return self.laboratory

    def _measured(self, name: str, value: float, samples: int) -> Measurement:
        return Measurement(
            name=name,
            value=value,
            unit="s",
            better=Better.LOWER,
            samples=samples,
            exact=self._laboratory.exact,
        )

    def _case(self, part: str, book: _Book) -> Case:
        seed, first = book.gravest
        return Case(
            name=part,
            subject=self.subject,
            suite="integration",
            outcome=_outcome(first),
            seconds=sum(each.cpu_ns for each in book.results.values()) / SECOND,
            runs=len(book.results),
            failures=len(book.failed),
            message=_why(first),
            detail=first.ending.traceback if first.ending is not None else "",
            finding=first.finding,
            seed=seed,
            reproduce=self._laboratory.command(part, seed),
        )


_GRAVITY: Final = (Outcome.FAILED, Outcome.BROKEN, Outcome.UNKNOWN, Outcome.PASSED)


def _outcome(result: Result) -> Outcome:
    if result.ending is not None and result.finding is None:
        return Outcome.BROKEN
    verdict = gravest(_decisive(finding) for finding in result.findings)
    return {
        Verdict.HOLDS: Outcome.PASSED,
        Verdict.UNKNOWN: Outcome.UNKNOWN,
        Verdict.VIOLATED: Outcome.FAILED,
    }[verdict]


def _decisive(finding: Finding) -> Verdict:
    """One run in which a line was not seen proves nothing against the others."""
    return Verdict.HOLDS if finding.facts.get("mode") == "sometimes" else finding.verdict


def _why(result: Result) -> str:
    """Why a run did not pass; empty where it did."""
    outcome = _outcome(result)
    if outcome is Outcome.PASSED:
        return ""
    if result.finding is not None:
        return f"{result.finding.check}: {result.finding.message}"
    if result.ending is not None:
        return _ended(result.ending)
    unknown = next(each for each in result.findings if _decisive(each) is Verdict.UNKNOWN)
    return f"{unknown.check}: {unknown.message}"


def _ended(ending: Ending) -> str:
    return f"{ending.error}: {ending.message}"
