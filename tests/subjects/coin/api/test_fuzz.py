"""Whatever is sent to the HTTP interface is answered, and never by a mistake of the node."""

import asyncio
import json
from typing import Any
from urllib.parse import quote

from hypothesis import given, settings
from hypothesis import strategies as st

from lydite_subjects.coin.spec.params import DEV
from tests.subjects.coin.api.serving import ALICE, BOB, Served

SAFE = "=&%"
PATHS = ("/transactions", "/mining/submit", "/mine_block")

plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.just("00" * 32)
    | st.just(ALICE.address),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def valid_bodies() -> dict[str, Any]:
    """What a node takes, by path."""

    async def made() -> dict[str, Any]:
        served = Served.new()
        await served.mine(blocks=DEV.maturity_blocks)
        payment = await served.payment(ALICE, BOB.address)
        block = await served.get("/blocks/1")
        shown = {"connected", "confirmations", "size", "height", "work"}
        return {
            "/transactions": payment.as_plain(),
            "/mining/submit": {"block": {key: value for key, value in block.items() if key not in shown}},
            "/mine_block": {"miner_address": ALICE.address, "timeout_s": 0.5},
        }

    return asyncio.run(made())


VALID = valid_bodies()


def places(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every place inside a JSON value."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, part in inside for place in places(part, (*path, key)))]


def replaced(value: Any, path: tuple[str | int, ...], new: Any) -> Any:
    """The same with something else at one place."""
    if not path:
        return new
    copied: Any = dict(value) if isinstance(value, dict) else list(value)
    copied[path[0]] = replaced(value[path[0]], path[1:], new)
    return copied


def sent(method: str, path: str, content: bytes = b"", query: str = "") -> None:
    """Send it to a node, which must be well and in its right mind afterwards."""

    async def exchange() -> None:
        served = Served.new()
        url = f"{path}?{query}" if query else path
        response = await served.client.request(method, url, content=content)
        # A search that is given no time ends without a block, which is no mistake.
        assert response.status_code < 500 or response.json()["error"]["kind"] == "no-block", response.text
        if response.status_code >= 400:
            error = response.json()["error"]
            assert ("rule" in error) != ("kind" in error)
            assert isinstance(error["expected"], str)
            assert isinstance(error["found"], str)
            assert len(response.content) < 5_000
        assert (await served.get("/status"))["blockchain_length"] >= 1

    asyncio.run(exchange())


@given(path=st.sampled_from(PATHS), content=st.binary(max_size=200))
def test_any_bytes_are_answered(path: str, content: bytes) -> None:
    sent("POST", path, content)


@given(path=st.sampled_from(PATHS), value=plain)
def test_any_json_is_answered(path: str, value: Any) -> None:
    sent("POST", path, json.dumps(value).encode())


@given(data=st.data(), path=st.sampled_from(PATHS), new=plain)
@settings(max_examples=200)
def test_what_is_nearly_right_is_answered(data: st.DataObject, path: str, new: Any) -> None:
    place = data.draw(st.sampled_from(places(VALID[path])))

    sent("POST", path, json.dumps(replaced(VALID[path], place, new)).encode())


@given(data=st.data(), path=st.sampled_from(PATHS))
def test_what_was_damaged_on_its_way_is_answered(data: st.DataObject, path: str) -> None:
    content = bytearray(json.dumps(VALID[path]).encode())
    for at in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=4)):
        content[at] = data.draw(st.integers(0, 255))

    sent("POST", path, bytes(content))


@given(data=st.data())
def test_the_bytes_of_a_transaction_may_be_damaged(data: st.DataObject) -> None:
    raw = bytearray(data.draw(st.binary(min_size=1, max_size=300)))
    name = data.draw(st.sampled_from(["hex", "block"]))

    path = "/transactions" if name == "hex" else "/mining/submit"
    sent("POST", path, json.dumps({name: bytes(raw).hex()}).encode())


@given(
    method=st.sampled_from(["GET", "HEAD", "DELETE", "OPTIONS"]),
    place=st.sampled_from(["blocks", "transactions", "balance", "utxos", "history", "mining", "docs", ""]),
    name=st.text(alphabet=st.characters(codec="utf-8", exclude_characters="?#/"), max_size=60),
    query=st.text(alphabet="limitbeforeafter=&%0123456789-:é", max_size=30),
)
def test_any_question_is_answered(method: str, place: str, name: str, query: str) -> None:
    async def exchange() -> None:
        served = Served.new()
        response = await served.client.request(method, f"/{place}/{quote(name)}?{quote(query, safe=SAFE)}")
        assert response.status_code < 500, response.text

    asyncio.run(exchange())
