"""What is kept of campaigns, in words: one of them, two of them side by side, and figures over many."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lydite.history import Comparison, Listed
    from lydite.model import Dossier, Flaky, Told, Trend

SPARKS = "▁▂▃▄▅▆▇█"
SPARKS_MAX = 40


def listing(campaigns: "Sequence[Listed]") -> Iterator[str]:
    """A line for each campaign."""
    rows = [
        (
            each.begun,
            each.identity,
            f"{each.target} {each.preset}",
            f"{each.verdict}{' (interrupted)' if each.interrupted else ''}",
            each.standing or "not gated",
            f"{each.failures:,} of {each.cases:,} failed",
            each.commit[:12],
        )
        for each in campaigns
    ]
    return _columns([("begun", "campaign", "target", "verdict", "gates", "cases", "commit"), *rows])


def unsteady(cases: "Sequence[Flaky]") -> Iterator[str]:
    """A line for each flaky case."""
    if not cases:
        yield "no case was flaky"
        return
    rows = [
        (each.case, f"{each.failures:,} of {each.runs:,} failed", f"{each.low:.1%} to {each.high:.1%}")
        for each in cases
    ]
    yield from _columns([("case", "runs", "rate (95 %)"), *rows])


def shown(dossier: "Dossier") -> Iterator[str]:
    """A campaign with its news."""
    from lydite.cli.paper import painted

    result = dossier.result
    yield f"{painted(result.verdict)}  {result.identity}: {result.sentence}"
    yield f"  {result.target}, preset {result.preset}, begun {result.begun}, {result.seconds:.1f} s, seed {result.seed}"
    yield f"  commit {result.commit or 'unknown'}, code {result.code[:16] or 'unknown'}"
    yield from (["  interrupted: what is missing says nothing"] if result.interrupted else [])
    for doubt in result.environment.doubts:
        yield f"  doubt: {doubt}"
    for phase in result.phases:
        failed = sum(1 for case in phase.cases if case.outcome in {"failed", "broken"})
        told = f"{phase.outcome}, {failed:,} of {len(phase.cases):,} cases failed, {phase.seconds:.1f} s"
        yield f"  phase {phase.name}: {told}{f'; {phase.message}' if phase.message else ''}"
    if dossier.decision is not None:
        yield f"  gates: {dossier.decision.standing}; {dossier.decision.sentence}"
    yield ""
    yield f"against {dossier.previous}:" if dossier.previous else "there is no campaign before it:"
    yield from _news(dossier.news)
    for each in dossier.flaky:
        yield f"  flaky     {each.case}: {each.failures:,} of {each.runs:,} runs failed with the same code"
    for trend in dossier.trends:
        for mark in trend.marks:
            if mark.at == result.identity:
                yield f"  changed   {trend.name}: {mark.before:g} -> {mark.after:g} {trend.unit}"
    if result.reproduce:
        yield f"replay: {result.reproduce}"


def _news(news: "Sequence[Told]") -> Iterator[str]:
    if not news:
        yield "  no failure, and none that is missed"
    for each in news:
        safety = "SAFETY, " if each.safety else ""
        yield f"  {each.news:<8}  {each.case}: {safety}{each.sentence}"
        if each.reproduce:
            yield f"    replay: {each.reproduce}"


def compared(comparison: "Comparison") -> Iterator[str]:
    """Two campaigns side by side."""
    yield f"{comparison.before} -> {comparison.after}"
    for doubt in comparison.doubts:
        yield f"  doubt: {doubt}"
    yield from _news(comparison.news)
    for case in comparison.cases:
        yield f"  case    {case.case}: {case.before or 'absent'} -> {case.after or 'absent'}"
    for figure in comparison.figures:
        ratio = f" ({figure.after / figure.before - 1:+.1%})" if figure.before else ""
        yield f"  figure  {figure.name}: {figure.before:g} -> {figure.after:g} {figure.unit}{ratio}, {figure.turn}"


def courses(trends: "Sequence[Trend]") -> Iterator[str]:
    """How figures went, each with the marks where it changed."""
    if not trends:
        yield "nothing was measured in these campaigns"
    for trend in trends:
        count = len(trend.values)
        told = (
            f"{trend.values[-1]:g} {trend.unit} after {count:,} {'campaign' if count == 1 else 'campaigns'}"
        )
        yield f"{trend.name}  {sparks(trend.values)}  {told}"
        for mark in trend.marks:
            yield f"  from {mark.at} on: {mark.before:g} -> {mark.after:g} {trend.unit}, by chance {mark.chance:.2%}"


def sparks(values: "Sequence[float]") -> str:
    """The last values as a line of bars, the lowest and the highest of them at both ends of the scale.

    >>> sparks([1.0, 2.0, 8.0]), sparks([3.0, 3.0])
    ('▁▂█', '▁▁')
    """
    last = values[-SPARKS_MAX:]
    low, high = min(last), max(last)
    scale = (len(SPARKS) - 1) / (high - low) if high > low else 0.0
    return "".join(SPARKS[round((value - low) * scale)] for value in last)


def _columns(rows: "Sequence[Sequence[str]]") -> Iterator[str]:
    """Rows whose cells stand below each other."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
