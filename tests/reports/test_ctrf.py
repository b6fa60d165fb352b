"""CTRF is valid, has integers for its times, and extends itself below `extra` only."""

import json
import uuid
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import example, given

from lydite.model import Dossier, Outcome, Verdict
from lydite.reports import ctrf
from tests.reports import dossiers
from tests.reports.campaigns import case, result, violation
from tests.reports.kinds import ALL, Make, name_of
from tests.reports.nasty import NASTY

SCHEMA = json.loads((Path(__file__).parent / "official/ctrf-schema-0.0.json").read_text())
CHECKER = jsonschema.Draft7Validator(SCHEMA, format_checker=jsonschema.FormatChecker())


def told(make: Dossier) -> Any:
    """The report, read back by what refuses what is no JSON."""
    return json.loads(ctrf(make.result), parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))


@pytest.mark.parametrize("make", ALL, ids=name_of)
def test_the_report_is_valid(make: Make) -> None:
    CHECKER.validate(told(make()))


def test_the_schema_refuses_what_is_not_so() -> None:
    report = told(dossiers.green())

    assert not CHECKER.is_valid({**report, "verdict": "HOLDS"})
    for name in ("tool", "summary", "tests"):
        results = {key: value for key, value in report["results"].items() if key != name}
        assert not CHECKER.is_valid({**report, "results": results}), name
    report["results"]["tests"][0]["duration"] = 1.5
    assert not CHECKER.is_valid(report)


def test_each_outcome_has_its_status_and_keeps_its_own_word() -> None:
    cases = tuple(case(str(outcome), outcome=outcome, seconds=0.0125) for outcome in Outcome)
    phase = replace(dossiers.green().result.phases[0], cases=cases)

    report = told(Dossier(result=result(phases=(phase,), verdict=Verdict.VIOLATED)))["results"]

    assert {test["rawStatus"]: test["status"] for test in report["tests"]} == {
        "passed": "passed",
        "failed": "failed",
        "broken": "failed",
        "unknown": "other",
        "skipped": "skipped",
    }
    numbers = {name: value for name, value in report["summary"].items() if name != "extra"}
    assert (numbers["tests"], numbers["passed"], numbers["failed"], numbers["other"]) == (5, 1, 2, 1)
    assert report["tests"][0]["duration"] == 12
    assert numbers["stop"] - numbers["start"] == numbers["duration"] == 2530400


def test_a_failure_carries_what_is_known_of_it() -> None:
    tests = {test["name"]: test for test in told(dossiers.red())["results"]["tests"]}

    unsafe = tests["coin.survives_partitions"]
    failed = tests["tests/coin/test_rpc.py::test_a_refused_payment_says_why"]
    assert unsafe["tags"] == ["safety"]
    assert unsafe["parameters"] == {"seed": 145}
    assert unsafe["extra"]["finding"]["check"] == "no-two-final-blocks"
    assert [fault["kind"] for fault in unsafe["extra"]["faults"]] == ["network.cut", "process.crash"]
    assert unsafe["attachments"][0]["contentType"] == "application/json"
    assert unsafe["suite"] == ["simulation", "storm"]
    assert (failed["filePath"], failed["line"]) == ("tests/coin/test_rpc.py", 88)


def test_a_test_keeps_its_identifier_and_a_report_has_its_own() -> None:
    first, second = told(dossiers.green()), told(Dossier(result=result(identity="coin-1843")))

    assert first["results"]["tests"][0]["id"] == second["results"]["tests"][0]["id"]
    assert first["reportId"] != second["reportId"]
    assert uuid.UUID(first["reportId"]).version == 5
    assert len({test["id"] for test in first["results"]["tests"]}) == len(first["results"]["tests"])


def test_a_campaign_that_died_half_way_is_not_green() -> None:
    report = told(dossiers.incomplete())["results"]

    assert report["summary"]["failed"] == 2
    assert report["summary"]["extra"]["interrupted"] is True


@given(NASTY, NASTY)
@example("\udfff", "\ud800")
def test_every_text_survives(name: str, message: str) -> None:
    bad = replace(violation(), name=name, message=message, detail=message, subject=name, suite=message)
    phase = replace(dossiers.green().result.phases[0], name=name, cases=(bad,))

    text = ctrf(result(phases=(phase,), sentence=message))

    report = json.loads(text.encode())["results"]
    test = report["tests"][0]
    # JSON has no word for two halves of a pair that are no pair.
    name, message = (json.loads(json.dumps(each)) for each in (name, message))
    assert test["name"] == (name or "(no name)")
    assert test["labels"]["subject"] == name
    assert test.get("message", "") == test.get("trace", "") == message
    assert report["summary"]["extra"]["sentence"] == message
