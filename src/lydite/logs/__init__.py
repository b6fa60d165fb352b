"""Logs: what Lydite and what it runs were doing, by component, as it happens and afterwards.

Underneath is `logging` of the standard library. A component is a logger without the `lydite.` in front of its name, so
whatever a harness of your own logs stands beside what Lydite says.
"""

from lydite.logs.following import followed
from lydite.logs.levels import COMPONENTS, LEVELS, Levels, component_named, levels_of, near_level
from lydite.logs.line import Line, line_of, shown, visible
from lydite.logs.listeners import handed_on, listening, telling, told_again
from lydite.logs.reading import PROCESSES, Found, Wanted, logs_in
from lydite.logs.writing import FILE_NAME, FULL_BYTES, Journal, kept

__all__ = [
    "COMPONENTS",
    "FILE_NAME",
    "FULL_BYTES",
    "LEVELS",
    "PROCESSES",
    "Found",
    "Journal",
    "Levels",
    "Line",
    "Wanted",
    "component_named",
    "followed",
    "handed_on",
    "kept",
    "levels_of",
    "line_of",
    "listening",
    "logs_in",
    "near_level",
    "shown",
    "telling",
    "told_again",
    "visible",
]
