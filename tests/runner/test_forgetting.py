"""What a sweep leaves out: runs that were done by chance when the first failure was found."""

from collections.abc import Generator, Iterable
from pathlib import Path
from typing import cast

import pytest

from lydite.model import Finding, Result, Verdict
from lydite.runner import Description, ForkedEngine, Listed, Order, Run, Sweep, SweepResult, Until

LABEL = "shop.opens"


class FakeEngine:
    """An engine whose runs come back in an order of their own, some of them failed."""

    def __init__(self, *, comes_back: tuple[int, ...], fails: tuple[int, ...]) -> None:
        self._comes_back = comes_back
        self._fails = fails
        listed = Listed(
            label=LABEL, target="shop", name="opens", story="", storm=False, twistable=False, configuration=""
        )
        self.description = Description(
            trials=(listed,), mutants=(), code_digest="", code_files={}, platform_digest=""
        )

    def runs(self, orders: Iterable[Order]) -> Generator[Run, None, None]:
        """Take all orders at once, as many workers would."""
        taken = {order.number: order for order in orders}
        for number in self._comes_back:
            yield self._run(taken[number])

    def dependencies(self) -> dict[str, str]:
        return {}

    def _run(self, order: Order) -> Run:
        failed = order.number in self._fails
        verdict = Verdict.VIOLATED if failed else Verdict.HOLDS
        finding = Finding(check="is-open", verdict=verdict, message="does not hold" if failed else "held")
        result = Result(
            trial="opens",
            seed=order.seed,
            verdict=verdict,
            digest=f"digest of {order.seed}",
            records=1,
            findings=(finding,),
        )
        return Run(order=order, result=result)


def swept(engine: FakeEngine, out: Path, until: Until = Until.FIRST) -> SweepResult:
    return Sweep(first=0, count=5, until=until, out=out).run(cast("ForkedEngine", engine))


def files_of(out: Path) -> list[str]:
    return sorted(path.name for path in out.iterdir())


def failure_file(seed: int) -> str:
    return f"{LABEL}-{seed}.failure.json"


@pytest.mark.parametrize("comes_back", [(4, 3, 1, 2, 0), (4, 0, 3, 1), (0, 1)])
def test_failures_beyond_the_first_are_forgotten_in_whatever_order_they_come(
    tmp_path: Path, comes_back: tuple[int, ...]
) -> None:
    engine = FakeEngine(comes_back=comes_back, fails=(1, 3, 4))

    result = swept(engine, tmp_path)

    assert result.runs == 2
    assert result.verdicts == {Verdict.HOLDS: 1, Verdict.VIOLATED: 1}
    assert result.by_kind == {"is-open": 1}
    assert [run.order.seed for group in result.groups for run in group.runs] == [1]
    assert files_of(tmp_path) == [failure_file(1)]
    assert result.digest == swept(FakeEngine(comes_back=(0, 1), fails=(1,)), tmp_path).digest


def test_nothing_is_forgotten_when_all_failures_are_wanted(tmp_path: Path) -> None:
    engine = FakeEngine(comes_back=(4, 3, 1, 2, 0), fails=(1, 3, 4))

    result = swept(engine, tmp_path, Until.LAST)

    assert result.runs == 5
    assert [run.order.seed for group in result.groups for run in group.runs] == [1, 3, 4]
    assert files_of(tmp_path) == [failure_file(1), failure_file(3), failure_file(4)]
