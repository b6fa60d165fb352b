"""Markdown as a reader of it sees it: rendered, and taken apart again."""

from collections.abc import Iterator
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token

RENDERER = MarkdownIt("commonmark").enable(["table", "strikethrough"])

STRONG = ("strong_open", "strong_close")

SEPARATOR = "<!-- -->"
"""What keeps a name from being called; a reader does not see it."""


def tokens(text: str) -> list[Token]:
    """The blocks of a text."""
    return RENDERER.parse(text)


def spans(text: str) -> Iterator[list[Token]]:
    """The pieces of each line of text that is not code: of paragraphs, headings and cells."""
    for token in tokens(text):
        if token.type == "inline":
            yield token.children or []


def words(pieces: list[Token], *, markup: tuple[str, ...] = ()) -> str:
    """What is read of the pieces; nothing but text, code, the separator and this markup may be among them."""
    read = ""
    for piece in pieces:
        if piece.type in markup or (piece.type == "html_inline" and piece.content == SEPARATOR):
            continue
        assert piece.type in {"text", "code_inline"}, piece
        read += piece.content
    return read


def cells(text: str, *, markup: tuple[str, ...] = ()) -> list[list[str]]:
    """The rows of the tables of a text, as they are read."""
    rows: list[list[str]] = []
    inside = False
    for token in tokens(text):
        if token.type == "tr_open":
            rows.append([])
        elif token.type in {"th_open", "td_open"}:
            inside = True
        elif token.type == "inline" and inside:
            rows[-1].append(words(token.children or [], markup=markup))
            inside = False
    return rows


def headings(text: str) -> list[tuple[str, str]]:
    """The headings: their level and their words."""
    found = tokens(text)
    return [
        (opened.tag, words(inline.children or []))
        for opened, inline in pairwise(found)
        if opened.type == "heading_open"
    ]


def fences(text: str) -> list[str]:
    """The blocks of code."""
    return [token.content for token in tokens(text) if token.type == "fence"]
