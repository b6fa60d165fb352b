"""News: what of the failures is new, gone, rare or as it was, and how long a silence must be to mean something.

A failure is known by its case and by what failed in it (the check, the exception, or the case itself). It is told
against the last campaign in which its case was carried out: a phase that was left out says nothing.

- NEW: it is here, and was not there. It was never seen before, or was away for longer than chance explains.
- RARE: it is here, was not there, and has been seen before; that it was away may be luck.
- ONGOING: it is here, and was there.
- RESOLVED: it is away, and since the last campaign the silence is longer than chance explains.
- UNSURE: it is away, and as long a silence may be luck.

*How long is long enough.* The rate of a failure is taken over the runs from the campaign in which it came first to the
one in which it came last, at the lower end of Wilson's interval (95 %). Chance explains n runs without it with a
probability of (1 - rate)^n; the silence means something from the n on at which that is 5 % or less. Runs that failed
in another way are not counted: whether this failure was among them, nobody knows.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from lydite.history.rates import needed, wilson
from lydite.model import News, Outcome, Told

_ORDER: Final = (News.NEW, News.RESOLVED, News.UNSURE, News.RARE, News.ONGOING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """What became of a case in one campaign."""

    campaign: str
    case: str
    subject: str
    outcome: Outcome
    runs: int
    failures: int
    cause: str
    """What failed; empty where it passed."""
    safety: bool
    message: str
    reproduce: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Life:
    """One failure in the campaigns in which its case was carried out, the oldest first."""

    cause: str
    seen: tuple[int, ...]
    """Where in the list it was seen."""
    told: tuple[Occurrence, ...]

    @property
    def rate(self) -> tuple[int, int]:
        """Failures and runs, from its first to its last campaign."""
        between = self.told[self.seen[0] : self.seen[-1] + 1]
        failures = sum(max(1, self.told[place].failures) for place in self.seen)
        return failures, failures + sum(_quiet(each) for each in between)

    def quiet_after(self, place: int) -> int:
        """Runs without any failure after this place in the list."""
        return sum(_quiet(each) for each in self.told[place + 1 :])


def news_of(
    now: str, before: Mapping[str, Sequence[Occurrence]], here: Iterable[Occurrence]
) -> tuple[Told, ...]:
    """The news of a campaign.

    `before` tells of each case what became of it in earlier campaigns, the oldest first; cases that never failed may
    be missing, unless they fail here. `here` is what became of all cases of this one.
    """
    current = {each.case: each for each in here}
    failing = {name for name, each in current.items() if each.cause}
    told = []
    for case in sorted({*before, *failing}):
        earlier = [each for each in before.get(case, ()) if _carried_out(each)]
        occurrence = current.get(case)
        carried_out = occurrence if occurrence is not None and _carried_out(occurrence) else None
        if carried_out is not None and carried_out.cause:
            told.append(_present(now, carried_out, earlier))
        causes = dict.fromkeys(each.cause for each in earlier if each.cause)
        for cause in causes:
            if carried_out is None or cause != carried_out.cause:
                told += _absent(cause, earlier, carried_out)
    return tuple(
        sorted(told, key=lambda each: (not each.safety, _ORDER.index(each.news), each.case, each.check))
    )


def _present(now: str, here: Occurrence, earlier: Sequence[Occurrence]) -> Told:
    seen = tuple(place for place, each in enumerate(earlier) if each.cause == here.cause)
    life = _Life(cause=here.cause, seen=(*seen, len(earlier)), told=(*earlier, here))
    failures, runs = life.rate
    quiet = sum(_quiet(each) for each in earlier[seen[-1] + 1 if seen else 0 :])
    enough = needed(wilson(failures, runs)[0])
    if seen and seen[-1] == len(earlier) - 1:
        news, why = News.ONGOING, "it failed in the last campaign as well"
    elif not seen:
        news, why = News.NEW, _first_time(quiet, enough, any_before=bool(earlier))
    elif quiet < enough:
        news, why = News.RARE, f"it was away for {_runs(quiet)}, which may be luck below {enough:,}"
    else:
        news, why = (
            News.NEW,
            f"it is back after {_runs(quiet)} without it, more than chance explains ({enough:,})",
        )
    return Told(
        news=news,
        case=here.case,
        subject=here.subject,
        check=here.cause,
        sentence=f"{here.cause} failed in {max(1, here.failures):,} of {_runs(here.runs)}: {why}",
        safety=here.safety,
        rate=failures / runs,
        first_seen=earlier[seen[0]].campaign if seen else now,
        last_seen=now,
        quiet=0 if news is News.ONGOING else quiet,
        needed=enough,
        reproduce=here.reproduce,
    )


def _first_time(quiet: int, enough: int, *, any_before: bool) -> str:
    if not any_before:
        return "its case was never carried out before"
    if quiet < enough:
        return f"it was never seen before, though {_runs(quiet)} without it may be luck below {enough:,}"
    return f"it was never seen in {_runs(quiet)} before"


def _absent(cause: str, earlier: Sequence[Occurrence], here: Occurrence | None) -> list[Told]:
    seen = tuple(place for place, each in enumerate(earlier) if each.cause == cause)
    life = _Life(cause=cause, seen=seen, told=tuple(earlier))
    failures, runs = life.rate
    enough = needed(wilson(failures, runs)[0])
    before = life.quiet_after(seen[-1])
    if before >= enough:
        return []  # It was told when it was resolved.
    quiet = before + (_quiet(here) if here is not None else 0)
    last = earlier[seen[-1]]
    if quiet >= enough:
        news = News.RESOLVED
        why = f"{_runs(quiet)} without it, {enough:,} needed at its rate of {failures / runs:.1%}"
    else:
        news = News.UNSURE
        why = (
            f"{_runs(quiet)} without it, {enough - quiet:,} more needed at its rate of {failures / runs:.1%}"
        )
        if here is None:
            why = f"its case was not carried out; {why}"
        elif here.cause:
            why = f"its case failed in another way; {why}"
    return [
        Told(
            news=news,
            case=last.case,
            subject=last.subject,
            check=cause,
            sentence=f"{cause} is away: {why}",
            safety=last.safety,
            rate=failures / runs,
            first_seen=earlier[seen[0]].campaign,
            last_seen=last.campaign,
            quiet=quiet,
            needed=enough,
            reproduce=last.reproduce,
        )
    ]


def _carried_out(occurrence: Occurrence) -> bool:
    return occurrence.outcome in {Outcome.PASSED, Outcome.FAILED, Outcome.BROKEN}


def _quiet(occurrence: Occurrence) -> int:
    """Runs that passed."""
    return 0 if occurrence.outcome is Outcome.BROKEN else max(0, occurrence.runs - occurrence.failures)


def _runs(count: int) -> str:
    return f"{count:,} run" if count == 1 else f"{count:,} runs"
