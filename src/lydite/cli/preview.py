"""`lydite gate preview`: what today's rules would have said of the campaigns that were kept.

Who changes a limit sees first which campaigns it would have stopped. Each is judged as on the day on which it
began, with the campaign before it and what was flaky until then.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from lydite.cli.exits import Exit
from lydite.model import Decision, Standing, Verdict, courses_of

if TYPE_CHECKING:
    from lydite.gates import Rules
    from lydite.history import History

PREVIEW = "preview"

SIGNS = MappingProxyType(
    {Standing.PASSED: "+", Standing.FAILED: "x", Standing.NOT_EVALUATED: ".", Standing.WAIVED: "w"}
)
LEGEND = "+ passed, x failed, . not evaluated, w waived; the newest on the right"
SIGNS_MAX = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Previewed:
    """A campaign, with what was decided and what would be."""

    identity: str
    begun: str
    was: str
    """What the gates said last; nothing where none has judged it."""
    decision: Decision

    @property
    def differs(self) -> bool:
        """Would it be another decision?"""
        return bool(self.was) and self.was != self.decision.standing


def preview(rules: "Rules", place: str, *, last: int, as_json: bool) -> Exit:
    """Judge the last campaigns of the target and preset that were tried last, and tell how that would have been."""
    from lydite.cli.kept import opened
    from lydite.cli.paper import say, say_json

    with opened(place) as history:
        newest = history.result(history.last())
        campaigns = _judged(history, rules, newest.target, newest.preset, last)
    if as_json:
        say_json(_as_plain(newest.target, newest.preset, campaigns))
    else:
        say(_told(newest.target, newest.preset, campaigns))
    return Exit.HOLDS


def _judged(history: "History", rules: "Rules", target: str, preset: str, last: int) -> tuple[Previewed, ...]:
    from lydite.cli.progress import ProgressBar
    from lydite.gates import decide

    found = []
    listed = history.list(target, preset, last)[::-1]
    with ProgressBar() as bar:
        for done, each in enumerate(listed):
            bar.show(PREVIEW, done, len(listed), each.identity)
            result = history.result(each.identity)
            decision = decide(
                result,
                rules,
                previous=history.baseline(result),
                flaky=history.dossier(result).flaky,
                today=dt.date.fromisoformat(result.begun[:10]),
            )
            found.append(
                Previewed(
                    identity=each.identity, begun=each.begun, was=each.standing or "", decision=decision
                )
            )
    return tuple(found)


def _told(target: str, preset: str, campaigns: Sequence[Previewed]) -> Iterator[str]:
    from lydite.cli.paper import counted, painted

    courses = courses_of(each.decision for each in campaigns)
    width = max(len(course.gate) for course in courses)
    yield f"{'gate'.ljust(width)}  passed  failed  not evaluated  waived"
    for course in courses:
        counts = Counter(course.standings)
        cells = (
            f"{counts[Standing.PASSED]:>6,}",
            f"{counts[Standing.FAILED]:>6,}",
            f"{counts[Standing.NOT_EVALUATED]:>13,}",
            f"{counts[Standing.WAIVED]:>6,}",
        )
        yield f"{course.gate.ljust(width)}  {'  '.join(cells)}  {signs(course.standings[-SIGNS_MAX:])}"
    yield f"  {LEGEND}"
    yield ""
    for each in campaigns:
        if each.differs:
            yield f"{each.identity}: {each.was} then; now {each.decision.sentence}"
    ships = sum(each.decision.standing is Standing.PASSED for each in campaigns)
    changed = sum(each.differs for each in campaigns)
    head = painted(Verdict.HOLDS if not changed else Verdict.UNKNOWN, "PREVIEW")
    of = counted(len(campaigns), "campaign")
    yield f"{head}  {target}, {preset}: {ships:,} of {of} would pass; {changed:,} would be decided otherwise"


def signs(standings: Sequence[Standing]) -> str:
    """A course as one sign for each campaign.

    >>> signs([Standing.PASSED, Standing.FAILED])
    '+x'
    """
    return "".join(SIGNS[each] for each in standings)


def _as_plain(target: str, preset: str, campaigns: Sequence[Previewed]) -> dict[str, Any]:
    return {
        "verb": "gate",
        "file": PREVIEW,
        "target": target,
        "preset": preset,
        "campaigns": [
            {
                "identity": each.identity,
                "begun": each.begun,
                "was": each.was,
                "standing": str(each.decision.standing),
                "sentence": each.decision.sentence,
                "differs": each.differs,
                "gates": {outcome.gate: str(outcome.standing) for outcome in each.decision.outcomes},
            }
            for each in campaigns
        ],
        "exit_code": int(Exit.HOLDS),
    }
