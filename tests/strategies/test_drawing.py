"""What the strategies draw: all of it fits, and it shrinks to what is simple."""

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st

from lydite.faults import CATALOGUE, Budget, Ledger, Storm, trouble_of, validate
from lydite.model import MINUTE, SECOND, Fault, InputError, Schedule, seconds
from lydite.strategies import (
    Operation,
    Peers,
    connected,
    durations,
    faults,
    host_names,
    links,
    maps,
    meshes,
    operations,
    payloads,
    rates,
    rings,
    schedules,
    seeds,
    some_of,
    stars,
    storms,
    topologies,
    workloads,
)
from lydite.world import Link, Map

FIVE = host_names(5)
EVERYTHING = tuple({kind.partition(".")[0] for kind in CATALOGUE if CATALOGUE[kind].stormy} - {"byzantine"})


@given(durations(5, MINUTE))
def test_durations_keep_their_bounds(duration_ns: int) -> None:
    assert 5 <= duration_ns <= MINUTE


def test_a_duration_shrinks_to_the_shortest() -> None:
    assert find(durations(5, MINUTE), lambda each: each > 100) == 101


@given(rates(0.25, 0.75))
def test_rates_keep_their_bounds(rate: float) -> None:
    assert 0.25 <= rate <= 0.75


@given(payloads(64))
def test_payloads_keep_their_bounds(payload: bytes) -> None:
    assert len(payload) <= 64


@given(seeds())
def test_seeds_are_what_a_run_takes(seed: int) -> None:
    assert 0 <= seed < 2**64


@given(some_of(FIVE, least=2))
def test_some_are_in_their_order_and_at_least_so_many(names: tuple[str, ...]) -> None:
    assert len(names) >= 2
    assert list(names) == sorted(set(names))


@given(links())
def test_links_are_links(link: Link) -> None:
    assert link.latency_ns <= SECOND


@given(maps(("europe", "asia")))
def test_maps_know_their_regions_only(drawn: Map) -> None:
    assert {name for left, right, _ in drawn.links for name in (left, right)} <= {"europe", "asia"}


def reachable(peers: Peers, start: str) -> set[str]:
    found, todo = {start}, [start]
    while todo:
        for name in peers[todo.pop()]:
            if name not in found:
                found.add(name)
                todo.append(name)
    return found


@given(st.integers(1, 7).flatmap(lambda count: topologies(host_names(count))))
def test_in_every_topology_all_are_reached_and_acquaintance_is_mutual(peers: Peers) -> None:
    hosts = tuple(peers)

    assert reachable(peers, hosts[0]) == set(hosts)
    for host, known in peers.items():
        assert host not in known
        assert all(host in peers[other] for other in known)


def test_the_shapes_are_what_they_are_called() -> None:
    assert {len(known) for known in rings(FIVE).values()} == {2}
    assert {len(known) for known in meshes(FIVE).values()} == {4}
    assert [len(known) for known in stars(FIVE).values()] == [4, 1, 1, 1, 1]
    assert rings(("a",)) == stars(("a",)) == meshes(("a",)) == {"a": ()}


def test_a_graph_shrinks_to_a_star() -> None:
    assert find(connected(FIVE), lambda _: True) == stars(FIVE)


@given(schedules(FIVE, EVERYTHING, faults_max=6))
@settings(max_examples=150, deadline=None)
def test_every_schedule_can_be_performed(schedule: Schedule) -> None:
    validate(schedule, hosts=FIVE)


@given(schedules(FIVE, ("process",), faults_max=12, budget=Budget(down=1)))
@settings(deadline=None)
def test_a_schedule_keeps_its_budget(schedule: Schedule) -> None:
    ledger = Ledger(Budget(down=1), FIVE)
    for fault in schedule.faults:
        assert ledger.allows(trouble_of(fault), fault)
        ledger.spend(trouble_of(fault), fault)


def test_a_fault_shrinks_to_the_first_host_and_the_shortest_time() -> None:
    found = find(faults(FIVE, ("process.crash",)), lambda _: True)

    assert found == Fault(at_ns=0, kind="process.crash", args={"hosts": ["node-1"]}, lasting_ns=SECOND)


def test_a_schedule_shrinks_to_the_fault_that_matters() -> None:
    def has_a_late_pause(schedule: Schedule) -> bool:
        return any(fault.kind == "process.pause" and fault.at_ns >= seconds(10) for fault in schedule.faults)

    found = find(schedules(FIVE, ("process",)), has_a_late_pause, settings=settings(max_examples=2_000))

    late = [(fault.kind, fault.at_ns) for fault in found.faults if fault.at_ns]
    assert late == [("process.pause", seconds(10))]


@given(storms(Storm(hosts=FIVE, faults=(1, 5))))
@settings(deadline=None, max_examples=50)
def test_the_schedules_of_a_storm_are_drawn_too(schedule: Schedule) -> None:
    validate(schedule, hosts=FIVE)
    assert len(schedule) <= 5


@pytest.mark.parametrize("kinds", [("netwrok",), ("process.crsh",)])
def test_an_unknown_kind_is_refused_with_what_is_near(kinds: tuple[str, ...]) -> None:
    with pytest.raises(InputError, match="did you mean"):
        find(faults(FIVE, kinds), lambda _: True)


@given(workloads({"pay": {"amount": st.integers(1, 9)}, "ask": {}}, users=("ann", "bob"), operations_max=5))
def test_workloads_are_operations_of_their_users(work: tuple[Operation, ...]) -> None:
    assert len(work) <= 5
    for operation in work:
        assert operation.user in {"ann", "bob"}
        assert (operation.name, tuple(operation.args)) in {("pay", ("amount",)), ("ask", ())}


def test_an_operation_shrinks_to_the_first_user_and_no_pause() -> None:
    found = find(operations({"pay": {"amount": st.integers(1, 9)}}, users=("ann", "bob")), lambda _: True)

    assert found == Operation(name="pay", user="ann", args={"amount": 1}, pause_ns=0)
