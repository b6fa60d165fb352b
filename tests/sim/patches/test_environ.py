"""The environment of a process is the same on every machine, and what a trial makes of it."""

import os
from collections.abc import Sequence

import pytest

from lydite.model import Header
from lydite.sim import simulate
from lydite.world import World
from tests.sim.patches.inside import in_world


def test_nothing_of_the_machine_is_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("HTTP_PROXY", "VIRTUAL_ENV", "PYTHONPATH", "PYTHONHASHSEED", "SSH_AUTH_SOCK")

    assert in_world(lambda: [os.getenv(name) for name in names]) == [[None] * len(names)]


def test_what_the_trials_file_has_set_while_it_was_imported_is_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_MODE", "test")

    assert in_world(lambda: os.environ["SHOP_MODE"]) == ["test"]

    monkeypatch.delenv("SHOP_MODE")
    assert in_world(lambda: os.getenv("SHOP_MODE")) == [None]


def test_a_trial_hands_down_what_it_has_set_but_not_what_is_its_hosts() -> None:
    seen: list[list[str | None]] = []

    async def program(argv: Sequence[str]) -> None:
        seen.append([os.getenv(name) for name in ("SHOP_MODE", "HOSTNAME", "PATH")])
        os.environ["SHOP_MODE"] = "changed"

    async def trial(world: World) -> None:
        os.environ["SHOP_MODE"] = "test"
        for host in ("node-1", "node-2"):
            await (await world.start(host, program)).wait()

    outcome = simulate(trial, Header(trial="environ", seed=1))

    assert outcome.error is None
    assert [line[:2] for line in seen] == [["test", "node-1"], ["test", "node-2"]]
    assert "SHOP_MODE" not in os.environ
