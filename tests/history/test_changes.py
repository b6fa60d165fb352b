"""Marks in trends: how many are false where nothing changes, and how many changes are found."""

import math

import pytest

from lydite.history.changes import CHANCE_MAX, block_of, centred_ranks, changes, first_change
from lydite.history.figures import Figure, trends_of
from lydite.model import Better, Draws

STEP_AT = 80


def noise(seed: int, memory: float, step: float = 0.0, count: int = 100) -> list[float]:
    """Figures around 100 that spread by 2 and resemble their neighbours; from the 80th on they are higher."""
    draws = Draws(seed, "noise", str(memory))

    def bell() -> float:
        return math.sqrt(-2 * math.log(1 - draws.unit())) * math.cos(2 * math.pi * draws.unit())

    value, found = bell(), []
    for place in range(count):
        value = memory * value + math.sqrt(1 - memory * memory) * bell()
        found.append(100 + 2 * value + (step if place >= STEP_AT else 0))
    return found


@pytest.mark.parametrize("memory", [0.0, 0.3, 0.6])
def test_quiet_series_are_hardly_ever_marked(memory: float) -> None:
    series = 100

    false = sum(
        1
        for seed in range(series)
        if (found := first_change(noise(seed, memory))) is not None and found.chance <= CHANCE_MAX
    )

    assert false <= 0.05 * series


def test_a_step_of_five_percent_is_found_where_it_is() -> None:
    series = 10
    found = [first_change(noise(seed, 0.0, step=5.0)) for seed in range(series)]

    marked = [each for each in found if each is not None and each.chance <= CHANCE_MAX]
    near = [each for each in marked if abs(each.at - STEP_AT) <= 2]

    assert len(marked) >= 0.95 * series
    assert len(near) >= 0.8 * series


def test_a_step_is_found_in_noise_that_remembers() -> None:
    series = 10
    found = [first_change(noise(seed, 0.6, step=5.0)) for seed in range(series)]

    assert sum(each is not None and each.chance <= CHANCE_MAX for each in found) >= 0.7 * series


def test_two_steps_are_two_marks_with_what_lies_between() -> None:
    values = [value + (0, 50, 10)[place // 40] for place, value in enumerate(noise(1, 0.0, count=120))]
    first = first_change(values)
    assert first is not None

    found = changes(values, first)

    assert [each.at for each in found] == [40, 80]
    assert found[0].after == found[1].before
    assert all(each.chance <= CHANCE_MAX for each in found)


@pytest.mark.parametrize("values", [[1.0] * 100, [1.0, 2.0] * 12, []])
def test_equal_and_short_series_prove_nothing(values: list[float]) -> None:
    assert (len(values) >= 25 and first_change(values)) in (None, False)


def test_the_same_series_always_gets_the_same_answer() -> None:
    assert first_change(noise(1, 0.6, step=3.0)) == first_change(noise(1, 0.6, step=3.0))


def test_a_block_is_as_long_as_figures_are_remembered() -> None:
    waves = [math.sin(place / 8) for place in range(200)]

    assert block_of(waves, 100) > 10
    assert block_of([float(place * 7 % 5) for place in range(100)], 50) == 5
    assert block_of([1.0] * 10 + [9.0] * 10, 10) == 5


def test_ranks_are_centred_and_shared() -> None:
    ranks = centred_ranks([5.0, 1.0, 5.0, 9.0])

    assert ranks == [0.0, -1.5, 0.0, 1.5]


def test_of_many_quiet_figures_hardly_any_is_marked_and_the_changed_one_is() -> None:
    def figures(name: str, values: list[float]) -> list[Figure]:
        return [
            Figure(
                campaign=str(number),
                fingerprint="f",
                name=name,
                value=value,
                unit="s",
                better=Better.LOWER,
                exact=False,
            )
            for number, value in enumerate(values)
        ]

    series = [each for seed in range(79) for each in figures(f"quiet-{seed}", noise(seed, 0.3))]
    told: list[tuple[int, int]] = []
    found = trends_of(
        [*series, *figures("slower", noise(99, 0.3, step=6.0))], lambda *each: told.append(each)
    )

    marked = [each.name for each in found if each.marks]
    assert "slower" in marked
    assert len(marked) - 1 <= 0.05 * 79
    assert told[-1] == (79, 80)
