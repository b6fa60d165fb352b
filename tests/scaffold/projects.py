"""New projects to look at and to run, and what runs them."""

import os
import subprocess
import sys
from pathlib import Path

from lydite.scaffold import scaffold, template_of

NAMES = {"chain": "mychain", "service": "mybank"}


def new_project(folder: Path, template: str) -> Path:
    """A project of that template below a folder."""
    return scaffold(folder / NAMES[template], template_of(template)).folder


def python(project: Path, *words: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """This interpreter in the folder of a project, as its user would start it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "LYDITE_"))}
    return subprocess.run(
        [sys.executable, *words],
        cwd=project,
        env={**kept, "NO_COLOR": "1", "COLUMNS": "200", "TERM": "dumb", **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def lydite(project: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """`lydite` in the folder of a project."""
    return python(project, "-c", "from lydite.cli import main; main()", *words)


def own_tests(project: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """The tests of a project, with the plugin of Lydite and those of nobody else, and warnings as errors."""
    options = ("-q", "-W", "error", "-p", "no:cacheprovider", "-p", "lydite_pytest")
    return python(project, "-m", "pytest", *options, *words, PYTEST_DISABLE_PLUGIN_AUTOLOAD="1")
