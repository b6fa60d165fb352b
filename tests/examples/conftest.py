"""The programs of the examples are ended by Ctrl-C, whatever the shell thinks of it."""

from tests.interrupts import interruptible

__all__ = ["interruptible"]
