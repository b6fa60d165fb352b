"""What is run, and in which order."""

import json
from pathlib import Path

import pytest

from lydite.watching import Graph, Item, Sort, Wanted, Why
from lydite.watching.items import items_of, jobs_of
from lydite.watching.memory import FILE, remember, remembered

TRIAL = b"@trial\nasync def x(world): pass"


def item(name: str, sort: Sort = Sort.TEST) -> Item:
    return Item(sort=sort, name=name, file=f"/project/{name}")


def test_tests_are_found_by_their_names_and_trials_by_their_marks() -> None:
    graph = Graph(roots=("/project",))
    texts = {
        "/project/tests/test_a.py": b"",
        "/project/tests/b_test.py": b"",
        "/project/tests/helper.py": b"",
        "/project/trials.py": TRIAL,
        "/elsewhere/test_c.py": b"",
    }
    graph.update(texts, texts)
    named = Item(sort=Sort.TRIAL, name="counter", file="/elsewhere/counter.py")

    found = items_of(Wanted(home="/project", folders=("/project",), items=(named,)), graph)

    assert [each.name for each in found] == ["counter", "tests/b_test.py", "tests/test_a.py", "trials.py"]
    assert [each.sort for each in found] == [Sort.TRIAL, Sort.TEST, Sort.TEST, Sort.TRIAL]


def test_what_failed_comes_first_then_what_is_affected_then_the_rest() -> None:
    sweeps = [item(name, Sort.TRIAL) for name in ("one.py", "two.py")]
    tests = [item(f"test_{name}.py") for name in ("a", "b", "c", "d")]
    why = {sweeps[1]: Why.FAILED, tests[2]: Why.AFFECTED, tests[3]: Why.AFFECTED}

    jobs = list(jobs_of([*sweeps, *tests], why))

    assert [(str(job.why), [each.name for each in job.items]) for job in jobs] == [
        ("failed last time", ["two.py"]),
        ("affected", ["test_c.py", "test_d.py"]),
        ("other", ["test_a.py", "test_b.py"]),
        ("other", ["one.py"]),
    ]


def test_what_failed_is_remembered(tmp_path: Path) -> None:
    remember(tmp_path, ["b", "a"])

    assert json.loads((tmp_path / FILE).read_text()) == {"failed": ["a", "b"]}
    assert remembered(tmp_path) == {"a", "b"}


@pytest.mark.parametrize("text", ["", "[]", "{", '{"failed": 7}', '{"failed": [7]}', "[" * 100_000, "\xff"])
def test_a_memory_that_says_nothing_is_forgotten(tmp_path: Path, text: str) -> None:
    (tmp_path / ".lydite").mkdir()
    (tmp_path / FILE).write_text(text, encoding="latin-1")

    assert remembered(tmp_path) == frozenset()


def test_where_nothing_can_be_written_nothing_is_remembered(tmp_path: Path) -> None:
    (tmp_path / ".lydite").write_text("")

    remember(tmp_path, ["a"])

    assert remembered(tmp_path) == frozenset()
