"""What cannot be seen or carried is spelled out, and can be read back."""

import re

import pytest
from hypothesis import given

from lydite.reports.spelling import spelled_block, spelled_line
from tests.reports.nasty import NASTY, read_block, read_line

XML = re.compile("[\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*")


@given(NASTY)
def test_every_text_is_read_back_from_a_line(text: str) -> None:
    told = spelled_line(text)

    assert read_line(told) == text
    assert len(told.splitlines()) <= 1


@given(NASTY)
def test_every_text_is_read_back_from_a_block(text: str) -> None:
    told = spelled_block(text)

    assert read_block(told) == text
    assert told.count("\n") == text.count("\n")


@given(NASTY)
def test_what_is_spelled_can_be_in_xml_and_in_utf_8(text: str) -> None:
    for told in (spelled_line(text), spelled_block(text)):
        assert XML.fullmatch(told)
        assert told.encode().decode() == told


@pytest.mark.parametrize(
    "text", ["plain", "a\\b", "C:\\new\\table", "é 😀 e\u0301 \u200d", "x = r'\\d+'", ""]
)
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert spelled_block(text) == text


def test_what_hides_or_turns_text_around_is_seen() -> None:
    assert spelled_line("\x1b[31m \u202egnp.exe \u200b") == "\\x1b[31m \\u202egnp.exe \\u200b"
