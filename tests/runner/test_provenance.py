"""Which code a run is made of, and what is imported before it."""

from pathlib import Path

from lydite.model import Verdict
from lydite.runner import Description, ForkedEngine, Opening, Order
from tests.runner.projects import write_project

TRIALS = '''\
from lydite.harness import trial
from lydite.world import World

PORT = "localhost:http"


@trial
async def starts(world: World) -> None:
    """Starts a program that it knows by name only."""
    await world.start("node-1", "ring.node:main")
    world.always("started", True)
'''

RING = {
    "ring/__init__.py": "",
    "ring/node.py": "from ring.law import LIMIT\n\n\nasync def main(argv):\n    print(LIMIT)\n",
    "ring/law.py": "LIMIT = 3\n",
    "trials.py": TRIALS,
}

WEB = '''\
import fastapi
import httpx
import uvicorn

from lydite.harness import trial
from lydite.world import World

app = fastapi.FastAPI()


@app.get("/")
async def root():
    return {"ok": True}


@trial
async def asks(world: World) -> None:
    """Asks once."""
    await world.serve("node-1", "web:app")
    async with httpx.AsyncClient() as client:
        world.always("answers", (await client.get("http://node-1:8000/")).json() == {"ok": True})
'''

COLD = "import lydite.runner.warmth\n\nlydite.runner.warmth.LATE_PARTS.clear()\n\nfrom web import *\n"


def described(home: Path) -> Description:
    with ForkedEngine(Opening(target="trials.py", home=str(home))) as engine:
        return engine.description


def test_the_code_is_the_trial_and_every_program_that_it_names(tmp_path: Path) -> None:
    write_project(tmp_path, RING)

    found = described(tmp_path)

    assert sorted(found.code_files) == ["ring", "ring.law", "ring.node", "trials"]


def test_a_change_in_what_a_program_imports_is_a_change_of_the_code(tmp_path: Path) -> None:
    write_project(tmp_path, RING)
    before = described(tmp_path)
    (tmp_path / "ring/law.py").write_text("LIMIT = 4\n")

    after = described(tmp_path)

    assert after.code_digest != before.code_digest
    assert [name for name in after.code_files if after.code_files[name] != before.code_files[name]] == [
        "ring.law"
    ]


def test_what_is_imported_ahead_of_time_changes_no_digest(tmp_path: Path) -> None:
    write_project(tmp_path, {"web.py": WEB, "cold.py": COLD})

    digests = []
    for file in ("web", "cold"):
        with ForkedEngine(Opening(target=f"{file}.py", home=str(tmp_path))) as engine:
            run = engine.run(Order(number=0, label=f"{file}.asks", seed=0))
        assert run.result.verdict is Verdict.HOLDS
        digests.append(run.result.digest)

    assert digests[0] == digests[1]
