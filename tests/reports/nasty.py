"""Nasty text, and how what the formats spell out is read back."""

import re

from hypothesis import strategies as st

ALPHABET = st.one_of(
    st.sampled_from("\\\\\\\\xunrt0123456789abcdef"),
    st.sampled_from("`|*_<>&\"'~$![](){}#+-=.:;,%@/ \t\n\r"),
    st.sampled_from("\x00\x0b\x0c\x1b\x1f\x7f\x85\xa0\u200d\u2028\u2029\u202e\u3000\ufeff\ufffe\uffff"),
    st.sampled_from(["\ud800", "\udfff", "😀", "\u0301"]),
    st.characters(),
)

NASTY = st.one_of(
    st.text(ALPHABET, max_size=40),
    st.sampled_from(
        [
            "::error::oops",
            "]]>",
            "<!-- x -->",
            "1. one",
            "- - -",
            "# heading",
            "```\nfence\n```",
            "\\x1b is text",
            "\\\x1b",
            "@ann and #12",
            "&amp; &#65;",
            "| a | b |",
            "a\\|b",
            "\\",
            "    code",
            "+ plus",
            "[a](b)",
            "![a](b)",
            "$x$",
            "https://example.org/_a_",
        ]
    ),
)

_SPELLED = re.compile(r"(\\+)([ntr]|x[0-9a-f]{2}|u[0-9a-f]{4})")
_SPELLED_IN_BLOCK = re.compile(r"(\\+)(x[0-9a-f]{2}|u[0-9a-f]{4})")
_SHORT = {"n": "\n", "t": "\t", "r": "\r"}


def read_line(text: str) -> str:
    """What `spelled_line` had been given."""
    return _SPELLED.sub(_read, text)


def read_block(text: str) -> str:
    """What `spelled_block` had been given."""
    return _SPELLED_IN_BLOCK.sub(_read, text)


def _read(found: re.Match[str]) -> str:
    run, told = found.groups()
    kept = "\\" * (len(run) // 2)
    if len(run) % 2 == 0:
        return kept + told
    return kept + (_SHORT.get(told) or chr(int(told[1:], 16)))
