"""The network harness, in a laboratory whose results are given."""

import asyncio
from collections.abc import Sequence

import pytest

from lydite.harness import Harness, NetworkHarness
from lydite.model import SECOND, Ending, Finding, InputError, Outcome, Plain, Result, Verdict


class Bench:
    """A laboratory that answers with what it was given."""

    exact = True

    def __init__(self, results: dict[str, Sequence[Result]]) -> None:
        self.results = results
        self.closed = False

    async def open(self, target: str) -> Sequence[str]:
        return list(self.results)

    async def run(self, trial: str, seed: int) -> Result:
        given = self.results[trial]
        return given[seed % len(given)]

    def command(self, trial: str, seed: int) -> str:
        return f"run {trial} {seed}"

    async def close(self) -> None:
        self.closed = True


def result(*findings: Finding, ending: Ending | None = None) -> Result:
    return Result(
        trial="t", seed=0, verdict=Verdict.HOLDS, digest="", records=0, findings=findings, ending=ending
    )


def finding(verdict: Verdict, **facts: Plain) -> Finding:
    return Finding(check="arrives", verdict=verdict, message="said so", facts=facts)


HOLDS = result(finding(Verdict.HOLDS, took_ns=2 * SECOND))
SLOW = result(finding(Verdict.HOLDS, took_ns=4 * SECOND))
UNSEEN = result(finding(Verdict.HOLDS), finding(Verdict.UNKNOWN, mode="sometimes"))
BENT = result(finding(Verdict.UNKNOWN, mode="eventually"))
LATE = result(finding(Verdict.VIOLATED, mode="eventually"))
STUCK = result(ending=Ending(error="Deadlock", message="everything waits"))


def harness(*resilience: Result) -> NetworkHarness:
    made = NetworkHarness()
    made.laboratory = Bench({"discovery": [HOLDS], "propagation": [HOLDS, SLOW], "resilience": resilience})
    return made


def outcome(*resilience: Result) -> tuple[Outcome, int, int | None, str]:
    asked = harness(*resilience)
    *_, case = asyncio.run(asked.run_all_tests())
    assert case.runs == 5
    return case.outcome, case.failures, case.seed, case.message


def test_it_speaks_the_protocol() -> None:
    assert isinstance(NetworkHarness(), Harness)


def test_runs_that_hold_pass_and_the_gravest_of_the_others_is_told() -> None:
    assert outcome(HOLDS) == (Outcome.PASSED, 0, 0, "")
    assert outcome(HOLDS, UNSEEN) == (Outcome.PASSED, 0, 0, "")
    assert outcome(HOLDS, BENT) == (Outcome.UNKNOWN, 2, 1, "arrives: said so")
    assert outcome(BENT, HOLDS, LATE) == (Outcome.FAILED, 3, 2, "arrives: said so")
    assert outcome(HOLDS, BENT, STUCK) == (Outcome.BROKEN, 3, 2, "Deadlock: everything waits")


def test_the_command_is_that_of_the_seed_that_is_told() -> None:
    cases = asyncio.run(harness(HOLDS, LATE).run_all_tests())

    assert [case.name for case in cases] == ["discovery", "propagation", "resilience"]
    assert cases[2].reproduce == "run resilience 1"


def test_times_are_those_of_the_claims_in_the_mean_and_at_most() -> None:
    asked = harness(HOLDS)
    asyncio.run(asked.run_all_tests())

    found = {each.name: each for each in asyncio.run(asked.get_metrics())}

    assert found["network.propagation.arrives_s"].value == pytest.approx((3 * 2 + 2 * 4) / 5)
    assert found["network.propagation.arrives_s_max"].value == 4
    assert found["network.discovery.arrives_s"].exact


def test_a_target_without_the_trials_is_refused_and_the_laboratory_is_closed() -> None:
    asked, bench = NetworkHarness(), Bench({"discovery": []})
    asked.laboratory = bench

    with pytest.raises(InputError, match="found no propagation, resilience"):
        asyncio.run(asked.health_check())
    asyncio.run(asked.shutdown())

    assert bench.closed
