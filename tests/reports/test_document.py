"""The document is the dossier: it is read back whole, keeps to its schema, and refuses what is none by its place."""

import json
from dataclasses import replace
from typing import Any

import jsonschema
import pytest
from hypothesis import example, given

from lydite.model import CorruptRecord, Dossier, InputError, OtherVersion
from lydite.reports import DOCUMENT_FORMAT, DOCUMENT_VERSION, document, document_schema, dossier_from
from tests.reports import dossiers
from tests.reports.campaigns import case, result
from tests.reports.kinds import FINITE, Make, name_of
from tests.reports.nasty import NASTY


@pytest.mark.parametrize("make", FINITE, ids=name_of)
def test_a_dossier_is_read_back_as_it_was(make: Make) -> None:
    assert dossier_from(document(make())) == make()


@pytest.mark.parametrize("make", FINITE, ids=name_of)
def test_the_document_keeps_to_its_schema(make: Make) -> None:
    form = json.loads(document(make()))

    jsonschema.Draft202012Validator(document_schema()).validate(form)
    assert (form["format"], form["version"]) == (DOCUMENT_FORMAT, DOCUMENT_VERSION)
    assert list(form)[:2] == ["format", "version"]


def test_the_schema_refuses_what_is_not_so() -> None:
    checker = jsonschema.Draft202012Validator(document_schema())
    form = json.loads(document(dossiers.red()))

    for bent in (
        {**form, "version": 2},
        {**form, "format": "other"},
        {**form, "more": 1},
        {name: value for name, value in form.items() if name != "result"},
        {**form, "result": {**form["result"], "verdict": "GREEN"}},
    ):
        assert not checker.is_valid(bent)


@given(NASTY)
@example("\ud800")
def test_every_text_survives(text: str) -> None:
    phase = replace(dossiers.green().result.phases[0], cases=(case(text, message=text, detail=text),))
    dossier = Dossier(result=result(phases=(phase,), sentence=text))

    told = dossier_from(document(dossier).encode().decode())

    # JSON has no word for two halves of a pair that are no pair.
    carried = json.loads(json.dumps(text))
    assert (told.result.sentence, told.result.cases[0].detail) == (carried, carried)


def bent(**more: object) -> str:
    """A document with other fields at its root."""
    return json.dumps({**json.loads(document(dossiers.green())), **more})


def without(name: str) -> str:
    """A document that lacks a field."""
    form = json.loads(document(dossiers.green()))
    form.pop(name)
    return json.dumps(form)


def deep() -> str:
    """A document whose facts are nested beyond all measure."""
    form = json.loads(document(dossiers.green()))
    form["result"]["environment"]["facts"] = {"a": "HERE"}
    return json.dumps(form).replace('"HERE"', "[" * 100_000 + "]" * 100_000)


def huge() -> str:
    """A document with a number that no float can hold."""
    form = json.loads(document(dossiers.green()))
    form["result"]["seconds"] = 10**400
    return json.dumps(form)


def of_case(**more: Any) -> str:
    """A document whose third phase has a first case with other fields."""
    form = json.loads(document(dossiers.red()))
    form["result"]["phases"][2]["cases"][0] |= more
    return json.dumps(form)


@pytest.mark.parametrize(
    ("text", "error", "told", "where"),
    [
        ("", CorruptRecord, "damaged or cut short", "run.json, line 1, column 1"),
        (document(dossiers.red())[:-40], CorruptRecord, "damaged or cut short", "run.json, line 1"),
        ("[]", CorruptRecord, "expected a report document, found list", "run.json"),
        ("{}", InputError, "whose `format` is 'lydite-report'", "run.json"),
        (bent(format="lydite-failure"), InputError, "whose `format` is 'lydite-report'", "run.json"),
        (bent(version=2), OtherVersion, "expected version 1 of the report document, found 2", "run.json"),
        (bent(version=True), OtherVersion, "found True", "run.json"),
        (without("version"), OtherVersion, "found None", "run.json"),
        (without("result"), InputError, "Dossier lacks its field 'result'", "run.json"),
        (bent(reslt=1), InputError, "Dossier has no field 'reslt'", "run.json"),
        (of_case(outcome="green"), InputError, "expected one of passed", "result.phases[2].cases[0].outcome"),
        (of_case(seconds="long"), InputError, "expected a number", "result.phases[2].cases[0].seconds"),
        (bent(previous=float("nan")), CorruptRecord, "NaN is no JSON", "run.json"),
        (deep(), CorruptRecord, "cannot be read", "run.json"),
        (huge(), InputError, "expected a number", "run.json, result.seconds"),
        ("1" * 5000, CorruptRecord, "cannot be read", "run.json"),
    ],
)
def test_what_is_no_document_is_refused_by_its_place(
    text: str, error: type[Exception], told: str, where: str
) -> None:
    with pytest.raises(error) as caught:
        dossier_from(text, where="run.json")

    assert told in str(caught.value)
    assert where in getattr(caught.value, "where", "")
    assert "run.json" in str(caught.value)


def test_a_figure_that_is_none_is_refused_by_its_place() -> None:
    with pytest.raises(InputError) as caught:
        document(dossiers.hostile())

    assert caught.value.where == "result.phases[0].measurements[0].value"


def test_a_document_of_before_that_lacks_what_has_a_default_is_read() -> None:
    form = json.loads(document(dossiers.empty()))
    for name in ("news", "trends", "flaky", "previous", "decision"):
        form.pop(name)

    assert dossier_from(json.dumps(form)) == dossiers.empty()
