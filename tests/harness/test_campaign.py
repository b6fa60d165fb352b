"""Campaigns as values: what is wrong with one is told at once, and the presets that every target has."""

import pytest

from lydite.harness import PRESETS, Campaign, Phase, Policy, preset
from lydite.model import InputError, Work, as_form, from_form


def test_everything_that_is_wrong_is_told_at_once() -> None:
    first = Phase(name="first", work=Work.TRIALS, targets=(), seeds=0, only=("bug",))
    second = Phase(name="first", work=Work.PYTEST, targets=("tests",), seconds=-1, needs=("frist",))

    with pytest.raises(InputError) as caught:
        Campaign(target="shop", preset="mine", phases=(first, second))

    for problem in (
        "2 phases have the name first",
        "the phase first has targets, found none",
        "at least 1 seed, found 0",
        "only is for a phase of mutants, the phase first is one of trials",
        "the seconds of the phase first are not negative, found -1",
        "no phase 'frist' stands before the phase first: did you mean first?",
    ):
        assert problem in caught.value.what
    assert caught.value.where == "campaign mine of shop"


def test_a_campaign_has_phases() -> None:
    with pytest.raises(InputError, match="a campaign has phases, found none"):
        Campaign(target="shop", preset="mine", phases=())


@pytest.mark.parametrize("name", PRESETS)
def test_every_target_has_the_presets(name: str) -> None:
    campaign = preset(name, "shop.py")

    assert [phase.name for phase in campaign.phases][:2] == ["simulation", "mutants"]
    assert (campaign.policy is Policy.STOP) == (name == "ci")
    assert from_form(Campaign, as_form(campaign)) == campaign


def test_a_preset_that_is_not_there_is_told_with_what_was_meant() -> None:
    with pytest.raises(InputError, match="did you mean nightly"):
        preset("nigthly", "shop.py")
