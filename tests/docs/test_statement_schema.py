"""The published schema of Lydite's part of a statement is the one of the code."""

import runpy

from tests.docs.pages import ROOT


def test_the_published_schema_is_up_to_date() -> None:
    generator = runpy.run_path(str(ROOT / "docs/reference/generate.py"))
    written = (ROOT / "docs/reference/statement.schema.json").read_text()

    assert written == generator["statement_schema"](), "statement.schema.json is out of date; run `make docs`"
