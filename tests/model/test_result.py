"""What a result says of its run."""

import pytest

from lydite.model import Finding, Result, Verdict


def finding(verdict: Verdict, at_ns: int) -> Finding:
    return Finding(check="agreement", verdict=verdict, message="two blocks", at_ns=at_ns)


@pytest.mark.parametrize(
    ("findings", "broke_ns"),
    [
        ((finding(Verdict.UNKNOWN, 2), finding(Verdict.VIOLATED, 5), finding(Verdict.VIOLATED, 3)), 5),
        ((finding(Verdict.VIOLATED, 0),), 9),
        ((finding(Verdict.UNKNOWN, 2),), 9),
        ((), 9),
    ],
    ids=["the first that is violated", "one that tells of no moment", "none that is violated", "none"],
)
def test_a_run_broke_when_the_finding_that_decided_says_or_else_at_its_end(
    findings: tuple[Finding, ...], broke_ns: int
) -> None:
    result = Result(
        trial="t", seed=1, verdict=Verdict.VIOLATED, digest="", records=0, findings=findings, virtual_ns=9
    )

    assert result.broke_ns == broke_ns
