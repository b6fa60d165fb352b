"""The history of an address: told in pages that miss nothing and repeat nothing, in a block as well as between them."""

from typing import Any

import pytest

from lydite_subjects.coin.node.documents import VERSION
from lydite_subjects.coin.node.queries import HISTORY_MAX
from lydite_subjects.coin.spec.params import DEV
from lydite_subjects.coin.spec.transactions import Input, Output, Transaction
from tests.subjects.coin.api.serving import ALICE, BOB, Served

pytestmark = pytest.mark.asyncio

CHAINED = 7


async def served_with_payments() -> Served:
    """A node whose next block has seven payments of Alice to herself, each of what the one before has left."""
    served = Served.new()
    await served.mine()
    await served.mine(BOB, blocks=DEV.maturity_blocks - 1)
    (owned,) = (await served.get(f"/utxos/{ALICE.address}"))["utxos"]
    found = await served.get(f"/transactions/{owned['txid']}")
    assert found["height"] == 1
    located = served.node.chain.ledger.transaction(bytes.fromhex(owned["txid"]))
    assert located is not None
    spent = located.transaction
    for _ in range(CHAINED):
        output = spent.outputs[0]
        unsigned = Transaction(
            (Input(spent.outpoint(0)),), (Output(output.amount - 1_000, ALICE.public.owner),)
        )
        spent = unsigned.signed([ALICE], [output], DEV.magic)
        await served.post("/transactions", {"hex": spent.encode().hex()}, 202)
    return served


async def pages(served: Served, limit: int) -> list[list[dict[str, Any]]]:
    """All pages of Alice's history."""
    found: list[list[dict[str, Any]]] = []
    before: dict[str, str] = {}
    while True:
        page = await served.get(f"/history/{ALICE.address}", limit=limit, **before)
        assert len(page["transactions"]) <= limit
        found.append(page["transactions"])
        if page["next"] is None:
            return found
        before = {"before": page["next"]}


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 7, 8, 9, 10, HISTORY_MAX])
@pytest.mark.parametrize("mined", [0, 1])
async def test_pages_of_any_size_are_the_whole_history(limit: int, mined: int) -> None:
    served = await served_with_payments()
    await served.mine(blocks=mined)
    whole = (await served.get(f"/history/{ALICE.address}", limit=HISTORY_MAX))["transactions"]

    found = await pages(served, limit)

    assert [each for page in found for each in page] == whole
    assert (
        [each["height"] for each in whole] == [6] * (CHAINED + 1) + [1] if mined else [None] * CHAINED + [1]
    )
    assert len({each["txid"] for each in whole}) == len(whole)
    assert all(len(page) == limit for page in found[:-1])
    assert found[-1]


async def test_a_page_goes_on_from_a_height() -> None:
    served = await served_with_payments()
    await served.mine()

    below = await served.get(f"/history/{ALICE.address}", before=6)
    nothing = await served.get(f"/history/{ALICE.address}", before="1")
    far = await served.get(f"/history/{ALICE.address}", before="9999999999:9999999999")

    assert [each["height"] for each in below["transactions"]] == [1]
    assert (below["next"], nothing["next"], far["next"]) == (None, None, None)
    assert nothing["transactions"] == []
    assert len(far["transactions"]) == CHAINED + 2


async def test_what_is_mined_between_two_pages_is_not_missed() -> None:
    served = await served_with_payments()

    first = await served.get(f"/history/{ALICE.address}", limit=3)
    await served.mine(BOB)
    second = await served.get(f"/history/{ALICE.address}", limit=HISTORY_MAX, before=first["next"])

    assert first["next"] == "waiting:3"
    assert [each["height"] for each in second["transactions"]] == [6] * CHAINED + [1]


async def test_rewards_that_are_not_ripe_are_counted_among_many_payments(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("lydite_subjects.coin.node.queries.HISTORY_MAX", 3)
    served = await served_with_payments()
    await served.mine()

    assert (await served.get(f"/balance/{ALICE.address}"))["unripe"] == "50.00007"
    await served.mine(blocks=2)
    assert (await served.get(f"/balance/{ALICE.address}"))["unripe"] == "150.00007"


async def test_openapi_tells_of_the_cursor() -> None:
    document = await Served.new().get("/openapi.json")

    history = document["paths"]["/history/{address}"]["get"]
    before = next(each for each in history["parameters"] if each["name"] == "before")
    assert "`next`" in before["description"]
    assert "`next`" in history["description"]
    assert document["info"]["version"] == VERSION
