"""The runner: finds a target, runs it with many seeds in forked processes, and keeps what failed.

This is the runner's own side, which imports no code under test. The other side, the nursery, is a process
of its own.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from lydite.runner.documents import (
    ending_as_plain,
    error_as_plain,
    event_as_plain,
    finding_as_plain,
    result_as_plain,
)
from lydite.runner.orders import Bare, Description, Listed, Opening, Order, Planted, Run
from lydite.runner.tally import Tally

if TYPE_CHECKING:
    from lydite.runner.campaign import (
        PIPE,
        REPORTER,
        Begun,
        Going,
        Over,
        Setting,
        SimulatedLaboratory,
        Watch,
        campaign_of,
        carry_out,
        reasons,
        setting_of,
    )
    from lydite.runner.commit import commit_of, whole_commit
    from lydite.runner.engines import ForkedEngine, Habitat
    from lydite.runner.failure import (
        FAILURE_VERSION,
        Failure,
        failure_of,
        in_file_name,
        read_failure,
        write_failure,
    )
    from lydite.runner.gate import Gated, check_determinism, overall
    from lydite.runner.proof import Caught, Fate, Plan, Unplanted, chosen, hunt, planted
    from lydite.runner.rechecking import NotHere, Rechecked, recheck
    from lydite.runner.replaying import Replay, Sameness, open_near, replay
    from lydite.runner.rerunning import doubt, rerun
    from lydite.runner.scaling import scale_of
    from lydite.runner.seed import Done, read_schedule, run_seed
    from lydite.runner.session import STEP_S, Session, Stage, StepFailed, told_of
    from lydite.runner.shrinking import (
        Budget,
        Ended,
        Shrinking,
        Shrunk,
        events_of,
        regression_of,
        shrink,
        write_regression,
    )
    from lydite.runner.sweep import STARTING, Group, Idle, Progress, Sweep, SweepResult, Until, kind_of
    from lydite.runner.whereabouts import subjects

__all__ = [
    "FAILURE_VERSION",
    "PIPE",
    "REPORTER",
    "STARTING",
    "STEP_S",
    "Bare",
    "Begun",
    "Budget",
    "Caught",
    "Description",
    "Done",
    "Ended",
    "Failure",
    "Fate",
    "ForkedEngine",
    "Gated",
    "Going",
    "Group",
    "Habitat",
    "Idle",
    "Listed",
    "NotHere",
    "Opening",
    "Order",
    "Over",
    "Plan",
    "Planted",
    "Progress",
    "Rechecked",
    "Replay",
    "Run",
    "Sameness",
    "Session",
    "Setting",
    "Shrinking",
    "Shrunk",
    "SimulatedLaboratory",
    "Stage",
    "StepFailed",
    "Sweep",
    "SweepResult",
    "Tally",
    "Unplanted",
    "Until",
    "Watch",
    "campaign_of",
    "carry_out",
    "check_determinism",
    "chosen",
    "commit_of",
    "doubt",
    "ending_as_plain",
    "error_as_plain",
    "event_as_plain",
    "events_of",
    "failure_of",
    "finding_as_plain",
    "hunt",
    "in_file_name",
    "kind_of",
    "open_near",
    "overall",
    "planted",
    "read_failure",
    "read_schedule",
    "reasons",
    "recheck",
    "regression_of",
    "replay",
    "rerun",
    "result_as_plain",
    "run_seed",
    "scale_of",
    "setting_of",
    "shrink",
    "subjects",
    "told_of",
    "whole_commit",
    "write_failure",
    "write_regression",
]

_LATE = {
    "lydite.runner.campaign": (
        "PIPE",
        "REPORTER",
        "Begun",
        "Going",
        "Over",
        "Setting",
        "SimulatedLaboratory",
        "Watch",
        "campaign_of",
        "carry_out",
        "reasons",
        "setting_of",
    ),
    "lydite.runner.commit": (
        "commit_of",
        "whole_commit",
    ),
    "lydite.runner.engines": (
        "ForkedEngine",
        "Habitat",
    ),
    "lydite.runner.failure": (
        "FAILURE_VERSION",
        "Failure",
        "failure_of",
        "in_file_name",
        "read_failure",
        "write_failure",
    ),
    "lydite.runner.gate": (
        "Gated",
        "check_determinism",
        "overall",
    ),
    "lydite.runner.proof": (
        "Caught",
        "Fate",
        "Plan",
        "Unplanted",
        "chosen",
        "hunt",
        "planted",
    ),
    "lydite.runner.rechecking": (
        "NotHere",
        "Rechecked",
        "recheck",
    ),
    "lydite.runner.replaying": (
        "Replay",
        "Sameness",
        "open_near",
        "replay",
    ),
    "lydite.runner.rerunning": (
        "doubt",
        "rerun",
    ),
    "lydite.runner.scaling": ("scale_of",),
    "lydite.runner.seed": (
        "Done",
        "read_schedule",
        "run_seed",
    ),
    "lydite.runner.session": (
        "STEP_S",
        "Session",
        "Stage",
        "StepFailed",
        "told_of",
    ),
    "lydite.runner.shrinking": (
        "Budget",
        "Ended",
        "Shrinking",
        "Shrunk",
        "events_of",
        "regression_of",
        "shrink",
        "write_regression",
    ),
    "lydite.runner.sweep": (
        "STARTING",
        "Group",
        "Idle",
        "Progress",
        "Sweep",
        "SweepResult",
        "Until",
        "kind_of",
    ),
    "lydite.runner.whereabouts": ("subjects",),
}
"""What a run does not need: a nursery begins here as well, and would load all of it in vain."""


def __getattr__(name: str) -> object:
    for module, names in _LATE.items():
        if name in names:
            found = import_module(module)
            # All at once, and in place of the module, which may have the name of what is in it.
            globals().update({each: getattr(found, each) for each in names})
            return globals()[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
