"""What follows a campaign: its result is written, the history keeps it, gates judge it, and its reports are written.

Nothing here may cost the rest: what cannot be done is told, and everything else is done. A campaign is judged by what
it has looked at; `lydite gate` asks for all that a release needs.
"""

import datetime as dt
import json
import logging
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from lydite.cli.exits import Exit
from lydite.cli.kept import history_place, rules_of
from lydite.model import CampaignResult, Dossier, Flaky, LyditeError, Standing, as_form

if TYPE_CHECKING:
    from lydite.config import Settings

RESULT: Final = "result.json"

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
    result_file: Path | None
    """Where the result is; None where it could not be written."""
    written: Mapping[str, Path]
    troubles: tuple[str, ...]
    """What could not be done, each as a sentence."""

    @property
    def files(self) -> tuple[Path, ...]:
        """Everything that was written, the result first."""
        return (*((self.result_file,) if self.result_file is not None else ()), *self.written.values())

    def exit_code(self, code: Exit) -> Exit:
        """The code of the verdict, unless the gates say something graver of a campaign that holds.

        What holds and is nowhere to be read proves nothing: that is an error as it is everywhere.
        """
        decision = self.dossier.decision
        if code is Exit.HOLDS and self.result_file is None:
            return Exit.BAD_INPUT
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
    """Keep a campaign, judge it, and write its reports into a folder, unless the settings name another one."""
    troubles: list[str] = []
    result_file: Path | None = None
    try:
        result_file = write_result(result, folder)
    except LyditeError as error:
        troubles.append(f"no {RESULT}: {error}")
        logging.getLogger("lydite.reports").warning("%s", troubles[-1])
    dossier = _kept(result, settings, troubles, result_file)
    _log_gates(dossier)
    written = {}
    place = Path(settings.report.folder) / result.identity if settings.report.folder else folder
    for name in settings.report.formats:
        path = place / FILES[name]
        try:
            _write(name, path, dossier)
        except LyditeError as error:
            troubles.append(f"no {path.name}: {error}")
            logging.getLogger("lydite.reports").warning("%s", troubles[-1])
        else:
            written[name] = path
            logging.getLogger("lydite.reports").info("%s is written", path)
    return Evidence(dossier=dossier, result_file=result_file, written=written, troubles=tuple(troubles))


def _log_gates(dossier: Dossier) -> None:
    """Say in the log what the gates say: each that failed, and the decision."""
    decision, log = dossier.decision, logging.getLogger("lydite.gates")
    if decision is not None:
        for outcome in decision.outcomes:
            if outcome.standing is Standing.FAILED:
                log.warning("%s failed: %s", outcome.gate, outcome.sentence)
        log.info("%s", decision.sentence)


def write_result(result: CampaignResult, folder: Path) -> Path:
    """The result as JSON, whole or not at all; what was there before stays if it cannot be written."""
    from lydite.cli.files import write_whole

    path = folder / RESULT
    write_whole(path, json.dumps(as_form(result), indent=1, ensure_ascii=False) + "\n")
    return path


def _kept(result: CampaignResult, settings: "Settings", troubles: list[str], file: Path | None) -> Dossier:
    """The campaign with all that the history knows about it, and what the gates say."""
    decided: Dossier | None = None
    try:
        from lydite.history import History

        with History(history_place(settings)) as history:
            known = history.dossier(result)
            decided = decided_of(known, history.baseline(result), settings)
            history.add(result, decided.decision)
    except LyditeError as error:
        later = "" if file is None else f"; then: lydite history add {shlex.quote(str(file))}"
        troubles.append(f"not kept in the history: {error}{later}")
        logging.getLogger("lydite.history").warning("%s", troubles[-1])
    # What could be read of it counts, also where nothing could be added.
    return decided or decided_of(Dossier(result=result), None, settings)


def decided_of(dossier: Dossier, previous: CampaignResult | None, settings: "Settings") -> Dossier:
    """The same with what the gates say of what the campaign has looked at."""
    from lydite.gates import decide

    rules = rules_of(settings).relaxed()
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
