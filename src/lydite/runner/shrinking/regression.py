"""The pytest file of a shrunk failure: it fails as long as the bug is there, and passes when it is fixed.

It passes where the check holds, and not where the check is gone, or proved nothing: that would be green for ever.
What leaves no record when it passes (an `assert` of the trial, an exception, a run that failed itself) cannot be told
from what is gone: there it passes if nothing fails.

It holds all that it needs and reads no failure file, so it may be moved into a project's own tests. It runs the honest
program: a bug that was planted is not planted in it.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from lydite.checks import ASSERTION, EXCEPTION
from lydite.model import Fault, InputError, Plain, format_ns
from lydite.runner.failure import in_file_name
from lydite.runner.orders import parts_as_plain
from lydite.runner.shrinking.shrunk import Shrunk

_TEMPLATE = '''\
"""{story}
"""

from lydite.runner import {imported}

SCHEDULE = {schedule}

PARTS = {parts}


def {name}() -> None:
    """{sentence}"""
    run = rerun({target}, seed={seed}, schedule=SCHEDULE, parts=PARTS, near=__file__)
{asserted}
'''

_OF_A_CHECK = """\
    in_doubt = doubt(run, {kind})

    assert not in_doubt, in_doubt"""

_OF_NO_CHECK = """\

    assert {kind} not in run.failed, run.failed[{kind}]
    assert run.result.ending is None, run.result.ending"""


def write_regression(shrunk: Shrunk, folder: Path, *, stem: str, replay: str) -> Path:
    """Write the file beside the failure file whose name begins with `stem`; returns where it is."""
    path = folder / f"test_{_identifier(stem)}.py"
    try:
        path.write_text(regression_of(shrunk, replay=replay), encoding="utf-8")
    except OSError as error:
        raise InputError(f"the pytest file cannot be written: {error.strerror}", where=str(path)) from error
    return path


def regression_of(shrunk: Shrunk, *, replay: str) -> str:
    """The text of the file; `replay` is the command that repeats the shrunk run."""
    after = shrunk.after
    assert after is not None
    assert after.schedule is not None
    # What passes of these leaves no record, so nobody can tell whether it is still there.
    recorded = after.finding is not None and after.finding.check not in (ASSERTION, EXCEPTION)
    return _TEMPLATE.format(
        imported="doubt, rerun" if recorded else "rerun",
        story=_quoted("\n".join(_story(shrunk, replay))),
        schedule=_lines("[", [_literal(fault) for fault in after.schedule.as_plain()], "]"),
        parts=_lines(
            "{",
            [f"{_literal(name)}: {_literal(kept)}" for name, kept in parts_as_plain(after.parts).items()],
            "}",
        ),
        name=f"test_{_identifier(after.label)}_with_seed_{after.seed}",
        sentence=_quoted(f"{after.kind} {'holds' if recorded else 'does not fail any more'}."),
        target=_literal(after.target),
        seed=after.seed,
        asserted=(_OF_A_CHECK if recorded else _OF_NO_CHECK).format(kind=_literal(after.kind)),
    )


def _story(shrunk: Shrunk, replay: str) -> Iterator[str]:
    before, after = shrunk.before, shrunk.after
    assert after is not None
    assert after.schedule is not None
    told = (
        after.finding.message if after.finding is not None else after.ending.message if after.ending else ""
    )
    yield f"{after.kind} failed in {after.label} with seed {after.seed}: {told}"
    yield ""
    planted = f", with the bug {before.mutant} planted, which this test leaves out" if before.mutant else ""
    faults = len(before.schedule) if before.schedule is not None else 0
    yield f"Found under {_counted(faults, 'fault')}{planted}; shrunk to {_counted(len(after.schedule), 'fault')}"
    yield f"by `lydite shrink` in {_counted(shrunk.replays, 'replay')}. To see it again: {replay}"
    if after.schedule.faults:
        yield ""
    for fault in after.schedule.faults:
        yield f"    {_told(fault)}"


def _told(fault: Fault) -> str:
    args = " ".join(f"{name}={_word(value)}" for name, value in fault.args.items())
    lasting = f", for {format_ns(fault.lasting_ns)}" if fault.lasting_ns else ""
    return f"at {format_ns(fault.at_ns)}  {fault.kind} {args}{lasting}"


def _word(value: Plain) -> str:
    return ",".join(str(each) for each in value) if isinstance(value, list | tuple) else str(value)


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _lines(opening: str, items: list[str], closing: str) -> str:
    """A list or a dictionary, one item in a line."""
    inner = "".join(f"\n    {item}," for item in items)
    return f"{opening}{inner}\n{closing}" if items else f"{opening}{closing}"


def _literal(value: Plain) -> str:
    """A plain value as Python source."""
    match value:
        case str():
            return json.dumps(value, ensure_ascii=False)
        case bool() | float() | None:
            return repr(value)
        case int():
            return f"{value:_}"
        case Mapping():
            return (
                "{" + ", ".join(f"{_literal(name)}: {_literal(each)}" for name, each in value.items()) + "}"
            )
        case _:
            return "[" + ", ".join(_literal(each) for each in value) + "]"


def _quoted(text: str) -> str:
    """A text that may stand in a docstring: it holds no end of one, and no escape that means something else."""
    return text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')


def _identifier(text: str) -> str:
    return re.sub(r"\W+", "_", in_file_name(text))
