"""The published schema of a report is that of the code."""

import runpy

from tests.docs.pages import ROOT


def test_the_schema_of_the_report_is_as_generated() -> None:
    generator = runpy.run_path(str(ROOT / "docs/reference/generate.py"))

    written = (ROOT / "docs/reference/report.schema.json").read_text()

    assert written == generator["report_schema"](), "report.schema.json is out of date; run `make docs`"
