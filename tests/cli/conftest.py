"""Every test of the command line runs in a folder of its own, with small projects in it."""

from pathlib import Path

import pytest

from tests.interrupts import interruptible
from tests.runner.projects import BANK, RESTLESS, SHOP, STUCK, write_project

__all__ = ["interruptible"]


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder, which is the current one."""
    write_project(tmp_path, {**BANK, "shop.py": SHOP, "stuck.py": STUCK, "restless.py": RESTLESS})
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")
    return tmp_path
