"""Adding campaigns to the history that no campaign of here has added: from their results, and from an export.

Everything is read before anything is added. What is there already stays as it is, so it may be done again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from lydite.model import CampaignResult, Decision, InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from lydite.config import Settings
    from lydite.history import History

Names: TypeAlias = list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A campaign in a file."""

    result: CampaignResult
    decisions: tuple[Decision, ...] | None
    """What the gates have said of it, the oldest first; None where the file does not tell."""


def add_all(files: Sequence[Path], place: str, watch: "Callable[[int, int], None]") -> tuple[Names, Names]:
    """The names of the campaigns that were added, and of those that were there."""
    from lydite.cli.kept import history_place
    from lydite.config import load
    from lydite.history import History

    settings = load().settings
    found = _all_of(files)
    added: Names = []
    known: Names = []
    with History(place or history_place(settings)) as history:
        for done, each in enumerate(found):
            watch(done, len(found))
            # Another program may add the same at this moment.
            anew = not _is_there(history, each.result) and _added(history, each, settings)
            if not anew:
                # Adds nothing, and refuses another campaign of this name.
                history.add(each.result)
            (added if anew else known).append(each.result.identity)
    return added, known


def _added(history: "History", found: Found, settings: "Settings") -> bool:
    from lydite.cli.evidence import decided_of

    decisions = found.decisions
    if decisions is None:
        dossier = decided_of(history.dossier(found.result), history.baseline(found.result), settings)
        decisions = (dossier.decision,) if dossier.decision is not None else ()
    anew = history.add(found.result, decisions[0] if decisions else None)
    for each in decisions[1:]:
        history.decide(found.result.identity, each)
    return anew


def _is_there(history: "History", result: CampaignResult) -> bool:
    from lydite.history import UnknownCampaign

    try:
        history.decision(result.identity)
    except UnknownCampaign:
        return False
    return True


def _all_of(files: Sequence[Path]) -> list[Found]:
    """What stands in the files; all that is wrong with them at once."""
    found: list[Found] = []
    problems = []
    for path in files:
        try:
            found += _in(path)
        except InputError as error:
            problems.append(error)
    if len(problems) == 1:
        raise problems[0]
    if problems:
        raise InputError("; ".join(str(each) for each in problems))
    return found


def _in(path: Path) -> Iterator[Found]:
    from lydite.cli.files import read_whole
    from lydite.cli.kept import form_of, is_a_result, result_in, value_of

    text = read_whole(path)
    if is_a_result(text):
        yield Found(result=result_in(path), decisions=None)
        return
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        form = form_of(line, str(path), number)
        where = f"{path}, line {number}"
        if not isinstance(form, dict) or not isinstance(form.get("decisions"), list):
            raise InputError(
                "expected the result of a campaign, or lines that `lydite history export` has written",
                where=where,
                remedy="`lydite prove` leaves a result.json in the folder of each campaign",
            )
        yield Found(
            result=value_of(CampaignResult, form.get("result"), where),
            decisions=tuple(value_of(Decision, each, where) for each in form["decisions"]),
        )
