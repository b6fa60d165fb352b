"""A band lasts as long as its fault was really in force, whoever wrote that down."""

import pytest

from lydite.model import Event, Fault, Schedule, seconds
from lydite.reports.spacetime.bands import ONCE, Band, bands_of
from tests.reports.scenes import CUT, Records

HOSTS = ("tester", "a", "b", "c")


def bands(records: list[Event], *faults: Fault) -> list[Band]:
    """The bands of a run of twenty seconds."""
    return bands_of(Schedule.of(faults), records, HOSTS, seconds(20))


def told(found: list[Band]) -> list[tuple[int, str, float, float | None]]:
    """Number, kind, begin and end in seconds."""
    return [
        (band.number, band.kind, band.begin_ns / 1e9, None if band.end_ns is None else band.end_ns / 1e9)
        for band in found
    ]


def test_a_pull_and_its_lift_are_the_fault_of_the_schedule_that_wanted_them() -> None:
    records = Records("a", "b", "c")
    records.at(1).fault("network.cut", left=["a"], right=["b", "c"])
    records.at(2.5).fault("network.heal", left=["a"], right=["b", "c"])

    found = bands(records, CUT)

    assert told(found) == [(1, "network.cut", 1, 2.5)]
    assert (found[0].left, found[0].right) == (("a",), ("b", "c"))


def test_two_faults_with_the_same_hosts_end_each_at_its_own_lift() -> None:
    records = Records("a", "b")
    records.at(1).fault("network.cut", left=["a"], right=["b"])
    records.at(2).fault("network.hold", left=["a"], right=["b"])
    records.at(3).fault("network.release", left=["a"], right=["b"])
    records.at(4).fault("network.heal", left=["a"], right=["b"])

    assert told(bands(records)) == [(0, "network.cut", 1, 4), (0, "network.hold", 2, 3)]


def test_a_word_of_the_lever_lifts_every_bend_between_those_hosts() -> None:
    records = Records("a", "b", "c")
    records.at(1).fault("network.cut", left="a", right="b")
    records.at(2).fault("network.block", source="b", target="a")
    records.at(3).fault("network.cut", left="a", right="c")
    records.at(4).fault("network.heal", left=["a", "b"], right=["b", "a"])

    ends = [band.end_ns for band in bands(records)]

    assert ends == [seconds(4), seconds(4), None]


def test_a_fault_that_nobody_lifts_lasts_to_the_end() -> None:
    records = Records("a")
    records.at(1).fault("disk.fill", hosts=["a"])

    assert told(bands(records)) == [(0, "disk.fill", 1, None)]


@pytest.mark.parametrize("verb", sorted(ONCE))
def test_what_happens_once_takes_no_time(verb: str) -> None:
    records = Records("a")
    records.at(1).fault(verb, hosts=["a"])

    assert bands(records)[0].once


def test_records_of_the_schedule_win_over_its_plan() -> None:
    wanted = Fault(at_ns=seconds(1), kind="network.isolate", args={"hosts": "@leader"}, lasting_ns=seconds(9))
    records = Records("a", "b")
    records.at(1).scheduled(1, "network.isolate", "begin", hosts=["b"])
    records.fault("network.cut", left=["b"], right=["a"])
    records.at(6).fault("network.heal", left=["b"], right=["a"])
    records.scheduled(1, "network.isolate", "end", hosts=["b"])

    found = bands(records, wanted)

    assert told(found) == [(1, "network.isolate", 1, 6)]
    assert found[0].left == ("b",), "the records know who played the leader"


def test_a_fault_that_was_healed_early_ended_early() -> None:
    records = Records("a", "b", "c")
    records.at(1).scheduled(1, "network.cut", "begin", left=["a"], right=["b", "c"])
    records.fault("network.cut", left=["a"], right=["b", "c"])
    records.at(2).fault("network.heal", left=["a"], right=["b", "c"])
    records.at(3).scheduled(1, "network.cut", "end", left=["a"], right=["b", "c"])

    assert told(bands(records, CUT)) == [(1, "network.cut", 1, 2)]


def test_a_lever_that_the_trial_pulls_beside_the_schedule_has_no_number() -> None:
    records = Records("a", "b", "c")
    records.at(1).scheduled(1, "network.cut", "begin", left=["a"], right=["b", "c"])
    records.fault("network.cut", left=["a"], right=["b", "c"])
    records.at(3).scheduled(1, "network.cut", "end", left=["a"], right=["b", "c"])
    records.at(5).fault("process.pause", hosts=["c"])

    assert told(bands(records, CUT))[1] == (0, "process.pause", 5, None)


def test_a_fault_that_met_nobody_is_told_as_missed() -> None:
    records = Records("a")
    records.at(1).scheduled(1, "process.crash", "missed", hosts="@leader")

    found = bands(records, Fault(at_ns=seconds(1), kind="process.crash", args={"hosts": "@leader"}))

    assert [band.missed for band in found] == [True]


def test_a_fault_without_records_is_drawn_as_it_was_wanted_and_one_after_the_end_not_at_all() -> None:
    records = Records("a")
    late = Fault(at_ns=seconds(99), kind="process.crash", args={"hosts": ["a"]})

    found = bands(records, CUT, late)

    assert told(found) == [(1, "network.cut", 1, 3)]
    assert not found[0].seen


def test_a_star_means_every_host_only_where_hosts_stand() -> None:
    records = Records("a", "b", "c")
    records.at(1).fault("disk.fail", hosts=["b"], operation="*", path="", rate=0.5)
    records.at(2).fault("process.pause", hosts="*")

    assert [band.left for band in bands(records)] == [("b",), ("a", "b", "c")]
