"""Programs named by text: each process runs its own copies of the program's modules."""

import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from importlib.machinery import SourceFileLoader
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from lydite.model import Header, InputError, TargetNotFound
from lydite.sim import simulate
from lydite.sim.context import PROCESS, current_process
from lydite.sim.hosts.process import SimProcess
from lydite.sim.patches.memory import Memory
from lydite.sim.programs.modules import load_entry, warm
from lydite.sim.programs.private import is_private
from lydite.world import World
from tests.sim.patches.inside import words_of

NODE = """
from __future__ import annotations

import asyncio
import dataclasses
import importlib
import pickle

from fastapi import FastAPI
from pydantic import BaseModel

from . import state
from {package}.state import bump

app = FastAPI()


class Tree(BaseModel):
    value: int
    children: list[Tree] = []
    later: "Later | None" = None


class Later(BaseModel):
    word: str


@app.post("/tree")
def post(tree: Tree) -> Tree:
    return tree


@dataclasses.dataclass
class Point:
    x: int
    y: "int" = 0


def count():
    return bump(), state.counter


def late():
    from {package} import lazy
    import {package}.lazy as same
    third = importlib.import_module("{package}.lazy")
    fourth = importlib.import_module(".lazy", "{package}")
    assert lazy is same is third is fourth
    lazy.items.append(1)
    return len(lazy.items)


def copy_by_pickle():
    twin = pickle.loads(pickle.dumps(Point(3)))
    return type(twin) is Point and twin == Point(3)


def nested():
    return Tree.model_validate({{"value": 1, "children": [{{"value": 2, "later": {{"word": "x"}}}}]}}).children[0]


async def main(argv):
    for _ in range(int(argv[0])):
        bump()
    print("counted", state.counter)
"""

STATE = """
counter = 0


def bump():
    global counter
    counter += 1
    return counter
"""


@pytest.fixture
def package(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """A program in a package of its own, importable for one test."""
    name = "shop_" + "".join(letter for letter in request.node.name if letter.isalnum())[-40:]
    folder = tmp_path / name
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "state.py").write_text(STATE)
    (folder / "lazy.py").write_text("items = []\n")
    (folder / "broken.py").write_text("x = 1\n\ndef f():\n    return x / 0\n\nf()\n")
    (folder / "node.py").write_text(NODE.format(package=name))
    sys.path.insert(0, str(tmp_path))
    yield name
    sys.path.remove(str(tmp_path))
    for module in [module for module in sys.modules if module.partition(".")[0] == name]:
        del sys.modules[module]


def processes(count: int, use: Any) -> Any:
    """Hand so many processes to a function, inside a world."""
    answers: list[Any] = []

    async def trial(world: World) -> None:
        made: list[SimProcess] = []

        async def program(argv: Sequence[str]) -> None:
            process = PROCESS.get()
            assert process is not None
            made.append(process)

        for number in range(count):
            await (await world.start(f"node-{number}", program)).wait()
        answers.append(use(*made))

    outcome = simulate(trial, Header(trial="modules", seed=1))
    if outcome.error is not None:
        raise outcome.error
    return answers[0]


def test_two_processes_share_no_module_globals(package: str) -> None:
    def use(one: SimProcess, two: SimProcess) -> list[object]:
        first, second = (load_entry(process, f"{package}.node:count") for process in (one, two))
        return [first(), first(), second()]

    assert processes(2, use) == [(1, 1), (2, 2), (1, 1)]


def test_late_imports_find_the_processes_own_modules(package: str) -> None:
    def use(one: SimProcess, two: SimProcess) -> list[object]:
        first, second = (load_entry(process, f"{package}.node:late") for process in (one, two))
        return [one.context.run(first), one.context.run(first), two.context.run(second)]

    assert processes(2, use) == [1, 2, 1]


def test_the_interpreters_own_modules_stay_as_they_were(package: str) -> None:
    def use(process: SimProcess) -> None:
        load_entry(process, f"{package}.node:count")()

    before = set(sys.modules)
    processes(1, use)
    assert {name for name in set(sys.modules) - before if name.startswith("shop_")} == set()

    warm(f"{package}.node:count")
    shared = sys.modules[f"{package}.state"]
    processes(1, use)

    assert sys.modules[f"{package}.state"] is shared
    assert shared.counter == 0


def test_models_dataclasses_and_pickles_of_private_modules_work(package: str) -> None:
    def use(process: SimProcess) -> tuple[object, ...]:
        nested = load_entry(process, f"{package}.node:nested")
        twin = load_entry(process, f"{package}.node:copy_by_pickle")
        route = load_entry(process, f"{package}.node:app").routes[-1]
        return process.context.run(nested).later.word, process.context.run(twin), route.path

    assert processes(1, use) == ("x", True, "/tree")


def test_third_party_modules_are_shared(package: str) -> None:
    def use(one: SimProcess, two: SimProcess) -> tuple[bool, ...]:
        for process in (one, two):
            load_entry(process, f"{package}.node:count")
        return one.modules[f"{package}.node"] is not two.modules[f"{package}.node"], "fastapi" in one.modules

    assert processes(2, use) == (True, False)


def test_private_is_what_belongs_to_the_program() -> None:
    ordinary, of_fastapi = Memory(), Memory(private_roots=("fastapi",))

    assert not any(
        is_private(name, ordinary) for name in ("fastapi.routing", "asyncio", "lydite.sim", "numpy")
    )
    assert is_private("prometheus_client.registry", ordinary)
    assert is_private("fastapi.routing", of_fastapi)
    assert not is_private("lydite.sim", Memory(private_roots=("lydite",)))


def test_an_extension_module_of_a_program_is_shared(package: str, tmp_path: Path) -> None:
    origins = [find_spec(name).origin or "" for name in ("_bisect", "_heapq", "_queue", "_csv")]  # type: ignore[union-attr]
    origin = next(Path(origin) for origin in origins if origin.endswith(".so"))
    name = origin.name.partition(".")[0]
    shutil.copy(origin, tmp_path / package / origin.name)
    (tmp_path / package / "user.py").write_text(f"from {package} import {name} as extension\n")

    def use(one: SimProcess, two: SimProcess) -> bool:
        first, second = (load_entry(process, f"{package}.user:extension") for process in (one, two))
        return first is second and f"{package}.{name}" not in one.modules

    assert processes(2, use) is True


def test_a_module_knows_its_file_and_its_loader(package: str, tmp_path: Path) -> None:
    def use(process: SimProcess) -> tuple[object, ...]:
        load_entry(process, f"{package}.node:count")
        module = process.modules[f"{package}.node"]
        assert module.__spec__ is not None
        return module.__file__, module.__name__, module.__package__, type(module.__loader__).__name__

    file = str(tmp_path / package / "node.py")
    assert processes(1, use) == (file, f"{package}.node", package, "SourceFileLoader")


def test_a_program_in_a_file_imports_what_lies_next_to_it(tmp_path: Path) -> None:
    (tmp_path / "beside_program.py").write_text("WORD = 'beside'\n")
    (tmp_path / "lone_program.py").write_text(
        "import beside_program\ndef say(): return beside_program.WORD\n"
    )

    def use(process: SimProcess) -> object:
        return load_entry(process, f"{tmp_path}/lone_program.py:say")()

    assert processes(1, use) == "beside"
    assert "lone_program" not in sys.modules


def test_a_file_inside_of_a_package_is_a_module_of_it(package: str, tmp_path: Path) -> None:
    def use(process: SimProcess) -> object:
        return load_entry(process, f"{tmp_path}/{package}/node.py:count").__module__

    assert processes(1, use) == f"{package}.node"


def test_top_level_code_of_a_program_runs_as_its_process(package: str, tmp_path: Path) -> None:
    (tmp_path / package / "top.py").write_text("import os, time\nSEEN = (os.getpid(), time.time())\n")

    def use(process: SimProcess) -> object:
        return load_entry(process, f"{package}.top:SEEN") == (process.pid, time.time())

    assert processes(1, use) is True


def test_the_world_starts_programs_by_their_name(package: str) -> None:
    async def trial(world: World) -> None:
        for count in ("2", "3"):
            await (await world.start("node-1", f"{package}.node:main", count)).wait()

    outcome = simulate(trial, Header(trial="names", seed=1))

    assert outcome.error is None
    assert words_of(outcome, "node-1") == ["counted 2", "counted 3"]


@pytest.mark.parametrize(
    ("entry", "kind", "told"),
    [
        ("{p}.nod:main", TargetNotFound, r"no module '.*\.nod'.*did you mean '.*\.node'"),
        ("{p}.node:mian", TargetNotFound, r"has no 'mian'.*node\.py.*did you mean 'main'"),
        ("no_such_thing_at_all:main", TargetNotFound, r"no module 'no_such_thing_at_all'.*PYTHONPATH"),
        ("{p}.node", TargetNotFound, r"names no program; write `package\.module:main`"),
        ("not a name:main", TargetNotFound, r"is no name of a module"),
        ("{t}/{p}/nodes.py:main", TargetNotFound, r"there is no file .*did you mean 'node\.py'"),
        ("{p}.broken:f", InputError, r"ZeroDivisionError.*broken\.py:4"),
    ],
)
def test_a_name_that_leads_nowhere_says_what_was_meant(
    package: str, tmp_path: Path, entry: str, kind: type[InputError], told: str
) -> None:
    def use(process: SimProcess) -> None:
        with pytest.raises(kind, match=told):
            load_entry(process, entry.format(p=package, t=tmp_path))

    processes(1, use)


def test_a_module_is_compiled_once_for_all_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "till.py").write_text("import os, json, time\nasync def main(argv): ...\n")
    compiled: list[str] = []
    compile_it = SourceFileLoader.source_to_code

    def counted(loader: SourceFileLoader, data: Any, path: Any, **options: Any) -> Any:
        compiled.append(str(path))
        return compile_it(loader, data, path, **options)

    monkeypatch.setattr(SourceFileLoader, "source_to_code", counted)
    # As in a nursery, which keeps no compiled file of a program.
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    def use(*started: SimProcess) -> None:
        for process in started:
            process.modules.clear()
            load_entry(process, f"{tmp_path}/till.py:main")

    processes(3, use)

    assert compiled == [f"{tmp_path}/till.py"]


def test_outside_of_a_process_nothing_is_private(package: str) -> None:
    assert current_process() is None
    warm(f"{package}.node:count")
    module = sys.modules[f"{package}.node"]

    assert module.late() == 1
    assert sys.modules[f"{package}.lazy"].items == [1]
