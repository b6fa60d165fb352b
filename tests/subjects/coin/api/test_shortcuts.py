"""Shortcuts past the application: what they answer is what it would have answered."""

import httpx
import pytest

from lydite_subjects.coin.node.api import APP, SHORTCUTS
from lydite_subjects.coin.node.forms import BODY_BYTES_MAX
from lydite_subjects.coin.node.service import Service
from tests.subjects.coin.api.serving import ALICE, BOB, Served

BODIES = {
    "nothing": b"",
    "no JSON": b"{",
    "no object": b"[]",
    "no transaction and no block": b'{"hex": "00", "block": "00"}',
    "no address": b'{"miner_address": "me"}',
    "unknown field": b'{"miner": "me"}',
    "too much": b" " * (BODY_BYTES_MAX + 1),
}


def around(served: Served) -> httpx.AsyncClient:
    """Asks the same node without shortcuts."""
    transport = httpx.ASGITransport(Service(served.node, APP), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://node")


def told(response: httpx.Response) -> object:
    """All of an answer but the time of day."""
    body = response.json()
    body.pop("time_s", None)
    headers = {name: value for name, value in response.headers.items() if name != "content-length"}
    return response.status_code, headers, body


@pytest.mark.asyncio
@pytest.mark.parametrize(("method", "path"), SHORTCUTS)
@pytest.mark.parametrize("body", BODIES)
async def test_a_shortcut_answers_as_the_application_does(method: str, path: str, body: str) -> None:
    served = Served.new()

    quick = await served.client.request(method, path, content=BODIES[body])
    slow = await around(served).request(method, path, content=BODIES[body])

    assert told(quick) == told(slow)


@pytest.mark.asyncio
async def test_a_broken_rule_is_told_by_a_shortcut_as_by_the_application() -> None:
    served = Served.new()
    await served.mine(blocks=6)
    payment = await served.payment(ALICE, BOB.address)
    torn = payment.encode()[:-2] + b"\0\0"

    quick = await served.client.post("/transactions", json={"hex": torn.hex()})
    slow = await around(served).post("/transactions", json={"hex": torn.hex()})

    assert quick.status_code == 422
    assert told(quick) == told(slow)


@pytest.mark.asyncio
async def test_a_mistake_of_the_node_is_told_by_a_shortcut_as_by_the_application() -> None:
    served = Served.new()
    del served.node.mempool

    quick, slow = await served.client.get("/status"), await around(served).get("/status")

    assert quick.status_code == 500
    assert told(quick) == told(slow)
