"""Marks are written where they belong, and every other byte stays."""

import pytest

from lydite.adopting.marking import inserted, marking, removed
from lydite.model import InputError

TEST = "def test_it():\n    assert True\n"


def marked(text: str, *markers: str) -> str:
    data = text.encode()
    found = marking(data, markers)
    written = inserted(data, found)
    assert removed(written, found) == data
    return written.decode()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (TEST, f"import pytest\n\npytestmark = pytest.mark.unit\n\n{TEST}"),
        (
            "@staticmethod\n" + TEST,
            f"import pytest\n\npytestmark = pytest.mark.unit\n\n@staticmethod\n{TEST}",
        ),
        (f"# (c) me\n{TEST}", f"# (c) me\n\nimport pytest\n\npytestmark = pytest.mark.unit\n\n{TEST}"),
        (f'"""Doc."""\n\n{TEST}', f'"""Doc."""\n\nimport pytest\n\npytestmark = pytest.mark.unit\n\n{TEST}'),
        (f"import os\n\n\n{TEST}", f"import os\nimport pytest\n\npytestmark = pytest.mark.unit\n\n\n{TEST}"),
        (
            f"import pytest\nfrom os import (\n    path,\n)\nX = 1\n{TEST}",
            f"import pytest\nfrom os import (\n    path,\n)\n\npytestmark = pytest.mark.unit\n\nX = 1\n{TEST}",
        ),
        (
            f"import os; import sys; X = '''\n'''\n{TEST}",
            f"import os; import sys; X = '''\n'''\n\nimport pytest\n\npytestmark = pytest.mark.unit\n\n{TEST}",
        ),
        (
            f"try:\n    import torch\nexcept ImportError:\n    torch = None\n{TEST}",
            (
                "try:\n    import torch\nexcept ImportError:\n    torch = None\n"
                f"\nimport pytest\n\npytestmark = pytest.mark.unit\n\n{TEST}"
            ),
        ),
        (
            f"import pytest\r\n\r\nX = 1\r\n{TEST}",
            f"import pytest\r\n\r\npytestmark = pytest.mark.unit\r\n\r\nX = 1\r\n{TEST}",
        ),
        (
            "def test_it():\n    import os\n    assert os\nimport sys",
            (
                "import pytest\n\npytestmark = pytest.mark.unit\n\n"
                "def test_it():\n    import os\n    assert os\nimport sys"
            ),
        ),
        ("X = 1; import pytest", "X = 1; import pytest\n\npytestmark = pytest.mark.unit\n"),
        (
            f"import pytest as pt\n{TEST}",
            f"import pytest as pt\nimport pytest\n\npytestmark = pytest.mark.unit\n\n{TEST}",
        ),
        ("\ufeff" + TEST, f"\ufeffimport pytest\n\npytestmark = pytest.mark.unit\n\n{TEST}"),
        (
            f"import pytest\nX = 'ä'; pytestmark = pytest.mark.slow  # long\n{TEST}",
            f"import pytest\nX = 'ä'; pytestmark = [pytest.mark.slow, pytest.mark.unit]  # long\n{TEST}",
        ),
        (
            f"import pytest\npytestmark = [\n    pytest.mark.slow('x'),  # long\n]\n{TEST}",
            f"import pytest\npytestmark = [\n    pytest.mark.slow('x'), pytest.mark.unit,  # long\n]\n{TEST}",
        ),
        (
            f"from pytest import mark\npytestmark = (mark.slow)\n{TEST}",
            f"from pytest import mark\npytestmark = ([mark.slow, mark.unit])\n{TEST}",
        ),
    ],
)
def test_a_mark_is_written_after_docstring_and_imports(before: str, after: str) -> None:
    assert marked(before, "unit") == after


def test_several_marks_are_a_list() -> None:
    assert "pytestmark = [pytest.mark.unit, pytest.mark.gpu]\n" in marked(TEST, "unit", "gpu")


@pytest.mark.parametrize(
    "line",
    [
        "pytestmark = marks()",
        "pytestmark = []",
        "pytestmark = [(pytest.mark.slow)]",
        "pytestmark = (pytest.mark.slow, pytest.mark.gpu)",
        "pytestmark: list = [pytest.mark.slow]",
        "if pytest:\n    pytestmark = pytest.mark.slow",
    ],
)
def test_marks_that_cannot_be_extended_for_sure_are_refused(line: str) -> None:
    with pytest.raises(InputError):
        marked(f"import pytest\n{line}\n{TEST}", "unit")
