"""Markup: elements of HTML and SVG, in which whatever is not markup itself is escaped.

Text of programs reaches a page through here and through nothing else. What the eye cannot see, or what would turn
the text around it (control characters, marks of direction), is spelled out by `visible`.

>>> element("p", "a < b & ", element("b", "c"), class_="note")
'<p class="note">a &lt; b &amp; <b>c</b></p>'
>>> visible("red \\x1b[31m, hidden \\u202e")
'red \\\\x1b[31m, hidden \\\\u202e'
"""

import re
import unicodedata
from html import escape
from typing import Final

_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Categories of characters that show nothing, or change how others are shown."""

_PLAIN: Final = re.compile(r"[ -~]*")

_VOID: Final = frozenset({"br", "meta"})


class Markup(str):
    """Text that is markup already: it goes into other markup as it is."""

    __slots__ = ()


def element(name: str, /, *content: str, **attributes: str | float | None) -> Markup:
    """An element. An attribute that is None is left out; `class_` is `class`, `data_x` is `data-x`."""
    told = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{value_of(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _VOID:
        return Markup(f"<{name}{told}>")
    return Markup(f"<{name}{told}>{joined(*content)}</{name}>")


def joined(*content: str) -> Markup:
    """Several pieces one after the other; those that are not markup are escaped."""
    return Markup("".join(each if isinstance(each, Markup) else escape(visible(each)) for each in content))


def value_of(value: str | float) -> str:
    """The value of an attribute: numbers have one decimal, which is as fine as a screen shows."""
    if isinstance(value, str):
        return escape(visible(value))
    return f"{value:.1f}".removesuffix(".0")


def visible(text: str) -> str:
    """The text with everything spelled out that could not be seen."""
    if _PLAIN.fullmatch(text):
        return text
    return "".join(_spelled(letter) for letter in text)


def _spelled(letter: str) -> str:
    code = ord(letter)
    if unicodedata.category(letter) not in _UNSEEN and code & 0xFFFE != 0xFFFE:
        return letter
    if letter in "\n\t\r":
        return {"\n": "\\n", "\t": "\\t", "\r": "\\r"}[letter]
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
