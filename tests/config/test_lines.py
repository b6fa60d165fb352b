"""The scanner finds the keys that `tomllib` reads, each on the line on which it stands."""

import contextlib
import tomllib
from pathlib import Path

from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from lydite.config.lines import places
from tests.config.toml_texts import Sheet, paths_of, sheets


@given(sheets())
def test_every_key_is_found_where_it_stands(sheet: Sheet) -> None:
    text = sheet.text.replace("\r\n", "\n")
    read = None
    # Dotted keys that are drawn may contradict each other: such a text is no TOML.
    with contextlib.suppress(tomllib.TOMLDecodeError):
        read = tomllib.loads(text)
    assume(read is not None)

    found = places(sheet.text)

    assert sorted(found, key=str) == sorted(paths_of(read), key=str)
    assert found == sheet.lines
    event(f"{min(len(found) // 5 * 5, 20)} keys or more")


PIECES = [*"ab.='[]{},# 1\"\\\n", "a=1\n", "[[a]]\n", '"""', "'''", "a={b=1}\n", "[a.b]\n"]


@settings(max_examples=500)
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_whatever_is_toml_is_read_alike(text: str) -> None:
    with contextlib.suppress(tomllib.TOMLDecodeError):
        read = tomllib.loads(text)
        event("TOML")

        assert sorted(places(text), key=str) == sorted(paths_of(read), key=str)


def test_the_project_file_of_this_house_is_read_alike() -> None:
    text = (Path(__file__).parents[2] / "pyproject.toml").read_text()

    found = places(text)

    assert sorted(found, key=str) == sorted(paths_of(tomllib.loads(text)), key=str)
    line = text.splitlines()[found["tool", "pytest", "ini_options", "markers"] - 1]
    assert line.startswith("markers = [")
