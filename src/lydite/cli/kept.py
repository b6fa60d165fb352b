"""The history that is there, and campaigns by their names."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lydite.config import Settings
    from lydite.history import History


def history_place(settings: "Settings") -> str:
    """Where the history is: what the settings say, or a file in the folder of data."""
    return settings.history.url or str(Path(settings.lydite.data_dir) / "history.db")


def opened(place: str = "") -> "History":
    """The history that is there: the one of an option, or of the settings."""
    from lydite.config import load
    from lydite.history import History

    return History.existing(place or history_place(load().settings))


def is_a_name(what: str) -> bool:
    """Is this the name of a campaign, and not that of a file?"""
    path = Path(what)
    return not (path.suffix or len(path.parts) > 1 or path.exists())
