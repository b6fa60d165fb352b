"""Standings: gates in the order in which they matter to who decides."""

from collections.abc import Iterable
from typing import Final

from lydite.model import GateOutcome, Standing

_ORDER: Final = (Standing.FAILED, Standing.NOT_EVALUATED, Standing.WAIVED, Standing.PASSED)


def in_order(outcomes: Iterable[GateOutcome]) -> list[GateOutcome]:
    """What failed first, and last what has nothing to say."""
    return sorted(
        outcomes, key=lambda gate: (is_silent(gate), _ORDER.index(gate.standing), not gate.required)
    )


def is_silent(gate: GateOutcome) -> bool:
    """Did it have nothing to judge by, and would it have decided nothing either?"""
    return gate.standing is Standing.NOT_EVALUATED and not gate.required


def asked(gate: GateOutcome) -> str:
    """Who is asked of a gate that did not pass; empty where nobody is."""
    return f"ask {gate.owner}" if gate.owner and gate.standing is not Standing.PASSED else ""
