"""Annotations are workflow commands that say what they were given; a summary fits its step."""

import re
from dataclasses import replace

import pytest
from hypothesis import given

from lydite.model import Dossier, Outcome, Standing, Verdict
from lydite.reports import annotations, markdown, summary
from lydite.reports.spelling import spelled_block, spelled_line
from tests.reports import dossiers
from tests.reports.campaigns import case, decision, gate, result
from tests.reports.nasty import NASTY

COMMAND = re.compile(r"::(?P<level>\w+) (?P<properties>[^\r\n]*?)::(?P<data>[^\r\n]*)")


def read(line: str) -> tuple[str, dict[str, str], str]:
    """A workflow command as its reader takes it apart."""
    found = COMMAND.fullmatch(line)
    assert found is not None, line
    pairs = (pair.partition("=") for pair in found["properties"].split(","))
    return found["level"], {name: _read(value) for name, _, value in pairs}, _read(found["data"])


def _read(text: str) -> str:
    for spelled, letter in (("%2C", ","), ("%3A", ":"), ("%0A", "\n"), ("%0D", "\r"), ("%25", "%")):
        text = text.replace(spelled, letter)
    return text


def failing(count: int, outcome: Outcome = Outcome.FAILED, name: str = "case", **more: str) -> Dossier:
    """A campaign in which so many cases fail."""
    cases = tuple(case(f"{name}-{number}", outcome=outcome, **more) for number in range(count))
    phase = replace(dossiers.green().result.phases[0], cases=cases, outcome=outcome)
    return Dossier(result=result(phases=(phase,), verdict=Verdict.VIOLATED))


def test_safety_comes_first_then_gates_then_the_rest() -> None:
    notes = [read(line) for line in annotations(dossiers.red()).splitlines()]

    assert [(level, properties["title"]) for level, properties, _ in notes] == [
        ("error", "SAFETY: coin.survives_partitions failed"),
        ("error", "Gate safety.violations failed"),
        ("error", "Gate integration.success failed"),
        ("error", "tests/coin/test_rpc.py::test_a_refused_payment_says_why failed"),
        ("warning", "Gate coverage.lines was not evaluated"),
    ]
    assert notes[0][2].endswith(
        "\nreproduce: lydite replay .lydite/failures/coin.survives_partitions-145.failure.json"
    )
    assert notes[3][1]["file"] == "tests/coin/test_rpc.py"
    assert notes[3][1]["line"] == "88"


def test_who_is_asked_stands_in_the_annotation_of_a_gate_that_does_not_pass() -> None:
    asked = gate("unit.success", 90, 100, standing=Standing.FAILED, owner="ann", sentence="1 of 10 fails")
    passed = gate("coverage.lines", 90, 80, owner="bob")

    told = annotations(replace(dossiers.green(), decision=decision(asked, passed)))

    assert "::1 of 10 fails; ask ann\n" in told
    assert "bob" not in told


def test_the_rules_of_escaping_are_kept() -> None:
    (line,) = annotations(failing(1, name="a:b,c%d\ne", message="100 %, yes: it\r\nis")).splitlines()

    assert line == "::error title=a%3Ab%2Cc%25d\\ne-0 failed::100 %25, yes: it\\x0d%0Ais"


def test_what_cannot_be_known_is_a_warning_and_what_holds_is_nothing() -> None:
    assert annotations(dossiers.green()) == ""
    unknown = failing(1, Outcome.UNKNOWN)
    levels = [
        read(line)[0]
        for line in annotations(
            replace(unknown, result=replace(unknown.result, verdict=Verdict.UNKNOWN))
        ).splitlines()
    ]
    assert levels == ["warning"]


@pytest.mark.parametrize(("count", "lines"), [(10, 10), (11, 10), (500, 10)])
def test_ten_are_shown_and_the_last_counts_the_rest(count: int, lines: int) -> None:
    told = annotations(failing(count)).splitlines()

    assert len(told) == lines
    if count > 10:
        assert read(told[-1])[2] == f"{count - 9} more errors are in the report"


def test_a_gate_that_only_tells_marks_nothing() -> None:
    told = decision(
        replace(gate("advice", 1, 2, standing=Standing.FAILED), required=False), standing=Standing.PASSED
    )

    assert annotations(replace(dossiers.green(), decision=told)) == ""


@given(NASTY, NASTY)
def test_every_text_survives_in_one_line(name: str, message: str) -> None:
    dossier = failing(1, name=name, message=message)

    (line,) = annotations(dossier).splitlines()

    level, properties, data = read(line)
    assert level == "error"
    assert properties["title"] == spelled_line(f"{name}-0 failed")
    assert data == (spelled_block(message) or "failed")


def test_the_summary_is_the_report_and_fits_its_step() -> None:
    assert summary(dossiers.red()) == markdown(dossiers.red())
    loud = failing(2_000, detail="trace\n" * 400)
    assert len(markdown(loud).encode()) > 2**20
    assert 2**19 < len(summary(loud).encode()) < 2**20
    assert "> **Truncated**" in summary(loud)
