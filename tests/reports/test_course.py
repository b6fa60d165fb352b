"""The course of a run: what its trace tells over virtual time."""

import pytest

from lydite.model import SECOND, Band, Event, Fault, Kind, Restart, Schedule, Series, seconds
from lydite.reports import course
from lydite.reports.course import HOSTS_MAX, STEPS, TOLD_MAX
from tests.reports.scenes import Records

CRASH = Fault(at_ns=seconds(2), kind="process.crash", args={"hosts": ["b"]}, lasting_ns=seconds(3))


def ended(records: Records, at_s: float) -> list[Event]:
    """The records, up to that second."""
    records.at(at_s).add("tester", Kind.END, outcome="done")
    return records


def lines(told: tuple[object, ...]) -> dict[str, Series]:
    return {each.name: each for each in told if isinstance(each, Series)}


def only(kind: type, told: tuple[object, ...]) -> list[object]:
    return [each for each in told if isinstance(each, kind)]


def test_nothing_has_no_course() -> None:
    assert course("a", Schedule(), ()) == ()
    assert course("a", Schedule(), Records("a")) == ()


def test_what_a_host_sends_is_told_in_the_stretch_in_which_it_was_sent() -> None:
    records = Records("a", "b")
    records.at(10).send(1, "a", size=3_000)
    records.send(1, "a", size=1_000)
    records.at(95.9).deliver(1, "b")
    told = course("shop.storm", Schedule(), ended(records, 96))

    sent, messages = lines(told)["a.sent"], lines(told)["messages"]
    assert len(sent.at_s) == STEPS
    assert sent.at_s[0] == 1.0
    assert {at_s: value for at_s, value in zip(sent.at_s, sent.values, strict=True) if value} == {11.0: 4.0}
    assert sent.unit == "kB/s"
    assert messages.values[-1] == 1.0
    assert sum(messages.values) == 1.0
    assert "b.sent" not in lines(told)
    assert {each.run for each in lines(told).values()} == {"shop.storm"}


def test_only_those_that_send_most_are_told_one_by_one() -> None:
    records = Records(*(f"n{number}" for number in range(9)))
    for number in range(9):
        records.at(1).send(number, f"n{number}", size=100 - number)

    told = course("a", Schedule(), ended(records, 2))

    assert [name for name in lines(told) if name.endswith(".sent")] == [
        f"n{number}.sent" for number in range(HOSTS_MAX)
    ]


def test_a_connection_is_open_until_both_sides_end_it_or_it_breaks_or_a_host_goes_down() -> None:
    records = Records("a", "b")
    for number in range(4):
        records.at(1).add("b", Kind.ACCEPT, connection=number, peer="a", port=7)
    records.at(10).add("a", Kind.FINISH, connection=0)
    records.at(20).add("b", Kind.FINISH, connection=0)
    records.at(30).add("a", Kind.RESET, connection=1)
    records.at(40).add("a", Kind.CRASH, incarnation=1, cause="crash")

    held = lines(course("a", Schedule(), ended(records, 96)))["connections"].values

    assert (held[0], held[5], held[15], held[25], held[35], held[50]) == (0, 4, 4, 3, 2, 0)


def test_faults_are_bands_and_who_comes_up_again_is_a_restart_with_its_fault() -> None:
    records = Records("a", "b")
    records.at(2).scheduled(1, "process.crash", "begin", hosts=["b"])
    records.add("b", Kind.CRASH, incarnation=1, cause="crash")
    records.at(5).scheduled(1, "process.crash", "end", hosts=["b"])
    records.add("b", Kind.START, incarnation=2, program="node")

    told = course("a", Schedule(faults=(CRASH,)), ended(records, 9))

    assert only(Band, told) == [Band(name="crash b", begin_s=2.0, end_s=5.0, run="a")]
    assert only(Restart, told) == [Restart(service="b", at_s=5.0, cause="crash b", run="a")]


def test_who_ends_by_itself_was_not_ended_by_a_fault_beside_it() -> None:
    records = Records("a", "b")
    records.at(1).fault("disk.fail", hosts=["b"], rate=0.5)
    records.at(2).add("b", Kind.EXIT, incarnation=1, code=3)
    records.at(4).add("b", Kind.START, incarnation=2, program="node")

    told = course("a", Schedule(), ended(records, 9))

    assert [each.cause for each in told if isinstance(each, Restart)] == ["its own end, with code 3"]


def test_who_was_asked_to_stop_was_ended_by_that() -> None:
    records = Records("a", "b")
    records.at(1).fault("process.stop", hosts=["b"])
    records.add("b", Kind.EXIT, incarnation=1, code=0)
    records.at(4).add("b", Kind.START, incarnation=2, program="node")

    told = course("a", Schedule(), ended(records, 9))

    assert [each.cause for each in told if isinstance(each, Restart)] == ["stop b"]


@pytest.mark.parametrize("count", [1, 2 * TOLD_MAX])
def test_however_much_happens_a_course_is_small(count: int) -> None:
    records = Records("a", "b")
    for number in range(count):
        records.at(number + 1).add("b", Kind.CRASH, incarnation=number, cause="memory")
        records.fault("network.hold", left=["a"], right=["b"])
        records.add("b", Kind.START, incarnation=number + 1, program="node")

    told = course("a", Schedule(), ended(records, count + 2))

    assert len(only(Restart, told)) == len(only(Band, told)) == min(count, TOLD_MAX)
    assert [each.cause for each in told if isinstance(each, Restart)][:1] == ["killed: memory"]


def test_the_last_record_is_in_the_last_stretch() -> None:
    records = Records("a")
    records.at(1).send(1, "a", size=1000)

    told = lines(course("a", Schedule(), records))

    assert told["a.sent"].values[-1] == pytest.approx(STEPS)
    assert told["a.sent"].at_s[-1] == records[-1].at_ns / SECOND
