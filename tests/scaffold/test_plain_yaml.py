"""The reader of plain YAML reads what is plain, and refuses the rest."""

import pytest

from tests.scaffold.plain_yaml import NotPlain, read

GOOD = """\
# A workflow.
name: Some name

on:
  push:
    branches: [main, "v*"]
  pull_request:
jobs:
  one:
    minutes: 45
    steps:
      - uses: actions/checkout@v4
      - name: Two
        if: ${{ !cancelled() }}
        run: |
          if true; then
            echo "a: b"  # kept
          fi
      - plain
"""


def test_what_is_plain_is_read() -> None:
    assert read(GOOD) == {
        "name": "Some name",
        "on": {"push": {"branches": ["main", "v*"]}, "pull_request": None},
        "jobs": {
            "one": {
                "minutes": 45,
                "steps": [
                    {"uses": "actions/checkout@v4"},
                    {
                        "name": "Two",
                        "if": "${{ !cancelled() }}",
                        "run": 'if true; then\n  echo "a: b"  # kept\nfi\n',
                    },
                    "plain",
                ],
            }
        },
    }


@pytest.mark.parametrize(
    "text",
    [
        "a:\n\tb: 1\n",
        "a: 1 \n",
        "a:\n   b: 1\n",
        "a:\n    b: 1\n",
        "a: 1\n  b: 2\n",
        "a: 1\na: 2\n",
        "a: b: c\n",
        "a: b # c\n",
        "a: *b\n",
        "a: 'it''s'\n",
        "just words\n",
        "a:\n  b: 1\n c: 2\n",
    ],
)
def test_what_is_not_plain_is_refused(text: str) -> None:
    with pytest.raises(NotPlain):
        read(text)
