"""The catalogue of troubles by resource, and the schedules that are made of them."""

from lydite.faults.budget import Budget, Ledger
from lydite.faults.catalogue import CATALOGUE, trouble_of, validate
from lydite.faults.codec import (
    Answers,
    Classifies,
    Codec,
    Conflicts,
    Endorses,
    Forks,
    Identifies,
    Message,
    Proposes,
    Signs,
    Votes,
)
from lydite.faults.nemeses import (
    Nemesis,
    clog_and_release,
    crash_before_sync,
    isolate_leader,
    split_at_quorum,
    step_at_epoch,
)
from lydite.faults.performing import under
from lydite.faults.shapes import rounder, shape_of
from lydite.faults.storm import Mode, Storm
from lydite.faults.trouble import Bends, Hands, Harm, Trouble

__all__ = [
    "CATALOGUE",
    "Answers",
    "Bends",
    "Budget",
    "Classifies",
    "Codec",
    "Conflicts",
    "Endorses",
    "Forks",
    "Hands",
    "Harm",
    "Identifies",
    "Ledger",
    "Message",
    "Mode",
    "Nemesis",
    "Proposes",
    "Signs",
    "Storm",
    "Trouble",
    "Votes",
    "clog_and_release",
    "crash_before_sync",
    "isolate_leader",
    "rounder",
    "shape_of",
    "split_at_quorum",
    "step_at_epoch",
    "trouble_of",
    "under",
    "validate",
]
