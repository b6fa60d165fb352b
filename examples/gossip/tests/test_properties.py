"""The law, for any rumours: Hypothesis makes them up, and shrinks what breaks a rule."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gossip import spec

pytestmark = pytest.mark.property

NAMES = st.builds("{}-{}".format, st.sampled_from(["ann", "bob"]), st.integers(1, 9))
WITHOUT_HURRY = settings(deadline=None, derandomize=True)

TEXTS = {
    name: f"what {name} is about"
    for name in (f"{who}-{number}" for who in ("ann", "bob") for number in range(10))
}
KNOWN = st.sets(NAMES).map(lambda names: {name: TEXTS[name] for name in sorted(names)})


@WITHOUT_HURRY
@given(KNOWN, KNOWN)
def test_two_who_have_compared_know_the_same(here: dict[str, str], there: dict[str, str]) -> None:
    given_ = {name: here[name] for name in spec.wanted(there, list(here))}
    taken = spec.gift(there, list(here))

    assert here | spec.news(here, taken) == there | spec.news(there, given_)


@WITHOUT_HURRY
@given(KNOWN, st.lists(KNOWN))
def test_however_often_it_is_heard_it_is_news_once(seen: dict[str, str], told: list[dict[str, str]]) -> None:
    delivered = [*seen]
    for heard in told:
        new = spec.news(seen, heard)
        delivered += new
        seen = seen | new

    assert len(delivered) == len({*delivered})
    assert {*delivered} >= {name for heard in told for name in heard}


@WITHOUT_HURRY
@given(KNOWN, st.integers(0, 500))
def test_a_loss_of_power_takes_lines_from_the_end_and_never_from_the_middle(
    rumours: dict[str, str], lost: int
) -> None:
    journal = spec.written(rumours)

    left = spec.read(spec.whole(journal[: max(0, len(journal) - lost)]))

    assert left == [*rumours.items()][: len(left)]
