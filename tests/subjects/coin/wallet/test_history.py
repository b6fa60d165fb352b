"""A wallet's history: from as many pages as it takes."""

from typing import Any

import httpx

from lydite_subjects.coin.remote import Remote
from lydite_subjects.coin.wallet.client import HISTORY_MAX, history_of

ADDRESS = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"


class Pages:
    """A node that tells transactions from its list, some at a time; the cursor is how many it has told."""

    def __init__(self, txids: list[str]) -> None:
        self.txids = txids
        self.asked: list[int] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        limit = int(request.url.params["limit"])
        begin = int(request.url.params.get("before", 0))
        self.asked.append(limit)
        end = begin + limit
        rows: list[dict[str, Any]] = [{"txid": each, "height": 1} for each in self.txids[begin:end]]
        more = str(end) if end < len(self.txids) else None
        return httpx.Response(200, json={"address": ADDRESS, "transactions": rows, "next": more})

    def told(self, limit: int) -> list[str]:
        remote = Remote(transport=httpx.MockTransport(self))
        return [each["txid"] for each in history_of(remote, ADDRESS, limit)["transactions"]]


def test_a_long_history_is_read_page_by_page() -> None:
    txids = [f"{number:064x}" for number in range(250)]

    assert Pages(txids).told(1_000) == txids
    assert Pages(txids).told(230) == txids[:230]
    assert Pages([]).told(20) == []


def test_no_more_is_asked_for_than_is_wanted() -> None:
    node = Pages([f"{number:064x}" for number in range(250)])

    node.told(130)

    assert node.asked == [HISTORY_MAX, 30]


def test_what_was_waiting_on_one_page_and_mined_on_the_next_is_told_once() -> None:
    txids = [f"{number:064x}" for number in range(100)]

    assert Pages([*txids, *txids]).told(150) == txids
