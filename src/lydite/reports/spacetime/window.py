"""The window: which part of a run is drawn, and which moments of it are drawn a second time, close up.

Without a finding the whole run is drawn. With one, the picture ends soon after the moment at which it broke, and
begins a little before what can have to do with it: the evidence, the faults in force since then, and a few before
them. The close-up shows the milliseconds around the evidence, because at the scale of faults a message is a
vertical line.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median_low
from typing import Final

from lydite.model import MILLISECOND, Event, Finding
from lydite.reports.spacetime.bands import Band
from lydite.reports.spacetime.messages import Message

FAULTS_BEFORE: Final = 4
"""How many faults are drawn that were over before the first evidence, and with which it may have begun."""

FAULTS_ALL: Final = 8
"""So few faults are drawn all, if they came before the end."""

CLOSE_UPS_MAX: Final = 4

READABLE: Final = 1 / 150
"""A message that takes this part of the width is slanted enough to be read without a close-up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From one moment to another."""

    begin_ns: int
    end_ns: int

    @property
    def length_ns(self) -> int:
        """How long it is."""
        return self.end_ns - self.begin_ns

    def meets(self, begin_ns: int, end_ns: int) -> bool:
        """Does that time overlap this one?"""
        return begin_ns <= self.end_ns and end_ns >= self.begin_ns


def moment_of(finding: Finding | None, evidence: Sequence[Event], end_ns: int) -> int | None:
    """When it broke: what the finding says, or its last evidence, or the end of the run."""
    if finding is None:
        return None
    if finding.at_ns or not evidence:
        return finding.at_ns or end_ns
    return max(event.at_ns for event in evidence)


def window_of(bands: Sequence[Band], evidence: Sequence[Event], broke_ns: int | None, end_ns: int) -> Span:
    """What is drawn."""
    if broke_ns is None:
        return Span(begin_ns=0, end_ns=max(end_ns, 1))
    first_ns = min([broke_ns, *(event.at_ns for event in evidence)])
    before = [band for band in bands if band.begin_ns <= broke_ns]
    if len(before) > FAULTS_ALL:
        over = sorted(
            (band for band in before if band.until(end_ns) < first_ns), key=lambda band: band.until(end_ns)
        )
        before = [band for band in before if band.until(end_ns) >= first_ns] + over[-FAULTS_BEFORE:]
    begin_ns = min([first_ns, *(band.begin_ns for band in before)])
    begin_ns -= max((broke_ns - begin_ns) // 12, 10 * MILLISECOND)
    if begin_ns < broke_ns // 6:
        begin_ns = 0
    after_ns = max((broke_ns - begin_ns) // 16, MILLISECOND)
    return Span(begin_ns=max(0, begin_ns), end_ns=min(max(end_ns, broke_ns + 1), broke_ns + after_ns))


def close_ups_of(
    window: Span, messages: Sequence[Message], evidence: Sequence[Event], broke_ns: int | None
) -> list[Span]:
    """The moments that are drawn once more; none where the window shows them well enough."""
    travels = [
        message.arrived_ns - message.sent_ns
        for message in messages
        if message.arrived_ns is not None and window.meets(message.sent_ns, message.arrived_ns)
    ]
    if broke_ns is None or not travels:
        return []
    travel_ns = max(1, median_low(travels))
    if travel_ns >= window.length_ns * READABLE:
        return []
    moments = sorted({broke_ns, *(event.at_ns for event in evidence)})[-CLOSE_UPS_MAX:]
    spans: list[Span] = []
    for at_ns in moments:
        begin_ns = max(window.begin_ns, at_ns - 8 * travel_ns)
        end_ns = min(window.end_ns, at_ns + 4 * travel_ns)
        if spans and begin_ns <= spans[-1].end_ns + 4 * travel_ns:
            spans[-1] = Span(begin_ns=spans[-1].begin_ns, end_ns=end_ns)
        else:
            spans.append(Span(begin_ns=begin_ns, end_ns=end_ns))
    close_ns = sum(span.length_ns for span in spans)
    return spans if close_ns * 3 < window.length_ns else []
