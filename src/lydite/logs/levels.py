"""Levels: which component tells how much, as people write it: `info,engine=debug,httpx=off`.

A level alone is for all components of Lydite; without one it is `warning`. Others (a library, a harness of your own)
tell warnings and errors unless they are named. A name also stands for what is below it: `pytest` for `pytest.e2e`.

>>> str(levels_of("info, engine=debug", where="--log"))
'info,engine=debug'
"""

import difflib
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from lydite.model import InputError

OWN: Final = "lydite"
"""The logger above all of Lydite's own."""

OFF: Final = logging.CRITICAL + 10

LEVELS: Final[Mapping[str, int]] = MappingProxyType(
    {
        "debug": logging.DEBUG,
        "info": logging.INFO,
        "warning": logging.WARNING,
        "error": logging.ERROR,
        "off": OFF,
    }
)

COMPONENTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "campaign": "the campaign and its phases: begun, over, left out and why",
        "engine": "the processes in which runs are carried out: opened, lost, late; at debug each run",
        "child": "the processes of tests and harnesses: their commands, and how they ended",
        "trials": "cases of trials: at debug those that passed as well",
        "mutants": "planted bugs, likewise",
        "pytest": "tests, likewise",
        "harness": "cases of harnesses, likewise, and each step of a harness with its time",
        "benchmarks": "measured trials, likewise",
        "history": "the history: what was kept, brought up to date, waited for",
        "gates": "the gates that failed, and the decision",
        "reports": "the reports that were written, and those that could not be",
    }
)
"""The components of Lydite, and what each tells. Those of a phase have its name behind a dot: `pytest.e2e`."""

LETTERS_MAX: Final = 1_000

_NAME: Final = re.compile(r"[\w-]+(\.[\w-]+)*")
_ALIKE: Final = 0.8
"""So much a name is like a component when it is taken for a slip of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """From which level on each component is told."""

    usual: int = logging.WARNING
    named: tuple[tuple[str, int], ...] = ()

    def allows(self, logger: str, level: int) -> bool:
        """Is a record of a logger told?"""
        return level >= self.least(logger)

    def least(self, logger: str) -> int:
        """The level of a logger: of all names above it, the longest one says it."""
        component = component_of(logger)
        above = [each for each in self.named if f"{component}.".startswith(f"{each[0]}.")]
        if above:
            return max(above, key=lambda each: len(each[0]))[1]
        return self.usual if _is_own(logger) else max(self.usual, logging.WARNING)

    def also(self, other: "Levels") -> "Levels":
        """What either of them allows, and perhaps a little more."""
        names = dict.fromkeys(name for name, _ in (*self.named, *other.named))
        return Levels(
            usual=min(self.usual, other.usual),
            named=tuple(
                (name, min(self.least(f"{OWN}.{name}"), other.least(f"{OWN}.{name}"))) for name in names
            ),
        )

    @property
    def are_off(self) -> bool:
        """Is nothing told at all?"""
        return all(level >= OFF for level in (self.usual, *(level for _, level in self.named)))

    def __str__(self) -> str:
        words = {level: word for word, level in LEVELS.items()}
        return ",".join([words[self.usual], *(f"{name}={words[level]}" for name, level in self.named)])


def component_of(logger: str) -> str:
    """The component that a logger speaks for.

    >>> component_of("lydite.engine"), component_of("httpx"), component_of("lydite_subjects.coin")
    ('engine', 'httpx', 'lydite_subjects.coin')
    """
    return logger.removeprefix(f"{OWN}.")


def component_named(*parts: str) -> str:
    """The name of a component that is made of these, whatever letters they have.

    >>> component_named("pytest", "end to end")
    'pytest.end_to_end'
    """
    return ".".join(re.sub(r"[^\w-]+", "_", part) for part in parts)


def near_level(word: str) -> str:
    """What may have been meant by a word that is no level.

    >>> near_level("DEBUG"), near_level("warn"), near_level("x")
    ('did you mean debug?', 'did you mean warning?', '')
    """
    close = difflib.get_close_matches(word.lower(), LEVELS, n=1, cutoff=0.7)
    return f"did you mean {close[0]}?" if close else ""


def levels_of(text: str, where: str) -> Levels:
    """The levels that a text says; one error with all that is wrong with it."""
    if len(text) > LETTERS_MAX:
        raise InputError(f"expected levels in at most {LETTERS_MAX:,} letters, found more", where=where)
    usual: list[int] = []
    named: dict[str, int] = {}
    problems: list[str] = []
    for word in filter(None, (each.strip() for each in text.split(","))):
        name, equals, level = (each.strip() for each in word.rpartition("="))
        problems += _problems(name if equals else "", level, is_named=bool(equals))
        if level in LEVELS and not equals:
            usual.append(LEVELS[level])
        elif level in LEVELS:
            if component_of(name) in named:
                problems.append(f"{name} has one level, found several")
            named[component_of(name)] = LEVELS[level]
    if len(usual) > 1:
        problems.append("expected one level for everything, found several")
    if not usual and not named and not problems:
        problems.append(f"expected levels such as info,engine=debug, found {text!r}")
    if problems:
        raise InputError("; ".join(problems), where=where)
    return Levels(usual=usual[0] if usual else logging.WARNING, named=tuple(named.items()))


def _problems(name: str, level: str, *, is_named: bool) -> list[str]:
    """What is wrong with one word of it."""
    if not is_named and component_of(level) in COMPONENTS:
        return [f"expected a level for {level}, found none: {level}=debug?"]
    found = []
    if level not in LEVELS:
        meant = "" if not level else near_level(level)
        found.append(
            f"expected a level out of {', '.join(LEVELS)}, found {level!r:.80}" + f": {meant}" * bool(meant)
        )
    if is_named and not _NAME.fullmatch(name):
        found.append(f"expected the name of a component in front of ={level:.80}, found {name!r:.80}")
    elif is_named and (meant := _slip(component_of(name).partition(".")[0])):
        found.append(f"there is no component {name:.80}: did you mean {meant}?")
    return found


def _slip(name: str) -> str:
    """The component of Lydite that was mistyped; of a name that is like none, nobody knows whose it is."""
    if name in COMPONENTS:
        return ""
    close = difflib.get_close_matches(name, COMPONENTS, n=1, cutoff=_ALIKE)
    return close[0] if close else ""


def _is_own(logger: str) -> bool:
    return logger == OWN or logger.startswith(f"{OWN}.")
