"""Who did it: the line of a program, or of a trial, that is to blame."""

import sysconfig
from pathlib import Path
from types import FrameType
from typing import Any, Final

from lydite.sim.patches import real

_OWN: Final = str(Path(__file__).resolve().parents[2])
_STANDARD: Final = sysconfig.get_path("stdlib")
PLACES_MAX: Final = 8


def is_foreign(filename: str) -> bool:
    """Is this a file of somebody else's: the interpreter's, a library's, or Lydite's own?"""
    return (
        filename.startswith((_OWN, _STANDARD, "<frozen"))
        or "/site-packages/" in filename
        or "/dist-packages/" in filename
    )


def culprit(frame: FrameType | None) -> str:
    """The innermost frame that is neither the interpreter's nor a library's nor ours, as file:line in name."""
    first = frame
    while frame is not None:
        if not is_foreign(frame.f_code.co_filename):
            return place(frame)
        frame = frame.f_back
    return place(first) if first is not None else ""


def place(frame: FrameType) -> str:
    """A frame, for people."""
    return f"{frame.f_code.co_filename}:{frame.f_lineno} in {frame.f_code.co_qualname}"


def waiting_places(loop: Any) -> list[str]:
    """Where the tasks of a world wait: the trial's first, then each host's."""
    places: list[str] = []
    for task in sorted(real.all_tasks(loop), key=hash):
        process = getattr(task, "process", None)
        if process is not None and not process.alive:
            continue
        stack = _chain(task)
        if not stack:
            continue
        who = process.host.name if process is not None else "?"
        own = [frame for frame in stack if not is_foreign(frame.f_code.co_filename)]
        places.append(f"{who} waits at {place((own or stack)[-1])}")
    more = len(places) - PLACES_MAX
    return places[:PLACES_MAX] + ([f"and {more} more"] if more > 0 else [])


def _chain(task: Any) -> list[FrameType]:
    """The frames of a waiting task, down through what it awaits: a task's own stack shows the first only."""
    frames: list[FrameType] = []
    waiting = task.get_coro()
    while waiting is not None:
        frame = getattr(waiting, "cr_frame", None) or getattr(waiting, "gi_frame", None)
        if frame is not None:
            frames.append(frame)
        waiting = getattr(waiting, "cr_await", None) or getattr(waiting, "gi_yieldfrom", None)
    return frames
