"""Advisory locks: whole files by open file, ranges by process, and all of them gone with their owner."""

from lydite.sim.disk.locks import FOREVER, FileLocks
from lydite.sim.disk.sqlite_sharing import EXCLUSIVE, PENDING, RESERVED, SHARED, UNLOCKED, Sharing


def test_a_whole_file_is_shared_or_exclusive() -> None:
    locks = FileLocks()

    assert locks.lock_whole("a", exclusive=False)
    assert locks.lock_whole("b", exclusive=False)
    assert not locks.lock_whole("a", exclusive=True)
    locks.unlock_whole("b")
    assert locks.lock_whole("a", exclusive=True)
    assert not locks.lock_whole("b", exclusive=False)


def test_ranges_exclude_where_they_overlap() -> None:
    locks = FileLocks()

    assert locks.lock_range("a", 0, 10, exclusive=True)
    assert locks.lock_range("b", 10, 20, exclusive=True)
    assert not locks.lock_range("b", 9, 10, exclusive=False)
    locks.unlock_range("a", 4, 6)
    assert locks.lock_range("b", 4, 6, exclusive=True)
    assert not locks.lock_range("b", 3, 4, exclusive=True)


def test_a_process_that_dies_leaves_no_lock() -> None:
    locks = FileLocks()
    locks.lock_range("a", 0, FOREVER, exclusive=True)

    locks.drop("a")

    assert locks.lock_range("b", 0, 1, exclusive=True)


def test_one_connection_may_plan_to_write_while_others_read() -> None:
    sharing = Sharing()

    assert sharing.lock("a", SHARED)
    assert sharing.lock("b", SHARED)
    assert sharing.lock("a", RESERVED)
    assert not sharing.lock("b", RESERVED)
    assert sharing.lock("c", SHARED), "readers still come"
    assert sharing.reserved()


def test_a_writer_that_waits_keeps_new_readers_out() -> None:
    sharing = Sharing()
    sharing.lock("a", SHARED)
    sharing.lock("b", SHARED)
    sharing.lock("a", RESERVED)

    assert not sharing.lock("a", EXCLUSIVE)
    assert sharing.level("a") == PENDING
    assert not sharing.lock("c", SHARED)
    sharing.unlock("b", UNLOCKED)
    assert sharing.lock("a", EXCLUSIVE)
    sharing.drop("a")
    assert sharing.lock("c", SHARED)


def test_slots_of_shared_memory_are_locked_all_or_none() -> None:
    sharing = Sharing()

    assert sharing.lock_slots("a", 3, 1, exclusive=False)
    assert not sharing.lock_slots("b", 2, 3, exclusive=True)
    assert sharing.lock_slots("b", 2, 1, exclusive=True)
    sharing.unlock_slots("a", 3, 1)
    assert sharing.lock_slots("b", 2, 3, exclusive=True)


def test_shared_memory_ends_with_its_last_user() -> None:
    sharing = Sharing()
    assert sharing.region("a", 0, 32768, extend=False) is None
    first = sharing.region("a", 0, 32768, extend=True)

    assert sharing.region("b", 0, 32768, extend=False) is first
    sharing.drop("a")
    assert sharing.region("b", 0, 32768, extend=False) is first
    sharing.drop("b")

    assert sharing.region("c", 0, 32768, extend=False) is None
