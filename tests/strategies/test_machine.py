"""A state machine that drives a world, and Hypothesis' own shrinking through it."""

import re

import pytest
from hypothesis import HealthCheck, Phase, Verbosity, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from lydite.model import Fault
from lydite.strategies import WorldMachine, faults
from tests.strategies.ledger import HOST, Forgetful, Good

QUICK = settings(
    max_examples=30,
    stateful_step_count=8,
    deadline=None,
    database=None,
    derandomize=True,
    print_blob=False,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


class Ledgers(WorldMachine):
    """Payments, loss of power and bad roads."""

    script = Good

    @rule(amount=st.integers(1, 100))
    def pay(self, amount: int) -> None:
        self.do("pay", amount=amount)

    @rule()
    def lose_power(self) -> None:
        self.do("lose_power")

    @rule(fault=faults((HOST, "tester"), ("network.delay", "network.duplicate")))
    def bend_the_road(self, fault: Fault) -> None:
        self.bend(fault)

    @rule(duration=st.integers(0, 10**9))
    def wait_a_while(self, duration: int) -> None:
        self.wait(duration)

    @invariant()
    def the_total_is_what_was_paid(self) -> None:
        if self._session is not None:
            assert self.do("total") == self.do("expected")


class BadLedgers(Ledgers):
    script = Forgetful


class SilentLedgers(WorldMachine):
    """Only the script itself looks, at the end."""

    script = Forgetful

    @rule(amount=st.integers(1, 100))
    def pay(self, amount: int) -> None:
        self.do("pay", amount=amount)

    @rule()
    def lose_power(self) -> None:
        self.do("lose_power")


def story_of(machine: type[WorldMachine], capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(AssertionError) as caught:
        run_state_machine_as_test(machine, settings=settings(QUICK, verbosity=Verbosity.normal))
    return "\n".join([str(caught.value), *getattr(caught.value, "__notes__", ()), capsys.readouterr().out])


def test_the_honest_ledger_survives_every_story() -> None:
    run_state_machine_as_test(Ledgers, settings=QUICK)


def test_the_bad_ledger_is_found_and_the_story_shrinks_to_two_steps(
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = story_of(BadLedgers, capsys)

    steps = [step for step in re.findall(r"state\.(\w+)\(", told) if step not in {"teardown", "open_world"}]
    assert [step for step in steps if step != "the_total_is_what_was_paid"] == ["pay", "lose_power"]
    assert "state.pay(amount=1)" in told
    assert "state.open_world(seed=0)" in told


def test_what_is_only_found_at_the_end_shrinks_as_well(capsys: pytest.CaptureFixture[str]) -> None:
    told = story_of(SilentLedgers, capsys)

    assert "the ledger is right: does not hold" in told
    assert re.findall(r"state\.(pay|lose_power)\(", told) == ["pay", "lose_power"]
