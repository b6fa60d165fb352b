"""The page for users shows the table of hazards as the tests compare it."""

from pathlib import Path

import pytest

from tests.determinism.table import TABLE, as_markdown

PAGE = Path(__file__).resolve().parents[2] / "docs/explanation/determinism.md"


@pytest.mark.parametrize("title", TABLE)
def test_the_page_shows_the_table_as_it_is(title: str) -> None:
    section = f"### {title}\n\n{as_markdown(TABLE[title])}\n"

    assert section in PAGE.read_text(), f"{PAGE.name} must say:\n\n{section}"


def test_the_page_knows_no_table_that_is_not_tested() -> None:
    tables = PAGE.read_text().count("\n|---|---|---|\n")

    assert tables == len(TABLE)
