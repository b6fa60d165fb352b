import os
from pathlib import Path

import pytest

from lydite_subjects.counter.node import Damaged, Journal
from lydite_subjects.counter.spec import NOTHING, Tally, one


def journal_of(folder: Path, *batches: Tally) -> Journal:
    journal = Journal(str(folder))
    journal.replay()
    for batch in batches:
        journal.append(batch)
    return journal


def replayed(folder: Path) -> Tally:
    journal = Journal(str(folder))
    try:
        return journal.replay()
    finally:
        journal.close()


def test_a_new_journal_is_empty(tmp_path: Path) -> None:
    assert replayed(tmp_path / "deep" / "data") == NOTHING


def test_what_was_appended_comes_back_however_often_it_is_opened(tmp_path: Path) -> None:
    journal_of(tmp_path, one("ann", 1), one("bob", 1)).close()
    journal_of(tmp_path, {"ann": ((2, 4),)}).close()

    assert replayed(tmp_path) == {"ann": ((1, 4),), "bob": ((1, 1),)}


@pytest.mark.parametrize("kept", range(1, 30))
def test_half_a_last_line_is_dropped_and_overwritten(tmp_path: Path, kept: int) -> None:
    journal_of(tmp_path, one("ann", 1), one("ann", 2)).close()
    file = tmp_path / "journal"
    first, second = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(first + second[:-kept])

    assert replayed(tmp_path) == one("ann", 1)
    journal_of(tmp_path, one("ann", 3)).close()
    assert replayed(tmp_path) == {"ann": ((1, 1), (3, 3))}


def test_damage_before_the_last_line_is_told_and_not_repaired(tmp_path: Path) -> None:
    journal_of(tmp_path, one("ann", 1), one("ann", 2)).close()
    file = tmp_path / "journal"
    rotten = bytearray(file.read_bytes())
    rotten[12] ^= 1
    file.write_bytes(rotten)

    with pytest.raises(Damaged, match=r"journal: line 1 of 2 is not what was written"):
        replayed(tmp_path)

    assert file.read_bytes() == rotten


def test_a_refused_append_leaves_nothing_behind(tmp_path: Path) -> None:
    journal = journal_of(tmp_path, one("ann", 1))
    kept = journal._file
    with Path("/dev/full").open("wb", buffering=0) as full:
        journal._file = full
        with pytest.raises(OSError, match="No space left"):
            journal.append(one("ann", 2))

    journal._file = kept
    kept.write(b"half of what was refu")
    journal.append(one("ann", 3))
    journal.close()
    assert replayed(tmp_path) == {"ann": ((1, 1), (3, 3))}


def test_what_a_crash_left_unsynced_is_synced_before_it_is_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal_of(tmp_path, one("ann", 1)).close()
    synced: list[str] = []
    fsync = os.fsync

    def recording(number: int) -> None:
        synced.append(Path(f"/proc/self/fd/{number}").readlink().name)
        fsync(number)

    monkeypatch.setattr(os, "fsync", recording)

    assert replayed(tmp_path) == one("ann", 1)
    assert "journal" in synced
