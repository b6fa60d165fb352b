"""Lydite tests blockchains, and its verdicts can be checked by anyone."""

__all__ = ["__version__"]

__version__ = "0.1.0"
