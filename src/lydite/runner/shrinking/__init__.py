"""Shrinking: from a failure to the smallest one that still fails by the same check."""

from lydite.runner.shrinking.oracle import Budget, Ended, Shrinking
from lydite.runner.shrinking.regression import regression_of, write_regression
from lydite.runner.shrinking.shrunk import Shrunk, events_of, shrink

__all__ = [
    "Budget",
    "Ended",
    "Shrinking",
    "Shrunk",
    "events_of",
    "regression_of",
    "shrink",
    "write_regression",
]
