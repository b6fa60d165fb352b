"""Exit codes: what a script learns without reading a word."""

from enum import IntEnum

from lydite.model import Verdict


class Exit(IntEnum):
    """How a command ended. The numbers are documented, and never change their meaning."""

    HOLDS = 0
    VIOLATED = 1
    BAD_INPUT = 2
    UNKNOWN = 3
    RUN_FAILED = 4
    INTERRUPTED = 130


def exit_of(verdict: Verdict, *, failed: bool = False, interrupted: bool = False) -> Exit:
    """The exit code of a verdict; `failed` says that a run came to no end of its own."""
    if interrupted:
        return Exit.INTERRUPTED
    match verdict:
        case Verdict.VIOLATED:
            return Exit.VIOLATED
        case Verdict.HOLDS if not failed:
            return Exit.HOLDS
        case _:
            return Exit.RUN_FAILED if failed else Exit.UNKNOWN
