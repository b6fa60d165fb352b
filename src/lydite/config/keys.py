"""Keys: every setting by its dotted name, with all that is said about it in `settings.py`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import Enum
from typing import Any, Final, TypeAlias

from lydite.config.settings import Settings
from lydite.model import masked

Value: TypeAlias = bool | int | float | str | tuple[str, ...]

PREFIX: Final = "LYDITE_"


class Kind(Enum):
    """What a value is; in words, and as JSON Schema calls it."""

    SWITCH = ("true or false", "boolean")
    WHOLE = ("a whole number", "integer")
    NUMBER = ("a number", "number")
    TEXT = ("text", "string")
    NAMES = ("a list of names", "array")

    @property
    def words(self) -> str:
        """For people."""
        return self.value[0]

    @property
    def json_type(self) -> str:
        """For schemas."""
        return self.value[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One setting."""

    name: str
    """As `sweep.seeds`."""
    kind: Kind
    default: Value
    meaning: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    pairs: str = ""
    """What follows each of the choices after an equals sign; nothing does where it is empty."""
    shape: str = ""
    """The regular expression of a text, which it matches whole; any where it is empty."""
    words: str = ""
    """The shape in words."""
    secret: bool = False
    """May it hold a password?"""

    @property
    def section(self) -> str:
        """As `sweep`."""
        return self.name.partition(".")[0]

    @property
    def short(self) -> str:
        """As `seeds`."""
        return self.name.partition(".")[2]

    @property
    def expected(self) -> str:
        """What a value must be, in words."""
        if self.pairs:
            return f"a list of NAME={self.pairs}, each NAME once and out of {', '.join(self.choices)}"
        if self.choices:
            of = "a list of names out of" if self.kind is Kind.NAMES else "one of"
            return f"{of} {', '.join(self.choices)}"
        if self.low is not None and self.high is not None:
            return f"{self.kind.words} from {self.low:,} to {self.high:,}"
        return self.words or self.kind.words

    def allows(self, value: Value) -> bool:
        """Is a value of the right kind within the limits?"""
        if isinstance(value, tuple) and self.pairs:
            told = [tuple(part.strip() for part in each.partition("=")) for each in value]
            good = all(text and text.isprintable() for _, _, text in told)
            return good and self._are_choices(tuple(name for name, _, _ in told))
        if isinstance(value, tuple):
            return self._are_choices(value)
        if isinstance(value, str):
            if self.choices:
                return value in self.choices
            return not self.shape or re.fullmatch(self.shape, value, re.DOTALL) is not None
        if isinstance(value, bool) or self.low is None or self.high is None:
            return True
        return self.low <= value <= self.high

    def _are_choices(self, names: tuple[str, ...]) -> bool:
        """Is each of the names one that there is, and there once?"""
        return len({*names}) == len(names) and (not self.choices or {*names} <= {*self.choices})

    def shown(self, value: Value) -> Value:
        """The value as it may be shown."""
        return masked(value) if self.secret and isinstance(value, str) else value


def variable_of(name: str) -> str:
    """The environment variable of a key.

    >>> variable_of("sweep.seeds"), variable_of("lydite.preset")
    ('LYDITE_SWEEP_SEEDS', 'LYDITE_PRESET')
    """
    return PREFIX + name.removeprefix("lydite.").replace(".", "_").upper()


_KINDS: Final[Mapping[Any, Kind]] = {
    bool: Kind.SWITCH,
    int: Kind.WHOLE,
    float: Kind.NUMBER,
    str: Kind.TEXT,
    tuple[str, ...]: Kind.NAMES,
}


def _keys() -> dict[str, Key]:
    found = {}
    for section in fields(Settings):
        of: Any = section.type
        for each in fields(of):
            default: Any = each.default
            name = f"{section.name}.{each.name}"
            kind = _KINDS[each.type]
            found[name] = Key(name=name, kind=kind, default=default, **each.metadata)
    return found


KEYS: Final[Mapping[str, Key]] = _keys()
"""Every setting, in the order of the sections."""

SECTIONS: Final[Mapping[str, str]] = {
    section.name: " ".join((section.type.__doc__ or "").split()) for section in fields(Settings)
}
"""Every section, and what it is about."""
