"""A schedule is plain data: it goes out and in and means the same run."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lydite.model import Fault, InputError, Plain, Schedule, canonical_json

FAULTS = st.builds(
    Fault,
    at_ns=st.integers(0, 2**62),
    kind=st.sampled_from(["network.cut", "process.crash", "disk.fill"]),
    args=st.dictionaries(
        st.sampled_from(["a", "host"]), st.text(st.characters(codec="utf-8")) | st.integers()
    ),
    lasting_ns=st.integers(0, 2**62),
)


@given(st.lists(FAULTS, max_size=6))
def test_a_schedule_goes_through_json_unchanged(faults: list[Fault]) -> None:
    schedule = Schedule.of(faults)

    again = Schedule.from_plain(json.loads(canonical_json(schedule.as_plain())))

    assert again == schedule
    assert len(again) == len(faults)


def test_faults_are_sorted_and_ties_keep_their_order() -> None:
    late, one, two = (
        Fault(at_ns=2, kind="a.late"),
        Fault(at_ns=1, kind="b.one"),
        Fault(at_ns=1, kind="a.two"),
    )

    assert Schedule.of([late, one, two]).faults == (one, two, late)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({}, "a schedule is a list of faults, found dict"),
        ([1], r"a fault is an object, found int \(schedule\[0\]\)"),
        ([{"at_ns": 0, "kind": "a.b", "when": 1}], r"unknown field 'when' \(schedule\[0\]\); use at_ns"),
        ([{"kind": "a.b"}], "at_ns is a whole number of nanoseconds from the start, found None"),
        ([{"at_ns": True, "kind": "a.b"}], "at_ns is a whole number.*found True"),
        ([{"at_ns": -1, "kind": "a.b"}], "at_ns is a whole number.*found -1"),
        ([{"at_ns": 0, "kind": "cut"}], r"kind is lever\.verb, such as network\.cut, found 'cut'"),
        ([{"at_ns": 0, "kind": "a.b.c"}], r"kind is lever\.verb"),
        ([{"at_ns": 0, "kind": "a.b", "args": []}], "args is an object, found list"),
        ([{"at_ns": 0, "kind": "a.b", "lasting_ns": 1.5}], "lasting_ns is a whole number"),
    ],
)
def test_a_wrong_schedule_is_refused_with_its_place(value: Plain, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Schedule.from_plain(value)
