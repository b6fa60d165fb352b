"""What a campaign says of the machine that it ran on."""

import pytest

from lydite.runner.campaign.surroundings import Glance, cores, environment


def glance(load: float | None = 0.0, wall_s: float = 0.0, steady_s: float = 0.0) -> Glance:
    return Glance(load=load, wall_s=wall_s, steady_s=steady_s)


def test_the_fingerprint_is_of_the_machine_and_not_of_the_moment() -> None:
    quiet, busy = environment(glance(), glance()), environment(glance(99.0), glance(50.0))

    assert quiet.fingerprint == busy.fingerprint
    assert quiet.facts["cores"] == cores()
    assert (busy.facts["load_before"], busy.facts["load_after"]) == (99.0, 50.0)


@pytest.mark.parametrize(
    ("before", "after", "doubt"),
    [
        (glance(load=100.0), glance(), "the machine was busy before it began: a load of 100.0 on "),
        (
            glance(),
            glance(wall_s=70.0, steady_s=10.0),
            "the clock of the machine was set by +60.0 s meanwhile",
        ),
        (glance(), glance(wall_s=5.0, steady_s=10.0), "the clock of the machine was set by -5.0 s meanwhile"),
    ],
)
def test_what_speaks_against_it_is_told(before: Glance, after: Glance, doubt: str) -> None:
    doubts = environment(before, after).doubts

    assert [each for each in doubts if each.startswith(doubt)]
    assert not [each for each in environment(glance(), glance()).doubts if each.startswith(doubt)]
