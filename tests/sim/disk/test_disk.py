"""The disk alone, without a world: what is safe, what a power loss takes, and what can be wrong with it."""

import errno
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lydite.model import Draws, InputError
from lydite.sim.disk.bends import ROOT, DiskBend
from lydite.sim.disk.disk import SimDisk
from lydite.sim.disk.inode import SECTOR, File
from lydite.sim.hosts.host import ROOT as HOST_ROOT
from lydite.world import Disk

CREATE = os.O_RDWR | os.O_CREAT


def make(seed: int = 1, spec: Disk | None = None) -> SimDisk:
    return SimDisk(spec or Disk(), Draws(seed, "disk", "node"))


def put(disk: SimDisk, path: str, octets: bytes, *, sync: bool = False) -> File:
    file = disk.open(path, CREATE, 0o644)
    assert isinstance(file, File)
    disk.write(file, path, 0, octets)
    if sync:
        disk.sync(file, path)
    disk.close(file)
    return file


def content(disk: SimDisk, path: str) -> bytes | None:
    node = disk.find(path)
    return bytes(node.data) if isinstance(node, File) else None


def test_the_mount_point_has_one_name() -> None:
    assert ROOT == HOST_ROOT


def test_what_is_synced_survives_a_power_loss_and_so_does_its_name() -> None:
    for seed in range(30):
        disk = make(seed)
        disk.mkdir("/disk/chain", 0o755)
        put(disk, "/disk/chain/blocks", b"x" * 5000, sync=True)

        disk.power_loss()

        assert content(disk, "/disk/chain/blocks") == b"x" * 5000


def test_what_is_not_synced_survives_the_death_of_its_process() -> None:
    disk = make()
    put(disk, "/disk/log", b"not synced")

    disk.crash()

    assert content(disk, "/disk/log") == b"not synced"


def test_without_a_sync_a_power_loss_leaves_all_something_or_nothing() -> None:
    outcomes = []
    for seed in range(60):
        disk = make(seed)
        put(disk, "/disk/log", b"x" * 2048)
        disk.power_loss()
        outcomes.append(content(disk, "/disk/log"))

    assert None in outcomes
    assert b"x" * 2048 in outcomes
    assert any(outcome and outcome != b"x" * 2048 for outcome in outcomes)


def test_an_overwritten_sector_is_old_or_new_and_sometimes_torn() -> None:
    torn = 0
    for seed in range(200):
        disk = make(seed)
        file = put(disk, "/disk/page", b"a" * SECTOR, sync=True)
        disk.write(file, "/disk/page", 0, b"b" * SECTOR)

        disk.power_loss()

        kept = content(disk, "/disk/page")
        assert kept is not None
        new = kept.count(b"b")
        assert kept == b"b" * new + b"a" * (SECTOR - new)
        torn += 0 < new < SECTOR

    assert 5 < torn < 60


@given(
    st.lists(st.tuples(st.integers(0, 3000), st.integers(1, 1500)), min_size=1, max_size=8),
    st.integers(0, 2**32),
)
def test_each_sector_holds_a_state_that_it_had_since_the_last_sync(
    writes: list[tuple[int, int]], seed: int
) -> None:
    disk = make(seed)
    file = put(disk, "/disk/file", bytes(5000), sync=True)
    states = [bytes(file.data)]
    for number, (offset, length) in enumerate(writes, start=1):
        disk.write(file, "/disk/file", offset, bytes([number]) * length)
        states.append(bytes(file.data))

    disk.power_loss()

    kept = content(disk, "/disk/file")
    assert kept is not None
    assert len(kept) == 5000
    mixed = 0
    for start in range(0, 5000, SECTOR):
        sector = slice(start, start + SECTOR)
        mixed += all(kept[sector] != state[sector] for state in states)
    assert mixed <= 1, "only the last write may be torn, and only in one sector"


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("write"), st.integers(0, 3000), st.integers(1, 1500)),
            st.tuples(st.just("truncate"), st.integers(0, 4000), st.just(0)),
        ),
        max_size=10,
    )
)
def test_walking_back_finds_what_was_synced(steps: list[tuple[str, int, int]]) -> None:
    file = File(1, 0o644, 0)
    file.write(0, bytes(range(256)) * 8)
    file.sync()
    before = bytes(file.data)
    for number, (step, offset, length) in enumerate(steps):
        if step == "write":
            file.write(offset, bytes([number]) * length)
        else:
            file.truncate(offset)

    file._walk_back()

    assert bytes(file.data) == before


def test_names_are_lost_from_the_end_never_from_the_middle() -> None:
    seen = set()
    for seed in range(60):
        disk = make(seed)
        for name in "abc":
            put(disk, f"/disk/{name}", b"")
        disk.power_loss()
        seen.add("".join(disk.names("/disk")))

    assert seen == {"", "a", "ab", "abc"}


def test_a_rename_over_a_file_leaves_the_old_one_or_the_new_one() -> None:
    outcomes = set()
    for seed in range(60):
        disk = make(seed)
        put(disk, "/disk/state", b"old", sync=True)
        put(disk, "/disk/state.new", b"new", sync=True)
        disk.rename("/disk/state.new", "/disk/state")
        disk.power_loss()
        outcomes.add(content(disk, "/disk/state"))

    assert outcomes == {b"old", b"new"}


def test_a_rename_is_safe_once_its_folder_is_synced() -> None:
    for seed in range(30):
        disk = make(seed)
        put(disk, "/disk/state", b"old", sync=True)
        put(disk, "/disk/state.new", b"new", sync=True)
        disk.rename("/disk/state.new", "/disk/state")
        disk.sync(disk.folder("/disk"), "/disk")

        disk.power_loss()

        assert (content(disk, "/disk/state"), disk.names("/disk")) == (b"new", ["state"])


def test_a_power_loss_may_bring_back_what_was_removed() -> None:
    outcomes = set()
    for seed in range(30):
        disk = make(seed)
        put(disk, "/disk/wallet", b"keys", sync=True)
        disk.unlink("/disk/wallet")
        disk.power_loss()
        outcomes.add(content(disk, "/disk/wallet"))
        assert disk.used == len(content(disk, "/disk/wallet") or b"")

    assert outcomes == {b"keys", None}


def test_a_lying_sync_keeps_nothing_safe() -> None:
    lost = 0
    for seed in range(50):
        disk = make(seed)
        disk.bends.add(DiskBend(kind="lie"))
        put(disk, "/disk/log", b"x" * 4096, sync=True)
        disk.power_loss()
        lost += content(disk, "/disk/log") != b"x" * 4096

    assert lost > 35


def test_the_same_seed_loses_the_same() -> None:
    def loss(seed: int) -> list[tuple[str, bytes]]:
        disk = make(seed)
        for number in range(20):
            put(disk, f"/disk/{number}", bytes([number]) * 3000, sync=number < 10)
            disk.rename(f"/disk/{number}", f"/tmp/{number}")
        disk.power_loss()
        return [(path, bytes(file.data)) for path, file in disk._tree.files()]

    assert loss(7) == loss(7)
    assert loss(7) != loss(8)


def test_an_error_more_does_not_move_what_a_power_loss_takes() -> None:
    def loss(errors: int) -> bytes | None:
        disk = make(3)
        bend = disk.bends.add(DiskBend(kind="fail", rate=0.5))
        for _ in range(errors):
            disk.bends.fails("write", "/disk/x")
        disk.bends.remove(bend)
        file = put(disk, "/disk/log", bytes(9000), sync=True)
        disk.write(file, "/disk/log", 0, b"x" * 9000)
        disk.power_loss()
        return content(disk, "/disk/log")

    assert loss(0) == loss(5)


def test_failures_hit_the_operation_and_the_paths_they_are_for() -> None:
    disk = make()
    file = put(disk, "/disk/wal", b"")
    disk.bends.add(DiskBend(kind="fail", operation="sync", path="wal"))

    disk.write(file, "/disk/wal", 0, b"fine")
    with pytest.raises(OSError, match="Input/output error") as caught:
        disk.sync(file, "/disk/wal")
    disk.sync(put(disk, "/disk/other", b""), "/disk/other")

    assert caught.value.errno == errno.EIO


def test_a_rate_is_a_rate() -> None:
    disk = make()
    disk.bends.add(DiskBend(kind="fail", operation="read", rate=0.3))

    failed = sum(disk.bends.fails("read", "/disk/x") for _ in range(1000))

    assert 250 < failed < 350


def test_equal_bends_are_two_and_lifting_twice_is_harmless() -> None:
    disk = make()
    first = disk.bends.add(DiskBend(kind="slow", by_ns=5))
    second = disk.bends.add(DiskBend(kind="slow", by_ns=5))
    assert disk.bends.slow_ns == 10

    disk.bends.remove(first)
    assert disk.bends.slow_ns == 5
    disk.bends.remove(second)
    disk.bends.remove(second)

    assert disk.bends.slow_ns == 0


@pytest.mark.parametrize("bad", [{"operation": "fsync"}, {"rate": 1.5}, {"by_ns": -1}])
def test_a_bend_that_makes_no_sense_is_refused(bad: dict[str, object]) -> None:
    with pytest.raises(InputError):
        DiskBend(kind="fail", **bad)  # type: ignore[arg-type]


def test_a_full_disk_takes_what_fits_and_then_nothing() -> None:
    disk = make(spec=Disk(bytes_max=1000))
    file = put(disk, "/disk/a", b"x" * 900)

    assert disk.write(file, "/disk/a", 900, b"y" * 500) == 100
    with pytest.raises(OSError, match="No space left") as caught:
        disk.write(file, "/disk/a", 1000, b"z")
    assert caught.value.errno == errno.ENOSPC
    assert disk.write(file, "/disk/a", 0, b"z") == 1, "what needs no room is written"

    disk.unlink("/disk/a")

    assert disk.room == 1000


def test_a_filled_disk_takes_no_more_until_it_is_drained() -> None:
    disk = make()
    disk.bends.add(DiskBend(kind="fill"))

    with pytest.raises(OSError, match="No space left"):
        put(disk, "/disk/a", b"x")
    disk.bends.clear("fill")

    put(disk, "/disk/a", b"x")


def test_a_removed_file_takes_room_while_it_is_open() -> None:
    disk = make(spec=Disk(bytes_max=1000))
    file = put(disk, "/disk/a", b"x" * 600)
    disk.open("/disk/a", os.O_RDONLY, 0)
    disk.unlink("/disk/a")
    assert disk.used == 600

    disk.close(file)

    assert disk.used == 0


def test_operations_take_their_time() -> None:
    spent: list[int] = []
    disk = SimDisk(Disk(operation_ns=10, sync_ns=1000), Draws(1, "disk"), charge=spent.append)
    file = put(disk, "/disk/a", b"x")
    disk.bends.add(DiskBend(kind="slow", by_ns=5))

    disk.sync(file, "/disk/a")

    assert spent == [10, 10, 1000, 15]


def test_rot_flips_the_bits_it_was_told_to_and_no_others() -> None:
    disk = make()
    put(disk, "/disk/wallet", bytes(1000), sync=True)
    put(disk, "/disk/chain", bytes(1000), sync=True)

    disk.rot("wallet", bits=3)

    assert sum(octet.bit_count() for octet in content(disk, "/disk/wallet") or b"") == 3
    assert content(disk, "/disk/chain") == bytes(1000)


def test_rot_of_nothing_is_nothing() -> None:
    disk = make()
    file = put(disk, "/disk/a", b"four")

    disk.rot("nothing")

    assert disk.read(file, "/disk/a", 0, 4) == b"four"


def test_two_disks_exchange_what_is_on_them() -> None:
    left, right = make(1), make(2)
    put(left, "/disk/name", b"left", sync=True)
    put(right, "/disk/name", b"right!", sync=True)

    left.swap_contents(right)

    assert (content(left, "/disk/name"), content(right, "/disk/name")) == (b"right!", b"left")
    assert (left.used, right.used) == (6, 4)


def test_everything_that_changes_or_fails_is_recorded() -> None:
    records: list[tuple[str, str, int, bytes]] = []

    def record(operation: str, path: str, size: int, content: bytes = b"") -> None:
        records.append((operation, path, size, content))

    disk = SimDisk(Disk(), Draws(1, "disk"), record=record)
    file = put(disk, "/disk/a", b"four", sync=True)
    disk.bends.add(DiskBend(kind="lie"))
    disk.sync(file, "/disk/a")
    disk.rename("/disk/a", "/disk/b")
    disk.bends.add(DiskBend(kind="fail", operation="write"))
    with pytest.raises(OSError, match="Input/output"):
        disk.unlink("/disk/b")

    assert records == [
        ("create", "/disk/a", 0, b""),
        ("write", "/disk/a", 4, b"four"),
        ("sync", "/disk/a", 4, b""),
        ("sync lied", "/disk/a", 4, b""),
        ("rename", "/disk/a -> /disk/b", 0, b""),
        ("write EIO", "/disk/b", 0, b""),
    ]
