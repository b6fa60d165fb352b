"""The scale that harnesses and tests of real processes find: each of its values is what a key says, and no other."""

from dataclasses import dataclass, fields
from typing import cast

import pytest

from lydite.config import load
from lydite.harness import Harness, Scale
from lydite.runner import scale_of
from lydite.runner.campaign.lodging import INITIALIZE_S, initialize_s

SAID = {
    "nodes": "network.nodes",
    "latency_ms": "network.latency_ms",
    "discovery_timeout_s": "network.discovery_timeout_s",
    "propagation_timeout_s": "network.propagation_timeout_s",
    "chain_size": "sync.chain_size",
    "sync_timeout_s": "sync.timeout_s",
    "chaos_duration_s": "chaos.duration_s",
    "chaos_interval_s": "chaos.interval_s",
    "recovery_timeout_s": "chaos.recovery_timeout_s",
}


@dataclass
class Large:
    """As much of a harness as is looked at."""

    scale: object


def test_every_value_of_a_scale_is_said_by_a_key() -> None:
    assert [*SAID] == [field.name for field in fields(Scale)]


@pytest.mark.parametrize(("name", "key"), SAID.items())
def test_a_key_says_its_value_and_no_other(name: str, key: str) -> None:
    usual = load(environ={})

    said = load(environ={}, flags={key: usual.value(key) + 3})  # type: ignore[operator]

    before, after = scale_of(usual.settings), scale_of(said.settings)
    changed = {each: getattr(after, each) for each in SAID if getattr(after, each) != getattr(before, each)}
    assert changed == {name: getattr(before, name) + 3}


def test_nodes_that_may_take_longer_to_come_up_are_waited_for() -> None:
    given = [None, Scale(), Scale(discovery_timeout_s=600.0)]

    limits = [initialize_s(cast("Harness", Large(scale))) for scale in given]

    assert limits == [INITIALIZE_S, INITIALIZE_S, 1200.0]


def test_what_nobody_says_is_as_a_harness_without_a_campaign_has_it() -> None:
    assert scale_of(load(environ={}).settings) == Scale()
