"""`lydite gate`: from a file to an exit code, with every gate in the table."""

import json
from pathlib import Path
from typing import Any

import pytest

from lydite.gates import DEFAULTS
from lydite.model import CampaignResult, Outcome, as_form
from tests.cli.terminal import lydite
from tests.gates.campaigns import campaign, case, good, measured, phase, suite_of, with_cases, with_figures

NAMES = [rule.name for rule in DEFAULTS]


def written(name: str, result: CampaignResult) -> str:
    """The file of a result."""
    Path(name).write_text(json.dumps(as_form(result)))
    return name


@pytest.fixture
def before() -> list[str]:
    """The option that names the good campaign before."""
    return ["--previous", written("before.json", good("c-1"))]


def test_a_good_campaign_passes_with_every_gate_in_the_table(before: list[str]) -> None:
    said = lydite("gate", written("good.json", good()), *before)

    lines = said.out.splitlines()
    assert said.code == 0
    assert lines[0].split() == ["gate", "says", "actual", "bound", "limit", "margin", "samples"]
    assert [line.split()[0] for line in lines[1:-2:2]] == NAMES
    assert all(line.split()[1] == "passed" for line in lines[1:-2:2])
    assert all(line.startswith("    ") for line in lines[2:-2:2])
    (row,) = (line for line in lines if line.startswith("resilience.success "))
    assert " ".join(row.split()) == "resilience.success passed 100 % 99.85 % >= 80 % +19.85 % 2,000"
    assert lines[-1].startswith(
        "PASSED  shop, campaign c-2: 11 gates hold, the closest is integration.success"
    )


def test_a_failed_gate_fails_the_command_and_is_the_cause(before: list[str]) -> None:
    bad = with_figures(measured("coverage.lines", 79.9996))

    said = lydite("gate", written("bad.json", bad), *before, "--json")
    told = lydite("gate", "bad.json", *before)

    assert (said.code, told.code) == (1, 1)
    assert told.out.splitlines()[-1].startswith(
        "FAILED  shop, campaign c-2: coverage.lines: coverage.lines is 79.9996 %; so did coverage.ratchet"
    )
    # What a gate fails by is not rounded away.
    (row,) = (line for line in told.out.splitlines() if line.startswith("coverage.lines "))
    assert " ".join(row.split()) == "coverage.lines failed 79.9996 % 79.9996 % >= 80 % -0.0004 % 1"


def test_without_anything_to_judge_by_there_is_no_decision_and_no_green() -> None:
    said = lydite("gate", written("empty.json", campaign()))

    assert said.code == 2
    assert said.err == ""
    assert "passed" not in said.out
    assert said.out.splitlines()[-1].startswith("NOT EVALUATED  shop, campaign c-2: safety.violations: ")
    assert "there is no campaign before this one to compare with (does not decide)" in said.out


def test_a_partial_campaign_is_decided_by_what_it_looked_at() -> None:
    file = written("partial.json", campaign(phase(case("shop.storm", "storm", runs=500))))

    assert lydite("gate", file).code == 2
    assert lydite("gate", file, "--partial").code == 0
    assert lydite("gate", written("empty.json", campaign()), "--partial").code == 2


WAIVER = """
[[waiver]]
gate = "unit.success"
owner = "ann"
reason = "the clock test"
expires = 2026-12-01
"""


@pytest.mark.parametrize(
    ("today", "code", "says"), [("2026-12-01", 0, "waived"), ("2026-12-02", 1, "failed")]
)
def test_a_waiver_counts_until_its_day(before: list[str], today: str, code: int, says: str) -> None:
    Path("waivers.toml").write_text(WAIVER)
    file = written("bad.json", with_cases(*suite_of("unit", 9, failed=1)))

    said = lydite("gate", file, *before, "--waivers", "waivers.toml", "--today", today)

    assert said.code == code
    (row,) = (line for line in said.out.splitlines() if line.startswith("unit.success "))
    assert row.split()[1] == says
    assert "    waiver: ann answers for it until 2026-12-01: the clock test" in said.out.splitlines()


def test_no_day_before_the_campaign_makes_an_expired_waiver_count(before: list[str]) -> None:
    Path("waivers.toml").write_text(WAIVER.replace("2026", "2020"))
    file = written("bad.json", with_cases(*suite_of("unit", 9, failed=1)))

    said = lydite("gate", file, *before, "--waivers", "waivers.toml", "--today", "2020-11-30")

    assert said.code == 2
    assert "began on 2026-11-" in said.err
    assert "2020-11-30 is before that (--today)" in said.err


def test_an_old_waiver_does_not_count_today(before: list[str]) -> None:
    Path("waivers.toml").write_text(WAIVER.replace("2026", "2020"))
    file = written("bad.json", with_cases(*suite_of("unit", 9, failed=1)))

    said = lydite("gate", file, *before, "--waivers", "waivers.toml")

    assert said.code == 1
    assert "has expired on 2020-12-01" in said.out


def test_the_json_has_its_stable_keys(before: list[str]) -> None:
    said = lydite("gate", written("good.json", good()), *before, "--json")

    assert list(said.json) == [
        *("verb", "file", "target", "identity", "standing", "sentence", "gates", "exit_code"),
    ]
    assert (said.json["verb"], said.json["standing"], said.json["exit_code"]) == ("gate", "passed", 0)
    assert [gate["gate"] for gate in said.json["gates"]] == NAMES
    assert set(said.json["gates"][0]) == {
        *("gate", "standing", "required", "actual", "bound", "limit", "at_least", "unit", "samples"),
        *("sentence", "waiver", "owner", "evidence", "evidence_count", "margin", "course"),
    }


def test_a_gate_that_does_not_pass_names_who_is_asked_and_what_it_rests_on(before: list[str]) -> None:
    Path("lydite.toml").write_text('[gates]\nowners = ["unit.success = ann", "safety.violations=bob"]\n')
    file = written("bad.json", with_cases(*suite_of("unit", 9, failed=22)))

    said = lydite("gate", file, *before)
    told = {gate["gate"]: gate for gate in lydite("gate", file, *before, "--json").json["gates"]}

    assert [line.strip() for line in said.out.splitlines() if "owner" in line] == ["owner: ann"]
    assert [told[name]["owner"] for name in ("unit.success", "safety.violations", "flaky.count")] == [
        *("ann", "bob", ""),
    ]
    assert told["unit.success"]["evidence"] == [f"unit-{number}" for number in range(9, 29)]
    assert (told["unit.success"]["evidence_count"], told["safety.violations"]["evidence_count"]) == (22, 0)


def test_a_waiver_that_lasts_too_long_says_which_day_would_do(before: list[str]) -> None:
    Path("waivers.toml").write_text(WAIVER)
    file = written("bad.json", with_cases(*suite_of("unit", 9, failed=1)))
    options = [file, *before, "--waivers", "waivers.toml", "--today", "2026-11-21"]

    assert lydite("gate", *options).code == 0
    Path("lydite.toml").write_text("[gates]\nwaiver_days = 9\n")
    said = lydite("gate", *options)

    assert said.code == 1
    assert (
        "does not count yet: it expires on 2026-12-01, 10 days from 2026-11-21, and may last 9 at most"
        in said.out
    )
    assert "write 2026-11-30 or an earlier day" in said.out


def test_the_selftest_proves_every_gate() -> None:
    said = lydite("gate", "selftest")
    told = lydite("gate", "selftest", "--json")

    assert said.code == told.code == 0
    assert [line.split()[0] for line in said.out.splitlines()[:-2]] == NAMES
    assert said.out.splitlines()[-1].startswith("PROVEN  12 gates: ")
    assert told.json["proven"] is True
    assert [(gate["gate"], gate["proven"]) for gate in told.json["gates"]] == [(name, True) for name in NAMES]


# Bad input.


def broken(**changes: Any) -> str:
    """The form of the good campaign, with parts replaced."""
    return json.dumps(as_form(good()) | changes)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "the result is no JSON: Expecting value (bad.json, line 1)"),
        ('{\n"identity": 3,,', "the result is no JSON: "),
        ("[]", "expected an object (CampaignResult), found [] (bad.json)"),
        ("{}", "CampaignResult lacks its field 'identity' (bad.json)"),
        ("[" * 100_000, "the result is nested too deeply (bad.json)"),
        (broken(seconds="long"), "expected a number, found 'long' (bad.json, seconds)"),
        (broken(seconds=float("nan")), "the result has NaN, which is no number (bad.json)"),
        (
            broken(verdict="GREEN"),
            "expected one of HOLDS, UNKNOWN, VIOLATED, found 'GREEN' (bad.json, verdict)",
        ),
        (broken(phasses=[]), "has no field 'phasses' (bad.json); did you mean phases?"),
        (broken(phases=[{"name": "a", "work": "trials"}]), "lacks its field 'outcome' (bad.json, phases[0])"),
        (
            json.dumps(as_form(campaign(phase(case("a", outcome=Outcome.FAILED))))).replace(
                '"runs": 1', '"runs": 1.5'
            ),
            "expected a whole number, found 1.5 (bad.json, phases[0].cases[0].runs)",
        ),
    ],
)
def test_a_bad_result_is_one_sentence_with_its_place(text: str, told: str) -> None:
    Path("bad.json").write_text(text)

    said = lydite("gate", "bad.json")

    assert said.code == 2
    assert said.out == ""
    assert said.err.startswith("lydite: ")
    assert said.err.count("\n") == 1
    assert told in said.err


def test_what_is_no_text_is_refused() -> None:
    Path("bad.json").write_bytes(b"\xff\xfe")

    assert "the file is no text: invalid start byte at byte 0 (bad.json)" in lydite("gate", "bad.json").err


def test_all_problems_are_told_at_once() -> None:
    Path("waivers.toml").write_text('[[waiver]]\ngate = "coverage.line"\nowner = "a"\nreason = "b"\n')

    said = lydite(
        *("gate", "gone.json", "--previous", "lost.json"),
        *("--waivers", "waivers.toml", "--today", "tomorrow", "--json"),
    )

    assert said.code == said.json["exit_code"] == 2
    assert said.err.count("\n") == 1
    for told in (
        "no such file or directory (gone.json)",
        "no such file or directory (lost.json)",
        "waiver 1: there is no gate 'coverage.line'; did you mean coverage.lines?",
        "waiver 1: expires is missing",
        "a day is told as 2026-12-31, found 'tomorrow' (--today)",
    ):
        assert told in said.err
