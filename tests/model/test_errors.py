"""Errors say what, where and what to try, and stand in the tree that their module draws."""

import pickle
import re
from copy import copy

import pytest

from lydite.model import CorruptRecord, InputError, LyditeError, RecordError, SimulationError, errors


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (LyditeError("it broke"), "it broke"),
        (LyditeError("it broke", where="line 3"), "it broke (line 3)"),
        (LyditeError("it broke", remedy="mend it"), "it broke; mend it"),
        (InputError("it broke", where="line 3", remedy="mend it"), "it broke (line 3); mend it"),
    ],
)
def test_the_parts_of_an_error_make_one_sentence(error: LyditeError, told: str) -> None:
    assert str(error) == told


def test_the_parts_of_an_error_are_attributes() -> None:
    error = CorruptRecord("it broke", where="line 3", remedy="mend it")

    assert (error.what, error.where, error.remedy) == ("it broke", "line 3", "mend it")


def test_an_error_can_be_copied_and_sent_to_another_process() -> None:
    error = CorruptRecord("it broke", where="line 3", remedy="mend it")

    for again in (copy(error), pickle.loads(pickle.dumps(error))):
        assert type(again) is CorruptRecord
        assert (again.what, again.where, again.remedy) == ("it broke", "line 3", "mend it")


def test_the_drawing_of_the_tree_is_the_tree() -> None:
    drawn = re.findall(r"^    ([│ ├└─]*)([A-Z]\w+)", errors.__doc__ or "", re.MULTILINE)
    classes = {
        name: value
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, Exception)
    }

    assert {name for _, name in drawn} == set(classes)
    ancestors: list[str] = []
    for branch, name in drawn:
        depth = len(branch) // 4
        ancestors[depth:] = [name]
        parent = classes[ancestors[depth - 1]] if depth else Exception
        assert classes[name].__bases__ == (parent,)


@pytest.mark.parametrize("tree", [InputError, RecordError, SimulationError])
def test_every_branch_is_ours(tree: type[LyditeError]) -> None:
    assert issubclass(tree, LyditeError)
