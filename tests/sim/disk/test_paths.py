"""Whose a path is: the host's, or the real machine's, which may be read and not changed."""

import dbm.dumb
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lydite.model import Refused
from lydite.sim.disk import paths
from lydite.sim.patches.file_calls import on_foreign_database
from tests.sim.disk.fake import FakeWorld


@pytest.fixture
def world() -> FakeWorld:
    return FakeWorld()


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("x", "/disk/x"),
        ("./a/../x", "/disk/x"),
        ("/disk/x/", "/disk/x"),
        ("/tmp/x", "/tmp/x"),
        ("//disk/x", "/disk/x"),
        ("/etc/../disk/x", "/disk/x"),
        ("../etc/passwd", None),
        ("/disk/../etc/passwd", None),
        ("/diskette", None),
        ("/etc/passwd", None),
        ("", None),
    ],
)
def test_the_rule(world: FakeWorld, path: str, place: str | None) -> None:
    assert paths.locate(world.process(), path) == place


def test_real_files_may_be_read(world: FakeWorld) -> None:
    source = os.__file__

    assert "walk" in world.run(lambda: Path(source).read_text(encoding="utf-8"))
    assert world.run(lambda: os.stat(source).st_size) == os.stat(source).st_size


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: open(f"{folder}/new", "w"),
        lambda folder: os.open(f"{folder}/new", os.O_WRONLY | os.O_CREAT),
        lambda folder: os.mkdir(f"{folder}/new"),
        lambda folder: os.rename(f"{folder}/there", f"{folder}/new"),
        lambda folder: os.rename(f"{folder}/there", "here"),
        lambda folder: os.unlink(f"{folder}/there"),
        lambda folder: os.chmod(f"{folder}/there", 0o600),
        lambda folder: os.symlink("x", f"{folder}/new"),
        lambda folder: Path(f"{folder}/there").write_text("changed"),
    ],
)
def test_changing_a_real_file_is_refused(world: FakeWorld, change: Callable[[str], object]) -> None:
    folder = os.path.dirname(__file__)

    def program() -> None:
        with pytest.raises(Refused, match=r"on the real machine.*relative path"):
            change(folder)

    world.run(program)

    assert len(world.refusals) == 1
    assert not os.path.exists(f"{folder}/new")


def test_the_null_device_swallows(world: FakeWorld) -> None:
    def program() -> int:
        with open(os.devnull, "w") as sink:
            return sink.write("gone")

    assert world.run(program) == 4


def test_what_differs_from_run_to_run_is_not_there(world: FakeWorld) -> None:
    assert not world.run(lambda: os.path.exists("/proc/meminfo"))

    def program() -> None:
        with pytest.raises(Refused, match=r"os\.urandom"):
            open("/dev/urandom", "rb")

    world.run(program)


def test_databases_written_in_c_are_refused(world: FakeWorld) -> None:
    open_in_c = on_foreign_database(dbm.dumb.open)

    def program() -> None:
        with pytest.raises(Refused, match=r"dbm\.dumb\.open would write to the real disk"):
            open_in_c("registry", "c")

    world.run(program)


def test_a_database_written_in_python_lies_on_the_host(world: FakeWorld) -> None:
    def program() -> tuple[bytes, list[str]]:
        with dbm.dumb.open("registry", "c") as registry:
            registry["name"] = "node"
        with dbm.dumb.open("registry", "r") as registry:
            return registry["name"], os.listdir()

    assert world.run(program) == (b"node", ["registry.bak", "registry.dat", "registry.dir"])


def test_real_folders_are_listed_in_order(world: FakeWorld) -> None:
    folder = os.path.dirname(os.__file__)

    def program() -> tuple[list[str], list[str]]:
        with os.scandir(folder) as entries:
            return os.listdir(folder), [entry.name for entry in entries]

    listed, scanned = world.run(program)
    assert listed == scanned == sorted(os.listdir(folder))


def test_code_below_tmp_is_the_real_machines(world: FakeWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [*sys.path, "/tmp/checkout/src"])
    paths.remember_code()
    try:
        process = world.process()
        assert paths.locate(process, "/tmp/checkout/src/node.py") is None
        assert paths.locate(process, "/tmp/checkout/data") == "/tmp/checkout/data"
    finally:
        monkeypatch.undo()
        paths.remember_code()


def test_a_process_has_a_working_directory_of_its_own(world: FakeWorld) -> None:
    real = os.getcwd()
    process = world.process()

    def program() -> str:
        os.mkdir("work")
        os.chdir("work")
        Path("file").touch()
        return os.getcwd()

    assert world.run(program, process=process) == "/disk/work"
    assert world.run(os.getcwd, process=process) == "/disk/work"
    assert world.run(os.getcwd) == "/disk"
    assert os.getcwd() == real
    assert world.run(lambda: os.path.exists("/disk/work/file"))


def test_a_process_may_stand_in_a_real_folder(world: FakeWorld) -> None:
    folder = os.path.dirname(os.__file__)

    def program() -> tuple[str, bool]:
        os.chdir(folder)
        return os.getcwd(), os.path.exists("os.py")

    assert world.run(program) == (folder, True)


def test_outside_a_world_everything_is_real(tmp_path: Path) -> None:
    file = tmp_path / "file"

    file.write_text("real")
    os.rename(file, tmp_path / "moved")

    assert os.listdir(tmp_path) == ["moved"]
    assert os.open in os.supports_dir_fd
