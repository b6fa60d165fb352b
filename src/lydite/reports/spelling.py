"""Spelling: text of programs in formats that cannot carry all of it, so that nothing is lost and nothing hides.

What shows nothing, turns the text around it, or may not stand in XML or UTF-8 is spelled out as in Python: `\\x1b`,
`\\u202e`. A backslash that could be read as the beginning of such a spelling is doubled, so that it can always be
undone: an odd number of backslashes before `x1b` is the character, an even number is text.

>>> print(spelled_block("red \\x1b[31m"), spelled_block("C:\\\\new"), spelled_block("the text \\\\x1b"))
red \\x1b[31m C:\\new the text \\\\x1b
>>> print(spelled_line("two\\nlines"), spelled_line("C:\\\\new"))
two\\nlines C:\\\\new
"""

import re
from typing import Final

_UNSEEN: Final = (
    "\x00-\x08\x0b\x0c\x0d\x0e-\x1f\x7f-\x9f"
    "\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff"
)
"""Control characters, marks of direction, what has no width, what is no character; not what joins letters."""

_BLOCK: Final = re.compile(rf"(\\*)([{_UNSEEN}])|(\\+)(?=x[0-9a-f]{{2}}|u[0-9a-f]{{4}})")
_LINE: Final = re.compile(rf"(\\*)([\t\n{_UNSEEN}])|(\\+)(?=[ntr]|x[0-9a-f]{{2}}|u[0-9a-f]{{4}})")

_SHORT: Final = {"\n": "\\n", "\t": "\\t", "\r": "\\r"}


def spelled_block(text: str) -> str:
    """Text of several lines, which keeps its line feeds and its tabs."""
    return _BLOCK.sub(lambda found: _spelled(found, {}), text)


def spelled_line(text: str) -> str:
    """Text in one line: its line feeds and tabs are spelled out too."""
    return _LINE.sub(lambda found: _spelled(found, _SHORT), text)


def _spelled(found: re.Match[str], short: dict[str, str]) -> str:
    before, letter, doubtful = found.groups()
    if doubtful is not None:
        return doubtful * 2
    code = ord(letter)
    return before * 2 + (short.get(letter) or (f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}"))
