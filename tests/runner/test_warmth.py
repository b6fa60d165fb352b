"""What a nursery has done ahead of time, so that no run does it again."""

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
