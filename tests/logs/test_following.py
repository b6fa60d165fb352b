"""Following the logs of a campaign that runs: each line once, when it is whole, until nobody writes any more."""

import logging
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from lydite.logs import Journal, Line, Wanted, followed, kept, levels_of

ENGINE = logging.getLogger("lydite.engine")


def following(folder: Path, **wanted: object) -> Iterator[str]:
    return (line.text for line in followed(folder, Wanted(**wanted)))  # type: ignore[arg-type]


def test_each_line_is_told_when_it_is_said_until_the_campaign_is_over(tmp_path: Path) -> None:
    printed = tmp_path / "unit.log"
    with kept(tmp_path, levels_of("info", where="here")):
        for text in ("first", "second"):
            ENGINE.info(text)
        lines = following(tmp_path, last=1)
        found = [next(lines)]
        ENGINE.info("third")
        found.append(next(lines))
        printed.write_text("F.\nhalf of")
        found.append(next(lines))
        with printed.open("a") as file:
            file.write(" a line\nno more")
        found.append(next(lines))

    assert found == ["second", "third", "F.", "half of a line"]
    # What nobody has ended is told when nobody can.
    assert [*lines] == ["no more"]


def test_only_what_is_wanted_is_told_and_what_is_indented_belongs_to_what_was_above_it(
    tmp_path: Path,
) -> None:
    journal = Journal(tmp_path / "campaign.log")
    journal.take(Line(at="t", level="info", component="engine", text="not wanted"))
    (tmp_path / "unit.log").write_text("ERROR it broke\n")
    lines = following(tmp_path, components=("unit",), level="error")

    assert next(lines) == "ERROR it broke"
    with (tmp_path / "unit.log").open("a") as file:
        file.write("  because of this\nINFO it goes on\n")
    journal.close()

    assert [*lines] == ["  because of this"]


def test_two_may_follow_and_of_a_campaign_that_is_over_all_is_told_at_once(tmp_path: Path) -> None:
    with kept(tmp_path, levels_of("info", where="here")):
        ENGINE.info("said")
        several = [following(tmp_path) for _ in range(2)]
        assert [next(lines) for lines in several] == ["said", "said"]

    assert [[*lines] for lines in several] == [[], []]
    assert [*following(tmp_path)] == ["said"]


@pytest.mark.parametrize("name", ["unit.log", "campaign.log"])
def test_where_nobody_writes_nothing_is_waited_for(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text('{"at": "t", "component": "x", "text": "whole"}\n{"at": "')

    assert len([*islice(followed(tmp_path, Wanted()), 3)]) == (2 if name == "unit.log" else 1)
