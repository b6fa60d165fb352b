"""The report in Markdown: the first screen, then everything, section by section; and what of it fits a comment."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from lydite.model import Dossier, as_form
from lydite.reports.markdown.advice import advice
from lydite.reports.markdown.failures import Item, failures
from lydite.reports.markdown.metrics import metrics, restarts
from lydite.reports.markdown.scenarios import scenarios
from lydite.reports.markdown.screen import GATE_HEADER, gate_row, opening, screen
from lydite.reports.markdown.text import code, prose, table
from lydite.reports.standings import asked

COMMENT_BYTES: Final = 65_536
"""What a comment on GitHub may have, in characters: counted in bytes, it fits however characters are counted."""

_NOTICE_BYTES: Final = 1_000
"""What the notice may take that tells what was left out."""

SCENARIOS: Final = "Results by Scenario"

_CLAIMS: Final = (
    "Recommendations",
    "Failed Tests",
    "Service Restarts",
    "Performance Metrics",
    "Gates",
    "Environment",
)
"""Which section claims its room before which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A section: its lines, or items that can be left out one by one."""

    title: str
    items: tuple[Item, ...]
    between: str = "\n\n"

    @property
    def text(self) -> str:
        """All of it."""
        return self.of([item.full for item in self.items])

    def of(self, items: Iterable[str]) -> str:
        """The section with these items."""
        return f"## {self.title}\n\n{self.between.join(items)}"


def markdown(dossier: Dossier) -> str:
    """The whole report."""
    return "\n\n".join(["\n".join(opening(dossier)), *(each.text for each in _sections(dossier))]) + "\n"


def first_screen(dossier: Dossier) -> str:
    """The verdict, its cause and the numbers, in at most 60 lines."""
    return "\n".join(screen(dossier)) + "\n"


def comment(dossier: Dossier, *, limit: int = COMMENT_BYTES) -> str:
    """The report for a comment: as much of it as fits, and a notice of what was left out."""
    whole = markdown(dossier)
    if _size(whole) <= limit:
        return whole
    title, *rest = screen(dossier)
    sections = [each for each in _sections(dossier) if each.title != SCENARIOS]
    kept, left_out = _fitting(sections, limit - _size("\n".join([title, *rest])) - _NOTICE_BYTES)
    told = f": left out {'; '.join(left_out)}" if left_out else ""
    notice = f"> **Truncated** to {limit:,} bytes{told}. The whole report has it all."
    return "\n\n".join(["\n".join([title, "", notice, *rest]), *kept]) + "\n"


def _fitting(sections: list[Section], room: int) -> tuple[list[str], list[str]]:
    """The texts that fit, in their order, and what does not. What to do and what failed come before figures."""
    found: dict[str, str] = {}
    left_out: list[str] = []
    for section in sorted(sections, key=lambda each: _CLAIMS.index(each.title)):
        # One section, or one long traceback, does not take the room of all others.
        text, missing = _cut(section, room if section.title == _CLAIMS[-1] else room * 2 // 3)
        left_out += missing
        if text:
            found[section.title] = text
            room -= _size(text) + 2
    return [found[each.title] for each in sections if each.title in found], left_out


def _cut(section: Section, room: int) -> tuple[str, list[str]]:
    """The section in so much room: its items in full, in brief, or not at all."""
    left = room - _size(section.of(())) - 2
    kept, brief, gone = [], 0, 0
    for item in section.items:
        text = item.full if _size(item.full) <= left // (4 if item.brief else 1) else item.brief
        if not text or _size(text) > left:
            gone += 1
            continue
        brief += text != item.full
        left -= _size(text) + 2
        kept.append(text)
    missing = [f"{gone:,} of {len(section.items):,} in {section.title}"] if gone and kept else []
    if brief:
        missing.append(f"the traces and logs of {brief:,} in {section.title}")
    return (section.of(kept), missing) if kept else ("", [section.title])


def _sections(dossier: Dossier) -> list[Section]:
    """All sections below the first screen, in their order."""
    failed = failures(dossier.result) or (Item(full="No test failed."),)
    sections = [
        _whole(SCENARIOS, scenarios(dossier.result)),
        Section(title="Failed Tests", items=failed),
        Section(
            title="Recommendations",
            items=tuple(Item(full=each) for each in advice(dossier)),
            between="\n",
        ),
        _whole("Performance Metrics", metrics(dossier)),
        _whole("Service Restarts", restarts(dossier)),
    ]
    if dossier.decision is not None and dossier.decision.outcomes:
        sections.append(_whole("Gates", _gates(dossier)))
    return [*sections, _whole("Environment", _environment(dossier))]


def _whole(title: str, lines: list[str]) -> Section:
    return Section(title=title, items=(Item(full="\n".join(lines)),))


def _gates(dossier: Dossier) -> list[str]:
    outcomes = dossier.decision.outcomes if dossier.decision is not None else ()
    rows = [
        (
            *gate_row(gate),
            "; ".join(prose(told) for told in (gate.sentence, gate.waiver, asked(gate)) if told),
        )
        for gate in outcomes
    ]
    return table((*GATE_HEADER, "Why"), rows).split("\n")


def _environment(dossier: Dossier) -> list[str]:
    environment = dossier.result.environment
    rows = [("Fingerprint", code(environment.fingerprint)), ("Code", code(dossier.result.code))]
    for name, value in environment.facts.items():
        told = value if isinstance(value, str) else json.dumps(as_form(value), ensure_ascii=False)
        rows.append((code(name), code(told)))
    rows += [("In doubt", prose(doubt)) for doubt in environment.doubts]
    return table(("Fact", "Value"), rows).split("\n")


def _size(text: str) -> int:
    return len(text.encode())
