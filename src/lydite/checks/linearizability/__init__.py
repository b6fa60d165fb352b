"""Linearizability: operations from notes, models of objects, the search for an order, and who is to blame."""

from lydite.checks.linearizability.check import BUDGET, linearizability
from lydite.checks.linearizability.models import REGISTER, Model, counter, register, unordered_set
from lydite.checks.linearizability.operation import Operation

__all__ = [
    "BUDGET",
    "REGISTER",
    "Model",
    "Operation",
    "counter",
    "linearizability",
    "register",
    "unordered_set",
]
