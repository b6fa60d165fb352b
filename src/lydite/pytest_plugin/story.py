"""What is said of a trial that failed: as an example, with the run that repeats it in the first lines and the last."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest

from lydite.model import Fault, Finding, Verdict, format_ns
from lydite.pytest_plugin.asking import Wanted
from lydite.pytest_plugin.examples import Example
from lydite.pytest_plugin.paths import replay_of, shown
from lydite.runner import SweepResult, commit_of

FAULTS_MAX: Final = 20
LINES_MAX: Final = 5
"""So many of the last lines of each host."""
HOSTS_MAX: Final = 8


def told(example: Example, config: pytest.Config) -> str:
    """The whole story of a failure."""
    failure = example.failure
    commit = commit_of(config.rootpath)
    code = f"commit {commit}" if commit else f"code {failure.code_digest[:16]}"
    frame = f"replay: {replay_of(example.file, config)}  # seed {failure.seed}, {code}"
    lines = [
        f"{example.run.result.verdict} with seed {failure.seed}: {_headline(example)}",
        frame,
        "",
        *_found(example),
        *_findings(example.run.result.findings),
        *_ending(example),
        *_faults(example),
        *_last_words(example.run.last_words),
        "",
        frame,
    ]
    more = f"picture: lydite shrink {shown(example.file, config)}"
    return "\n".join([*lines, more] if example.run.schedule else lines)


def unproven(result: SweepResult, wanted: Wanted) -> str:
    """What is said where nothing failed, and nothing was proven either."""
    lines = [f"UNKNOWN after {_counted(result.runs, 'seed')}: a trial that proves nothing does not pass"]
    lines += [f"  {finding.check}: {finding.message}" for finding in result.unproven]
    again = f"lydite sweep {wanted.target} --seeds {wanted.seeds}"
    return "\n".join([*lines, "", f"try more seeds, or claim something that is seen; by hand: {again}"])


def praised(result: SweepResult) -> str:
    """In one line what held."""
    return f"{_counted(result.runs, 'seed')}: {result.verdict}, digest {result.digest[:16]}"


def _headline(example: Example) -> str:
    result = example.run.result
    if result.finding is not None:
        return f"{result.finding.check}: {result.finding.message}"
    return f"{result.ending.error}: {result.ending.message}" if result.ending is not None else ""


def _found(example: Example) -> Iterator[str]:
    """How the example was found, and what became of it."""
    done = example.shrunk
    if done is None:
        yield f"Found {example.found}."
        return
    if not done.reproduced:
        yield f"Found {example.found}. It did not come again: see lydite check-determinism."
        return
    before, after = done.faults
    yield f"Found {example.found}; shrunk from {_counted(before, 'fault')} to {after} in {done.replays} replays."
    for name, (whole, kept) in done.kept.items():
        yield f"Of {whole} {name} {kept} {'is' if kept == 1 else 'are'} left."
    if example.unsteady:
        yield "It does not come out equal each time: see lydite check-determinism."


def _findings(findings: tuple[Finding, ...]) -> Iterator[str]:
    for finding in findings:
        if finding.verdict is Verdict.VIOLATED:
            host = f" on {finding.host}" if finding.host else ""
            yield f"  {finding.check}: {finding.message}"
            yield f"    at {format_ns(finding.at_ns)}{host}"
            facts = {name: value for name, value in finding.facts.items() if name != "mode"}
            if facts:
                yield f"    {_spelled(facts)}"


def _ending(example: Example) -> Iterator[str]:
    ended = example.run.result.ending
    if ended is not None:
        yield f"  {ended.error}: {ended.message}"
        if ended.where:
            yield f"    where: {ended.where}"
        if ended.remedy:
            yield f"    try: {ended.remedy}"


def _faults(example: Example) -> Iterator[str]:
    """The schedule, which is what makes it fail."""
    schedule = example.run.schedule
    if not schedule:
        yield "  it fails without any fault"
        return
    needed = example.shrunk is not None and example.shrunk.reproduced
    yield "  the faults that it needs:" if needed else "  its faults:"
    yield from (f"    {_fault(fault)}" for fault in schedule.faults[:FAULTS_MAX])
    if len(schedule) > FAULTS_MAX:
        yield f"    (and {_counted(len(schedule) - FAULTS_MAX, 'fault')} more, in the failure file)"


def _fault(fault: Fault) -> str:
    lasting = f", for {format_ns(fault.lasting_ns)}" if fault.lasting_ns else ""
    return f"{format_ns(fault.at_ns):>12}  {fault.kind} {_spelled(fault.args)}{lasting}"


def _last_words(words: Mapping[str, Any]) -> Iterator[str]:
    if words:
        yield "  last words of the hosts:"
    for host, lines in list(words.items())[:HOSTS_MAX]:
        shown_lines = lines if isinstance(lines, list) else [lines]
        yield from (f"    {host} | {line}" for line in shown_lines[-LINES_MAX:])


def _spelled(facts: Mapping[str, Any]) -> str:
    return " ".join(
        f"{name}={value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}"
        for name, value in facts.items()
    )


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
