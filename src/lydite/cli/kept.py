"""What the settings say of campaigns that are kept: where the history is, and the limits of the gates."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

if TYPE_CHECKING:
    from lydite.config import Settings
    from lydite.gates import Rules
    from lydite.history import History
    from lydite.model import CampaignResult


Value = TypeVar("Value")


def history_place(settings: "Settings") -> str:
    """Where the history is: what the settings say, or a file in the folder of data."""
    return settings.history.url or str(Path(settings.lydite.data_dir) / "history.db")


def rules_of(settings: "Settings") -> "Rules":
    """The rules of the gates, with the limits of the settings, who is asked, and how long a waiver may last."""
    from lydite.gates import Rules

    limits, owners = settings.gates.limits, settings.gates.owned
    changes: dict[str, dict[str, object]] = {name: {"limit": limit} for name, limit in limits.items()}
    for name, owner in owners.items():
        changes.setdefault(name, {})["owner"] = owner
    return Rules(waiver_days=settings.gates.waiver_days).altered(changes, "gates")


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
    from lydite.model import CampaignResult

    return value_of(CampaignResult, form_of(read_whole(path), str(path)), str(path))


def form_of(text: str, where: str, first_line: int = 1) -> Any:
    """The JSON of a result, from whoever wrote it."""
    from lydite.model import InputError

    def refused(constant: str) -> NoReturn:
        raise InputError(f"the result has {constant}, which is no number", where=where)

    try:
        return json.loads(text, parse_constant=refused)
    except json.JSONDecodeError as error:
        raise InputError(
            f"the result is no JSON: {error.msg}",
            where=f"{where}, line {first_line + error.lineno - 1}",
            remedy="give the JSON form of a campaign's result",
        ) from error
    except RecursionError as error:
        raise InputError("the result is nested too deeply", where=where) from error


def value_of(kind: type[Value], form: object, where: str) -> Value:
    """The value of a form; an error that names its place."""
    from lydite.model import InputError, from_form

    try:
        return from_form(kind, form)
    except InputError as error:
        place = f"{where}, {error.where}" if error.where else where
        raise InputError(error.what, where=place, remedy=error.remedy) from error
