"""The stage: plays every scenario in an interpreter of its own, and writes down what came of it.

Run as a program, ``python -m tests.compat.stage REPORT HEAP [NAME ...]``, so that hash seed, working
directory and heap are another one each time. A scenario is an ``async def name(world)`` at the top of a
module of `tests/compat/scenarios`: ordinary programs, and a trial that asserts what a user would see.
"""

import ast
import gc
import importlib
import json
import os
import sys
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeAlias

from lydite.model import Header, Payload, Refused
from lydite.sim import install, simulate, sweep, warm
from lydite.world import Limits, World

Scenario: TypeAlias = Callable[[World], Awaitable[None]]

SCENARIOS = Path(__file__).with_name("scenarios")

PROGRAMS = ("tests.compat.programs.shop:app", "tests.compat.programs.tally:main")
"""What scenarios name by text: compiled once, and run afresh by each process."""

LAZY = (
    "anyio._backends._asyncio",
    "certifi",
    "httpcore",
    "sqlalchemy.dialects.sqlite.aiosqlite",
    "uvicorn.lifespan.on",
    "uvicorn.protocols.http.h11_impl",
    "uvicorn.protocols.websockets.auto",
)
"""What libraries import late: once here, and not once in each child."""

SEED = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """One scenario, played."""

    digest: str
    records: int
    virtual_s: float
    error: str
    """Why it failed, with the last words of its hosts; empty when it held."""


def names() -> list[str]:
    """Every scenario, as `module.function`, found without importing what it needs."""
    return [
        f"{path.stem}.{node.name}"
        for path in sorted(SCENARIOS.glob("*.py"))
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.AsyncFunctionDef) and [each.arg for each in node.args.args] == ["world"]
    ]


def play(name: str, scenario: Scenario) -> Played:
    """One run in this interpreter."""
    header = Header(trial=name, seed=SEED, payload=Payload.BLAKE2B)
    outcome = simulate(scenario, header, limits=Limits(events=2_000_000))
    problem, refused = "", getattr(scenario, "refused", "")
    if refused:
        if not isinstance(outcome.error, Refused) or refused not in str(outcome.error):
            problem = f"to be refused with {refused!r}, and ended with: {outcome.error!r}"
        elif not outcome.error.where.startswith(str(SCENARIOS)):
            problem = f"the culprit is in this folder, and not in {outcome.error.where!r}"
    elif outcome.error is not None:
        words = [f"{host}: {line}" for host, lines in outcome.last_words.items() for line in lines]  # type: ignore[union-attr]
        problem = "\n".join((*traceback.format_exception(outcome.error), *words))
    return Played(
        digest=outcome.digest, records=outcome.records, virtual_s=outcome.virtual_ns / 1e9, error=problem
    )


def play_in_a_child(name: str, scenario: Scenario) -> Played:
    """One run in a fork of this interpreter, as the runner does it."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        code = 1
        try:
            with os.fdopen(writer, "w") as pipe:
                json.dump(asdict(play(name, scenario)), pipe)
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        told = pipe.read()
    _, status = os.waitpid(child, 0)
    if status or not told:
        return Played(digest="", records=0, virtual_s=0, error=f"the child ended with status {status}")
    return Played(**json.loads(told))


def main(report: str, heap: str, *wanted: str) -> None:
    """Play the scenarios that were asked for, or all of them."""
    # What is allocated and dropped here moves every later object to another address.
    perturbation = [object() for _ in range(int(heap))]
    del perturbation[::2]
    chosen = [name for name in names() if not wanted or name in wanted]
    install()
    modules = {
        name.partition(".")[0]: importlib.import_module(f"tests.compat.scenarios.{name.partition('.')[0]}")
        for name in chosen
    }
    for program in PROGRAMS:
        warm(program)
    for lazy in LAZY:
        importlib.import_module(lazy)
    sweep()
    gc.collect()
    gc.freeze()
    played = {}
    for name in chosen:
        module, _, function = name.partition(".")
        played[name] = asdict(play_in_a_child(name, getattr(modules[module], function)))
    Path(report).write_text(json.dumps(played, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
