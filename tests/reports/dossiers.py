"""Dossiers for the tests of reports: campaigns made by hand, as a history and its gates would put them together."""

import math
from dataclasses import replace

from lydite.model import (
    Artefact,
    Band,
    Better,
    Case,
    Dossier,
    Environment,
    Finding,
    Flaky,
    GateOutcome,
    Mark,
    Measurement,
    News,
    Outcome,
    PhaseResult,
    Restart,
    Series,
    Standing,
    Trend,
    Verdict,
    Work,
)
from lydite.reports import course
from tests.reports.campaigns import (
    case,
    decision,
    end_to_end,
    environment,
    every_news,
    failed_test,
    flaky,
    gate,
    gates,
    phases,
    picture,
    result,
    told,
    trends,
    violation,
)
from tests.reports.scenes import small_scene

HOSTILE = (
    "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'`&amp; {{ 7*7 }} {% raw %} ]]> \x1b[31m"
    " \u202egnp.exe \x00 |pipe| *star* `tick` ::error::oops%0A \ud800"
)
"""Text that breaks out of whatever does not hold it."""


def green() -> Dossier:
    """Everything holds, and every gate passes."""
    return Dossier(
        result=result(),
        decision=decision(),
        previous="coin-1841",
        trends=trends()[1:],
        news=(every_news()[2],),
    )


def red_gates() -> tuple[GateOutcome, ...]:
    """Gates of every standing."""
    return (
        gate(
            "safety.violations",
            1,
            0,
            at_least=False,
            standing=Standing.FAILED,
            samples=1400,
            sentence="1 violation of safety, where none is allowed",
        ),
        *gates()[1:2],
        gate(
            "integration.success",
            98.8,
            95,
            "%",
            bound=93.4,
            standing=Standing.FAILED,
            samples=82,
            sentence="at least 93.4 % of 82 with the confidence of 95 %, where 95 % are wanted",
        ),
        *gates()[3:5],
        gate(
            "coverage.lines",
            None,
            80,
            "%",
            bound=None,
            standing=Standing.NOT_EVALUATED,
            samples=0,
            sentence="no coverage was measured",
        ),
        gate(
            "regression.worst",
            19.3,
            20,
            "%",
            bound=23.8,
            at_least=False,
            standing=Standing.WAIVED,
            samples=20,
            sentence="throughput.seeds_per_s is 19.3 % worse, at most 23.8 %",
            waiver="ann until 2026-12-01: the slower hash is wanted",
        ),
        *gates()[7:],
    )


def red() -> Dossier:
    """A new violation of safety, a failed test, failed gates, and news of every kind."""
    simulation, mutants, *others = phases()
    broken = (
        replace(simulation, outcome=Outcome.FAILED, cases=(violation(), *simulation.cases)),
        mutants,
        replace(others[0], outcome=Outcome.FAILED, cases=(*others[0].cases, failed_test())),
        *others[1:],
    )
    return Dossier(
        result=result(
            verdict=Verdict.VIOLATED,
            sentence="1 new violation of safety: two blocks of height 7 were final after a cut healed"
            " (no-two-final-blocks, 3 of 200 seeds); 1 test fails.",
            phases=broken,
            commit="a1b2c3d4e5f6+",
            environment=environment(
                "the load was 3.9 on 8 cores at the end", "the clock stepped by 2 s at 02:31:07Z"
            ),
        ),
        decision=decision(
            *red_gates(),
            standing=Standing.FAILED,
            sentence="2 of 9 required gates fail: safety.violations, integration.success; 1 was not evaluated.",
        ),
        previous="coin-1841",
        news=every_news(),
        trends=trends(),
        flaky=flaky(),
    )


def not_evaluated() -> Dossier:
    """Nothing failed, and nothing was there to judge by."""
    outcomes = tuple(
        replace(
            each,
            standing=Standing.NOT_EVALUATED,
            actual=None,
            bound=None,
            samples=0,
            sentence="no such cases ran",
        )
        for each in gates()
    )
    return Dossier(
        result=result(
            verdict=Verdict.UNKNOWN,
            sentence="Nothing is known: no phase left a case to judge by.",
            phases=(
                PhaseResult(
                    name="simulation",
                    work=Work.TRIALS,
                    outcome=Outcome.SKIPPED,
                    message="its budget was spent",
                ),
            ),
        ),
        decision=decision(
            *outcomes, standing=Standing.NOT_EVALUATED, sentence="9 required gates had nothing to judge by."
        ),
    )


def observed() -> Dossier:
    """Nothing but what was seen over time: of processes while faults were in force, and of a run in virtual time."""
    seen, scene = end_to_end(), small_scene()
    seen_in_run = course("coin.survives_partitions", scene.schedule, scene.events)
    simulation = replace(
        phases()[0],
        measurements=(),
        series=tuple(each for each in seen_in_run if isinstance(each, Series)),
        bands=tuple(each for each in seen_in_run if isinstance(each, Band)),
    )
    return Dossier(result=result(phases=(simulation, seen)))


def incomplete() -> Dossier:
    """A campaign that was interrupted, with a phase that broke before it."""
    simulation, mutants, *_ = phases()
    return Dossier(
        result=result(
            verdict=Verdict.UNKNOWN,
            sentence="No failure in what was carried out.",
            phases=(
                simulation,
                replace(
                    mutants,
                    outcome=Outcome.BROKEN,
                    cases=mutants.cases[:1],
                    message="no space left on the disk",
                ),
            ),
            interrupted=True,
        ),
        previous="coin-1841",
    )


def empty() -> Dossier:
    """A campaign without a phase, of which nothing is known."""
    return Dossier(
        result=result(
            verdict=Verdict.UNKNOWN,
            sentence="Nothing was carried out.",
            phases=(),
            reproduce="",
            commit="",
            code="",
            seconds=0.0,
            environment=Environment(fingerprint=""),
        )
    )


def many(count: int = 1000) -> Dossier:
    """A campaign with very many cases, of which every fiftieth failed."""
    cases = tuple(_one_of_many(number) for number in range(count))
    size = max(1, count // 4)
    parts = tuple(
        PhaseResult(
            name=name,
            work=Work.PYTEST,
            outcome=Outcome.FAILED,
            cases=cases[begin : begin + size],
            seconds=size * 0.02,
        )
        for name, begin in zip(
            ("unit", "integration", "property", "e2e"), range(0, 4 * size, size), strict=True
        )
    )
    failing = [each for each in cases if each.failures]
    news = tuple(
        told(
            News.NEW if number % 3 else News.ONGOING,
            each.name,
            "AssertionError",
            each.message,
            subject=each.subject,
        )
        for number, each in enumerate(failing)
    )
    return Dossier(
        result=result(
            verdict=Verdict.VIOLATED,
            phases=parts,
            sentence=f"{len(failing)} of {count} tests fail, the first in node.",
        ),
        decision=decision(
            gate(
                "unit.success",
                98.0,
                100,
                "%",
                bound=97.1,
                standing=Standing.FAILED,
                samples=count,
                sentence=f"{len(failing)} of {count} fail, where none may",
            ),
            *(each for each in gates() if each.gate != "unit.success"),
            standing=Standing.FAILED,
            sentence="1 of 9 required gates fails: unit.success.",
        ),
        previous="coin-1841",
        news=news,
    )


def _one_of_many(number: int) -> Case:
    subject = ("node", "store", "wallet", "miner")[number % 4]
    name = f"tests/coin/{subject}/test_module_{number // 40}.py::test_what_was_promised_is_so_{number}"
    if number % 50:
        return case(name, subject=subject, suite="unit", seconds=0.02)
    return replace(
        failed_test(),
        name=name,
        subject=subject,
        message=f"assert {number} == {number + 1}",
        reproduce=f"pytest {name}",
        detail=failed_test().detail * 4,
        picture=picture() if number % 500 == 0 else "",
    )


def hostile_phase() -> PhaseResult:
    """A phase that is hostile in all of its parts."""
    bad = replace(
        violation(),
        name=HOSTILE,
        subject=HOSTILE,
        suite=HOSTILE,
        message=HOSTILE,
        detail=HOSTILE + "\n" + HOSTILE,
        reproduce=HOSTILE,
        faults=(
            {"kind": HOSTILE, "at_ns": HOSTILE},
            {"at_ns": 1, "kind": "a.<b>", "args": {"hosts": HOSTILE}},
        ),
        finding=Finding(
            check=HOSTILE, verdict=Verdict.VIOLATED, message=HOSTILE, host=HOSTILE, facts={HOSTILE: HOSTILE}
        ),
        artefacts=(Artefact(name=HOSTILE, path=HOSTILE, digest=HOSTILE, size=1),),
        picture=f'<svg onload="alert(3)"><script>alert(4)</script>{HOSTILE}</svg>',
    )
    return PhaseResult(
        name=HOSTILE,
        work=Work.TRIALS,
        outcome=Outcome.FAILED,
        cases=(bad,),
        message=HOSTILE,
        measurements=(Measurement(name=HOSTILE, value=math.inf, unit=HOSTILE, low=-math.inf, high=math.nan),),
        series=(
            Series(name=HOSTILE, unit=HOSTILE, at_s=(0.0, math.nan, 2.0), values=(1.0, math.inf)),
            Series(name=HOSTILE, unit=HOSTILE, at_s=(1e-320, 1e308), values=(1e308, -1e308), run=HOSTILE),
        ),
        bands=(
            Band(name=HOSTILE, begin_s=-5, end_s=math.inf),
            Band(name=HOSTILE, begin_s=1e308, end_s=-1e308, run=HOSTILE),
        ),
        restarts=(
            Restart(service=HOSTILE, at_s=math.nan, cause=HOSTILE),
            Restart(service=HOSTILE, at_s=1, cause=HOSTILE, run=HOSTILE),
        ),
    )


def hostile() -> Dossier:
    """Text from outside that tries to be markup, in every place that holds text."""
    return Dossier(
        result=result(
            identity=HOSTILE,
            target=HOSTILE,
            preset=HOSTILE,
            begun=HOSTILE,
            sentence=HOSTILE,
            code=HOSTILE,
            commit=HOSTILE,
            reproduce=HOSTILE,
            phases=(hostile_phase(),),
            verdict=Verdict.VIOLATED,
            environment=Environment(fingerprint=HOSTILE, facts={HOSTILE: HOSTILE}, doubts=(HOSTILE,)),
        ),
        decision=decision(
            gate(
                HOSTILE,
                math.nan,
                math.inf,
                HOSTILE,
                sentence=HOSTILE,
                waiver=HOSTILE,
                standing=Standing.FAILED,
            ),
            standing=Standing.FAILED,
            sentence=HOSTILE,
        ),
        previous=HOSTILE,
        news=(told(News.NEW, HOSTILE, HOSTILE, HOSTILE, subject=HOSTILE, reproduce=HOSTILE, rate=math.nan),),
        trends=(
            Trend(
                name=HOSTILE,
                unit=HOSTILE,
                better=Better.LOWER,
                campaigns=(HOSTILE, "b"),
                values=(math.nan, 1.0),
                marks=(Mark(at=HOSTILE, before=math.nan, after=1.0, chance=math.nan),),
            ),
        ),
        flaky=(Flaky(case=HOSTILE, runs=0, failures=0, low=math.nan, high=math.inf),),
    )
