"""What holds for every kind of the catalogue: its JSON form, what it refuses, what is drawn, what is simpler."""

import dataclasses
from typing import Any

import pytest

from lydite.faults import CATALOGUE, Trouble, trouble_of, validate
from lydite.faults.shapes import HostsShape, shape_of
from lydite.model import HEALS, OPPOSITES, Draws, Fault, Schedule, ScheduleRefused, seconds

FIVE = ("node-1", "node-2", "node-3", "node-4", "node-5")
SEEDS = range(200)

HEALING = {kind: each for kind, each in CATALOGUE.items() if each.heals}
BREAKING = {
    kind: each for kind, each in CATALOGUE.items() if not each.heals and not kind.startswith("byzantine.")
}


def drawn(kind: str, seed: int, everybody: tuple[str, ...] = FIVE) -> Trouble | None:
    """What the seed draws of a kind."""
    return CATALOGUE[kind].drawn(Draws(seed, "test", kind), everybody)


def example(kind: str) -> Trouble:
    """One of a kind."""
    if kind in HEALING:
        fields = dataclasses.fields(CATALOGUE[kind])  # type: ignore[arg-type]
        made = CATALOGUE[kind].read({each.name: f"node-{number}" for number, each in enumerate(fields, 1)})[0]
    else:
        made = drawn(kind, 1)
    assert made is not None
    return made


def test_there_are_at_least_thirty_kinds_that_break_something() -> None:
    assert len(BREAKING) >= 30


@pytest.mark.parametrize("kind", CATALOGUE)
def test_no_kind_leaves_anything_to_its_family(kind: str) -> None:
    assert not getattr(CATALOGUE[kind], "__abstractmethods__")  # noqa: B009 - of no type that declares it


@pytest.mark.parametrize("lacking", ["pull", "drawn"])
def test_a_kind_that_does_not_say_what_it_does_cannot_be_made(lacking: str) -> None:
    told = {"pull": lambda self, hands: None, "drawn": classmethod(lambda cls, draws, everybody: None)}
    half = type("Half", (Trouble,), {name: each for name, each in told.items() if name != lacking})

    with pytest.raises(TypeError, match=f"abstract method '?{lacking}"):
        half()


@pytest.mark.parametrize("kind", HEALING)
def test_no_storm_draws_what_heals(kind: str) -> None:
    assert [drawn(kind, seed) for seed in range(20)] == [None] * 20


def test_every_lever_is_pulled_and_let_go_by_some_kind() -> None:
    pulled = {verb for each in CATALOGUE.values() for verb in each.verbs or (each.kind,)}

    assert set(OPPOSITES) - pulled <= {"network.tamper"}
    assert {opposite for opposite in OPPOSITES.values() if opposite} == set(HEALING)


@pytest.mark.parametrize("kind", HEALING)
def test_a_healing_kind_heals_what_its_lever_heals(kind: str) -> None:
    assert sorted(HEALING[kind].heals) == sorted(HEALS[kind])
    assert not HEALING[kind].stormy


@pytest.mark.parametrize("kind", BREAKING)
def test_what_ends_is_healed_by_a_kind_that_says_so(kind: str) -> None:
    opposite = BREAKING[kind].opposite

    if opposite:
        assert set(BREAKING[kind].verbs or (kind,)) & set(HEALING[opposite].heals)


@pytest.mark.parametrize("kind", [*BREAKING, *HEALING])
def test_a_kind_comes_back_from_its_json_form_as_it_was(kind: str) -> None:
    made = example(kind)
    fault = Schedule.from_plain([made.at(seconds(1)).as_plain()]).faults[0]

    assert trouble_of(fault) == made
    assert trouble_of(fault).args == made.args


@pytest.mark.parametrize("kind", [*BREAKING, *HEALING])
def test_a_kind_refuses_what_it_does_not_know_and_all_that_is_missing_or_wrong(kind: str) -> None:
    fields = dataclasses.fields(CATALOGUE[kind])  # type: ignore[arg-type]
    needed = [each.name for each in fields if each.default is dataclasses.MISSING]

    assert len(CATALOGUE[kind].read({"hots": 1})[1]) == 1 + len(needed)
    wrong = CATALOGUE[kind].read({each.name: None for each in fields})
    assert wrong[0] is None
    assert [problem.split()[1] for problem in wrong[1]] == [each.name for each in fields]


@pytest.mark.parametrize("kind", [*BREAKING, *HEALING])
def test_a_kind_tells_what_it_does_in_one_line_and_what_becomes_of_it_below(kind: str) -> None:
    lines = (CATALOGUE[kind].__doc__ or "").strip().splitlines()

    assert CATALOGUE[kind].story().endswith(".")
    assert len(lines) > 2 or kind in HEALING


@pytest.mark.parametrize("kind", BREAKING)
def test_what_is_drawn_can_be_performed_and_differs_from_seed_to_seed(kind: str) -> None:
    troubles = [each for each in (drawn(kind, seed) for seed in SEEDS) if each is not None]

    assert len(troubles) == len(SEEDS)
    assert len(set(troubles)) > 4
    for each in troubles:
        fault = each.at(seconds(1), lasting_ns=seconds(2) if each.opposite else 0)
        validate(Schedule.of([fault]), hosts=FIVE)
        assert each.meets(FIVE)
        assert set(each.victims(FIVE)) <= set(FIVE)


@pytest.mark.parametrize("kind", BREAKING)
def test_among_few_hosts_a_kind_is_drawn_or_there_is_none(kind: str) -> None:
    for count in (0, 1, 2, 3):
        for seed in range(20):
            made = drawn(kind, seed, FIVE[:count])
            assert made is None or (made.meets(FIVE[:count]) and not any(made.problems()))


@pytest.mark.parametrize("kind", BREAKING)
def test_what_is_simpler_is_valid_and_says_less(kind: str) -> None:
    for seed in range(20):
        made = drawn(kind, seed)
        assert made is not None
        for _ in range(20):
            candidates = list(made.simpler())
            for each in candidates:
                assert trouble_of(each.at(0)) == each
                assert bool(each.opposite) == bool(made.opposite), "its fault must keep its length"
                assert each.kind != kind or size(each) < size(made)
            same = [each for each in candidates if each.kind == kind]
            if not same:
                break
            made = same[seed % len(same)]


def test_a_simpler_kind_never_leads_back() -> None:
    # Together with the test above: every chain of simpler troubles comes to an end.
    leads = {kind: {each.kind for each in example(kind).simpler()} - {kind} for kind in BREAKING}

    assert leads["network.flap"] == leads["network.bridge"] == {"network.cut"}
    while leads:
        ends = {kind for kind, simpler in leads.items() if not simpler & set(leads)}
        assert ends, leads
        leads = {kind: simpler for kind, simpler in leads.items() if kind not in ends}


def size(made: Trouble) -> float:
    """How much a trouble says: hosts, groups, and how far its figures are from those that bend nothing."""
    total = 0.0
    for each in dataclasses.fields(made):  # type: ignore[arg-type]
        value, mild = getattr(made, each.name), getattr(shape_of(each), "mild", 0)
        match value:
            case tuple():
                total += sum(1 if isinstance(inner, str) else 1 + len(inner) for inner in value)
            case str():
                total += 1
            case _:
                total += abs(value - mild)
    return total


@pytest.mark.parametrize("kind", BREAKING)
def test_a_role_is_replaced_by_whoever_has_it_wherever_a_host_may_stand(kind: str) -> None:
    made = drawn(kind, 3)
    assert made is not None
    roles = {name: f"@role{number}" for number, name in enumerate(made.named)}

    masked, problems = CATALOGUE[kind].read(_masked(made.args, roles))

    assert masked is not None
    assert not problems
    assert masked.cast({role: name for name, role in roles.items()}) == made


def _masked(value: object, roles: dict[str, str]) -> dict[str, Any]:
    def mask(each: object) -> object:
        if isinstance(each, list):
            return [mask(inner) for inner in each]
        return roles.get(each, each) if isinstance(each, str) else each

    assert isinstance(value, dict)
    return {name: mask(each) for name, each in value.items()}


@pytest.mark.parametrize("kind", [*BREAKING, *HEALING])
def test_a_happening_that_has_no_end_does_not_last(kind: str) -> None:
    made = example(kind)
    fault = made.at(seconds(1), lasting_ns=seconds(5))

    if made.opposite:
        validate(Schedule.of([fault]))
    else:
        with pytest.raises(ScheduleRefused, match="it happens once, so lasting_ns is 0, found 5000000000"):
            validate(Schedule.of([fault]))


VICTIMS: dict[tuple[Any, ...], tuple[str, ...]] = {
    ("network.cut", ("left", ("node-1",)), ("right", "*")): ("node-1",),
    ("network.cut", ("left", "*"), ("right", "node-2")): ("node-2",),
    ("network.cut", ("left", "*"), ("right", "*")): FIVE,
    ("network.cut", ("left", FIVE[:3]), ("right", FIVE[3:])): FIVE[3:],
    ("network.block", ("source", FIVE[:3]), ("target", FIVE[3:])): FIVE[3:],
    ("network.partition", ("groups", (FIVE[:1], FIVE[1:4], FIVE[4:]))): ("node-1", "node-5"),
    ("network.bridge", ("left", FIVE[:1]), ("right", "*"), ("over", "node-3")): ("node-1",),
    ("network.ring", ("hosts", "*")): FIVE,
    ("network.isolate", ("hosts", FIVE[1:])): ("node-1",),
    ("network.isolate", ("hosts", "node-4")): ("node-4",),
    (
        "network.flap",
        ("left", FIVE[:2]),
        ("right", FIVE[2:]),
        ("cut_ns", seconds(1)),
        ("whole_ns", seconds(1)),
    ): FIVE[:2],
    ("process.roll", ("hosts", "*"), ("each_ns", seconds(1))): FIVE,
    ("disk.swap", ("left", "node-2"), ("right", "node-4")): ("node-2", "node-4"),
}


@pytest.mark.parametrize("case", VICTIMS)
def test_the_smaller_side_is_harmed_for_the_larger_one_lives_on(case: tuple[Any, ...]) -> None:
    kind, *args = case
    made, problems = CATALOGUE[kind].read(dict(args))

    assert made is not None
    assert not problems
    assert made.victims(FIVE) == VICTIMS[case]


@pytest.mark.parametrize(
    ("kind", "args", "problem"),
    [
        ("network.ring", {"hosts": ["a", "b", "c"]}, "a ring has at least 4 hosts, found 3"),
        ("network.isolate", {"hosts": "*"}, "nobody is left of whom everybody could be isolated"),
        (
            "network.bridge",
            {"left": "a", "right": ["b", "c"], "over": "c"},
            "the bridge c stands on one of the sides",
        ),
        ("network.bridge", {"left": "a", "right": "b", "over": ["c", "d"]}, "expected one host"),
        (
            "network.burst",
            {"left": "a", "right": "b", "rate": 0.9, "length": 2},
            "needs bursts of at least 9 packets",
        ),
        ("disk.swap", {"left": "a", "right": "a"}, "found 'a' twice"),
        ("disk.swap", {"left": "a", "right": "*"}, "argument right is '*', expected one host"),
        ("network.partition", {"groups": [["a"], ["a", "b"]]}, "lists of hosts that share no host"),
        ("network.partition", {"groups": [["a", "*"], ["b"]]}, "lists of hosts"),
        ("network.cut", {"left": ["*", "a"], "right": "b"}, "a host, a list of hosts, * for all"),
        ("process.power_off", {"hosts": []}, "a host, a list of hosts"),
        ("process.crash", {"hosts": ["a", "tester"]}, "the tester cannot be killed"),
        ("network.cut", {"left": "a", "right": ["a"]}, "it bends nothing: a is on both sides"),
        ("network.reset", {"left": "@leader", "right": "@leader"}, "it bends nothing"),
    ],
)
def test_what_no_single_field_can_tell_is_refused_as_well(
    kind: str, args: dict[str, object], problem: str
) -> None:
    fault = Fault(at_ns=0, kind=kind, args=args)  # type: ignore[arg-type]

    with pytest.raises(ScheduleRefused) as caught:
        validate(Schedule.of([fault]))
    assert problem in str(caught.value)


def test_every_field_of_a_kind_that_names_hosts_is_told_as_named() -> None:
    for kind in BREAKING:
        made = example(kind)
        for each in dataclasses.fields(made):  # type: ignore[arg-type]
            if isinstance(shape_of(each), HostsShape):
                value = getattr(made, each.name)
                assert {value} if isinstance(value, str) else set(value) <= set(made.named), kind


def test_the_roads_of_the_tester_may_be_bent_whichever_hosts_are_declared() -> None:
    cut = Fault(at_ns=0, kind="network.cut", args={"left": "a", "right": "tester"}, lasting_ns=1)

    validate(Schedule.of([cut]), hosts=("a",))


def test_a_road_needs_two_hosts_and_everybody_somebody() -> None:
    def meets(kind: str, everybody: list[str], **args: str) -> bool:
        return trouble_of(Fault(at_ns=0, kind=kind, args=args)).meets(everybody)

    assert not meets("network.cut", ["a"], left="*", right="*")
    assert not meets("network.cut", ["a", "b"], left="a", right="a")
    assert meets("network.cut", ["a", "b"], left="*", right="a")
    assert not meets("process.crash", [], hosts="*")
    assert meets("process.crash", ["a"], hosts="*")
