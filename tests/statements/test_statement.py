"""The form of in-toto: what its readers see, and that it says the same as Lydite's own part."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import jsonschema
import pytest

from lydite.model import OtherVersion, Outcome, Standing, Verdict, as_form, canonical_json, digest_of
from lydite.statements import (
    EXTENSION,
    DamagedStatement,
    Refuted,
    Statement,
    payload_of,
    statement_from,
    statement_of,
    statement_schema,
)
from tests.statements.campaigns import CODE, COMMIT, case, decision, kept, result, statement

RUNS = (kept("shop.sells"), kept("shop.buys"))


def form_of(made: Statement) -> dict[str, Any]:
    form: dict[str, Any] = json.loads(payload_of(made))
    return form


def test_a_reader_of_in_toto_finds_what_its_specification_names() -> None:
    form = form_of(
        statement(
            case("test_pays", "unit"),
            case("test_waits", "unit", Outcome.SKIPPED),
            case("test_shows", "unit", Outcome.UNKNOWN),
            url="https://ci.example/runs/7",
        )
    )

    predicate = form["predicate"]
    assert form["_type"] == "https://in-toto.io/Statement/v1"
    assert form["predicateType"] == "https://in-toto.io/attestation/test-result/v0.1"
    digests = {"lyditeCode": CODE.digest, "gitCommit": COMMIT}
    assert form["subject"] == [{"name": "shop.trials", "digest": digests}]
    assert predicate["result"] == "PASSED"
    assert predicate["url"] == "https://ci.example/runs/7"
    assert predicate["passedTests"] == ["shop.sells", "shop.buys", "test_pays"]
    assert predicate["warnedTests"] == ["test_waits", "test_shows"]
    assert predicate["failedTests"] == []
    (configuration,) = predicate["configuration"]
    told = canonical_json(predicate[EXTENSION]["configuration"])
    assert configuration["digest"] == {"sha256": hashlib.sha256(told).hexdigest()}


def test_every_case_is_in_one_of_the_three_lists() -> None:
    made = statement_of(
        result(*(case(f"test_{outcome}", "unit", outcome) for outcome in Outcome), verdict=Verdict.VIOLATED),
        decision(),
        RUNS,
    )

    lists = [*made.passed, *made.warned, *made.failed]
    assert sorted(lists) == sorted(each.name for each in made.cases)
    assert made.failed == ("test_failed", "test_broken")


@pytest.mark.parametrize(
    ("verdict", "standing", "told"),
    [
        (Verdict.HOLDS, Standing.PASSED, "PASSED"),
        (Verdict.HOLDS, Standing.NOT_EVALUATED, "WARNED"),
        (Verdict.HOLDS, Standing.FAILED, "FAILED"),
        (Verdict.VIOLATED, Standing.PASSED, "FAILED"),
    ],
)
def test_the_result_is_as_bad_as_verdict_and_gates(verdict: Verdict, standing: Standing, told: str) -> None:
    made = statement_of(result(verdict=verdict), decision(standing), RUNS)

    assert made.standing == told


def test_it_binds_the_whole_result_the_code_and_every_run() -> None:
    made = statement()

    assert made.result == digest_of(
        as_form(result(case("test_pays", "unit"), case("shop.mutants.no-check", "mutants")))
    )
    assert made.codes == (CODE,)
    assert made.runs == 8
    assert [trial.runs for trial in made.trials] == [each.runs.runs for each in RUNS]


def test_it_comes_back_as_it_was() -> None:
    made = statement(url="https://ci.example/7")

    assert statement_from(payload_of(made), "here") == made


def test_what_was_signed_before_gates_had_owners_and_evidence_is_still_a_statement() -> None:
    made = statement()
    form = form_of(made)
    for each in form["predicate"][EXTENSION]["decision"]["outcomes"]:
        del each["owner"], each["evidence"], each["evidence_count"]

    assert made.decision.outcomes
    assert statement_from(canonical_json(form), "here") == made


def test_the_schema_describes_what_is_written() -> None:
    extension = form_of(statement())["predicate"][EXTENSION]

    jsonschema.Draft202012Validator(statement_schema()).validate(extension)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(statement_schema()).validate(extension | {"version": 2})


def test_without_code_the_commit_is_the_subject_and_without_that_the_result() -> None:
    bare = replace(result(seeds=0), phases=(), code="")

    by_commit = form_of(statement_of(bare, decision(), (), git_commit=COMMIT))["subject"]
    by_result = form_of(statement_of(bare, decision(), ()))["subject"]
    by_code = form_of(statement_of(replace(bare, code=CODE.digest), decision(), ()))["subject"]

    assert by_commit == [{"name": "shop.trials", "digest": {"gitCommit": COMMIT}}]
    assert by_result == [{"name": "shop.trials", "digest": {"lyditeResult": digest_of(as_form(bare))}}]
    assert by_code == [{"name": "shop.trials", "digest": {"lyditeCode": CODE.digest}}]


def test_what_others_have_added_is_let_be() -> None:
    form = form_of(statement())
    form["comment"] = "seen by ann"
    form["predicate"]["annOrg"] = {"ticket": 7}

    assert statement_from(canonical_json(form), "here") == statement()


Spoil = Callable[[dict[str, Any]], object]


@pytest.mark.parametrize(
    ("spoil", "field"),
    [
        (lambda form: form["subject"][0]["digest"].update(lyditeCode="00" * 32), "subject"),
        (lambda form: form["subject"].append(form["subject"][0]), "subject"),
        (lambda form: form["predicate"].update(result="WARNED"), "predicate.result"),
        (lambda form: form["predicate"].update(url="https://evil.example"), "predicate.url"),
        (lambda form: form["predicate"]["passedTests"].append("test_more"), "predicate.passedTests"),
        (lambda form: form["predicate"].pop("failedTests"), "predicate.failedTests"),
        (lambda form: form["predicate"]["warnedTests"].append("shop.sells"), "predicate.warnedTests"),
        (lambda form: form["predicate"][EXTENSION].update(verdict="VIOLATED"), "predicate.result"),
        (
            lambda form: form["predicate"][EXTENSION]["configuration"].update(seed=7),
            "predicate.configuration",
        ),
        (lambda form: form["predicate"][EXTENSION]["cases"][0].update(outcome="failed"), "predicate.result"),
    ],
)
def test_it_may_not_say_two_things_at_once(spoil: Spoil, field: str) -> None:
    form = form_of(statement())
    spoil(form)

    with pytest.raises(Refuted, match=f"{field} is not what {EXTENSION} says"):
        statement_from(canonical_json(form), "here")


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (
            lambda form: form.update(_type="https://in-toto.io/Statement/v2"),
            "expected https://in-toto.io/Statement/v1",
        ),
        (lambda form: form.update(predicateType="x"), "expected https://in-toto.io/attestation/test-result"),
        (lambda form: form.pop("predicate"), "its predicate has no object lyditeCampaign"),
        (lambda form: form["predicate"].pop(EXTENSION), "its predicate has no object lyditeCampaign"),
        (lambda form: form["predicate"][EXTENSION].pop("root"), "lacks its field 'root'"),
        (lambda form: form["predicate"][EXTENSION].update(more=1), "has no field 'more'"),
        (
            lambda form: form["predicate"][EXTENSION]["trials"][0]["runs"][0].update(seed="0"),
            "a whole number",
        ),
    ],
)
def test_what_is_no_statement_is_told_with_its_place(spoil: Spoil, told: str) -> None:
    form = form_of(statement())
    spoil(form)

    with pytest.raises(DamagedStatement, match=told):
        statement_from(canonical_json(form), "here")


@pytest.mark.parametrize("version", [0, 2, True, "1", None])
def test_another_version_is_told(version: object) -> None:
    form = form_of(statement())
    form["predicate"][EXTENSION]["version"] = version

    with pytest.raises(OtherVersion, match="expected version 1 of lyditeCampaign"):
        statement_from(canonical_json(form), "here")
