"""The browser that looks at pages."""

from pathlib import Path

import pytest

from tests.reports.page.browser import Browser, find


@pytest.fixture
def chromium(tmp_path: Path) -> Browser:
    """Chromium; without it the test fails with what to install."""
    try:
        return find(tmp_path)
    except LookupError as error:
        pytest.fail(str(error), pytrace=False)
