"""The meter: what processes use over time, each with all that it has started."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from lydite.model import Series
from lydite.runner.campaign.meter import (
    POINTS_MAX,
    POINTS_MIN,
    ProcessMeter,
    Table,
    Usage,
    is_there,
    usage_of,
)

HERTZ = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


class Machine:
    """A folder that tells of processes as `/proc` does."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def has(self, pid: int, parent: int, *, ticks: int = 0, pages: int = 0) -> None:
        """A process of that number, whose name is made to confuse."""
        (self.folder / str(pid)).mkdir(exist_ok=True)
        fields = ["0"] * 40
        fields[0], fields[1], fields[21] = "S", str(parent), str(pages)
        # Its own work, that in the system, and the same of its children that have ended.
        fields[11:15] = [str(ticks - 3), "1", "1", "1"] if ticks >= 3 else ["0"] * 4
        (self.folder / str(pid) / "stat").write_text(f"{pid} (a) S 1 (b) {' '.join(fields)}\n")

    def ends(self, pid: int) -> None:
        """It is gone."""
        (self.folder / str(pid) / "stat").unlink()
        (self.folder / str(pid)).rmdir()


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    (tmp_path / "version").touch()
    return Machine(tmp_path)


def by_name(meter: ProcessMeter) -> dict[str, Series]:
    return {each.name: each for each in meter.series()}


def test_a_process_is_read_whatever_its_name_is(machine: Machine) -> None:
    machine.has(7, 1, ticks=40, pages=3)

    assert usage_of(7, machine.folder) == Usage(parent=1, ticks=40, resident_bytes=3 * PAGE)


@pytest.mark.parametrize("text", ["", "7 (a) S", "7 (a) S one two", "no process at all"])
def test_what_is_no_process_is_none(machine: Machine, text: str) -> None:
    machine.has(7, 1)
    (machine.folder / "7" / "stat").write_text(text)

    assert usage_of(7, machine.folder) is None
    assert usage_of(8, machine.folder) is None


def test_a_machine_that_tells_nothing_has_no_lines(tmp_path: Path) -> None:
    meter = ProcessMeter(proc=tmp_path / "nowhere")
    meter.watch("node", os.getpid())

    meter.start()
    meter.stop()

    assert not is_there(tmp_path / "nowhere")
    assert meter.series() == ()


def test_each_root_has_those_below_it_and_strangers_belong_to_nobody(machine: Machine) -> None:
    for pid, parent in ((1, 0), (10, 1), (11, 10), (12, 11), (20, 10), (21, 20), (30, 1)):
        machine.has(pid, parent, pages=pid)

    trees = Table(machine.folder).below([10, 20, 99])

    sizes = {root: sorted(each.resident_bytes // PAGE for each in tree) for root, tree in trees.items()}
    assert sizes == {10: [10, 11, 12], 20: [20, 21]}


def test_who_was_a_stranger_is_seen_once_it_is_watched(machine: Machine) -> None:
    machine.has(10, 1)
    machine.has(30, 1, pages=5)
    table = Table(machine.folder)
    table.below([10])

    table.forget()

    assert [each.resident_bytes for each in table.below([30])[30]] == [5 * PAGE]


def test_the_processor_is_told_as_a_mean_since_the_point_before(machine: Machine) -> None:
    meter = ProcessMeter(proc=machine.folder)
    machine.has(10, 1, ticks=500, pages=100)
    machine.has(11, 10, pages=50)
    meter.watch("node", 10)
    for at_s, ticks in enumerate((500, 500 + HERTZ, 500 + HERTZ, 500 + 2 * HERTZ, 500 + 2 * HERTZ)):
        machine.has(10, 1, ticks=ticks, pages=100)
        meter.take(2.0 * at_s)

    lines = by_name(meter)
    assert lines["node.cpu"].at_s == (2.0, 4.0, 6.0, 8.0)
    assert lines["node.cpu"].values == (50.0, 0.0, 50.0, 0.0)
    assert lines["node.cpu"].unit == "% of a core"
    assert lines["node.memory"].values == (round(150 * PAGE / 1e6, 1),) * 4


def test_what_has_ended_uses_nothing_until_its_name_is_taken_over(machine: Machine) -> None:
    meter = ProcessMeter(proc=machine.folder)
    machine.has(10, 1, ticks=900, pages=100)
    meter.watch("node", 10)
    meter.take(0.0)
    machine.ends(10)
    meter.take(1.0)
    meter.take(2.0)
    machine.has(12, 1, ticks=3, pages=40)
    meter.watch("node", 12)
    meter.take(3.0)
    machine.has(12, 1, ticks=3 + HERTZ, pages=40)
    meter.take(4.0)

    lines = by_name(meter)
    assert lines["node.cpu"].values == (0.0, 0.0, 0.0, 100.0)
    megabytes = round(40 * PAGE / 1e6, 1)
    assert lines["node.memory"].values == (0.0, 0.0, megabytes, megabytes)


def test_a_moment_is_no_line(machine: Machine) -> None:
    meter = ProcessMeter(proc=machine.folder)
    machine.has(10, 1)
    meter.watch("node", 10)
    for at_s in range(POINTS_MIN):
        meter.take(float(at_s))

    assert meter.series() == ()


def test_an_hour_has_as_many_points_as_a_minute_and_keeps_its_peak(machine: Machine) -> None:
    meter = ProcessMeter(proc=machine.folder)
    machine.has(10, 1)
    meter.watch("node", 10)
    for at in range(7_000):
        machine.has(10, 1, ticks=3 + at * HERTZ // 4, pages=90_000 if at == 4_321 else 1_000)
        meter.take(at / 2)

    lines = by_name(meter)
    assert POINTS_MAX / 3 < len(lines["node.cpu"].values) < POINTS_MAX
    assert lines["node.cpu"].at_s[-1] == 3_499.5
    assert set(lines["node.cpu"].values) == {50.0}
    assert max(lines["node.memory"].values) == round(90_000 * PAGE / 1e6, 1)


def test_a_process_that_works_is_seen_to_work() -> None:
    process = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        meter = ProcessMeter()
        meter.watch("busy", process.pid)
        while len(meter.series()) < 2 or max(by_name(meter)["busy.cpu"].values) <= 0:
            meter.look()
        assert max(by_name(meter)["busy.memory"].values) > 1
    finally:
        process.kill()
        process.wait()


def test_it_looks_from_a_thread_that_ends_with_it() -> None:
    meter = ProcessMeter()
    meter.watch("self", os.getpid())

    meter.start()
    assert [each.name for each in threading.enumerate()].count("meter") == 1
    while not meter.series():
        threading.Event().wait(0.01)
    meter.stop()
    meter.stop()

    assert "meter" not in [each.name for each in threading.enumerate()]
