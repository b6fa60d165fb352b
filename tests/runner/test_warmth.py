"""What a nursery has done ahead of time, so that no run does it again."""

import os
import subprocess
import sys
from pathlib import Path

from tests.sim.patches.inside import in_fresh_python

SCRIPT = """
import json, sys
import fastapi, httpx
from lydite.model import Header
from lydite.runner.warmth import warm_libraries
from lydite.sim import install, simulate, sweep
from lydite.sim.patches import tls_streams

install()
warm_libraries()
sweep()
real, loads = tls_streams._real_load_verify_locations, []
tls_streams._real_load_verify_locations = lambda *of: (loads.append(of[1]), real(*of))

async def trial(world):
    async with httpx.AsyncClient(base_url="http://shop:8000"):
        pass

outcome = simulate(trial, Header(trial="warm", seed=1))
print(json.dumps({"error": repr(outcome.error), "loads": loads, "uvicorn": "uvicorn.lifespan.on" in sys.modules}))
"""


def test_a_client_of_httpx_loads_no_authorities_and_a_served_application_finds_its_server(
    tmp_path: Path,
) -> None:
    told = in_fresh_python(SCRIPT, tmp_path)

    assert told == {"error": "None", "loads": [], "uvicorn": True}


def test_a_library_is_compiled_once_and_the_code_under_test_each_time(tmp_path: Path) -> None:
    """A bug is mended faster than a second: a compiled file of it would be taken for that of the mended source."""
    installed, own = tmp_path / "site-packages", tmp_path / "own"
    for folder in (installed, own):
        folder.mkdir()
    (installed / "purse.py").write_text("COINS = 3\n")
    (own / "late.py").write_text("LATE = True\n")
    (own / "trials.py").write_text(
        "import purse\n\n\nasync def counts(world):\n    import late\n"
        "    world.always('coins', purse.COINS == 3 and late.LATE)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)

    done = subprocess.run(
        [sys.executable, "-c", "from lydite.cli import main; main()", "run", "trials:counts"],
        cwd=own,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert [file.stem.partition(".")[0] for file in installed.rglob("*.pyc")] == ["purse"]
    assert not list(own.rglob("*.pyc"))
