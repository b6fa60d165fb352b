"""The catalogue: every check of the library, in the order in which the reference shows them."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from lydite.checks.agreement import agreement, convergence, finality
from lydite.checks.check import Check
from lydite.checks.checkpoints import checkpoint_consistency
from lydite.checks.durability import durability
from lydite.checks.linearizability import linearizability
from lydite.checks.liveness import chain_quality, liveness
from lydite.checks.monotonic import monotonic
from lydite.checks.ordering import fifo, priority
from lydite.checks.resilience import recovery, resilience
from lydite.checks.signatures import double_signing, double_signing_is_detected, threshold
from lydite.checks.supply import conservation_of_supply, no_double_spend
from lydite.checks.validity import acceptance, validity

Factory: TypeAlias = Callable[..., Check]

CATALOGUE: Final[tuple[Factory, ...]] = (
    agreement,
    finality,
    convergence,
    monotonic,
    conservation_of_supply,
    no_double_spend,
    validity,
    acceptance,
    liveness,
    chain_quality,
    recovery,
    resilience,
    fifo,
    priority,
    checkpoint_consistency,
    double_signing,
    double_signing_is_detected,
    threshold,
    durability,
    linearizability,
)

NEEDS: Final = "Needs: "
OMITS: Final = "Does not check "


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the reference says of a check, taken from the docstring of its factory."""

    name: str
    proves: str
    more: tuple[str, ...]
    """The paragraphs between what it proves and what it needs."""
    needs: str
    omits: str


def entry_of(factory: Factory) -> Entry:
    """What a factory says of itself.

    >>> entry_of(monotonic).omits
    'gaps, nor one node against another: each is measured by itself.'
    """
    paragraphs = inspect.cleandoc(factory.__doc__ or "").split("\n\n")
    needs = [_joined(each) for each in paragraphs if each.startswith(NEEDS)]
    omits = [_joined(each) for each in paragraphs if each.startswith(OMITS)]
    assert (len(needs), len(omits)) == (1, 1), f"{factory.__name__} needs one paragraph of each kind"
    return Entry(
        name=factory.__name__,
        proves=_joined(paragraphs[0]),
        more=tuple(each for each in paragraphs[1:] if not each.startswith((NEEDS, OMITS))),
        needs=needs[0].removeprefix(NEEDS),
        omits=omits[0].removeprefix(OMITS),
    )


def _joined(paragraph: str) -> str:
    return " ".join(paragraph.split())
