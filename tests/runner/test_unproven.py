"""What a sweep has not proven: claims of one name that are made in different ways are different claims."""

from pathlib import Path

from lydite.model import Verdict
from lydite.runner import ForkedEngine, Opening, Sweep

TRIAL = """
from lydite.harness import trial
from lydite.world import World


@trial(reaches=("the shore",))
async def swims(world: World) -> None:
    world.sometimes("the shore", True)
    world.sometimes("the seabed", world.seed == 2)
"""


def test_what_was_sometimes_true_does_not_hide_what_was_never_reached(tmp_path: Path) -> None:
    (tmp_path / "sea.py").write_text(TRIAL)

    with ForkedEngine(Opening(target="sea.py", home=str(tmp_path))) as engine:
        result = Sweep(first=0, count=3, out=tmp_path).run(engine)

    assert result.verdict is Verdict.UNKNOWN
    assert [(each.check, each.facts["mode"]) for each in result.unproven] == [("the shore", "reachable")]
