"""Campaigns made by hand, for the tests of histories."""

from collections.abc import Sequence

from lydite.model import (
    Artefact,
    Band,
    Better,
    CampaignResult,
    Case,
    Decision,
    Environment,
    Finding,
    GateOutcome,
    Measurement,
    Outcome,
    PhaseResult,
    Restart,
    Series,
    Standing,
    Verdict,
    Work,
)

HERE = Environment(
    fingerprint="fp:7c1e", facts={"cores": 2, "load": [0.5, 1.25]}, doubts=("the load was high",)
)


def passed(name: str, runs: int = 1, failures: int = 0, seconds: float = 0.5) -> Case:
    """A case that passed."""
    return Case(
        name=name,
        subject="coin",
        suite="unit",
        outcome=Outcome.PASSED,
        runs=runs,
        failures=failures,
        seconds=seconds,
    )


def failed(name: str, check: str = "no-loss", runs: int = 1, failures: int = 1, **more: object) -> Case:
    """A case in which a check failed."""
    finding = Finding(
        check=check, verdict=Verdict.VIOLATED, message=f"{check} does not hold", at_ns=812, host="a"
    )
    parts = {
        "outcome": Outcome.FAILED,
        "finding": finding,
        "reproduce": f"lydite run {name} --seed 7",
        **more,
    }
    return Case(name=name, subject="coin", suite="storm", runs=runs, failures=failures, **parts)  # type: ignore[arg-type]


def figure(name: str, value: float, **more: object) -> Measurement:
    """A measurement."""
    return Measurement(name=name, value=value, unit="1/s", **more)  # type: ignore[arg-type]


def campaign(
    number: int,
    cases: Sequence[Case] = (),
    figures: Sequence[Measurement] = (),
    *,
    work: Work = Work.PYTEST,
    **more: object,
) -> CampaignResult:
    """The campaign of a minute."""
    phase = PhaseResult(
        name="tests",
        work=work,
        outcome=Outcome.PASSED,
        cases=tuple(cases),
        measurements=tuple(figures),
        seconds=1.5,
    )
    parts = {
        "identity": f"coin-{number}",
        "target": "coin",
        "preset": "ci",
        "begun": f"2026-11-21T{number // 60:02}:{number % 60:02}:00Z",
        "seconds": 2.5,
        "verdict": Verdict.HOLDS,
        "sentence": "everything holds",
        "phases": (phase,),
        "environment": HERE,
        "code": "c0de",
        **more,
    }
    return CampaignResult(**parts)  # type: ignore[arg-type]


def whole(number: int) -> CampaignResult:
    """A campaign with something in every field."""
    artefact = Artefact(name="failure", path="a/b.json", digest="ab" * 32, size=17)
    broken = Case(
        name="e2e::öffnet \0 nie",
        subject="coin",
        suite="e2e",
        outcome=Outcome.BROKEN,
        message="TimeoutError: expected an answer, found none",
        detail="line one\nline two \N{CRAB}",
    )
    storm = failed(
        "coin.storm",
        runs=200,
        failures=3,
        faults=({"kind": "network.cut", "at_ns": 5, "hosts": ["a", "b"]},),
        picture="<svg/>",
        safety=True,
        seed=2**64 - 1,
        artefacts=(artefact, artefact),
    )
    trials = PhaseResult(
        name="storms",
        work=Work.TRIALS,
        outcome=Outcome.FAILED,
        cases=(storm, passed("coin.calm", runs=200)),
        measurements=(
            figure("coverage.lines", 0.1 + 0.2, low=0.25, high=0.35, samples=9, better=Better.HIGHER),
        ),
        series=(Series(name="rss", unit="bytes", at_s=(0.0, 0.5), values=(1e300, -0.0)),),
        bands=(Band(name="cut", begin_s=0.1, end_s=0.2),),
        restarts=(Restart(service="node", at_s=0.25, cause="killed"),),
        seconds=3.0,
        message="3 of 200 runs failed",
    )
    tests = PhaseResult(
        name="tests", work=Work.PYTEST, outcome=Outcome.BROKEN, cases=(broken, passed("unit::adds"))
    )
    return campaign(
        number,
        phases=(trials, tests),
        verdict=Verdict.VIOLATED,
        seed=2**64 - 1,
        commit="a1b2c3d+",
        reproduce="lydite prove coin",
        interrupted=True,
    )


def decision(standing: Standing = Standing.FAILED) -> Decision:
    """What the gates said."""
    outcome = GateOutcome(
        gate="safety.violations",
        standing=standing,
        required=True,
        actual=1.0,
        bound=1.0,
        limit=0.0,
        at_least=False,
        unit="violations",
        samples=200,
        sentence="one violation, none is allowed",
    )
    return Decision(standing=standing, sentence=f"the gates {standing}", outcomes=(outcome,))
