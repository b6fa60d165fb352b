"""Every kind of dossier that a report must be able to tell."""

from collections.abc import Callable
from typing import TypeAlias

from lydite.model import Dossier
from tests.reports import dossiers

Make: TypeAlias = Callable[[], Dossier]

FINITE: tuple[Make, ...] = (
    dossiers.green,
    dossiers.red,
    dossiers.not_evaluated,
    dossiers.incomplete,
    dossiers.empty,
    dossiers.many,
)
"""Those that JSON can carry: every number in them is one."""

ALL: tuple[Make, ...] = (*FINITE, dossiers.hostile)


def name_of(make: Make) -> str:
    """What a test is called after."""
    return str(getattr(make, "__name__", make))
