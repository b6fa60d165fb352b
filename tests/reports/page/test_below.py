"""What stands below the first screen: failures, trends, resources, measurements, all cases."""

import re
from dataclasses import replace
from itertools import pairwise

from lydite.model import Band, Better, Case, Dossier, Outcome, Series
from lydite.reports import page
from lydite.reports.page.charts import POINTS_MAX
from lydite.reports.page.resources import CHARTS_MAX
from tests.reports import dossiers
from tests.reports.campaigns import case, picture, resources, result, trends, violation
from tests.reports.page.test_first_screen import rows, words
from tests.reports.scenes import Element
from tests.reports.scenes import page as parsed


def part(dossier: Dossier, name: str) -> Element:
    """A part of the page by its place."""
    return next(each for each in parsed(page(dossier)).all("section") if each.attributes.get("id") == name)


def with_cases(*cases: Case) -> Dossier:
    """A campaign of one phase with these cases."""
    green = dossiers.green()
    phase = replace(green.result.phases[0], cases=cases)
    return replace(green, result=replace(green.result, phases=(phase,)), news=())


def test_a_failure_tells_its_finding_its_schedule_and_its_command() -> None:
    failure = part(dossiers.red(), "failures").all("article")[0]

    facts = {words(pair.all("dt")[0]): words(pair.all("dd")[0]) for pair in failure.all("dl")[0].all("div")}
    assert facts["check"] == "no-two-final-blocks: VIOLATED"
    assert facts["at"] == "2.503000 s on node-3"
    assert facts["failed in"] == "3 of 200 runs"
    assert facts["seed"] == "145"
    assert rows(failure.all("table", "schedule")[0]) == [
        ["1", "1.000000 s", "2 s", "cut node-1 ↔ node-2, node-3"],
        ["2", "2.000000 s", "400 ms", "crash node-3"],
    ]
    assert words(failure.all("div", "command")[0]).startswith("lydite replay .lydite/failures")


def test_a_failure_shows_the_picture_of_its_run_and_its_last_words() -> None:
    failure = part(dossiers.red(), "failures").all("article")[0]

    drawn = failure.all("svg", "spacetime")
    assert len(drawn) == 1
    assert drawn[0].attributes["role"] == "img"
    assert len(drawn[0].all("rect", "ground")) == picture().count('class="ground') > 0
    assert not drawn[0].all("style"), "its styles are those of the page"
    assert "final 7 is 9c41, told 02fe" in failure.all("pre")[0].words()
    assert failure.all("pre")[0].words().count("\n") == 3


def test_failures_are_ordered_by_gravity() -> None:
    shown = with_cases(
        case("proves nothing", outcome=Outcome.UNKNOWN),
        case("broke", outcome=Outcome.BROKEN),
        case("failed", outcome=Outcome.FAILED),
        case("safety", outcome=Outcome.FAILED, safety=True),
        case("passed"),
        case("left out", outcome=Outcome.SKIPPED),
    )

    told = [words(name) for name in part(shown, "failures").all("h3")]

    assert told == ["safety safety failed", "failed failed", "broke broken", "proves nothing unknown"]


def test_failures_of_the_same_cause_are_counted() -> None:
    refused = [
        case(f"test_{number}", outcome=Outcome.FAILED, message=f"port {8000 + number} refused\nat 0x{number}")
        for number in range(46)
    ]
    other = case("other", outcome=Outcome.FAILED, message="no such wallet")
    unsafe = [replace(violation(), name=f"coin.trial_{number}") for number in range(2)]

    shown = part(with_cases(*refused, other, *unsafe), "failures")

    told = shown.all("p", "causes")[0]
    assert words(told) == "49 failures: 46 by port … refused, 2 by no-two-final-blocks, 1 by itself"
    assert [link.attributes["href"] for link in told.all("a")] == ["#failure-3", "#failure-1"]
    assert not part(dossiers.red(), "failures").all("p", "causes"), "each has its own"


def test_a_phase_that_broke_is_among_the_failures() -> None:
    told = [words(name) for name in part(dossiers.incomplete(), "failures").all("h3")]

    assert any(name.startswith("phase mutants") for name in told)


def test_long_last_words_keep_their_beginning_and_their_end() -> None:
    detail = "first line\n" + "x" * 100_000 + "\nlast line"

    told = (
        part(with_cases(case("a", outcome=Outcome.FAILED, detail=detail)), "failures").all("pre")[0].words()
    )

    assert told.startswith("first line")
    assert told.rstrip().endswith("last line")
    assert "94,021 characters are left out here" in told
    assert len(told) < 7_000


def test_a_picture_without_room_says_so() -> None:
    shapes = '<g><path d="M1 1L9 9" class="life"/></g>' * 10_000
    large = picture().replace("</svg>", f"{shapes}</svg>")

    shown = part(with_cases(case("a", outcome=Outcome.FAILED, picture=large)), "failures")

    assert not shown.all("svg", "spacetime")
    assert "left out to keep the page small" in words(shown)


def test_a_trend_is_a_line_with_its_changes_marked() -> None:
    cards = part(dossiers.red(), "trends").all("article", "card")

    assert [words(card.all("h3")[0]) for card in cards] == [trend.name for trend in trends()]
    lines = cards[0].all("path", "line")
    assert len(lines) == 1
    assert lines[0].attributes["d"].count("L") == 19
    marks = [mark for mark in cards[0].all("path", "mark") if "bad" in mark.classes]
    assert [mark.attributes["d"] for mark in marks] == ["M217.1 0V72"]
    assert "from coin-1835 on: 52.8 1/s → 42.6 1/s (chance alone: 0.04 %)" in words(cards[0])
    assert not cards[1].all("path", "mark")


def test_what_was_measured_once_is_a_figure_in_a_list_and_no_card() -> None:
    red = dossiers.red()
    once = tuple(
        replace(red.trends[1], name=f"figure.{number}", campaigns=("coin-1842",), values=(float(number),))
        for number in range(19)
    )

    both = part(replace(red, trends=(*once, *red.trends)), "trends")
    alone = part(replace(red, trends=once), "trends")

    assert [words(card.all("h3")[0]) for card in both.all("article", "card")] == [
        trend.name for trend in trends()
    ]
    assert not alone.all("article", "card")
    assert not alone.all("svg", "trend")
    assert "No figure was measured in two campaigns yet" in words(alone)
    for shown in (both, alone):
        listed = {
            words(each.all("dt")[0]): words(each.all("dd")[0])
            for each in shown.all("dl", "singles")[0].all("div")
        }
        assert listed == {f"figure.{number}": f"{number} ms" for number in range(19)}
    assert not part(red, "trends").all("dl", "singles")


def test_what_got_worse_is_drawn_first_then_what_changed() -> None:
    worse, lag, score = dossiers.red().trends
    better = replace(score, marks=worse.marks)
    faster = replace(worse, name="a.faster", better=Better.LOWER)

    shown = part(replace(dossiers.red(), trends=(lag, faster, better, worse)), "trends")

    assert [words(card.all("h3")[0]) for card in shown.all("article", "card")] == [
        better.name,
        worse.name,
        faster.name,
        lag.name,
    ]


def test_a_change_to_the_better_is_told_as_good() -> None:
    slower = replace(trends()[0], better=Better.LOWER)

    card = part(replace(dossiers.red(), trends=(slower,)), "trends").all("article", "card")[0]

    assert "good" in card.all("path", "tip")[0].classes
    assert "good" in card.all("p", "change")[0].classes


def test_what_is_flaky_has_the_interval_of_its_rate() -> None:
    table = part(dossiers.red(), "trends").all("table")[0]

    assert rows(table)[0][:4] == [
        "tests/e2e/test_wallet.py::test_story_2",
        "5 of 48",
        "10.4 %",
        "4.5 % to 21.5 %",
    ]
    line = table.all("svg", "interval")[0].all("path", "line")[0].attributes["d"]
    assert re.match(r"M31\.0 7H137\.0", line)


def shaded(chart: Element, phase: Element) -> Element:
    """The shades of a chart: its own, or those that it shows again."""
    (use,) = chart.all("use") or chart.all("g")
    name = use.attributes.get("id") or use.attributes["href"].removeprefix("#")
    (found,) = (each for each in phase.all("g") if each.attributes["id"] == name)
    return found


def test_resources_are_shaded_where_a_fault_was_in_force() -> None:
    phase = part(dossiers.red(), "resources").all("article", "phase")[0]

    charts = phase.all("svg", "series")
    assert len(charts) == 3
    for chart in charts:
        begin, scale = 64, (894 - 64) / 120
        shades = [
            (float(band.attributes["x"]), float(band.attributes["width"]))
            for band in shaded(chart, phase).all("rect", "band")
        ]
        assert shades == [
            (round(begin + 30 * scale, 1), round(22 * scale, 1)),
            (round(begin + 78 * scale, 1), round(18 * scale, 1)),
        ]
        assert len(shaded(chart, phase).all("path", "restart")) == 2
    assert "1 cut node-1 ↔ node-2, node-3 30 s to 52 s" in words(phase.all("ol", "bands")[0])


def test_a_long_series_keeps_its_peak() -> None:
    red = dossiers.red()
    at_s = tuple(float(at) for at in range(50_000))
    values = tuple(100.0 if at == 31_337 else 1.0 for at in range(50_000))
    series = Series(name="cpu", unit="%", at_s=at_s, values=values)
    phase = replace(red.result.phases[0], series=(series,))

    chart = part(replace(red, result=replace(red.result, phases=(phase,))), "resources").all("svg", "series")[
        0
    ]

    line = chart.all("path", "line")[0].attributes["d"]
    assert line.count("L") < POINTS_MAX
    assert " 12.0" in line, "the peak is at the upper edge"


def test_restarts_of_services_are_a_table() -> None:
    shown = part(dossiers.red(), "resources")

    assert ["postgres", "e2e", "–", "1 min 37 s", "exit code 1: could not write to the log"] in rows(
        shown.all("table")[0]
    )


def test_measurements_have_their_interval_their_samples_and_their_trend() -> None:
    table = part(dossiers.red(), "resources").all("table")[1]

    figures = {row[0]: row[1:] for row in rows(table)}
    assert figures["throughput.seeds_per_s"][:5] == ["41.7", "1/s", "40.9 to 42.6", "", "20"]
    assert figures["messages.per_block"][2] == "exact"
    assert figures["memory.peak"][2] == "no interval"
    assert len(table.all("svg", "spark")) == 2
    assert len(table.all("svg", "interval")) == 2


def test_every_case_is_a_row_and_what_did_not_pass_leads_to_its_failure() -> None:
    red = dossiers.red()

    table = part(red, "cases").all("table")[0]

    told = rows(table)
    assert len(told) == len(red.result.cases)
    assert told[0] == [
        "failed",
        "coin.survives_partitions two blocks of height 7 were final: 9c41… on node-1, 02fe… on node-3",
        "simulation",
        "node",
        "storm",
        "3/200",
        "1 min 4 s",
    ]
    assert [link.attributes["href"] for link in table.all("a")] == ["#failure-1", "#failure-2"]


def test_a_series_of_other_length_than_its_times_does_not_stop_the_report() -> None:
    red = dossiers.red()
    odd = replace(resources()[0], values=(1.0, 2.0))
    phase = replace(red.result.phases[0], series=(odd, replace(odd, at_s=(), values=())))

    shown = part(replace(red, result=replace(red.result, phases=(phase,))), "resources")

    assert len(shown.all("svg", "series")) == 2


def test_a_run_has_an_axis_of_its_own_below_that_of_its_phase() -> None:
    simulation, seen = part(dossiers.observed(), "resources").all("article", "phase")

    assert words(simulation.all("h3")[0]) == (
        "simulation one run of coin.survives_partitions, 8 s of virtual time"
    )
    fold = simulation.all("details")[0]
    assert "open" in fold.attributes
    assert words(fold.all("summary")[0]) == "4 lines, 1 fault, 0 restarts"
    assert [words(each) for each in fold.all("h4")] == [
        "tester.sent kB/s",
        "a.sent kB/s",
        "messages 1/s",
        "connections open",
    ]
    assert "1 cut a ↔ b, c 1 s to 3 s" in words(fold.all("ol", "bands")[0])
    assert words(seen.all("h3")[0]) == "e2e 2 min 0 s"
    assert len(seen.all("rect", "band")) == 2, "it is not shaded by what happened in the run"


def test_only_the_first_run_is_open() -> None:
    observed = dossiers.observed()
    (simulation, _) = observed.result.phases
    other = tuple(replace(each, run="coin.other") for each in simulation.series)
    phase = replace(simulation, series=(*simulation.series, *other))

    folds = part(replace(observed, result=replace(observed.result, phases=(phase,))), "resources").all(
        "details"
    )

    assert ["open" in fold.attributes for fold in folds] == [True, False]


def test_a_shade_is_named_in_the_first_chart_and_numbered_in_all() -> None:
    seen = part(dossiers.observed(), "resources").all("article", "phase")[1]

    first, *others = ([each.words() for each in chart.all("text", "number")] for chart in seen.all("svg"))
    assert first == ["1 cut node-1 ↔ node-2, node-3", "2 slow disk by 173 ms · node-2"]
    assert others == [["1", "2"]] * 2


def test_numbers_of_shades_do_not_lie_on_one_another() -> None:
    (_, seen) = dossiers.observed().result.phases
    crowd = tuple(Band(name="crash a", begin_s=number / 20, end_s=100) for number in range(60))

    shown = part(Dossier(result=result(phases=(replace(seen, bands=crowd),))), "resources")

    places = [float(each.attributes["x"]) for each in shown.all("svg")[1].all("text", "number")]
    assert places == sorted(places)
    assert all(after - before > 10 for before, after in pairwise(places))
    assert len(shown.all("ol", "bands")[0].all("li")) == 60 + 1


def test_axes_have_round_moments_and_round_figures() -> None:
    chart = part(dossiers.observed(), "resources").all("article", "phase")[1].all("svg")[0]

    labels = [each.words() for each in chart.all("text") if "number" not in each.classes]
    assert labels == ["0", "50", "100", "0 s", "30 s", "1 min 0 s", "1 min 30 s", "2 min 0 s"]


def test_the_page_has_room_for_so_many_charts_and_says_how_many_lines_are_left_out() -> None:
    (_, seen) = dossiers.observed().result.phases
    many = tuple(replace(seen.series[0], name=f"node-{number}.cpu") for number in range(CHARTS_MAX + 7))

    shown = part(Dossier(result=result(phases=(replace(seen, series=many),))), "resources")

    assert len(shown.all("svg", "series")) == CHARTS_MAX
    assert "7 more lines in the document" in words(shown)


def test_a_restart_in_a_run_says_in_which() -> None:
    (_, seen) = dossiers.observed().result.phases
    phase = replace(seen, restarts=(replace(seen.restarts[0], run="coin.storm"),))

    shown = part(Dossier(result=result(phases=(phase,))), "resources")

    assert rows(shown.all("table")[0]) == [
        ["node-3", "e2e", "coin.storm", "1 min 21 s", "killed by the trial"]
    ]
    assert not shown.all("path", "restart"), "it is no moment of the phase"
