"""The page of the faults says what the catalogue says, and names what became of the seventeen events of the guide."""

import runpy

from lydite.faults import CATALOGUE
from tests.docs.pages import ROOT

PAGE = ROOT / "docs/reference/faults.md"


def test_the_reference_of_the_faults_is_as_generated() -> None:
    generator = runpy.run_path(str(ROOT / "docs/reference/generate.py"))

    assert PAGE.read_text() == generator["faults_page"](), (
        "docs/reference/faults.md is out of date; run `make docs`"
    )


def test_every_kind_and_every_event_of_the_guide_is_on_the_page() -> None:
    page = PAGE.read_text()
    guide = runpy.run_path(str(ROOT / "docs/reference/faults_page.py"))["GUIDE"]

    assert len(guide) == 17
    assert not [kind for kind in CATALOGUE if f"`{kind}`" not in page]
