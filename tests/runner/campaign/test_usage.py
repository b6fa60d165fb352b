"""The use of the machine by a campaign: it is told whatever becomes of a phase."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from lydite.harness import Campaign, Phase
from lydite.model import Band, Case, Outcome, Restart, Series, Work
from lydite.runner import carry_out, setting_of
from lydite.runner.campaign import usage
from lydite.runner.campaign.errands import Errand, Piece
from lydite.runner.campaign.meter import POINTS_MAX, ProcessMeter
from lydite.runner.campaign.usage import metered, only
from tests.runner.campaign.projects import write

CASE = Case(name="a", subject="", suite="", outcome=Outcome.PASSED)
PHASE = Phase(name="own", work=Work.HARNESS, targets=("own:Timed",))
CAMPAIGN = Campaign(target="bank", preset="mine", phases=(PHASE,))


@pytest.fixture
def meters(monkeypatch: pytest.MonkeyPatch) -> list[ProcessMeter]:
    """The meters that are made."""
    made: list[ProcessMeter] = []

    def make() -> ProcessMeter:
        made.append(ProcessMeter())
        return made[-1]

    monkeypatch.setattr(usage, "ProcessMeter", make)
    return made


def errand() -> Errand:
    return Errand(phase=PHASE, campaign=CAMPAIGN, setting=setting_of(CAMPAIGN), watch=lambda told: None)


def looked_at(meter: ProcessMeter) -> None:
    """As if time had passed."""
    while not meter.series():
        meter.look()


def test_what_a_phase_used_comes_behind_what_it_brought(meters: list[ProcessMeter]) -> None:
    def carrier(errand: Errand) -> Iterator[Piece]:
        looked_at(meters[0])
        yield CASE

    first, *lines = metered(carrier, errand())

    assert first == CASE
    assert [each.name for each in lines if isinstance(each, Series)] == ["campaign.cpu", "campaign.memory"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_a_phase_that_dies_has_used_what_it_used(
    meters: list[ProcessMeter], error: type[BaseException]
) -> None:
    def carrier(errand: Errand) -> Iterator[Piece]:
        looked_at(meters[0])
        yield CASE
        raise error

    pieces = metered(carrier, errand())

    assert [type(next(pieces)).__name__ for _ in range(3)] == ["Case", "Series", "Series"]
    with pytest.raises(error):
        next(pieces)


def test_whoever_goes_away_ends_the_meter() -> None:
    pieces = metered(lambda errand: iter([CASE]), errand())
    next(pieces)

    pieces.close()  # type: ignore[attr-defined]

    assert "meter" not in [each.name for each in threading.enumerate()]


def test_what_a_harness_tells_over_time_is_told_in_the_time_of_the_phase(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, monkeypatch)

    (result,) = carry_out(CAMPAIGN, setting=setting_of(CAMPAIGN)).phases

    assert result.message == ""
    (band,), (restart,) = result.bands, result.restarts
    assert band.name == "down"
    assert band.begin_s > 1
    assert band.end_s - band.begin_s == pytest.approx(1)
    assert restart.at_s == pytest.approx(band.end_s)
    lines = {each.name: each for each in result.series}
    assert lines["own.load"].at_s[0] == pytest.approx(band.begin_s - 1, abs=0.01)
    assert len(lines["own.load"].values) <= POINTS_MAX
    assert max(lines["own.load"].values) == 9.0
    assert lines["own.virtual"].at_s == (0.0, 1.0)
    assert {"self.cpu", "self.memory", "campaign.cpu", "campaign.memory"} <= lines.keys()


def test_a_harness_that_tells_of_something_else_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, monkeypatch)
    phase = Phase(name="own", work=Work.HARNESS, targets=("own:Talkative",))
    campaign = Campaign(target="bank", preset="mine", phases=(phase,))

    (result,) = carry_out(campaign, setting=setting_of(campaign)).phases

    assert "get_metrics tells of a Measurement, a Series, a Band or a Restart, found str" in result.message


def test_metrics_are_sorted_by_their_kind() -> None:
    band, restart = Band(name="a", begin_s=0, end_s=1), Restart(service="a", at_s=1, cause="b")

    assert only(Band, [restart, band]) == (band,)
