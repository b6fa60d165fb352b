"""What the settings say of campaigns that are kept: where the history is, and the limits of the gates."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from lydite.config import Settings
    from lydite.gates import Rules
    from lydite.history import History
    from lydite.model import CampaignResult


def history_place(settings: "Settings") -> str:
    """Where the history is: what the settings say, or a file in the folder of data."""
    return settings.history.url or str(Path(settings.lydite.data_dir) / "history.db")


def rules_of(settings: "Settings") -> "Rules":
    """The rules of the gates, with the limits of the settings."""
    from lydite.gates import Rules

    limits = {name: {"limit": limit} for name, limit in settings.gates.limits.items()}
    return Rules().altered(limits, "gates")


def opened(place: str = "") -> "History":
    """The history that is there: the one of an option, or of the settings."""
    from lydite.config import load
    from lydite.history import History

    return History.existing(place or history_place(load().settings))


def is_a_name(what: str) -> bool:
    """Is this the name of a campaign, and not that of a file?"""
    path = Path(what)
    return not (path.suffix or len(path.parts) > 1 or path.exists())


def is_a_result(text: str) -> bool:
    """Is this the result of a campaign by itself, and no document that says more?"""
    try:
        form = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(form, dict) and "phases" in form and "format" not in form


def result_in(path: Path) -> "CampaignResult":
    """The result of a campaign in a file, as `lydite prove` leaves it; also of one that did not come to its end."""
    from lydite.cli.files import read_whole
    from lydite.model import CampaignResult, InputError, from_form

    text = read_whole(path)

    def refused(constant: str) -> NoReturn:
        raise InputError(f"the result has {constant}, which is no number", where=str(path))

    try:
        form = json.loads(text, parse_constant=refused)
    except json.JSONDecodeError as error:
        raise InputError(
            f"the result is no JSON: {error.msg}",
            where=f"{path}, line {error.lineno}",
            remedy="give the JSON form of a campaign's result",
        ) from error
    except RecursionError as error:
        raise InputError("the result is nested too deeply", where=str(path)) from error
    try:
        return from_form(CampaignResult, form)
    except InputError as error:
        place = f"{path}, {error.where}" if error.where else str(path)
        raise InputError(error.what, where=place, remedy=error.remedy) from error
