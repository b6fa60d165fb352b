"""Who imports whom, by the text alone, and whom a change concerns."""

from collections.abc import Iterable

import pytest

from lydite.watching import Graph

HOME = "/project"


def graph(**files: str) -> Graph:
    """A graph of files: `a__b` is `a/b.py`."""
    made = Graph(roots=(HOME, f"{HOME}/src"))
    texts = {path_of(name): text.encode() for name, text in files.items()}
    made.update(texts, texts)
    return made


def path_of(name: str) -> str:
    return f"{HOME}/{name.replace('__', '/').replace('/init', '/__init__')}.py"


def reached(made: Graph, *changed: str) -> set[str]:
    return short(made.reached(path_of(name) for name in changed))


def short(paths: Iterable[str]) -> set[str]:
    return {path.removeprefix(f"{HOME}/").removesuffix(".py") for path in paths}


@pytest.mark.parametrize(
    "line",
    [
        "import shop.coins",
        "import shop.coins as money",
        "from shop import coins",
        "from shop.coins import Coin",
        "from shop.coins import *",
        "def later():\n    import shop.coins",
        "try:\n    from shop.coins import Coin\nexcept ImportError:\n    pass",
        "PROGRAM = 'shop.coins:main'",
        "MODULE = 'shop.coins'",
    ],
)
def test_an_import_is_seen_wherever_it_stands(line: str) -> None:
    made = graph(shop__init="", shop__coins="", test_it=line, other="import json")

    assert reached(made, "shop__coins") == {"shop/coins", "test_it"}


@pytest.mark.parametrize(
    ("where", "line"),
    [
        ("shop__till", "from . import coins"),
        ("shop__till", "from .coins import Coin"),
        ("shop__desk__till", "from ..coins import Coin"),
        ("shop__desk__init", "from ..coins import Coin"),
    ],
)
def test_a_relative_import_is_seen_from_where_it_stands(where: str, line: str) -> None:
    made = graph(shop__init="", shop__coins="", **{"shop__desk__init": "", where: line})

    assert short([path_of(where)]) < reached(made, "shop__coins")


def test_a_change_reaches_whoever_imports_it_by_any_number_of_steps() -> None:
    made = graph(a="", b="import a", c="import b", d="import c", e="import e, f", f="import e")

    assert reached(made, "a") == {"a", "b", "c", "d"}
    assert reached(made, "f") == {"e", "f"}


def test_whoever_imports_a_module_runs_the_packages_above_it() -> None:
    made = graph(shop__init="", shop__coins="", test_it="import shop.coins")

    assert reached(made, "shop__init") == {"shop/__init__", "test_it"}


def test_modules_are_found_below_src_and_beside_a_test() -> None:
    made = graph(
        src__shop__init="", tests__unit__made="", tests__unit__test_it="import shop, made", made="", other=""
    )

    assert reached(made, "src__shop__init") == {"src/shop/__init__", "tests/unit/test_it"}
    assert reached(made, "tests__unit__made") == {"tests/unit/made", "tests/unit/test_it"}
    assert reached(made, "made") == {"made"}


def test_tests_depend_on_the_conftest_of_each_folder_above() -> None:
    made = graph(tests__conftest="import shop", tests__unit__test_it="", shop="", test_else="")

    assert reached(made, "shop") == {"shop", "tests/conftest", "tests/unit/test_it"}


def test_a_file_that_does_not_parse_keeps_its_edges_until_it_does() -> None:
    made = graph(a="", b="import a")
    path = path_of("b")

    made.update({path: b"import a\ndef ("}, [path])
    broken = made.modules[path].problem
    still = reached(made, "a")
    made.update({path: b"x = 1"}, [path])

    assert broken.startswith("line 2: ")
    assert still == {"a", "b"}
    assert made.modules[path].problem == ""
    assert reached(made, "a") == {"a"}


@pytest.mark.parametrize("text", [b"x = 1\0", b"\xff", b"(" * 10_000, b"-" * 100_000 + b"1"])
def test_no_text_breaks_the_graph(text: bytes) -> None:
    made = graph(a="")
    path = path_of("b")

    made.update({path_of("a"): b"", path: text}, [path])

    assert made.modules[path].problem


def test_what_is_gone_concerns_who_imported_it() -> None:
    made = graph(a="", b="import a")

    concerned = made.update({path_of("b"): b"import a"}, [path_of("a")])

    assert short(concerned) == {"a", "b"}
    assert short(made.modules) == {"b"}


def test_what_comes_concerns_who_was_waiting_for_it() -> None:
    made = graph(b="import a")

    concerned = made.update({path_of("a"): b"", path_of("b"): b"import a"}, [path_of("a")])

    assert short(concerned) == {"a", "b"}


def test_trials_are_known_by_their_mark() -> None:
    made = graph(
        a="@trial\nasync def x(world): pass",
        b="@harness.trial(storm=s)\nasync def x(world): pass",
        c="async def trial(world): pass",
        d="@trial\ndef x(): pass",
    )

    assert short(path for path, module in made.modules.items() if module.trials) == {"a", "b"}
