"""Resilience: how fast a system comes back after the last heal, and how well it bore what was done to it.

Both measure against a baseline: what was decided between the beginning and the first fault.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from lydite.checks.check import Check, Judgement, holds, unknown, violated
from lydite.checks.liveness import observed
from lydite.checks.notes import Note, Spelled, read, reading
from lydite.checks.weather import Span, Weather, weather
from lydite.model import SECOND, Event, Facts, format_ns

KEPT_POINTS = 40
RECOVERY_POINTS = 30
PRESERVED_POINTS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class _Baseline:
    """So many were decided in so long, before anything was bent."""

    decided: int
    lasting_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Course:
    """How a run went: what was decided, the weather, and the baseline before it."""

    events: Sequence[Event]
    decided: Sequence[Event]
    sky: Weather
    healed: Event
    baseline: _Baseline

    @property
    def after(self) -> list[Event]:
        """What was decided after the last heal."""
        return [event for event in self.decided if event.number > self.healed.number]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    note: str
    item: Spelled


def recovery(
    *,
    within_ns: int = 30 * SECOND,
    percent: int = 0,
    window_ns: int = 10 * SECOND,
    despite: Sequence[str] = (),
    note: str = "decided",
    opening: str = "",
    name: str = "recovery",
) -> Check:
    """After the last heal something is decided within `within_ns`.

    With `percent`, the rate must be back: in some stretch of `window_ns` after the heal at least so many in a
    hundred of what the baseline has in as long. The baseline is what was decided before the first fault, from the
    first event of the run, or from the note that `opening` names. The time it took stands in the facts, as
    `took_ns`.

    Needs: `decided` notes, something bent and all of it healed, and a run that goes on for `within_ns` after that.

    Does not check heals before the last one, nor that it stays recovered (`liveness` does).
    """

    def judge(events: Sequence[Event]) -> Judgement:
        decided = read(events, {note: lambda told: told.event})
        course = _course(events, decided, weather(events, despite=despite), opening)
        if isinstance(course, Judgement):
            return course
        needed = 1
        if percent:
            if not course.baseline.decided:
                return unknown("nothing was decided before the first fault, so that there is no baseline")
            needed = _needed(course.baseline, percent, window_ns)
        return _recover(course, needed, window_ns, within_ns)

    return reading(recovery, name, judge)


def resilience(
    *,
    least: int = 50,
    within_ns: int = 30 * SECOND,
    despite: Sequence[str] = (),
    note: str = "decided",
    submitted: str = "submitted",
    item: str = "item",
    opening: str = "",
    name: str = "resilience",
) -> Check:
    """A score from 0 to 100 for how the system bore its faults is `least` or more.

    It is the sum of three parts, rounded down:

    * *kept*, 40 points: the rate of decisions while the world was bent, as a share of the baseline's, at most 1;
    * *recovery*, 30 points: 1 if something was decided within the baseline's mean interval after the last heal,
      falling evenly to 0 at `within_ns` after that, and 0 if nothing was decided any more;
    * *preserved*, 30 points: the share of the submitted items that were decided by the end of the run.

    Where no `submitted` note was written, the first two parts are scaled up to 100. The baseline is what was decided
    before the first fault. The parts stand in the facts, in hundredths.

    Needs: `decided` notes, some of them before the first fault; faults that are all healed and that last so long that
    the baseline has at least one decision in as long. Uses, if there are any, `submitted` notes with `item`; then
    `decided` has `item` too.

    Does not check that what was decided is right: a fast system that is wrong scores well.
    """

    def judge(events: Sequence[Event]) -> Judgement:
        decided = read(events, {note: lambda told: told.event})
        course = _course(events, decided, weather(events, despite=despite), opening)
        if isinstance(course, Judgement):
            return course
        bent_ns = _bent_ns(course)
        if course.baseline.decided * bent_ns < course.baseline.lasting_ns or not course.baseline.decided:
            return unknown(
                f"the world was bent for {format_ns(bent_ns)}, and before that {course.baseline.decided} were "
                f"decided in {format_ns(course.baseline.lasting_ns)}: too little to compare"
            )
        items = _items(events, note, submitted, item)
        return _score(course, bent_ns, _preserved(items, submitted), least, within_ns)

    return reading(resilience, name, judge)


def _course(
    events: Sequence[Event], decided: Sequence[Event], sky: Weather, opening: str
) -> _Course | Judgement:
    """How the run went, or why that proves nothing."""
    if not decided:
        return unknown("nothing was ever decided")
    if sky.first is None:
        return unknown("nothing was ever bent, so that there was nothing to recover from")
    whole = observed(events, opening=opening, closing="")
    if sky.last_heal is None:
        return unknown(f"the world was still bent at the end: {', '.join(sky.still)}")
    if whole is None:
        return unknown(f"no note {opening} was written")
    before = [each for each in decided if whole.begin_ns <= each.at_ns < sky.first.at_ns]
    baseline = _Baseline(decided=len(before), lasting_ns=max(1, sky.first.at_ns - whole.begin_ns))
    return _Course(events=events, decided=decided, sky=sky, healed=sky.last_heal, baseline=baseline)


def _needed(baseline: _Baseline, percent: int, window_ns: int) -> int:
    """How many decisions in a window make that share of the baseline, rounded up."""
    return max(1, -(-percent * baseline.decided * window_ns // (100 * baseline.lasting_ns)))


def _recover(course: _Course, needed: int, window_ns: int, within_ns: int) -> Judgement:
    after, healed = course.after, course.healed
    for first, last in zip(after, after[needed - 1 :], strict=False):
        if last.at_ns - first.at_ns < window_ns:
            return _recovered(healed, last, within_ns)
    watched_ns = course.events[-1].at_ns - healed.at_ns
    if watched_ns <= within_ns:
        return unknown(
            f"not recovered when the run ended, {format_ns(watched_ns)} after the last heal, "
            f"and {format_ns(within_ns)} are granted",
            healed,
        )
    return violated(
        f"not recovered {format_ns(watched_ns)} after the last heal, expected within {format_ns(within_ns)}",
        healed,
        course.events[-1],
        found=len(after),
        needed=needed,
        watched_ns=watched_ns,
        within_ns=within_ns,
    )


def _recovered(healed: Event, back: Event, within_ns: int) -> Judgement:
    took_ns = back.at_ns - healed.at_ns
    said = f"recovered {format_ns(took_ns)} after the last heal"
    facts: Facts = {"took_ns": took_ns, "within_ns": within_ns}
    if took_ns > within_ns:
        return violated(f"{said}, expected within {format_ns(within_ns)}", healed, back, **facts)
    return holds(said, healed, back, **facts)


def _bent_ns(course: _Course) -> int:
    whole = Span(begin_ns=course.events[0].at_ns, end_ns=course.healed.at_ns)
    return sum(span.end_ns - span.begin_ns for span in course.sky.bent(whole))


def _items(events: Sequence[Event], note: str, submitted: str, item: str) -> list[_Item]:
    """What was submitted and decided; nothing, where nobody noted what was submitted."""

    def made(told: Note) -> _Item:
        return _Item(note=told.name, item=told.value(item))

    asked = read(events, {submitted: made})
    return asked + read(events, {note: made}) if asked else []


def _preserved(items: Sequence[_Item], submitted: str) -> Fraction | None:
    asked = {each.item for each in items if each.note == submitted}
    done = {each.item for each in items if each.note != submitted}
    return Fraction(len(asked & done), len(asked)) if asked else None


def _score(
    course: _Course, bent_ns: int, preserved: Fraction | None, least: int, within_ns: int
) -> Judgement:
    baseline = course.baseline
    spans = course.sky.bent(Span(begin_ns=0, end_ns=course.healed.at_ns))
    during = sum(any(span.begin_ns <= each.at_ns < span.end_ns for span in spans) for each in course.decided)
    kept = min(Fraction(1), Fraction(during * baseline.lasting_ns, baseline.decided * bent_ns))
    back = course.after[0].at_ns - course.healed.at_ns if course.after else None
    late = Fraction(0) if back is None else back - Fraction(baseline.lasting_ns, baseline.decided)
    prompt = Fraction(0) if back is None else 1 - min(Fraction(1), max(Fraction(0), late / within_ns))
    points, most = KEPT_POINTS * kept + RECOVERY_POINTS * prompt, KEPT_POINTS + RECOVERY_POINTS
    if preserved is not None:
        points, most = points + PRESERVED_POINTS * preserved, most + PRESERVED_POINTS
    score = int(100 * points / most)
    facts: Facts = {
        "score": score,
        "expected": least,
        "kept": int(100 * kept),
        "recovery": int(100 * prompt),
        "preserved": None if preserved is None else int(100 * preserved),
        "took_ns": back,
    }
    evidence = (course.sky.bends[0].begun, course.healed, course.events[-1])
    said = f"the score is {score}"
    if score < least:
        return violated(f"{said}, expected {least} or more", *evidence, **facts)
    return holds(said, *evidence, **facts)
