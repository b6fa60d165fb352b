"""A process under way."""

import sys
from pathlib import Path

import pytest

from lydite.watching import Command
from lydite.watching.process import MARGIN, Process


def printed(folder: Path, program: str) -> list[str]:
    """What a program prints."""
    process = Process(Command(argv=(sys.executable, "-c", program)), str(folder))
    try:
        while process.status is None:
            process.wait(0.1)
        return list(process.output)
    finally:
        process.end()


def test_it_has_room_for_what_it_prints_once_that_is_moved_to_the_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")

    said = printed(tmp_path, "import shutil; print('=' * shutil.get_terminal_size().columns)")

    assert said == ["=" * (100 - MARGIN)]
