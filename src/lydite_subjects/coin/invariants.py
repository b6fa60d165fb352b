"""What must stay true of the coin, judged from what its users and its auditor noted.

Beside these checks there are the claims that the workload makes by itself, in one line each: `chain-is-valid`,
`coins-match-the-chain`, `pool-fits-the-chain`, `payments-confirm`, `mining-succeeds`, `right-blocks-are-taken`,
`honest-payments-are-taken`, `newcomer-catches-up`, `first-seen-stays`, `longer-branch-wins`,
`conflicts-leave-the-pool`, `child-outlives-another-signature`, `block-is-taken-after-a-power-cut`,
`large-blocks-are-taken`, `memory-is-bounded`, and a `refuses-…` for each attack.
"""

from collections.abc import Sequence
from typing import Final

from lydite.checks import (
    Check,
    Judgement,
    check,
    conservation_of_supply,
    convergence,
    holds,
    no_double_spend,
    unknown,
    violated,
)
from lydite.model import Event, Kind


@check
def work_never_shrinks(events: Sequence[Event]) -> Judgement:
    """The work that a node tells of is never less than what it had told before it was asked, also after a restart.

    Does not check which blocks the work is of: a reorganisation to more work is as it should be.
    """
    told: dict[str, list[tuple[Event, int]]] = {}
    compared = 0
    for event in events:
        facts = (
            event.fields.get("facts") if event.kind is Kind.NOTE and event.fields["name"] == "told" else None
        )
        match facts:
            case {"node": str(node), "asked_ns": int(asked_ns), "work": int(work)}:
                earlier = [each for each in told.get(node, []) if each[0].at_ns <= asked_ns]
                most = max(earlier, key=lambda each: each[1], default=None)
                compared += most is not None
                if most is not None and work < most[1]:
                    return violated(
                        f"{node} had told of work {most[1]}, and then only of {work}",
                        most[0],
                        event,
                        node=node,
                        before=most[1],
                        found=work,
                    )
                told.setdefault(node, []).append((event, work))
            case _:
                pass
    if not compared:
        return unknown("no node told of its work twice")
    return holds(f"work never shrank in {compared:,} answers")


AUDITED: Final[tuple[Check, ...]] = (
    convergence(name="nodes-converge"),
    conservation_of_supply(name="supply-is-conserved"),
)
"""What every audit is judged by."""

SPENDING: Final[tuple[Check, ...]] = (*AUDITED, no_double_spend(name="no-double-spend"))
"""The same where payments are made."""

INVARIANTS: Final[tuple[Check, ...]] = (*SPENDING, work_never_shrinks)
"""What every trial is held to in which people live for a while."""
