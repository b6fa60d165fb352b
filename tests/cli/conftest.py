"""Every test of the command line runs in a folder of its own, with small projects in it."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.runner.projects import BANK, RESTLESS, SHOP, STUCK, write_project


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder, which is the current one."""
    write_project(tmp_path, {**BANK, "shop.py": SHOP, "stuck.py": STUCK, "restless.py": RESTLESS})
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")
    return tmp_path


@pytest.fixture(autouse=True)
def interruptible() -> Iterator[None]:
    """What a test starts ends at Ctrl-C, even where a shell has started the tests in the background.

    A shell lets such programs ignore Ctrl-C, and theirs do so too; one that the tests handle is theirs to take.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
