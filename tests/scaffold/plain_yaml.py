"""Reads the plain part of YAML that the workflows of a project are written in, and refuses everything else.

Mappings and lists by indentation, scalars in one line, lists in brackets, blocks after `|`, comments. What a reader of
YAML may understand in another way than it looks is an error: tabs, odd indentation, keys that stand twice, anchors,
tags, and plain scalars with `: ` or ` #` in them.
"""

import re
from typing import Any

KEY = re.compile(r"(?P<key>[A-Za-z_][\w-]*):(?: +(?P<rest>.*))?$")
RISKY = re.compile(r"^[&*!%@`>{\[]|: | #|^[?-] ")


class NotPlain(Exception):
    """It is no YAML, or none that is as simple as this."""


class _Lines:
    def __init__(self, text: str) -> None:
        self.lines: list[tuple[int, int, str]] = []
        self.raw = text.splitlines()
        for number, line in enumerate(self.raw, 1):
            if "\t" in line or line != line.rstrip():
                raise NotPlain(f"{number}: a tab, or a space at the end")
            body = line.lstrip(" ")
            indent = len(line) - len(body)
            if body and not body.startswith("#"):
                self.lines.append((number, indent, body))
        self.at = 0

    @property
    def ahead(self) -> tuple[int, int, str]:
        """The line to be read next: its number, its indentation, its text."""
        return self.lines[self.at] if self.at < len(self.lines) else (0, -1, "")


def read(text: str) -> Any:
    """What a document says."""
    lines = _Lines(text)
    value = _value(lines, 0)
    if lines.ahead[0]:
        raise NotPlain(f"{lines.ahead[0]}: indented in another way than what stands before it")
    return value


def _value(lines: _Lines, indent: int) -> Any:
    return _list(lines, indent) if lines.ahead[2].startswith("- ") else _mapping(lines, indent)


def _list(lines: _Lines, indent: int) -> list[Any]:
    items: list[Any] = []
    while lines.ahead[1] == indent and lines.ahead[2].startswith("- "):
        number, _, body = lines.ahead
        rest = body[2:]
        if KEY.match(rest):
            # What follows the dash is the first line of a mapping that stands two columns further in.
            lines.lines[lines.at] = (number, indent + 2, rest)
            items.append(_mapping(lines, indent + 2))
        else:
            lines.at += 1
            items.append(_scalar(rest, number))
    return items


def _mapping(lines: _Lines, indent: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    while lines.ahead[1] == indent and (key := KEY.match(lines.ahead[2])):
        number = lines.ahead[0]
        lines.at += 1
        if key["key"] in found:
            raise NotPlain(f"{number}: {key['key']} stands twice")
        if key["rest"] == "|":
            found[key["key"]] = _block(lines, indent, number)
        elif key["rest"]:
            found[key["key"]] = _scalar(key["rest"], number)
        elif lines.ahead[1] > indent:
            if lines.ahead[1] != indent + 2:
                raise NotPlain(f"{lines.ahead[0]}: two more spaces are expected")
            found[key["key"]] = _value(lines, indent + 2)
        else:
            found[key["key"]] = None
    if not found:
        raise NotPlain(f"{lines.ahead[0]}: a key is expected, found {lines.ahead[2]!r}")
    return found


def _block(lines: _Lines, indent: int, number: int) -> str:
    """Lines as they stand, until one that is indented no more."""
    taken = []
    for line in lines.raw[number:]:
        if line and len(line) - len(line.lstrip(" ")) <= indent:
            break
        taken.append(line[indent + 2 :])
    last = number + len(taken)
    while lines.ahead[0] and lines.ahead[0] <= last:
        lines.at += 1
    return "\n".join(taken).strip("\n") + "\n"


def _scalar(text: str, number: int) -> Any:
    if quoted := re.fullmatch(r'"([^"\\]*)"', text):
        return quoted[1]
    if listed := re.fullmatch(r"\[(.*)\]", text):
        return [_scalar(each.strip(), number) for each in listed[1].split(",") if each.strip()]
    if RISKY.search(text) or text[0] in "\"'|":
        raise NotPlain(f"{number}: not as plain as it looks: {text}")
    return {"true": True, "false": False, "null": None}.get(text, int(text) if text.isdecimal() else text)
