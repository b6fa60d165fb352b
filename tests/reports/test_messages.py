"""Sends and deliveries are paired by their bytes, datagrams by their order."""

from lydite.model import Event, Kind
from lydite.reports.spacetime.messages import Message, messages_of
from tests.reports.scenes import Records


def told(records: list[Event]) -> list[tuple[str, str, int, int | None]]:
    """The messages in milliseconds."""
    return [(each.source, each.target, each.sent_ns // 10**6, _ms(each)) for each in messages_of(records)[0]]


def _ms(message: Message) -> int | None:
    return None if message.arrived_ns is None else message.arrived_ns // 10**6


def test_a_write_that_arrives_in_two_pieces_has_arrived_with_the_second() -> None:
    records = Records("a", "b")
    records.connect(1, "a", "b")
    records.at(0.1).send(1, "a", 10)
    records.at(0.2).deliver(1, "b", 4)
    records.at(0.3).deliver(1, "b", 6)

    assert told(records) == [("a", "b", 100, 300)]


def test_two_writes_that_arrive_as_one_are_two_messages() -> None:
    records = Records("a", "b")
    records.connect(1, "a", "b")
    records.at(0.1).send(1, "a", 10)
    records.at(0.2).send(1, "a", 5)
    records.at(0.3).deliver(1, "b", 15)

    assert told(records) == [("a", "b", 100, 300), ("a", "b", 200, 300)]


def test_the_two_directions_of_a_connection_are_apart() -> None:
    records = Records("a", "b")
    records.connect(1, "a", "b")
    records.at(0.1).send(1, "a", 10)
    records.send(1, "b", 10)
    records.at(0.2).deliver(1, "a", 10)

    assert told(records) == [("a", "b", 100, None), ("b", "a", 100, 200)]


def test_a_message_that_never_arrives_says_what_ended_its_hope() -> None:
    records = Records("a", "b", "c")
    records.connect(1, "a", "b")
    records.connect(2, "a", "c")
    records.connect(3, "b", "c")
    records.at(0.1).send(1, "a")
    records.send(2, "a")
    records.send(3, "c")
    records.at(0.2).add("b", Kind.CRASH, incarnation=1, cause="crash")
    records.at(0.3).add("a", Kind.RESET, connection=2)

    whys = {message.target: message.why for message in messages_of(records)[0] if message.source != "c"}

    assert whys == {
        "b": "never arrived: b went down at 0.200 s",
        "c": "never arrived: the connection was reset at 0.300 s",
    }


def test_a_datagram_that_is_lost_is_lost_and_the_next_one_arrives() -> None:
    records = Records("a", "b")
    for when_s in (0.1, 0.2):
        records.at(when_s).add("a", Kind.DATAGRAM, peer="b", port=9, local_port=5, size=3, payload="")
        if when_s == 0.1:
            records.add("a", Kind.LOSE, peer="b", size=3, why="cut")
    records.at(0.25).add("b", Kind.ARRIVE, peer="a", port=9, size=3)

    assert told(records) == [("a", "b", 100, None), ("a", "b", 200, 250)]
    assert messages_of(records)[0][0].why == "lost: cut"


def test_it_is_the_datagram_just_sent_that_is_lost_and_not_one_under_way() -> None:
    records = Records("a", "b")
    for when_s in (0.1, 0.2):
        records.at(when_s).add("a", Kind.DATAGRAM, peer="b", port=9, local_port=5, size=3, payload="")
    records.add("a", Kind.LOSE, peer="b", size=3, why="loss")
    records.at(0.25).add("b", Kind.ARRIVE, peer="a", port=9, size=3)

    assert told(records) == [("a", "b", 100, 250), ("a", "b", 200, None)]


def test_a_datagram_that_arrives_twice_was_sent_once() -> None:
    records = Records("a", "b")
    records.at(0.1).add("a", Kind.DATAGRAM, peer="b", port=9, local_port=5, size=3, payload="")
    records.at(0.2).add("b", Kind.ARRIVE, peer="a", port=9, size=3)
    records.at(0.3).add("b", Kind.ARRIVE, peer="a", port=9, size=3)

    assert told(records) == [("a", "b", 100, 200), ("a", "b", 100, 300)]


def test_what_stays_within_a_host_is_counted_and_not_drawn() -> None:
    records = Records("a")
    records.connect(1, "a", "a")
    records.at(0.1).send(1, "a")
    records.at(0.2).deliver(1, "a")

    assert messages_of(records) == ([], 1)
