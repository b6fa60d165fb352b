"""What must stay true of the gossip, judged from what its users noted."""

from collections import Counter
from collections.abc import Sequence

from lydite.checks import Judgement, check, convergence, durability, holds, unknown, violated
from lydite.model import Event, Kind


@check
def each_is_delivered_once(events: Sequence[Event]) -> Judgement:
    """No node has delivered a rumour twice, however often it heard it. Does not check what it lacks."""
    looks = 0
    for event in events:
        if event.kind is not Kind.NOTE or event.fields["name"] != "stored":
            continue
        facts = event.fields["facts"]
        items = facts.get("items") if isinstance(facts, dict) else None
        if not isinstance(items, list):
            continue
        looks += 1
        for text, times in Counter(map(str, items)).items():
            if times > 1:
                return violated(f"a node has delivered {text!r} {times} times", event, times=times)
    return holds(f"at {looks} looks nothing was there twice") if looks else unknown("nobody looked")


INVARIANTS = (
    each_is_delivered_once,
    convergence(name="all-come-to-know-the-same"),
    durability(name="what-was-told-stays"),
)
