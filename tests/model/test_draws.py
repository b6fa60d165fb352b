"""Randomness is a function of seed, domain, entity and counter, and good enough to simulate with."""

from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lydite.model import Draws, derive


def test_known_draws_never_change() -> None:
    draws = Draws(42, "network", "a>b")

    assert [draws.word() for _ in range(10)] == [
        812639082047517069,
        7264259929986235534,
        17304242298186323777,
        1840724945024080330,
        4905423865150317179,
        15687960551264698498,
        6126983242258971921,
        13801671449965739768,
        17300991654258355514,
        6551415908338894807,
    ]
    assert (
        derive(42, "network", "a>b").hex()
        == "8ae261f984fa0ad6f7dcc384136da280a7a3c12b33b2d4f660e4682b91f61cac"
    )
    assert Draws(0, "disk").octets(11).hex() == "ed143d839b427b8e2f549f"
    assert Draws(7, "order").sample("abcdefgh", 3) == ("a", "e", "h")


def test_a_draw_depends_on_nothing_but_its_name() -> None:
    alone = Draws(1, "host", "a").word()

    one, other = Draws(1, "host", "a"), Draws(1, "host", "b")
    mixed = [(other.word(), one.word()) for _ in range(20)]

    again = Draws(1, "host", "a")
    assert [word for _, word in mixed] == [again.word() for _ in range(20)]
    assert mixed[0][1] == alone


def test_every_part_of_the_name_counts() -> None:
    names = [
        (1, "a", "b"),
        (2, "a", "b"),
        (1, "ab", ""),
        (1, "", "ab"),
        (1, "b", "a"),
        (-1, "a", "b"),
        (11, "a", "b"),
    ]
    streams = [set(_words(name, 50)) for name in names]

    assert all(not one & other for one, other in combinations(streams, 2))


def _words(name: tuple[int, str, str], count: int) -> list[int]:
    draws = Draws(*name)
    return [draws.word() for _ in range(count)]


def test_entities_are_independent_of_each_other() -> None:
    pairs = [(Draws(seed, "host", "a").unit(), Draws(seed, "host", "b").unit()) for seed in range(4_000)]

    left, right = [a for a, _ in pairs], [b for _, b in pairs]
    correlation = 12 * sum((a - 0.5) * (b - 0.5) for a, b in pairs) / len(pairs)

    assert abs(correlation) < 0.06
    assert abs(sum(left) / len(left) - 0.5) < 0.02
    assert abs(sum(right) / len(right) - 0.5) < 0.02


def test_words_look_random() -> None:
    draws = Draws(3, "quality")
    words = [draws.word() for _ in range(4_000)]

    assert len(set(words)) == len(words)
    assert max(words) < 2**64
    for bit in range(64):
        ones = sum(word >> bit & 1 for word in words)
        assert abs(ones - 2_000) < 160  # five standard deviations


def test_small_numbers_are_evenly_spread() -> None:
    draws = Draws(5, "quality")
    counts = Counter(draws.below(10) for _ in range(20_000))

    chi_square = sum((counts[digit] - 2_000) ** 2 / 2_000 for digit in range(10))

    assert set(counts) == set(range(10))
    assert chi_square < 33.7  # 9 degrees of freedom, one in ten thousand


@given(seed=st.integers(), low=st.integers(-(10**9), 10**9), width=st.integers(0, 10**9))
def test_draws_stay_within_their_bounds(seed: int, low: int, width: int) -> None:
    draws = Draws(seed, "bounds")

    assert low <= draws.between(low, low + width) <= low + width
    assert 0 <= draws.below(width + 1) <= width
    assert 0 <= draws.unit() < 1
    assert draws.choice([low]) == low
    assert len(draws.octets(width % 100)) == width % 100


def test_both_ends_of_a_range_are_drawn() -> None:
    draws = Draws(9, "ends")

    assert {draws.between(-1, 1) for _ in range(100)} == {-1, 0, 1}


@pytest.mark.parametrize(("probability", "low", "high"), [(0.0, 0, 0), (1.0, 1_000, 1_000), (0.3, 220, 380)])
def test_chance_keeps_its_odds(probability: float, low: int, high: int) -> None:
    draws = Draws(11, "chance")

    assert low <= sum(draws.chance(probability) for _ in range(1_000)) <= high


@given(st.integers(0, 50), st.integers(0, 50), st.integers())
def test_a_sample_is_different_options_in_their_order(size: int, count: int, seed: int) -> None:
    options = list(range(size))

    sample = Draws(seed, "sample").sample(options, count)

    assert len(sample) == min(size, count)
    assert list(sample) == sorted(set(sample))
    assert set(sample) <= set(options)


def test_a_shuffle_reaches_every_order_equally() -> None:
    draws = Draws(13, "shuffle")
    orders: Counter[tuple[int, ...]] = Counter()
    for _ in range(6_000):
        items = [0, 1, 2]
        draws.shuffle(items)
        orders[tuple(items)] += 1

    assert len(orders) == 6
    assert (
        sum((count - 1_000) ** 2 / 1_000 for count in orders.values()) < 25.7
    )  # 5 degrees, one in ten thousand
