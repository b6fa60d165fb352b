"""Ordinary programs and their files: each runs as a process of a host, and knows nothing of it."""

import errno
import fcntl
import gc
import glob
import io
import logging
import mmap
import os
import shutil
import tempfile
import warnings
from pathlib import Path

import pytest

from lydite.model import Refused
from lydite.sim.disk.bends import DiskBend
from lydite.sim.disk.descriptors import FIRST
from lydite.world import Disk
from tests.sim.disk.fake import FakeWorld


@pytest.fixture
def world() -> FakeWorld:
    return FakeWorld()


def test_what_one_process_writes_the_next_one_reads(world: FakeWorld) -> None:
    def write() -> None:
        with open("notes.txt", "w", encoding="utf-8") as file:
            file.write("erste Zeile ä\nsecond\n")

    def read() -> list[str]:
        with open("/disk/notes.txt", encoding="utf-8") as file:
            return list(file)

    world.run(write)

    assert world.run(read) == ["erste Zeile ä\n", "second\n"]
    assert not Path("notes.txt").exists()


def test_two_hosts_share_nothing(world: FakeWorld) -> None:
    world.run(lambda: Path("only-here").touch())

    there = world.run(lambda: os.path.exists("only-here"), process=world.process(world.other))

    assert not there


@pytest.mark.parametrize(
    ("mode", "start", "wrote", "left"),
    [
        ("wb", b"0123456789", b"abc", b"abc"),
        ("ab", b"0123456789", b"abc", b"0123456789abc"),
        ("rb+", b"0123456789", b"abc", b"abc3456789"),
        ("wb+", b"0123456789", b"abc", b"abc"),
        ("ab+", b"0123456789", b"abc", b"0123456789abc"),
        ("xb", None, b"abc", b"abc"),
    ],
)
@pytest.mark.parametrize("buffering", [0, -1, 4])
def test_every_mode_writes_where_it_should(
    world: FakeWorld, mode: str, start: bytes | None, wrote: bytes, left: bytes, buffering: int
) -> None:
    def program() -> bytes:
        if start is not None:
            Path("file").write_bytes(start)
        with open("file", mode, buffering=buffering) as file:
            file.write(wrote)
        return Path("file").read_bytes()

    assert world.run(program) == left


def test_reading_and_writing_through_one_file_keeps_its_place(world: FakeWorld) -> None:
    def program() -> tuple[bytes, bytes, int]:
        with open("file", "wb+") as file:
            file.write(b"0123456789")
            file.seek(2)
            head = file.read(3)
            file.write(b"X")
            file.seek(-2, os.SEEK_END)
            return head, file.read(), file.truncate(4)

    assert world.run(program) == (b"234", b"89", 4)
    assert world.run(lambda: Path("file").read_bytes()) == b"0123"


def test_text_is_line_buffered_when_asked(world: FakeWorld) -> None:
    def program() -> tuple[str, str]:
        file = open("log", "w", buffering=1)
        file.write("a line\nand a")
        early = Path("log").read_text()
        file.close()
        return early, Path("log").read_text()

    assert world.run(program) == ("a line\nand a", "a line\nand a")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("missing",), FileNotFoundError),
        (("missing/file", "w"), FileNotFoundError),
        (("file/below", "w"), NotADirectoryError),
        (("folder", "w"), IsADirectoryError),
        (("folder", "r"), IsADirectoryError),
        (("file", "x"), FileExistsError),
        (("file", "rw"), ValueError),
        (("file", "b"), ValueError),
    ],
)
def test_errors_are_the_real_ones(
    world: FakeWorld, arguments: tuple[str, ...], error: type[Exception]
) -> None:
    def program() -> Exception:
        Path("folder").mkdir()
        Path("file").touch()
        with pytest.raises(error) as caught:
            open(arguments[0], "".join(arguments[1:]) or "r")
        return caught.value

    raised = world.run(program)
    assert type(raised) is error
    if isinstance(raised, OSError):
        assert raised.filename == arguments[0]
        assert raised.strerror == os.strerror(raised.errno or 0)


def test_the_functions_of_os(world: FakeWorld) -> None:
    def program() -> list[object]:
        number = os.open("data", os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        seen: list[object] = [
            number >= FIRST,
            os.write(number, b"0123456789"),
            os.lseek(number, 2, os.SEEK_SET),
        ]
        seen += [os.read(number, 3), os.pread(number, 2, 8), os.pwrite(number, b"ab", 0)]
        os.fsync(number)
        os.fdatasync(number)
        os.ftruncate(number, 6)
        twin = os.dup(number)
        seen += [os.fstat(number).st_size, os.lseek(twin, 0, os.SEEK_CUR), os.isatty(twin)]
        first, second = bytearray(2), bytearray(3)
        os.lseek(number, 0, os.SEEK_SET)
        seen += [os.readv(number, [first, second]), bytes(first), bytes(second)]
        os.close(number)
        os.close(twin)
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.close(number)
        os.truncate("data", 3)
        os.chmod("data", 0o640)
        os.utime("data", ns=(5, 7))
        status = os.stat("data")
        seen += [status.st_size, status.st_mode & 0o777, status.st_mtime_ns, os.access("data", os.R_OK)]
        os.link("data", "twin")
        seen += [os.stat("twin").st_nlink, os.path.samefile("data", "twin")]
        return seen

    assert world.run(program) == [
        *(True, 10, 2),
        *(b"234", b"89", 2),
        *(6, 5, False),
        *(5, b"ab", b"234"),
        *(3, 0o640, 7, True),
        *(2, True),
    ]


def test_directories(world: FakeWorld) -> None:
    def program() -> list[object]:
        os.makedirs("a/b/c")
        os.makedirs("a/b", exist_ok=True)
        Path("a/z.txt").write_text("z")
        Path("a/b/y.txt").write_text("y")
        seen: list[object] = [os.listdir("a"), os.listdir(b"a"), list(os.walk("a"))]
        seen.append([(entry.name, entry.is_dir(), entry.path) for entry in os.scandir("a")])
        os.chdir("a/b")
        seen += [os.getcwd(), os.path.abspath("y.txt"), os.listdir()]
        with pytest.raises(OSError, match="Directory not empty"):
            os.rmdir("/disk/a")
        os.replace("y.txt", "../x.txt")
        os.chdir("..")
        os.rmdir("b/c")
        os.rename("b", "d")
        return [*seen, os.listdir(".")]

    assert world.run(program) == [
        ["b", "z.txt"],
        [b"b", b"z.txt"],
        [("a", ["b"], ["z.txt"]), ("a/b", ["c"], ["y.txt"]), ("a/b/c", [], [])],
        [("b", True, "a/b"), ("z.txt", False, "a/z.txt")],
        *("/disk/a/b", "/disk/a/b/y.txt", ["c", "y.txt"]),
        ["d", "x.txt", "z.txt"],
    ]


def test_pathlib(world: FakeWorld) -> None:
    def program() -> list[object]:
        home = Path("state")
        home.mkdir(parents=True, exist_ok=True)
        file = home / "block-1.bin"
        file.write_bytes(b"x" * 10)
        (home / "note.txt").write_text("hello")
        (home / "deep").mkdir()
        (home / "deep" / "block-2.bin").touch()
        seen: list[object] = [
            [path.name for path in sorted(home.iterdir())],
            sorted(str(path) for path in home.glob("*.bin")),
            sorted(str(path) for path in home.rglob("*.bin")),
            (file.exists(), file.is_file(), home.is_dir(), file.stat().st_size),
            str(file.resolve()),
            str(file.absolute()),
        ]
        file.rename(home / "moved.bin")
        (home / "note.txt").unlink()
        (home / "gone").unlink(missing_ok=True)
        (home / "moved.bin").replace(home / "deep" / "block-1.bin")
        return [*seen, sorted(path.as_posix() for path in home.rglob("*")), str(Path.cwd())]

    assert world.run(program) == [
        ["block-1.bin", "deep", "note.txt"],
        ["state/block-1.bin"],
        ["state/block-1.bin", "state/deep/block-2.bin"],
        (True, True, True, 10),
        "/disk/state/block-1.bin",
        "/disk/state/block-1.bin",
        ["state/deep", "state/deep/block-1.bin", "state/deep/block-2.bin"],
        "/disk",
    ]


def test_shutil_and_glob(world: FakeWorld) -> None:
    def program() -> list[object]:
        Path("a/b").mkdir(parents=True)
        Path("a/b/file").write_bytes(b"x" * 100_000)
        shutil.copyfile("a/b/file", "copy")
        shutil.copy2("copy", "a/copy2")
        shutil.copytree("a", "c")
        shutil.move("copy", "c/b/moved")
        seen: list[object] = [sorted(glob.glob("**/*", recursive=True)), os.path.getsize("c/b/moved")]
        shutil.rmtree("a")
        return [*seen, os.listdir(), shutil.disk_usage("/disk").total > 900_000_000]

    assert world.run(program) == [
        [*("a", "a/b", "a/b/file", "a/copy2"), *("c", "c/b", "c/b/file", "c/b/moved", "c/copy2")],
        *(100_000, ["c"], True),
    ]


def test_temporary_files_lie_on_the_host_and_are_named_by_its_own_randomness() -> None:
    def program() -> list[object]:
        names: list[object] = [tempfile.gettempdir()]
        with tempfile.NamedTemporaryFile() as file:
            file.write(b"x")
            names.append(file.name)
            assert os.path.exists(file.name)
        assert not os.path.exists(str(names[-1]))
        with tempfile.TemporaryDirectory() as folder:
            names.append(folder)
            Path(folder, "inside").touch()
        with tempfile.TemporaryFile() as unnamed:
            unnamed.write(b"abc")
            unnamed.seek(0)
            assert unnamed.read() == b"abc"
        number, path = tempfile.mkstemp(suffix=".db", dir=".")
        os.close(number)
        return [*names, path]

    worlds = [FakeWorld(1), FakeWorld(1), FakeWorld(2)]
    first, again, other = (world.run(program) for world in worlds)

    assert first == again
    assert first[1:] != other[1:]
    assert first[0] == "/tmp"
    assert worlds[0].run(lambda: os.listdir("/tmp")) == []


def test_a_log_file(world: FakeWorld) -> None:
    def program() -> str:
        handler = logging.FileHandler("node.log")
        logger = logging.Logger("node")  # noqa: LOG001
        logger.addHandler(handler)
        logger.warning("height %d", 7)
        handler.close()
        return Path("node.log").read_text()

    assert world.run(program) == "height 7\n"


def test_a_write_is_lost_with_its_buffer_when_the_process_is_killed(world: FakeWorld) -> None:
    kept: list[object] = []

    def program() -> None:
        file = open("log", "w")
        file.write("never flushed")
        kept.append(file)

    process = world.process()
    world.run(program, process=process)
    world.kill(process)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        kept.clear()
        gc.collect()

    assert world.run(lambda: Path("log").read_text()) == ""


def test_a_process_that_ends_by_itself_flushes_its_files(world: FakeWorld) -> None:
    kept: list[object] = []

    def program() -> None:
        file = open("log", "w")
        file.write("flushed at exit")
        kept.append(file)

    process = world.process()
    world.run(program, process=process)
    assert process.descriptors is not None
    process.descriptors.finish()
    world.kill(process)

    assert world.run(lambda: Path("log").read_text()) == "flushed at exit"


def test_an_unsynced_file_is_lost_with_the_power_and_a_synced_one_is_not() -> None:
    def program() -> None:
        for name, syncs in (("safe", True), ("hope", False)):
            with open(name, "wb") as file:
                file.write(b"x" * 4096)
                file.flush()
                if syncs:
                    os.fsync(file.fileno())

    outcomes = set()
    for seed in range(20):
        world = FakeWorld(seed)
        world.run(program)
        world.node.disk.power_loss()
        assert world.run(lambda: Path("safe").read_bytes()) == b"x" * 4096
        outcomes.add(world.run(lambda: Path("hope").exists() and Path("hope").read_bytes() == b"x" * 4096))

    assert outcomes == {True, False}


def test_faults_reach_the_program_as_errors(world: FakeWorld) -> None:
    def program() -> list[int | None]:
        seen = []
        for operation in ("read", "sync", "write"):
            bend = world.node.disk.bends.add(DiskBend(kind="fail", operation=operation))
            with pytest.raises(OSError, match="Input/output error") as caught, open("file", "rb+") as file:
                if operation == "read":
                    file.read(1)
                file.write(b"x")
                file.flush()
                os.fsync(file.fileno())
            world.node.disk.bends.remove(bend)
            seen.append(caught.value.errno)
        return seen

    world.run(lambda: Path("file").write_bytes(b"0"))

    assert world.run(program) == [errno.EIO] * 3


def test_a_full_disk_reaches_the_program_as_an_error() -> None:
    world = FakeWorld(spec=Disk(bytes_max=10_000))

    def program() -> int | None:
        with pytest.raises(OSError, match="No space left") as caught:
            Path("big").write_bytes(bytes(20_000))
        return caught.value.errno

    assert world.run(program) == errno.ENOSPC
    assert world.run(lambda: os.path.getsize("big")) == 10_000


def test_a_lock_file_keeps_a_second_process_out_until_the_first_one_dies(world: FakeWorld) -> None:
    def lock() -> object:
        file = open("lock", "w")
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return file

    def fail() -> None:
        with pytest.raises(BlockingIOError):
            lock()

    first = world.process()
    held = world.run(lock, process=first)
    world.run(fail)
    world.kill(first)

    assert world.run(lock) is not held


def test_a_lock_that_would_wait_is_refused(world: FakeWorld) -> None:
    def lock() -> object:
        file = open("lock", "w")
        fcntl.flock(file, fcntl.LOCK_EX)
        return file

    def wait() -> None:
        with pytest.raises(Refused, match="LOCK_NB"):
            lock()

    held = world.run(lock)
    world.run(wait)

    assert held is not None
    assert len(world.refusals) == 1


def test_a_memory_map_of_a_simulated_file_is_refused(world: FakeWorld) -> None:
    def program() -> None:
        with open("file", "wb+") as file, pytest.raises(Refused, match="mmap"):
            mmap.mmap(file.fileno(), 10)

    world.run(program)

    with mmap.mmap(-1, 10) as anonymous:
        assert len(anonymous) == 10


def test_a_raw_file_and_an_opener(world: FakeWorld) -> None:
    def program() -> list[object]:
        raw = io.FileIO("raw", "w")
        raw.write(b"raw")
        raw.close()
        seen: list[object] = [isinstance(raw, io.FileIO), Path("raw").read_bytes()]
        with open("raw", "rb", opener=os.open) as file:
            seen.append(file.read())
        with os.fdopen(os.open("raw", os.O_RDONLY)) as text:
            seen.append(text.read())
        return seen

    assert world.run(program) == [True, b"raw", b"raw", "raw"]


def test_each_write_is_recorded_with_its_host_and_its_size(world: FakeWorld) -> None:
    def program() -> None:
        with open("a", "wb") as file:
            file.write(b"x" * 10_000)
            file.flush()
            os.fsync(file.fileno())
        os.rename("a", "b")
        os.unlink("b")

    world.run(program)

    assert world.records == [
        ("node", "create", "/disk/a", 0),
        ("node", "write", "/disk/a", 10_000),
        ("node", "sync", "/disk/a", 10_000),
        ("node", "rename", "/disk/a -> /disk/b", 0),
        ("node", "unlink", "/disk/b", 0),
    ]


def test_times_are_the_hosts_own(world: FakeWorld) -> None:
    world.now_ns = 90_000_000_000

    world.run(lambda: Path("file").touch())

    assert world.run(lambda: os.path.getmtime("file")) == 1_767_225_690.0
