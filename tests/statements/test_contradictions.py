"""What a statement cannot say of the same campaign at the same time."""

from dataclasses import replace

import pytest

from lydite.model import Outcome, Standing, Verdict
from lydite.statements import RunDigest, Statement, contradictions
from lydite.statements.runs import root_of_runs
from lydite.statements.statement import root_of_trials
from tests.statements.campaigns import CODE, case, run, statement

GOOD = statement(case("test_pays", "unit"))


def with_runs(*runs: RunDigest, **about: object) -> Statement:
    """The good one with these runs of its first trial, under roots that fit them."""
    first = replace(GOOD.trials[0], runs=runs, root=root_of_runs(runs))
    trials = (first, *GOOD.trials[1:])
    count = replace(GOOD.cases[0], runs=len(runs), **about)  # type: ignore[arg-type]
    return replace(GOOD, trials=trials, root=root_of_trials(trials), cases=(count, *GOOD.cases[1:]))


def test_what_fits_together_contradicts_nothing() -> None:
    assert contradictions(GOOD) == ()
    assert contradictions(with_runs(*(run(seed) for seed in range(7)))) == ()


def test_a_failure_is_one_in_runs_case_and_verdict() -> None:
    bad = run(1, verdict=Verdict.VIOLATED, failed="no-loss")
    told = with_runs(run(0), bad, failures=1, outcome=Outcome.FAILED)

    assert contradictions(replace(told, verdict=Verdict.VIOLATED)) == ()
    assert contradictions(told) == ("something failed, and the verdict is HOLDS",)


def test_a_run_that_was_stopped_has_no_digest_and_is_a_failure() -> None:
    stopped = run(1, verdict=Verdict.UNKNOWN, failed="TimedOut", digest="")

    assert contradictions(with_runs(run(0), stopped, failures=1, outcome=Outcome.BROKEN)) == ()


@pytest.mark.parametrize(
    ("spoiled", "told"),
    [
        (with_runs(run(0), run(2)), "the seeds of shop.sells are not those from 0 on, each once"),
        (with_runs(run(0), run(0)), "the seeds of shop.sells are not those from 0 on, each once"),
        (with_runs(run(1), run(2)), "the seeds of shop.sells are not those from 0 on, each once"),
        (with_runs(run(0, digest="")), "left no trace"),
        (with_runs(run(0, digest="AB" * 32)), "seed 0 of shop.sells has no digest of a trace"),
        (with_runs(run(0, digest="ab")), "seed 0 of shop.sells has no digest of a trace"),
        (with_runs(run(0, verdict=Verdict.VIOLATED)), "is violated, and nothing failed"),
        (with_runs(run(0), failures=1), "has 1 failures in 1 runs, and its runs are 1 with 0"),
        (with_runs(run(0), outcome=Outcome.FAILED), "shop.sells is failed, and its runs say something else"),
        (
            with_runs(run(0, verdict=Verdict.UNKNOWN, failed="Deadlock"), failures=1),
            "shop.sells is passed, and its runs say something else",
        ),
        (
            with_runs(run(0, verdict=Verdict.VIOLATED, failed="x"), failures=1),
            "shop.sells is passed, and its runs say something else",
        ),
        (replace(GOOD, root="00" * 32), "the root is not that of the trials"),
        (
            replace(GOOD, trials=(replace(GOOD.trials[0], root="00" * 32), GOOD.trials[1])),
            "the root of shop.sells is not that of its runs",
        ),
        (replace(GOOD, codes=()), "nothing is said of the code of shop.sells"),
        (replace(GOOD, codes=(CODE, CODE)), "the target with code shop.trials stands there 2 times"),
        (replace(GOOD, cases=GOOD.cases[1:]), "there are runs of shop.sells, which is no case"),
        (replace(GOOD, cases=(*GOOD.cases, GOOD.cases[0])), "the case shop.sells stands there 2 times"),
        (
            replace(GOOD, decision=replace(GOOD.decision, standing=Standing.NOT_EVALUATED)),
            "the gates together are passed, and the decision is not evaluated",
        ),
        (
            replace(GOOD, decision=replace(GOOD.decision, outcomes=())),
            "the gates together are not evaluated, and the decision is passed",
        ),
        (
            replace(GOOD, configuration=replace(GOOD.configuration, git_commit="--help")),
            "its commit is no name of a commit",
        ),
    ],
)
def test_what_does_not_fit_is_told(spoiled: Statement, told: str) -> None:
    assert told in "; ".join(contradictions(spoiled))


def test_an_interrupted_campaign_may_have_left_out_seeds_but_not_turned_them_round() -> None:
    gaps = replace(with_runs(run(0), run(2)), interrupted=True)
    turned = replace(with_runs(run(2), run(0)), interrupted=True)

    assert contradictions(gaps) == ()
    assert contradictions(turned) != ()


@pytest.mark.parametrize("target", ["", "/etc/shop.py", "../shop.py", "a/../../shop.py", "..\\shop.py"])
def test_a_target_elsewhere_on_the_machine_is_refused(target: str) -> None:
    trials = tuple(replace(trial, target=target) for trial in GOOD.trials)
    moved = replace(GOOD, codes=(replace(CODE, target=target),), trials=trials, root=root_of_trials(trials))

    assert contradictions(moved) == (f"the target {target} is not named from the folder in which it is run",)


def test_of_many_contradictions_the_first_are_told() -> None:
    assert len(contradictions(with_runs(*(run(seed, digest="x") for seed in range(100))))) == 8
