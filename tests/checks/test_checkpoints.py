"""Checkpoints, on stories that hold, that break, and that prove nothing."""

from lydite.checks import checkpoint_consistency
from lydite.model import Verdict
from tests.checks.stories import Story


def made(story: Story, node: str, *heights: int, digest: str = "d") -> Story:
    for height in heights:
        story.note("checkpoint", node=node, height=height, digest=f"{digest}{height}")
    return story


def restored(story: Story, node: str, height: int, digest: str) -> Story:
    return story.note("restored", node=node, height=height, digest=digest)


def test_equal_checkpoints_in_step_hold() -> None:
    story = made(made(Story(), "a", 10, 20, 30), "b", 10, 20)

    assert checkpoint_consistency().judge(story).verdict is Verdict.HOLDS
    assert checkpoint_consistency(interval=10).judge(story).verdict is Verdict.HOLDS


def test_another_digest_at_the_same_height_breaks_it() -> None:
    finding = checkpoint_consistency().judge(made(made(Story(), "a", 10), "b", 10, digest="x"))

    assert finding.verdict is Verdict.VIOLATED
    assert (finding.facts["digests"], finding.evidence) == (["d10", "x10"], (0, 1))


def test_a_checkpoint_out_of_step_breaks_it() -> None:
    finding = checkpoint_consistency().judge(made(made(Story(), "a", 10, 20), "b", 10, 20, 40))

    assert finding.verdict is Verdict.VIOLATED
    assert (finding.facts["found"], finding.facts["expected"]) == (40, 30)
    assert checkpoint_consistency(interval=20).judge(made(Story(), "a", 10, 20)).verdict is Verdict.VIOLATED


def test_a_node_goes_on_from_what_it_restored_and_others_had() -> None:
    story = made(made(Story(), "a", 10, 20, 30), "b", 10)
    restored(story, "b", 30, "d30")
    made(made(story, "b", 40), "a", 40)

    assert checkpoint_consistency().judge(story).verdict is Verdict.HOLDS
    assert checkpoint_consistency(witnesses=2).judge(story).verdict is Verdict.VIOLATED


def test_restoring_what_nobody_else_has_breaks_it() -> None:
    own = restored(made(Story(), "a", 10), "a", 10, "d10")

    finding = checkpoint_consistency().judge(own)

    assert finding.verdict is Verdict.VIOLATED
    assert (finding.facts["found"], finding.facts["expected"]) == (0, 1)
    assert checkpoint_consistency(witnesses=0).judge(own).verdict is Verdict.UNKNOWN
    nowhere = restored(made(Story(), "a", 10), "a", 10, "zz")
    assert checkpoint_consistency(witnesses=0).judge(nowhere).verdict is Verdict.VIOLATED


def test_checkpoints_that_nobody_shares_prove_nothing() -> None:
    assert checkpoint_consistency().judge(made(Story(), "a", 10, 20)).verdict is Verdict.UNKNOWN
    assert checkpoint_consistency(among=("b",)).judge(made(Story(), "a", 10)).verdict is Verdict.UNKNOWN
