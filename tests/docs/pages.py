"""Runs a page of documentation: what it says works, or a test fails.

A page is played from top to bottom in a folder of its own, which holds a copy of `examples/`:

* a fenced block after `<!-- file: shop.py -->` is written to that file;
* a `python` block is executed, in the names that the blocks before it have left (one that starts with
  `>>>` as a doctest);
* in a `console` block the lines that start with `$ ` are run. What follows is compared with what
  they print: `...` alone on a line stands for any lines, `...` within a line for any text. `# exit 1`
  after a command states its exit status, if it is not zero. Commands that follow one another without
  output between them are compared as far as each one's own output is told.

`make` is not run but its target must exist; blocks of other languages are for reading only.
"""

import doctest
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]

COMMAND_SECONDS_MAX = 100

BLOCK = re.compile(
    r"(?:^<!-- *file: *(?P<file>[^\s>]+) *-->[ \t]*\n\s*)?"
    r"^(?P<fence>```+)(?P<language>[\w-]*)[^\n]*\n(?P<body>.*?)^(?P=fence)[ \t]*$",
    re.DOTALL | re.MULTILINE,
)

EXIT = re.compile(r"\s+# exit (?P<status>\d+)\s*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One fenced block of a page."""

    line: int
    language: str
    file: str | None
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command of a console block, with the output and the exit status that the page promises."""

    line: int
    text: str
    status: int
    output: str | None


PROGRESS = re.compile(
    r"^(?:\d+/\d+ [^\n:]+: [^\n]*"
    r"|[^\n]+: (?:starting|collecting|reading|reading its runs|history, gates and reports"
    r"|[\d,]+(?:/| of )[\d,]+(?: (?:runs|replays|probes|tests)[^\n]*)?))\n",
    re.MULTILINE,
)
"""A line of progress, of any verb."""


@dataclass(slots=True, kw_only=True)
class Stage:
    """Where a page is played: its folder, and the names its Python blocks share."""

    page: str
    folder: Path
    command_seconds_max: float = COMMAND_SECONDS_MAX
    names: dict[str, Any] = field(default_factory=lambda: {"__name__": "__page__"})


def blocks(text: str) -> Iterator[Block]:
    """The fenced blocks of a page in order."""
    for found in BLOCK.finditer(text):
        yield Block(
            line=text.count("\n", 0, found.start("body")) + 1,
            language=found["language"],
            file=found["file"],
            body=found["body"],
        )


def commands(block: Block) -> Iterator[Command]:
    """The commands of a console block, each with what the page shows below it."""
    lines = block.body.splitlines()
    starts = [number for number, line in enumerate(lines) if line.startswith("$ ")]
    for start, stop in zip(starts, [*starts[1:], len(lines)], strict=True):
        text, after = lines[start][2:], start + 1
        while text.endswith("\\") and after < stop:
            text, after = f"{text[:-1].rstrip()} {lines[after].strip()}", after + 1
        status = EXIT.search(text)
        output = "\n".join(line.rstrip() for line in lines[after:stop]).strip("\n")
        yield Command(
            line=block.line + start,
            text=EXIT.sub("", text),
            status=int(status["status"]) if status else 0,
            output=output or None,
        )


def matches(*, promised: str, printed: str) -> bool:
    """Whether what was printed is what the page promises, `...` standing for anything.

    >>> matches(promised="a ... c\\n...\\nz", printed="a b c\\n1\\n2\\nz")
    True
    >>> matches(promised="a\\n...\\nz", printed="a\\nz"), matches(promised="a", printed="a\\nb")
    (True, False)
    """
    pattern = ""
    for line in promised.splitlines():
        if line.strip() == "...":
            pattern += r"(?:.*\n)*?"
        else:
            pattern += ".*".join(re.escape(part) for part in line.split("...")) + r"\n"
    plain = "".join(f"{line.rstrip()}\n" for line in printed.strip("\n").splitlines())
    return re.fullmatch(pattern, plain) is not None


def without_progress(printed: str) -> str:
    """The same without the lines that tell every few seconds how far a long command is: a slow machine has more.

    >>> without_progress("shop: 3/40 runs, 2 seeds/s, no failure\\nshop: a run fails\\nevidence: starting\\n")
    'shop: a run fails\\n'
    """
    return PROGRESS.sub("", printed)


def play(page: str, text: str, *, folder: Path, command_seconds_max: float = COMMAND_SECONDS_MAX) -> None:
    """Play a page from top to bottom in its folder; the first thing that is not so fails."""
    if (ROOT / "examples").is_dir():
        shutil.copytree(ROOT / "examples", folder / "examples")
    stage = Stage(page=page, folder=folder, command_seconds_max=command_seconds_max)
    for block in blocks(text):
        if block.file is not None:
            target = folder / block.file
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(block.body)
        elif block.language == "python":
            _execute(block, stage)
        elif block.language == "console":
            for command in commands(block):
                _run(command, stage)


def _execute(block: Block, stage: Stage) -> None:
    where = f"{stage.page}:{block.line}"
    if block.body.startswith(">>>"):
        test = doctest.DocTestParser().get_doctest(block.body, stage.names, where, stage.page, block.line)
        doctest.DebugRunner(optionflags=doctest.ELLIPSIS).run(test, clear_globs=False)
    else:
        # Blank lines in front put the line numbers of the page into the traceback.
        exec(compile("\n" * (block.line - 1) + block.body, stage.page, "exec"), stage.names)


def _run(command: Command, stage: Stage) -> None:
    where = f"{stage.page}:{command.line}: $ {command.text}"
    if command.text.split()[0] == "make":
        target = command.text.split()[1]
        known = re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE)
        assert target in known, f"{where}\nthere is no such target; there are {known}"
        return
    done = subprocess.run(
        command.text,
        shell=True,
        cwd=stage.folder,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=stage.command_seconds_max,
        check=False,
    )
    assert done.returncode == command.status, (
        f"{where}\nexit status {done.returncode}, the page says {command.status}; it printed:\n{done.stdout}"
    )
    if command.output is not None:
        seen = (done.stdout, without_progress(done.stdout))
        assert any(matches(promised=command.output, printed=each) for each in seen), (
            f"{where}\nthe page promises:\n{command.output}\n\nit printed:\n{done.stdout}"
        )


def environment() -> dict[str, str]:
    """A plain terminal of 100 columns, in which `lydite` is the one of this interpreter."""
    programs = Path(sys.executable).parent
    return {
        **os.environ,
        "PATH": f"{programs}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "COLUMNS": "100",
        "NO_COLOR": "1",
        "TERM": "dumb",
    }
