"""On which line of a TOML text each key stands, so that an error can name it.

`tomllib` reads values and forgets places. This scanner does the opposite: it follows keys, tables and brackets and
steps over values. It expects a text that `tomllib` has read without complaint, and is tested to find the same keys.

>>> places('[sweep]\\nseeds = 3 # few\\n')
{('sweep',): 1, ('sweep', 'seeds'): 2}
"""

import re
import tomllib
from typing import Final, TypeAlias

Path: TypeAlias = tuple[str | int, ...]

_SPACE: Final = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BLANK: Final = re.compile(r"[ \t]*")
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
_STRING: Final = re.compile(
    r'"""(?:\\.|[^\\])*?"""(?:"(?!")|""(?!"))?|'
    r"'''.*?'''(?:'(?!')|''(?!'))?|"
    r'"(?:\\.|[^"\\])*"|'
    r"'[^']*'",
    re.DOTALL,
)
_PLAIN: Final = re.compile(r"[^,\]}#\n]*")


def places(text: str) -> dict[Path, int]:
    """The line of every key and every table, by its path; tables in a list have their number in the path."""
    return _Scanner(text.replace("\r\n", "\n")).scanned()


class _Scanner:
    """Walks over a text once."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.counted_to, self.line = 0, 1
        self.lines: dict[Path, int] = {}
        self.lengths: dict[Path, int] = {}
        """How many tables a list of tables has so far."""

    def scanned(self) -> dict[Path, int]:
        table: Path = ()
        self._skip(_SPACE)
        while self.at < len(self.text):
            table = self._header() if self.text[self.at] == "[" else self._entry(table)
            self._skip(_SPACE)
        return self.lines

    def _header(self) -> Path:
        listed = self.text.startswith("[[", self.at)
        line = self._line()
        self.at += 2 if listed else 1
        words = self._words()
        self.at += 2 if listed else 1
        table = self._note((), words[:-1], line)
        if listed:
            last: Path = (*table, words[-1])
            number = self.lengths.get(last, 0)
            self.lengths[last] = number + 1
            self._put(last, line)
            return self._put((*last, number), line)
        return self._note(table, words[-1:], line)

    def _entry(self, table: Path) -> Path:
        """A key and its value."""
        line = self._line()
        path = self._note(table, self._words(), line)
        self.at += 1  # the equals sign
        self._value(path)
        return table

    def _value(self, path: Path) -> None:
        self._skip(_BLANK)
        letter = self.text[self.at]
        if letter in "\"'":
            self._take(_STRING)
        elif letter == "[":
            self._list(path)
        elif letter == "{":
            self._inline_table(path)
        else:
            self._take(_PLAIN)

    def _list(self, path: Path) -> None:
        self.at += 1
        number = 0
        self._skip(_SPACE)
        while self.text[self.at] != "]":
            inner = (*path, number)
            if self.text[self.at] == "{":
                self._put(inner, self._line())
            self._value(inner)
            number += 1
            self._comma()
        self.at += 1

    def _inline_table(self, path: Path) -> None:
        self.at += 1
        self._skip(_SPACE)
        while self.text[self.at] != "}":
            self._entry(path)
            self._comma()
        self.at += 1

    def _comma(self) -> None:
        self._skip(_SPACE)
        if self.text[self.at] == ",":
            self.at += 1
            self._skip(_SPACE)

    def _words(self) -> list[str]:
        """The parts of a dotted key, and the blanks around it."""
        words = []
        while True:
            self._skip(_BLANK)
            if self.text[self.at] in "\"'":
                quoted = self._take(_STRING)
                words.append(str(tomllib.loads(f"word = {quoted}")["word"]))
            else:
                words.append(self._take(_BARE))
            self._skip(_BLANK)
            if self.text[self.at] != ".":
                return words
            self.at += 1

    def _note(self, table: Path, words: list[str], line: int) -> Path:
        """Note each part of a dotted key; below a list of tables, the last of them is meant."""
        path = table
        for word in words:
            path = self._put((*path, word), line)
            if path in self.lengths:
                path = (*path, self.lengths[path] - 1)
        return path

    def _put(self, path: Path, line: int) -> Path:
        self.lines.setdefault(path, line)
        return path

    def _take(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self.at)
        assert found is not None, "a text that tomllib has read"
        self.at = found.end()
        return found.group()

    def _skip(self, pattern: re.Pattern[str]) -> None:
        self._take(pattern)

    def _line(self) -> int:
        self.line += self.text.count("\n", self.counted_to, self.at)
        self.counted_to = self.at
        return self.line
