"""Calls and shapes that do not belong where they stand, each with what to do instead.

What a linter knows is ruff's business (see pyproject.toml); here is what only this house forbids.
"""

import ast
import io
import tokenize
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from tests.house.tree import excused, judge, nodes, sources


class Ban(NamedTuple):
    """Names that may not be used below some folders, and what to do instead."""

    names: tuple[str, ...]
    below: tuple[str, ...]
    remedy: str
    but_not_below: tuple[str, ...] = ()

    def holds_for(self, path: str) -> bool:
        """Whether a file lies where the ban holds."""
        return path.startswith(self.below) and not path.startswith(self.but_not_below or ("\0",))

    def forbids(self, name: str) -> bool:
        """Whether it is one of the names, or lies in one."""
        return any(name == banned or name.startswith(f"{banned}.") for banned in self.names)


PURE = ("src/lydite/model/", "src/lydite/world/", "src/lydite/checks/", "src/lydite/harness/")
ORDERED = (*PURE, "src/lydite/sim/", "src/lydite_subjects/")
PLATFORM = ("src/lydite/",)

BANNED_CALLS = (
    Ban(
        (
            *("time.time", "time.time_ns", "time.monotonic", "time.monotonic_ns"),
            *("time.perf_counter", "time.perf_counter_ns"),
            *("datetime.datetime.now", "datetime.datetime.utcnow", "datetime.date.today"),
        ),
        PURE,
        "take the time as an argument in integer nanoseconds, or ask the world for it",
    ),
    Ban(
        ("time.sleep",),
        (*PLATFORM, "tests/"),
        "wait for the thing itself (an event, an exit, a file descriptor), never for a while",
        but_not_below=("tests/compat/", "tests/determinism/", "tests/sim/"),
    ),
    Ban(
        ("random",),
        PLATFORM,
        "draw from `lydite.model.Draws`, keyed by seed, domain and entity, so that no draw moves another",
        but_not_below=("src/lydite/sim/",),
    ),
    Ban(
        ("os.urandom", "secrets", "uuid.uuid1", "uuid.uuid4"),
        PLATFORM,
        "name things by what they are, or draw from `lydite.model.Draws`",
        but_not_below=("src/lydite/sim/",),
    ),
    Ban(
        ("hash",),
        PLATFORM,
        "`hash` differs from process to process; use `zlib.crc32` or BLAKE2b over bytes",
    ),
    Ban(
        ("print",),
        PLATFORM,
        "return what is to be said; only `lydite.cli` talks to the terminal",
        but_not_below=("src/lydite/cli/",),
    ),
    Ban(
        ("pytest.skip", "pytest.mark.skip", "pytest.importorskip"),
        ("tests/",),
        "a test runs or goes; parametrise over what the machine has",
    ),
)

BANNED_IMPORTS = (
    Ban(
        ("pickle", "marshal", "shelve"),
        PLATFORM,
        "store plain data that a stranger may read without running it: JSON or the canonical records",
        but_not_below=("src/lydite/sim/",),
    ),
    Ban(
        ("unittest.mock",),
        ("tests/",),
        "write a fake that passes the same tests as the real thing",
    ),
    Ban(
        ("random",),
        PURE,
        "draw from `lydite.model.Draws`, keyed by seed, domain and entity, so that no draw moves another",
    ),
)

LAWS_AND_PROGRAMS = ("/spec.py", "/node.py", "/spec/", "/node/")

UNFINISHED = ("TO" + "DO", "FIX" + "ME", "X" + "XX")

TAKES_ANY_ORDER = ("all", "any", "frozenset", "len", "max", "min", "set", "sorted", "sum")


def banned_calls(path: str, text: str) -> list[str]:
    """Complain about calls that reach past the world: for time, chance, the terminal."""
    bans = [ban for ban in BANNED_CALLS if ban.holds_for(path)]
    firsts = {name.partition(".")[0] for ban in bans for name in ban.names}
    known = _known_names(text)
    inside_hash = _lines_inside(text, "__hash__")
    complaints = []
    for node in nodes(text):
        if not isinstance(node, ast.Call) or node.lineno in inside_hash:
            continue
        name = _dotted(node.func, known)
        if name.partition(".")[0] not in firsts:
            continue
        complaints += [
            f"{path}:{node.lineno}: `{name}` is banned here; {ban.remedy}"
            for ban in bans
            if ban.forbids(name)
        ]
    return complaints


def banned_imports(path: str, text: str) -> list[str]:
    """Complain about imports of what may not be had here, and of the platform in a law or a program."""
    bans = [ban for ban in BANNED_IMPORTS if ban.holds_for(path)]
    is_stranger = path.startswith("src/lydite_subjects/") and any(part in path for part in LAWS_AND_PROGRAMS)
    complaints = []
    for name, line in _imported(text):
        complaints += [
            f"{path}:{line}: `{name}` may not be imported here; {ban.remedy}"
            for ban in bans
            if ban.forbids(name)
        ]
        if is_stranger and name.split(".")[0] == "lydite":
            complaints.append(
                f"{path}:{line}: a subject's law and program import nothing of Lydite; "
                "move what needs it to workload.py, invariants.py, faults.py, trials.py or mutants.py"
            )
    return complaints


def swallowed_errors(path: str, text: str) -> list[str]:
    """Complain about handlers that catch everything and say nothing."""
    complaints = []
    for node in nodes(text):
        if not isinstance(node, ast.ExceptHandler):
            continue
        if node.type is None:
            complaints.append(f"{path}:{node.lineno}: bare `except:`; name what may go wrong")
        elif _dotted(node.type, {}) in {"Exception", "BaseException"} and _does_nothing(node.body):
            complaints.append(
                f"{path}:{node.lineno}: an error is swallowed; name which, or tell it to someone"
            )
    return complaints


def walks_over_sets(path: str, text: str) -> list[str]:
    """Complain where the order of a set, which depends on the hash seed, becomes the order of something."""
    if not path.startswith(ORDERED):
        return []
    harmless = {
        id(argument)
        for node in nodes(text)
        if isinstance(node, ast.Call) and _dotted(node.func, {}) in TAKES_ANY_ORDER
        for argument in node.args
    }
    walked: list[ast.expr] = []
    for node in nodes(text):
        match node:
            case ast.For(iter=over) | ast.AsyncFor(iter=over):
                walked.append(over)
            case ast.ListComp(generators=generators) | ast.GeneratorExp(generators=generators):
                if id(node) not in harmless:
                    walked += [generator.iter for generator in generators]
            case ast.Call(func=ast.Name(id="list" | "tuple" | "enumerate" | "iter"), args=[over, *_]):
                if id(node) not in harmless:
                    walked.append(over)
            case _:
                pass
    return [
        f"{path}:{over.lineno}: walks over a set, whose order depends on the hash seed; use `sorted(...)`"
        for over in walked
        if _is_set(over)
    ]


def unfinished_work(path: str, text: str) -> list[str]:
    """Complain about notes that something is left to do."""
    if not any(word in text for word in UNFINISHED):
        return []
    comments = (
        token
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type == tokenize.COMMENT
    )
    return [
        f"{path}:{token.start[0]}: a note of unfinished work; do it now or describe the limit for users"
        for token in comments
        if any(word in token.string for word in UNFINISHED)
    ]


def _known_names(text: str) -> dict[str, str]:
    """What the names that imports bind stand for: `from time import sleep as nap` gives nap -> time.sleep."""
    known: dict[str, str] = {}
    for node in nodes(text):
        match node:
            case ast.Import(names=aliases):
                known |= {alias.asname: alias.name for alias in aliases if alias.asname}
            case ast.ImportFrom(module=str(module), names=aliases, level=0):
                known |= {alias.asname or alias.name: f"{module}.{alias.name}" for alias in aliases}
            case _:
                pass
    return known


def _dotted(node: ast.expr, known: dict[str, str]) -> str:
    match node:
        case ast.Name(id=name):
            return known.get(name, name)
        case ast.Attribute(value=value, attr=attr):
            return f"{_dotted(value, known)}.{attr}"
        case _:
            return "?"


def _imported(text: str) -> Iterator[tuple[str, int]]:
    for node in nodes(text):
        match node:
            case ast.Import(names=aliases):
                yield from ((alias.name, node.lineno) for alias in aliases)
            case ast.ImportFrom(module=str(module), names=aliases, level=0):
                yield from ((f"{module}.{alias.name}", node.lineno) for alias in aliases)
            case _:
                pass


def _lines_inside(text: str, function: str) -> set[int]:
    return {
        line
        for node in nodes(text)
        if isinstance(node, ast.FunctionDef) and node.name == function
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }


def _does_nothing(body: list[ast.stmt]) -> bool:
    return all(
        isinstance(node, ast.Pass) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        for node in body
    )


def _is_set(node: ast.expr) -> bool:
    if isinstance(node, ast.Set | ast.SetComp):
        return True
    return isinstance(node, ast.Call) and _dotted(node.func, {}) in {"set", "frozenset"}


RULES = (banned_calls, banned_imports, swallowed_errors, walks_over_sets, unfinished_work)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps_the_rule(rule: object) -> None:
    assert callable(rule)
    judge(rule, sources("src", "tests", "benchmarks"))


@pytest.mark.parametrize(
    ("path", "text", "remedy"),
    [
        ("src/lydite/model/ids.py", "import time\ntime.time()\n", "integer nanoseconds"),
        (
            "src/lydite/harness/trial.py",
            "from datetime import datetime as d\nd.now()\n",
            "integer nanoseconds",
        ),
        (
            "src/lydite/runner/sweep.py",
            "from time import sleep as nap\nnap(1)\n",
            "wait for the thing itself",
        ),
        ("tests/model/test_ids.py", "import time\ntime.sleep(1)\n", "wait for the thing itself"),
        ("src/lydite/runner/sweep.py", "import random\nrandom.choice([1])\n", "lydite.model.Draws"),
        ("src/lydite/runner/sweep.py", "import uuid\nuuid.uuid4()\n", "name things by what they are"),
        ("src/lydite/sim/loop.py", "order = hash('a')\n", "zlib.crc32"),
        ("src/lydite/runner/run.py", "print('done')\n", "only `lydite.cli` talks"),
        ("tests/sim/test_loop.py", "import pytest\npytest.skip('later')\n", "a test runs or goes"),
    ],
)
def test_a_banned_call_is_told_with_its_remedy(path: str, text: str, remedy: str) -> None:
    complaints = banned_calls(path, text)

    assert len(complaints) == 1
    assert remedy in complaints[0]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("src/lydite/cli/run.py", "print('done')\n"),
        ("src/lydite/sim/entropy.py", "import random\nrandom.seed(1)\n"),
        ("src/lydite/runner/sweep.py", "import time\ntime.perf_counter()\n"),
        ("src/lydite/model/ids.py", "class A:\n    def __hash__(self):\n        return hash(1)\n"),
        ("src/lydite_subjects/counter/node.py", "import time\nprint(time.time())\n"),
    ],
)
def test_a_call_that_belongs_where_it_stands_is_let_be(path: str, text: str) -> None:
    assert banned_calls(path, text) == []


def test_a_line_is_excused_by_a_reason_only() -> None:
    silent, reasoned = (
        "tie = hash(3)\n",
        "tie = hash(3)  # house: the hash of an int is the same everywhere\n",
    )
    path = "src/lydite/sim/loop.py"

    assert not excused(silent, banned_calls(path, silent)[0])
    assert not excused(silent.replace("\n", "  # house: \n"), banned_calls(path, silent)[0])
    assert excused(reasoned, banned_calls(path, reasoned)[0])


@pytest.mark.parametrize(
    ("path", "text", "remedy"),
    [
        ("src/lydite/runner/failure.py", "import pickle\n", "plain data"),
        ("tests/sim/test_loop.py", "from unittest import mock\n", "write a fake"),
        ("src/lydite/world/levers.py", "from random import choice\n", "lydite.model.Draws"),
        (
            "src/lydite_subjects/counter/spec.py",
            "from lydite.model import Seed\n",
            "import nothing of Lydite",
        ),
        ("src/lydite_subjects/coin/node/rpc.py", "import lydite\n", "import nothing of Lydite"),
    ],
)
def test_a_banned_import_is_told_with_its_remedy(path: str, text: str, remedy: str) -> None:
    complaints = banned_imports(path, text)

    assert len(complaints) == 1
    assert remedy in complaints[0]


def test_a_swallowed_error_is_found() -> None:
    bare = "try:\n    f()\nexcept:\n    raise\n"
    silent = "try:\n    f()\nexcept Exception:\n    pass\n"
    honest = "try:\n    f()\nexcept OSError:\n    pass\n"

    assert "bare" in swallowed_errors("a.py", bare)[0]
    assert "swallowed" in swallowed_errors("a.py", silent)[0]
    assert swallowed_errors("a.py", honest) == []


@pytest.mark.parametrize(
    "text",
    [
        "for name in {'a', 'b'}:\n    f(name)\n",
        "for name in set(names):\n    f(name)\n",
        "names = [name for name in frozenset(names)]\n",
        "names = list({name for name in names})\n",
        "text = ','.join(name for name in set(names))\n",
    ],
)
def test_a_walk_over_a_set_is_found(text: str) -> None:
    assert "sorted" in walks_over_sets("src/lydite/sim/loop.py", text)[0]


@pytest.mark.parametrize(
    "text", ["for name in sorted({'a'}):\n    f(name)\n", "x = any(f(n) for n in set(names))\n"]
)
def test_a_set_whose_order_does_not_matter_is_let_be(text: str) -> None:
    assert walks_over_sets("src/lydite/sim/loop.py", text) == []


def test_a_note_of_unfinished_work_is_found() -> None:
    assert unfinished_work("a.py", f"x = 1  # {UNFINISHED[0]}: finish\n")
    assert unfinished_work("a.py", "x = 1  # finished\n") == []
