"""Runs in forked processes: what comes back, and what is left behind."""

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from lydite.model import Fault, InputError, Schedule, TargetNotFound, Verdict, verify_trace
from lydite.runner import ForkedEngine, Opening, Order
from tests.runner.projects import SHOP, STUCK, write_project


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("engine")
    write_project(folder, {"shop.py": SHOP, "stuck.py": STUCK, "loud.py": "print('hello')\n" + SHOP})
    return folder


@pytest.fixture(scope="module")
def shop(home: Path) -> Iterator[ForkedEngine]:
    """A nursery that holds the shop, for two runs at a time."""
    with ForkedEngine(Opening(target="shop.py", home=str(home)), workers=2) as engine:
        yield engine


@pytest.fixture(scope="module")
def stuck(home: Path) -> Iterator[ForkedEngine]:
    """A nursery that holds the trials which end badly."""
    with ForkedEngine(Opening(target="stuck.py", home=str(home)), timeout_s=2) as engine:
        yield engine


def order(seed: int, label: str = "shop.every_fifth", number: int = 0) -> Order:
    return Order(number=number, label=label, seed=seed)


def test_a_target_is_described_without_being_run(shop: ForkedEngine) -> None:
    described = shop.description

    assert [(each.label, each.target, each.storm) for each in described.trials] == [
        ("shop.echoes", "shop.py::echoes", False),
        ("shop.every_fifth", "shop.py::every_fifth", True),
    ]
    assert described.trials[0].story == "What is sent comes back."
    assert list(described.code_files) == ["shop"]


def test_equal_orders_give_equal_digests_and_other_seeds_others(shop: ForkedEngine) -> None:
    runs = list(shop.runs(order(seed, number=number) for number, seed in enumerate((1, 1, 2, 2))))

    digests = {run.order.number: run.result.digest for run in runs}
    assert digests[0] == digests[1]
    assert digests[2] == digests[3]
    assert digests[0] != digests[2]


def test_every_order_comes_back_once_in_any_order(shop: ForkedEngine) -> None:
    runs = list(shop.runs(order(seed, number=seed) for seed in range(12)))

    assert sorted(run.order.number for run in runs) == list(range(12))
    violated = sorted(run.order.seed for run in runs if run.result.verdict is Verdict.VIOLATED)
    assert violated == [3, 8]


def test_a_failed_run_brings_its_faults_its_schedule_and_last_words(shop: ForkedEngine) -> None:
    run = shop.run(order(3))

    assert [event.fields["verb"] for event in run.faults] == ["network.cut", "network.heal"]
    assert run.schedule is not None
    assert [fault.kind for fault in run.schedule.faults] == ["network.cut"]
    assert "serving with words" in str(run.last_words["node-1"])


def test_an_explicit_schedule_takes_the_place_of_the_storm(shop: ForkedEngine) -> None:
    calm = Order(number=0, label="shop.every_fifth", seed=3, schedule=Schedule())

    run = shop.run(calm)

    assert run.schedule == Schedule()
    assert run.faults == ()


def test_a_schedule_that_cannot_be_is_refused_before_anything_runs(shop: ForkedEngine) -> None:
    impossible = Schedule.of([Fault(at_ns=0, kind="network.bite", args={})])

    with pytest.raises(InputError, match=r"network\.bite"):
        shop.run(Order(number=0, label="shop.echoes", seed=0, schedule=impossible))


def test_an_attempt_at_what_is_refused_comes_back_and_takes_no_other_with_it(shop: ForkedEngine) -> None:
    impossible = Schedule.of([Fault(at_ns=0, kind="network.bite", args={})])
    orders = [
        Order(number=number, label="shop.echoes", seed=0, schedule=impossible if number % 2 else None)
        for number in range(6)
    ]
    pid = shop.keeper.pid

    runs = {run.order.number: run for run in shop.attempts(orders)}

    assert sorted(runs) == list(range(6))
    assert all(runs[number].result.verdict is Verdict.HOLDS for number in (0, 2, 4))
    for number in (1, 3, 5):
        ending = runs[number].result.ending
        assert ending is not None
        assert (ending.error, list(runs[number].failed)) == ("ScheduleRefused", ["ScheduleRefused"])
        assert "network.bite" in ending.message
    assert shop.keeper.pid == pid


def test_a_trace_is_written_whole_under_its_own_name(shop: ForkedEngine, tmp_path: Path) -> None:
    trace = tmp_path / "run.trace"

    run = shop.run(Order(number=0, label="shop.echoes", seed=5, trace=str(trace)))

    assert verify_trace(trace).digest == run.result.digest
    assert [path.name for path in tmp_path.iterdir()] == ["run.trace"]


def test_what_a_target_prints_while_it_is_imported_does_no_harm(
    home: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with ForkedEngine(Opening(target="loud.py::unmarked", home=str(home))) as engine:
        run = engine.run(Order(number=0, label="loud.unmarked", seed=0))

    assert run.result.verdict is Verdict.HOLDS
    assert "hello" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("trial", "error", "told"),
    [
        ("starts_a_thread", "Refused", "thread"),
        ("sleeps_for_real", "Refused", "sleep"),
        ("blocks", "Blocked", "0.3 s"),
        ("waits_for_ever", "Deadlock", "nothing will ever happen"),
        ("never_ends", "BudgetSpent", "virtual time"),
        ("crashes_the_interpreter", "Killed", "SIGSEGV"),
        ("spins", "TimedOut", "longer than 2 s of real time"),
    ],
)
def test_a_run_that_ends_badly_says_how_where_and_what_to_try(
    stuck: ForkedEngine, trial: str, error: str, told: str
) -> None:
    run = stuck.run(Order(number=0, label=f"stuck.{trial}", seed=0))

    ending = run.result.ending
    assert ending is not None
    assert (run.result.verdict, ending.error) == (Verdict.UNKNOWN, error)
    assert told in ending.message
    assert ending.remedy
    assert "stuck.py" in ending.where or error == "BudgetSpent"
    assert run.schedule == Schedule()


def test_a_program_that_is_not_there_is_bad_input(stuck: ForkedEngine) -> None:
    with pytest.raises(TargetNotFound, match=r"nowhere"):
        stuck.run(Order(number=0, label="stuck.starts_what_is_not_there", seed=0))


def test_a_nursery_that_dies_is_replaced_and_its_runs_are_told(home: Path) -> None:
    opening = Opening(target="stuck.py::spins", home=str(home))
    with ForkedEngine(opening, workers=2, timeout_s=30) as engine:
        pid = engine.keeper.pid
        os.kill(pid, signal.SIGSTOP)
        # It is asked, and dies before it answers.
        threading.Timer(0.5, os.kill, (pid, signal.SIGKILL)).start()
        runs = list(engine.runs(order(seed, "stuck.spins", seed) for seed in (0, 1)))

        assert sorted(run.order.number for run in runs) == [0, 1]
        for run in runs:
            assert run.result.ending is not None
            assert run.result.ending.error == "NurseryDied"
            assert "SIGKILL" in run.result.ending.message
        assert not engine.keeper.dead


def test_a_nursery_that_has_died_idle_costs_no_run(home: Path) -> None:
    with ForkedEngine(Opening(target="shop.py", home=str(home))) as engine:
        pid = engine.keeper.pid
        os.kill(pid, signal.SIGKILL)
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)

        assert engine.run(order(1)).result.verdict is Verdict.HOLDS
        assert engine.keeper.pid != pid


def test_runs_that_nobody_waits_for_come_back_to_nobody(home: Path) -> None:
    with ForkedEngine(Opening(target="shop.py", home=str(home)), workers=3) as engine:
        left = engine.runs(order(seed, number=seed) for seed in range(6))
        next(left)
        assert engine.keeper.under_way
        os.kill(engine.keeper.pid, signal.SIGKILL)
        left.close()

        (run,) = engine.runs([order(7, number=7)])

    assert (run.order.number, run.result.ending) == (7, None)


def test_a_target_that_kills_the_interpreter_is_told(tmp_path: Path) -> None:
    write_project(tmp_path, {"deadly.py": "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n"})

    with (
        pytest.raises(InputError, match=r"holds deadly\.py was killed by SIGKILL while it imported"),
        ForkedEngine(Opening(target="deadly.py", home=str(tmp_path))),
    ):
        raise AssertionError("it opened")


def test_no_process_is_left_behind(home: Path) -> None:
    with ForkedEngine(Opening(target="stuck.py::spins", home=str(home))) as engine:
        keeper = engine.keeper
        keeper.start(Order(number=0, label="stuck.spins", seed=0), 60)

    assert is_gone(keeper.pid)


def is_gone(group: int) -> bool:
    """Is nobody left in that process group? The dead are given a moment to be buried by whoever adopted them."""
    for _ in range(100):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        threading.Event().wait(0.05)
    return False


def test_a_nursery_that_ctrl_c_has_ended_in_the_middle_of_an_answer_is_dropped_in_silence(home: Path) -> None:
    with ForkedEngine(Opening(target="shop.py", home=str(home))) as engine:
        engine.keeper.start(order(1), 60.0)
        engine.keeper.kill()

        engine.keeper.drop()

        assert engine.keeper.dead
