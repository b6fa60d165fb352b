"""`lydite trace`: a trace is made, looked at, checked, converted and compared."""

import json
from pathlib import Path

import pytest

from tests.cli.terminal import lydite
from tests.runner.projects import SHOP, write_project


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, bytes]:
    """Two traces of one trial, with different seeds, and what they are made of."""
    folder = tmp_path_factory.mktemp("recorded")
    write_project(folder, {"shop.py": SHOP})
    for seed in ("1", "2"):
        trace = str(folder / f"{seed}.trace")
        assert lydite("run", f"{folder}/shop.py::echoes", "--seed", seed, "--trace", trace).code == 0
    return (folder / "1.trace").read_bytes(), (folder / "2.trace").read_bytes()


@pytest.fixture
def traces(project: Path, recorded: tuple[bytes, bytes]) -> tuple[str, str]:
    """The two traces, in the folder of this test."""
    for name, content in zip(("1.trace", "2.trace"), recorded, strict=True):
        (project / name).write_bytes(content)
    return "1.trace", "2.trace"


def test_a_trace_can_be_shown_and_verified(traces: tuple[str, str]) -> None:
    one, _ = traces

    shown = lydite("trace", "show", one)
    starts = lydite("trace", "show", one, "--kind", "start", "--host", "node-1", "--json")
    verified = lydite("trace", "verify", one)
    run = lydite("run", "shop.py::echoes", "--seed", "1", "--json")

    assert shown.code == verified.code == 0
    assert "SEND" in shown.out
    assert [event["type"] for event in starts.json["events"]] == ["start"]
    assert run.json["digest"] in verified.out
    assert lydite("trace", "show", one, "--limit", "1").out.count("\n") == 2


def test_an_event_is_the_same_object_in_every_json(traces: tuple[str, str]) -> None:
    one, _ = traces

    shown = lydite("trace", "show", one, "--json").json["events"]
    exported = [json.loads(line) for line in lydite("trace", "export", one).out.splitlines()]

    assert shown == exported[1:-1]
    assert set(shown[0]) == {"id", "time", "t_ns", "type", "source", "metadata"}


def test_an_unknown_kind_is_told_with_those_that_are(traces: tuple[str, str]) -> None:
    said = lydite("trace", "show", traces[0], "--kind", "sned")

    assert said.code == 2
    assert "no kind of event 'SNED'" in said.err
    assert "SEND" in said.err


def test_a_trace_goes_to_json_lines_and_back(traces: tuple[str, str]) -> None:
    one, _ = traces

    assert lydite("trace", "export", one, "lines.jsonl").code == 0
    assert lydite("trace", "import", "lines.jsonl", "again.trace").code == 0

    assert Path("again.trace").read_bytes() == Path(one).read_bytes()
    assert lydite("trace", "export", one).out == Path("lines.jsonl").read_text()


def test_an_edited_line_is_no_trace_any_more(traces: tuple[str, str]) -> None:
    lydite("trace", "export", traces[0], "lines.jsonl")
    lines = Path("lines.jsonl")
    lines.write_text(
        lines.read_text().replace('"port": 8000', '"port": 8001').replace('"port":8000', '"port":8001')
    )

    said = lydite("trace", "import", "lines.jsonl", "again.trace")

    assert said.code == 2
    assert "lines.jsonl" in said.err
    assert not Path("again.trace").exists()


def test_equal_traces_are_equal_and_others_part_somewhere(traces: tuple[str, str]) -> None:
    one, two = traces

    same = lydite("trace", "diff", one, one)
    other = lydite("trace", "diff", one, two, "--json")

    assert (same.code, other.code) == (0, 1)
    assert "equal" in same.out
    assert other.json["equal"] is False
    assert other.json["first_difference"]


def test_a_trace_that_was_cut_short_is_told(traces: tuple[str, str]) -> None:
    one = Path(traces[0])
    one.write_bytes(one.read_bytes()[:-10])

    said = lydite("trace", "verify", str(one))

    assert said.code == 2
    assert "1.trace" in said.err


def test_a_trace_of_checkpoints_says_that_it_has_no_events(project: Path) -> None:
    lydite("run", "shop.py::echoes", "--trace", "small.trace", "--trace-level", "checkpoints")

    said = lydite("trace", "show", "small.trace")

    assert said.code == 0
    assert "--trace-level full" in said.out
