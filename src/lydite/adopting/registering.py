"""Registering markers with pytest: in the settings that it reads, if there are any, and with every other byte kept."""

import re
from collections.abc import Sequence
from typing import Final

from lydite.adopting.markers import MEANINGS
from lydite.adopting.marking import Insertion, inserted
from lydite.adopting.settings import Settings, name_of, read_table
from lydite.model import InputError

_TOML_TEXT: Final = re.compile(r'"(?:[^"\\\n]|\\.)*"|' + r"'[^'\n]*'|#[^\n]*|[\[\]]")


def lines_of(markers: Sequence[str]) -> tuple[str, ...]:
    """What must be said of each marker."""
    return tuple(f"{name}: {MEANINGS[name]}" for name in markers)


def registering(data: bytes, settings: Settings, markers: Sequence[str]) -> tuple[Insertion, ...]:
    """What must be inserted into the settings; an error where that cannot be told for sure."""
    lines = lines_of(markers)
    found = _toml(data, settings, lines) if settings.file.endswith(".toml") else _ini(data, settings, lines)
    before = read_table(data, settings.file, settings.table) or {}
    after = read_table(inserted(data, found), settings.file, settings.table) or {}
    names = [name_of(each) for each in after.get("markers", ())]
    same = {key: value for key, value in after.items() if key != "markers"}
    if names != [*settings.markers, *markers] or same != {k: v for k, v in before.items() if k != "markers"}:
        raise InputError(
            f"the markers cannot be written into {settings.file} without touching something else"
        )
    return found


def _toml(data: bytes, settings: Settings, lines: Sequence[str]) -> tuple[Insertion, ...]:
    text = data.decode()
    header = re.search(rf"^[ \t]*\[[ \t]*{re.escape(settings.table)}[ \t]*\][^\n]*\n", text, re.MULTILINE)
    if header is None:
        raise InputError(f"there is no table [{settings.table}] in {settings.file}")
    rest = re.compile(r"^[ \t]*\[[^\n]*\][ \t]*(?:#[^\n]*)?$", re.MULTILINE).search(text, header.end())
    key = re.compile(r"^[ \t]*markers[ \t]*=[ \t]*\[", re.MULTILINE).search(text, header.end())
    quoted = [f'"{line}"' for line in lines]
    end_of_line = "\r\n" if header.group().endswith("\r\n") else "\n"
    if key is None or (rest is not None and rest.start() < key.start()):
        told = end_of_line.join(["markers = [", *(f"    {each}," for each in quoted), "]", ""])
        return (_at(text, header.end(), told),)
    return _in_list(text, key.end(), quoted, end_of_line)


def _in_list(text: str, begin: int, quoted: Sequence[str], end_of_line: str) -> tuple[Insertion, ...]:
    """After the last text of a list that begins there."""
    last = begin
    for token in _TOML_TEXT.finditer(text, begin):
        if token.group() == "]":
            break
        if token.group()[0] in "\"'":
            last = token.end()
    comma = re.compile(r"[ \t]*,").match(text, last)
    separated = last == begin or comma is not None
    at = last if comma is None else comma.end()
    rest_of_line = re.compile(r"[ \t]*(?:#[^\r\n]*)?(?=\r?\n)").match(text, at)
    if rest_of_line is None:
        told = ", ".join(quoted)
        return (_at(text, at, told if last == begin else f" {told}" if separated else f", {told}"),)
    lines = "".join(f"{end_of_line}    {each}," for each in quoted)
    lead = () if separated else (_at(text, last, ","),)
    return (*lead, _at(text, rest_of_line.end(), lines))


def _ini(data: bytes, settings: Settings, lines: Sequence[str]) -> tuple[Insertion, ...]:
    text = data.decode()
    header = re.search(rf"^\[{re.escape(settings.table)}\][^\n]*(?:\n|\Z)", text, re.MULTILINE)
    if header is None:
        raise InputError(f"there is no section [{settings.table}] in {settings.file}")
    end_of_line = "\r\n" if "\r\n" in header.group() else "\n"
    lead = "" if header.group().endswith("\n") else end_of_line
    key = re.compile(r"^markers[ \t]*[=:][^\n]*(?:\n[ \t]+\S[^\n]*)*", re.MULTILINE).search(
        text, header.end()
    )
    rest = re.compile(r"^\[", re.MULTILINE).search(text, header.end())
    told = [f"    {line}" for line in lines]
    if key is None or (rest is not None and rest.start() < key.start()):
        return (_at(text, header.end(), lead + end_of_line.join(["markers =", *told, ""])),)
    found = key.group().removesuffix("\r")
    return (_at(text, key.start() + len(found), end_of_line + end_of_line.join(told)),)


def _at(text: str, letters: int, told: str) -> Insertion:
    return Insertion(at=len(text[:letters].encode()), data=told.encode())
