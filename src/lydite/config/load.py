"""Settings from all layers: defaults, preset, file, variables, flags; the later one wins."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final, TypeAlias

from lydite.config.keys import KEYS, Key, Value, variable_of
from lydite.config.origin import Origin, Source
from lydite.config.presets import PRESETS
from lydite.config.problems import ConfigRefused, Problem
from lydite.config.reading import Given, Read, from_environment, from_file, from_flag, nearest
from lydite.config.settings import Settings

FILE_NAME: Final = "lydite.toml"
"""The file that is read where no other is named, if it lies in the current folder."""

FILE_VARIABLE: Final = "LYDITE_CONFIG"
"""The variable that names another file."""

PRESET: Final = "lydite.preset"

SEEDS: Final = "sweep.seeds"

ENVIRONMENT_FILE: Final = "lydite.environment_file"

_BESIDE: Final = frozenset({"lydite", "campaign", "history", "report", "log"})
"""Sections that say what is tried, where and how it is kept, but not what comes of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """A value from the command line, and the option that gave it."""

    option: str
    """As `--seeds`."""
    value: object


Flags: TypeAlias = Mapping[str, object]
"""By key: a `Flag`, or a value whose option is called like its key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """Settings, and where each of them comes from."""

    settings: Settings
    origins: Mapping[str, Origin]
    file: Path | None
    """The file that was read, if there was one."""

    def origin(self, key: str) -> Origin:
        """Where the value of a key comes from."""
        return self.origins[_known(key).name]

    def value(self, key: str) -> Value:
        """The value of a key."""
        known = _known(key)
        value: Value = getattr(getattr(self.settings, known.section), known.short)
        return value

    def shown(self, key: str) -> Value:
        """The value of a key as it may be shown: without secrets."""
        return _known(key).shown(self.value(key))

    def is_of_now(self, key: str) -> bool:
        """Is it said for this moment, by a variable or a flag, and not for good?"""
        return self.origin(key).source in (Source.ENVIRONMENT, Source.FLAG)

    @property
    def said_now(self) -> tuple[str, ...]:
        """The options that say again what is said for this moment only and bears on what is found; nothing secret."""
        file = () if self.file in (None, Path(FILE_NAME)) else ("--config", str(self.file))
        bears = (name for name, key in KEYS.items() if _bears_on_what_is_found(key) and self.is_of_now(name))
        pairs = (f"{name}={_as_text(self.value(name))}" for name in bears)
        return (*file, *(word for pair in pairs for word in ("--set", pair)))

    @property
    def handed_on(self) -> dict[str, str]:
        """The variables by which another process has the same settings; what may be secret is not handed on."""
        told = {FILE_VARIABLE: str(self.file.absolute())} if self.file is not None else {}
        for name, key in KEYS.items():
            if self.origins[name].source is Source.FLAG and not key.secret:
                told[variable_of(name)] = _as_text(self.value(name))
        return told


def load(
    path: Path | None = None, environ: Mapping[str, str] | None = None, flags: Flags | None = None
) -> Loaded:
    """The settings of this moment; `ConfigRefused` with all that is wrong, if anything is.

    Without a path, the file is the one that the variable LYDITE_CONFIG names, or `lydite.toml` in the current
    folder, or none. Without `environ` the variables are those of this process.
    """
    variables = os.environ if environ is None else environ
    file = path or _file_of(variables)
    read = [
        *(from_file(file) if file is not None else ()),
        *from_environment(variables),
        *_from_flags(flags or {}),
    ]
    given = [each for each in read if isinstance(each, Given)]
    problems = [each for each in read if isinstance(each, Problem)]
    if problems:
        raise ConfigRefused(problems)
    chosen = _layered([*_from_preset(_preset_of(given)), *given])
    return Loaded(
        settings=_settings({name: each.value for name, each in chosen.items()}),
        origins={
            name: chosen[name].origin if name in chosen else Origin(source=Source.DEFAULT) for name in KEYS
        },
        file=file,
    )


def _bears_on_what_is_found(key: Key) -> bool:
    """Seeds have an option of their own."""
    beside = key.section in _BESIDE and key.name != ENVIRONMENT_FILE
    return not beside and key.name != SEEDS and not key.secret


def _as_text(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return ",".join(value) if isinstance(value, tuple) else str(value)


def _file_of(variables: Mapping[str, str]) -> Path | None:
    if variables.get(FILE_VARIABLE):
        return Path(variables[FILE_VARIABLE])
    here = Path(FILE_NAME)
    # A link that leads nowhere is no reason to go on as if there were no settings.
    return here if here.exists() or here.is_symlink() else None


def _from_flags(flags: Flags) -> Iterable[Read]:
    for name, value in flags.items():
        flag = value if isinstance(value, Flag) else Flag(option=f"--{_dashed(name)}", value=value)
        yield from_flag(name, flag.value, Origin(source=Source.FLAG, name=flag.option))


def _dashed(name: str) -> str:
    return name.rpartition(".")[2].replace("_", "-")


def _preset_of(given: Iterable[Given]) -> str:
    named = [str(each.value) for each in given if each.key.name == PRESET]
    return named[-1] if named else str(KEYS[PRESET].default)


def _from_preset(name: str) -> list[Given]:
    origin = Origin(source=Source.PRESET, name=name)
    return [Given(key=KEYS[key], value=value, origin=origin) for key, value in PRESETS[name].items()]


def _layered(given: Iterable[Given]) -> dict[str, Given]:
    """The last value of each key: the layers come in the order in which they win."""
    return {each.key.name: each for each in given}


def _settings(values: Mapping[str, Value]) -> Settings:
    sections: dict[str, Any] = {}
    for section in fields(Settings):
        of: Any = section.type
        inside = {
            name.partition(".")[2]: each
            for name, each in values.items()
            if name.startswith(f"{section.name}.")
        }
        sections[section.name] = of(**inside)
    return Settings(**sections)


def _known(name: str) -> Key:
    if name not in KEYS:
        raise ConfigRefused(
            [Problem(where="key", key=name, what="there is no such key", remedy=nearest(name))]
        )
    return KEYS[name]
