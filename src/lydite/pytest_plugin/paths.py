"""Paths: what is importable in the processes that are started, and how a file is named to a person."""

import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

VARIABLE = "PYTHONPATH"


@contextmanager
def importable(config: pytest.Config) -> Iterator[None]:
    """What the project's `pythonpath` makes importable for its tests is so in the processes of their trials, too."""
    before = os.environ.get(VARIABLE)
    added = [str(path) for path in _added(config)]
    if not added:
        yield
        return
    os.environ[VARIABLE] = os.pathsep.join([*added, *([before] if before else [])])
    try:
        yield
    finally:
        if before is None:
            del os.environ[VARIABLE]
        else:
            os.environ[VARIABLE] = before


def replay_of(file: Path, config: pytest.Config) -> str:
    """The command that repeats a failure file, for the folder in which pytest was started."""
    # The root folder is where a replay looks anyway.
    added = [shown(path, config) for path in _added(config) if path != config.rootpath]
    paths = f"{VARIABLE}={shlex.quote(os.pathsep.join(added))} " if added else ""
    return f"{paths}lydite replay {shlex.quote(shown(file, config))}"


def shown(path: Path, config: pytest.Config) -> str:
    """A path as it is seen from the folder in which pytest was started."""
    here = config.invocation_params.dir
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def _added(config: pytest.Config) -> list[Path]:
    return [Path(path) for path in config.getini("pythonpath")]
