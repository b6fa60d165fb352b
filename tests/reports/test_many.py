"""Ten thousand results are reported in seconds: what a format does grows as they do, and no faster."""

import sys
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from lydite.model import Dossier
from lydite.reports import annotations, comment, ctrf, document, dossier_from, junit, markdown, summary
from tests.reports import dossiers

FORMATS: dict[str, Callable[[Dossier], object]] = {
    "markdown": markdown,
    "comment": comment,
    "summary": summary,
    "annotations": annotations,
    "junit": lambda dossier: junit(dossier.result),
    "ctrf": lambda dossier: ctrf(dossier.result),
    "document": document,
    "read back": lambda dossier: dossier_from(document(dossier)),
}


def calls(make: Callable[[Dossier], object], dossier: Dossier) -> int:
    """How many calls it takes, of Python and of C."""
    count = 0

    def counted(_frame: FrameType, event: str, _argument: Any) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        make(dossier)
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize("name", FORMATS)
def test_four_times_the_results_take_four_times_the_work(name: str) -> None:
    make = FORMATS[name]
    make(dossiers.many(100))

    few, many = (calls(make, dossiers.many(count)) for count in (500, 2_000))

    assert many < 5 * few


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.nightly
def test_ten_thousand_results_take_three_seconds(name: str) -> None:
    dossier = dossiers.many(10_000)

    begin = time.process_time()
    FORMATS[name](dossier)
    spent = time.process_time() - begin

    assert spent < 3, f"{name}: {spent:.2f} s of processor time for 10,000 results, 3 are allowed"
