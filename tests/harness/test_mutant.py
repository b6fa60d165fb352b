"""Planting bugs."""

import importlib
import linecache
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest

from lydite.harness import Mutant, plant
from lydite.model import MutantDoesNotFit

SOURCE = "LIMIT = 3\n\n\ndef allowed(count):\n    return count <= LIMIT\n\n\ndef fail():\n    raise ValueError(LIMIT)\n"


@pytest.fixture
def law(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A program of one module, `planted_law`, that is not imported yet."""
    file = tmp_path / "planted_law.py"
    file.write_text(SOURCE)
    monkeypatch.syspath_prepend(tmp_path)
    before = list(sys.meta_path)
    yield file
    sys.meta_path[:] = before
    sys.modules.pop("planted_law", None)
    linecache.cache.pop(str(file), None)
    importlib.invalidate_caches()


def off_by_one(**changes: str) -> Mutant:
    parts = {
        "name": "off-by-one",
        "module": "planted_law",
        "replace": "count <= LIMIT",
        "by": "count < LIMIT",
    }
    return Mutant(**{**parts, "caught_by": "all-are-allowed", **changes})


def test_a_mutant_changes_what_is_imported_and_not_the_file(law: Path) -> None:
    plant([off_by_one()])

    planted = importlib.import_module("planted_law")

    assert not planted.allowed(3)
    assert planted.allowed(2)
    assert law.read_text() == SOURCE


def test_a_compiled_file_of_the_honest_source_is_not_used(law: Path) -> None:
    assert importlib.import_module("planted_law").allowed(3)
    del sys.modules["planted_law"]

    plant([off_by_one()])

    assert not importlib.import_module("planted_law").allowed(3)


def test_two_mutants_of_one_module_are_both_planted(law: Path) -> None:
    plant([off_by_one(), off_by_one(name="tight", replace="LIMIT = 3", by="LIMIT = 2")])

    planted = importlib.import_module("planted_law")

    assert planted.LIMIT == 2
    assert not planted.allowed(2)


def test_tracebacks_show_the_mutated_line(law: Path) -> None:
    plant([off_by_one(replace="raise ValueError(LIMIT)", by="raise KeyError(LIMIT)")])
    planted = importlib.import_module("planted_law")

    with pytest.raises(KeyError) as caught:
        planted.fail()

    assert "raise KeyError(LIMIT)" in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(("text", "count"), [("count >= LIMIT", 0), ("LIMIT", 3)])
def test_a_text_that_does_not_occur_once_does_not_fit(law: Path, text: str, count: int) -> None:
    with pytest.raises(MutantDoesNotFit, match=f"off-by-one .* found {count} times.*planted_law.py"):
        plant([off_by_one(replace=text)])


def test_a_module_that_is_not_there_does_not_fit() -> None:
    with pytest.raises(MutantDoesNotFit, match=r"no source of that module"):
        plant([off_by_one(module="nowhere.to_be_found")])


def test_a_module_that_is_imported_already_is_too_late(law: Path) -> None:
    importlib.import_module("planted_law")

    with pytest.raises(MutantDoesNotFit, match=r"comes too late: planted_law is imported already"):
        plant([off_by_one()])


def test_a_module_that_its_own_package_imports_is_mutated_all_the_same(law: Path) -> None:
    inner = law.with_name("planted_outer") / "inner"
    inner.mkdir(parents=True)
    (inner.parent / "__init__.py").touch()
    (inner / "__init__.py").write_text("from planted_outer.inner.law import allowed\n")
    (inner / "law.py").write_text(SOURCE)
    outer = importlib.import_module("planted_outer")

    plant([off_by_one(module="planted_outer.inner.law")])

    assert not hasattr(outer, "inner"), "`from planted_outer import inner` would give the honest one"
    assert not importlib.import_module("planted_outer.inner").allowed(3)
    for name in ("planted_outer", "planted_outer.inner", "planted_outer.inner.law"):
        del sys.modules[name]
