"""JUnit XML is valid, tells what was tried, and loses no text."""

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import xmlschema
from hypothesis import given

from lydite.model import Finding, Outcome, Verdict
from lydite.reports import junit
from tests.reports import dossiers
from tests.reports.campaigns import case, result, violation
from tests.reports.kinds import ALL, Make, name_of
from tests.reports.nasty import NASTY, read_block

SCHEMA = xmlschema.XMLSchema(str(Path(__file__).with_name("junit.xsd")))
JENKINS = xmlschema.XMLSchema(str(Path(__file__).parent / "official/junit-10.xsd"))


@pytest.mark.parametrize("make", ALL, ids=name_of)
def test_the_report_is_valid(make: Make) -> None:
    SCHEMA.validate(junit(make().result))
    JENKINS.validate(junit(make().result))


def test_the_schema_refuses_what_is_not_so() -> None:
    told = junit(dossiers.green().result)

    assert not SCHEMA.is_valid(
        told.replace("<properties>", "<property>").replace("</properties>", "</property>")
    )
    assert not SCHEMA.is_valid(told.replace(' tests="', ' tests="many'))
    for schema in (SCHEMA, JENKINS):
        assert not schema.is_valid(told.replace("<testcase ", "<test ").replace("</testcase>", "</test>"))
        assert not schema.is_valid(
            told.replace("<testsuites ", "<report ").replace("</testsuites>", "</report>")
        )
        assert not schema.is_valid(re.sub(r'(<testcase [^>]*?) name="[^"]*"', r"\1", told))


def test_each_outcome_has_its_element_and_none_but_passed_is_green() -> None:
    cases = tuple(case(str(outcome), outcome=outcome, message="so it is") for outcome in Outcome)
    phase = replace(dossiers.green().result.phases[0], cases=cases, outcome=Outcome.FAILED)

    root = ET.fromstring(junit(result(phases=(phase,), verdict=Verdict.VIOLATED)))

    elements = {each.get("name"): [child.tag for child in each][:-1] for each in root.iter("testcase")}
    assert elements == {
        "passed": [],
        "failed": ["failure"],
        "broken": ["error"],
        "unknown": ["error"],
        "skipped": ["skipped"],
    }
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("5", "1", "2")
    assert root[0].get("skipped") == "1"


def test_suites_add_up_and_properties_tell_where_it_ran() -> None:
    root = ET.fromstring(junit(dossiers.red().result))

    names = [suite.get("name") for suite in root]
    told = {each.get("name"): each.get("value") for each in root[-1].iter("property")}
    assert names == ["simulation", "mutants", "unit", "e2e", "benchmarks", "network", "campaign"]
    assert sum(int(suite.get("tests", "")) for suite in root) == int(root.get("tests", "")) == 65
    assert told["identity"] == "coin-1842"
    assert told["commit"] == "a1b2c3d4e5f6+"
    assert told["environment.doubt"] == "the clock stepped by 2 s at 02:31:07Z"
    assert "node-3" in "".join(root[3].find("system-out").itertext())  # type: ignore[union-attr]


def test_a_failure_carries_its_reason_its_trace_and_its_command() -> None:
    root = ET.fromstring(junit(dossiers.red().result))

    (failed,) = (each for each in root.iter("testcase") if each.get("name") == "coin.survives_partitions")
    failure = failed.find("failure")
    output = failed.findtext("system-out") or ""
    assert failure is not None
    assert failure.get("type") == "no-two-final-blocks"
    assert "two blocks of height 7 were final" in failure.get("message", "")
    assert "final 7 is 9c41, told 02fe" in (failure.text or "")
    assert "reproduce: lydite replay .lydite/failures/coin.survives_partitions-145.failure.json" in output
    assert output.count("fault: ") == 2
    assert '"kind": "network.cut"' in output
    assert "artefact: " in output


def test_a_phase_that_broke_and_a_campaign_that_died_are_errors() -> None:
    root = ET.fromstring(junit(dossiers.incomplete().result))

    errors = [error.get("message") for error in root.iter("error")]
    assert errors[0] == "no space left on the disk"
    assert errors[1] is not None
    assert "interrupted, so this is incomplete" in errors[1]


def test_two_phases_of_one_name_keep_their_own_cases() -> None:
    phase = dossiers.green().result.phases[0]
    other = replace(phase, cases=(case("other"),))

    root = ET.fromstring(junit(result(phases=(phase, other))))

    assert [suite.get("tests") for suite in root] == [str(len(phase.cases)), "1", "0"]


@given(NASTY, NASTY, NASTY)
def test_every_text_survives(name: str, message: str, detail: str) -> None:
    finding = Finding(check=name, verdict=Verdict.VIOLATED, message=message)
    bad = replace(violation(), name=name, message=message, detail=detail, reproduce=message, finding=finding)
    phase = replace(dossiers.green().result.phases[0], name=name, cases=(bad,))

    text = junit(result(phases=(phase,), sentence=detail))

    root = ET.fromstring(text.encode())
    (found,) = (each for each in root.iter("testcase") if each.find("failure") is not None)
    failure = found.find("failure")
    assert failure is not None
    assert read_block(root[0].get("name", "")) == name
    assert read_block(found.get("name", "")) == name
    assert read_block(failure.get("type", "")) == name
    assert read_block(failure.get("message", "")) == (message or "failed")
    assert read_block(failure.text or "") == detail
    assert not message or f"reproduce: {message}\n" in read_block(found.findtext("system-out") or "")
    assert read_block(root.findall(".//property[@name='sentence']")[0].get("value", "")) == detail
