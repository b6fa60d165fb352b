"""Durability, on stories that hold, that break, and that prove nothing."""

from lydite.checks import durability
from lydite.model import Plain, Verdict
from tests.checks.stories import Story


def write(story: Story, item: Plain, phase: str = "ok") -> Story:
    return story.note("write", phase=phase, item=item)


def reads(story: Story, *items: Plain, client: str = "c") -> Story:
    story.note("read", client=client, phase="invoke")
    return story.note("read", client=client, phase="ok", items=list(items))


def stored(story: Story, *items: Plain) -> Story:
    return story.note("stored", node="a", items=list(items))


def test_acknowledged_writes_that_are_read_hold() -> None:
    story = stored(reads(write(write(Story(), 1), 2, "info"), 1), 1, 2)

    assert durability().judge(story).verdict is Verdict.HOLDS


def test_an_acknowledged_write_that_is_not_read_is_lost() -> None:
    finding = durability().judge(reads(write(write(Story(), 1), 2), 2))

    assert finding.verdict is Verdict.VIOLATED
    assert (finding.facts["lost"], finding.evidence) == ([1], (0, 3))
    assert durability().judge(stored(write(Story(), 1))).verdict is Verdict.VIOLATED


def test_a_read_that_began_before_the_acknowledgement_owes_nothing() -> None:
    story = Story().note("read", client="c", phase="invoke")
    write(story, 1).note("read", client="c", phase="ok", items=[])

    assert durability().judge(story).verdict is Verdict.UNKNOWN


def test_reads_that_fail_owe_nothing_and_writes_that_fail_promise_nothing() -> None:
    story = write(write(Story(), 1), 2, "fail").note("read", client="c", phase="invoke")
    story.note("read", client="c", phase="info")

    assert durability().judge(story).verdict is Verdict.UNKNOWN
    assert durability().judge(reads(story, 1)).verdict is Verdict.HOLDS


def test_text_and_numbers_are_not_mistaken_for_each_other() -> None:
    assert durability().judge(stored(write(Story(), 1), "1", True)).verdict is Verdict.VIOLATED


def test_nothing_acknowledged_and_nothing_read_prove_nothing() -> None:
    assert durability().judge(reads(write(Story(), 1, "invoke"))).verdict is Verdict.UNKNOWN
    assert durability().judge(write(Story(), 1)).verdict is Verdict.UNKNOWN


def test_a_read_that_never_began_proves_nothing() -> None:
    story = write(Story(), 1).note("read", client="c", phase="ok", items=[])

    assert "had never begun" in durability().judge(story).message
