"""Shrinks of real runs: what is left fails by the same check, comes out equal, and can be run again by anybody."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from lydite.model import (
    Ending,
    Fault,
    Finding,
    InputError,
    Result,
    Schedule,
    TargetNotFound,
    Verdict,
    gravest,
    seconds,
)
from lydite.runner import (
    Budget,
    Ended,
    Failure,
    ForkedEngine,
    Opening,
    Order,
    Run,
    Sameness,
    Shrunk,
    doubt,
    events_of,
    kind_of,
    open_near,
    read_failure,
    regression_of,
    replay,
    rerun,
    run_seed,
    shrink,
    write_failure,
    write_regression,
)
from tests.runner.projects import BANK, RING, write_project

SIMPLEST = {"network.cut", "clock.drift"}


def failed(opening: Opening, seed: int, out: Path) -> Path:
    """The failure file of a run."""
    for done in run_seed(opening, Order(number=0, label="", seed=seed), out=out):
        if done.file:
            return Path(done.file)
    raise AssertionError("nothing failed")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shrink")
    write_project(folder, {**BANK, "ring.py": RING})
    return folder


@pytest.fixture(scope="module")
def failure(home: Path) -> Failure:
    return read_failure(failed(Opening(target="ring.py", home=str(home)), 0, home / "failures"))


@pytest.fixture(scope="module")
def engine(home: Path) -> Iterator[ForkedEngine]:
    with ForkedEngine(Opening(target="ring.py", home=str(home)), workers=2) as opened:
        yield opened


@pytest.fixture(scope="module")
def shrunk(engine: ForkedEngine, failure: Failure) -> Shrunk:
    """The failure of the ring, shrunk."""
    return shrink(failure, engine)


def test_twelve_faults_shrink_to_the_two_that_matter(shrunk: Shrunk) -> None:
    assert shrunk.ended is Ended.SMALLEST
    assert (shrunk.faults, shrunk.equal, shrunk.steady) == ((12, 2), 3, True)
    assert {fault.kind for fault in shrunk.schedule.faults} == SIMPLEST
    assert shrunk.after is not None
    assert (shrunk.after.kind, shrunk.after.digest) == ("stands", shrunk.run.result.digest)
    # The nodes that the faults name are kept, and never fewer than the trial can do with.
    assert shrunk.kept == {"looks": (10, 1), "nodes": (4, 2)}
    # Rounder: on the grid of seconds, and shorter than the looks are apart.
    assert all(fault.at_ns % seconds(1) == 0 for fault in shrunk.schedule.faults)


def test_the_result_does_not_depend_on_the_number_of_workers(home: Path, failure: Failure) -> None:
    found = []
    for workers in (1, 3):
        with ForkedEngine(Opening(target="ring.py", home=str(home)), workers=workers) as engine:
            shrunk = shrink(failure, engine, budget=Budget(replays=20))
            found.append((shrunk.schedule, shrunk.run.order.parts, shrunk.replays, shrunk.ended))

    assert found[0] == found[1]
    assert found[0][2:] == (20, Ended.REPLAYS)


def test_when_the_budget_ends_the_best_so_far_is_the_result(engine: ForkedEngine, failure: Failure) -> None:
    few = shrink(failure, engine, budget=Budget(replays=4))
    none = shrink(failure, engine, budget=Budget(replays=1))

    assert few.ended is none.ended is Ended.REPLAYS
    assert 2 <= few.faults[1] < 12
    assert none.faults == (12, 12)
    assert few.reproduced
    assert none.reproduced
    assert few.steady


def test_ctrl_c_keeps_the_best_so_far_and_the_engine_goes_on(engine: ForkedEngine, failure: Failure) -> None:
    def interrupt(progress: object) -> None:
        if getattr(progress, "replays", 0) >= 5:
            raise KeyboardInterrupt

    shrunk = shrink(failure, engine, watch=interrupt)

    assert shrunk.ended is Ended.INTERRUPTED
    assert shrunk.faults[1] < 12
    assert shrunk.after is not None
    assert shrunk.after.dependencies == shrink(failure, engine, budget=Budget(replays=1)).before.dependencies
    assert kind_of(engine.run(shrunk.run.order)) == "stands"


def test_what_does_not_come_again_is_not_shrunk(engine: ForkedEngine, failure: Failure) -> None:
    calm = shrink(replace(failure, schedule=Schedule()), engine)
    other = shrink(replace(failure, finding=replace_check(failure, "another-check")), engine)
    refused = shrink(
        replace(failure, schedule=Schedule((Fault(at_ns=0, kind="network.cut", args={"left": "a"}),))), engine
    )

    for shrunk in (calm, other, refused):
        assert (shrunk.ended, shrunk.after, shrunk.replays) == (Ended.NOT_REPRODUCED, None, 1)


def replace_check(failure: Failure, check: str) -> Finding:
    assert failure.finding is not None
    return replace(failure.finding, check=check)


def test_a_failure_without_a_schedule_is_refused(engine: ForkedEngine, failure: Failure) -> None:
    with pytest.raises(InputError, match=r"cannot be shrunk: its run died before"):
        shrink(replace(failure, schedule=None), engine)


def test_a_shrunk_failure_is_replayed_and_shrunk_again(
    engine: ForkedEngine, shrunk: Shrunk, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(home)
    assert shrunk.after is not None

    path = write_failure(shrunk.after, home / "failures", name="small.failure.json")
    again = shrink(read_failure(path), engine)

    assert read_failure(path) == shrunk.after
    assert json.loads(path.read_text())["parts"]["looks"] == list(shrunk.run.order.parts["looks"])
    assert replay(path).sameness is Sameness.REPRODUCED
    assert (again.schedule, again.run.order.parts) == (shrunk.schedule, shrunk.run.order.parts)
    assert again.kept == {"looks": (10, 1), "nodes": (4, 2)}


def test_the_trace_of_the_smallest_run_is_that_run(engine: ForkedEngine, shrunk: Shrunk) -> None:
    assert len(events_of(engine, shrunk.run)) == shrunk.run.result.records


def test_the_pytest_file_fails_while_the_bug_is_there_and_passes_when_it_is_fixed(
    shrunk: Shrunk, tmp_path: Path
) -> None:
    write_project(tmp_path, {"ring.py": RING})
    (tmp_path / "tests").mkdir()
    test = write_regression(shrunk, tmp_path / "tests", stem="ring.ring-0", replay="lydite replay x")

    buggy = pytest_in(tmp_path / "tests")
    ring = tmp_path / "ring.py"
    ring.write_text(RING.replace("not (cut and drift)", "True"))
    fixed = pytest_in(tmp_path / "tests")

    assert test.name == "test_ring_ring_0.py"
    assert buggy.returncode == 1, buggy.stdout
    assert "stands fails: does not hold" in buggy.stdout
    assert fixed.returncode == 0, fixed.stdout


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"stands"', '"is whole"', "nothing judged stands"),
        (
            'world.always("stands", stands("network.cut" in bent, "clock.drift" in bent), look=number)',
            'await world.eventually("stands", _never, within_ns=1)',
            "stands proved nothing: the world was still bent",
        ),
    ],
)
def test_the_pytest_file_fails_when_its_check_is_gone_or_proves_nothing(
    shrunk: Shrunk, tmp_path: Path, old: str, new: str, said: str
) -> None:
    assert old in RING
    never = "\n\nasync def _never() -> bool:\n    return False\n"
    write_project(
        tmp_path, {"ring.py": RING.replace(old, new).replace("not (cut and drift)", "True") + never}
    )
    (tmp_path / "tests").mkdir()
    write_regression(shrunk, tmp_path / "tests", stem="ring.ring-0", replay="lydite replay x")

    blind = pytest_in(tmp_path / "tests")

    assert blind.returncode == 1, blind.stdout
    assert said in blind.stdout


def judged(*findings: Finding, ending: Ending | None = None) -> Run:
    """A run with these findings."""
    verdict = gravest(finding.verdict for finding in findings)
    result = Result(
        trial="t", seed=1, verdict=verdict, digest="", records=0, findings=findings, ending=ending
    )
    return Run(order=Order(number=0, label="shop.sells", seed=1), result=result)


def found(verdict: Verdict, mode: str = "always") -> Finding:
    """What was found of the coins."""
    return Finding(check="coins", verdict=verdict, message="as it is", facts={"mode": mode})


def test_nothing_is_in_doubt_where_the_check_held_whatever_else_was_asked_under_its_name() -> None:
    assert doubt(judged(found(Verdict.HOLDS)), "coins") == ""
    assert doubt(judged(found(Verdict.UNKNOWN, "sometimes"), found(Verdict.HOLDS)), "coins") == ""
    assert doubt(judged(found(Verdict.UNKNOWN), found(Verdict.HOLDS)), "coins").startswith("coins proved")
    assert doubt(judged(found(Verdict.VIOLATED), found(Verdict.HOLDS)), "coins").startswith("coins fails")
    assert doubt(judged(found(Verdict.HOLDS, "sometimes")), "coins").startswith("nothing judged coins")


def test_a_doubt_says_what_was_judged_and_what_to_try() -> None:
    gone = doubt(judged(found(Verdict.HOLDS)), "supply")

    assert gone.startswith("nothing judged supply in shop.sells")
    assert "judged were: coins" in gone
    assert "write its new name into this test" in gone
    assert "judged were: nothing" in doubt(judged(), "supply")


def test_a_run_that_failed_itself_leaves_everything_in_doubt() -> None:
    ending = Ending(error="Deadlock", message="everything waits", where="shop.py:3")

    told = doubt(judged(found(Verdict.HOLDS), ending=ending), "coins")

    assert told == "the run failed itself: Deadlock: everything waits (shop.py:3)"


@pytest.mark.parametrize("kind", ["assertion", "exception", "Deadlock"])
def test_what_leaves_no_record_when_it_passes_is_in_no_doubt_where_it_is_not_found(
    shrunk: Shrunk, kind: str
) -> None:
    assert shrunk.after is not None
    finding = None if kind == "Deadlock" else replace_check(shrunk.after, kind)
    ending = Ending(error=kind, message="it waits") if finding is None else None
    after = replace(shrunk.after, finding=finding, ending=ending)

    text = regression_of(replace(shrunk, after=after), replay="x")

    compile(text, "test_it.py", "exec")
    assert f'assert "{kind}" not in run.failed, run.failed["{kind}"]' in text
    assert "doubt" not in text


def pytest_in(folder: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    """What pytest says in this folder, as a user calls it."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "."],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_pytest_file_says_what_was_found_and_leaves_the_planted_bug_out(home: Path) -> None:
    opening = Opening(target="bank.trials", mutant="no-check", home=str(home))
    file = failed(opening, 1, home / "failures")
    with ForkedEngine(opening) as engine:
        text = regression_of(
            shrink(read_failure(file), engine, budget=Budget(replays=3)), replay='lydite replay "a b"'
        )

    compile(text, "test_bank.py", "exec")
    assert text.startswith('"""not-negative failed in bank.never_overdrawn with seed 1: does not hold')
    assert "with the bug no-check planted, which this test leaves out" in text
    assert "mutant" not in text
    assert 'lydite replay "a b"' in text


def test_words_that_would_end_a_docstring_do_not(shrunk: Shrunk) -> None:
    assert shrunk.after is not None
    assert shrunk.after.finding is not None
    nasty = 'a """ and \\N{nothing} and "'
    after = replace(shrunk.after, finding=replace(shrunk.after.finding, message=nasty))

    text = regression_of(replace(shrunk, after=after), replay=nasty)

    names: dict[str, object] = {}
    exec(compile(text.replace("from lydite.runner import doubt, rerun", ""), "test_nasty.py", "exec"), names)
    assert nasty in str(names["__doc__"])


def test_a_rerun_wants_one_trial(home: Path) -> None:
    near = str(home / "failures" / "test_x.py")

    run = rerun("ring.py::ring", seed=0, schedule=[], parts={"looks": [1]}, near=near)

    assert run.failed == {}
    assert run.asked["looks"] == (10, 1)
    with pytest.raises(TargetNotFound):
        rerun("ring.py::ring", seed=0, schedule=[])


@pytest.mark.timeout(240)
def test_a_bug_of_the_counter_fails_its_pytest_file_until_it_is_taken_out(tmp_path: Path) -> None:
    """The mutant stands in the sources of a copy, as a bug of a user's own would."""
    opening = Opening(target="counter.storm", mutant="double_count", home=str(tmp_path))
    file = failed(opening, 0, tmp_path / "failures")
    failure = read_failure(file)
    with closing(open_near(opening, file, workers=2, timeout_s=60)) as engine:
        shrunk = shrink(failure, engine)
    write_regression(shrunk, tmp_path / "failures", stem="counter", replay="lydite replay x")
    tally, text = buggy_copy(tmp_path)

    buggy = pytest_in(tmp_path / "failures", PYTHONPATH=str(tmp_path))
    tally.write_text(text)
    fixed = pytest_in(tmp_path / "failures", PYTHONPATH=str(tmp_path))

    assert shrunk.steady
    assert shrunk.faults[1] <= 3
    assert shrunk.replays <= 200
    assert buggy.returncode == 1, buggy.stdout
    assert "no-increment-counts-twice" in buggy.stdout
    assert fixed.returncode == 0, fixed.stdout


def buggy_copy(folder: Path) -> tuple[Path, str]:
    """Copy the counter and write the mutant into its law; where, and the honest text."""
    import shutil

    import lydite_subjects
    from lydite_subjects.counter.mutants import MUTANTS

    mutant = next(each for each in MUTANTS if each.name == "double_count")
    shutil.copytree(
        Path(lydite_subjects.__file__).parent,
        folder / "lydite_subjects",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    path = folder / f"{mutant.module.replace('.', '/')}.py"
    text = path.read_text()
    path.write_text(text.replace(mutant.replace, mutant.by))
    return path, text
