"""The trial, a system with its faults, its checks and its limits, and the mutant, a planted bug."""

from lydite.harness.mutant import Mutant, plant
from lydite.harness.trial import Run, Storm, Trial, trial

__all__ = ["Mutant", "Run", "Storm", "Trial", "plant", "trial"]
