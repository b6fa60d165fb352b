"""The command line: one file per verb, each of which imports what it needs when it is called."""

from lydite.cli.verbs import app, main

__all__ = ["app", "main"]
