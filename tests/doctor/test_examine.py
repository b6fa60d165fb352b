"""Probes are carried out side by side, each with an end, and told in their order."""

import threading

from lydite.doctor import Answer, Health, Probe, examine


def probe(name: str, look: object, limit_s: float = 60.0) -> Probe:
    assert callable(look)
    return Probe(name=name, group="tests", enables="a test", look=look, limit_s=limit_s)


def good() -> Answer:
    return Answer(health=Health.FINE, found="good")


def test_answers_come_in_the_order_of_the_probes() -> None:
    last_is_done = threading.Event()

    def first() -> Answer:
        assert last_is_done.wait(60)
        return good()

    def last() -> Answer:
        last_is_done.set()
        return good()

    seen = examine([probe("first", first), probe("last", last)])

    assert [(each.name, each.health) for each in seen] == [("first", Health.FINE), ("last", Health.FINE)]


def test_a_probe_that_never_ends_is_left_behind() -> None:
    release = threading.Event()

    def never() -> Answer:
        release.wait()
        return good()

    hanging = [probe(f"never {number}", never, limit_s=0.05) for number in range(20)]
    seen = examine([*hanging, probe("good", good)])
    release.set()

    assert {each.health for each in seen[:-1]} == {Health.UNKNOWN}
    assert seen[0].found == "no answer within 0.05 s"
    assert seen[0].remedy
    assert seen[-1].health is Health.FINE


def test_a_probe_that_breaks_is_an_answer() -> None:
    def broken() -> Answer:
        raise OSError("no such machine")

    (seen,) = examine([probe("broken", broken)])

    assert (seen.health, seen.found) == (Health.UNKNOWN, "OSError: no such machine")


def test_who_watches_sees_every_probe_done() -> None:
    told: list[tuple[int, int]] = []

    examine(
        [probe(str(number), good) for number in range(20)], lambda done, wanted: told.append((done, wanted))
    )

    assert told[-1] == (20, 20)
    assert told == sorted(told)
