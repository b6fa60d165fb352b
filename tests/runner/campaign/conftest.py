"""Campaigns are interrupted here, whatever the shell thinks of it."""

from tests.interrupts import interruptible

__all__ = ["interruptible"]
