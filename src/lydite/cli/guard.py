"""What every verb does about errors: one clear sentence, the right exit code, and no traceback unasked."""

import contextlib
import functools
import json
import os
import sys
from collections.abc import Callable, Iterator
from typing import ParamSpec

import typer

from lydite.cli.exits import Exit
from lydite.model import LyditeError, SimulationError

Given = ParamSpec("Given")


class Guard:
    """Wraps a verb, which returns its exit code. `debug` shows tracebacks, `log` what components do meanwhile."""

    def __init__(self) -> None:
        self.debug = False
        self.log = ""

    def __call__(self, verb: Callable[Given, Exit]) -> Callable[Given, None]:
        """The verb as the command line calls it."""

        @functools.wraps(verb)
        def guarded_verb(*args: Given.args, **kwargs: Given.kwargs) -> None:
            try:
                with _heard(self.log):
                    code = verb(*args, **kwargs)
                sys.stdout.flush()
            except LyditeError as error:
                if self.debug:
                    raise
                code = _told(error, as_json=bool(kwargs.get("as_json")))
            except KeyboardInterrupt:
                typer.echo("lydite: interrupted", err=True)
                code = Exit.INTERRUPTED
            except BrokenPipeError:
                # Whoever read our output has read enough.
                _say_no_more()
                code = Exit.HOLDS
            except OSError as error:
                if self.debug:
                    raise
                code = _unwritten(error)
            raise typer.Exit(int(code))

        return guarded_verb


guarded = Guard()


@contextlib.contextmanager
def _heard(levels: str) -> Iterator[None]:
    """Show what components do on standard error, from these levels on; without any, nothing is loaded for it."""
    if not levels:
        yield
        return
    from lydite.logs import Line, levels_of, listening, shown

    # A bar of progress that stands there is taken away first; it comes again with the next step.
    begin = "\r\x1b[2K" if sys.stderr.isatty() else ""

    def show(line: Line) -> None:
        # Whoever read it may have gone: that is no reason to do less.
        with contextlib.suppress(OSError):
            sys.stderr.write(f"{begin}{shown(line)}\n")
            sys.stderr.flush()

    with listening(levels_of(levels, where="--log"), show):
        yield


def _say_no_more() -> None:
    """Nothing more goes to standard output: Python would complain once more while it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _unwritten(error: OSError) -> Exit:
    """What the system refused, as a sentence; where it names no file, it was our own output."""
    _say_no_more()
    where = str(error.filename) if error.filename is not None else "standard output"
    reason = (error.strerror or type(error).__name__).lower()
    typer.echo(f"lydite: the system refused to go on: {reason} ({where})", err=True)
    return Exit.BAD_INPUT


def _told(error: LyditeError, *, as_json: bool) -> Exit:
    code = Exit.RUN_FAILED if isinstance(error, SimulationError) else Exit.BAD_INPUT
    if as_json:
        parts = {
            "error": type(error).__name__,
            "message": error.what,
            "where": error.where,
            "remedy": error.remedy,
        }
        typer.echo(json.dumps({"error": parts, "exit_code": int(code)}, indent=2, ensure_ascii=False))
    typer.echo(f"lydite: {error}", err=True)
    return code
