"""Figures that may be noise: what they are worth is not known, so they decide nothing, and hide nothing."""

from lydite.model import GateOutcome, Measurement, Standing
from tests.gates.campaigns import measured, outcome, with_figures


def test_a_figure_without_an_interval_may_be_noise_and_neither_fails_nor_passes_a_gate() -> None:
    def judged(now: float, *sure: Measurement) -> GateOutcome:
        figures = (measured("bare", now, "1/s"), *sure)
        before = with_figures(measured("bare", 100, "1/s"), measured("sure", 100, "1/s"))
        return outcome("performance.regression", with_figures(*figures), previous=before)

    steady = measured("sure", 99, "1/s", low=98, high=100)
    slow = measured("sure", 70, "1/s", low=69, high=71)

    assert judged(90, steady).standing is Standing.PASSED
    noisy = judged(46, steady)
    assert (noisy.standing, noisy.actual) == (Standing.NOT_EVALUATED, 54)
    assert noisy.sentence.startswith("bare is 54 % worse against ")
    assert "without an interval, so that it may be noise" in noisy.sentence
    # Noise hides nothing that is proven.
    assert judged(10, slow).standing is Standing.FAILED
    assert judged(10, slow).sentence.startswith("sure is 30 % worse")
