"""Every example in a docstring runs and gives what it says."""

import doctest
import importlib

import pytest

from tests.house.tree import Source, module_name, sources

MODULES = [
    module_name(source.path) if source.path.startswith("src/") else ".".join(source.path[:-3].split("/"))
    for source in sources("src", "tests")
    if "\n    >>> " in source.text or "\n>>> " in source.text
]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_the_module_run(name: str) -> None:
    module = importlib.import_module(name)

    failed, attempted = doctest.testmod(module, optionflags=doctest.ELLIPSIS)

    assert attempted
    assert failed == 0, f"{failed} of {attempted} examples of {name} fail; see the output above"


def test_an_example_that_is_not_so_fails() -> None:
    planted = Source("planted.py", "\n>>> 1 + 1\n3\n")

    test = doctest.DocTestParser().get_doctest(planted.text, {}, planted.path, planted.path, 0)

    assert doctest.DocTestRunner(verbose=False).run(test, out=lambda _: None).failed == 1
