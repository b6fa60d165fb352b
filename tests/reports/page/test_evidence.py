"""From a gate that does not pass one click leads to what did not pass."""

from dataclasses import replace

from lydite.model import GateCourse, GateOutcome, Outcome, Standing
from lydite.reports import page
from tests.reports import dossiers
from tests.reports.campaigns import decision, gate
from tests.reports.scenes import Element
from tests.reports.scenes import page as parsed

TEST = "tests/coin/test_rpc.py::test_a_refused_payment_says_why"
FIGURE = "block.import_p99"
"""Of these the red campaign knows."""


def red(*evidence: str, sentence: str = "1 fails", **more: object) -> GateOutcome:
    """A gate that failed by these."""
    facts = {"evidence": evidence, "evidence_count": len(evidence), "standing": Standing.FAILED, **more}
    return gate("unit.success", 90, 100, "%", sentence=sentence, **facts)


def shown(*outcomes: GateOutcome) -> Element:
    """The page of the red campaign, with these gates."""
    return parsed(page(replace(dossiers.red(), decision=decision(*outcomes))))


def links(whole: Element) -> dict[str, str]:
    """The words of the links of the gates, and what they lead to."""
    (table,) = whole.all("table", "gates")
    return {each.words(): each.attributes["href"].removeprefix("#") for each in table.all("a")}


def at(whole: Element, anchor: str) -> Element:
    """What has this anchor: one thing."""
    (found,) = (each for each in whole.all() if each.attributes.get("id") == anchor)
    return found


def test_a_case_that_the_sentence_names_leads_to_its_card() -> None:
    whole = shown(red(TEST, sentence=f"9 of 10 cases passed: {TEST} did not"))

    assert whole.all("tr", "because")[0].words().strip() == f"9 of 10 cases passed: {TEST} did not"
    assert at(whole, links(whole)[TEST]).all("h3")[0].words().strip().startswith(TEST)


def test_what_the_sentence_does_not_name_is_folded_below_it_and_counted() -> None:
    whole = shown(red(TEST, "coin.survives_partitions", evidence_count=49))

    (fold,) = whole.all("table", "gates")[0].all("details")
    assert fold.all("summary")[0].words() == "evidence: 2 of 49"
    assert list(links(whole)) == [TEST, "coin.survives_partitions"]
    assert all(at(whole, each).name == "article" for each in links(whole).values())


def test_a_figure_leads_to_its_trend_a_phase_to_its_row_and_a_case_that_passed_to_its_line() -> None:
    passed = next(each for each in dossiers.red().result.cases if each.outcome is Outcome.PASSED)
    whole = shown(red(FIGURE, "simulation", passed.name))

    told = {name: at(whole, anchor) for name, anchor in links(whole).items()}

    assert told[FIGURE].all("h3")[0].words() == FIGURE
    assert told["simulation"].all("th")[0].words().endswith("simulation")
    assert passed.name in told[passed.name].all("th")[0].words()


def test_what_has_no_place_on_the_page_is_named_without_a_link() -> None:
    whole = shown(red("a.figure.that.is.gone"))

    assert links(whole) == {}
    assert whole.all("ul", "evidence")[0].words().strip() == "a.figure.that.is.gone"


def test_a_name_that_begins_another_one_is_not_taken_for_it() -> None:
    whole = shown(red(TEST, sentence=f"{TEST}_twice did not pass"))

    assert whole.all("table", "gates")[0].all("details"), "the sentence tells of another case"
    assert list(links(whole)) == [TEST]
    both = shown(red("unit", "unit-2", sentence="unit-2 and unit did not pass"))
    assert not both.all("table", "gates")[0].all("details"), "it tells of both"


def test_who_is_asked_stands_below_it_and_a_waiver_that_does_not_count_is_not_told_as_one() -> None:
    failed = red(owner="ann", waiver="bob answers for it until 2026-01-01: later")
    held = gate("coverage.lines", 90, 80, owner="kim")

    whole = shown(failed, held)

    assert whole.all("tr", "because")[0].words().strip() == (
        "1 fails Waiver: bob answers for it until 2026-01-01: later Owner: ann"
    )
    assert "kim" not in whole.all("table", "gates")[0].words()


def test_what_a_gate_said_last_is_a_bar_for_each_campaign_in_words_for_who_cannot_see_it() -> None:
    before = (Standing.FAILED, *[Standing.PASSED] * 8, Standing.NOT_EVALUATED)
    known = replace(
        dossiers.red(), decision=decision(red()), courses=(GateCourse(gate="unit.success", standings=before),)
    )

    (drawn,) = parsed(page(known)).all("svg", "course")

    assert drawn.attributes["aria-label"] == "of the last 10: 8 passed, 1 failed, 1 not evaluated"
    assert [bar.attributes["class"] for bar in drawn.all("rect")][-2:] == ["not-evaluated", "failed"]
    assert not shown(red()).all("svg", "course"), "without a history there is none"
