"""A failed run as a story: what was found, when and where, what was broken until then, and how to see it again.

The command that repeats the run is the first line and the last: whatever scrolls by in between, it is there.
"""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lydite.cli.paper import counted, painted, short, told
from lydite.model import Event, Finding, Kind, Verdict, format_ns
from lydite.runner import Done, Run, commit_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Length:
    """How much of a story is told: of faults, of hosts, and of the lines of each the last ones."""

    faults: int = 20
    hosts: int = 10
    lines: int = 5


WHOLE = Length()
BRIEF = Length(faults=4, lines=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Where a run stands: its trial, the bug that was planted, the code, and its failure file."""

    target: str
    label: str
    mutant: str
    code_digest: str
    file: str = ""

    def command(self, run: Run) -> str:
        """The command that repeats the run."""
        if self.file:
            return f"lydite replay {shlex.quote(self.file)}"
        mutant = f" --mutant {shlex.quote(self.mutant)}" if self.mutant else ""
        return f"lydite run {shlex.quote(self.target)} --seed {run.order.seed}{mutant}"

    def frame(self, run: Run) -> str:
        """The first line and the last: the command, the seed, and which code it was."""
        commit = commit_of(Path.cwd())
        code = f"commit {commit}" if commit else f"code {short(self.code_digest)}"
        return f"replay: {self.command(run)}  # seed {run.order.seed}, {code}"


def scene_of(done: Done, mutant: str) -> Scene:
    """Where a run of one seed stands."""
    return Scene(
        target=done.listed.target,
        label=done.listed.label,
        mutant=mutant,
        code_digest=done.description.code_digest,
        file=done.file,
    )


def failed(run: Run, scene: Scene, length: Length = WHOLE) -> Iterator[str]:
    """The whole story."""
    result = run.result
    yield scene.frame(run)
    yield ""
    headline = "the run itself failed" if result.finding is None and result.ending else ""
    mutant = f" with the mutant {scene.mutant}" if scene.mutant else ""
    yield f"{painted(result.verdict)}  {scene.label}{mutant}, seed {result.seed}" + (
        f": {headline}" if headline else ""
    )
    yield from findings(run)
    yield from ending(run)
    yield from faults(run, length)
    yield from last_words(run, length)
    yield f"  digest {short(result.digest)}, {counted(result.records, 'record')}, {format_ns(result.virtual_ns)}"
    yield ""
    yield scene.frame(run)


def findings(run: Run) -> Iterator[str]:
    """What the judges say: of a violated run what is violated, else what is unknown."""
    worst = Verdict.VIOLATED if run.result.finding is not None else Verdict.UNKNOWN
    for finding in run.result.findings:
        if finding.verdict is worst:
            yield from _finding(finding)


def _finding(finding: Finding) -> Iterator[str]:
    yield f"  {finding.check}: {finding.message}"
    if finding.verdict is Verdict.VIOLATED:
        host = f" on {finding.host}" if finding.host else ""
        yield f"    at {format_ns(finding.at_ns)}{host}"
    facts = {name: value for name, value in finding.facts.items() if name != "mode"}
    if facts:
        yield f"    {told(facts)}"


def ending(run: Run) -> Iterator[str]:
    """How the run failed, where it did."""
    ended = run.result.ending
    if ended is None:
        return
    yield f"  {ended.error}: {ended.message}"
    if ended.where:
        yield f"    where: {ended.where}"
    if ended.remedy:
        yield f"    try: {ended.remedy}"


def faults(run: Run, length: Length = WHOLE) -> Iterator[str]:
    """The levers that were pulled until the finding."""
    pulled = [event for event in run.faults if event.at_ns <= run.result.broke_ns]
    if not pulled:
        return
    yield "  faults until then:"
    if len(pulled) > length.faults:
        yield f"    ({len(pulled) - length.faults:,} earlier ones are in the failure file's schedule or the trace)"
    yield from (f"    {_fault(event)}" for event in pulled[-length.faults :])


def _fault(event: Event) -> str:
    args = event.fields.get("args")
    return (
        f"{format_ns(event.at_ns):>12}  {event.fields['verb']} {told(args if isinstance(args, dict) else {})}"
    )


def idle_faults(run: Run) -> Iterator[str]:
    """The faults of a given schedule that did not happen: a run that holds has not survived them."""
    idle = run.idle_faults
    if not idle or run.schedule is None:
        return
    asked = counted(len(run.schedule), "fault")
    yield f"  {len(idle):,} of {asked} did not happen: nobody was met, or the trial had ended:"
    for number in idle:
        fault = run.schedule.faults[number - 1]
        yield f"    {format_ns(fault.at_ns):>12}  {fault.kind} {told(fault.args)}"


def last_words(run: Run, length: Length = WHOLE) -> Iterator[str]:
    """What the hosts printed last."""
    if not run.last_words or not length.lines:
        return
    yield "  last words of the hosts:"
    for host, lines in list(run.last_words.items())[: length.hosts]:
        shown = lines if isinstance(lines, list) else [lines]
        yield from (f"    {host} | {line}" for line in shown[-length.lines :])
    if len(run.last_words) > length.hosts:
        yield f"    (and {counted(len(run.last_words) - length.hosts, 'host')} more)"


def output(run: Run) -> Iterator[str]:
    """What happened in the order of time, as far as judges see it, and then what the hosts printed."""
    for event in run.story:
        if event.kind is Kind.FAULT:
            yield _fault(event)
        else:
            yield f"{format_ns(event.at_ns):>12}  {event.host} {event.kind.name} {told(event.fields)}"
    for host, lines in run.last_words.items():
        yield from (f"{host} | {line}" for line in (lines if isinstance(lines, list) else [lines]))
    yield ""
