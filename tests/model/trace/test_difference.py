"""Where two traces part, and how that is told."""

import io
from dataclasses import replace

import pytest

from lydite.model import (
    Change,
    CorruptRecord,
    Fault,
    Header,
    InputError,
    Kind,
    Level,
    TraceWriter,
    describe_event,
    first_difference,
    read_trace,
)
from tests.model.trace.samples import counted_trace, header_of, small_trace, trace_of_notes

NAMES = [f"step {number}" for number in range(20)]


def test_equal_traces_have_no_difference() -> None:
    assert first_difference(trace_of_notes(NAMES), trace_of_notes(NAMES)) is None


def test_other_code_alone_is_no_difference() -> None:
    other = trace_of_notes(NAMES, header_of(code_digest="changed"))

    assert first_difference(trace_of_notes(NAMES), other) is None


def test_the_first_other_record_is_found_with_what_led_up_to_it() -> None:
    others = [*NAMES[:10], "STEP 10", *NAMES[11:18], "STEP 18", "STEP 19"]

    difference = first_difference(trace_of_notes(NAMES), trace_of_notes(others))

    assert difference is not None
    assert difference.number == 12  # two HOST records come first
    assert difference.left is not None
    assert difference.right is not None
    assert difference.left.fields == {"name": "step 10", "facts": {"number": 10}}
    assert difference.right.fields == {"name": "STEP 10", "facts": {"number": 10}}
    assert [event.number for event in difference.before] == [7, 8, 9, 10, 11]
    assert [event.fields["name"] for event in difference.before] == NAMES[5:10]
    assert {event.host for event in difference.before} == {difference.left.host} == {"n1"}
    assert (difference.claims, difference.provenance) == ((), ())


def test_the_very_first_record_may_differ() -> None:
    difference = first_difference(io.BytesIO(counted_trace(1)[0]), trace_of_notes([]))

    assert difference is not None
    assert (difference.number, difference.before) == (0, ())
    assert "Nothing comes before it." in difference.describe()


@pytest.mark.parametrize("short", [0, 1, 19])
def test_a_trace_that_ends_earlier_is_told_as_that(short: int) -> None:
    long = first_difference(trace_of_notes(NAMES), trace_of_notes(NAMES[:short]))
    swapped = first_difference(trace_of_notes(NAMES[:short]), trace_of_notes(NAMES))

    assert long is not None
    assert swapped is not None
    assert long.number == swapped.number == short + 2
    assert long.right is swapped.left is None
    assert long.left == swapped.right
    assert long.left is not None
    assert long.left.fields["name"] == NAMES[short]
    assert f"The right trace ends after {short + 2} records" in long.describe()
    assert f"The left trace ends after {short + 2} records" in swapped.describe()


FAULTS = (
    Fault(at_ns=1_000, kind="network.cut", args={"a": "n1"}, lasting_ns=500),
    Fault(at_ns=2_000, kind="process.crash", args={"host": "n2"}),
)


@pytest.mark.parametrize(
    ("other", "changes"),
    [
        (header_of(seed=43), [Change(part="seed", left=42, right=43)]),
        (replace(header_of(), configuration={"hosts": 3, "rate": 0.5, "name": "e"}),
         [Change(part="configuration.name", left="é", right="e")]),
        (header_of(faults=FAULTS), [Change(part="schedule[1]", left=None, right=FAULTS[1].as_plain())]),
        (header_of(faults=(replace(FAULTS[0], at_ns=7),)),
         [Change(part="schedule[0].at_ns", left=1_000, right=7)]),
    ],
)  # fmt: skip
def test_other_claims_are_told_apart(other: Header, changes: list[Change]) -> None:
    difference = first_difference(trace_of_notes(NAMES), trace_of_notes(NAMES, other))

    assert difference is not None
    assert list(difference.claims) == changes
    assert difference.number is None
    text = difference.describe()
    assert text.startswith("Every record is the same; only what the headers claim is not.")
    assert f"≠ {changes[0].part}" in text


def test_a_difference_tells_which_code_differs() -> None:
    other = replace(header_of(code_digest="changed"), code_files={"node.py": "bb", "spec.py": "cc"})

    difference = first_difference(trace_of_notes(NAMES), trace_of_notes(NAMES[:5], other))

    assert difference is not None
    assert [change.part for change in difference.provenance] == [
        "code_digest",
        "code_files.node.py",
        "code_files.spec.py",
    ]
    assert "Made by different code or on another Python:" in difference.describe()


def test_the_description_shows_both_sides_next_to_each_other() -> None:
    def trace(size: int, kind: Kind) -> io.BytesIO:
        sink = io.BytesIO()
        writer = TraceWriter(header_of(), sink)
        writer.emitter(Kind.HOST)(0, 0, 0, "alice", "eu", "10.0.0.1")
        writer.emitter(Kind.HOST)(0, 1, 1, "bob", "eu", "10.0.0.2")
        writer.emitter(kind)(1_500_000_000, 0, 1, 80, size)
        writer.close()
        return io.BytesIO(sink.getvalue())

    difference = first_difference(trace(10, Kind.ARRIVE), trace(12, Kind.ACCEPT))

    assert difference is not None
    assert difference.describe().splitlines() == [
        "The traces part at record 2.",
        "",
        "Before it, the same in both:",
        "        0  0.000000000 s  alice      HOST     index=0 name=alice region=eu address=10.0.0.1",
        "        1  0.000000000 s  bob        HOST     index=1 name=bob region=eu address=10.0.0.2",
        "",
        "               left                                           right",
        "  time         1.500000000 s                                  1.500000000 s",
        "  host         alice                                          alice",
        "≠ kind         ARRIVE                                         ACCEPT",
        "≠ peer         bob                                            ?80",
        "≠ port         80                                             12",
        "≠ size         10",
        "≠ connection                                                  1",
    ]


def test_long_values_are_shown_where_they_differ() -> None:
    start = "x" * 500
    left, right = trace_of_notes([start + "left" + start]), trace_of_notes([start + "right" + start])

    difference = first_difference(left, right)

    assert difference is not None
    row = next(line for line in difference.describe().splitlines() if line.startswith("≠ name"))
    assert "…" in row
    assert "xleftx" in row
    assert "xrightx" in row
    assert len(row) < 110


def test_a_value_that_only_goes_on_is_shown_at_its_end() -> None:
    difference = first_difference(trace_of_notes(["x" * 100]), trace_of_notes(["x" * 100 + "tail"]))

    assert difference is not None
    assert "xtail" in difference.describe()


def test_what_goes_to_a_terminal_is_printable() -> None:
    events = list(read_trace(io.BytesIO(small_trace())))

    text = "".join(describe_event(event) for event in events)

    assert text.isprintable()
    assert "\\x1b[31m\\n" in text
    assert "/data/\\udcff.db" in text


def test_many_changes_are_told_by_the_first_of_them() -> None:
    many = replace(header_of(), configuration={f"k{number:02d}": number for number in range(30)})
    none = replace(header_of(), configuration={})

    difference = first_difference(trace_of_notes([], many), trace_of_notes([], none))

    assert difference is not None
    assert len(difference.claims) == 30
    assert difference.describe().endswith("  and 18 more")


@pytest.mark.parametrize("level", [Level.DIGEST, Level.CHECKPOINTS])
def test_a_trace_without_records_cannot_be_compared(level: Level) -> None:
    data, _ = counted_trace(3, header_of(level=level))

    with pytest.raises(InputError, match=f"a comparison needs every record.*level {level}"):
        first_difference(io.BytesIO(counted_trace(3)[0]), io.BytesIO(data))


def test_damage_behind_the_difference_is_told_as_damage() -> None:
    damaged = bytearray(trace_of_notes(["other", *NAMES]).getvalue())
    damaged[-70] ^= 1

    with pytest.raises(CorruptRecord):
        first_difference(trace_of_notes(NAMES), io.BytesIO(bytes(damaged)))
    with pytest.raises(CorruptRecord):
        first_difference(io.BytesIO(bytes(damaged)), trace_of_notes(NAMES))
