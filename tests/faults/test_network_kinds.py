"""What hosts that talk in datagrams see of each trouble of the network, while it lasts and when it is over."""

from itertools import groupby
from typing import Any

import pytest

from lydite.model import milliseconds
from lydite.world import World
from tests.faults.acting import (
    AFTER,
    BEGIN_NS,
    DURING,
    FOUR,
    LASTING_NS,
    Chatter,
    chatted,
    phases,
    trouble,
    verbs,
)
from tests.sim.playing import play

AB = {"left": "a", "right": ["b"]}
ENDED = ["begin", "end"]


def test_a_cut_is_silent_both_ways_until_it_is_healed() -> None:
    chatter, outcome = chatted(trouble("network.cut", **AB))

    assert chatter.deaf(DURING) == {"ab", "ba"}
    assert chatter.deaf(AFTER) == set()
    assert (verbs(outcome), phases(outcome)) == (["network.cut", "network.heal"], ENDED)


def test_a_block_is_silent_one_way() -> None:
    chatter, outcome = chatted(trouble("network.block", source="a", target=["b", "c"]))

    assert chatter.deaf(DURING) == {"ab", "ac"}
    assert chatter.deaf(AFTER) == set()
    assert verbs(outcome) == ["network.block", "network.unblock"]


def test_what_is_held_arrives_in_order_at_the_end() -> None:
    chatter, outcome = chatted(trouble("network.hold", **AB))

    spoken = chatter.spoken("a", "b", DURING)
    late = {each.number: each for each in chatter.on("a", "b", (5.0, 6.0))}
    assert chatter.deaf(DURING) == {"ab", "ba"}
    assert set(spoken) <= set(late)
    assert max(each.arrived_ns for number, each in late.items() if number in spoken) < 5.2e9
    assert verbs(outcome) == ["network.hold", "network.release"]


def test_a_delay_makes_late_and_jitter_makes_uneven() -> None:
    done = trouble("network.delay", **AB, by_ns=milliseconds(300), jitter_ns=milliseconds(200))
    chatter, outcome = chatted(done)

    late = [each.arrived_ns - each.sent_ns for each in chatter.on("a", "b", DURING)]
    assert (
        milliseconds(300) <= min(late) < milliseconds(350) < milliseconds(450) < max(late) < milliseconds(600)
    )
    assert max(each.arrived_ns - each.sent_ns for each in chatter.on("a", "b", AFTER)) < milliseconds(150)
    assert max(each.arrived_ns - each.sent_ns for each in chatter.on("a", "c", DURING)) < milliseconds(150)
    assert verbs(outcome) == ["network.delay", "network.hasten"]


def test_what_is_lost_is_lost_singly() -> None:
    chatter, outcome = chatted(trouble("network.lose", **AB, rate=0.3), every_ms=5)

    lost, runs = _lost(chatter.spoken("a", "b", DURING), [each.number for each in chatter.heard_by("a", "b")])
    assert 0.2 < lost < 0.4
    assert sum(runs) / len(runs) < 2
    assert (
        _lost(chatter.spoken("a", "b", AFTER), [each.number for each in chatter.heard_by("a", "b")])[0] == 0
    )
    assert verbs(outcome) == ["network.lose", "network.keep"]


def test_what_is_lost_in_a_burst_is_lost_in_a_row() -> None:
    chatter, outcome = chatted(trouble("network.burst", **AB, rate=0.3, length=20), every_ms=2, until_s=6.2)

    for source, target in ("ab", "ba"):
        spoken, heard = chatter.spoken(source, target, (1.1, 4.9)), chatter.heard_by(source, target)
        lost, runs = _lost(spoken, [each.number for each in heard])
        assert 0.1 < lost < 0.5
        assert 8 < sum(runs) / len(runs) < 45
    assert (
        _lost(chatter.spoken("a", "b", (5.1, 6)), [each.number for each in chatter.heard_by("a", "b")])[0]
        == 0
    )
    assert verbs(outcome) == ["network.lose", "network.keep"]


def _lost(spoken: list[int], heard: list[int]) -> tuple[float, list[int]]:
    """The share of what was said that nobody heard, and how long it was lost in a row."""
    arrived = set(heard)
    runs = [len(list(group)) for lost, group in groupby(spoken, lambda number: number not in arrived) if lost]
    return sum(runs) / len(spoken), runs


def test_a_duplicate_arrives_twice() -> None:
    chatter, _ = chatted(trouble("network.duplicate", **AB, rate=1.0))

    for window, copies in ((DURING, 2), (AFTER, 1)):
        numbers = [each.number for each in chatter.heard_by("a", "b")]
        spoken = chatter.spoken("a", "b", (window[0] + 0.2, window[1] - 0.2))
        assert {numbers.count(number) for number in spoken} == {copies}


def test_what_is_reordered_is_late_and_overtaken() -> None:
    chatter, outcome = chatted(trouble("network.reorder", **AB, rate=0.3, by_ns=milliseconds(200)))

    during = chatter.on("a", "b", (2.0, 4.5))
    late = [each for each in during if each.arrived_ns - each.sent_ns > milliseconds(200)]
    numbers = [each.number for each in during]
    assert 0.15 < len(late) / len(during) < 0.45
    assert numbers != sorted(numbers)
    assert (
        _lost(chatter.spoken("a", "b", DURING), [each.number for each in chatter.heard_by("a", "b")])[0] == 0
    )
    after = [each.arrived_ns - each.sent_ns for each in chatter.on("a", "b", AFTER)]
    assert max(after) < milliseconds(200)
    assert verbs(outcome) == ["network.reorder", "network.order"]


def test_a_narrow_road_makes_a_queue() -> None:
    # Forty bytes or so every 20 ms are 2,000 a second and more: half of it is too much for the road.
    chatter, outcome = chatted(trouble("network.throttle", **AB, bytes_per_second=1000))

    waits = [each.arrived_ns - each.sent_ns for each in chatter.on("a", "b", (1.0, 5.0))]
    assert waits[-1] > milliseconds(1500) > milliseconds(300) > waits[0]
    assert max(each.arrived_ns - each.sent_ns for each in chatter.on("a", "c", DURING)) < milliseconds(150)
    assert verbs(outcome) == ["network.throttle", "network.unthrottle"]


def test_what_is_corrupted_differs_in_one_bit() -> None:
    chatter, _ = chatted(trouble("network.corrupt", left="a", right="*", rate=0.5))

    assert len(chatter.spoiled) > 50
    assert chatter.deaf(AFTER) == set()
    until = [each for each in chatter.heard if each.arrived_ns > 5.5e9 and "a" in (each.source, each.target)]
    spoken = [number for other in "bcd" for number in chatter.spoken("a", other, (5.5, 7.0))]
    assert len([each for each in until if each.source == "a"]) >= len(spoken)


GROUPS = [["a"], ["b", "c"]]
SHAPES: dict[str, tuple[dict[str, Any], set[str]]] = {
    "network.partition": ({"groups": GROUPS}, {"ab", "ba", "ac", "ca"}),
    "network.bridge": ({"left": "a", "right": "*", "over": "b"}, {"ac", "ca", "ad", "da"}),
    "network.ring": ({"hosts": "*"}, {"ac", "ca", "bd", "db"}),
    "network.isolate": ({"hosts": ["a", "b"]}, {"ac", "ca", "ad", "da", "bc", "cb", "bd", "db"}),
}


@pytest.mark.parametrize("kind", SHAPES)
def test_a_network_falls_apart_as_its_kind_says_and_nobody_else_is_deaf(kind: str) -> None:
    args, deaf = SHAPES[kind]
    chatter, outcome = chatted(trouble(kind, **args))

    assert chatter.deaf((0.5, 1.0)) == set()
    assert chatter.deaf(DURING) == deaf
    assert chatter.deaf(AFTER) == set()
    assert set(verbs(outcome)) == {"network.cut", "network.heal"}
    assert phases(outcome) == ENDED


def test_three_groups_are_all_apart() -> None:
    chatter, _ = chatted(trouble("network.partition", groups=[["a"], ["b"], ["c"]]))

    assert chatter.deaf(DURING) == {"ab", "ba", "ac", "ca", "bc", "cb"}


def test_whoever_leads_is_isolated() -> None:
    chatter, outcome = chatted(trouble("network.isolate", hosts="c"), leader="c")
    by_role, told = chatted_by_role("c")

    assert by_role.deaf(DURING) == chatter.deaf(DURING) == {"ca", "ac", "cb", "bc", "cd", "dc"}
    assert told == ENDED == phases(outcome)


def test_a_trouble_that_meets_nobody_is_told_as_missed() -> None:
    nobody, told = chatted_by_role("")
    assert told == ["missed"]
    assert nobody.deaf(DURING) == set()


def chatted_by_role(leader: str) -> tuple[Chatter, list[str]]:
    """What hosts heard while whoever leads was isolated."""
    chatter = Chatter(leader=leader)
    outcome = play(
        chatter, faults=[trouble("network.isolate", hosts="@leader").at(BEGIN_NS, lasting_ns=LASTING_NS)]
    )
    return chatter, phases(outcome)


def test_everybody_isolated_by_name_is_nobody_to_be_isolated_from() -> None:
    outcome = play(
        Chatter(), faults=[trouble("network.isolate", hosts=list(FOUR)).at(BEGIN_NS, lasting_ns=5)]
    )

    assert phases(outcome) == ["missed"]


def test_a_flapping_road_is_cut_and_healed_by_turns() -> None:
    done = trouble("network.flap", **AB, cut_ns=milliseconds(600), whole_ns=milliseconds(400))
    chatter, outcome = chatted(done, lasting_ns=milliseconds(2800))

    for cut_at_s in (1, 2, 3):
        assert chatter.deaf((cut_at_s + 0.2, cut_at_s + 0.6)) == {"ab", "ba"}
        assert chatter.deaf((cut_at_s + 0.8, cut_at_s + 1.0)) == set()
    # The fault ended in the middle of a road that was whole, and nothing is cut after that.
    assert chatter.deaf((4.0, 4.5)) == chatter.deaf((5.0, 5.5)) == set()
    assert verbs(outcome) == ["network.cut", "network.heal"] * 3


def test_a_flapping_road_ends_with_its_fault_while_it_is_cut() -> None:
    done = trouble("network.flap", **AB, cut_ns=milliseconds(600), whole_ns=milliseconds(400))
    chatter, _ = chatted(done, lasting_ns=milliseconds(2300))

    assert chatter.deaf((3.1, 3.3)) == {"ab", "ba"}
    assert chatter.deaf((3.45, 3.9)) == chatter.deaf((4.0, 4.6)) == set()


def test_a_healed_world_does_not_flap_on_and_tells_so() -> None:
    done = trouble("network.flap", **AB, cut_ns=milliseconds(300), whole_ns=milliseconds(300))
    bent: list[tuple[str, ...]] = []

    async def scene(world: World) -> None:
        world.host("a")
        world.host("b")
        await world.sleep(milliseconds(1450))
        bent.append(world.bent)
        world.heal()
        bent.append(world.bent)
        await world.sleep(milliseconds(3000))
        bent.append(world.bent)

    outcome = play(scene, faults=[done.at(BEGIN_NS, lasting_ns=LASTING_NS)])

    # Nothing is cut in the pause of 1.3 to 1.6 seconds, and yet the road is bent.
    assert bent == [(done.told,), (), ()]
    assert verbs(outcome) == ["network.cut", "network.heal"]


def test_a_crowded_road_is_slow_and_loses_by_its_level() -> None:
    chatter, outcome = chatted(trouble("network.congest", **AB, level=1.0))
    half, _ = chatted(trouble("network.congest", **AB, level=0.5))

    late = [each.arrived_ns - each.sent_ns for each in chatter.on("a", "b", (2.0, 4.9))]
    mild = [each.arrived_ns - each.sent_ns for each in half.on("a", "b", (2.0, 4.9))]
    lost = _lost(chatter.spoken("a", "b", DURING), [each.number for each in chatter.heard_by("a", "b")])[0]
    assert min(late) >= milliseconds(400)
    assert milliseconds(200) <= min(mild) < milliseconds(300)
    assert 0.08 < lost < 0.35
    assert max(each.arrived_ns - each.sent_ns for each in chatter.on("a", "b", AFTER)) < milliseconds(150)
    assert sorted(verbs(outcome)[:3]) == ["network.delay", "network.lose", "network.throttle"]
    assert sorted(verbs(outcome)[3:]) == ["network.hasten", "network.keep", "network.unthrottle"]


def test_a_slow_peer_is_slow_for_everybody_and_nobody_else_is() -> None:
    done = trouble("network.slow", hosts="a", by_ns=milliseconds(500), bytes_per_second=100_000)
    chatter, _ = chatted(done)

    for source, target in ("ab", "ba", "ac", "da"):
        assert min(
            each.arrived_ns - each.sent_ns for each in chatter.on(source, target, (2, 4.9))
        ) >= milliseconds(500)
    for source, target in ("bc", "cd"):
        assert max(
            each.arrived_ns - each.sent_ns for each in chatter.on(source, target, (2, 4.9))
        ) < milliseconds(150)
    assert max(each.arrived_ns - each.sent_ns for each in chatter.on("a", "b", AFTER)) < milliseconds(150)
