"""The planted bugs of the counter."""

from lydite_subjects.counter.mutants import MUTANTS

__all__ = ["MUTANTS"]
