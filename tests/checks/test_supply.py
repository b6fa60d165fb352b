"""Supply and double spending, on stories that hold, that break, and that prove nothing."""

import pytest

from lydite.checks import conservation_of_supply, no_double_spend
from lydite.model import Facts, Verdict
from tests.checks.stories import Story


def supply(balances: Facts, **facts: int) -> Story:
    return Story().note("supply", balances=balances, **facts)


def test_balances_that_add_up_hold() -> None:
    big = 10**30

    assert (
        conservation_of_supply().judge(supply({"ann": big, "bob": 1}, issued=big + 3, burnt=2)).verdict
        is Verdict.HOLDS
    )


@pytest.mark.parametrize("found", [10**30 - 1, 10**30 + 1])
def test_a_single_unit_too_few_or_too_many_breaks_it(found: int) -> None:
    finding = conservation_of_supply().judge(supply({"ann": found}, issued=10**30))

    assert finding.verdict is Verdict.VIOLATED
    assert (finding.facts["found"], finding.facts["expected"]) == (found, 10**30)


def test_a_debt_that_hides_new_money_is_found() -> None:
    finding = conservation_of_supply().judge(supply({"ann": -5, "bob": 15}, issued=10))

    assert (finding.verdict, finding.facts["account"]) == (Verdict.VIOLATED, "ann")
    assert (
        conservation_of_supply(floor=-5).judge(supply({"ann": -5, "bob": 15}, issued=10)).verdict
        is Verdict.HOLDS
    )


def test_no_report_and_no_money_prove_nothing() -> None:
    assert conservation_of_supply().judge(Story()).verdict is Verdict.UNKNOWN
    assert conservation_of_supply().judge(supply({}, issued=0)).verdict is Verdict.UNKNOWN


def test_what_should_be_issued_may_be_computed_instead_of_believed() -> None:
    def expected(facts: Facts) -> int:
        height = facts["height"]
        assert isinstance(height, int)
        return 50 * height

    story = Story().note("supply", balances={"ann": 200}, issued=200, height=3)

    assert conservation_of_supply().judge(story).verdict is Verdict.HOLDS
    assert conservation_of_supply(expected=expected).judge(story).verdict is Verdict.VIOLATED


def spend(story: Story, transaction: str, *outputs: str, node: str = "node-1") -> Story:
    return story.note("transaction", node=node, transaction=transaction, spends=list(outputs))


def test_each_output_spent_once_holds() -> None:
    story = spend(spend(Story(), "t1", "a:0", "a:1"), "t2", "b:0")

    assert no_double_spend().judge(story).verdict is Verdict.HOLDS


def test_an_output_spent_by_two_transactions_is_found() -> None:
    finding = no_double_spend().judge(spend(spend(Story(), "t1", "a:0"), "t2", "b:0", "a:0"))

    assert finding.verdict is Verdict.VIOLATED
    assert finding.facts == {"ledger": "node-1", "output": "a:0", "transactions": ["t1", "t2"]}
    assert finding.evidence == (0, 1)


def test_an_output_spent_twice_by_one_transaction_is_found() -> None:
    assert no_double_spend().judge(spend(Story(), "t1", "a:0", "a:0")).verdict is Verdict.VIOLATED


def test_two_views_may_hold_two_transactions_and_one_view_the_same_twice() -> None:
    story = spend(spend(spend(Story(), "t1", "a:0"), "t2", "a:0", node="node-2"), "t1", "a:0")

    assert no_double_spend().judge(story).verdict is Verdict.HOLDS


def test_a_transaction_that_was_undone_frees_what_it_spent() -> None:
    story = spend(Story(), "t1", "a:0").note("transaction-undone", node="node-1", transaction="t1")

    assert no_double_spend().judge(spend(story, "t2", "a:0")).verdict is Verdict.HOLDS
    assert no_double_spend().judge(spend(story, "t3", "a:0")).verdict is Verdict.VIOLATED


def test_transactions_that_spend_nothing_prove_nothing() -> None:
    assert no_double_spend().judge(spend(Story(), "t1")).verdict is Verdict.UNKNOWN
