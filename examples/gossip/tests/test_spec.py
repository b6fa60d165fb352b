"""The law, rule by rule."""

import pytest

from gossip import spec

pytestmark = pytest.mark.unit

SEEN = {"ann-1": "owls", "ann-2": "frogs", "bob-7": "a calf"}


def test_a_node_goes_on_with_its_own_numbers() -> None:
    assert [spec.last_number(node, SEEN) for node in ("ann", "bob", "cai")] == [2, 7, 0]


def test_what_is_known_is_no_news() -> None:
    assert spec.news(SEEN, {"ann-1": "owls", "cai-1": "rain"}) == {"cai-1": "rain"}
    assert spec.news(SEEN, {"ann-1": "something else"}) == {}


def test_who_compares_gives_what_the_other_lacks_and_wants_what_it_lacks_itself() -> None:
    assert spec.gift(SEEN, ["ann-1", "cai-1"]) == {"ann-2": "frogs", "bob-7": "a calf"}
    assert spec.wanted(SEEN, ["ann-1", "cai-1"]) == ["cai-1"]


def test_who_does_not_answer_is_set_aside_and_called_again_now_and_then() -> None:
    peers = {"b:1": 0, "c:1": spec.MISSES_MAX}

    called = [spec.to_compare(peers, beat, chance=0.0) for beat in range(1, spec.RETRY_BEATS + 1)]

    assert [beat for beat, peers in enumerate(called, 1) if "b:1" in peers] == [spec.COMPARE_BEATS]
    assert [beat for beat, peers in enumerate(called, 1) if "c:1" in peers] == [spec.RETRY_BEATS]


def test_half_a_line_at_the_end_is_dropped() -> None:
    journal = spec.written(SEEN)

    assert spec.read(spec.whole(journal)) == [*SEEN.items()]
    assert spec.read(spec.whole(journal[:-3])) == [("ann-1", "owls"), ("ann-2", "frogs")]


@pytest.mark.parametrize(
    "wrong", [{"ann": "owls"}, {"ann-1": ""}, {"ann-1": 3}, {"ann-1": "x" * 501}, {3: "owls"}]
)
def test_what_is_no_rumour_is_not_taken(wrong: dict[object, object]) -> None:
    assert spec.are_rumours(SEEN | wrong) is False
