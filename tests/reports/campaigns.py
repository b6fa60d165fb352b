"""Parts of campaigns made by hand: cases, phases, figures, gates and news."""

import math
from functools import cache

from lydite.model import (
    Artefact,
    Band,
    Better,
    CampaignResult,
    Case,
    Decision,
    Environment,
    Facts,
    Fault,
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
    Told,
    Trend,
    Verdict,
    Work,
    seconds,
)
from lydite.reports import drawing
from tests.reports.scenes import small_scene

CAMPAIGNS = tuple(f"coin-{number}" for number in range(1822, 1842))

REPRODUCE = "lydite prove coin --preset nightly --seed 24301"


@cache
def picture() -> str:
    """The picture of a failed run."""
    return drawing(small_scene())


def case(name: str, subject: str = "node", suite: str = "storm", **more: object) -> Case:
    """A case that passed, unless it says otherwise."""
    facts = {"outcome": Outcome.PASSED, "seconds": 1.25, "seed": 1, **more}
    return Case(name=name, subject=subject, suite=suite, **facts)  # type: ignore[arg-type]


def violation() -> Case:
    """A trial that broke a promise of safety, with everything that is known of it."""
    faults: tuple[Facts, ...] = tuple(
        fault.as_plain()
        for fault in (
            Fault(
                at_ns=seconds(1),
                kind="network.cut",
                args={"left": ["node-1"], "right": ["node-2", "node-3"]},
                lasting_ns=seconds(2),
            ),
            Fault(
                at_ns=seconds(2), kind="process.crash", args={"hosts": ["node-3"]}, lasting_ns=seconds(0.4)
            ),
        )
    )
    return case(
        "coin.survives_partitions",
        outcome=Outcome.FAILED,
        seconds=64.2,
        runs=200,
        failures=3,
        message="two blocks of height 7 were final: 9c41… on node-1, 02fe… on node-3",
        detail="node-3  2.400 stdout: recovered from the snapshot of height 5\n"
        "node-3  2.503 stdout: final 7 02fe\n"
        "node-1  2.611 stderr: AssertionError: final 7 is 9c41, told 02fe",
        finding=Finding(
            check="no-two-final-blocks",
            verdict=Verdict.VIOLATED,
            message="two blocks of height 7 were final: 9c41… on node-1, 02fe… on node-3",
            at_ns=seconds(2.503),
            host="node-3",
            facts={"height": 7, "blocks": ["9c41", "02fe"]},
            evidence=(412, 977),
        ),
        faults=faults,
        picture=picture(),
        safety=True,
        seed=145,
        reproduce="lydite replay .lydite/failures/coin.survives_partitions-145.failure.json",
        artefacts=(
            Artefact(
                name="failure",
                path=".lydite/failures/coin.survives_partitions-145.failure.json",
                digest="5f" * 32,
                size=18_204,
            ),
        ),
    )


def failed_test() -> Case:
    """A test of pytest that failed."""
    return case(
        "tests/coin/test_rpc.py::test_a_refused_payment_says_why",
        subject="wallet",
        suite="integration",
        outcome=Outcome.FAILED,
        seconds=0.41,
        failures=1,
        message="assert 'insufficient funds' in 'internal error'",
        detail="def test_a_refused_payment_says_why(wallet):\n"
        ">       assert 'insufficient funds' in wallet.pay(10**9).error\n"
        "E       AssertionError: assert 'insufficient funds' in 'internal error'\n\n"
        "tests/coin/test_rpc.py:88: AssertionError",
        reproduce="pytest tests/coin/test_rpc.py::test_a_refused_payment_says_why",
    )


def environment(*doubts: str) -> Environment:
    """A machine."""
    return Environment(
        fingerprint="7c1e09ab44d2",
        facts={
            "python": "3.11.9",
            "system": "Linux 6.1",
            "processor": "AMD EPYC 7B13",
            "cores": 8,
            "memory_bytes": 33_568_514_048,
            "load_before": 0.41,
            "load_after": 3.9,
        },
        doubts=doubts,
    )


def measurements() -> tuple[Measurement, ...]:
    """Figures of a benchmark phase."""
    return (
        Measurement(
            name="throughput.seeds_per_s",
            value=41.7,
            unit="1/s",
            better=Better.HIGHER,
            samples=20,
            low=40.9,
            high=42.6,
        ),
        Measurement(
            name="block.import_p99",
            value=18.4,
            unit="ms",
            better=Better.LOWER,
            samples=600,
            low=17.2,
            high=20.9,
        ),
        Measurement(
            name="messages.per_block",
            value=126,
            unit="messages",
            better=Better.LOWER,
            samples=200,
            exact=True,
        ),
        Measurement(name="memory.peak", value=182.5, unit="MB", better=Better.LOWER),
    )


def resources() -> tuple[Series, ...]:
    """Use of resources over two minutes, one value a second."""
    at_s = tuple(float(second) for second in range(121))
    busy = tuple(
        38 + 14 * math.sin(second / 7) + (37 if 30 <= second < 52 else 0) + second % 3 for second in at_s
    )
    memory = tuple(120 + 0.45 * second + (18 if second > 80 else 0) + 3 * (second % 5) for second in at_s)
    finality = tuple(
        1.2 + 0.2 * (second % 4) + max(0, min(second - 30, 30)) * 0.35 * (second < 70) for second in at_s
    )
    return (
        Series(name="node-1.cpu", unit="%", at_s=at_s, values=busy),
        Series(name="node-1.memory", unit="MB", at_s=at_s, values=memory),
        Series(name="finality.lag", unit="s", at_s=at_s, values=finality),
    )


def storms() -> tuple[Case, ...]:
    """Trials over many seeds."""
    return tuple(
        case(f"coin.{name}", subject=subject, runs=200, seconds=60.5)
        for name, subject in (
            ("survives_crashes", "node"),
            ("survives_slow_disks", "store"),
            ("survives_drifting_clocks", "node"),
            ("keeps_what_it_paid", "wallet"),
            ("survives_liars", "node"),
            ("survives_full_disks", "store"),
        )
    )


def mutants() -> tuple[Case, ...]:
    """Planted bugs that were found."""
    return tuple(
        case(
            f"mutant.{name}",
            subject=subject,
            suite="mutants",
            runs=12,
            seconds=4.2,
            message="found at seed 3",
        )
        for name, subject in (
            ("no_fsync", "store"),
            ("double_spend", "wallet"),
            ("stale_tip", "node"),
            ("fee_twice", "wallet"),
        )
    )


def end_to_end() -> PhaseResult:
    """A phase with the use of resources, faults and restarts."""
    ends = tuple(
        case(f"tests/e2e/test_{subject}.py::test_story_{number}", subject=subject, suite="e2e", seconds=6.4)
        for subject in ("node", "wallet")
        for number in range(4)
    )
    return PhaseResult(
        name="e2e",
        work=Work.PYTEST,
        outcome=Outcome.PASSED,
        cases=ends,
        seconds=51.2,
        series=resources(),
        bands=(
            Band(name="cut node-1 ↔ node-2, node-3", begin_s=30, end_s=52),
            Band(name="slow disk by 173 ms · node-2", begin_s=78, end_s=96),
        ),
        restarts=(
            Restart(service="node-3", at_s=81.5, cause="killed by the trial"),
            Restart(service="postgres", at_s=97.0, cause="exit code 1: could not write to the log"),
        ),
    )


def phases() -> tuple[PhaseResult, ...]:
    """Six phases, every case of which passed."""
    subjects = ("node", "store", "wallet")
    units = tuple(
        case(
            f"tests/coin/test_{subject}.py::test_{number}",
            subject=subject,
            suite="unit",
            seconds=0.01 * (number + 1),
        )
        for subject in subjects
        for number in range(14)
    )
    bench = (case("bench.import_block", suite="performance", runs=20, seconds=44.0),)
    network = (
        case("network.discovery", suite="chaos", seconds=12.0),
        case("network.propagation", suite="chaos", seconds=14.0),
    )
    return (
        PhaseResult(
            name="simulation",
            work=Work.TRIALS,
            outcome=Outcome.PASSED,
            cases=storms(),
            seconds=363.0,
            measurements=measurements()[:1],
        ),
        PhaseResult(name="mutants", work=Work.MUTANTS, outcome=Outcome.PASSED, cases=mutants(), seconds=17.0),
        PhaseResult(name="unit", work=Work.PYTEST, outcome=Outcome.PASSED, cases=units, seconds=3.4),
        end_to_end(),
        PhaseResult(
            name="benchmarks",
            work=Work.BENCHMARKS,
            outcome=Outcome.PASSED,
            cases=bench,
            seconds=44.0,
            measurements=measurements()[1:],
        ),
        PhaseResult(name="network", work=Work.HARNESS, outcome=Outcome.PASSED, cases=network, seconds=26.0),
    )


def result(**more: object) -> CampaignResult:
    """A campaign in which everything holds, unless it says otherwise."""
    facts = {
        "identity": "coin-1842",
        "target": "coin",
        "preset": "nightly",
        "begun": "2026-11-21T02:10:00Z",
        "seconds": 2530.4,
        "verdict": Verdict.HOLDS,
        "sentence": "Everything holds: 63 cases in 6 phases, 1,200 seeds of 6 storms, 4 of 4 planted bugs were found.",
        "phases": phases(),
        "environment": environment(),
        "code": "c0" * 32,
        "commit": "a1b2c3d4e5f6",
        "seed": 24301,
        "reproduce": REPRODUCE,
        **more,
    }
    return CampaignResult(**facts)  # type: ignore[arg-type]


def gate(name: str, actual: float | None, limit: float, unit: str = "", **more: object) -> GateOutcome:
    """A gate that passed, unless it says otherwise."""
    facts = {
        "standing": Standing.PASSED,
        "required": True,
        "bound": actual,
        "at_least": True,
        "samples": 42,
        "sentence": f"{name} is within its limit",
        **more,
    }
    return GateOutcome(gate=name, actual=actual, limit=limit, unit=unit, **facts)  # type: ignore[arg-type]


def gates() -> tuple[GateOutcome, ...]:
    """Gates that all pass."""
    return (
        gate("safety.violations", 0, 0, at_least=False, samples=1200),
        gate("unit.success", 100, 100, "%", samples=42),
        gate("integration.success", 100, 95, "%", bound=96.3, samples=81),
        gate("e2e.success", 100, 95, "%", bound=95.4, samples=64),
        gate("mutants.found", 100, 90, "%", samples=4),
        gate("coverage.lines", 91.4, 80, "%", samples=6210),
        gate("regression.worst", 3.1, 20, "%", bound=5.6, at_least=False, samples=20),
        gate("resilience.score", 92.0, 80, "", bound=88.5, samples=1200),
        gate("flaky.share", 0.4, 2, "%", bound=1.3, at_least=False, samples=480, required=False),
        gate("score", 93.2, 75, "", bound=90.1, samples=63),
    )


def decision(*outcomes: GateOutcome, standing: Standing = Standing.PASSED, sentence: str = "") -> Decision:
    """What gates say together."""
    told = outcomes or gates()
    return Decision(standing=standing, sentence=sentence or f"All {len(told)} gates pass.", outcomes=told)


def trends() -> tuple[Trend, ...]:
    """Figures over twenty campaigns; one of them changed."""
    speed = tuple(52.0 + (number * 7 % 5) * 0.4 - (10.2 if number >= 13 else 0) for number in range(20))
    lag = tuple(18.0 + (number * 11 % 7) * 0.15 for number in range(20))
    score = tuple(90.0 + (number * 3 % 4) * 0.3 + number * 0.05 for number in range(20))
    return (
        Trend(
            name="throughput.seeds_per_s",
            unit="1/s",
            better=Better.HIGHER,
            campaigns=CAMPAIGNS,
            values=speed,
            marks=(Mark(at=CAMPAIGNS[13], before=52.8, after=42.6, chance=0.0004),),
        ),
        Trend(name="block.import_p99", unit="ms", better=Better.LOWER, campaigns=CAMPAIGNS, values=lag),
        Trend(name="resilience.score", unit="", better=Better.HIGHER, campaigns=CAMPAIGNS, values=score),
    )


def flaky() -> tuple[Flaky, ...]:
    """Cases that pass and fail with the same code."""
    return (
        Flaky(case="tests/e2e/test_wallet.py::test_story_2", runs=48, failures=5, low=0.045, high=0.215),
        Flaky(case="coin.survives_liars", runs=4000, failures=9, low=0.001, high=0.0043),
    )


def told(news: News, case: str, check: str, sentence: str, **more: object) -> Told:
    """A piece of news."""
    facts = {
        "subject": "node", "safety": False, "rate": 0.05, "first_seen": "coin-1830", "last_seen": "coin-1842", **more
    }  # fmt: skip
    return Told(news=news, case=case, check=check, sentence=sentence, **facts)  # type: ignore[arg-type]


def every_news() -> tuple[Told, ...]:
    """News of every kind."""
    return (*what_is_here(), *what_is_gone(), *what_goes_on())


def what_is_here() -> tuple[Told, ...]:
    """New failures."""
    broken, unable = violation(), failed_test()
    return (
        told(
            News.NEW,
            broken.name,
            "no-two-final-blocks",
            broken.message,
            safety=True,
            rate=0.015,
            first_seen="coin-1842",
            reproduce=broken.reproduce,
        ),
        told(
            News.NEW,
            unable.name,
            "AssertionError",
            unable.message,
            subject="wallet",
            rate=1.0,
            first_seen="coin-1842",
            reproduce=unable.reproduce,
        ),
    )


def what_is_gone() -> tuple[Told, ...]:
    """Failures that were not seen: one for good, one perhaps."""
    return (
        told(
            News.RESOLVED,
            "coin.survives_slow_disks",
            "payments-are-durable",
            "a payment was told as written and was gone after power loss",
            subject="store",
            rate=0.1,
            last_seen="coin-1840",
            quiet=34,
            needed=29,
        ),
        told(
            News.UNSURE,
            "coin.keeps_what_it_paid",
            "no-lost-payment",
            "a payment was confirmed and then unknown",
            subject="wallet",
            last_seen="coin-1841",
            quiet=6,
            needed=59,
        ),
    )


def what_goes_on() -> tuple[Told, ...]:
    """Failures as before, one of them seldom."""
    return (
        told(
            News.RARE,
            "coin.survives_liars",
            "ends-in-time",
            "a node never caught up with a liar beside it",
            rate=0.0022,
            first_seen="coin-1811",
        ),
        told(
            News.ONGOING,
            "tests/e2e/test_wallet.py::test_story_2",
            "Timeout",
            "the wallet did not answer in 30 s",
            subject="wallet",
            rate=0.104,
        ),
        told(
            News.ONGOING,
            "coin.survives_drifting_clocks",
            "ends-in-time",
            "no block for 90 s after the clocks agreed",
            rate=0.02,
        ),
    )
