"""A real run is drawn whole: what its trace tells is in the picture."""

import subprocess
import sys
from pathlib import Path

from lydite.model import Kind, read_trace
from lydite.reports import Scene, picture
from lydite.reports.spacetime.plot import plot_of
from tests.reports.scenes import page


def test_every_fault_host_and_message_of_a_real_run_is_in_its_picture(tmp_path: Path) -> None:
    trace = tmp_path / "run.trace"
    command = Path(sys.executable).with_name("lydite")
    subprocess.run(
        [command, "run", "counter.survives_crashes_and_power_loss", "--seed", "1", "--trace", trace],
        check=True,
        capture_output=True,
        cwd=tmp_path,
    )
    with read_trace(trace) as reader:
        header, events = reader.header, tuple(reader)
    scene = Scene(title="a real run", sentence="it holds", schedule=header.schedule, events=events)

    shown, plot = page(picture(scene)), plot_of(scene)

    assert len(plot.messages) == sum(event.kind is Kind.SEND for event in events)
    assert [lane.attributes["data-host"] for lane in shown.all("g", "lane")][:4] == [
        *("tester", "node-1", "node-2", "node-3")
    ]
    assert [band.number for band in plot.bands] == list(range(1, len(header.schedule) + 1))
    assert all(band.seen for band in plot.bands)
    crashes = [event for event in events if event.kind is Kind.CRASH]
    gone = [*shown.all("path", "crashed"), *shown.all("path", "powerless")]
    assert len(crashes) + 2 == len(gone), "each, and one of each in the legend"
