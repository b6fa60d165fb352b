"""A ballot under betrayal: it keeps its promises with fewer than a third of traitors, and one with a flaw does not."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from lydite.faults import CATALOGUE
from lydite.model import Fault, seconds
from tests.faults.byzantine.ballot.flaws import FLAWS
from tests.faults.byzantine.ballot.staging import HEIGHTS, Report, staged

ONE = ("v1",)
TWO = ("v1", "v2")


def fault(kind: str, **args: Any) -> Fault:
    """One that begins before the first height, and stays."""
    made, problems = CATALOGUE[kind].read(args)
    assert made is not None, problems
    return made.at(seconds(0.45))


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """What traitors do, the flaw that it breaks, and the promise that is broken then."""

    faults: tuple[Fault, ...]
    flaw: str
    breaks: str
    traitors: tuple[str, ...] = ONE
    count: int = 4
    absent: tuple[str, ...] = ()
    """Honest validators that are too slow to be of use."""

    def on(self, flaw: str = "", *, seed: int = 1) -> Report:
        """What comes of it."""
        return staged(self.faults, count=self.count, flaw=flaw, seed=seed)

    def broken(self, report: Report) -> set[str]:
        """Which promises."""
        return report.broken(self.traitors, self.absent)


def one(kind: str, flaw: str, breaks: str, **fields: Any) -> Attack:
    """An attack by one of four."""
    return Attack(faults=(fault(f"byzantine.{kind}", hosts="v1", **fields),), flaw=flaw, breaks=breaks)


ATTACKS = {
    "double_sign": one("double_sign", "votes_for_all", "agreement"),
    "flip_vote": Attack(
        faults=(
            fault("byzantine.flip_vote", hosts="v1"),
            fault("network.delay", left="v4", right="*", by_ns=seconds(1.5)),
        ),
        flaw="last_vote_wins",
        breaks="certified",
        absent=("v4",),
    ),
    "withhold": one("withhold", "waits_for_all", "progress"),
    "fake_proposal": one("fake_proposal", "believes_proposals", "validity"),
    "delay": one("delay", "any_height", "certified", by_ns=seconds(2)),
    "spoil_signature": one("spoil_signature", "no_signatures", "certified"),
    "replay": one("replay", "any_height", "certified", again=3),
    "sybil": one("sybil", "unknown_signers", "certified"),
    "long_range": one("long_range", "believes_chains", "agreement", depth=3),
    "stall_finality": one("stall_finality", "waits_for_all", "progress", roles=["vote", "chain"]),
    "garble": one("garble", "no_signatures", "certified"),
    "cartel": Attack(
        faults=(fault("byzantine.cartel", hosts=list(TWO)),),
        flaw="simple_majority",
        breaks="agreement",
        traitors=TWO,
        count=7,
    ),
    "nothing_at_stake": Attack(
        faults=(
            fault("byzantine.double_sign", hosts="v1", roles=["proposal"]),
            fault("byzantine.nothing_at_stake", hosts="v2"),
        ),
        flaw="no_detection",
        breaks="traitors are accused",
        traitors=TWO,
        count=7,
    ),
}

CAUGHT = ("double_sign", "flip_vote", "cartel", "nothing_at_stake")
"""The attacks that leave two signatures for one slot."""


def test_every_betrayal_attacks_a_ballot() -> None:
    assert {f"byzantine.{name}" for name in ATTACKS} == {
        kind for kind in CATALOGUE if kind.startswith("byzantine.")
    }


@pytest.mark.parametrize(
    ("flaw", "count"),
    [*((flaw, 4) for flaw in ("", *FLAWS)), ("", 7), ("simple_majority", 7), ("no_detection", 7)],
)
def test_without_traitors_every_promise_is_kept_flaw_or_no_flaw(flaw: str, count: int) -> None:
    report = staged([], count=count, flaw=flaw)

    assert not report.broken(())
    assert not report.accused(report.names)


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("name", ATTACKS)
def test_an_honest_ballot_survives(name: str, seed: int) -> None:
    attack = ATTACKS[name]

    report = attack.on(seed=seed)

    assert not attack.broken(report)
    accused = report.accused([each for each in report.names if each not in attack.traitors])
    assert accused == (set(attack.traitors) if name in CAUGHT else set())


@pytest.mark.parametrize("name", [name for name, attack in ATTACKS.items() if attack.flaw != "no_detection"])
def test_a_ballot_with_a_flaw_falls(name: str) -> None:
    attack = ATTACKS[name]

    assert attack.breaks in attack.broken(attack.on(attack.flaw))


@pytest.mark.parametrize("name", CAUGHT)
def test_who_does_not_compare_notes_accuses_nobody(name: str) -> None:
    attack = ATTACKS[name]

    report = attack.on("no_detection")

    assert not attack.broken(report)
    assert not report.accused(report.names)


def test_what_is_not_signed_is_rejected() -> None:
    for name in ("spoil_signature", "sybil", "garble"):
        report = ATTACKS[name].on()
        assert all(report.told[honest]["rejected"] > HEIGHTS for honest in report.names[1:])


def test_a_third_of_traitors_stalls_finality_and_breaks_nothing_else() -> None:
    report = staged([fault("byzantine.stall_finality", hosts=list(TWO), roles=["vote", "chain"])])

    assert report.broken(TWO) == {"progress"}
    assert all(report.told[honest]["proposals"] > HEIGHTS for honest in ("v3", "v4"))


def disagreements(kind: str, hosts: Sequence[str]) -> int:
    """Of six seeds, in how many an honest ballot of four does not agree."""
    faults = [fault(f"byzantine.{kind}", hosts=list(hosts))]
    return sum("agreement" in staged(faults, seed=seed).broken(hosts) for seed in range(6))


def test_a_cartel_of_half_breaks_agreement_even_of_an_honest_ballot() -> None:
    assert disagreements("cartel", TWO) == 6
    assert disagreements("cartel", ONE) == 0
