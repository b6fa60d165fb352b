"""Waivers: who answers for a gate that fails, until when, and why; and how they are read."""

import datetime as dt
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

from lydite.model import InputError, near

TABLE = "waiver"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """Somebody answers for a gate that fails, until a day."""

    gate: str
    owner: str
    reason: str
    expires: str
    """The last day on which it counts, as `2026-12-31`."""

    def __post_init__(self) -> None:
        empty = [name for name in ("gate", "owner", "reason") if not getattr(self, name).strip()]
        problems = [f"{name} is empty" for name in empty]
        if not _is_day(self.expires):
            problems.append(f"expires is a day such as 2026-12-31, found {self.expires!r}")
        if problems:
            raise InputError("; ".join(problems), where=f"the waiver of {self.gate or 'no gate'}")

    def why_not(self, today: dt.date, days_max: int) -> str:
        """Why it does not count on that day, of which it may be no more than so many away; empty where it counts."""
        away = (dt.date.fromisoformat(self.expires) - today).days
        if away < 0:
            return f"has expired on {self.expires}, and counts no more"
        if away > days_max:
            latest = today + dt.timedelta(days=days_max)
            return (
                f"does not count yet: it expires on {self.expires}, {away:,} days from {today}, "
                f"and may last {days_max:,} at most; write {latest} or an earlier day"
            )
        return ""

    def told(self) -> str:
        """It, in words."""
        return f"{self.owner} answers for it until {self.expires}: {self.reason}"


def read_waivers(
    text: str, *, where: str, waivable: Iterable[str], never: Iterable[str]
) -> tuple[Waiver, ...]:
    """The waivers of a TOML text: a table `[[waiver]]` for each. All problems are told at once.

    `waivable` are the names of gates that may be waived, `never` of those that may not.
    """
    try:
        form = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"the waivers are no TOML: {error}", where=where) from error
    problems = [f"there is no key {key!r}, only tables [[{TABLE}]]" for key in form if key != TABLE]
    entries = form.get(TABLE, [])
    if not isinstance(entries, list):
        entries = []
        problems.append(f"{TABLE} is a list of tables [[{TABLE}]]")
    gates, forbidden = list(waivable), list(never)
    waivers = []
    for number, entry in enumerate(entries, start=1):
        told = _problems(entry, gates, forbidden)
        problems += [f"waiver {number}: {problem}" for problem in told]
        if not told:
            waivers.append(Waiver(**{name: str(value) for name, value in entry.items()}))
    if problems:
        raise InputError("; ".join(problems), where=where)
    return tuple(waivers)


def _problems(entry: object, gates: list[str], never: list[str]) -> list[str]:
    if not isinstance(entry, Mapping):
        return [f"expected a table, found {entry!r:.60}"]
    known = [field.name for field in fields(Waiver)]
    problems = [f"there is no key {key!r}; {near(key, known)}" for key in entry if key not in known]
    for name in known:
        value = entry.get(name)
        if value is None:
            problems.append(f"{name} is missing")
        elif name == "expires":
            # A date of TOML is one already, but a date with a time is more than a day.
            if not _is_day(value.isoformat() if isinstance(value, dt.date) else value):
                problems.append(f"expires is a day such as 2026-12-31, found {str(value)!r:.60}")
        elif not isinstance(value, str) or not value.strip():
            problems.append(f"{name} is text that is not empty, found {value!r:.60}")
        elif name == "gate" and value in never:
            problems.append(f"{value} is never waived, for it guards safety")
        elif name == "gate" and value not in gates:
            problems.append(f"there is no gate {value!r:.60}; {near(value, gates)}")
    return problems


def _is_day(text: object) -> bool:
    if not isinstance(text, str):
        return False
    try:
        # The date of a week is spelled otherwise, and compares otherwise.
        return dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
