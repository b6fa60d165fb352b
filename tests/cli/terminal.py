"""The command line, called in this process: what it prints and with which code it ends."""

import json
from dataclasses import dataclass
from typing import Any

from typer.testing import CliRunner

from lydite.cli import app


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a command said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The document on standard output."""
        return json.loads(self.out)


def lydite(*words: str) -> Said:
    """Call `lydite` with these words."""
    done = CliRunner().invoke(app, words, prog_name="lydite", catch_exceptions=False)
    return Said(code=done.exit_code, out=done.stdout, err=done.stderr)
