"""Agreement, finality and convergence, each on stories that hold, that break, and that prove nothing."""

from lydite.checks import agreement, convergence, finality
from lydite.model import Event, Verdict
from tests.checks.stories import Story, chain


def told(story: list[Event], depth: int = 0) -> Verdict:
    return agreement(depth=depth).judge(story).verdict


def test_nodes_with_equal_blocks_agree() -> None:
    story = chain(chain(Story(), "node-1", "a", "b"), "node-2", "a", "b")

    finding = agreement().judge(story)

    assert (finding.check, finding.verdict) == ("agreement", Verdict.HOLDS)
    assert "2 comparisons" in finding.message


def test_two_blocks_at_one_height_break_agreement_at_the_second() -> None:
    story = chain(chain(Story(), "node-1", "a", "b"), "node-2", "a", "c")

    finding = agreement().judge(story)

    assert finding.verdict is Verdict.VIOLATED
    assert finding.facts == {"height": 2, "depth": 0, "values": {"node-1": "b", "node-2": "c"}}
    assert finding.evidence == (1, 3)
    assert finding.at_ns == story[3].at_ns


def test_nodes_that_share_no_height_prove_nothing() -> None:
    story = chain(chain(Story(), "node-1", "a", "b"), "node-2", "c", start=3)

    assert told(story) is Verdict.UNKNOWN
    assert told(chain(Story(), "node-1", "a", "a2", start=1)) is Verdict.UNKNOWN


def test_a_fork_above_the_depth_is_allowed_and_one_below_is_not() -> None:
    shallow = chain(chain(Story(), "node-1", "a", "b", "c"), "node-2", "a", "x", "y")
    deep = chain(chain(Story(), "node-1", "a", "b", "c", "d"), "node-2", "a", "x", "y")

    assert told(shallow, depth=2) is Verdict.HOLDS
    assert told(deep, depth=2) is Verdict.HOLDS
    chain(deep, "node-2", "z", start=4)
    finding = agreement(depth=2).judge(deep)
    assert finding.verdict is Verdict.VIOLATED
    assert finding.facts["height"] == 2
    assert finding.evidence[-1] == len(deep) - 1


def test_a_reorganisation_takes_back_what_was_above() -> None:
    story = chain(Story(), "node-1", "a", "b", "c")
    chain(story, "node-1", "x", start=2)
    chain(story, "node-2", "a", "x", "y")

    assert told(story) is Verdict.HOLDS


def test_a_head_that_falls_back_uncovers_what_was_deep() -> None:
    story = chain(Story(), "node-1", "a", "b", "c", "d")
    chain(story, "node-1", "a", start=1)
    chain(story, "node-2", "a", "x", "y", "z")

    assert told(story, depth=1) is Verdict.UNKNOWN


def test_a_block_told_again_is_the_same_block() -> None:
    story = chain(Story(), "node-1", "a", "b")
    chain(story, "node-1", "a", "b")
    chain(story, "node-2", "a", "c")

    finding = agreement().judge(story)
    assert (finding.verdict, finding.evidence) == (Verdict.VIOLATED, (3, 5))


def test_nodes_that_are_not_named_are_not_held_to_it() -> None:
    story = chain(chain(chain(Story(), "node-1", "a"), "liar", "x"), "node-2", "a")

    assert agreement().judge(story).verdict is Verdict.VIOLATED
    assert agreement(among=("node-1", "node-2")).judge(story).verdict is Verdict.HOLDS


def test_a_traitor_is_not_held_to_it() -> None:
    noted = chain(chain(chain(Story(), "a", "x"), "liar", "y"), "b", "x").note("byzantine", node="liar")
    tampered = chain(chain(Story(), "a", "x"), "liar", "y").fault("network.tamper", hosts=["liar"])
    everybody = chain(chain(Story().start("a").start("b"), "a", "x"), "b", "y")
    everybody.fault("network.tamper", hosts="*")

    assert told(noted) is Verdict.HOLDS
    assert told(tampered) is told(everybody) is Verdict.UNKNOWN
    assert agreement(among=("a", "liar")).judge(tampered).verdict is Verdict.VIOLATED


def test_a_subject_may_use_its_own_words() -> None:
    story = Story().note("sealed", who="a", slot=1, root="r").note("sealed", who="b", slot=1, root="s")

    own = agreement(note="sealed", node="who", height="slot", value="root", name="one-root")

    assert own.judge(story).verdict is Verdict.VIOLATED
    assert own.name == "one-root"


def final(story: Story, node: str, height: int, value: str) -> Story:
    return story.note("final", node=node, height=height, value=value)


def test_what_stays_final_holds() -> None:
    story = final(final(final(Story(), "node-1", 1, "a"), "node-2", 1, "a"), "node-1", 2, "b")

    assert finality().judge(story).verdict is Verdict.HOLDS


def test_another_value_called_final_breaks_it_whoever_says_so() -> None:
    for node in ("node-1", "node-2"):
        finding = finality().judge(final(final(Story(), "node-1", 1, "a"), node, 1, "b"))

        assert finding.verdict is Verdict.VIOLATED
        assert (finding.facts["final"], finding.facts["found"]) == ("a", "b")
        assert finding.evidence == (0, 1)


def test_a_reorganisation_below_what_is_final_breaks_it() -> None:
    story = chain(final(Story(), "node-1", 3, "c"), "node-1", "x", start=3)

    assert "took another block" in finality().judge(story).message
    kept = chain(final(Story(), "node-1", 3, "c"), "node-1", "c", "d", start=3)
    assert finality().judge(kept).verdict is Verdict.HOLDS


def test_what_is_final_does_not_disappear() -> None:
    finding = finality().judge(final(final(Story(), "node-1", 3, "c"), "node-1", 2, "b"))

    assert finding.verdict is Verdict.VIOLATED
    assert (finding.facts["final"], finding.facts["found"]) == (3, 2)


def test_finality_told_once_proves_nothing() -> None:
    assert finality().judge(final(Story(), "node-1", 1, "a")).verdict is Verdict.UNKNOWN
    assert finality().judge(chain(Story(), "node-1", "a")).verdict is Verdict.UNKNOWN


def state(story: Story, **values: str | None) -> Story:
    for node, value in values.items():
        story.note("state", node=node, value=value)
    return story


def healed() -> Story:
    return Story().fault("network.cut", left="a", right="b").fault("network.heal", left="a", right="b")


def test_nodes_that_end_with_the_same_converge() -> None:
    story = state(state(healed(), a="x", b="y"), a="z", b="z")

    assert convergence().judge(story).verdict is Verdict.HOLDS
    assert convergence().judge(state(Story(), a="z", b="z")).verdict is Verdict.HOLDS


def test_nodes_that_end_apart_do_not() -> None:
    finding = convergence().judge(state(healed(), a="x", b="y"))

    assert finding.verdict is Verdict.VIOLATED
    assert finding.facts["values"] == {"a": "x", "b": "y"}


def test_a_node_that_does_not_answer_does_not_converge() -> None:
    finding = convergence().judge(state(healed(), a="x", b=None))

    assert (finding.verdict, finding.message) == (Verdict.VIOLATED, "b does not answer")


def test_what_was_reported_before_the_last_heal_proves_nothing() -> None:
    story = state(Story().fault("network.cut", left="a", right="b"), a="x", b="x")
    assert "still bent" in convergence().judge(story).message

    story.fault("network.heal", left="a", right="b")
    assert convergence().judge(story).verdict is Verdict.UNKNOWN
    assert convergence().judge(state(story, a="x")).message == "b did not report after the last heal"
    assert convergence(among=("a",)).judge(story).verdict is Verdict.UNKNOWN


def test_a_bend_that_is_no_excuse_need_not_be_healed() -> None:
    story = state(Story().fault("clock.drift", hosts="a", rate=1.1), a="x", b="x")

    assert convergence().judge(story).verdict is Verdict.UNKNOWN
    assert convergence(despite=("clock.",)).judge(story).verdict is Verdict.HOLDS
