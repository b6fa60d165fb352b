"""Listeners: whoever wants to hear what components do, from which levels on, and for how long.

Nothing is heard, and next to nothing is spent, as long as nobody listens. A process that was started hears nothing by
itself: one that shall is handed the levels by a variable, which those find as well whom it starts in its turn; it tells
its parent, who lets everybody there hear it.
"""

import logging
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import reduce
from typing import Any, Final, TypeAlias

from lydite.logs.levels import OWN, Levels, component_named, levels_of
from lydite.logs.line import BEHIND, Line, line_of

VARIABLE: Final = "LYDITE_TELLS_LOG"
"""The environment variable with the levels that a parent wants to hear."""

Take: TypeAlias = Callable[[Line], None]
"""Takes a line in. It must not fail: nothing ever goes wrong because somebody listens."""


class Listener(logging.Handler):
    """Hands on what its levels allow."""

    def __init__(self, levels: Levels, take: Take) -> None:
        super().__init__()
        self.levels = levels
        self._take = take

    def emit(self, record: logging.LogRecord) -> None:
        """Hand on what is said."""
        if self.levels.allows(record.name, record.levelno):
            self._take(line_of(record))


class Teller(logging.Handler):
    """Tells a parent what its levels allow."""

    def __init__(self, levels: Levels, tell: Callable[..., None]) -> None:
        super().__init__()
        self.levels = levels
        self._tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        """Tell it with all that the parent needs to say it again."""
        if not self.levels.allows(record.name, record.levelno):
            return
        # A parent that is gone is none of the harness's business.
        with suppress(OSError):
            self._tell(
                kind="log",
                name=record.name,
                level=record.levelno,
                text=line_of(record).text,
                created=record.created,
                process=record.process,
            )


@contextmanager
def listening(levels: Levels, take: Take) -> Iterator[None]:
    """Hear what these levels allow, of all loggers of this process, until this is over."""
    with _handling(Listener(levels, take), levels):
        yield


@contextmanager
def telling(tell: Callable[..., None]) -> Iterator[None]:
    """In a process that was started: tell its parent what that wants to hear, until this is over."""
    text = os.environ.get(VARIABLE, "")
    if not text:
        yield
        return
    levels = levels_of(text, where=VARIABLE)
    with _handling(Teller(levels, tell), levels):
        yield


def handed_on() -> Mapping[str, str]:
    """The variable by which a process that is started knows what is wanted here; none where nobody listens."""
    wanted = [each.levels for each in logging.getLogger().handlers if isinstance(each, Listener | Teller)]
    return {VARIABLE: str(reduce(Levels.also, wanted))} if wanted else {}


def told_again(told: Mapping[str, Any], logger: str, *, behind: str = "") -> None:
    """Let everybody here hear what another process has told, under the name of a logger, and behind that of a phase."""
    record = logging.makeLogRecord(
        {
            "name": logger,
            "levelno": told["level"],
            "levelname": logging.getLevelName(told["level"]),
            "msg": told["text"],
            "created": told["created"],
            "process": told["process"],
            BEHIND: component_named(behind),
        }
    )
    logging.getLogger(logger).handle(record)


@contextmanager
def _handling(handler: logging.Handler, levels: Levels) -> Iterator[None]:
    before = [*_opened(levels)]
    logging.getLogger().addHandler(handler)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(handler)
        for logger, level in reversed(before):
            logger.setLevel(level)


def _opened(levels: Levels) -> Iterator[tuple[logging.Logger, int]]:
    """Let each logger make what is wanted of it; it and its level before. None is made to say less."""
    names = {OWN: levels.usual}
    for name, level in levels.named:
        names[f"{OWN}.{name}"] = names[name] = level
    for name, level in names.items():
        logger = logging.getLogger(name)
        if level < logger.getEffectiveLevel():
            yield logger, logger.level
            logger.setLevel(level)
