"""What did not pass: each with its finding, the smallest schedule, its picture, its last words and its command.

The page has a size that can be mailed, so pictures and last words have room for so many characters. What the room is
spent on comes first: violations of safety, then failures, then what broke. What is left out says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from lydite.model import CampaignResult, Case, Facts, Fault, InputError, Plain, shared_cause
from lydite.reports.page.artwork import artwork
from lydite.reports.spacetime.markup import Markup
from lydite.reports.spacetime.wording import clipped, duration, facts_in_words, fault_in_words, moment
from lydite.reports.tried import Entry, grouped, red

WHOLE_MAX: Final = 100
"""Failures that are told whole; those beyond are a line each, in the table of all cases."""

PICTURES_MAX: Final = 260_000
"""Characters of all pictures together."""

DETAIL_MAX: Final = 6_000
"""Characters of the last words of one failure: their beginning and their end."""

DETAILS_MAX: Final = 80_000
"""Characters of all last words together."""

FAULTS_MAX: Final = 60

NO_PICTURE: Final = "The picture of this run is no drawing of Lydite, and is left out."
NO_ROOM: Final = (
    "The picture of this run is left out to keep the page small; the command below draws it again."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A fault of a schedule, in words."""

    at: str
    lasts: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A case that did not pass, laid out."""

    anchor: str
    phase: str
    case: Case
    picture: Markup | None
    picture_note: str
    faults: tuple[Line, ...]
    faults_more: int
    detail: tuple[str, ...]
    """Its lines."""
    facts: str
    at: str


@dataclass(slots=True)
class _Room:
    """The characters that are left."""

    pictures: int = PICTURES_MAX
    details: int = DETAILS_MAX


def failures(result: CampaignResult) -> tuple[list[Failure], list[Failure]]:
    """What did not pass, the gravest first: those told whole, and those told in a line."""
    # What stands for the campaign as a whole is said by the verdict on top.
    entries = [entry for group in grouped(result) if group.phase is not None for entry in group.entries]
    room = _Room()
    told = [
        _failure(f"failure-{number}", entry, room if number <= WHOLE_MAX else None)
        for number, entry in enumerate(red(entries), 1)
    ]
    return told[:WHOLE_MAX], told[WHOLE_MAX:]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """What several failures have in common: the check that found them, or what they say but for its numbers."""

    name: str
    count: int
    anchor: str
    """The gravest of them."""


def causes(told: Sequence[Failure]) -> tuple[list[Cause], int]:
    """The causes of more than one failure, the most frequent first; and how many failures have one of their own."""
    members: dict[str, list[Failure]] = {}
    for failure in told:
        members.setdefault(shared_cause(failure.case), []).append(failure)
    found = [
        Cause(name=name, count=len(same), anchor=same[0].anchor)
        for name, same in members.items()
        if len(same) > 1 and name
    ]
    found.sort(key=lambda cause: -cause.count)
    return found, len(told) - sum(cause.count for cause in found)


def _failure(anchor: str, entry: Entry, room: _Room | None) -> Failure:
    case = entry.case
    picture, note = _picture(case, room) if room else (None, "")
    finding = case.finding
    return Failure(
        anchor=anchor,
        phase=entry.phase,
        case=case,
        picture=picture,
        picture_note=note,
        faults=tuple(_line(fault) for fault in case.faults[:FAULTS_MAX]) if room else (),
        faults_more=max(0, len(case.faults) - FAULTS_MAX),
        detail=_detail(case.detail, room) if room else (),
        facts=clipped(facts_in_words(finding.facts), 600) if finding and finding.facts else "",
        at=moment(finding.at_ns) if finding and finding.at_ns else "",
    )


def _picture(case: Case, room: _Room) -> tuple[Markup | None, str]:
    if not case.picture:
        return None, ""
    drawn = artwork(case.picture)
    if drawn is None:
        return None, NO_PICTURE
    if len(drawn) > room.pictures:
        return None, NO_ROOM
    room.pictures -= len(drawn)
    return drawn, ""


def _detail(text: str, room: _Room) -> tuple[str, ...]:
    """The text with its lines, cut in the middle where it is too long."""
    if not text:
        return ()
    most = min(DETAIL_MAX, room.details)
    if len(text) > most:
        half = most // 2
        missing = len(text) - 2 * half
        text = f"{text[:half]}\n… {missing:,} characters are left out here …\n{text[len(text) - half :]}"
    room.details -= min(len(text), room.details)
    return tuple(text.split("\n"))


def _line(form: Facts) -> Line:
    """A fault from its JSON form; a form that is none is shown as it is."""
    try:
        fault = Fault.from_plain(_plain(form))
    except InputError:
        return Line(at="", lasts="", words=clipped(facts_in_words(form), 400))
    lasts = duration(fault.lasting_ns) if fault.lasting_ns else ""
    return Line(
        at=moment(fault.at_ns), lasts=lasts, words=clipped(fault_in_words(fault.kind, fault.args), 400)
    )


def _plain(form: Facts) -> Mapping[str, Plain]:
    """Without what a schedule adds to a fault for its own use."""
    return {name: form[name] for name in form if name in {"at_ns", "kind", "args", "lasting_ns"}}


def anchors(told: Sequence[Failure]) -> dict[str, str]:
    """From the name of a case to its place on the page."""
    return {failure.case.name: failure.anchor for failure in reversed(told)}
