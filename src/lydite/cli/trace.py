"""`lydite trace`: read, check, convert and compare traces."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from lydite.cli.exits import Exit
from lydite.cli.options import JsonOption

TraceArgument = Annotated[Path, typer.Argument(metavar="TRACE", help="A trace file.")]


def show(
    trace: TraceArgument,
    *,
    host: Annotated[str, typer.Option(metavar="NAME", help="Only what happened on this host.")] = "",
    kind: Annotated[
        list[str] | None, typer.Option(metavar="KIND", help="Only this kind of event; may be repeated.")
    ] = None,
    limit: Annotated[int, typer.Option(min=0, metavar="COUNT", help="At most so many events; 0 is all.")] = 0,
    as_json: JsonOption = False,
) -> Exit:
    """Print the header and the events of a trace."""
    from lydite.cli.paper import say, say_json
    from lydite.model import Event, Level, describe_event, event_as_line, read_trace

    kinds = _kinds(kind or [])
    with read_trace(trace) as reader:
        header = reader.header
        shown: list[Event] = []
        if not as_json:
            say(f"{header.trial}, seed {header.seed}, {len(header.schedule)} faults, level {header.level}")
        for event in reader:
            if (host and event.host != host) or (kinds and event.kind.name not in kinds):
                continue
            if as_json:
                shown.append(event)
            else:
                say(describe_event(event))
            limit -= 1
            if limit == 0:
                break
    if as_json:
        say_json(
            {
                "verb": "trace show",
                "trial": header.trial,
                "seed": header.seed,
                "level": str(header.level),
                "events": [event_as_line(event) for event in shown],
            }
        )
    elif header.level is not Level.FULL:
        say(f"this trace keeps no events, only its {header.level}; record it with --trace-level full")
    return Exit.HOLDS


def verify(trace: TraceArgument, *, as_json: JsonOption = False) -> Exit:
    """Check every byte of a trace and the whole hash chain."""
    from lydite.cli.paper import counted, say, say_json
    from lydite.model import format_ns, verify_trace

    summary = verify_trace(trace)
    header = summary.header
    if as_json:
        say_json(
            {
                "verb": "trace verify",
                "trial": header.trial,
                "seed": header.seed,
                "verdict": "HOLDS",
                "digest": summary.digest,
                "records": summary.records,
                "end_ns": summary.end_ns,
                "end": summary.end,
                "level": str(header.level),
                "code_digest": header.code_digest,
                "python": header.python,
                "lydite": header.lydite,
            }
        )
    else:
        size = f"{counted(summary.records, 'record')}, {format_ns(summary.end_ns)}, level {header.level}"
        say((f"intact: {header.trial}, seed {header.seed}, {size}", f"digest {summary.digest}"))
    return Exit.HOLDS


def export(
    trace: TraceArgument,
    lines: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="Where to; standard output without it.")
    ] = None,
    *,
    as_json: JsonOption = False,
) -> Exit:
    """Write a trace as JSON Lines, one event in a line."""
    from lydite.cli.files import writing_text
    from lydite.cli.paper import counted, say, say_json
    from lydite.model import InputError, export_lines

    if lines is None:
        if as_json:
            raise InputError("--json needs standard output for itself", remedy="name a file for the events")
        export_lines(trace, sys.stdout)
        return Exit.HOLDS
    with writing_text(lines) as text:
        count = export_lines(trace, text)
    if as_json:
        say_json({"verb": "trace export", "file": str(lines), "events": count})
    else:
        say(f"{counted(count, 'event')} written to {lines}")
    return Exit.HOLDS


def import_(
    lines: Annotated[Path, typer.Argument(metavar="FILE", help="JSON Lines, as exported.")],
    trace: TraceArgument,
    *,
    as_json: JsonOption = False,
) -> Exit:
    """Turn exported JSON Lines back into a trace, proven by its digest."""
    from lydite.cli.files import reading_text, writing_bytes
    from lydite.cli.paper import counted, say, say_json
    from lydite.model import import_lines

    with reading_text(lines) as text, writing_bytes(trace) as file:
        count = import_lines(text, file)
    if as_json:
        say_json({"verb": "trace import", "file": str(trace), "events": count})
    else:
        say(f"{counted(count, 'event')} written to {trace}")
    return Exit.HOLDS


def diff(
    left: Annotated[Path, typer.Argument(metavar="LEFT", help="A full trace.")],
    right: Annotated[Path, typer.Argument(metavar="RIGHT", help="Another one.")],
    *,
    as_json: JsonOption = False,
) -> Exit:
    """Show where two full traces part."""
    from lydite.cli.paper import say, say_json
    from lydite.model import first_difference

    found = first_difference(left, right)
    if as_json:
        say_json(
            {
                "verb": "trace diff",
                "equal": found is None,
                "record": None if found is None else found.number,
                "first_difference": None if found is None else found.describe(),
            }
        )
    else:
        say("equal: the same claims and the same records" if found is None else found.describe())
    return Exit.HOLDS if found is None else Exit.VIOLATED


def _kinds(given: list[str]) -> frozenset[str]:
    from lydite.model import InputError, Kind

    wanted = frozenset(name.upper() for name in given)
    unknown = sorted(wanted - set(Kind.__members__))
    if unknown:
        raise InputError(
            f"there is no kind of event {unknown[0]!r}",
            where="--kind",
            remedy=f"use {', '.join(Kind.__members__)}",
        )
    return wanted
