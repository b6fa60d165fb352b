"""The life of a host: running, frozen, killed, without power, ended."""

from lydite.model import Event, Kind, seconds
from lydite.reports.spacetime.lives import hosts_of, lives_of
from tests.reports.scenes import Records


def told(records: list[Event], host: str) -> list[tuple[str, float, float]]:
    """How a host was in a run of ten seconds."""
    life = lives_of(records, hosts_of(records), seconds(10))[host]
    return [(str(each.state), each.begin_ns / 1e9, each.end_ns / 1e9) for each in life.stretches]


def test_a_host_is_down_from_its_crash_to_its_next_start() -> None:
    records = Records("a")
    records.at(2).add("a", Kind.CRASH, incarnation=1, cause="crash")
    records.at(5).add("a", Kind.START, incarnation=2, program="node")

    assert told(records, "a") == [("running", 0, 2), ("crashed", 2, 5), ("running", 5, 10)]


def test_a_loss_of_power_is_no_crash_and_comes_also_to_a_host_that_is_down() -> None:
    records = Records("a", "b")
    records.at(2).add("a", Kind.CRASH, incarnation=1, cause="power")
    records.at(3).add("b", Kind.CRASH, incarnation=1, cause="crash")
    records.at(4).fault("process.power_off", hosts=["b"])

    assert told(records, "a") == [("running", 0, 2), ("powerless", 2, 10)]
    assert told(records, "b") == [("running", 0, 3), ("crashed", 3, 4), ("powerless", 4, 10)]


def test_overlapping_pauses_end_with_the_last_one() -> None:
    records = Records("a")
    records.at(1).fault("process.pause", hosts=["a"])
    records.at(2).fault("process.pause", hosts="*")
    records.at(3).fault("process.resume", hosts=["a"])
    records.at(4).fault("process.resume", hosts="*")

    assert told(records, "a") == [("running", 0, 1), ("paused", 1, 4), ("running", 4, 10)]
    assert told(records, "tester") == [("running", 0, 10)]


def test_a_host_runs_as_long_as_one_of_its_programs_does() -> None:
    records = Records("a")
    records.at(1).add("a", Kind.START, incarnation=2, program="other")
    records.at(2).add("a", Kind.EXIT, incarnation=1, code=0)
    records.at(3).add("a", Kind.EXIT, incarnation=2, code=1)

    assert told(records, "a") == [("running", 0, 1), ("running", 1, 3), ("ended", 3, 10)]


def test_hosts_that_are_only_mentioned_have_lanes_below_those_that_were_made() -> None:
    records = Records("b", "a")

    assert hosts_of(records, ["z", "a"]) == ["tester", "b", "a", "z"]
