"""Histories of operations for the tests of linearizability: made at random, and judged by trying everything."""

from collections.abc import Callable, Sequence
from itertools import combinations, permutations

from lydite.checks import Model, Operation
from lydite.model import Draws, Plain
from tests.checks.stories import Story

Take = Callable[[dict[str, Plain], str, Plain], Plain]


def has_order(operations: Sequence[Operation], model: Model) -> bool:
    """Whether any order fits: all orders of all answered operations with any of the others are tried."""
    answered = [each for each in operations if each.answered]
    pending = [each for each in operations if not each.answered]
    return any(
        _fits(order, model)
        for count in range(len(pending) + 1)
        for chosen in combinations(pending, count)
        for order in permutations([*answered, *chosen])
    )


def _fits(order: Sequence[Operation], model: Model) -> bool:
    for position, later in enumerate(order):
        for earlier in order[:position]:
            if later.ended is not None and later.ended.number < earlier.begun.number:
                return False
    state = model.initial
    for each in order:
        fits, state = model.step(state, each)
        if not fits:
            return False
    return True


def played(
    seed: int, *, operations: int, clients: int = 5, keys: int = 1, lost: float = 0.0, cas: float = 0.2
) -> Story:
    """A correct history of registers: each operation happens somewhere between its notes.

    A share of `lost` is answered `info` and happens later, or never; then its client goes by a new name.
    """
    draws = Draws(seed, "history", "register")
    story, registers = Story(), dict[str, Plain]()
    idle = [f"c{number}" for number in range(clients)]
    running: list[dict[str, Plain]] = []
    late: list[dict[str, Plain]] = []
    begun = 0
    while begun < operations or running:
        if late and draws.chance(0.1):
            _happen(registers, late.pop(draws.below(len(late))))
        if idle and begun < operations and (not running or draws.chance(0.5)):
            begun += 1
            asked = _asked(draws, begun, f"k{draws.below(keys)}", cas)
            asked["client"] = idle.pop(draws.below(len(idle)))
            told = {name: asked[name] for name in ("client", "action", "value", "key") if name in asked}
            story.note("operation", phase="invoke", **told)
            running.append(asked)
            continue
        chosen = running[draws.below(len(running))]
        client = str(chosen["client"])
        if "happened" not in chosen and not draws.chance(lost):
            _happen(registers, chosen)
            continue
        running.remove(chosen)
        if "happened" not in chosen:
            late.append(chosen)
            story.note("operation", client=client, phase="info")
            idle.append(f"{client}'")
            continue
        idle.append(client)
        phase = "ok" if chosen["happened"] else "fail"
        if chosen["action"] == "read":
            story.note("operation", client=client, phase=phase, value=chosen["found"])
        else:
            story.note("operation", client=client, phase=phase)
    return story


def _asked(draws: Draws, number: int, key: str, cas: float) -> dict[str, Plain]:
    if draws.chance(0.5):
        return {"action": "read", "key": key}
    if draws.chance(cas):
        return {"action": "cas", "key": key, "value": [draws.below(max(1, number)), number]}
    return {"action": "write", "key": key, "value": number}


def _happen(registers: dict[str, Plain], asked: dict[str, Plain]) -> None:
    key, value = str(asked["key"]), asked.get("value")
    asked["found"], asked["happened"] = registers.get(key), True
    if asked["action"] == "write":
        registers[key] = value
    elif asked["action"] == "cas":
        assert isinstance(value, list)
        asked["happened"] = registers.get(key) == value[0]
        if asked["happened"]:
            registers[key] = value[1]
