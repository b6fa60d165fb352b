"""The gravest verdict wins, and silence is never green."""

from itertools import permutations

import pytest

from lydite.model import Finding, Result, Verdict, gravest

HOLDS, UNKNOWN, VIOLATED = Verdict.HOLDS, Verdict.UNKNOWN, Verdict.VIOLATED


@pytest.mark.parametrize(
    ("verdicts", "wins"),
    [
        ([], UNKNOWN),
        ([HOLDS], HOLDS),
        ([HOLDS, HOLDS], HOLDS),
        ([HOLDS, UNKNOWN], UNKNOWN),
        ([HOLDS, VIOLATED], VIOLATED),
        ([UNKNOWN, VIOLATED], VIOLATED),
        ([HOLDS, UNKNOWN, VIOLATED], VIOLATED),
    ],
)
def test_the_gravest_wins_in_every_order(verdicts: list[Verdict], wins: Verdict) -> None:
    assert {gravest(order) for order in permutations(verdicts)} == {wins}


def finding(check: str, verdict: Verdict) -> Finding:
    return Finding(check=check, verdict=verdict, message="so it is")


def result(*findings: Finding) -> Result:
    return Result(
        trial="counter.agreement",
        seed=1,
        verdict=gravest(found.verdict for found in findings),
        digest="",
        records=0,
        findings=findings,
    )


def test_the_finding_of_a_result_is_the_first_violation() -> None:
    first, second = finding("agreement", VIOLATED), finding("liveness", VIOLATED)

    assert result(finding("order", HOLDS), first, second).finding is first


def test_a_result_without_violation_has_no_finding() -> None:
    assert result(finding("order", HOLDS), finding("liveness", UNKNOWN)).finding is None
    assert result().finding is None
