"""References bound before the patches: found by the sweep wherever they are kept."""

from pathlib import Path

import pytest

from lydite.model import InputError
from lydite.sim.patches import swaps
from lydite.sim.patches.clocks import find_hook
from tests.sim.patches.inside import in_fresh_python

EARLY = """
import dataclasses, functools, logging, os, random, sys, time, uuid
from datetime import date, datetime
from os import getpid, urandom
from random import choice, random as draw
from time import monotonic, perf_counter, strftime, time as wall
from uuid import uuid4

def asked(clock=monotonic, *, late=perf_counter):
    return clock(), late()

class Clocked:
    clock = monotonic
    table = {"clock": monotonic}

@dataclasses.dataclass
class Stamped:
    at: float = dataclasses.field(default_factory=monotonic)

def enclosed():
    held = monotonic
    return lambda: held()

held_by_closure = enclosed()
held_by_partial = functools.partial(monotonic)
held_by_list = [monotonic]
log = logging.StreamHandler()

def everything():
    return {
        "module": monotonic(),
        "default": asked()[0],
        "keyword": asked()[1],
        "class": Clocked.clock(),
        "instance": Clocked().clock(),
        "dict": Clocked.table["clock"](),
        "factory": Stamped().at,
        "closure": held_by_closure(),
        "partial": held_by_partial(),
        "list": held_by_list[0](),
        "wall": wall(),
        "datetime": datetime.now().isoformat(),
        "today": date.today().isoformat(),
        "strftime": strftime("%Y-%m-%d"),
        "random": [draw(), choice(range(1000)), random.Random().random()],
        "bytes": urandom(8).hex(),
        "uuid": str(uuid4()),
        "pid": getpid(),
        "handler": type(log.stream).__name__,
    }
"""

ASK = """
import early, json
from lydite.model import Header
from lydite.sim import simulate
answers = []
async def program(argv):
    answers.append(early.everything())
async def trial(world):
    await (await world.start("node-1", program)).wait()
for _ in range(2):
    outcome = simulate(trial, Header(trial="early", seed=5))
    assert outcome.error is None, outcome
assert early.monotonic() != 1000.0 and early.wall() != answers[0]["wall"]
from lydite.sim.patches import real
assert answers[0]["pid"] != real.getpid() == early.getpid()
print(json.dumps(answers))
"""


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, object]]:
    folder: Path = tmp_path_factory.mktemp("early")
    (folder / "early.py").write_text(EARLY)
    told = in_fresh_python(ASK, folder)
    assert isinstance(told, list)
    return told


def test_early_references_to_the_clock_read_the_hosts_clock(answers: list[dict[str, object]]) -> None:
    where = (
        "module",
        "default",
        "keyword",
        "class",
        "instance",
        "dict",
        "factory",
        "closure",
        "partial",
        "list",
    )

    assert {place: answers[0][place] for place in where} == dict.fromkeys(where, 1000.0)


def test_early_references_to_the_wall_clock_read_the_hosts(answers: list[dict[str, object]]) -> None:
    assert answers[0]["wall"] == 1_767_225_600.0
    assert answers[0]["datetime"] == "2026-01-01T00:00:00"
    assert answers[0]["today"] == answers[0]["strftime"] == "2026-01-01"


def test_early_references_to_randomness_are_the_seeds(answers: list[dict[str, object]]) -> None:
    assert answers[0] == answers[1]


def test_a_handler_made_early_writes_to_the_hosts_stream(answers: list[dict[str, object]]) -> None:
    assert answers[0]["handler"] == "HostStream"


def test_a_time_machine_without_the_hook_is_refused_by_name() -> None:
    module = type(swaps)("time_machine")

    with pytest.raises(InputError, match=r"has no hook .* pip install 'time-machine>=3.0'"):
        find_hook(module)


def test_the_sweep_of_a_large_interpreter_is_quick(tmp_path: Path) -> None:
    script = """
import json, sys
import aiohttp, fastapi, httpx, hypothesis, pytest, sqlalchemy.ext.asyncio, structlog, uvicorn, websockets
from lydite.sim.patches import install, real, swaps
install()
times = []
for _ in range(5):
    swaps._swept.clear()
    started = real.process_time()
    swaps.sweep()
    times.append(real.process_time() - started)
print(json.dumps({"seconds": min(times), "modules": len(sys.modules)}))
"""

    told = in_fresh_python(script, tmp_path)

    assert told["modules"] > 700
    # 25 ms of the processor; several times that where caches are shared with much else.
    assert told["seconds"] < 0.2
