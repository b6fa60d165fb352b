"""The plot: everything that a picture shows of a scene, worked out before the first line is drawn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from lydite.model import TESTER, Event, Kind, Plain, format_ns
from lydite.reports.spacetime.bands import Band, bands_of
from lydite.reports.spacetime.lives import Life, hosts_of, lives_of
from lydite.reports.spacetime.messages import Message, messages_of
from lydite.reports.spacetime.scene import Scene
from lydite.reports.spacetime.window import Span, close_ups_of, moment_of, window_of
from lydite.reports.spacetime.wording import counted, names_in

LANES_MAX: Final = 16
EVIDENCE_MAX: Final = 26
BANDS_TIMES_LANES_MAX: Final = 480
BANDS_MAX: Final = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """What is drawn, and how much is left out."""

    scene: Scene
    hosts: tuple[str, ...]
    """The lanes from top to bottom."""
    lives: Mapping[str, Life]
    messages: Sequence[Message]
    bands: Sequence[Band]
    """Every fault that the records or the schedule tell of."""
    drawn_bands: Sequence[Band]
    evidence: Sequence[tuple[str, Event]]
    """The events that show what was found, each with its letter."""
    concerned: frozenset[str]
    """The hosts that finding and evidence speak of."""
    broke_ns: int | None
    end_ns: int
    window: Span
    close_ups: Sequence[Span]
    omissions: tuple[str, ...]

    @property
    def has_broken(self) -> bool:
        """Is there a moment at which it broke?"""
        return self.broke_ns is not None


def plot_of(scene: Scene) -> Plot:
    """Work out what a scene shows."""
    events = scene.events
    mentioned = sorted({name for fault in scene.schedule.faults for name in _host_names(fault.args)})
    every = hosts_of(events, [*mentioned, *scene.last_words, *_of_finding(scene)])
    messages, local = messages_of(events)
    evidence = _evidence(scene)
    end_ns = _end_of(scene, evidence)
    bands = bands_of(scene.schedule, events, every, end_ns)
    broke_ns = moment_of(scene.finding, evidence, end_ns)
    end_ns = max(end_ns, broke_ns or 0)
    window = window_of(bands, evidence, broke_ns, end_ns)
    concerned = frozenset(_concerned(scene, evidence, every))
    hosts = _lanes(every, concerned, bands)
    drawn_bands = _drawn_bands(bands, window, broke_ns, end_ns, len(hosts))
    lettered = [(chr(ord("A") + place), event) for place, event in enumerate(evidence[-EVIDENCE_MAX:])]
    omissions = _omissions(scene, every, hosts, messages, local, bands, drawn_bands, window, end_ns)
    if len(evidence) > EVIDENCE_MAX:
        omissions.append(
            f"the last {EVIDENCE_MAX} of {counted(len(evidence), 'piece')} of evidence are marked"
        )
    return Plot(
        scene=scene,
        hosts=tuple(hosts),
        lives=lives_of(events, every, end_ns),
        messages=messages,
        bands=bands,
        drawn_bands=drawn_bands,
        evidence=lettered,
        concerned=concerned,
        broke_ns=broke_ns,
        end_ns=end_ns,
        window=window,
        close_ups=close_ups_of(window, messages, [event for _, event in lettered], broke_ns),
        omissions=tuple(omissions),
    )


def _host_names(args: Mapping[str, Plain]) -> list[str]:
    names: list[str] = []
    for name in ("left", "right", "source", "target", "hosts", "names"):
        value = args.get(name)
        given = [value] if isinstance(value, str) else value if isinstance(value, list | tuple) else []
        # A role, such as the leader, is played by a host whose name only the records know.
        names += [each for each in given if isinstance(each, str) and each and each[0] not in "*@"]
    return names


def _of_finding(scene: Scene) -> list[str]:
    return [scene.finding.host] if scene.finding is not None and scene.finding.host else []


def _evidence(scene: Scene) -> list[Event]:
    if scene.finding is None:
        return []
    wanted = frozenset(scene.finding.evidence)
    return [event for event in scene.events if event.number in wanted]


def _end_of(scene: Scene, evidence: Sequence[Event]) -> int:
    if scene.events:
        return max([scene.events[-1].at_ns, *(event.at_ns for event in evidence)])
    return max([0, *(fault.at_ns + fault.lasting_ns for fault in scene.schedule.faults)])


def _concerned(scene: Scene, evidence: Sequence[Event], hosts: Sequence[str]) -> list[str]:
    found = [event.host for event in evidence] + _of_finding(scene)
    for event in evidence:
        found += names_in(event.fields, hosts)
    if scene.finding is not None:
        found += names_in(scene.finding.facts, hosts)
    return found


def _lanes(every: Sequence[str], concerned: frozenset[str], bands: Sequence[Band]) -> list[str]:
    bent = {name for band in bands for name in (*band.left, *band.right)}
    ranked = sorted(every, key=lambda name: (name != TESTER, name not in concerned, name not in bent))
    kept = frozenset(ranked[:LANES_MAX])
    return [name for name in every if name in kept]


def _drawn_bands(
    bands: Sequence[Band], window: Span, broke_ns: int | None, end_ns: int, lanes: int
) -> list[Band]:
    seen = [band for band in bands if window.meets(band.begin_ns, band.until(end_ns))]
    most = min(BANDS_MAX, max(12, BANDS_TIMES_LANES_MAX // max(lanes, 1)))
    moment_ns = 0 if broke_ns is None else broke_ns
    nearest = sorted(seen, key=lambda band: abs(band.begin_ns - moment_ns))[:most]
    return [band for band in seen if any(band is each for each in nearest)]


def _omissions(
    scene: Scene,
    every: Sequence[str],
    hosts: Sequence[str],
    messages: Sequence[Message],
    local: int,
    bands: Sequence[Band],
    drawn_bands: Sequence[Band],
    window: Span,
    end_ns: int,
) -> list[str]:
    """What a picture leaves out, in words; of messages that are too many the panels tell themselves."""
    told = []
    if window.begin_ns > 0:
        faults = sum(band.until(end_ns) < window.begin_ns for band in bands)
        earlier = sum(message.sent_ns < window.begin_ns for message in messages)
        told.append(
            f"the first {format_ns(window.begin_ns)}, with {counted(faults, 'fault')} "
            f"and {counted(earlier, 'message')}"
        )
    if end_ns > window.end_ns:
        faults = sum(band.begin_ns > window.end_ns for band in bands)
        later = sum(message.sent_ns > window.end_ns for message in messages)
        told.append(
            f"what came after {format_ns(window.end_ns)}, in {format_ns(end_ns - window.end_ns)}, "
            f"with {counted(faults, 'fault')} and {counted(later, 'message')}"
        )
    seen = sum(window.meets(band.begin_ns, band.until(end_ns)) for band in bands)
    if seen > len(drawn_bands):
        told.append(f"{seen - len(drawn_bands):,} of {counted(seen, 'fault')} in this window")
    if len(every) > len(hosts):
        told.append(f"{len(every) - len(hosts):,} of {counted(len(every), 'host')}")
    if local:
        told.append(f"{counted(local, 'message')} that did not leave their host")
    if scene.events and not any(
        event.kind in {Kind.HOST, Kind.SEND, Kind.DATAGRAM} for event in scene.events
    ):
        told.append("messages: only the story of the run is at hand; its full trace has them")
    return told
