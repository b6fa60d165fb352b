"""The passes of a shrink: what is taken away from a case, and in which order.

Each pass is a function from a case to a smaller one, asking an oracle on the way. The large and cheap ones come
first: what a pass has taken away, the later ones need not try.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby, islice
from typing import Final, Protocol

from lydite.faults import Trouble, rounder, trouble_of
from lydite.model import MILLISECOND, SECOND, Draws, Fault, InputError, Kind, Phase, Plain
from lydite.runner.orders import Run
from lydite.runner.shrinking.case import Case
from lydite.runner.shrinking.search import minimised, settled, subsets

MANY_FAULTS: Final = 3
"""With more faults than this left, other ways are tried: they may lead to a smaller minimum."""

OTHER_ORDERS: Final = 2

PLACES: Final = 8
"""In how many places each fault is tried alone."""

FEW_FAULTS: Final = 6
"""Of so many faults each one and each pair is tried alone."""

ROUNDS_MAX: Final = 20
"""How often all passes are made: what makes and unmakes for ever must end somewhere."""

VERSIONS_MAX: Final = 6
"""How many simpler values of one argument are tried; they come simplest first, and the last differ by little."""

LASTING_NS_MIN: Final = 100 * MILLISECOND
"""Shorter than this no fault is made: it would be a riddle, and not simpler."""

GRIDS_NS: Final = (10 * SECOND, SECOND, 100 * MILLISECOND, 10 * MILLISECOND, MILLISECOND)
"""On what times are rounded, roundest first."""


class Oracle(Protocol):
    """Who answers."""

    def first(self, cases: Sequence[Case]) -> int | None:
        """The number of the first case that fails in the same way."""
        ...

    def run_of(self, case: Case) -> Run:
        """The run of a case that has failed in the same way."""
        ...


def smallest(case: Case, oracle: Oracle) -> Case:
    """All passes, again and again, until none of them takes anything away."""
    whole = within_horizon(case, oracle)
    case = _in_rounds(_few(whole, oracle), oracle)
    # The dearest way comes last: most of what is stuck with many faults gets on as soon as they are moved a little.
    other = fewer_faults_in_other_orders(whole, case, oracle)
    return case if other == case else _in_rounds(other, oracle)


def _few(whole: Case, oracle: Oracle) -> Case:
    """Few faults; where many are left, less work for the system, or one of them at another time, may spare the rest."""
    case = fewer_faults(whole, oracle)
    if len(case.faults) > MANY_FAULTS:
        case = fewer_faults(least_parts(case, oracle), oracle)
    return one_alone(whole, case, oracle)


def _in_rounds(case: Case, oracle: Oracle) -> Case:
    for _ in range(ROUNDS_MAX):
        before = case
        case = fewer_parts(case, oracle)
        case = simpler_faults(case, oracle)
        case = fewer_faults(case, oracle)
        if case == before:
            case = few_of_few(case, oracle)
        if case == before:
            break
    return case


def within_horizon(case: Case, oracle: Oracle) -> Case:
    """Without the faults that began after the violation, or that met nobody."""
    run = oracle.run_of(case)
    missed = {
        event.fields["number"]
        for event in run.story
        if event.kind is Kind.SCHEDULED and event.fields["phase"] == Phase.MISSED
    }
    begun = [
        fault
        for number, fault in enumerate(case.faults, 1)
        if number not in missed and fault.at_ns <= run.result.broke_ns
    ]
    return _or(case, [case.with_faults(begun)], oracle)


def fewer_faults(case: Case, oracle: Oracle, order: Sequence[int] = ()) -> Case:
    """Only the faults that it needs. The order, in which they are looked at, may be another than that of time."""
    numbers = tuple(order) or tuple(range(len(case.faults)))

    def only(kept: Iterable[int]) -> Case:
        return case.with_faults(case.faults[number] for number in sorted(kept))

    return only(minimised(numbers, lambda options: oracle.first([only(kept) for kept in options])))


def fewer_faults_in_other_orders(whole: Case, case: Case, oracle: Oracle) -> Case:
    """The smallest of some minima of the whole, where the first one is still large: backwards, and shuffled."""
    backwards = list(reversed(range(len(whole.faults))))
    for number in range(OTHER_ORDERS):
        if len(case.faults) <= MANY_FAULTS:
            break
        order = list(backwards)
        if number:
            Draws(number, "shrink", "order").shuffle(order)
        other = fewer_faults(whole, oracle, order)
        if len(other.faults) < len(case.faults):
            case = other
    return case


def one_alone(whole: Case, case: Case, oracle: Oracle) -> Case:
    """One of the faults alone, at another time: often the others did nothing but make the moment right.

    It lasts as long as the longest of the whole, and keeps within its time: whoever gave the whole may give this one.
    """
    if len(case.faults) <= MANY_FAULTS:
        return case
    return _or(case, [whole.with_faults([fault]) for fault in _elsewhere(whole.faults, case.faults)], oracle)


def _elsewhere(whole: Sequence[Fault], few: Sequence[Fault]) -> Iterator[Fault]:
    """These faults, long ones, in places all over the time of the whole: the last ones first, as causes are near."""
    longest_ns = max(fault.lasting_ns for fault in whole)
    begin_ns = whole[0].at_ns
    end_ns = max(fault.at_ns + fault.lasting_ns for fault in whole)
    for place in range(PLACES):
        for fault in reversed(few):
            lasting_ns = longest_ns if fault.lasting_ns else 0
            last_ns = end_ns - lasting_ns
            at_ns = last_ns - (last_ns - begin_ns) * place // PLACES
            yield replace(fault, at_ns=at_ns, lasting_ns=lasting_ns)


def few_of_few(case: Case, oracle: Oracle) -> Case:
    """One or two of the last few faults, where they suffice and only hid one another."""
    if len(case.faults) > FEW_FAULTS:
        return case
    few = [case.with_faults(faults) for faults in subsets(case.faults) if len(faults) <= 2]
    return _or(case, few, oracle)


def least_parts(case: Case, oracle: Oracle) -> Case:
    """The least of each thing that the trial asks several of, where that suffices: it may need fewer faults, too."""
    for name, (count, least) in oracle.run_of(case).asked.items():
        case = _or(case, _keeping(case, name, count, case.kept(name, count)[:least]), oracle)
    return case


def fewer_parts(case: Case, oracle: Oracle) -> Case:
    """Only as many nodes, clients, operations as it needs, of each thing that the trial asks several of."""
    for name, (count, least) in oracle.run_of(case).asked.items():
        case = _fewer_of(case, oracle, name, count, least)
    asked = oracle.run_of(case).asked
    # What belonged to something that was left out is not asked for any more.
    told = replace(case, several=tuple(each for each in case.several if each.name in asked))
    return _or(case, [told], oracle)


def _fewer_of(case: Case, oracle: Oracle, name: str, count: int, least: int) -> Case:
    chosen = case

    def first(options: Sequence[tuple[int, ...]]) -> int | None:
        nonlocal chosen
        cases: list[Case] = []
        stands_for: list[int] = []
        for number, kept in enumerate(options):
            ways = _keeping(case, name, count, kept)
            cases += ways
            stands_for += [number] * len(ways)
        found = oracle.first(cases)
        if found is None:
            return None
        chosen = cases[found]
        return stands_for[found]

    minimised(case.kept(name, count), first, least=least)
    return chosen


def _keeping(case: Case, name: str, count: int, kept: tuple[int, ...]) -> tuple[Case, ...]:
    """The case with these numbers of a part only: with all of its faults, and without the hosts that are gone."""
    plain = case.keeping(name, count, kept)
    gone = [each for each in range(1, count + 1) if each not in kept]
    stripped = plain.with_faults(_without(case.faults, name, gone))
    return (plain,) if stripped == plain else (plain, stripped)


def _without(faults: Iterable[Fault], name: str, gone: Sequence[int]) -> Iterator[Fault]:
    """The faults without the hosts that are called like the parts that are gone: `node-3` of `nodes`.

    A guess: the platform does not know which host a trial makes of which number. A wrong guess costs a replay.
    """
    names = {
        f"{stem}{dash}{number}"
        for stem in (name, name.removesuffix("s"))
        for dash in ("", "-", "_", ".")
        for number in gone
    }
    for fault in faults:
        args = {key: _stripped(value, names) for key, value in fault.args.items()}
        if args == dict(fault.args):
            yield fault
        elif all(value is not None for value in args.values()):
            fewer = replace(fault, args=args)
            if _trouble(fewer) is not None:
                yield fewer


def _stripped(value: Plain, names: set[str]) -> Plain:
    """A value without these hosts; None where nothing is left."""
    if isinstance(value, str):
        return None if value in names else value
    if isinstance(value, list | tuple):
        left = [each for each in (_stripped(item, names) for item in value) if each is not None]
        return left or None
    return value


def simpler_faults(case: Case, oracle: Oracle) -> Case:
    """Each fault shorter, weaker, rounder, about fewer hosts, or of a simpler kind."""
    case = _or(case, [case.with_faults(_on_grid(case.faults, grid)) for grid in GRIDS_NS], oracle)
    for fault in case.faults:
        case = _simpler_fault(case, fault, oracle)
    return case


def _simpler_fault(case: Case, fault: Fault, oracle: Oracle) -> Case:
    place = case.faults.index(fault)
    rest = (*case.faults[:place], *case.faults[place + 1 :])

    def first(options: Sequence[Fault]) -> int | None:
        return oracle.first([case.with_faults((*rest, each)) for each in options])

    return case.with_faults((*rest, settled(fault, simpler, first)))


def simpler(fault: Fault) -> Iterator[Fault]:
    """Simpler versions of a fault: first its arguments, then how long it lasts, then when it begins."""
    trouble = _trouble(fault)
    if trouble is None:
        return
    for _, versions in groupby(trouble.simpler(), lambda each: _difference(each, trouble)):
        for version in islice(versions, VERSIONS_MAX):
            yield version.at(fault.at_ns, lasting_ns=fault.lasting_ns)
    for lasting_ns in islice(rounder(fault.lasting_ns), VERSIONS_MAX):
        if lasting_ns >= LASTING_NS_MIN:
            yield replace(fault, lasting_ns=lasting_ns)
    for grid in GRIDS_NS:
        if fault.at_ns % grid == 0:
            break
        for at_ns in (fault.at_ns // grid * grid, (fault.at_ns // grid + 1) * grid):
            yield replace(fault, at_ns=at_ns)


def _difference(version: Trouble, trouble: Trouble) -> tuple[str, ...]:
    """In what a version differs: its kind, or the names of its arguments."""
    if version.kind != trouble.kind:
        return (version.kind,)
    before: Mapping[str, Plain] = trouble.args
    return tuple(name for name, value in version.args.items() if before.get(name) != value)


def _on_grid(faults: Iterable[Fault], grid: int) -> Iterator[Fault]:
    """All faults with round times: beginnings to the nearest line of the grid, lengths down to one."""
    for fault in faults:
        fine = next((each for each in GRIDS_NS if each <= min(grid, fault.lasting_ns)), 1)
        yield replace(
            fault,
            at_ns=(fault.at_ns + grid // 2) // grid * grid,
            lasting_ns=fault.lasting_ns // fine * fine,
        )


def _trouble(fault: Fault) -> Trouble | None:
    """What a fault does; None where it does nothing that is known."""
    try:
        return trouble_of(fault)
    except InputError:
        return None


def _or(case: Case, options: Sequence[Case], oracle: Oracle) -> Case:
    """The first of the options that fails in the same way, or the case itself."""
    others = [each for each in options if each != case]
    found = oracle.first(others) if others else None
    return case if found is None else others[found]
