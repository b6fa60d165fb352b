"""The first screen: the verdict and its cause, how to do it again, the numbers, what is new, what the gates say.

It has at most 60 lines, however much there is to tell: what does not fit is counted.
"""

from collections.abc import Iterator
from typing import Final

from lydite.model import CampaignResult, Dossier, GateOutcome, News, Outcome, Standing, Told
from lydite.reports.figures import counted, duration, figure, percent
from lydite.reports.markdown.scenarios import scenarios
from lydite.reports.markdown.text import code, prose, short, table
from lydite.reports.standings import in_order, is_silent
from lydite.reports.tried import counts, is_complete, tried

SCREEN_LINES: Final = 60

_NEWS_SHOWN: Final = 6
_GATES_SHOWN: Final = 6
_SCENARIOS_SHOWN: Final = 6

_ORDER_OF_NEWS: Final = (News.NEW, News.RARE, News.ONGOING, News.UNSURE, News.RESOLVED)


def screen(dossier: Dossier) -> list[str]:
    """The lines of the first screen."""
    shown = scenarios(dossier.result, at_most=_SCENARIOS_SHOWN)
    return [*opening(dossier), "", "## Results by Scenario", "", *shown]


def opening(dossier: Dossier) -> list[str]:
    """The first screen without its last table, which a whole report has in full."""
    return [*_head(dossier), "", *_summary(dossier), *_findings(dossier), *_gates(dossier)]


def gate_row(gate: GateOutcome) -> tuple[str, ...]:
    """A gate as a row: what it found, against what it allows."""
    sign = "≥" if gate.at_least else "≤"
    margin = "none" if gate.margin is None else figure(gate.margin, gate.unit)
    return (
        short(code, gate.gate),
        f"**{gate.standing.upper()}**" if gate.standing is not Standing.PASSED else "passed",
        short(prose, figure(gate.actual, gate.unit)),
        short(prose, figure(gate.bound, gate.unit)),
        short(prose, f"{sign} {figure(gate.limit, gate.unit)}"),
        short(prose, margin),
        f"{gate.samples:,}",
    )


GATE_HEADER: Final = ("Gate", "Standing", "Actual", "Bound", "Limit", "Margin", "Samples")


def _head(dossier: Dossier) -> Iterator[str]:
    result = dossier.result
    yield f"# Test Report: {short(code, result.target)}"
    yield ""
    yield f"**{result.verdict}**: {short(prose, result.sentence)}"
    if not is_complete(result):
        yield ""
        why = "the campaign was interrupted" if result.interrupted else "a phase broke"
        yield f"**INCOMPLETE**: {why}, so what is missing here was not tried."
    yield ""
    facts = tuple(_facts(dossier))
    # Two spaces at its end keep a line a line.
    yield from (f"**{name}:** {told}  " for name, told in facts[:-1])
    yield from (f"**{name}:** {told}" for name, told in facts[-1:])


def _facts(dossier: Dossier) -> Iterator[tuple[str, str]]:
    result = dossier.result
    yield "Date", short(prose, result.begun)
    yield "Environment", _environment(result)
    yield "Test Suite", _suite(result)
    if dossier.previous:
        yield "Compared with", short(code, dossier.previous)
    if result.reproduce:
        yield "Reproduce", short(code, result.reproduce)


def _environment(result: CampaignResult) -> str:
    fingerprint = short(code, result.environment.fingerprint) or "unknown"
    doubts = result.environment.doubts
    if not doubts:
        return f"{fingerprint}, nothing speaks against its figures"
    more = f" (and {counted(len(doubts) - 1, 'more doubt')})" if len(doubts) > 1 else ""
    return f"{fingerprint}, in doubt: {short(prose, doubts[0])}{more}"


def _suite(result: CampaignResult) -> str:
    commit = f", commit {short(code, result.commit)}" if result.commit else ""
    return (
        f"{short(code, result.preset)}, campaign {short(code, result.identity)}{commit}, seed {result.seed}"
    )


def _summary(dossier: Dossier) -> Iterator[str]:
    result = dossier.result
    found = counts(tried(result))
    told = found.total() - found[Outcome.SKIPPED]
    yield "## Summary"
    yield ""
    yield f"- Total Tests: {found.total():,}"
    yield f"- Passed: {found[Outcome.PASSED]:,} ({percent(found[Outcome.PASSED], told)} of what was carried out)"
    yield f"- Failed: {found[Outcome.FAILED]:,}"
    for outcome, name in ((Outcome.BROKEN, "Broken"), (Outcome.UNKNOWN, "Unknown")):
        if found[outcome]:
            yield f"- {name}: {found[outcome]:,}"
    yield f"- Skipped: {found[Outcome.SKIPPED]:,}"
    yield f"- Duration: {duration(result.seconds)}"
    if dossier.flaky:
        yield f"- Flaky: {len(dossier.flaky):,}"


def _findings(dossier: Dossier) -> Iterator[str]:
    if not dossier.news:
        return
    found = sorted(dossier.news, key=lambda each: (not each.safety, _ORDER_OF_NEWS.index(each.news)))
    numbers = [(news, sum(each.news is news for each in found)) for news in _ORDER_OF_NEWS]
    told = ", ".join(f"{news} {count}" for news, count in numbers if count)
    yield ""
    yield f"### Findings: {told}"
    yield ""
    yield from (f"- {_news(each)}" for each in found[:_NEWS_SHOWN])
    if len(found) > _NEWS_SHOWN:
        yield f"- and {len(found) - _NEWS_SHOWN:,} more"


def _news(told: Told) -> str:
    word = "SAFETY, " if told.safety else ""
    quiet = f" (quiet for {told.quiet} of {told.needed} runs)" if told.news is News.UNSURE else ""
    return (
        f"**{word}{told.news.upper()}** {short(code, told.case, 120)}: {short(prose, told.sentence)}{quiet}"
    )


def _gates(dossier: Dossier) -> Iterator[str]:
    decision = dossier.decision
    if decision is None:
        return
    ordered = in_order(decision.outcomes)
    told = [gate for gate in ordered if not is_silent(gate)]
    yield ""
    yield f"### Gates: {decision.standing.upper()}"
    yield ""
    yield short(prose, decision.sentence)
    if told:
        yield ""
        yield from table(GATE_HEADER, [gate_row(gate) for gate in told[:_GATES_SHOWN]]).split("\n")
    more = [*_more(told[_GATES_SHOWN:]), *_silent(len(ordered) - len(told))]
    if more:
        yield ""
        yield f"{'; '.join(more)}."


def _more(rest: list[GateOutcome]) -> Iterator[str]:
    """The gates for which the table has no room."""
    passed = sum(gate.standing is Standing.PASSED for gate in rest)
    red = len(rest) - passed
    if red:
        yield f"{counted(red, 'more gate')} {'is' if red == 1 else 'are'} not green"
    if passed:
        yield f"{counted(passed, 'more gate')} passed"


def _silent(count: int) -> Iterator[str]:
    if count:
        yield f"{counted(count, 'gate')} that only {'tells' if count == 1 else 'tell'} had nothing to judge by"
