"""The trial, a system with its faults, its checks and its limits, and the mutant, a planted bug."""

from lydite.harness.mutant import Mutant, Planter, plant
from lydite.harness.script import Script
from lydite.harness.trial import Run, Storm, Trial, trial

__all__ = ["Mutant", "Planter", "Run", "Script", "Storm", "Trial", "plant", "trial"]
