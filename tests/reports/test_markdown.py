"""The report in Markdown has its layout, opens with what matters, and says so where a comment cannot hold it."""

from dataclasses import replace

import pytest

from lydite.model import Dossier, Flaky, Outcome, PhaseResult, Standing, Work
from lydite.reports import comment, first_screen, markdown
from lydite.reports.markdown import COMMENT_BYTES, SCREEN_LINES
from lydite.reports.spelling import spelled_block, spelled_line
from tests.reports import dossiers
from tests.reports.campaigns import case, decision, every_news, gate, result
from tests.reports.kinds import ALL, Make, name_of
from tests.reports.rendered import STRONG, cells, fences, headings, tokens


@pytest.mark.parametrize("make", ALL, ids=name_of)
def test_the_sections_stand_in_their_order(make: Make) -> None:
    dossier = make()

    titles = [words for level, words in headings(markdown(dossier)) if level == "h2"]

    assert titles == [
        "Summary",
        "Results by Scenario",
        "Failed Tests",
        "Recommendations",
        "Performance Metrics",
        "Service Restarts",
        *(["Gates"] if dossier.decision else []),
        "Environment",
    ]


def test_the_head_tells_verdict_cause_date_environment_suite_and_command() -> None:
    head = markdown(dossiers.red()).splitlines()[:10]

    assert head[0] == "# Test Report: `coin`"
    assert head[2].startswith("**VIOLATED**: 1 new violation of safety: two blocks of height 7 were final")
    assert head[4].startswith("**Date:** 2026-11-21T02:10:00Z")
    assert head[5].startswith("**Environment:** `7c1e09ab44d2`, in doubt: the load was 3.9 on 8 cores")
    assert head[6].startswith(
        "**Test Suite:** `nightly`, campaign `coin-1842`, commit `a1b2c3d4e5f6+`, seed 24301"
    )
    assert head[8] == "**Reproduce:** `lydite prove coin --preset nightly --seed 24301`"


def test_the_numbers_the_news_and_the_gates_follow() -> None:
    told = markdown(dossiers.red())

    for line in (
        "- Total Tests: 65",
        "- Failed: 2",
        "- Skipped: 0",
        "- Duration: 42m 10s",
        "### Findings: new 2, rare 1, ongoing 2, unsure 1, resolved 1",
        "### Gates: FAILED",
    ):
        assert line in told.splitlines()
    assert "**SAFETY, NEW** `coin.survives_partitions`" in told
    rows = {row[0]: row for row in cells(told, markup=STRONG)}
    assert rows["integration.success"][1:7] == ["FAILED", "98.8 %", "93.4 %", "≥ 95 %", "-1.6 %", "82"]
    assert rows["e2e › node"] == ["e2e › node", "4", "4", "0", "25.6 s"]


def test_outcomes_that_are_there_have_their_column() -> None:
    told = markdown(dossiers.incomplete())

    header = next(row for row in cells(told, markup=STRONG) if row[0] == "Scenario")
    assert header == ["Scenario", "Tests", "Passed", "Failed", "Broken", "Duration"]
    assert "- Broken: 2" in told


def test_a_failed_test_has_its_error_its_trace_and_its_logs() -> None:
    told = markdown(dossiers.red())
    section = told[told.index("## Failed Tests") : told.index("## Recommendations")]

    logs, trace = fences(section)
    assert [words for level, words in headings(section) if level == "h3"] == [
        "coin.survives_partitions",
        "tests/coin/test_rpc.py::test_a_refused_payment_says_why",
    ]
    assert "- **Error:** **SAFETY**, two blocks of height 7 were final" in section
    assert "- **Runs:** 3 of 200 runs failed, seed 145" in section
    assert (
        "- **Reproduce:** `lydite replay .lydite/failures/coin.survives_partitions-145.failure.json`"
        in section
    )
    assert "check: no-two-final-blocks is VIOLATED, at 2.503 s on node-3" in logs
    assert "final 7 is 9c41, told 02fe" in logs, "the last words of a host are no trace"
    assert "fault 2: " in logs
    assert "file: .lydite/failures" in logs
    assert "AssertionError" in trace
    assert section.count("- **Stack Trace:**") == 1
    assert section.count("- **Logs:**") == 1


def test_recommendations_say_what_to_do_first_and_with_which_command() -> None:
    told = markdown(dossiers.red())
    advice = told[told.index("## Recommendations") : told.index("## Performance Metrics")].splitlines()[2:]

    assert advice[0].startswith("- Mend safety first")
    assert "`lydite replay .lydite/failures/coin.survives_partitions-145.failure.json`" in advice[0]
    assert advice[1].startswith("- Look at what is new since `coin-1841`: ")
    assert any(line.startswith("- Give gate `coverage.lines` something to judge by") for line in advice)
    assert any("53 more quiet runs" in line for line in advice)
    assert "- Nothing to do" not in told
    assert "- Nothing to do: everything that was tried passed" in markdown(
        replace(dossiers.green(), news=(), flaky=())
    )


def test_who_is_asked_of_a_gate_stands_where_it_does_not_pass() -> None:
    asked = gate("unit.success", 90, 100, standing=Standing.FAILED, owner="ann", sentence="1 of 10 fails")
    passed = gate("coverage.lines", 90, 80, owner="bob")

    told = markdown(replace(dossiers.green(), decision=decision(asked, passed)))

    assert "- Bring gate `unit.success` back within its limit: 1 of 10 fails; ask ann." in told
    assert "| 1 of 10 fails; ask ann |" in told
    assert "bob" not in told


def silent_gates(count: int) -> Dossier:
    """One gate that passed, and so many that only tell and had nothing to judge by."""
    unable = gate(
        "tells",
        None,
        80,
        bound=None,
        samples=0,
        standing=Standing.NOT_EVALUATED,
        sentence="nothing was measured",
    )
    silent = [replace(unable, gate=f"tells.{number}", required=False) for number in range(count)]
    return replace(dossiers.green(), news=(), decision=decision(*silent, gate("safety.violations", 1, 0)))


def test_gates_that_only_tell_and_had_nothing_to_judge_by_are_a_line_and_not_the_screen() -> None:
    told = first_screen(silent_gates(7))
    advice = markdown(silent_gates(7)).partition("## Recommendations")[2].split("\n## ")[0]

    rows = [row[0] for row in cells(told, markup=STRONG)]
    assert "safety.violations" in rows
    assert not any(row.startswith("tells") for row in rows)
    assert "\n7 gates that only tell had nothing to judge by.\n" in told
    assert [line for line in advice.splitlines() if line.startswith("- ")] == [
        "- Let 7 gates decide that only tell so far, once they have something to judge by: "
        + ", ".join(f"`tells.{number}`" for number in range(7))
        + "."
    ]
    assert (
        "Let 1 gate decide that only tells so far, once it has something to judge by: `tells.0`."
        in markdown(silent_gates(1))
    )
    assert "| `tells.6` | **NOT EVALUATED** |" in markdown(silent_gates(7)), (
        "the table of gates has all of them"
    )


def test_what_was_measured_once_is_no_trend() -> None:
    red = dossiers.red()
    once = replace(red.trends[0], name="measured.once", campaigns=("coin-1842",), values=(3.0,), marks=())

    told = markdown(replace(red, trends=(once, *red.trends)))
    alone = markdown(replace(red, trends=(once,)))

    assert "| `throughput.seeds_per_s` |" in told.partition("### Trends")[2]
    assert "measured.once" not in told
    assert "### Trends" not in alone


def test_metrics_and_restarts_are_told_with_what_they_are_worth() -> None:
    told = markdown(dossiers.red())

    table = [row for row in cells(told, markup=STRONG) if "coin-1835" not in row[-1] and row[-1] != "no"]
    rows = {row[0]: row[1:] for row in table}
    assert rows["Test execution time"][0] == "42m 10s"
    assert rows["Test success rate"][0] == "96.9 %"
    assert rows["Service restarts"][0] == "2"
    assert rows["block.import_p99"] == ["18.4 ms", "17.2 to 20.9", "600", "lower"]
    assert rows["messages.per_block"][1] == "exact"
    assert rows["node-1.memory"][0] == "e2e"
    assert rows["postgres"] == ["e2e", "1m 37s", "exit code 1: could not write to the log"]
    assert "No service was restarted." in markdown(dossiers.empty())


def test_a_campaign_that_died_half_way_says_that_it_is_incomplete() -> None:
    assert "**INCOMPLETE**: the campaign was interrupted" in first_screen(dossiers.incomplete())
    assert "**INCOMPLETE**: the campaign was interrupted" in comment(dossiers.incomplete(), limit=4_000)
    broken = replace(dossiers.incomplete().result, interrupted=False)
    assert "**INCOMPLETE**: a phase broke" in first_screen(Dossier(result=broken))
    assert "INCOMPLETE" not in markdown(dossiers.red())


def crowded() -> Dossier:
    """More of everything than a screen can show, and all of it bad."""
    outcomes = tuple(Outcome)
    phases = tuple(
        PhaseResult(
            name=f"phase-{number}",
            work=Work.PYTEST,
            outcome=Outcome.BROKEN,
            cases=tuple(case(f"{number}-{outcome}", outcome=outcome) for outcome in outcomes),
        )
        for number in range(30)
    )
    gates = [gate(f"gate-{n}", 1, 2, standing=Standing.FAILED) for n in range(20)]
    passed = [gate(f"passed-{n}", 1, 2) for n in range(5)]
    return replace(
        dossiers.red(),
        result=replace(dossiers.red().result, phases=phases, interrupted=True),
        news=every_news() * 9,
        decision=decision(*gates, *passed, standing=Standing.FAILED, sentence="x" * 900),
        flaky=(Flaky(case="a", runs=2, failures=1, low=0, high=1),),
    )


@pytest.mark.parametrize("make", [*ALL, crowded], ids=name_of)
def test_the_first_screen_has_sixty_lines_at_most(make: Make) -> None:
    told = first_screen(make())

    assert len(told.splitlines()) <= SCREEN_LINES
    assert "## Results by Scenario" in told
    assert "## Results by Scenario" in markdown(make()).splitlines()[:SCREEN_LINES]


def test_a_crowded_screen_counts_what_it_leaves_out() -> None:
    told = first_screen(crowded())

    assert len(told.splitlines()) == SCREEN_LINES
    assert "- and 57 more" in told
    assert "14 more gates are not green; 5 more gates passed." in told
    assert "and 25 more scenarios" in told


def test_a_report_that_fits_is_a_comment_as_it_is() -> None:
    assert comment(dossiers.red()) == markdown(dossiers.red())


def test_a_comment_that_is_cut_says_what_is_missing() -> None:
    dossier = dossiers.many(10_000)

    told = comment(dossier)

    assert len(markdown(dossier).encode()) > COMMENT_BYTES
    assert COMMENT_BYTES // 2 < len(told.encode()) <= COMMENT_BYTES
    notice = told.splitlines()[2]
    assert notice.startswith("> **Truncated** to 65,536 bytes: left out ")
    assert " of 200 in Failed Tests" in notice
    for title in ("Summary", "Failed Tests", "Recommendations", "Performance Metrics", "Service Restarts"):
        assert f"## {title}" in told
    shown = sum(level == "h3" and "::" in words for level, words in headings(told))
    assert f"{200 - shown:,} of 200 in Failed Tests" in notice


@pytest.mark.parametrize("limit", [6_000, 9_000, 20_000, 65_536])
@pytest.mark.parametrize("make", [dossiers.many, dossiers.red, crowded], ids=name_of)
def test_a_comment_never_exceeds_its_limit_and_is_never_cut_within_a_word(make: Make, limit: int) -> None:
    dossier = make()

    told = comment(dossier, limit=limit)

    whole = set(markdown(dossier).splitlines()) | set(first_screen(dossier).splitlines())
    strange = [
        line for line in told.splitlines() if line not in whole and not line.startswith("> **Truncated**")
    ]
    assert len(told.encode()) <= limit
    assert strange == []
    assert all(token.type != "fence" or token.content for token in tokens(told))


@pytest.mark.parametrize(("count", "lines"), [(1, 50_000), (3, 5_000)])
def test_long_traces_do_not_take_the_room_of_the_others(count: int, lines: int) -> None:
    phase = dossiers.red().result.phases[0]
    loud = tuple(replace(phase.cases[0], name=f"loud-{n}", detail="trace\n" * lines) for n in range(count))
    dossier = Dossier(result=result(phases=(replace(phase, cases=(*loud, *phase.cases)),)))

    told = comment(dossier)

    names = [words for level, words in headings(told) if level == "h3"]
    assert names[: count + 1] == [*(case.name for case in loud), "coin.survives_partitions"]
    assert f"the traces and logs of {count} in Failed Tests" in told.splitlines()[2]
    assert "final 7 is 9c41, told 02fe" in told


def test_hostile_text_stays_text_wherever_it_stands() -> None:
    told = markdown(dossiers.hostile())

    line, block = spelled_line(dossiers.HOSTILE), spelled_block(dossiers.HOSTILE)
    assert {token.type for token in tokens(told)}.isdisjoint({"html_block", "code_block", "hr"})
    assert ("h3", line) in headings(told)
    assert f"\n{block}\n{block}\n" in fences(told)[0]
    rows = [cell for row in cells(told, markup=STRONG) for cell in row]
    assert rows.count(line) >= 10
