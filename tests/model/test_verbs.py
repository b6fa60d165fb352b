"""The verbs that bend and heal are those of the levers, and nothing else."""

import inspect
from collections.abc import Callable

from lydite.model import HEALERS, HEALS, OPPOSITES
from lydite.world import ClockLever, CpuLever, DiskLever, MemoryLever, NetworkLever, ProcessLever

LEVERS = {
    "network": NetworkLever,
    "clock": ClockLever,
    "disk": DiskLever,
    "process": ProcessLever,
    "cpu": CpuLever,
    "memory": MemoryLever,
}


def is_question(member: Callable[..., object]) -> bool:
    """Does it only tell whether there is anything to pull at?"""
    return inspect.signature(member).return_annotation in (bool, "bool")


def test_every_verb_of_a_lever_bends_or_heals() -> None:
    verbs = {
        f"{name}.{verb}"
        for name, lever in LEVERS.items()
        for verb, member in vars(lever).items()
        if inspect.isfunction(member) and not verb.startswith("_") and not is_question(member)
    }

    assert verbs == set(HEALERS) | set(HEALS)


def test_an_opposite_is_the_first_of_what_heals() -> None:
    for verb, healers in HEALERS.items():
        assert OPPOSITES[verb] == (healers or ("",))[0]
        assert all(verb in HEALS[healer] for healer in healers)
