"""Campaigns carried out: phases in their order, what each needs, and what becomes of those that go wrong."""

import os
import signal
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from lydite.harness import Campaign, Phase, Policy, Scale
from lydite.model import CampaignResult, Outcome, Verdict, Work, as_form, from_form
from lydite.runner import Begun, Going, Over, Watch, carry_out, setting_of
from tests.runner.campaign.projects import write


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return write(tmp_path, monkeypatch)


def trials(name: str, target: str, *, needs: tuple[str, ...] = (), seeds: int = 4) -> Phase:
    return Phase(name=name, work=Work.TRIALS, targets=(target,), needs=needs, seeds=seeds, shrink_s=5)


def carried(
    *phases: Phase, policy: Policy = Policy.GO_ON, watch: Watch = lambda told: None, seed: int = 0
) -> CampaignResult:
    campaign = Campaign(target="bank", preset="mine", phases=phases, policy=policy, seed=seed)
    result = carry_out(campaign, watch, setting=setting_of(campaign, workers=1))
    # Whatever becomes of it, it is whole.
    assert from_form(CampaignResult, as_form(result)) == result
    assert [phase.name for phase in result.phases] == [phase.name for phase in phases]
    return result


def outcomes(result: CampaignResult) -> list[Outcome]:
    return [phase.outcome for phase in result.phases]


def test_a_campaign_that_holds_says_so() -> None:
    result = carried(
        trials("simulation", "bank.trials"),
        Phase(name="mutants", work=Work.MUTANTS, targets=("bank.trials",), needs=("simulation",), seeds=4),
    )

    assert outcomes(result) == [Outcome.PASSED, Outcome.PASSED]
    assert (result.verdict, result.interrupted) == (Verdict.HOLDS, False)
    assert result.sentence == "bank holds: 2 cases passed in 2 phases"
    assert [case.name for case in result.cases] == ["bank.never_overdrawn", "bank.mutants.no-check"]
    assert [(case.runs, case.failures) for case in result.cases] == [(4, 0), (1, 0)]
    assert len(result.code) == 64
    assert result.reproduce == "lydite prove bank --preset mine"
    found = {each.name: each for each in result.measurements}
    assert found["throughput.bank.trials.seeds_per_s"].samples == 4
    assert found["mutants.caught"].value == 1.0


def test_identities_are_never_the_same() -> None:
    campaign = Campaign(target="bank", preset="mine", phases=(trials("simulation", "bank.trials"),))

    assert len({setting_of(campaign).identity for _ in range(50)}) == 50


def test_a_phase_whose_need_did_not_pass_is_left_out_with_the_reason() -> None:
    result = carried(
        trials("fails", "shop.py::every_fifth"),
        trials("needs it", "bank.trials", needs=("fails",)),
        trials("does not", "bank.trials"),
    )

    assert outcomes(result) == [Outcome.FAILED, Outcome.SKIPPED, Outcome.PASSED]
    assert result.phases[1].message == "it needs fails, which failed"
    assert result.verdict is Verdict.VIOLATED
    assert result.sentence.startswith("bank does not hold: shop.every_fifth: not-a-fifth: does not hold")


def test_a_campaign_may_stop_at_what_did_not_pass() -> None:
    result = carried(
        trials("fails", "shop.py::every_fifth"), trials("later", "bank.trials"), policy=Policy.STOP
    )

    assert outcomes(result) == [Outcome.FAILED, Outcome.SKIPPED]
    assert result.phases[1].message == "the campaign stops after fails, which failed"


def test_a_phase_that_cannot_be_carried_out_is_broken_and_the_others_go_on() -> None:
    result = carried(trials("nowhere", "bnak.trials"), trials("simulation", "bank.trials"))

    assert outcomes(result) == [Outcome.BROKEN, Outcome.PASSED]
    assert "there is no target 'bnak.trials'" in result.phases[0].message
    assert result.verdict is Verdict.UNKNOWN
    assert result.sentence.startswith("bank is not decided: the phase nowhere broke: there is no target")


def test_a_target_without_planted_bugs_leaves_its_phase_out() -> None:
    result = carried(
        trials("simulation", "shop.py::echoes"),
        Phase(name="mutants", work=Work.MUTANTS, targets=("shop.py",)),
    )

    assert outcomes(result) == [Outcome.PASSED, Outcome.SKIPPED]
    assert result.phases[1].message == "shop.py has no planted bugs"
    assert result.verdict is Verdict.HOLDS


def test_without_storms_trials_are_calm_nothing_is_hunted_and_that_is_a_doubt() -> None:
    phases = (
        trials("simulation", "shop.py"),
        Phase(name="mutants", work=Work.MUTANTS, targets=("bank.trials",)),
    )
    campaign = Campaign(target="shop", preset="mine", phases=phases)

    result = carry_out(campaign, setting=replace(setting_of(campaign, workers=1), storms=False))

    stormy = {case.name: (case.suite, len(case.faults)) for case in result.cases}
    assert stormy["shop.every_fifth"] == ("simulation", 0)
    assert result.phases[1].outcome is Outcome.SKIPPED
    assert result.phases[1].message.startswith("chaos.enabled is false")
    assert "no storm raged: chaos.enabled is false" in result.environment.doubts


def test_benchmarks_may_be_left_out() -> None:
    campaign = Campaign(
        target="bank",
        preset="mine",
        phases=(Phase(name="speed", work=Work.BENCHMARKS, targets=("bank.trials",), seeds=2),),
    )

    result = carry_out(campaign, setting=replace(setting_of(campaign), benchmarks=False))

    assert [(phase.outcome, phase.message) for phase in result.phases] == [
        (Outcome.SKIPPED, "performance.tracking is false")
    ]


@pytest.mark.parametrize("work", [Work.PYTEST, Work.HARNESS])
def test_tests_and_harnesses_find_the_variables_of_the_setting(project: Path, work: Work) -> None:
    (project / "checks/test_purse.py").write_text(
        "import os\n\n\ndef test_purse():\n    assert os.environ['PURSE'] == 'full'\n"
    )
    (project / "own.py").write_text(
        (project / "own.py").read_text()
        + "\n\nclass Rich(Good):\n    async def health_check(self):\n"
        + "        import os\n        return os.environ['PURSE'] == 'full'\n"
    )
    target = {Work.PYTEST: "checks/test_purse.py", Work.HARNESS: "own:Rich"}[work]
    campaign = Campaign(
        target="bank", preset="mine", phases=(Phase(name="own", work=work, targets=(target,)),)
    )

    setting = replace(setting_of(campaign), variables={"PURSE": "full"})
    result = carry_out(campaign, setting=setting)

    assert result.phases[0].outcome in (Outcome.PASSED, Outcome.UNKNOWN), result.phases[0].message
    assert "PURSE" not in repr(setting)


def test_a_harness_that_can_be_larger_finds_the_scale_of_the_setting() -> None:
    phase = Phase(name="own", work=Work.HARNESS, targets=("own:Scaled",))
    campaign = Campaign(target="bank", preset="mine", phases=(phase,))
    scale = Scale(nodes=7, chain_size=90, chaos_duration_s=0.5)

    result = carry_out(campaign, setting=replace(setting_of(campaign), scale=scale))

    assert [case.message for case in result.cases] == [repr(scale)], result.phases[0].message
    told = {name: value for name, value in result.environment.facts.items() if name.startswith("scale")}
    assert told == {"scale.nodes": 7, "scale.chain_size": 90, "scale.chaos_duration_s": 0.5}


def test_the_watcher_hears_of_every_phase_and_what_there_is_so_far() -> None:
    told: list[Begun | Going | Over] = []

    carried(trials("one", "bank.trials"), trials("two", "bank.trials"), watch=told.append)

    begun = [each for each in told if isinstance(each, Begun)]
    over = [each for each in told if isinstance(each, Over)]
    going = [each for each in told if isinstance(each, Going) and each.wanted]
    assert [(each.phase.name, each.number, each.of) for each in begun] == [("one", 1, 2), ("two", 2, 2)]
    assert [len(each.so_far.phases) for each in over] == [1, 2]
    assert [each.so_far.interrupted for each in over] == [True, False]
    assert [(len(each.so_far.phases), each.so_far.interrupted) for each in begun] == [(0, True), (1, True)]
    assert [(each.done, each.wanted) for each in going[:4]] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert going[0].left_s is not None


def test_cases_of_one_name_in_two_phases_have_names_of_their_own() -> None:
    result = carried(trials("one", "bank.trials"), trials("two", "bank.trials"))

    assert [case.name for case in result.cases] == ["bank.never_overdrawn", "bank.never_overdrawn (two)"]


def test_cases_of_one_name_in_one_phase_have_names_of_their_own() -> None:
    same = ("bank.trials", "bank/trials.py", "bank.trials:never_overdrawn")

    result = carried(Phase(name="one", work=Work.TRIALS, targets=same, seeds=1))

    names = [case.name for case in result.cases]
    assert names[0] == "bank.never_overdrawn"
    assert len({*names}) == 3


@pytest.mark.parametrize(
    "phase",
    [
        trials("now", "shop.py::every_fifth", seeds=100_000),
        Phase(name="now", work=Work.PYTEST, targets=("checks",)),
        Phase(name="now", work=Work.HARNESS, targets=("own:Endless",)),
        Phase(name="now", work=Work.BENCHMARKS, targets=("bank.trials",), seeds=100_000),
    ],
    ids=lambda phase: str(phase.work),
)
def test_ctrl_c_ends_it_and_the_result_is_whole(project: Path, phase: Phase) -> None:
    if phase.work is Work.PYTEST:
        (project / "checks/test_waits.py").write_text(
            "import threading\n\n\ndef test_waits():\n    threading.Event().wait()\n"
        )

    def press(told: Begun | Going | Over) -> None:
        if not isinstance(told, Going):
            return
        if phase.work is Work.HARNESS:
            # Only its own steps tell that it is under way.
            threading.Thread(target=_press_when, args=(project / "steps.txt", "initialize")).start()
        elif told.done >= 5:
            os.kill(os.getpid(), signal.SIGINT)

    result = carried(phase, trials("later", "bank.trials"), watch=press)

    assert result.interrupted
    assert outcomes(result)[1] is Outcome.SKIPPED
    assert result.phases[1].message == "interrupted by Ctrl-C"
    if phase.work is Work.HARNESS:
        assert (project / "steps.txt").read_text().split()[-1] == "shutdown"
    if phase.work in (Work.TRIALS, Work.PYTEST):
        assert result.cases


def _press_when(path: Path, word: str) -> None:
    waiting = threading.Event()
    while not path.exists() or word not in path.read_text():
        waiting.wait(0.05)
    os.kill(os.getpid(), signal.SIGINT)
