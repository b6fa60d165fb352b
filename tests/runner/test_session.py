"""Sessions: a script told its steps from outside."""

from collections.abc import Iterator

import pytest

from lydite.model import Fault, InputError, Schedule, Verdict, seconds
from lydite.runner import Stage, StepFailed
from tests.strategies.ledger import Forgetful, Good, Stillborn


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with Stage(Good) as stage:
        yield stage


def test_steps_answer_and_the_run_is_judged_at_the_end(stage: Stage) -> None:
    session = stage.open(seed=3)

    assert session.do("pay", amount=5) == 5
    assert session.do("pay", amount=2) == 7
    session.do("lose_power")
    assert session.do("total") == session.do("expected") == 7
    run = session.end()

    assert run.result.verdict is Verdict.HOLDS
    assert run.result.seed == 3
    assert [finding.check for finding in run.result.findings] == ["the ledger is right"]


def test_the_world_stands_still_between_steps(stage: Stage) -> None:
    session = stage.open()
    session.do("wait", duration_ns=seconds(5))
    before_ns = session.now_ns
    session.do("expected")

    assert session.now_ns == before_ns >= seconds(5)


def test_the_same_steps_with_the_same_seed_are_the_same_run(stage: Stage) -> None:
    def digest(seed: int) -> str:
        session = stage.open(seed=seed)
        session.do("pay", amount=5)
        session.do("bend", kind="network.delay", args={"left": "node-1", "right": "tester", "by_ns": 1_000})
        session.do("pay", amount=1)
        return session.end().result.digest

    assert digest(1) == digest(1) != digest(2)


def test_each_session_is_a_world_of_its_own(stage: Stage) -> None:
    stage.open().do("pay", amount=5)

    assert stage.open().do("total") == 0


def test_a_broken_promise_is_found_at_the_end() -> None:
    with Stage(Forgetful) as stage:
        session = stage.open()
        session.do("pay", amount=5)
        session.do("lose_power")
        run = session.end()

    assert run.result.verdict is Verdict.VIOLATED


def test_what_a_step_raises_is_told_with_its_place_and_the_session_goes_on(stage: Stage) -> None:
    session = stage.open()

    with pytest.raises(
        StepFailed, match=r"ValueError: a mistake of the script .*ledger\.py:\d+: raise ValueError"
    ):
        session.do("stumble")

    assert session.do("pay", amount=1) == 1


def test_a_step_that_is_not_there_is_told_with_what_is_near(stage: Stage) -> None:
    with pytest.raises(InputError, match=r"Good has no step 'totl'.*did you mean total\?"):
        stage.open().do("totl")


@pytest.mark.parametrize("step", ["begin", "end", "do", "_ask", "world"])
def test_what_is_no_step_cannot_be_asked_for(stage: Stage, step: str) -> None:
    with pytest.raises(InputError, match="has no step"):
        stage.open().do(step)


def test_a_trouble_that_is_none_is_told(stage: Stage) -> None:
    with pytest.raises(InputError, match=r"did you mean network\.cut"):
        stage.open().do("bend", kind="network.cutt", args={})


def test_a_step_that_waits_for_ever_ends_the_run_and_says_where(stage: Stage) -> None:
    session = stage.open()
    session.do("bend", kind="process.crash", args={"hosts": "node-1"})

    with pytest.raises(StepFailed, match="Deadlock"):
        session.do("hang")

    with pytest.raises(InputError, match="this session is over"):
        session.do("expected")


def test_after_a_step_that_never_ended_the_stage_opens_another_world() -> None:
    with Stage(Good, step_s=2) as stage:
        with pytest.raises(StepFailed, match="took longer than 2 s"):
            stage.open().do("spin")

        assert stage.open().do("total") == 0

    with pytest.raises(InputError, match="this stage is closed"):
        stage.open()


def test_what_fails_before_the_first_step_is_told_where_the_world_is_opened() -> None:
    with Stage(Stillborn) as stage, pytest.raises(StepFailed, match="ValueError: no ledger today"):
        stage.open()


def test_what_is_not_plain_is_told_with_its_step_and_its_name(stage: Stage) -> None:
    session = stage.open()

    with pytest.raises(InputError, match=r"object is not a plain value \(pay\.amount\)"):
        session.do("pay", amount=object())  # type: ignore[arg-type]

    assert session.do("pay", amount=1) == 1


def test_a_schedule_runs_beside_the_steps(stage: Stage) -> None:
    crash = Fault(at_ns=seconds(2), kind="process.crash", args={"hosts": "node-1"}, lasting_ns=seconds(1))
    session = stage.open(schedule=Schedule.of([crash]))
    session.do("pay", amount=5)
    session.do("wait", duration_ns=seconds(2.5))

    with pytest.raises(StepFailed, match="ConnectionRefusedError"):
        session.do("total")

    session.do("wait", duration_ns=seconds(2))
    assert session.do("total") == 5


def test_a_script_without_a_machine_says_how_to_drive_it() -> None:
    from lydite.runner import ForkedEngine, Opening, Order

    opening = Opening(target="tests/strategies/ledger.py::Good")
    with (
        ForkedEngine(opening) as engine,
        pytest.raises(InputError, match="WorldMachine whose script is Good"),
    ):
        engine.run(Order(number=0, label="ledger.Good", seed=0))
