"""One value has one spelling, and what has none is refused by name."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lydite.model import InputError, Plain, canonical_json, digest_of, plain

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner),
)


@given(VALUES)
def test_what_is_spelled_reads_back_as_the_same_value(value: Plain) -> None:
    spelled = canonical_json(value)

    assert json.loads(spelled) == value
    assert canonical_json(json.loads(spelled)) == spelled


@given(st.dictionaries(st.text(st.characters(codec="utf-8")), st.integers()))
def test_the_order_of_keys_does_not_matter(value: dict[str, int]) -> None:
    backwards = dict(reversed(value.items()))

    assert canonical_json(backwards) == canonical_json(value)
    assert digest_of(backwards) == digest_of(value)


def test_a_known_value_has_a_known_spelling_and_digest() -> None:
    value = {"b": [1, 2.5, (True, None)], "a": "é\n", "raw": b"\x00\xff"}

    assert canonical_json(plain(value)) == '{"a":"é\\n","b":[1,2.5,[true,null]],"raw":"00ff"}'.encode()
    assert digest_of({"a": 1}) == "10a7ff3e312baec0c356be489739b93f63af84416c40f1c13023eb96c7ed50aa"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"a": [1, {2}]}, r"a set has no order that means anything \(value\.a\[1\]\); sort it"),
        ({"a": object()}, r"object is not a plain value \(value\.a\)"),
        ({1: 2}, r"key 1 is not text \(value\)"),
        (math.nan, "a number that JSON cannot carry"),
        ([math.inf], "a number that JSON cannot carry"),
        ("\ud800", r"text that UTF-8 cannot spell: '\\ud800'"),
        ({"\udcff": 1}, "text that UTF-8 cannot spell"),
    ],
)
def test_what_has_no_spelling_is_refused_with_its_place(value: Plain, message: str) -> None:
    with pytest.raises(InputError, match=message):
        canonical_json(value)
