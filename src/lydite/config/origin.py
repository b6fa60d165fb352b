"""Where a value comes from."""

from dataclasses import dataclass
from enum import StrEnum


class Source(StrEnum):
    """The layers of settings; a later one wins."""

    DEFAULT = "default"
    PRESET = "preset"
    FILE = "file"
    ENVIRONMENT = "environment"
    FLAG = "flag"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a value comes from."""

    source: Source
    name: str = ""
    """The preset, the file, the variable or the flag."""
    line: int = 0
    """The line of a file; 0 elsewhere."""

    def __str__(self) -> str:
        if self.source is Source.FILE:
            return f"{self.name}:{self.line}" if self.line else self.name
        return f"{self.source} {self.name}".rstrip()
