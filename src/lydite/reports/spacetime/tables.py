"""Tables: the same as the diagram in words, for whoever reads, searches, prints or does not see it."""

from collections.abc import Iterable
from typing import Final

from lydite.model import TESTER, Event, Kind, Plain, format_ns
from lydite.reports.spacetime.bands import Band
from lydite.reports.spacetime.labels import family
from lydite.reports.spacetime.marks import Sign, sign_of
from lydite.reports.spacetime.markup import Markup, element, joined
from lydite.reports.spacetime.plot import Plot
from lydite.reports.spacetime.wording import (
    counted,
    duration,
    event_in_words,
    facts_in_words,
    fault_in_words,
    measured,
    moment,
)

FAULTS_MAX: Final = 200
MOMENTS_MAX: Final = 100
WORDS_MAX: Final = 200
HOSTS_MAX: Final = 24
LINES_MAX: Final = 12
FACTS_MAX: Final = 40


def evidence_table(plot: Plot) -> Markup:
    """What shows the finding."""
    finding = plot.scene.finding
    if finding is None:
        return joined()
    facts = facts_in_words(finding.facts)
    when = f" at {moment(plot.broke_ns)}" if plot.broke_ns is not None else ""
    host = f" on {finding.host}" if finding.host else ""
    told = element(
        "p",
        element("b", finding.check),
        f": {measured(finding.message, 600)}{when}{host}",
        *([element("br"), element("code", measured(facts, 400))] if facts else []),
    )
    rows = [
        element(
            "tr",
            element("td", letter, class_="letter"),
            element("td", f"{event.number:,}", class_="number"),
            element("td", moment(event.at_ns), class_="time"),
            element("td", event.host),
            element("td", event.kind.name),
            element("td", measured(event_in_words(event), WORDS_MAX), class_="words"),
            id=f"evidence-{letter}",
        )
        for letter, event in plot.evidence
    ]
    heads = ("", "record", "when", "host", "kind", "what")
    return joined(element("h2", "Evidence", id="evidence"), told, _table(heads, rows) if rows else joined())


def fault_table(plot: Plot) -> Markup:
    """Every fault of the schedule, and those that the trial made itself."""
    known = {band.number: band for band in plot.bands if band.number}
    rows = [
        (
            number,
            fault.at_ns,
            fault.kind,
            fault_in_words(fault.kind, fault.args),
            fault.lasting_ns,
            known.get(number),
        )
        for number, fault in enumerate(plot.scene.schedule.faults, 1)
    ]
    rows += [
        (band.number, band.begin_ns, band.kind, band.words, band.until(plot.end_ns) - band.begin_ns, band)
        for band in plot.bands
        if band.number == 0 or band.number > len(plot.scene.schedule)
    ]
    if not rows:
        return joined(element("h2", "Faults", id="faults"), element("p", "None.", class_="quiet"))
    drawn = [
        element(
            "tr",
            element("td", str(number) if number else "t", class_="number"),
            element("td", format_ns(band.begin_ns if band else at_ns), class_="time"),
            element("td", _lasting(plot, band, lasting_ns), class_="time"),
            element("td", _key(kind), kind),
            element("td", measured(band.words if band else words, WORDS_MAX), class_="words"),
            element("td", _fate(plot, band)),
            id=f"fault-{number}" if number else None,
            data_fault=str(number),
        )
        for number, at_ns, kind, words, lasting_ns, band in rows[:FAULTS_MAX]
    ]
    heads = ("number", "when", "how long", "kind", "what", "")
    more = len(rows) - len(drawn)
    return joined(
        element("h2", "Faults", id="faults"),
        _table(heads, drawn),
        element("p", f"{counted(more, 'more fault')} in the schedule of the run.", class_="quiet")
        if more
        else joined(),
    )


def moment_table(plot: Plot) -> Markup:
    """The notes and checks in the window, the last ones if there are many."""
    found = [
        event
        for event in plot.scene.events
        if event.kind in {Kind.NOTE, Kind.CHECK} and plot.window.begin_ns <= event.at_ns <= plot.window.end_ns
    ]
    if not found:
        return joined()
    letters = {event.number: letter for letter, event in plot.evidence}
    shown = found[-MOMENTS_MAX:]
    rows = [
        element(
            "tr",
            element("td", letters.get(event.number, ""), class_="letter"),
            element("td", f"{event.number:,}", class_="number"),
            element("td", moment(event.at_ns), class_="time"),
            element("td", event.host),
            element("td", _sort(event)),
            element("td", measured(event_in_words(event), WORDS_MAX), class_="words"),
            class_="evidence" if event.number in letters else None,
        )
        for event in shown
    ]
    more = len(found) - len(shown)
    told = f"The last {len(shown):,} of {len(found):,} in the window." if more else ""
    return joined(
        element("h2", "Notes and checks"),
        element("p", told, class_="quiet") if told else joined(),
        _table(("", "record", "when", "host", "kind", "what"), rows),
    )


def last_words(plot: Plot) -> Markup:
    """What the hosts printed last, in the order of the lanes."""
    words = plot.scene.last_words
    if not words:
        return joined()
    order = [
        *(host for host in plot.hosts if host in words),
        *(host for host in words if host not in plot.hosts),
    ]
    more = len(order) - HOSTS_MAX
    return joined(
        element("h2", "Last words"),
        element("div", *(_words_of(host, words[host]) for host in order[:HOSTS_MAX]), class_="words-of"),
        element("p", f"and of {counted(more, 'more host')}", class_="quiet") if more > 0 else joined(),
    )


def facts_table(plot: Plot) -> Markup:
    """What else belongs to the run."""
    rows = [
        element("tr", element("td", name), element("td", element("code", measured(_fact(value), WORDS_MAX))))
        for name, value in list(plot.scene.facts.items())[:FACTS_MAX]
    ]
    if not rows:
        return joined()
    return joined(element("h2", "The run"), element("table", element("tbody", *rows), class_="facts"))


def _table(heads: Iterable[str], rows: Iterable[Markup]) -> Markup:
    head = element("tr", *(element("th", name, scope="col", class_=_class_of(name)) for name in heads))
    return element("div", element("table", element("thead", head), element("tbody", *rows)), class_="scroll")


def _class_of(head: str) -> str | None:
    return "number" if head in {"number", "record", "when", "how long"} else None


def _lasting(plot: Plot, band: Band | None, lasting_ns: int) -> str:
    if band is None:
        return duration(lasting_ns) if lasting_ns else ""
    if band.once or band.missed:
        return "once" if band.once and not band.missed else ""
    if band.end_ns is None:
        return "to the end"
    return duration(band.end_ns - band.begin_ns)


def _fate(plot: Plot, band: Band | None) -> str:
    if band is None:
        return "the run ended before"
    if band.missed:
        return "met nobody"
    if not band.seen:
        return "not in the records" if plot.scene.events else ""
    return "" if any(band is each for each in plot.drawn_bands) else "not drawn"


def _key(kind: str) -> Markup:
    name = family(kind)
    return element("span", class_=f"key {name}")


def _sort(event: Event) -> str:
    return "check, failed" if sign_of(event) is Sign.FAILED else event.kind.name.lower()


def _words_of(host: str, value: Plain) -> Markup:
    lines = [str(line) for line in value] if isinstance(value, list | tuple) else str(value).splitlines()
    shown = [measured(line, WORDS_MAX) for line in lines[-LINES_MAX:]]
    more = len(lines) - len(shown)
    head = f"… {counted(more, 'line')} before\n" if more else ""
    body = joined(*(piece for line in shown for piece in (line, Markup("\n"))))
    return element(
        "section",
        element("h3", f"{host}, the trial and its clients" if host == TESTER else host),
        element("pre", Markup(head), body),
    )


def _fact(value: Plain) -> str:
    return value if isinstance(value, str) else facts_in_words({"": value}).removeprefix("=")
