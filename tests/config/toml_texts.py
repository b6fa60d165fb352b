"""TOML texts of every style, drawn together with the line on which each key of them stands."""

import json
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

LETTERS = "ab.=#[]{}\"'\\, -_\té€\n"

words = st.text(st.sampled_from(LETTERS.replace("\n", "")), max_size=4) | st.sampled_from(
    ["sweep", "seeds", "a-b", "7"]
)

texts = st.text(st.sampled_from(LETTERS), max_size=8)

scalars = (
    st.integers(-(10**9), 10**9).map(str)
    | st.sampled_from(["true", "false", "1979-05-27 07:32:00", "07:32:00", "0xff", "-1.5e3", "nan"])
    | texts.map(lambda text: json.dumps(text, ensure_ascii=False).replace("\x7f", ""))
    | texts.filter(lambda text: "'" not in text and "\n" not in text).map(lambda text: f"'{text}'")
    | texts.filter(lambda text: "'" not in text).map(lambda text: f"'''{text}'''")
    | texts.map(lambda text: '"""' + text.replace("\\", "\\\\").replace('"', '\\"') + '"""')
    | st.sampled_from(['"""a"b""c"""""', "''''a'''''", '"""\\\n  b"""', '"""\\""""'])
)


@dataclass
class Sheet:
    """A text that is being written, and what stands where."""

    draw: Any
    text: str = ""
    lines: dict[tuple[str | int, ...], int] = field(default_factory=dict)

    def put(self, more: str) -> None:
        self.text += more

    def note(self, path: tuple[str | int, ...]) -> None:
        self.lines.setdefault(path, self.text.count("\n") + 1)

    def blank(self) -> None:
        self.put(self.draw(st.sampled_from(["", " ", "\t "])))

    def gap(self) -> None:
        """What may stand between the parts of a list."""
        self.put(self.draw(st.sampled_from(["", " ", "\n", " # a ] b\n", "\n\n\t"])))

    def rest(self) -> None:
        """The end of a line, and more lines that say nothing."""
        self.put(self.draw(st.sampled_from(["", " ", " # seeds = 3"])))
        self.put(self.draw(st.sampled_from(["\n", "\r\n", "\n\n", "\n# [sweep]\n \n"])))

    def key(self, word: str) -> None:
        """A key in one of its spellings."""
        spellings = [json.dumps(word, ensure_ascii=False)]
        if "'" not in word:
            spellings.append(f"'{word}'")
        if word and all(letter in "ab-_7sweepd" for letter in word):
            spellings.append(word)
        self.blank()
        self.put(self.draw(st.sampled_from(spellings)))
        self.blank()

    def entries(self, path: tuple[str | int, ...], depth: int, between: str = "") -> None:
        """Keys with values; in an inline table there are commas between them."""
        chosen = self.draw(st.lists(words, max_size=3, unique=True))
        for number, word in enumerate(chosen):
            if between and number:
                self.put(between)
            inner = (*path, word)
            self.note(inner)
            self.key(word)
            for more in self.draw(st.lists(words, max_size=2)):
                self.put(".")
                inner = (*inner, more)
                self.note(inner)
                self.key(more)
            self.put("=")
            self.blank()
            self.value(inner, depth)
            if not between:
                self.rest()

    def value(self, path: tuple[str | int, ...], depth: int) -> None:
        kind = self.draw(st.sampled_from(["scalar", "scalar", "list", "table"])) if depth else "scalar"
        if kind == "scalar":
            self.put(self.draw(scalars))
        elif kind == "table":
            self.put("{")
            self.blank()
            self.entries(path, depth - 1, between=", ")
            self.put("}")
        else:
            self.put("[")
            self.gap()
            for number in range(count := self.draw(st.integers(0, 3))):
                inner = (*path, number)
                before = len(self.text)
                line = self.text.count("\n") + 1
                self.value(inner, depth - 1)
                if self.text[before] == "{":
                    self.lines.setdefault(inner, line)
                self.gap()
                if number + 1 < count or self.draw(st.booleans()):
                    self.put(",")
                self.gap()
            self.put("]")


@st.composite
def sheets(draw: st.DrawFn) -> Sheet:
    """A text with tables, lists of tables, and everything else."""
    sheet = Sheet(draw)
    sheet.put(draw(st.sampled_from(["", "# a = 1\n", "\n\n"])))
    sheet.entries((), 2)
    counts: dict[str, int] = {}
    headers = draw(st.lists(st.tuples(words.map(lambda word: f"{word}!"), st.booleans()), max_size=4))
    listed: dict[str, bool] = {}
    for word, wanted_list in headers:
        if word in listed and not listed[word]:
            continue
        as_list = listed.setdefault(word, wanted_list)
        path: tuple[str | int, ...] = (word,)
        sheet.note(path)
        if as_list:
            path = (word, counts.get(word, 0))
            counts[word] = counts.get(word, 0) + 1
            sheet.note(path)
        sheet.blank()
        sheet.put("[[" if as_list else "[")
        sheet.key(word)
        sheet.put("]]" if as_list else "]")
        sheet.rest()
        sheet.entries(path, 2)
        if draw(st.booleans()):
            below = draw(words)
            sheet.note((*path, f"{below}?"))
            sheet.put("[")
            sheet.key(word)
            sheet.put(".")
            sheet.key(f"{below}?")
            sheet.put("]")
            sheet.rest()
            sheet.entries((*path, f"{below}?"), 1)
    return sheet


def paths_of(document: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The paths of all keys, of all tables and of all lists of them, as `tomllib` reads them."""
    found: list[tuple[str | int, ...]] = []
    if isinstance(document, dict):
        for word, inner in document.items():
            found += [(*path, word), *paths_of(inner, (*path, word))]
    elif isinstance(document, list):
        for number, inner in enumerate(document):
            if isinstance(inner, dict):
                found.append((*path, number))
            found += paths_of(inner, (*path, number))
    return found
