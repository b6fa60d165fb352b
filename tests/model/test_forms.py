"""A value and its JSON form say the same, and what is no form of it is refused by its place."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lydite.model import (
    CampaignResult,
    Case,
    Decision,
    Dossier,
    Environment,
    Facts,
    Finding,
    InputError,
    Outcome,
    PhaseResult,
    Verdict,
    Work,
    as_form,
    from_form,
    schema_of,
)


class Colour(StrEnum):
    """Something to choose from."""

    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A part."""

    colour: Colour
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """A whole."""

    name: str
    leaves: tuple[Leaf, ...] = ()
    tall: bool = False
    age: int | None = None
    facts: Facts = field(default_factory=dict)


LEAVES = st.builds(
    Leaf, colour=st.sampled_from(Colour), weight=st.floats(allow_nan=False, allow_infinity=False)
)
FACTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
TREES = st.builds(
    Tree,
    name=st.text(st.characters(codec="utf-8")),
    leaves=st.lists(LEAVES, max_size=4).map(tuple),
    tall=st.booleans(),
    age=st.none() | st.integers(),
    facts=st.dictionaries(st.text(max_size=3), FACTS, max_size=3),
)


@given(TREES)
def test_a_value_comes_back_from_its_form(tree: Tree) -> None:
    form = json.loads(json.dumps(as_form(tree)))
    assert from_form(Tree, form) == tree
    jsonschema.validate(form, schema_of(Tree, "a tree"))


@pytest.mark.parametrize(
    ("form", "where", "said"),
    [
        ([], "", "expected an object (Tree), found []"),
        ({}, "", "Tree lacks its field 'name'"),
        ({"name": 1}, "name", "expected text, found 1"),
        ({"name": "x", "tal": True}, "", "Tree has no field 'tal'"),
        ({"name": "x", "tall": 1}, "tall", "expected true or false, found 1"),
        ({"name": "x", "age": True}, "age", "expected a whole number, found True"),
        ({"name": "x", "age": 1.5}, "age", "expected a whole number, found 1.5"),
        ({"name": "x", "facts": []}, "facts", "expected an object, found []"),
        ({"name": "x", "leaves": {}}, "leaves", "expected a list, found {}"),
        ({"name": "x", "leaves": [{"colour": "green"}]}, "leaves[0].colour", "expected one of red, blue"),
        ({"name": "x", "leaves": [{"colour": []}]}, "leaves[0].colour", "expected one of red, blue"),
        (
            {"name": "x", "leaves": [{"colour": "red", "weight": float("nan")}]},
            "leaves[0].weight",
            "a number",
        ),
        ({"name": "x", "leaves": [{"colour": "red", "weight": "1"}]}, "leaves[0].weight", "a number"),
    ],
)
def test_what_is_no_form_is_refused_by_its_place(form: Any, where: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        from_form(Tree, form)
    assert said in str(caught.value)
    assert caught.value.where == where


def test_the_nearest_field_is_told() -> None:
    with pytest.raises(InputError) as caught:
        from_form(Tree, {"name": "x", "leavs": []})
    assert "leaves" in caught.value.remedy


def test_a_long_value_is_told_in_part() -> None:
    with pytest.raises(InputError) as caught:
        from_form(Tree, {"name": ["x" * 1000]})
    assert len(str(caught.value)) < 200


def test_the_schema_refuses_what_reading_refuses() -> None:
    schema = schema_of(Tree, "a tree")
    for form in ({}, {"name": 1}, {**as_form(Tree(name="x")), "more": 1}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(form, schema)


def test_a_whole_campaign_comes_back() -> None:
    finding = Finding(check="agreement", verdict=Verdict.VIOLATED, message="two blocks", evidence=(3, 4))
    case = Case(
        name="coin.storm", subject="coin", suite="storm", outcome=Outcome.FAILED, finding=finding, seed=7
    )
    phase = PhaseResult(name="simulation", work=Work.TRIALS, outcome=Outcome.FAILED, cases=(case,))
    result = CampaignResult(
        identity="one",
        target="coin",
        preset="ci",
        begun="2026-01-02T03:04:05Z",
        seconds=2.5,
        verdict=Verdict.VIOLATED,
        sentence="coin is broken",
        phases=(phase,),
        environment=Environment(fingerprint="abc", facts={"cores": 2}),
    )
    form = json.loads(json.dumps(as_form(result)))
    assert from_form(CampaignResult, form) == result
    assert result.cases == (case,)
    assert result.measurements == ()


@pytest.mark.parametrize("kind", [CampaignResult, Decision, Dossier])
def test_published_kinds_have_a_valid_schema(kind: type) -> None:
    jsonschema.Draft202012Validator.check_schema(schema_of(kind, kind.__name__))
    assert isinstance(schema_of(kind, kind.__name__)["$defs"], Mapping)
