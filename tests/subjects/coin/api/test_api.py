"""The HTTP interface: what it answers, and how it refuses."""

import asyncio
import json
from typing import Any

import pytest

from lydite_subjects.coin.node.api import APP
from lydite_subjects.coin.node.forms import BODY_BYTES_MAX, block_from_plain, transaction_from_plain
from lydite_subjects.coin.spec.amounts import COIN
from lydite_subjects.coin.spec.blocks import block_from_hex
from lydite_subjects.coin.spec.memory import Memory
from lydite_subjects.coin.spec.mining import solve
from lydite_subjects.coin.spec.params import DEV
from lydite_subjects.coin.store import StoreError
from lydite_subjects.coin.store.errors import told
from tests.subjects.coin.api.serving import ALICE, BOB, Served

pytestmark = pytest.mark.asyncio

NOBODY = "ab" * 32


async def refusal(
    served: Served, path: str, status: int, *, method: str = "GET", **options: Any
) -> dict[str, str]:
    response = await served.client.request(method, path, **options)
    assert response.status_code == status, response.text
    assert response.json().keys() == {"error"}
    error: dict[str, str] = response.json()["error"]
    assert ("rule" in error) != ("kind" in error)
    assert error.keys() >= {"expected", "found"}
    return error


async def test_status_tells_who_the_node_is_and_how_long_its_chain() -> None:
    served = Served.new("test_node_0")
    before = await served.get("/status")
    await served.mine(blocks=2)
    after = await served.get("/status")

    assert before["node_id"] == "test_node_0"
    assert before["network"] == "dev"
    assert (before["blockchain_length"], after["blockchain_length"]) == (1, 3)
    assert (before["height"], after["height"]) == (0, 2)
    assert before["tip"] != after["tip"]
    assert before["work"] < after["work"]
    assert before["active_peers"] == before["mempool_size"] == 0
    assert {"version", "uptime_s", "p2p_port", "api_port"} <= before.keys()


async def test_two_nodes_of_one_process_share_nothing_but_the_application() -> None:
    one, other = Served.new("one"), Served.new("other")
    await one.mine()

    assert (await one.get("/status"))["height"] == 1
    assert (await other.get("/status"))["height"] == 0
    assert (await other.get("/status"))["node_id"] == "other"


async def test_health_is_good_while_the_ledger_answers() -> None:
    assert await Served.new().get("/health") == {"status": "ok", "height": 0}


async def test_a_mined_block_is_returned_and_pays_its_miner() -> None:
    served = Served.new()

    (block,) = await served.mine(BOB)

    assert block["index"] == block["height"] == 1
    assert block["connected"] is True
    assert block["transactions"][0]["outputs"] == [{"amount": "50", "address": BOB.address}]
    assert await served.get("/blocks/latest") == block
    assert await served.get("/blocks/1") == block
    assert await served.get(f"/blocks/{block['hash']}") == block


async def test_blocks_are_listed_in_pages_the_latest_first() -> None:
    served = Served.new()
    await served.mine(blocks=4)

    first = await served.get("/blocks", limit=3)
    second = await served.get("/blocks", limit=3, before=first["next"])

    assert [each["height"] for each in first["blocks"]] == [4, 3, 2]
    assert [each["height"] for each in second["blocks"]] == [1, 0]
    assert second["next"] is None
    assert (await served.get("/blocks", before=0))["blocks"] == []


async def test_rewards_ripen() -> None:
    served = Served.new()
    await served.mine()
    young = await served.get(f"/balance/{ALICE.address}")
    await served.mine(BOB, blocks=DEV.maturity_blocks - 1)
    ripe = await served.get(f"/balance/{ALICE.address}")

    assert (young["balance"], young["spendable"], young["unripe"]) == ("50", "0", "50")
    assert (ripe["balance"], ripe["spendable"], ripe["unripe"]) == ("50", "50", "0")
    (coin,) = (await served.get(f"/utxos/{ALICE.address}"))["utxos"]
    assert coin["spendable"] is True


async def test_a_payment_waits_and_is_mined() -> None:
    served = Served.new()
    await served.mine()
    await served.mine(BOB, blocks=DEV.maturity_blocks)
    payment = await served.payment(ALICE, BOB.address, 3 * COIN)

    taken = await served.post("/transactions", {"hex": payment.encode().hex()}, 202)
    again = await served.post("/transactions", {"hex": payment.encode().hex()}, 202)
    waiting = await served.get("/transactions")
    pending = await served.get(f"/balance/{ALICE.address}")
    utxos = (await served.get(f"/utxos/{ALICE.address}"))["utxos"]
    before = await served.get(f"/history/{ALICE.address}")
    await served.mine(BOB)
    after = await served.get(f"/history/{ALICE.address}")
    found = await served.get(f"/transactions/{payment.txid.hex()}")

    assert taken == again == {"txid": payment.txid.hex(), "fee": "0.00001", "size": payment.size}
    assert [each["txid"] for each in waiting["transactions"]] == [payment.txid.hex()]
    assert (pending["balance"], pending["incoming"], pending["outgoing"]) == ("50", "46.99999", "50")
    assert [(each["confirmed"], each["spent"], each["amount"]) for each in utxos] == [
        (True, True, "50"),
        (False, False, "46.99999"),
    ]
    assert [each["height"] for each in before["transactions"]] == [None, 1]
    assert [each["height"] for each in after["transactions"]] == [7, 1]
    assert (after["transactions"][0]["received"], after["transactions"][0]["spent"]) == ("46.99999", "50")
    assert found["confirmed"] is True
    assert found["height"] == 7
    assert (await served.get("/transactions"))["count"] == 0
    assert (await served.get(f"/balance/{ALICE.address}"))["balance"] == "46.99999"


async def test_a_payment_may_be_sent_in_its_json_form() -> None:
    served = Served.new()
    await served.mine(blocks=DEV.maturity_blocks)
    payment = await served.payment(ALICE, BOB.address)

    assert transaction_from_plain(payment.as_plain()) == payment
    taken = await served.post("/transactions", payment.as_plain(), 202)

    assert taken["txid"] == payment.txid.hex()


async def test_coins_are_listed_in_pages() -> None:
    served = Served.new()
    await served.mine(blocks=5)

    found: list[dict[str, Any]] = []
    after: dict[str, str] = {}
    while True:
        page = await served.get(f"/utxos/{ALICE.address}", limit=2, **after)
        found += page["utxos"]
        if page["next"] is None:
            break
        after = {"after": page["next"]}

    assert sorted(each["height"] for each in found) == [1, 2, 3, 4, 5]


async def test_a_miner_takes_a_template_and_hands_in_a_block() -> None:
    served = Served.new()
    offer = await served.get("/mining/template", address=BOB.address)
    template = block_from_hex(offer["block"], offer["height"])
    nonce = solve(template.header, 1, 1_000_000)
    assert nonce is not None
    header = template.header._replace(nonce=nonce)
    solved = type(template)(header, template.transactions, template.index)

    early = await refusal(served, "/mining/submit", 422, method="POST", json={"block": offer["block"]})
    taken = await served.post("/mining/submit", {"block": solved.encode().hex()})
    again = await served.post("/mining/submit", {"block": solved.as_plain()})

    assert early["rule"] == "target"
    assert (
        taken
        == again
        == {
            "hash": solved.calculate_hash(),
            "height": 1,
            "connected": True,
            "tip": solved.calculate_hash(),
        }
    )
    assert block_from_plain(solved.as_plain()) == solved


async def test_two_templates_are_never_the_same() -> None:
    served = Served.new()

    one, other = [await served.get("/mining/template", address=BOB.address) for _ in range(2)]

    assert one["transactions"] != other["transactions"]


async def test_a_search_ends_in_time_and_there_are_not_too_many() -> None:
    served = Served.new()
    body = {"miner_address": ALICE.address, "timeout_s": 1e-9}

    late = await refusal(served, "/mine_block", 503, method="POST", json=body)
    several = await asyncio.gather(
        *(served.client.post("/mine_block", json={"miner_address": ALICE.address}) for _ in range(6))
    )

    assert late["kind"] == "no-block"
    codes = [each.status_code for each in several]
    assert (codes.count(200), codes.count(429)) == (4, 2)
    assert (await served.mine())[0]["connected"] is True


async def test_metrics_are_those_of_the_node() -> None:
    served = Served.new("test_node_7")
    await served.mine()

    response = await served.client.get("/metrics")

    assert response.headers["content-type"].startswith("text/plain")
    lines = response.text.splitlines()
    assert 'coin_node_info{network="dev",node_id="test_node_7",version="1"} 1.0' in lines
    assert "coin_height 1.0" in lines
    assert "coin_orphan_transactions 0.0" in lines
    assert 'coin_http_requests_total{status="200"} 1.0' in lines


async def test_peers_are_listed() -> None:
    assert await Served.new().get("/peers") == {"peers": [], "count": 0, "bootstrap": []}


async def test_openapi_tells_every_path() -> None:
    paths = (await Served.new().get("/openapi.json"))["paths"]

    assert paths == json.loads(json.dumps(APP.openapi()["paths"]))
    assert set(paths) == {
        *("/status", "/health", "/blocks", "/blocks/{block}", "/transactions", "/transactions/{txid}"),
        *("/balance/{address}", "/utxos/{address}", "/history/{address}", "/peers", "/metrics"),
        *("/mining/template", "/mining/submit", "/mine_block"),
    }
    for path in ("/transactions", "/mining/submit", "/mine_block"):
        assert paths[path]["post"]["requestBody"]["required"] is True
    assert all("description" in each for methods in paths.values() for each in methods.values())


@pytest.mark.parametrize(
    ("path", "status", "kind"),
    [
        ("/nothing", 404, "not-found"),
        ("/status/", 404, "not-found"),
        ("/blocks/99", 404, "unknown-block"),
        ("/blocks/99999999999", 400, "bad-encoding"),
        ("/blocks/-1", 400, "bad-encoding"),
        (f"/blocks/{NOBODY}", 404, "unknown-block"),
        ("/blocks/first", 400, "bad-encoding"),
        ("/blocks?limit=0", 400, "bad-request"),
        ("/blocks?limit=101", 400, "bad-request"),
        ("/blocks?limit=1e3", 400, "bad-request"),
        ("/blocks?before=99999999999999999999999", 400, "bad-request"),
        ("/blocks?page=1", 400, "bad-request"),
        (f"/transactions/{NOBODY}", 404, "unknown-transaction"),
        ("/transactions/xyz", 400, "bad-encoding"),
        ("/balance/abc", 400, "bad-address"),
        ("/balance/2MzQwSSnBHWHqSAqtTVQ6v47XtaisrJa1Vc", 400, "bad-address"),
        ("/balance/1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", 400, "bad-address"),
        ("/utxos/" + "1" * 500, 400, "bad-address"),
        (f"/utxos/{ALICE.address}?after=x", 400, "bad-encoding"),
        (f"/utxos/{ALICE.address}?after={NOBODY}:99999999999", 400, "bad-encoding"),
        ("/history/%00", 400, "bad-address"),
        (f"/history/{ALICE.address}?before=x", 400, "bad-encoding"),
        (f"/history/{ALICE.address}?before=-1", 400, "bad-encoding"),
        (f"/history/{ALICE.address}?before=7:", 400, "bad-encoding"),
        (f"/history/{ALICE.address}?before=waiting", 400, "bad-encoding"),
        (f"/history/{ALICE.address}?before={'7' * 41}", 400, "bad-request"),
        (f"/history/{ALICE.address}?limit=101", 400, "bad-request"),
        ("/mining/template", 400, "bad-request"),
        ("/mining/template?address=test_miner", 400, "bad-address"),
    ],
)
async def test_a_question_that_makes_no_sense_is_refused(path: str, status: int, kind: str) -> None:
    error = await refusal(Served.new(), path, status)

    assert error["kind"] == kind


async def test_a_parameter_that_a_path_does_not_have_is_named() -> None:
    assert await refusal(Served.new(), "/blocks?page=7", 400) == {
        "kind": "bad-request",
        "where": "query.page",
        "expected": "a parameter that this path has",
        "found": "7",
        "try": "see /docs",
    }


OUTPUT = {"amount": "1", "address": BOB.address}
INPUT = {"txid": NOBODY, "index": 0, "signature": "", "public_key": ""}


@pytest.mark.parametrize(
    ("path", "body", "named"),
    [
        ("/transactions", b"", "bad-json"),
        ("/transactions", b"{", "bad-json"),
        ("/transactions", b"\xff\xfe", "bad-json"),
        ("/transactions", b"[" * 100_000, "bad-json"),
        ("/transactions", b"1" * 5_000, "bad-json"),
        ("/transactions", [], "bad-encoding"),
        ("/transactions", {}, "bad-encoding"),
        ("/transactions", {"hex": 7}, "bad-encoding"),
        ("/transactions", {"hex": "0g"}, "bad-encoding"),
        ("/transactions", {"hex": "00", "more": 1}, "bad-encoding"),
        ("/transactions", {"inputs": [], "outputs": [], "\ud800": 1}, "bad-encoding"),
        ("/transactions", {"inputs": {}, "outputs": []}, "bad-encoding"),
        ("/transactions", {"inputs": [INPUT | {"index": -1}], "outputs": [OUTPUT]}, "bad-encoding"),
        ("/transactions", {"inputs": [INPUT | {"index": True}], "outputs": [OUTPUT]}, "bad-encoding"),
        (
            "/transactions",
            {"inputs": [INPUT | {"signature": "00" * 65}], "outputs": [OUTPUT]},
            "bad-encoding",
        ),
        ("/transactions", {"inputs": [INPUT], "outputs": [OUTPUT | {"amount": 1.5}]}, "bad-encoding"),
        ("/transactions", {"inputs": [INPUT], "outputs": [OUTPUT | {"amount": "-1"}]}, "bad-amount"),
        ("/transactions", {"inputs": [INPUT], "outputs": [OUTPUT | {"amount": "21000001"}]}, "bad-amount"),
        ("/transactions", {"inputs": [INPUT], "outputs": [OUTPUT | {"address": ""}]}, "bad-address"),
        ("/transactions", {"inputs": [INPUT], "outputs": [OUTPUT], "version": 1 << 40}, "bad-encoding"),
        ("/transactions", {"inputs": [INPUT], "outputs": [OUTPUT], "txid": NOBODY}, "bad-encoding"),
        ("/mining/submit", {}, "bad-encoding"),
        ("/mining/submit", {"block": "00"}, "bad-encoding"),
        ("/mining/submit", {"block": {"bits": "00000000"}}, "bad-encoding"),
        ("/mining/submit", {"block": {}, "more": 1}, "bad-encoding"),
        ("/mine_block", {}, "bad-address"),
        ("/mine_block", {"miner_address": None}, "bad-address"),
        ("/mine_block", {"miner_address": "test_miner"}, "bad-address"),
        ("/mine_block", {"miner_address": ALICE.address, "blocks": 3}, "bad-encoding"),
        ("/mine_block", {"miner_address": ALICE.address, "timeout_s": 0}, "bad-request"),
        ("/mine_block", {"miner_address": ALICE.address, "timeout_s": True}, "bad-request"),
        ("/mine_block", {"miner_address": ALICE.address, "timeout_s": 10**400}, "bad-request"),
    ],
)
async def test_a_body_that_makes_no_sense_is_refused(path: str, body: Any, named: str) -> None:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()

    error = await refusal(Served.new(), path, 400, method="POST", content=content)

    assert error["kind"] == named


async def test_a_transaction_that_breaks_a_rule_is_refused_with_its_name() -> None:
    served = Served.new()
    await served.mine(blocks=DEV.maturity_blocks)
    payment = await served.payment(ALICE, BOB.address, fee=0)
    foreign = {"inputs": [INPUT], "outputs": [OUTPUT]}

    cheap = await refusal(served, "/transactions", 422, method="POST", json=payment.as_plain())
    missing = await refusal(served, "/transactions", 422, method="POST", json=foreign)

    assert cheap["rule"] == "fee-too-low"
    assert missing["rule"] == "missing-coin"
    assert (await served.get("/status"))["mempool_size"] == 0


@pytest.mark.parametrize("headers", [{}, {"content-length": "99999999999999999999999999"}])
async def test_a_body_that_is_too_large_is_refused(headers: dict[str, str]) -> None:
    served = Served.new()
    sent = 0

    async def endless() -> Any:
        nonlocal sent
        while sent < 10 * BODY_BYTES_MAX:
            sent += 100_000
            yield b" " * 100_000

    error = await refusal(served, "/transactions", 413, method="POST", content=endless(), headers=headers)

    assert error["kind"] == "body-too-large"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/status", "GET"),
        ("DELETE", "/blocks/7", "GET"),
        ("PUT", "/mine_block", "POST"),
        ("DELETE", "/transactions", "GET, POST"),
    ],
)
async def test_another_method_is_refused_with_those_that_there_are(
    method: str, path: str, allowed: str
) -> None:
    response = await Served.new().client.request(method, path)

    assert response.status_code == 405
    assert response.headers["allow"] == allowed
    assert response.json()["error"] == {
        "kind": "method-not-allowed",
        "expected": f"{allowed.replace(', ', ' or ')} {path}",
        "found": f"{method} {path}",
        "try": "see /docs",
    }


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("/status/", "/status, or see /docs"),
        ("/block/7", "/blocks, or see /docs"),
        ("/xyz", "see /docs"),
        ("/\u2603", "see /docs"),
    ],
)
async def test_a_path_that_is_none_is_refused_with_those_that_there_are(path: str, hint: str) -> None:
    error = await refusal(Served.new(), path, 404, method="PUT")

    assert error["kind"] == "not-found"
    assert error["found"] == f"PUT {path}"
    assert error["try"] == hint
    known = error["expected"].removeprefix("one of ").split(", ")
    assert known == list(APP.openapi()["paths"])


async def test_trouble_of_the_node_is_not_blamed_on_the_request(monkeypatch: pytest.MonkeyPatch) -> None:
    served = Served.new()

    def broken(error: Exception) -> Any:
        raise error

    monkeypatch.setattr(Memory, "height", lambda _: broken(StoreError("expected the disk, found none")))
    disk = await refusal(served, "/health", 503)
    gone = told(OSError("connection lost"), "database postgresql+psycopg://coin@localhost/coin")
    monkeypatch.setattr(Memory, "height", lambda _: broken(gone))
    server = await refusal(served, "/health", 503)
    monkeypatch.setattr(Memory, "height", lambda _: broken(RuntimeError("a mistake")))
    mistake = await refusal(served, "/health", 500)

    assert disk == {
        "kind": "store-error",
        "expected": "the disk",
        "found": "none",
        "try": "look at the disk of the node",
    }
    assert server == {
        "kind": "unreachable",
        "where": "database postgresql+psycopg://coin@localhost/coin",
        "expected": "a connection",
        "found": "connection lost",
        "try": "look at the database server of the node",
    }
    assert (mistake["kind"], mistake["found"]) == ("internal-error", "RuntimeError")
