"""Each planted bug fits its program, and does what it is said to do."""

import importlib
import linecache
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import pytest

from lydite.harness import Mutant, plant
from lydite_subjects.coin.mutants import MUTANTS

NAMES = {each.name: each for each in MUTANTS}
EXAMPLES = "tests.subjects.coin.mutant_examples"
ANEW = ("lydite_subjects.coin.", "tests.subjects.coin.")


@contextmanager
def imported_anew(*mutants: Mutant) -> Iterator[ModuleType]:
    """The examples on modules of their own, with these bugs; afterwards all is as it was."""
    before, finders, lines = dict(sys.modules), [*sys.meta_path], dict(linecache.cache)
    for name in list(sys.modules):
        if name.startswith(ANEW):
            del sys.modules[name]
    try:
        plant(mutants)
        yield importlib.import_module(EXAMPLES)
    finally:
        sys.meta_path[:] = finders
        for name in list(sys.modules):
            if name.startswith(ANEW):
                del sys.modules[name]
        sys.modules.update(before)
        _bind_again(before)
        linecache.cache.clear()
        linecache.cache.update(lines)


def _bind_again(modules: dict[str, ModuleType]) -> None:
    """Packages have their modules as attributes; they get those back that they had."""
    for name, module in modules.items():
        package, _, attribute = name.rpartition(".")
        if name.startswith(ANEW) and package in modules:
            setattr(modules[package], attribute, module)


def test_every_mutant_has_a_name_a_story_and_an_example() -> None:
    with imported_anew() as examples:
        assert set(examples.EXAMPLES) == set(NAMES)

    assert len(NAMES) == len(MUTANTS) >= 16
    assert all(each.story and each.caught_by for each in MUTANTS)


@pytest.mark.parametrize("name", NAMES)
def test_its_text_is_found_once_and_its_replacement_is_short(name: str) -> None:
    mutant = NAMES[name]
    spec = find_spec(mutant.module)

    assert spec is not None
    assert spec.origin is not None
    assert Path(spec.origin).read_text().count(mutant.replace) == 1
    assert mutant.replace != mutant.by
    assert mutant.by.count("\n") <= 5


@pytest.mark.parametrize("name", NAMES)
def test_the_honest_program_does_as_the_example_says(name: str, tmp_path: Path) -> None:
    with imported_anew() as examples:
        examples.EXAMPLES[name](tmp_path)


@pytest.mark.parametrize("name", NAMES)
def test_the_program_with_the_bug_does_not(name: str, tmp_path: Path) -> None:
    with imported_anew(NAMES[name]) as examples, pytest.raises(AssertionError):
        examples.EXAMPLES[name](tmp_path)


def test_afterwards_all_is_as_it_was(tmp_path: Path) -> None:
    honest = importlib.import_module("lydite_subjects.coin.spec.rules")

    with imported_anew(NAMES["value_overflow"]) as examples, pytest.raises(AssertionError):
        examples.EXAMPLES["value_overflow"](tmp_path)

    assert importlib.import_module("lydite_subjects.coin.spec.rules") is honest
