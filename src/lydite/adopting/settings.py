"""What pytest is told in a project: which markers it knows, and from where its tests import."""

import configparser
import shlex
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from lydite.model import InputError

SETTINGS_BYTES_MAX: Final = 1 << 20

PLACES: Final = (
    ("pytest.ini", "pytest"),
    (".pytest.ini", "pytest"),
    ("pyproject.toml", "tool.pytest.ini_options"),
    ("tox.ini", "pytest"),
    ("setup.cfg", "tool:pytest"),
)
"""Where pytest looks, in this order: files and the table in them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a project tells pytest."""

    file: str = ""
    """The file that pytest reads, as seen from the root; empty if there is none."""
    table: str = ""
    markers: tuple[str, ...] = ()
    """The names of the markers that are registered."""
    patterns: tuple[str, ...] = ("test_*.py", "*_test.py")
    """The names of files that pytest collects."""
    home: str = "tests"
    """The folder of the tests."""
    paths: tuple[str, ...] = ()
    """Folders from which tests may import, as seen from the root; empty is the root itself."""
    by_file: bool = False
    """Does pytest import each test by its file, so that its folder is no place to import from?"""

    def collects(self, name: str) -> bool:
        """Does pytest collect a file of this name?"""
        return any(fnmatchcase(name, pattern) for pattern in self.patterns)


def settings_of(root: Path) -> Settings:
    """Read what pytest is told in a project."""
    for file, table in PLACES:
        path = root / file
        if not path.is_file():
            continue
        told = read_table(read_settings(path), file, table)
        if told is not None:
            return _settings(file, table, told)
        if file in ("pytest.ini", ".pytest.ini"):
            # pytest takes this file even where the table is missing.
            return Settings(file=file, table=table)
    return Settings()


def read_settings(path: Path) -> bytes:
    """A file of settings."""
    try:
        with path.open("rb") as file:
            data = file.read(SETTINGS_BYTES_MAX + 1)
    except OSError as error:
        raise InputError(f"the settings cannot be read: {error.strerror}", where=str(path)) from error
    if len(data) > SETTINGS_BYTES_MAX:
        raise InputError(f"settings have {SETTINGS_BYTES_MAX:,} bytes at most", where=str(path))
    return data


def read_table(data: bytes, file: str, table: str) -> Mapping[str, Sequence[str]] | None:
    """A table of settings with each value as a list of texts; None where the table is missing."""
    try:
        text = data.decode()
        if file.endswith(".toml"):
            return _toml(text, table)
        reader = configparser.ConfigParser(interpolation=None, strict=True)
        reader.read_string(text)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, configparser.Error) as error:
        told = str(error).partition("\n")[0]
        raise InputError(f"what pytest is told cannot be read: {told}", where=file) from error
    if table not in reader:
        return None
    return {key: _lines(key, value) for key, value in reader[table].items()}


def _toml(text: str, table: str) -> Mapping[str, Sequence[str]] | None:
    told: object = tomllib.loads(text)
    for part in table.split("."):
        if not isinstance(told, dict) or part not in told:
            return None
        told = told[part]
    if not isinstance(told, dict):
        return None
    return {
        str(key): [str(each) for each in value] if isinstance(value, list) else _lines(str(key), str(value))
        for key, value in told.items()
    }


def _lines(key: str, value: str) -> list[str]:
    lines = [line.strip() for line in value.splitlines() if line.strip()]
    if key == "markers":
        return lines
    try:
        return shlex.split(" ".join(lines))
    except ValueError:
        return lines


def _settings(file: str, table: str, told: Mapping[str, Sequence[str]]) -> Settings:
    plain = Settings()
    homes = [each for each in told.get("testpaths", ()) if _is_plain(each)]
    paths = tuple(each.strip("/").removeprefix("./") for each in told.get("pythonpath", ()))
    return Settings(
        file=file,
        table=table,
        markers=tuple(name_of(each) for each in told.get("markers", ())),
        patterns=tuple(told.get("python_files", ())) or plain.patterns,
        home=homes[0].strip("/").removeprefix("./") if homes else plain.home,
        paths=tuple("" if each == "." else each for each in paths),
        by_file="importlib" in " ".join(told.get("addopts", ())),
    )


def _is_plain(folder: str) -> bool:
    """Is it a folder below the root, told as such?"""
    parts = Path(folder).parts
    return (
        bool(parts) and not Path(folder).is_absolute() and ".." not in parts and not set(folder) & set("*?[:")
    )


def name_of(marker: str) -> str:
    """The name in a line that registers a marker, such as `slow: more than ten seconds`."""
    return marker.partition(":")[0].partition("(")[0].strip()
