"""Carries out probes, several at a time, and waits for none of them longer than its limit."""

import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from lydite.doctor.probe import Answer, Probe, Seen, unknown

AT_A_TIME: Final = 8
TICK_S: Final = 0.5
"""How often at least `watch` is called."""

Watch: TypeAlias = Callable[[int, int], None]
"""Called with how many probes are done, and how many there are."""

_Answers: TypeAlias = "queue.SimpleQueue[tuple[int, Answer, float]]"


def examine(probes: Sequence[Probe], watch: Watch | None = None) -> tuple[Seen, ...]:
    """What all probes say, in their order.

    A probe that keeps its thread for longer than its limit is left behind: what it waits for, a file system that
    does not answer, cannot be interrupted. Its thread ends with the process.
    """
    answers: _Answers = queue.SimpleQueue()
    waiting = deque(range(len(probes)))
    begun: dict[int, float] = {}
    seen: dict[int, Seen] = {}
    while waiting or begun:
        while waiting and len(begun) < AT_A_TIME:
            index = waiting.popleft()
            begun[index] = time.monotonic()
            threading.Thread(target=_look, args=(index, probes[index], answers), daemon=True).start()
        try:
            index, answer, seconds = answers.get(timeout=TICK_S)
        except queue.Empty:
            pass
        else:
            if begun.pop(index, None) is not None:
                seen[index] = _seen(probes[index], answer, seconds)
        now = time.monotonic()
        for index in [each for each, at in begun.items() if now - at > probes[each].limit_s]:
            limit_s = probes[index].limit_s
            answer = unknown(f"no answer within {limit_s:g} s", "look at it by hand: something hangs")
            seen[index] = _seen(probes[index], answer, now - begun.pop(index))
        if watch is not None:
            watch(len(seen), len(probes))
    return tuple(seen[index] for index in range(len(probes)))


def _look(index: int, probe: Probe, answers: _Answers) -> None:
    begun = time.monotonic()
    try:
        answer = probe.look()
    except Exception as error:  # a probe that breaks is an answer too, and the others go on
        answer = unknown(f"{type(error).__name__}: {error}")
    answers.put((index, answer, time.monotonic() - begun))


def _seen(probe: Probe, answer: Answer, seconds: float) -> Seen:
    return Seen(
        name=probe.name,
        group=probe.group,
        enables=probe.enables,
        required=probe.required,
        health=answer.health,
        found=answer.found,
        remedy=answer.remedy,
        seconds=seconds,
    )
