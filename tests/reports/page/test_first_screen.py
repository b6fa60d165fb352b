"""What stands on the first screen of the page."""

from dataclasses import replace

from lydite.model import Dossier, News, Outcome, Standing
from lydite.reports import page
from tests.reports import dossiers
from tests.reports.campaigns import gate, told
from tests.reports.scenes import Element
from tests.reports.scenes import page as parsed


def screen(dossier: Dossier) -> Element:
    """The first screen."""
    return parsed(page(dossier)).all("section", "screen")[0]


def words(element: Element) -> str:
    """Its text, with one space between words."""
    return " ".join(element.words().split())


def rows(element: Element) -> list[list[str]]:
    """The cells of every row of a body."""
    return [
        [words(cell) for cell in row.inside if cell.name in {"th", "td"}]
        for body in element.all("tbody")
        for row in body.all("tr")
    ]


def test_the_verdict_stands_first_as_a_sentence_with_its_cause() -> None:
    title = screen(dossiers.red()).all("h1")[0]

    assert words(title).startswith("VIOLATED1 new violation of safety: two blocks of height 7 were final")
    assert "bad" in title.all("span", "word")[0].classes


def test_what_the_gates_decided_stands_below_it() -> None:
    decided = screen(dossiers.red()).all("p", "decision")[0]
    undecided = screen(dossiers.incomplete()).all("p", "decision")[0]

    assert words(decided).startswith("gates failed2 of 9 required gates fail: safety.violations")
    assert words(undecided) == "no gatesNobody asked the gates: this is a verdict, and no decision."


def test_a_campaign_that_died_is_incomplete_in_its_first_sentence() -> None:
    title = screen(dossiers.incomplete()).all("h1")[0]

    assert words(title).startswith(
        "UNKNOWNINCOMPLETE: it was interrupted after 2 phases; "
        "phase mutants could not be carried out (no space left on the disk)."
    )


def test_an_incomplete_campaign_is_never_green() -> None:
    held = dossiers.green()

    shown = screen(replace(held, result=replace(held.result, interrupted=True)))

    assert "unsure" in shown.all("h1")[0].all("span", "word")[0].classes
    assert "INCOMPLETE" in words(shown.all("h1")[0])


def test_a_whole_campaign_says_nothing_of_being_incomplete() -> None:
    shown = screen(dossiers.green())

    assert "INCOMPLETE" not in words(shown)
    assert "good" in shown.all("h1")[0].all("span", "word")[0].classes


def test_the_command_that_does_it_again_is_there_to_be_copied() -> None:
    commands = screen(dossiers.red()).all("div", "command")

    assert [words(each.all("code")[0]) for each in commands] == [
        "lydite prove coin --preset nightly --seed 24301"
    ]


def test_news_are_told_by_kind_and_what_is_as_before_is_folded() -> None:
    left = screen(dossiers.red()).all("div", "left")[0]

    kinds = [words(kind) for kind in left.all("h3", "kind")]
    assert [kind.split()[:2] for kind in kinds] == [
        ["new", "2"],
        ["resolved", "1"],
        ["unsure", "1"],
        ["rare", "1"],
        ["ongoing", "2"],
    ]
    folded = [words(item) for fold in left.all("details") for item in fold.all("li", "told")]
    assert len(folded) == 2
    assert all("since coin-1830" in item for item in folded)


def test_the_gravest_news_come_first() -> None:
    red = dossiers.red()

    shown = screen(replace(red, news=tuple(reversed(red.news))))

    assert "safety no-two-final-blocks" in words(shown.all("li", "told")[0])


def test_what_may_be_luck_says_how_many_runs_are_missing() -> None:
    unsure = screen(dossiers.red()).all("li", "unsure")[0]

    assert "53 more clean runs needed · 6 of 59 seen" in words(unsure)


def test_what_is_here_as_before_says_how_to_see_it_too() -> None:
    red = dossiers.red()
    news = tuple(replace(each, reproduce=f"replay {each.news}") for each in red.news)

    shown = screen(replace(red, news=news))

    for kind in ("rare", "ongoing"):
        item = shown.all("li", kind)[0]
        assert "since coin-" in words(item)
        assert words(item.all("code", "one")[0]) == f"replay {kind}"


def test_what_is_new_says_how_to_see_it_and_leads_to_its_failure() -> None:
    shown = parsed(page(dossiers.red()))
    new = shown.all("li", "new")[0]

    assert "lydite replay .lydite/failures/coin.survives_partitions-145.failure.json" in words(new)
    place = new.all("a")[0].attributes["href"].removeprefix("#")
    article = next(each for each in shown.all("article") if each.attributes.get("id") == place)
    assert "coin.survives_partitions" in words(article.all("h3")[0])


def test_a_finding_says_what_failed_and_why_it_is_news() -> None:
    red = dossiers.red()
    first = replace(red.news[0], sentence="it failed in 3 of 200 runs: it never did before")

    item = screen(replace(red, news=(first,))).all("li", "new")[0]

    assert words(item.all("p", "why")[0]).startswith("two blocks of height 7 were final")
    assert [words(each) for each in item.all("p", "small")] == [first.sentence, first.reproduce]


def test_the_grid_stands_where_there_is_more_room() -> None:
    green, red = dossiers.green(), dossiers.red()
    assert green.decision is not None
    crowd = tuple(gate(f"gate.{number}", 1, 95, standing=Standing.FAILED) for number in range(7))

    few = screen(replace(green, news=(), decision=replace(green.decision, outcomes=crowd[:2])))
    many = screen(replace(green, news=(), decision=replace(green.decision, outcomes=crowd)))

    assert (len(few.all("div", "left")[0].all("table", "grid")), len(few.all("table", "grid"))) == (0, 1)
    assert (len(many.all("div", "left")[0].all("table", "grid")), len(many.all("table", "grid"))) == (1, 1)
    assert not screen(red).all("div", "left")[0].all("table", "grid"), "its findings take the room"


def test_very_many_news_leave_room_for_the_rest() -> None:
    left = screen(dossiers.many()).all("div", "left")[0]

    open_items = len(left.all("li", "told")) - sum(
        len(fold.all("li", "told")) for fold in left.all("details")
    )
    assert open_items == 3
    assert "10 more new: AssertionError" in words(left)


def test_without_a_history_the_failures_stand_for_the_news() -> None:
    shown = screen(replace(dossiers.red(), news=(), previous=""))

    assert "no earlier campaign to compare with" in words(shown)
    assert "2 did not pass" in words(shown)
    assert "lydite replay .lydite/failures/coin.survives_partitions-145.failure.json" in words(
        shown.all("li", "told")[0]
    )
    assert words(shown.all("li", "told")[0]).startswith("safety coin.survives_partitions")


def test_every_gate_has_what_it_found_and_what_it_allows() -> None:
    table = rows(screen(dossiers.red()).all("table", "gates")[0])

    gates = {row[0]: row[1:] for row in table if len(row) == 6}
    assert len(gates) == 10
    assert gates["failed: integration.success"] == ["98.8 %", "93.4", "≥ 95", "−1.6", "82"]
    assert gates["passed: flaky.share tells only"] == ["0.4 %", "1.3", "≤ 2", "+0.7", "480"]
    assert gates["not evaluated: coverage.lines"] == ["–", "–", "≥ 80", "–", "0"]


def test_gates_that_only_tell_and_had_nothing_to_judge_by_come_last_and_take_a_line() -> None:
    unable = gate(
        "tells",
        None,
        80,
        "%",
        bound=None,
        samples=0,
        standing=Standing.NOT_EVALUATED,
        sentence="none was measured",
    )
    silent = [replace(unable, gate=f"tells.{number}", required=False) for number in range(7)]
    green = dossiers.green()
    assert green.decision is not None
    passed = [gate(f"gate.{number}", 100, 95) for number in range(5)]

    shown = screen(replace(green, decision=replace(green.decision, outcomes=(*silent, *passed))))

    (table,) = shown.all("table", "gates")
    assert [row[0].split(":")[0] for row in rows(table)] == [
        *["passed"] * 5,
        "tell only, and had nothing to judge by",
        *["not evaluated"] * 7,
    ]
    assert rows(table)[-1] == ["not evaluated: tells.6", "≥ 80 %; none was measured"]


def test_gates_that_do_not_pass_come_first_and_say_why() -> None:
    table = rows(screen(dossiers.red()).all("table", "gates")[0])

    assert table[0][0] == "failed: safety.violations"
    assert table[1] == ["1 violation of safety, where none is allowed"]
    assert "Waived: ann until 2026-12-01" in table[7][0]
    assert [row[0].split(":")[0] for row in table if len(row) == 6] == [
        *(["failed"] * 2),
        "not evaluated",
        "waived",
        *(["passed"] * 6),
    ]


def test_the_bar_of_a_margin_points_to_where_the_gate_stands() -> None:
    bars = {
        words(row.all("th")[0]): row.all("svg", "margin")[0].all("rect")
        for row in screen(dossiers.red()).all("table", "gates")[0].all("tr")
        if row.all("svg", "margin")
    }

    failed, passed = bars["failed: integration.success"][0], bars["passed: mutants.found"][0]
    assert failed.classes == ["bad"]
    assert float(failed.attributes["x"]) + float(failed.attributes["width"]) == 32
    assert passed.classes == ["good"]
    assert (float(passed.attributes["x"]), float(passed.attributes["width"])) == (32, 30)
    assert bars["passed: unit.success"] == [], "nothing is left and nothing is missing"


def test_more_gates_than_a_screen_holds_are_folded_and_the_failed_are_not() -> None:
    outcomes = [gate(f"gate.{number}", 100, 95) for number in range(40)]
    outcomes += [gate("gate.failed", 1, 95, standing=Standing.FAILED)]

    shown = screen(
        replace(dossiers.green(), decision=replace(dossiers.green().decision, outcomes=tuple(outcomes)))  # type: ignore[type-var]
    )

    tables = [rows(table) for table in shown.all("table", "gates")]
    assert tables[0][0][0] == "failed: gate.failed"
    assert sum(len(row) == 6 for table in tables for row in table) == 41
    assert len(tables[0]) <= 16


def test_the_grid_counts_what_passed_and_what_changed() -> None:
    grid = screen(dossiers.red()).all("table", "grid")[0]

    head = [words(cell) for cell in grid.all("thead")[0].all("th")]
    table = {row[0]: row[1:] for row in rows(grid)}
    assert head == ["phase", "node", "store", "wallet", "all", "took"]
    assert table["failed: simulation"] == [
        "3/4▼1 new",
        "2/2▲1 resolved",
        "1/1",
        "6/7▼1 new▲1 resolved",
        "6 min 3 s",
    ]
    assert table["passed: benchmarks"] == ["1/1", "·", "·", "1/1", "44 s"]


def test_a_cell_of_the_grid_leads_to_its_cases() -> None:
    grid = screen(dossiers.red()).all("table", "grid")[0]

    assert grid.all("a")[0].attributes["href"] == "#phase=simulation&subject=node"


def test_what_is_skipped_does_not_count() -> None:
    red = dossiers.red()
    simulation = red.result.phases[0]
    left_out = replace(simulation.cases[1], outcome=Outcome.SKIPPED)
    phase = replace(simulation, cases=(*simulation.cases[:1], left_out, *simulation.cases[2:]))

    shown = screen(replace(red, result=replace(red.result, phases=(phase,))))

    assert rows(shown.all("table", "grid")[0])[0][1].startswith("2/3")


def test_doubts_of_the_machine_stand_beside_its_facts() -> None:
    left = screen(dossiers.red()).all("div", "left")[0]

    assert [words(doubt) for doubt in left.all("p", "doubt")] == [
        "the load was 3.9 on 8 cores at the end",
        "the clock stepped by 2 s at 02:31:07Z",
    ]
    assert "memory 33.57 GB" in words(left)
    assert "Nothing speaks against its figures." in words(screen(dossiers.green()))


def test_nothing_tried_is_not_told_as_nothing_failed() -> None:
    for dossier in (dossiers.empty(), dossiers.not_evaluated()):
        shown = words(screen(dossier))

        assert "Nothing was tried, so there is nothing to find." in shown
        assert "Nothing failed" not in shown


def test_an_absurd_number_of_needed_runs_is_no_negative_one() -> None:
    seen = told(News.UNSURE, "a", "b", "c", quiet=70, needed=59)

    assert "0 more clean runs needed" in words(screen(replace(dossiers.green(), news=(seen,))))
