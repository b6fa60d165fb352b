"""Any schedule and any seed replay to the byte, and what happens to one host moves no draw of another."""

from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lydite.faults import CATALOGUE
from lydite.model import Facts, Fault, Level, Schedule, read_trace, seconds
from lydite.runner import ForkedEngine, Opening, Order, Run
from tests.determinism.neighbours import IDLE, TALKERS

ROOT = Path(__file__).resolve().parents[2]
TARGET = Opening(target="tests/determinism/neighbours.py", home=str(ROOT))

Told: TypeAlias = list[tuple[int, str, str, Facts]]

PATIENT = settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])


def faults_of(kind: str, **args: st.SearchStrategy[object]) -> st.SearchStrategy[Fault]:
    """Faults of one kind, at any time of the trial, for any while if it can end."""
    return st.builds(
        Fault,
        at_ns=st.integers(0, seconds(10)),
        kind=st.just(kind),
        args=st.fixed_dictionaries(args),
        lasting_ns=st.integers(1, seconds(5)) if CATALOGUE[kind].opposite else st.just(0),
    )


def bends_of(hosts: st.SearchStrategy[str]) -> st.SearchStrategy[Fault]:
    """What can happen to a host alone."""
    return st.one_of(
        *(faults_of(f"process.{verb}", hosts=hosts) for verb in ("crash", "power_off", "pause")),
        *(faults_of(f"disk.{verb}", hosts=hosts) for verb in ("fill", "lie")),
        faults_of("disk.fail", hosts=hosts, rate=st.sampled_from([0.3, 1.0])),
        faults_of("clock.drift", hosts=hosts, rate=st.sampled_from([0.5, 1.5])),
        faults_of("clock.step", hosts=hosts, by_ns=st.integers(-seconds(5), seconds(5))),
        faults_of("cpu.burden", hosts=hosts, factor=st.sampled_from([2, 50])),
    )


def cuts_between(left: st.SearchStrategy[str], right: st.SearchStrategy[str]) -> st.SearchStrategy[Fault]:
    """What can happen between two hosts."""
    rates = st.sampled_from([0.2, 0.9])
    return st.one_of(
        *(faults_of(f"network.{verb}", left=left, right=right) for verb in ("cut", "hold")),
        *(faults_of(f"network.{verb}", left=left, right=right, rate=rates) for verb in ("lose", "duplicate")),
        faults_of("network.delay", left=left, right=right, by_ns=st.integers(1, seconds(1))),
    )


def on_a_road(fault: Fault) -> bool:
    """Between two hosts: from a host to itself there is no road."""
    return not fault.kind.startswith("network.") or fault.args["left"] != fault.args["right"]


talkers = st.sampled_from(TALKERS)
storms = st.lists(
    st.one_of(bends_of(talkers), cuts_between(talkers, talkers).filter(on_a_road)), max_size=6
).map(Schedule.of)
elsewhere = st.one_of(bends_of(st.just(IDLE)), cuts_between(st.just(IDLE), talkers))


@pytest.fixture(scope="module")
def engine() -> Iterator[ForkedEngine]:
    with ForkedEngine(TARGET) as opened:
        yield opened


def run(engine: ForkedEngine, seed: int, schedule: Schedule, trace: Path | None = None) -> Run:
    label = engine.description.trials[0].label
    order = Order(
        number=0, label=label, seed=seed, schedule=schedule, trace=str(trace or ""), level=Level.FULL
    )
    found = engine.run(order)
    assert found.result.ending is None, found.result.ending
    return found


@PATIENT
@given(seed=st.integers(0, 2**32), schedule=storms)
def test_two_runs_of_any_schedule_and_seed_are_equal(
    engine: ForkedEngine, seed: int, schedule: Schedule
) -> None:
    first, second = run(engine, seed, schedule), run(engine, seed, schedule)

    assert first.result.digest == second.result.digest


@PATIENT
@given(seed=st.integers(0, 2**32), schedule=storms, fault=elsewhere)
def test_a_fault_on_a_host_that_does_nothing_moves_nothing_of_the_others(
    engine: ForkedEngine, tmp_path: Path, seed: int, schedule: Schedule, fault: Fault
) -> None:
    more = Schedule.of([*schedule.faults, fault])

    run(engine, seed, schedule, tmp_path / "without")
    run(engine, seed, more, tmp_path / "with")

    assert told_by_talkers(tmp_path / "with") == told_by_talkers(tmp_path / "without")


def test_a_fault_on_a_host_that_talks_is_seen(engine: ForkedEngine, tmp_path: Path) -> None:
    pause = Fault(at_ns=seconds(2), kind="process.pause", args={"hosts": "node-1"}, lasting_ns=seconds(1))

    run(engine, 1, Schedule(), tmp_path / "without")
    run(engine, 1, Schedule.of([pause]), tmp_path / "with")

    without = told_by_talkers(tmp_path / "without")
    assert {host for _, host, _, _ in without} == set(TALKERS)
    assert told_by_talkers(tmp_path / "with") != without


def told_by_talkers(trace: Path) -> Told:
    """Everything that happened at the hosts that talk, in order."""
    with read_trace(trace) as events:
        return [
            (event.at_ns, event.host, event.kind.name, event.fields)
            for event in events
            if event.host in TALKERS
        ]
