"""Performance metrics, use of resources, trends, and service restarts: figures with what they are worth."""

import math
from collections.abc import Iterator

from lydite.model import Dossier, Measurement, Outcome, PhaseResult, Series, Trend
from lydite.reports.figures import counted, duration, figure, interval, percent
from lydite.reports.markdown.text import code, prose, table
from lydite.reports.trends import courses
from lydite.reports.tried import counts, tried


def metrics(dossier: Dossier) -> list[str]:
    """The figures of the campaign."""
    rows = [*_of_tests(dossier), *(_of_measurement(each) for each in dossier.result.measurements)]
    lines = table(("Metric", "Value", "Interval (95 %)", "Samples", "Better"), rows).split("\n")
    used = [
        _of_series(_place(phase, each.run), each) for phase in dossier.result.phases for each in phase.series
    ]
    if used:
        header = ("Resource", "Phase", "Least", "Mean", "Most")
        lines += ["", "### Resource Utilization", "", *table(header, used).split("\n")]
    drawn = courses(dossier.trends)
    if drawn:
        header = ("Figure", "First", "Last", "Campaigns", "Changed")
        lines += ["", "### Trends", "", *table(header, [_of_trend(each) for each in drawn]).split("\n")]
    return lines


def restarts(dossier: Dossier) -> list[str]:
    """Which service came up again, when and why."""
    found = [(_place(phase, each.run), each) for phase in dossier.result.phases for each in phase.restarts]
    if not found:
        return ["No service was restarted."]
    rows = [(code(each.service), place, duration(each.at_s), prose(each.cause)) for place, each in found]
    head = f"{counted(len(found), 'restart')}."
    return [head, "", *table(("Service", "Phase", "After", "Cause"), rows).split("\n")]


def _of_tests(dossier: Dossier) -> Iterator[tuple[str, ...]]:
    """The five figures that every campaign has."""
    result = dossier.result
    found = counts(tried(result))
    done = found.total() - found[Outcome.SKIPPED]
    yield "Test execution time", duration(result.seconds), "none", "1", "lower"
    yield "Test success rate", percent(found[Outcome.PASSED], done), "none", f"{done:,}", "higher"
    yield "Flaky tests", f"{len(dossier.flaky):,}", "none", f"{done:,}", "lower"
    again = sum(len(phase.restarts) for phase in result.phases)
    yield "Service restarts", f"{again:,}", "none", "1", "lower"


def _of_measurement(each: Measurement) -> tuple[str, ...]:
    return (
        code(each.name),
        prose(figure(each.value, each.unit)),
        interval(each),
        f"{each.samples:,}",
        str(each.better),
    )


def _place(phase: PhaseResult, run: str) -> str:
    """Where it was: in a phase, or in a run of it, whose time is virtual."""
    return f"{code(phase.name)} › {code(run)}" if run else code(phase.name)


def _of_series(place: str, series: Series) -> tuple[str, ...]:
    values = [value for value in series.values if math.isfinite(value)]
    if not values:
        return code(series.name), place, "none", "none", "none"
    told = (min(values), math.fsum(values) / len(values), max(values))
    return code(series.name), place, *(prose(figure(value, series.unit)) for value in told)


def _of_trend(trend: Trend) -> tuple[str, ...]:
    marks = "; ".join(
        f"at {code(mark.at)} from {figure(mark.before)} to {figure(mark.after)}, chance {figure(mark.chance)}"
        for mark in trend.marks
    )
    first, last = (prose(figure(value, trend.unit)) for value in (trend.values[0], trend.values[-1]))
    return code(trend.name), first, last, f"{len(trend.values):,}", marks or "no"
