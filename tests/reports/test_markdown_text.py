"""Whatever text goes into Markdown is read as it was, whatever it looks like."""

import pytest
from hypothesis import given

from lydite.reports.markdown.text import block, code, prose, short, table
from lydite.reports.spelling import spelled_block, spelled_line
from tests.reports.nasty import NASTY
from tests.reports.rendered import cells, fences, spans, words


@given(NASTY)
def test_code_is_read_as_it_was(text: str) -> None:
    (pieces,) = spans(f"- **Name:** {code(text)}")

    assert words([piece for piece in pieces if piece.type == "code_inline"]) == spelled_line(text)
    assert len([piece for piece in pieces if piece.type == "code_inline"]) == bool(text)


@given(NASTY)
def test_prose_is_read_as_it_was_and_is_nothing_but_text(text: str) -> None:
    told = prose(text)

    for line in (told, f"- {told}", f"## {told}"):
        assert "".join(words(pieces) for pieces in spans(line)) == spelled_line(text)
    assert "`" not in told.replace("\\`", "")


@given(NASTY, NASTY)
def test_cells_are_read_as_they_were(one: str, two: str) -> None:
    told = table(("A", "B"), [(code(one), prose(two)), (prose(one), code(two))])

    assert cells(told) == [
        ["A", "B"],
        [spelled_line(one), spelled_line(two)],
        [spelled_line(one), spelled_line(two)],
    ]


@given(NASTY)
def test_blocks_are_read_as_they_were(text: str) -> None:
    lines = ["- **Stack Trace:**", "", *block(text, "  "), "- **Logs:**"]

    assert fences("\n".join(lines)) == [f"{spelled_block(text)}\n"]


@pytest.mark.parametrize("text", ["ask @ann", "see #12", "#12", "@a/b and @c"])
def test_nobody_is_called_by_name(text: str) -> None:
    told = prose(text)

    (pieces,) = spans(told)
    assert not any(piece.content.endswith(("@", "#")) is False and "@a" in piece.content for piece in pieces)
    assert words(pieces) == text
    assert "@a" not in told
    assert "#1" not in told


def test_ordinary_sentences_stay_readable() -> None:
    sentence = "At least 93.4 % of 82 (2026-11-21T02:10:00Z), -1.6 % less."

    assert prose(sentence) == sentence
    assert code("tests/test_a.py::test_b[1]") == "`tests/test_a.py::test_b[1]`"


@given(NASTY)
def test_short_text_is_whole_and_long_text_says_that_it_is_not(text: str) -> None:
    assert short(code, text, 400) == code(text)
    assert len(short(prose, text * 100 + "@a" * 500)) < 800
    assert "…" in short(prose, "@a" * 500)
