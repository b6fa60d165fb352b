"""A run from plain values: what the pytest files that a shrink writes are made of."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

from lydite.model import Finding, InputError, Plain, Schedule, Verdict, gravest
from lydite.runner.engines.forked import TIMEOUT_S
from lydite.runner.orders import Opening, Order, Run
from lydite.runner.replaying import open_near


def rerun(
    target: str,
    *,
    seed: int,
    schedule: Sequence[Plain],
    parts: Mapping[str, Sequence[int]] | None = None,
    near: str = "",
    timeout_s: float = TIMEOUT_S,
) -> Run:
    """Run one trial of the honest program with this seed, under these faults, with these parts of its workload.

    The target is seen from the current folder, or else from the folders above the file `near`. Of what failed, `failed`
    of the run tells; whether a check holds, `doubt`.
    """
    faults = Schedule.from_plain(list(schedule))
    kept = {name: tuple(numbers) for name, numbers in (parts or {}).items()}
    path = Path(near) if near else Path.cwd() / "here"
    with closing(open_near(Opening(target=target), path, timeout_s=timeout_s)) as engine:
        trials = engine.description.trials
        if len(trials) != 1:
            raise InputError(
                f"a run is of one trial, and {target} has {len(trials)}",
                where=target,
                remedy=f"name one: {', '.join(each.target for each in trials)}",
            )
        return engine.run(Order(number=0, label=trials[0].label, seed=seed, schedule=faults, parts=kept))


def doubt(run: Run, check: str) -> str:
    """Why a run does not show that a check holds: it fails, it proved nothing, nobody judged it. Empty where it holds.

    A claim of the trial (`world.always`) is only known to exist if its line was reached. So a check of which a run says
    nothing is in doubt as well: renamed, removed and never reached look the same.
    """
    ending = run.result.ending
    if ending is not None:
        where = f" ({ending.where})" if ending.where else ""
        return f"the run failed itself: {ending.error}: {ending.message}{where}"
    # What is sometimes true, or was reached, can share the name; it never fails, so it is not what is meant.
    said = [
        finding
        for finding in run.result.findings
        if finding.check == check and finding.facts.get("mode") not in ("sometimes", "reachable")
    ]
    match gravest(finding.verdict for finding in said):
        case Verdict.HOLDS:
            return ""
        case Verdict.VIOLATED:
            return f"{check} fails: {_message(said, Verdict.VIOLATED)}"
        case Verdict.UNKNOWN if said:
            return (
                f"{check} proved nothing: {_message(said, Verdict.UNKNOWN)}; whether the bug is gone this run does "
                "not say: find the failure anew with `lydite sweep`, or delete this test if it cannot come any more"
            )
        case _:
            judged = ", ".join(dict.fromkeys(finding.check for finding in run.result.findings)) or "nothing"
            return (
                f"nothing judged {check} in {run.order.label}: it was renamed or removed, or its line is not reached "
                f"any more; judged were: {judged}. If it has another name, write its new name into this test"
            )


def _message(findings: Sequence[Finding], verdict: Verdict) -> str:
    return next(finding.message for finding in findings if finding.verdict is verdict)
