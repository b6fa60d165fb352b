"""What a history says in the log: that it was made, and who has waited for it."""

import logging
import threading
from pathlib import Path

import pytest

from lydite.history import History, database
from lydite.history.database import Database


def test_a_history_that_was_made_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "lydite.history"):
        for _ in range(2):
            History(tmp_path / "history.db").close()

    (record,) = [each for each in caplog.records if each.name == "lydite.history"]
    assert record.getMessage().endswith("history.db is brought to revision 0001")


def test_who_has_waited_long_for_its_turn_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "history.db"
    History(path).close()

    def write() -> None:
        with Database(path).writing():
            pass

    with Database(path).writing():
        # Whoever comes now has to wait, and however short that is, it is too long.
        monkeypatch.setattr(database, "TOLD_S", 0.0)
        writer = threading.Thread(target=write)
        writer.start()
    writer.join()

    (record,) = caplog.records
    assert (record.name, record.levelname) == ("lydite.history", "WARNING")
    assert "for its turn to write to sqlite:///" in record.getMessage()
