"""The page of the checks says what their docstrings say."""

import runpy

from tests.docs.pages import ROOT


def test_the_reference_of_the_checks_is_as_generated() -> None:
    generator = runpy.run_path(str(ROOT / "docs/reference/generate.py"))

    written = (ROOT / "docs/reference/checks.md").read_text()

    assert written == generator["checks_page"](), "docs/reference/checks.md is out of date; run `make docs`"
