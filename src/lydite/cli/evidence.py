"""What follows a campaign: the history keeps it, the gates judge it, and its reports are written.

The result is on disk by then, and nothing here may cost it: what cannot be done is told, and the rest is done. A
campaign is judged by what it has looked at; `lydite gate` asks for all that a release needs.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from lydite.cli.exits import Exit
from lydite.cli.kept import history_place
from lydite.model import CampaignResult, Dossier, Flaky, LyditeError, Standing

if TYPE_CHECKING:
    from lydite.config import Settings

FILES: Final = MappingProxyType(
    {
        "html": "report.html",
        "markdown": "report.md",
        "json": "report.json",
        "junit": "junit.xml",
        "ctrf": "ctrf.json",
        "github": "summary.md",
    }
)
"""What each format of the settings is called beside the result."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A campaign with its decision and its reports."""

    dossier: Dossier
    written: Mapping[str, Path]
    troubles: tuple[str, ...]
    """What could not be done, each as a sentence."""

    def exit_code(self, code: Exit) -> Exit:
        """The code of the verdict, unless the gates say something graver of a campaign that holds."""
        decision = self.dossier.decision
        if code is not Exit.HOLDS or decision is None:
            return code
        match decision.standing:
            case Standing.FAILED:
                return Exit.VIOLATED
            case Standing.NOT_EVALUATED:
                return Exit.UNKNOWN
            case _:
                return Exit.HOLDS


def evidence_of(result: CampaignResult, folder: Path, settings: "Settings") -> Evidence:
    """Keep a campaign, judge it, and write its reports into a folder."""
    troubles: list[str] = []
    dossier = _kept(result, settings, troubles)
    written = {}
    for name in settings.report.formats:
        path = folder / FILES[name]
        try:
            _write(name, path, dossier)
        except LyditeError as error:
            troubles.append(f"no {path.name}: {error}")
        else:
            written[name] = path
    return Evidence(dossier=dossier, written=written, troubles=tuple(troubles))


def _kept(result: CampaignResult, settings: "Settings", troubles: list[str]) -> Dossier:
    """The campaign with all that the history knows about it, and what the gates say."""
    try:
        from lydite.history import History

        with History(history_place(settings)) as history:
            known = history.dossier(result)
            decided = _decided(known, history.previous(result), settings)
            history.add(result, decided.decision)
        return decided
    except LyditeError as error:
        troubles.append(f"not kept in the history: {error}")
    return _decided(Dossier(result=result), None, settings)


def _decided(dossier: Dossier, previous: CampaignResult | None, settings: "Settings") -> Dossier:
    from lydite.gates import Rules, decide

    limits = {name: {"limit": limit} for name, limit in settings.gates.limits.items()}
    rules = Rules().altered(limits, "gates").relaxed()
    today = dt.datetime.now(dt.UTC).date()
    flaky: tuple[Flaky, ...] = dossier.flaky
    decision = decide(dossier.result, rules, previous=previous, flaky=flaky, today=today)
    return replace(dossier, decision=decision)


def _write(name: str, path: Path, dossier: Dossier) -> None:
    from lydite import reports
    from lydite.cli.files import write_whole

    makers = {
        "html": lambda: reports.page(dossier),
        "markdown": lambda: reports.markdown(dossier),
        "json": lambda: reports.document(dossier),
        "junit": lambda: reports.junit(dossier.result),
        "ctrf": lambda: reports.ctrf(dossier.result),
        "github": lambda: reports.summary(dossier),
    }
    write_whole(path, makers[name]())
